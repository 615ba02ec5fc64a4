/*
 * Time zones by their IANA names ("Europe/Berlin"), read from the system's tz database (TZif files, RFC 9636). Nothing of
 * the process is touched: no TZ, no tzset. Times are seconds since 1970-01-01T00:00:00Z; a local time is counted the
 * same way, as if it were UTC (so that gmtime_r and timegm turn it into a date and back).
 */
#ifndef COMMON_TIME_ZONE_H
#define COMMON_TIME_ZONE_H

#include <stddef.h>
#include <stdint.h>

#include "common/error.h"

struct time_zone;

/* NULL with "unknown time zone NAME", and why when there is no tz database at all. "UTC" needs none. */
struct time_zone *time_zone_load(const char *name, struct error *error);

/* The same from the bytes of a TZif file. NULL when they are none. */
struct time_zone *time_zone_read(const char *bytes, size_t length);

void time_zone_destroy(struct time_zone *zone); /* NULL is allowed */
void time_zone_destroy_pointer(struct time_zone **zone);
#define AUTO_TIME_ZONE __attribute__((cleanup(time_zone_destroy_pointer)))

/* Seconds east of UTC at a moment. */
int32_t time_zone_offset(const struct time_zone *zone, int64_t seconds);

/* The first moment at which clocks there show this local time or a later one: a time that is skipped when clocks go
 * forward becomes the moment of the jump, one that comes twice the first of the two. */
int64_t time_zone_moment(const struct time_zone *zone, int64_t local);

#endif
