# Lint: formatting, include arrows, every header alone, clang-tidy, cppcheck, shellcheck, and a build without a warning
# by gcc and clang.

SOURCES := $(shell find common hpa kube apps driver cluster tests -name '*.c' 2>/dev/null)
HEADERS := $(shell find common hpa kube apps driver cluster tests -name '*.h' 2>/dev/null)
SCRIPTS := $(shell grep -rlE '^\#!.*(bash|sh)$$' scripts tests .ci --exclude-dir=data 2>/dev/null)
LINT_FLAGS := -std=gnu11 -D_GNU_SOURCE -I. -I$(BUILD)/generated

lint: setup-lint ## install what lint needs and check style, arrows and warnings
	@$(MAKE) --no-print-directory run-lint

setup-lint:
	@scripts/setup lint

run-lint: lint-format lint-includes lint-targets lint-symbols lint-headers lint-scripts lint-cppcheck lint-warnings lint-tidy

format: ## lay out every C file by .clang-format
	@clang-format -i $(SOURCES) $(HEADERS)

lint-format:
	@clang-format --dry-run --Werror $(SOURCES) $(HEADERS)

lint-includes:
	@scripts/check-includes

lint-targets:
	@scripts/check-targets

lint-symbols: $(foreach room,$(ROOMS),$(call room_archive,$(room)))
	@scripts/check-symbols $(BUILD)

lint-headers:
	@for header in $(HEADERS); do \
	    gcc $(LINT_FLAGS) -fsyntax-only -Wall -Wextra -Werror -x c $$header || exit 1; done

# Left out: commands in functions that are called by name.
lint-scripts:
	@shellcheck --external-sources --exclude=SC2317 $(SCRIPTS)

# Left out: the order of evaluation, which the compilers judge better (a counter within a compound literal is fine), and
# what is no more than a macro or a header that it does not know.
lint-cppcheck:
	@mkdir -p $(BUILD)/cppcheck
	@cppcheck --quiet --error-exitcode=1 --std=c11 --inline-suppr --enable=warning,performance,portability \
	    --suppress=missingIncludeSystem --suppress=unknownMacro --suppress=unknownEvaluationOrder \
	    --cppcheck-build-dir=$(BUILD)/cppcheck -D_GNU_SOURCE -I. -j 2 common hpa kube apps driver cluster

lint-warnings:
	@$(MAKE) --no-print-directory -s -j2 BUILD=build/gcc CC=gcc WERROR=1 compile-all
	@$(MAKE) --no-print-directory -s -j2 BUILD=build/clang CC=clang WERROR=1 compile-all

compile-all: $(patsubst %.c,$(BUILD)/obj/%.o,$(SOURCES))

# One process a file, two at a time; the checks are in .clang-tidy.
lint-tidy: report-assets
	@printf '%s\n' $(SOURCES) | xargs -P 2 -I{} clang-tidy --quiet --warnings-as-errors='*' {} -- $(LINT_FLAGS)

.PHONY: lint setup-lint run-lint format lint-format lint-includes lint-targets lint-symbols lint-headers lint-scripts lint-cppcheck lint-warnings \
        compile-all lint-tidy
