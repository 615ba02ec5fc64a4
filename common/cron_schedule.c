#include "common/cron_schedule.h"

#include <time.h>

#define YEARS_AHEAD 5

/* Enough for five years of months, days, hours and minutes that do not match. */
#define STEPS_MAXIMUM 10000

#define EARLIEST (-INT64_C(62135596800)) /* the year 1 */
#define LATEST INT64_C(253402300799)     /* the end of the year 9999 */

static bool contains(uint64_t set, int value)
{
    return (set >> value & 1) != 0;
}

static bool day_matches(const struct cron_schedule *schedule, const struct tm *date)
{
    bool day = contains(schedule->days, date->tm_mday);
    bool weekday = contains(schedule->weekdays, date->tm_wday);
    return schedule->any_day || schedule->any_weekday ? (day && weekday) : (day || weekday);
}

/* Midnight of a day of the date's month, or of the first of the month after it. */
static int64_t midnight(const struct time_zone *zone, const struct tm *date, int months, int day)
{
    struct tm wanted = {.tm_year = date->tm_year, .tm_mon = date->tm_mon + months, .tm_mday = day};
    return time_zone_moment(zone, timegm(&wanted));
}

/* Where to look next: the moment itself when it matches, else the start of the next month, day, hour or minute. */
static int64_t step(const struct cron_schedule *schedule, const struct time_zone *zone, int64_t moment, const struct tm *date)
{
    int64_t next = moment;
    if (!contains(schedule->months, date->tm_mon + 1))
        next = midnight(zone, date, 1, 1);
    else if (!day_matches(schedule, date))
        next = midnight(zone, date, 0, date->tm_mday + 1);
    else if (!contains(schedule->hours, date->tm_hour))
        return moment + 3600 - date->tm_min * 60 - date->tm_sec;
    else if (!contains(schedule->minutes, date->tm_min) || date->tm_sec != 0)
        return moment + 60 - date->tm_sec;
    else
        return moment;
    /* A midnight that comes twice is behind us the second time. */
    return next > moment ? next : moment + 3600 - date->tm_min * 60 - date->tm_sec;
}

int64_t cron_schedule_next(const struct cron_schedule *schedule, const struct time_zone *zone, int64_t after)
{
    if (after < EARLIEST || after > LATEST)
        return INT64_MAX;
    if (schedule->every > 0)
        return after + schedule->every;
    int last_year = 0;
    int64_t moment = after + 1;
    for (int i = 0; i < STEPS_MAXIMUM; i++) {
        struct tm date = {0};
        time_t local = moment + time_zone_offset(zone, moment);
        if (gmtime_r(&local, &date) == NULL)
            return INT64_MAX;
        if (i == 0)
            last_year = date.tm_year + YEARS_AHEAD;
        if (date.tm_year > last_year)
            return INT64_MAX;
        int64_t next = step(schedule, zone, moment, &date);
        if (next == moment)
            return moment;
        moment = next;
    }
    return INT64_MAX;
}

/* The last time after `from` and not later than until, one by one. */
static int64_t walk(const struct cron_schedule *schedule, const struct time_zone *zone, int64_t from, int64_t until)
{
    int64_t latest = INT64_MAX;
    for (int64_t time = cron_schedule_next(schedule, zone, from); time <= until && time != INT64_MAX;
         time = cron_schedule_next(schedule, zone, time))
        latest = time;
    return latest;
}

int64_t cron_schedule_latest(const struct cron_schedule *schedule, const struct time_zone *zone, int64_t after, int64_t until,
                             int enough, int *missed)
{
    *missed = 0;
    for (int64_t time = cron_schedule_next(schedule, zone, after); time <= until && time != INT64_MAX && *missed < enough;
         time = cron_schedule_next(schedule, zone, time))
        (*missed)++;
    if (*missed == 0)
        return INT64_MAX;
    if (schedule->every > 0)
        return after + (until - after) / schedule->every * schedule->every;
    /* Backwards in windows that double, so that a long gap costs little. */
    for (int64_t window = 60; window < until - after; window *= 2) {
        int64_t latest = walk(schedule, zone, until - window, until);
        if (latest != INT64_MAX)
            return latest;
    }
    return walk(schedule, zone, after, until);
}
