# Lint: formatting, include arrows, every header alone, clang-tidy, cppcheck, shellcheck, and a build without a warning
# by gcc and clang.

SOURCES := $(shell find common hpa kube apps driver cluster tests -name '*.c' 2>/dev/null)
HEADERS := $(shell find common hpa kube apps driver cluster tests -name '*.h' 2>/dev/null)
SCRIPTS := $(shell grep -rlE '^\#!.*(bash|sh)$$' scripts tests/browser .ci 2>/dev/null)

lint: lint-format lint-includes lint-headers lint-scripts lint-cppcheck lint-warnings lint-tidy ## check style, arrows and warnings

format: ## lay out every C file by .clang-format
	clang-format -i $(SOURCES) $(HEADERS)

lint-format:
	clang-format --dry-run --Werror $(SOURCES) $(HEADERS)

lint-includes:
	scripts/check-includes

lint-headers:
	@for header in $(HEADERS); do \
	    gcc -std=gnu11 -D_GNU_SOURCE -I. -fsyntax-only -Wall -Wextra -Werror -x c $$header || exit 1; done

lint-scripts:
	shellcheck $(SCRIPTS)

lint-cppcheck:
	cppcheck --quiet --error-exitcode=1 --std=c11 --inline-suppr --enable=warning,performance,portability \
	    --suppress=missingIncludeSystem --suppress=unknownMacro -D_GNU_SOURCE -I. -j 2 common hpa kube apps driver cluster

lint-warnings:
	$(MAKE) --no-print-directory -s BUILD=build/gcc CC=gcc WERROR=1 compile-all
	$(MAKE) --no-print-directory -s BUILD=build/clang CC=clang WERROR=1 compile-all

compile-all: $(BINARIES) $(UNIT_TESTS) $(INTEGRATION_TESTS)

# One process a file, two at a time; the checks are in .clang-tidy.
lint-tidy:
	@printf '%s\n' $(filter-out tests/%,$(SOURCES)) | xargs -P 2 -I{} clang-tidy --quiet --warnings-as-errors='*' {} -- \
	    -std=gnu11 -D_GNU_SOURCE -I. -I$(BUILD)/generated

.PHONY: lint format lint-format lint-includes lint-headers lint-scripts lint-cppcheck lint-warnings compile-all lint-tidy
