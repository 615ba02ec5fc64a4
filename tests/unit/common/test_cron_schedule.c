/* Schedules: what is read and refused, in whose words, and that the times told are those that the fields name. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "common/clock.h"
#include "common/cron_schedule.h"

static struct cron_schedule read_schedule(const char *text)
{
    struct cron_schedule schedule;
    struct error error = ERROR_NONE;
    if (cron_schedule_parse(text, &schedule, &error) != 0)
        fail_msg("%s: %s", text, error.text);
    return schedule;
}

static struct time_zone *zone_named(const char *name)
{
    struct error error = ERROR_NONE;
    struct time_zone *zone = time_zone_load(name, &error);
    if (zone == NULL)
        fail_msg("%s", error.text);
    return zone;
}

static int64_t seconds_of(const char *time)
{
    int64_t wall = 0;
    assert_int_equal(clock_parse(time, &wall, NULL), 0);
    return wall / NANOSECONDS_PER_SECOND;
}

static void test_refused(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        const char *message;
    } rows[] = {
        {"", "empty spec string"},
        {"* * * *", "expected exactly 5 fields, found 4: [* * * *]"},
        {" *  * * * * * ", "expected exactly 5 fields, found 6: [* * * * * *]"},
        {"60 * * * *", "end of range (60) above maximum (59): 60"},
        {"* 24 * * *", "end of range (24) above maximum (23): 24"},
        {"* * 0 * *", "beginning of range (0) below minimum (1): 0"},
        {"* * 32 * *", "end of range (32) above maximum (31): 32"},
        {"* * * 13 *", "end of range (13) above maximum (12): 13"},
        {"* * * * 7", "end of range (7) above maximum (6): 7"},
        {"5-1 * * * *", "beginning of range (5) beyond end of range (1): 5-1"},
        {"1-2-3 * * * *", "too many hyphens: 1-2-3"},
        {"1/2/3 * * * *", "too many slashes: 1/2/3"},
        {"*/0 * * * *", "step of range should be a positive number: */0"},
        {"x * * * *", "failed to parse int from x: strconv.Atoi: parsing \"x\": invalid syntax"},
        {"*/ * * * *", "failed to parse int from : strconv.Atoi: parsing \"\": invalid syntax"},
        {"99999999999999999999 * * * *",
         "failed to parse int from 99999999999999999999: strconv.Atoi: parsing \"99999999999999999999\": value out of range"},
        {"@sometimes", "unrecognized descriptor: @sometimes"},
        {"@every x", "failed to parse duration @every x: time: invalid duration \"x\""},
        {"TZ=UTC * * * * *", "cannot use TZ or CRON_TZ in schedule, use timeZone field instead"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct cron_schedule schedule;
        struct error error = ERROR_NONE;
        assert_int_equal(cron_schedule_parse(rows[i].text, &schedule, &error), -1);
        assert_string_equal(error.text, rows[i].message);
    }
}

/* Times after a moment, in a zone. */
static void test_times(void **state)
{
    (void)state;
    static const struct {
        const char *schedule, *zone, *after;
        const char *times[4];
    } rows[] = {
        {"*/15 * * * *", "UTC", "2026-06-09T12:00:00Z", {"2026-06-09T12:15:00Z", "2026-06-09T12:30:00Z"}},
        {"5/20 * * * *", "UTC", "2026-06-09T12:00:00Z", {"2026-06-09T12:05:00Z", "2026-06-09T12:25:00Z"}},
        {"0 9-11/2,20 * * ?",
         "UTC",
         "2026-06-09T08:00:00Z",
         {"2026-06-09T09:00:00Z", "2026-06-09T11:00:00Z", "2026-06-09T20:00:00Z"}},
        {"0 0 * JAN-feb Mon", "UTC", "2026-12-30T00:00:00Z", {"2027-01-04T00:00:00Z", "2027-01-11T00:00:00Z"}},
        /* Both days: either is enough, unless one is free. */
        {"0 0 13 * fri", "UTC", "2026-11-01T00:00:00Z", {"2026-11-06T00:00:00Z", "2026-11-13T00:00:00Z", "2026-11-20T00:00:00Z"}},
        {"0 0 */10 * fri",
         "UTC",
         "2026-11-01T00:00:00Z",
         {"2026-11-06T00:00:00Z", "2026-11-11T00:00:00Z", "2026-11-13T00:00:00Z"}},
        {"0 0 31 * *", "UTC", "2026-03-31T00:00:00Z", {"2026-05-31T00:00:00Z", "2026-07-31T00:00:00Z"}},
        {"0 0 29 2 *", "UTC", "2026-01-01T00:00:00Z", {"2028-02-29T00:00:00Z", "2032-02-29T00:00:00Z"}},
        {"@yearly", "UTC", "2026-06-09T12:00:00Z", {"2027-01-01T00:00:00Z"}},
        {"@monthly", "UTC", "2026-06-09T12:00:00Z", {"2026-07-01T00:00:00Z"}},
        {"@weekly", "UTC", "2026-06-09T12:00:00Z", {"2026-06-14T00:00:00Z"}},
        {"@midnight", "UTC", "2026-06-09T12:00:00Z", {"2026-06-10T00:00:00Z"}},
        {"@hourly", "UTC", "2026-06-09T12:00:00Z", {"2026-06-09T13:00:00Z"}},
        {"@every 1h30m", "UTC", "2026-06-09T12:00:07Z", {"2026-06-09T13:30:07Z", "2026-06-09T15:00:07Z"}},
        {"@every 1ms", "UTC", "2026-06-09T12:00:07Z", {"2026-06-09T12:00:08Z"}},
        /* Clocks go from 2:00 to 3:00: half past two is left out. */
        {"30 2 * * *", "Europe/Berlin", "2026-03-28T12:00:00Z", {"2026-03-30T00:30:00Z"}},
        {"30 2 * * *", "America/New_York", "2026-03-07T12:00:00Z", {"2026-03-09T06:30:00Z"}},
        {"0 * * * *", "Europe/Berlin", "2026-03-29T00:00:00Z", {"2026-03-29T01:00:00Z", "2026-03-29T02:00:00Z"}},
        /* Clocks go from 3:00 to 2:00: half past two comes twice. */
        {"30 2 * * *",
         "Europe/Berlin",
         "2026-10-24T12:00:00Z",
         {"2026-10-25T00:30:00Z", "2026-10-25T01:30:00Z", "2026-10-26T01:30:00Z"}},
        {"30 1 * * *",
         "America/New_York",
         "2026-10-31T12:00:00Z",
         {"2026-11-01T05:30:00Z", "2026-11-01T06:30:00Z", "2026-11-02T06:30:00Z"}},
        /* Midnight itself is left out: Chile, where clocks go from 0:00 to 1:00. */
        {"0 * * * *", "America/Santiago", "2026-09-06T03:00:00Z", {"2026-09-06T04:00:00Z"}},
        {"0 12 6 9 *", "America/Santiago", "2026-09-01T00:00:00Z", {"2026-09-06T15:00:00Z"}},
        {"0 0 * * *", "Asia/Kolkata", "2026-06-09T12:00:00Z", {"2026-06-09T18:30:00Z"}},
        /* After the last transition that the file tells. */
        {"0 12 1 7 *", "Europe/Berlin", "2060-01-01T00:00:00Z", {"2060-07-01T10:00:00Z"}},
        {"0 12 1 1 *", "Australia/Sydney", "2059-06-01T00:00:00Z", {"2060-01-01T01:00:00Z"}},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct cron_schedule schedule = read_schedule(rows[i].schedule);
        AUTO_TIME_ZONE struct time_zone *zone = zone_named(rows[i].zone);
        int64_t time = seconds_of(rows[i].after);
        for (size_t j = 0; j < 4 && rows[i].times[j] != NULL; j++) {
            char text[CLOCK_TEXT_SIZE];
            time = cron_schedule_next(&schedule, zone, time);
            if (time == INT64_MAX)
                fail_msg("%s: no time", rows[i].schedule);
            clock_format_seconds(time * NANOSECONDS_PER_SECOND, text);
            if (strcmp(text, rows[i].times[j]) != 0)
                fail_msg("%s in %s: %s, expected %s", rows[i].schedule, rows[i].zone, text, rows[i].times[j]);
        }
    }
}

static void test_impossible_dates(void **state)
{
    (void)state;
    static const char *const texts[] = {"0 0 30 2 *", "0 0 31 4,6,9,11 *", ", * * * *", "* * * , *"};
    AUTO_TIME_ZONE struct time_zone *zone = zone_named("Europe/Berlin");
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        struct cron_schedule schedule = read_schedule(texts[i]);
        assert_true(cron_schedule_next(&schedule, zone, seconds_of("2026-06-09T12:00:00Z")) == INT64_MAX);
    }
    struct cron_schedule any = read_schedule("* * * * *");
    assert_true(cron_schedule_next(&any, zone, INT64_MAX) == INT64_MAX);
    assert_true(cron_schedule_next(&any, zone, INT64_MIN) == INT64_MAX);
}

static uint64_t random_state = 42;

static unsigned pick(unsigned below)
{
    random_state = random_state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (unsigned)(random_state >> 33) % below;
}

static bool names(uint64_t set, int value)
{
    return (set >> value & 1) != 0;
}

static bool matches(const struct cron_schedule *schedule, const struct time_zone *zone, int64_t moment)
{
    struct tm date = {0};
    time_t local = moment + time_zone_offset(zone, moment);
    gmtime_r(&local, &date);
    bool day = names(schedule->days, date.tm_mday);
    bool weekday = names(schedule->weekdays, date.tm_wday);
    bool both = schedule->any_day || schedule->any_weekday ? (day && weekday) : (day || weekday);
    return date.tm_sec == 0 && names(schedule->minutes, date.tm_min) && names(schedule->hours, date.tm_hour) && both &&
           names(schedule->months, date.tm_mon + 1);
}

/* Any schedule from any moment: the next time is later, matches, and no minute before it does. */
static void test_next_is_the_first_that_matches(void **state)
{
    (void)state;
    static const char *const zones[] = {"UTC",
                                        "Europe/Berlin",
                                        "America/New_York",
                                        "America/Santiago",
                                        "Asia/Kathmandu",
                                        "Australia/Lord_Howe",
                                        "Africa/Casablanca"};
    static const char *const minutes[] = {"*", "*/7", "0", "30", "59", "5-20/5"};
    static const char *const hours[] = {"*", "2", "0", "1-3", "*/5", "23"};
    static const char *const days[] = {"*", "1", "31", "?", "*/9", "28-31"};
    static const char *const months[] = {"*", "2", "3,10", "jan-jun/2", "*", "*"};
    static const char *const weekdays[] = {"*", "sun", "1-5", "?", "6", "*"};
    for (int round = 0; round < 300; round++) {
        char text[128];
        snprintf(text, sizeof text, "%s %s %s %s %s", minutes[pick(6)], hours[pick(6)], days[pick(6)], months[pick(6)],
                 weekdays[pick(6)]);
        struct cron_schedule schedule = read_schedule(text);
        AUTO_TIME_ZONE struct time_zone *zone = zone_named(zones[pick(7)]);
        int64_t after = INT64_C(1600000000) + (int64_t)pick(400000000);
        int64_t next = cron_schedule_next(&schedule, zone, after);
        if (next == INT64_MAX)
            continue;
        assert_true(next > after);
        if (!matches(&schedule, zone, next))
            fail_msg("%s after %lld: %lld does not match", text, (long long)after, (long long)next);
        int64_t minute = after - after % 60 + 60;
        for (int checked = 0; minute < next && checked < 20000; minute += 60, checked++) {
            if (matches(&schedule, zone, minute))
                fail_msg("%s after %lld: %lld is before %lld", text, (long long)after, (long long)minute, (long long)next);
        }
    }
}

static void test_latest(void **state)
{
    (void)state;
    int missed = 0;
    struct cron_schedule schedule = read_schedule("*/10 8-9 * * *");
    struct cron_schedule every = read_schedule("@every 7s");
    AUTO_TIME_ZONE struct time_zone *zone = zone_named("Europe/Berlin");
    int64_t after = seconds_of("2026-06-09T06:00:00Z");
    assert_true(cron_schedule_latest(&schedule, zone, after, after + 599, 100, &missed) == INT64_MAX);
    assert_int_equal(missed, 0);
    assert_int_equal(cron_schedule_latest(&schedule, zone, after, after + 600, 100, &missed), after + 600);
    assert_int_equal(missed, 1);
    assert_int_equal(cron_schedule_latest(&schedule, zone, after, seconds_of("2026-06-10T05:59:00Z"), 100, &missed),
                     seconds_of("2026-06-09T07:50:00Z"));
    assert_int_equal(missed, 11);
    assert_int_equal(cron_schedule_latest(&schedule, zone, 0, seconds_of("2026-06-10T05:59:00Z"), 101, &missed),
                     seconds_of("2026-06-09T07:50:00Z"));
    assert_int_equal(missed, 101);
    assert_int_equal(cron_schedule_latest(&every, zone, 1000, 1700, 3, &missed), 1700);
    assert_int_equal(cron_schedule_latest(&every, zone, 1000, 1706, 3, &missed), 1700);
    assert_int_equal(missed, 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_refused),          cmocka_unit_test(test_times),
        cmocka_unit_test(test_impossible_dates), cmocka_unit_test(test_next_is_the_first_that_matches),
        cmocka_unit_test(test_latest),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
