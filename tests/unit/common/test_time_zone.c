/* Time zones: known offsets and jumps, the rules behind the files' last transition, and what is no zone. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "common/clock.h"
#include "common/file.h"
#include "common/memory.h"
#include "common/time_zone.h"
#include "common/time_zone_rule.h"

static int64_t seconds_of(const char *time)
{
    int64_t wall = 0;
    assert_int_equal(clock_parse(time, &wall, NULL), 0);
    return wall / NANOSECONDS_PER_SECOND;
}

static void test_offsets(void **state)
{
    (void)state;
    static const struct {
        const char *zone, *time;
        int32_t offset;
    } rows[] = {
        {"UTC", "2026-06-09T12:00:00Z", 0},
        {"Europe/Berlin", "2026-03-29T00:59:59Z", 3600},
        {"Europe/Berlin", "2026-03-29T01:00:00Z", 7200},
        {"Europe/Berlin", "2026-10-25T00:59:59Z", 7200},
        {"Europe/Berlin", "2026-10-25T01:00:00Z", 3600},
        {"America/New_York", "2026-03-08T06:59:59Z", -18000},
        {"America/New_York", "2026-03-08T07:00:00Z", -14400},
        {"Asia/Kathmandu", "2026-06-09T12:00:00Z", 20700},
        {"Europe/Berlin", "2070-07-01T00:00:00Z", 7200},
        {"Europe/Berlin", "2070-01-01T00:00:00Z", 3600},
        {"Australia/Sydney", "2070-01-01T00:00:00Z", 39600},
        {"Asia/Tokyo", "2070-01-01T00:00:00Z", 32400},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        AUTO_TIME_ZONE struct time_zone *zone = time_zone_load(rows[i].zone, NULL);
        assert_non_null(zone);
        assert_int_equal(time_zone_offset(zone, seconds_of(rows[i].time)), rows[i].offset);
    }
}

static void test_moments(void **state)
{
    (void)state;
    AUTO_TIME_ZONE struct time_zone *zone = time_zone_load("Europe/Berlin", NULL);
    assert_non_null(zone);
    /* Local times, written as if they were UTC. */
    assert_int_equal(time_zone_moment(zone, seconds_of("2026-06-09T12:00:00Z")), seconds_of("2026-06-09T10:00:00Z"));
    assert_int_equal(time_zone_moment(zone, seconds_of("2026-03-29T02:30:00Z")), seconds_of("2026-03-29T01:00:00Z"));
    assert_int_equal(time_zone_moment(zone, seconds_of("2026-10-25T02:30:00Z")), seconds_of("2026-10-25T00:30:00Z"));
    assert_int_equal(time_zone_moment(zone, seconds_of("2026-10-25T03:00:00Z")), seconds_of("2026-10-25T02:00:00Z"));
    /* Back and forth, hour by hour over a year: the first moment that shows this local time. */
    for (int64_t hour = 0; hour < 366 * 24; hour++) {
        int64_t local = seconds_of("2026-01-01T00:00:00Z") + hour * 3600;
        int64_t moment = time_zone_moment(zone, local);
        assert_true(moment + time_zone_offset(zone, moment) >= local);
        assert_true(moment - 1 + time_zone_offset(zone, moment - 1) < local);
    }
}

static void test_rules(void **state)
{
    (void)state;
    static const struct {
        const char *text, *time;
        int32_t offset;
    } rows[] = {
        {"<+0330>-3:30", "2026-06-09T12:00:00Z", 12600},
        {"CET-1CEST,M3.5.0,M10.5.0/3", "2026-10-25T00:59:59Z", 7200},
        {"CET-1CEST,M3.5.0,M10.5.0/3", "2026-10-25T01:00:00Z", 3600},
        {"EST5EDT,M3.2.0,M11.1.0", "2026-03-08T07:00:00Z", -14400},
        {"AEST-10AEDT,M10.1.0,M4.1.0/3", "2026-12-31T12:00:00Z", 39600},
        {"IST-2IDT,M3.4.4/26,M10.5.0", "2026-03-26T23:59:59Z", 7200},
        {"IST-2IDT,M3.4.4/26,M10.5.0", "2026-03-27T00:00:00Z", 10800},
        {"AAA3BBB,J60/0,J300/0", "2028-03-01T03:00:00Z", -7200},
        {"AAA3BBB,J60/0,J300/0", "2028-03-01T02:59:59Z", -10800},
        {"AAA0BBB,59/0,300", "2028-02-29T00:00:00Z", 3600},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct time_zone_rule rule;
        assert_int_equal(time_zone_rule_parse(rows[i].text, &rule), 0);
        if (time_zone_rule_offset(&rule, seconds_of(rows[i].time)) != rows[i].offset)
            fail_msg("%s at %s: %d", rows[i].text, rows[i].time, time_zone_rule_offset(&rule, seconds_of(rows[i].time)));
    }
    static const char *const wrong[] = {"",
                                        "CE-1",
                                        "CET",
                                        "CET-1x",
                                        "<+03",
                                        "CET-1CEST",
                                        "CET-1:x",
                                        "CET-999",
                                        "CET-1CEST,M3",
                                        "CET-1CEST,M13.1.0,M1.1.0",
                                        "CET-1CEST,J0,J1",
                                        "A1"};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        struct time_zone_rule rule;
        if (time_zone_rule_parse(wrong[i], &rule) != -1)
            fail_msg("%s was taken", wrong[i]);
    }
}

static void test_no_zones(void **state)
{
    (void)state;
    static const char *const names[] = {"",       "Mars/Phobos",   "../../etc/passwd", "/etc/localtime",
                                        "Europe", "Europe/../UTC", "tzdata.zi"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        struct error error = ERROR_NONE;
        assert_null(time_zone_load(names[i], &error));
        assert_int_equal(strncmp(error.text, "unknown time zone ", 18), 0);
    }
}

/* Every cut and every single wrong byte of a file: a zone or none, and no fault. */
static void test_damaged_files(void **state)
{
    (void)state;
    size_t length = 0;
    AUTO_FREE char *bytes = file_read("/usr/share/zoneinfo/Europe/Berlin", 256 * 1024, &length, NULL);
    assert_non_null(bytes);
    for (size_t cut = 0; cut < length; cut++) {
        AUTO_FREE char *copy = memory_copy_bytes(bytes, cut);
        time_zone_destroy(time_zone_read(copy, cut));
    }
    for (size_t at = 0; at < length; at++) {
        bytes[at] ^= (char)0xff;
        AUTO_TIME_ZONE struct time_zone *zone = time_zone_read(bytes, length);
        if (zone != NULL)
            (void)time_zone_moment(zone, 1780000000);
        bytes[at] ^= (char)0xff;
    }
    assert_null(time_zone_read(bytes, length - 1 > 44 ? 44 : 0));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_offsets),  cmocka_unit_test(test_moments),       cmocka_unit_test(test_rules),
        cmocka_unit_test(test_no_zones), cmocka_unit_test(test_damaged_files),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
