# Tests: unit (tests/unit/ROOM/test_*.c, in-process, cmocka), integration (tests/integration/test_*.c, through the programs).

# What a room's unit tests link besides the room itself and common.
UNIT_NEEDS_driver_lesson  := driver/fleet driver/analyze driver/metric driver/store driver/observe driver/load
UNIT_NEEDS_driver_record  := driver/store driver/observe driver/load driver/lesson kube driver/fleet
UNIT_NEEDS_driver_k6      := driver/analyze driver/metric driver/store driver/observe driver/load
UNIT_NEEDS_driver_store   := driver/observe driver/load
UNIT_NEEDS_driver_analyze := driver/metric driver/store driver/observe driver/load
UNIT_NEEDS_driver_report  := driver/analyze driver/metric driver/store driver/observe driver/load
UNIT_NEEDS_driver_load_report := driver/load driver/metric driver/report
UNIT_NEEDS_driver_generator := driver/wire driver/load_report driver/load driver/metric driver/report
UNIT_NEEDS_driver_wire    := driver/load
UNIT_NEEDS_driver_observe := kube
UNIT_NEEDS_driver_preflight := kube
UNIT_NEEDS_driver_fleet   := driver/wire driver/load driver/observe kube
UNIT_NEEDS_driver_ramp    := driver/load kube
UNIT_NEEDS_driver_run     := $(DRIVER_ROOMS)
UNIT_NEEDS_driver_cli     := $(DRIVER_ROOMS)
UNIT_NEEDS_cluster_controllers := cluster/api hpa
UNIT_NEEDS_cluster_kubelet     := cluster/api cluster/supervisor
UNIT_NEEDS_cluster_proxy       := cluster/api
UNIT_NEEDS_cluster_metrics     := cluster/api cluster/kubelet cluster/supervisor

# Objects that a room's unit tests share with a test program.
UNIT_OBJECTS_driver_load := $(BUILD)/obj/tests/unit/driver/load/results.o
UNIT_OBJECTS_driver_fleet := $(patsubst %,$(BUILD)/obj/tests/unit/driver/fleet/%.o,fake_cluster fleet_lab)
UNIT_OBJECTS_driver_load_report := $(BUILD)/obj/tests/unit/driver/load_report/fixture.o
UNIT_OBJECTS_driver_wire := $(BUILD)/obj/tests/unit/driver/wire/random_values.o
UNIT_OBJECTS_hpa := $(filter-out %/hpa_vectors.o,$(VECTOR_OBJECTS))
UNIT_OBJECTS_apps_memapp := $(filter-out %/memapp/memapp.o,$(MEMAPP_OBJECTS))

TEST_SUPPORT_OBJECTS := $(patsubst %.c,$(BUILD)/obj/%.o,$(wildcard tests/support/*.c))
UNIT_TESTS        := $(patsubst %.c,$(BUILD)/%,$(wildcard tests/unit/*/test_*.c tests/unit/*/*/test_*.c))
INTEGRATION_TESTS := $(patsubst %.c,$(BUILD)/%,$(wildcard tests/integration/test_*.c))
# What integration tests share that needs kube/.
INTEGRATION_OBJECTS := $(BUILD)/obj/tests/integration/shared_cluster.o
# Scripts that run the real kubectl at a labcluster.
KUBECTL_TESTS := $(wildcard tests/kubectl/test-*)
# Tests of scripts, and of what others make of ours: not under sanitizers, which have nothing to find there.
SCRIPT_TESTS := $(if $(SANITIZE),,$(wildcard tests/images/test-* tests/monitoring/test-* tests/kind/test-*))
TEST_LIBS := -lcmocka -lz -lcurl -lsqlite3 -lmicrohttpd -lcrypto -lssl $(COMMON_LIBS)

# Tests that run at a time: most of them only wait.
TEST_JOBS ?= 4

unit_room  = $(patsubst tests/unit/%/,%,$(dir $(1)))
unit_rooms = $(call unit_room,$(1)) $(UNIT_NEEDS_$(subst /,_,$(call unit_room,$(1)))) common

define unit_rule
$(BUILD)/$(1): $(BUILD)/obj/$(1).o $(UNIT_OBJECTS_$(subst /,_,$(call unit_room,$(1)))) $(TEST_SUPPORT_OBJECTS) $(call archives,$(call unit_rooms,$(1)))
	@mkdir -p $$(@D)
	$$(LINK) -o $$@ $$(filter %.o,$$^) -Wl,--start-group $$(filter %.a,$$^) -Wl,--end-group -Wl,--as-needed $$(TEST_LIBS)
endef
$(foreach test,$(patsubst %.c,%,$(wildcard tests/unit/*/test_*.c tests/unit/*/*/test_*.c)),$(eval $(call unit_rule,$(test))))

$(INTEGRATION_TESTS): $(BUILD)/tests/%: $(BUILD)/obj/tests/%.o $(INTEGRATION_OBJECTS) $(TEST_SUPPORT_OBJECTS) $(call archives,kube common)
	@mkdir -p $(@D)
	$(LINK) -o $@ $(filter %.o,$^) -Wl,--start-group $(filter %.a,$^) -Wl,--end-group -Wl,--as-needed $(TEST_LIBS)

test: setup-test ## install what the tests need and run every test
	$(MAKE) --no-print-directory run-tests

setup-test:
	scripts/setup test

run-tests: $(BINARIES) $(UNIT_TESTS) $(INTEGRATION_TESTS)
	scripts/run-tests --build $(BUILD) --jobs $(TEST_JOBS) $(UNIT_TESTS) $(INTEGRATION_TESTS) $(KUBECTL_TESTS) $(SCRIPT_TESTS) \
	    $(wildcard tests/browser/test-*)

build-tests: $(UNIT_TESTS) $(INTEGRATION_TESTS) $(BUILD)/tests/browser/example_report

test-unit: $(UNIT_TESTS) ## run the unit tests alone
	scripts/run-tests --build $(BUILD) --jobs $(TEST_JOBS) $^

test-integration: $(BINARIES) $(INTEGRATION_TESTS) ## run the integration tests alone
	scripts/run-tests --build $(BUILD) --jobs $(TEST_JOBS) $(INTEGRATION_TESTS) $(KUBECTL_TESTS) $(SCRIPT_TESTS)

.PHONY: test setup-test build-tests run-tests test-unit test-integration
