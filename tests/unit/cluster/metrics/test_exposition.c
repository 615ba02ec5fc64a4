/* The text format of Prometheus. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "cluster/metrics/exposition.h"
#include "common/buffer.h"

static bool note(const struct exposition_sample *sample, void *context)
{
    struct buffer *lines = context;
    AUTO_FREE char *labels = json_print(sample->labels);
    buffer_append_format(lines, "%s %s %s %g\n", sample->name, labels, sample->is_counter ? "counter" : "gauge", sample->value);
    return true;
}

static void expect(const char *text, const char *wanted)
{
    struct buffer lines AUTO_BUFFER;
    buffer_init(&lines, 65536);
    exposition_read(text, strlen(text), note, &lines);
    assert_string_equal(lines.data, wanted);
}

static void test_types(void **state)
{
    (void)state;
    expect("# HELP http_requests_total Requests.\n"
           "# TYPE http_requests_total counter\n"
           "http_requests_total{code=\"200\"} 12\n"
           "http_requests_total{code=\"500\",method=\"get\",} 1e3 1795305600000\n"
           "# TYPE in_flight gauge\n"
           "in_flight 3\n"
           "# TYPE lag untyped\n"
           "lag{} -1.5\n"
           "other_total 4\n",
           "http_requests_total {\"code\":\"200\"} counter 12\n"
           "http_requests_total {\"code\":\"500\",\"method\":\"get\"} counter 1000\n"
           "in_flight {} gauge 3\n"
           "lag {} gauge -1.5\n"
           "other_total {} counter 4\n");
}

static void test_a_gauge_may_be_called_total(void **state)
{
    (void)state;
    expect("# TYPE beds_total gauge\nbeds_total 4\n", "beds_total {} gauge 4\n");
}

static void test_distributions(void **state)
{
    (void)state;
    expect("# TYPE rt histogram\n"
           "rt_bucket{le=\"0.1\"} 2\n"
           "rt_bucket{le=\"+Inf\"} 3\n"
           "rt_sum 0.5\n"
           "rt_count 3\n"
           "# TYPE gc summary\n"
           "gc{quantile=\"0.5\"} 7\n"
           "gc_count 2\n",
           "rt_bucket {\"le\":\"0.1\"} counter 2\n"
           "rt_bucket {\"le\":\"+Inf\"} counter 3\n"
           "rt_sum {} counter 0.5\n"
           "rt_count {} counter 3\n"
           "gc {\"quantile\":\"0.5\"} gauge 7\n"
           "gc_count {} counter 2\n");
}

static void test_openmetrics(void **state)
{
    (void)state;
    expect("# TYPE jobs counter\n"
           "jobs_total{queue=\"a b\"} 5 # {trace=\"x\"} 1\n"
           "jobs_created 1795305600\n"
           "# EOF\n",
           "jobs_total {\"queue\":\"a b\"} counter 5\n"
           "jobs_created {} gauge 1.79531e+09\n");
}

static void test_escapes(void **state)
{
    (void)state;
    expect("a{p=\"C:\\\\x\\n\\\"q\\\"}\"} 1\r\n", "a {\"p\":\"C:\\\\x\\n\\\"q\\\"}\"} gauge 1\n");
}

static void test_what_cannot_be_read_is_left_out(void **state)
{
    (void)state;
    expect("9a 1\n"
           "a\n"
           "a{ 1\n"
           "a{b} 1\n"
           "a{b=c} 1\n"
           "a{b=\"c} 1\n"
           "a{b=\"c\" d=\"e\"} 1\n"
           "a 1x\n"
           "a NaN\n"
           "a +Inf\n"
           "# TYPE\n"
           "#\n"
           "\n"
           "  good 1",
           "good {} gauge 1\n");
}

static void test_long_lines_are_left_out(void **state)
{
    (void)state;
    AUTO_FREE char *text = memory_allocate(EXPOSITION_LONGEST_LINE + 100, 1);
    memset(text, 'a', EXPOSITION_LONGEST_LINE + 50);
    memcpy(text + EXPOSITION_LONGEST_LINE + 50, " 1\nb 2\n", sizeof " 1\nb 2\n");
    expect(text, "b {} gauge 2\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_types),
        cmocka_unit_test(test_a_gauge_may_be_called_total),
        cmocka_unit_test(test_distributions),
        cmocka_unit_test(test_openmetrics),
        cmocka_unit_test(test_escapes),
        cmocka_unit_test(test_what_cannot_be_read_is_left_out),
        cmocka_unit_test(test_long_lines_are_left_out),
    };
    return cmocka_run_group_tests_name("cluster/metrics/exposition", tests, NULL, NULL);
}
