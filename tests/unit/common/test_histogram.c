#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "common/buffer.h"
#include "common/clock.h"
#include "common/histogram.h"

static void assert_near(int64_t actual, int64_t expected, double share)
{
    double allowed = (double)expected * share + 1000;
    if ((double)llabs(actual - expected) > allowed)
        fail_msg("%lld is not within %g of %lld", (long long)actual, share, (long long)expected);
}

static void test_empty(void **state)
{
    (void)state;
    struct histogram histogram = {0};
    assert_int_equal(histogram_percentile(&histogram, 0.5), 0);
    assert_true(histogram_mean(&histogram) == 0);
    assert_int_equal(histogram_count_above(&histogram, 0), 0);
}

static void test_percentiles_of_a_line(void **state)
{
    (void)state;
    AUTO_HISTOGRAM struct histogram histogram = {0};
    for (int64_t i = 1; i <= 100000; i++)
        histogram_record(&histogram, i * NANOSECONDS_PER_MICROSECOND * 10);
    assert_int_equal(histogram.total, 100000);
    assert_near(histogram_percentile(&histogram, 0.5), 500 * NANOSECONDS_PER_MILLISECOND, 0.001);
    assert_near(histogram_percentile(&histogram, 0.99), 990 * NANOSECONDS_PER_MILLISECOND, 0.001);
    assert_near(histogram_percentile(&histogram, 0.999), 999 * NANOSECONDS_PER_MILLISECOND, 0.001);
    assert_int_equal(histogram_percentile(&histogram, 0), 10 * NANOSECONDS_PER_MICROSECOND);
    assert_int_equal(histogram_percentile(&histogram, 1), NANOSECONDS_PER_SECOND);
    assert_near((int64_t)histogram_count_above(&histogram, NANOSECONDS_PER_SECOND / 4) * 1000, 75000 * 1000, 0.002);
}

static void test_values_beyond_the_range_are_held(void **state)
{
    (void)state;
    AUTO_HISTOGRAM struct histogram histogram = {0};
    histogram_record(&histogram, -5);
    histogram_record(&histogram, 0);
    histogram_record(&histogram, INT64_MAX);
    assert_int_equal(histogram.total, 3);
    assert_int_equal(histogram.minimum, 0);
    assert_int_equal(histogram.maximum, INT64_MAX);
}

static void test_merge_loses_nothing(void **state)
{
    (void)state;
    struct histogram parts[2] = {{0}, {0}};
    AUTO_HISTOGRAM struct histogram whole = {0};
    AUTO_HISTOGRAM struct histogram merged = {0};
    uint64_t random = 88172645463325252u;
    for (int i = 0; i < 20000; i++) {
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        int64_t value = (int64_t)(random % (uint64_t)(10 * NANOSECONDS_PER_SECOND));
        histogram_record(&parts[i % 2], value);
        histogram_record(&whole, value);
    }
    histogram_merge(&merged, &parts[0]);
    histogram_merge(&merged, &parts[1]);
    histogram_release(&parts[0]);
    histogram_release(&parts[1]);
    assert_int_equal(merged.total, whole.total);
    for (int i = 0; i <= 1000; i++)
        assert_int_equal(histogram_percentile(&merged, i / 1000.0), histogram_percentile(&whole, i / 1000.0));
}

static void test_encoding_keeps_everything(void **state)
{
    (void)state;
    AUTO_HISTOGRAM struct histogram histogram = {0};
    AUTO_HISTOGRAM struct histogram decoded = {0};
    for (int64_t value = 1; value < INT64_C(4000000000000); value = value * 3 + 7)
        histogram_record(&histogram, value);
    AUTO_BUFFER struct buffer bytes = {0};
    buffer_init(&bytes, 1 << 20);
    assert_int_equal(histogram_encode(&histogram, &bytes), 0);
    assert_int_equal(histogram_decode(&decoded, bytes.data, bytes.length, NULL), 0);
    assert_int_equal(decoded.total, histogram.total);
    assert_int_equal(decoded.maximum, histogram.maximum);
    assert_true(histogram_mean(&decoded) == histogram_mean(&histogram));
    for (int i = 0; i <= 100; i++)
        assert_int_equal(histogram_percentile(&decoded, i / 100.0), histogram_percentile(&histogram, i / 100.0));
}

static void test_malformed_bytes_are_refused(void **state)
{
    (void)state;
    AUTO_HISTOGRAM struct histogram histogram = {0};
    AUTO_HISTOGRAM struct histogram decoded = {0};
    histogram_record(&histogram, NANOSECONDS_PER_SECOND);
    AUTO_BUFFER struct buffer bytes = {0};
    buffer_init(&bytes, 1 << 20);
    assert_int_equal(histogram_encode(&histogram, &bytes), 0);
    size_t head = bytes.length - 3;
    for (size_t length = 0; length < bytes.length; length++)
        if (length < head - 1 || length > head)
            (void)histogram_decode(&decoded, bytes.data, length, NULL);
    struct error error = ERROR_NONE;
    assert_int_equal(histogram_decode(&decoded, "\x02", 1, &error), -1);
    assert_int_equal(histogram_decode(&decoded, bytes.data, 5, &error), -1);
    assert_string_equal(error.text, "malformed histogram of 5 bytes");
    bytes.data[bytes.length - 1] = 0;
    assert_int_equal(histogram_decode(&decoded, bytes.data, bytes.length, &error), -1);
    /* Counts at 0 us, beyond an hour, and a sum that is no number. */
    assert_int_equal(histogram_decode(&decoded, "\x01\0\0\0\0\0\0\0\0\0\0\x02\x01", 13, &error), 0);
    assert_int_equal(histogram_decode(&decoded, "\x01\0\0\0\0\0\0\0\0\0\0\x01\x01", 13, &error), -1);
    assert_int_equal(histogram_decode(&decoded, "\x01\0\0\0\0\0\0\0\0\0\0\xff\xb6\x01\x01", 15, &error), -1);
    assert_int_equal(histogram_decode(&decoded, "\x01\0\0\0\0\0\0\0\0\xf8\x7f\x02\x01", 13, &error), -1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_empty),
        cmocka_unit_test(test_percentiles_of_a_line),
        cmocka_unit_test(test_values_beyond_the_range_are_held),
        cmocka_unit_test(test_merge_loses_nothing),
        cmocka_unit_test(test_encoding_keeps_everything),
        cmocka_unit_test(test_malformed_bytes_are_refused),
    };
    return cmocka_run_group_tests_name("histogram", tests, NULL, NULL);
}
