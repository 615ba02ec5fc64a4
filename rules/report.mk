# The report's assets (its own and the chart library, which the distribution ships) are linked into the program as they
# are, so that a report is one file that needs no network.
DYGRAPHS ?= /usr/share/javascript/dygraphs
REPORT_ASSETS := $(wildcard driver/report/assets/*.css driver/report/assets/*.js)
REPORT_EMBEDDED := $(patsubst driver/report/assets/%,$(BUILD)/generated/report/%.inc,$(REPORT_ASSETS)) \
                   $(BUILD)/generated/report/dygraph.min.js.inc $(BUILD)/generated/report/dygraph.min.css.inc

# A file as the numbers of its bytes, for a C array; the library's note of where its source map lies is left out, since a
# report has no such file beside it.
define embed
@mkdir -p $(@D)
sed '/^\/[/*]# sourceMappingURL=/d' $< | od -An -v -tu1 | sed 's/  *\([0-9]\)/,\1/g; 1s/^,//' > $@
endef

$(BUILD)/generated/report/dygraph.min.%.inc: $(DYGRAPHS)/dygraph.min.%
	$(embed)

$(BUILD)/generated/report/%.inc: driver/report/assets/%
	$(embed)

$(BUILD)/obj/driver/report/assets.o: $(REPORT_EMBEDDED)

report-assets: $(REPORT_EMBEDDED)

.PHONY: report-assets

$(DYGRAPHS)/dygraph.min.js $(DYGRAPHS)/dygraph.min.css:
	@echo "$@ is missing: install the package libjs-dygraphs, or say where it is with DYGRAPHS=" >&2; exit 1

# A run that a model writes for tests, shared by the unit tests of these rooms and by the browser test.
EXAMPLE_RUN_OBJECTS := $(patsubst %.c,$(BUILD)/obj/%.o,$(wildcard tests/unit/driver/example/*.c))
$(patsubst %.c,$(BUILD)/%,$(wildcard tests/unit/driver/analyze/test_*.c tests/unit/driver/report/test_*.c)): $(EXAMPLE_RUN_OBJECTS)

$(BUILD)/tests/browser/example_report: $(BUILD)/obj/tests/browser/example_report.o $(EXAMPLE_RUN_OBJECTS) \
                                       $(call archives,driver/report driver/analyze driver/metric driver/store driver/observe driver/load common)
	@mkdir -p $(@D)
	$(LINK) -o $@ $(filter %.o,$^) -Wl,--start-group $(filter %.a,$^) -Wl,--end-group -lcurl -lsqlite3 $(COMMON_LIBS)

run-tests: $(BUILD)/tests/browser/example_report
