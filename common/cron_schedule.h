/*
 * The schedule of a CronJob, as Kubernetes reads it (github.com/robfig/cron/v3, ParseStandard): minute, hour, day of the
 * month, month, day of the week, each with lists, ranges, steps, "*", "?" and English names; or "@yearly", "@annually",
 * "@monthly", "@weekly", "@daily", "@midnight", "@hourly", "@every 1h30m". When both days are restricted, either is
 * enough; a field that starts with "*" or "?" (and no step above 1) restricts nothing.
 */
#ifndef COMMON_CRON_SCHEDULE_H
#define COMMON_CRON_SCHEDULE_H

#include <stdbool.h>
#include <stdint.h>

#include "common/error.h"
#include "common/time_zone.h"

struct cron_schedule {
    /* Sets of values, bit n for the value n. */
    uint64_t minutes, hours, days, months, weekdays;
    bool any_day, any_weekday;
    int64_t every; /* seconds between two times, without regard to the fields; 0: the fields count */
};

/* -1 with the words of robfig/cron. "TZ=..." in front is refused as Kubernetes refuses it. */
int cron_schedule_parse(const char *text, struct cron_schedule *schedule, struct error *error);

/* The first time after `after`, in seconds since 1970. INT64_MAX when there is none within five years (February 30).
 * Local times that clocks skip are left out, local times that come twice count twice. */
int64_t cron_schedule_next(const struct cron_schedule *schedule, const struct time_zone *zone, int64_t after);

/* The last time after `after` and not later than `until`; INT64_MAX when there is none. *missed: how many there are, counted
 * up to `enough`. */
int64_t cron_schedule_latest(const struct cron_schedule *schedule, const struct time_zone *zone, int64_t after, int64_t until,
                             int enough, int *missed);

#endif
