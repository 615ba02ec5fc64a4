/*
 * The one owner of "now". Monotonic time for durations and deadlines, wall time only for what is shown or stored as
 * a date. Algorithms do not call this: they take `now` as an argument.
 */
#ifndef COMMON_CLOCK_H
#define COMMON_CLOCK_H

#include <stddef.h>
#include <stdint.h>

#include "common/error.h"

#define NANOSECONDS_PER_SECOND INT64_C(1000000000)
#define NANOSECONDS_PER_MILLISECOND INT64_C(1000000)
#define NANOSECONDS_PER_MICROSECOND INT64_C(1000)

/* Nanoseconds since an arbitrary start; never goes back, not moved by clock adjustments of the wall clock. */
int64_t clock_monotonic(void);

/* Nanoseconds since 1970-01-01T00:00:00Z. */
int64_t clock_wall(void);

/* CPU nanoseconds that the calling thread has used. */
int64_t clock_thread_cpu(void);

/* CPU nanoseconds that this process has used. */
int64_t clock_process_cpu(void);

/* Sleeps until the monotonic time is reached or a signal arrives. */
void clock_sleep_until(int64_t monotonic);

#define CLOCK_TEXT_SIZE 40

/* RFC 3339 in UTC: "2026-11-22T00:48:28Z" (seconds, cut) and "2026-11-22T00:48:28.123456Z" (microseconds, cut).
 * text has CLOCK_TEXT_SIZE bytes; returned for convenience. */
char *clock_format_seconds(int64_t wall, char text[CLOCK_TEXT_SIZE]);
char *clock_format_microseconds(int64_t wall, char text[CLOCK_TEXT_SIZE]);

/* Reads RFC 3339 with an optional fraction (up to nanoseconds) and a zone (Z or +hh:mm), years 1970 to 2261. */
int clock_parse(const char *text, int64_t *wall, struct error *error);

#endif
