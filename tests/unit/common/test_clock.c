#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "common/clock.h"
#include "common/duration.h"

struct time_row {
    const char *text;
    int64_t seconds, nanoseconds;
};

static void test_times(void **state)
{
    (void)state;
    static const struct time_row rows[] = {
        {"1970-01-01T00:00:00Z", 0, 0},
        {"2026-11-22T00:48:28Z", 1795308508, 0},
        {"2026-11-22T00:48:28.5Z", 1795308508, 500000000},
        {"2026-11-22T00:48:28.123456789Z", 1795308508, 123456789},
        {"2026-11-22T00:48:28.1234567899999Z", 1795308508, 123456789},
        {"2026-11-22T02:18:28+01:30", 1795308508, 0},
        {"2026-11-21T23:48:28-01:00", 1795308508, 0},
        {"2028-02-29T00:00:00Z", 1835395200, 0},
        {"2261-12-31T23:59:59Z", 9214646399, 0},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        int64_t wall = 0;
        struct error error = ERROR_NONE;
        if (clock_parse(rows[i].text, &wall, &error) < 0)
            fail_msg("%s", error.text);
        assert_int_equal(wall, rows[i].seconds * NANOSECONDS_PER_SECOND + rows[i].nanoseconds);
    }
}

static void test_what_is_no_time(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "",
        "now",
        "2026-11-22",
        "2026-11-22T00:48:28",
        "2026-11-22 00:48:28Z",
        "2026-11-22T00:48:28z",
        "2026-13-01T00:00:00Z",
        "2026-00-01T00:00:00Z",
        "2026-02-29T00:00:00Z",
        "2026-04-31T00:00:00Z",
        "2100-02-29T00:00:00Z",
        "2026-11-22T24:00:00Z",
        "2026-11-22T00:60:00Z",
        "2026-11-22T00:00:00.Z",
        "2026-11-22T00:00:00+1:00",
        "2026-11-22T00:00:00+24:00",
        "2026-11-22T00:00:00Zx",
        "1969-12-31T23:59:59Z",
        "9999-01-01T00:00:00Z",
        "+026-11-22T00:00:00Z",
        "2026-11-22T00:48:-8Z",
    };
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        int64_t wall = 7;
        if (clock_parse(texts[i], &wall, NULL) == 0)
            fail_msg("\"%s\" was read", texts[i]);
        assert_int_equal(wall, 7);
    }
}

static void test_formats_read_back(void **state)
{
    (void)state;
    char text[CLOCK_TEXT_SIZE];
    int64_t wall = 0;
    assert_string_equal(clock_format_seconds(1795308508999999999, text), "2026-11-22T00:48:28Z");
    assert_string_equal(clock_format_microseconds(1795308508123456789, text), "2026-11-22T00:48:28.123456Z");
    assert_int_equal(clock_parse(text, &wall, NULL), 0);
    assert_int_equal(wall, 1795308508123456000);
    assert_string_equal(clock_format_microseconds(0, text), "1970-01-01T00:00:00.000000Z");
}

static void test_clocks_go_forward(void **state)
{
    (void)state;
    int64_t before = clock_monotonic();
    clock_sleep_until(before + 5 * NANOSECONDS_PER_MILLISECOND);
    assert_true(clock_monotonic() >= before + 5 * NANOSECONDS_PER_MILLISECOND);
    clock_sleep_until(before);
    assert_true(clock_wall() > INT64_C(1700000000) * NANOSECONDS_PER_SECOND);
    assert_true(clock_thread_cpu() > 0 && clock_process_cpu() > 0);
}

struct duration_row {
    const char *text;
    int64_t nanoseconds;
};

static void test_durations(void **state)
{
    (void)state;
    static const struct duration_row rows[] = {
        {"0", 0},
        {"0s", 0},
        {"8s", 8000000000},
        {"250ms", 250000000},
        {"1.5h", 5400000000000},
        {"1m30s", 90000000000},
        {"1h2m3s4ms5us6ns", 3723004005006},
        {"2d", 172800000000000},
        {"0.0000000014s", 1},
        {"100000d", 8640000000000000000},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        int64_t value = -1;
        if (duration_parse(rows[i].text, &value, NULL) < 0)
            fail_msg("\"%s\" was not read", rows[i].text);
        assert_int_equal(value, rows[i].nanoseconds);
    }
}

static void test_what_is_no_duration(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "",   "8",    "s",       "-1s", "+1s",  "1 s",  "1s ",  "1.2.3s", ".5s", "1e3s",
        "1S", "1sec", "200000d", "1s2", "0x1s", "nans", "infs", "00",     "1mm", "9999999999999999999999999999999999s"};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        int64_t value = 7;
        if (duration_parse(texts[i], &value, NULL) == 0)
            fail_msg("\"%s\" was read", texts[i]);
        assert_int_equal(value, 7);
    }
}

static void test_durations_as_people_say_them(void **state)
{
    (void)state;
    static const struct duration_row rows[] = {
        {"0 s", 0},
        {"0.85 us", 850},
        {"850 us", 850000},
        {"850 ms", 850000000},
        {"999 ms", 999400000},
        {"1 s", 999600000},
        {"12.7 s", 12700000000},
        {"59.9 s", 59940000000},
        {"1 min", 59960000000},
        {"3 min 20 s", 200000000000},
        {"1 h", 3599600000000},
        {"2 h 5 min", 7500000000000},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char text[DURATION_TEXT_SIZE];
        assert_string_equal(duration_format(rows[i].nanoseconds, text), rows[i].text);
    }
    char text[DURATION_TEXT_SIZE];
    assert_true(strlen(duration_format(INT64_MAX, text)) < DURATION_TEXT_SIZE);
}

static void test_durations_as_go_prints_them(void **state)
{
    (void)state;
    static const struct duration_row rows[] = {
        {"0s", 0},
        {"17ns", 17},
        {"2.5µs", 2500},
        {"1.5ms", 1500000},
        {"400ms", 400000000},
        {"999.999999ms", 999999999},
        {"1s", 1000000000},
        {"10s", 10000000000},
        {"11.406492672s", 11406492672},
        {"15.003s", 15003000000},
        {"1m20s", 80000000000},
        {"1m0.5s", 60500000000},
        {"5m0s", 300000000000},
        {"1h0m0s", 3600000000000},
        {"1h1m1s", 3661000000000},
        {"2562047h47m16.854775807s", INT64_MAX},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char text[DURATION_TEXT_SIZE];
        assert_string_equal(duration_format_go(rows[i].nanoseconds, text), rows[i].text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_times),
        cmocka_unit_test(test_what_is_no_time),
        cmocka_unit_test(test_formats_read_back),
        cmocka_unit_test(test_clocks_go_forward),
        cmocka_unit_test(test_durations),
        cmocka_unit_test(test_what_is_no_duration),
        cmocka_unit_test(test_durations_as_people_say_them),
        cmocka_unit_test(test_durations_as_go_prints_them),
    };
    return cmocka_run_group_tests_name("clock and duration", tests, NULL, NULL);
}
