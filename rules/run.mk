# Running: the demo, the lessons, the benchmarks.

TARGET ?= embedded
PACE   ?=
KEEP   ?=
run_options = --target $(TARGET) $(if $(PACE),--pace $(PACE)) $(if $(KEEP),--keep)

demo: ## install what is missing, build, and show what a readiness probe saves (about 4 minutes)
	@scripts/setup build
	@$(MAKE) --no-print-directory -s -j2 all
	@$(BUILD)/bin/hpalab run lessons/readiness-probe $(run_options)

lesson-%: ## run a lesson, such as make lesson-first-scale-up [TARGET=embedded|CONTEXT] [PACE=...] [KEEP=1]
	@test -f lessons/$*/lesson.yaml || { echo "there is no lesson $*; there are: $$(cd lessons && echo *)" >&2; exit 2; }
	@scripts/setup build
	@$(MAKE) --no-print-directory -s -j2 all
	@$(BUILD)/bin/hpalab run lessons/$* $(run_options)

clean: ## remove what was built
	rm -rf build

.PHONY: demo clean
