/*
 * Files below tests/data. Paths are made as printf makes texts; a missing or broken file fails the test.
 */
#ifndef TESTS_SUPPORT_DATA_H
#define TESTS_SUPPORT_DATA_H

#include "common/json.h"

/* The bytes of a file of at most 16 MiB with a NUL behind them; the caller frees it. */
char *test_data_text(const char *format, ...) __attribute__((format(printf, 1, 2), returns_nonnull));

/* The file as JSON, for AUTO_JSON. */
cJSON *test_data_json(const char *format, ...) __attribute__((format(printf, 1, 2), returns_nonnull));

#endif
