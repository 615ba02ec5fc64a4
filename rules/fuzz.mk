# Fuzzing: tests/fuzz/fuzz_NAME.c with libFuzzer (clang), under address and undefined sanitizers. What is found grows a
# corpus in the build folder, which starts from test data; a crash leaves its input there.
FUZZ_BUILD   := build/fuzz
FUZZ_SECONDS ?= 60
FUZZ_SOURCES := $(wildcard tests/fuzz/fuzz_*.c)
FUZZ_TARGETS := $(patsubst tests/fuzz/%.c,%,$(FUZZ_SOURCES))

# The rooms that a target needs besides common.
FUZZ_ROOMS_fuzz_hpa      := hpa
FUZZ_ROOMS_fuzz_api_json := cluster/api
FUZZ_ROOMS_fuzz_custom_schema := cluster/api
FUZZ_ROOMS_fuzz_field_set := cluster/api
FUZZ_ROOMS_fuzz_json_web_token := cluster/api
FUZZ_ROOMS_fuzz_exposition := cluster/metrics
FUZZ_ROOMS_fuzz_http_answer := driver/load
FUZZ_ROOMS_fuzz_wire     := driver/wire driver/load
FUZZ_ROOMS_fuzz_lesson   := driver/lesson driver/fleet driver/analyze driver/metric driver/store driver/observe driver/load

# Files that its corpus starts from.
FUZZ_SEEDS_fuzz_yaml     := lessons/*/lesson.yaml manifests/*/*.yaml manifests/*/*/*.yaml tests/data/lessons/*/*.yaml
FUZZ_SEEDS_fuzz_lesson   := lessons/*/lesson.yaml tests/data/lessons/right/lesson.yaml tests/data/lessons/generators/*.yaml tests/data/lessons/wrong/*.yaml
FUZZ_SEEDS_fuzz_json     := tests/data/golden/objects/*.json tests/data/golden/errors/*.json
FUZZ_SEEDS_fuzz_api_json := tests/data/golden/objects/*.json tests/data/golden/lists/*.json
FUZZ_SEEDS_fuzz_custom_schema := tests/data/cluster/custom/fuzz/*.json
FUZZ_SEEDS_fuzz_field_set := tests/data/field_sets/*.json
FUZZ_SEEDS_fuzz_quantity := tests/data/common/quantities.tsv
FUZZ_SEEDS_fuzz_exposition := tests/data/metrics/exposition.txt
FUZZ_SEEDS_fuzz_wire     := tests/data/wire/*.json
FUZZ_SEEDS_fuzz_http_answer := tests/data/http/*.txt

fuzz: ## fuzz every target for a minute (FUZZ_SECONDS=60)
	@$(MAKE) --no-print-directory -s BUILD=$(FUZZ_BUILD) CC=clang fuzz-programs
	@scripts/run-fuzz $(FUZZ_BUILD) $(FUZZ_SECONDS) $(foreach target,$(FUZZ_TARGETS),"$(target) $(FUZZ_SEEDS_$(target))")

fuzz-short: ## fuzz every target for five seconds
	@$(MAKE) --no-print-directory fuzz FUZZ_SECONDS=5

# Inside the build that fuzz starts: everything is compiled for the fuzzer, and its main comes from libFuzzer.
ifeq ($(BUILD),$(FUZZ_BUILD))
HARDEN   := -fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer
endif
FUZZ_LIBS := -lcurl -lsqlite3 -lmicrohttpd -lcrypto -lssl $(COMMON_LIBS)

define fuzz_rule
$(BUILD)/fuzz/$(1): $(BUILD)/obj/tests/fuzz/$(1).o $(call archives,$(FUZZ_ROOMS_$(1)) common)
	@mkdir -p $$(@D)
	$$(LINK) -fsanitize=fuzzer -o $$@ $$< -Wl,--start-group $$(filter %.a,$$^) -Wl,--end-group -Wl,--as-needed $$(FUZZ_LIBS)
endef
$(foreach target,$(FUZZ_TARGETS),$(eval $(call fuzz_rule,$(target))))

fuzz-programs: $(patsubst %,$(BUILD)/fuzz/%,$(FUZZ_TARGETS))

.PHONY: fuzz fuzz-short fuzz-programs
