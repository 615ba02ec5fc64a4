# Benchmarks: tests/bench/bench_NAME.c, run by tests/bench/run, which prints a table and writes bench.json.
BENCH_PROGRAMS := $(patsubst tests/bench/%.c,$(BUILD)/bench/%,$(wildcard tests/bench/bench_*.c))

# The rooms that a benchmark needs besides common.
BENCH_ROOMS_bench_hpa     := hpa
BENCH_ROOMS_bench_proxy   := cluster/proxy cluster/api
BENCH_ROOMS_bench_load    := driver/load
BENCH_ROOMS_bench_truth   := driver/load
BENCH_ROOMS_bench_cluster := kube

bench: $(BINARIES) $(BENCH_PROGRAMS) ## measure what it costs (about 4 minutes, BENCH_LONG=1: 15; installs wrk, h2load, hey and nginx)
	@scripts/setup bench
	@BENCH_LONG=$(BENCH_LONG) tests/bench/run $(BUILD)

define bench_rule
$(BUILD)/bench/$(1): $(BUILD)/obj/tests/bench/$(1).o $(call archives,$(BENCH_ROOMS_$(1)) common)
	@mkdir -p $$(@D)
	$$(LINK) -o $$@ $$< -Wl,--start-group $$(filter %.a,$$^) -Wl,--end-group -Wl,--as-needed -lcurl -lmicrohttpd -lcrypto -lssl \
	    $$(COMMON_LIBS)
endef
$(foreach bench,$(patsubst tests/bench/%.c,%,$(wildcard tests/bench/bench_*.c)),$(eval $(call bench_rule,$(bench))))

.PHONY: bench
