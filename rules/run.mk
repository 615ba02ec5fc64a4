# Running: the demo, the lessons, the benchmarks.

TARGET ?= embedded
PACE   ?=
KEEP   ?=
# On kind the driver runs inside the cluster's network (scripts/kind).
on_kind     = $(filter kind,$(TARGET))
run         = $(if $(on_kind),BUILD=$(BUILD) PACE=$(PACE) scripts/kind run,$(BUILD)/bin/hpalab run)
run_options = $(if $(on_kind),,--target $(TARGET) $(if $(PACE),--pace $(PACE))) $(if $(KEEP),--keep)

demo: ## install what is missing, build, and show what a readiness probe saves (about 4 minutes)
	@scripts/setup build
	@$(MAKE) --no-print-directory -s -j2 all
	@$(run) lessons/readiness-probe $(run_options)

lesson-%: ## run a lesson, such as make lesson-first-scale-up [TARGET=embedded|kind|CONTEXT] [PACE=...] [KEEP=1]
	@test -f lessons/$*/lesson.yaml || { echo "there is no lesson $*; there are: $$(cd lessons && echo *)" >&2; exit 2; }
	@scripts/setup build
	@$(MAKE) --no-print-directory -s -j2 all
	@$(run) lessons/$* $(run_options)

clean: ## remove what was built
	rm -rf build

.PHONY: demo clean
