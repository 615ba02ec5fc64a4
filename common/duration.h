/*
 * Durations as people and Go write them: "8s", "1m30s", "250ms", "1.5h". Nanoseconds inside.
 */
#ifndef COMMON_DURATION_H
#define COMMON_DURATION_H

#include <stdint.h>

#include "common/error.h"

#define DURATION_TEXT_SIZE 48

/* Reads numbers with units (ns, us, ms, s, m, h, d), at least one, no sign; "0" stands alone. -1 when malformed or
 * longer than 290 years. */
int duration_parse(const char *text, int64_t *nanoseconds, struct error *error);

/* As people say it, three significant digits: "850 us", "850 ms", "12.7 s", "3 min 20 s", "2 h 5 min". Returns text. */
char *duration_format(int64_t nanoseconds, char text[DURATION_TEXT_SIZE]);

/* As Go prints it, which is how Kubernetes writes durations: "10s", "1m20s", "1h0m0s", "2.5s", "400ms", "17ns". Takes
 * nothing below 0. Returns text. */
char *duration_format_go(int64_t nanoseconds, char text[DURATION_TEXT_SIZE]);

#endif
