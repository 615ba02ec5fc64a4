/*
 * Values of options on a command line. Each function is -1 with one line that names the option and says what it expected.
 */
#ifndef DRIVER_CLI_OPTION_VALUES_H
#define DRIVER_CLI_OPTION_VALUES_H

#include <stdint.h>

#include "common/error.h"

/* "1m30s", in nanoseconds as its limits. */
int option_time(const char *option, const char *text, int64_t shortest, int64_t longest, int64_t *time, struct error *error);

int option_whole(const char *option, const char *text, uint64_t lowest, uint64_t highest, uint64_t *number, struct error *error);

/* The word's place in the list; the list ends with NULL. */
int option_word(const char *option, const char *text, const char *const *words, int *place, struct error *error);

#endif
