/* Every form that results are written in. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "common/clock.h"
#include "common/json.h"
#include "common/memory.h"
#include "driver/load_report/load_prometheus.h"
#include "driver/load_report/load_report.h"
#include "tests/unit/driver/load_report/fixture.h"

#define SECOND NANOSECONDS_PER_SECOND
#define TEXT_MAXIMUM ((size_t)1024 * 1024)

typedef void write_function(const struct load_report *report, struct buffer *text);

/* What a writer makes of the fixture; the caller frees it. */
static char *write_report(struct fixture *fixture, write_function *write, struct threshold *thresholds, size_t count)
{
    AUTO_BUFFER struct buffer text = {0};
    buffer_init(&text, TEXT_MAXIMUM);
    const struct load_total *total = load_totals_lock(fixture->totals);
    const struct metric_data data = load_total_metrics(total);
    for (size_t i = 0; i < count; i++)
        threshold_evaluate(&thresholds[i], &data);
    const struct load_report report = {.total = total, .thresholds = thresholds, .threshold_count = count, .started = SECOND};
    write(&report, &text);
    load_totals_unlock(fixture->totals);
    assert_false(text.overflowed);
    return buffer_steal(&text);
}

static void write_summary(const struct load_report *report, struct buffer *text)
{
    const struct terminal terminal = {.output = text, .columns = 80};
    load_report_summary(report, &terminal);
}

static void test_json(void **state)
{
    (void)state;
    struct fixture *fixture = fixture_example();
    struct threshold thresholds[2];
    assert_int_equal(threshold_parse("http_req_duration:p(99)<200", &thresholds[0], NULL), 0);
    assert_int_equal(threshold_parse("http_req_failed:rate<1%", &thresholds[1], NULL), 0);
    AUTO_FREE char *text = write_report(fixture, load_report_json, thresholds, 2);
    AUTO_JSON cJSON *root = json_parse(text, strlen(text), NULL);
    assert_non_null(root);
    assert_int_equal(json_integer(json_get(root, "metrics", "http_reqs", "count"), 0), 210);
    assert_int_equal(json_integer(json_get(root, "metrics", "http_reqs", "rate"), 0), 105);
    assert_int_equal(json_integer(json_get(root, "metrics", "http_req_failed", "passes"), 0), 10);
    assert_int_equal(json_integer(json_get(root, "metrics", "http_req_failed", "fails"), 0), 200);
    assert_int_equal(json_integer(json_get(root, "metrics", "http_req_duration", "p(99.9)"), 0), 100);
    assert_int_equal(json_integer(json_get(root, "metrics", "response_time", "min"), 0), 2);
    assert_true(json_boolean(json_get(root, "metrics", "http_req_duration", "thresholds", "p(99)<200", "ok"), false));
    assert_false(json_boolean(json_get(root, "metrics", "http_req_failed", "thresholds", "rate<1%", "ok"), true));
    assert_string_equal(json_text(json_get(root, "verdict"), ""), "fail");
    assert_int_equal(json_integer(json_get(root, "outcomes", "status"), 0), 10);
    assert_int_equal(json_integer(json_get(root, "statuses", "503"), 0), 10);
    assert_string_equal(json_text(json_get(root, "limit", "by"), ""), "server");
    assert_string_equal(json_text(json_get(root, "started"), ""), "1970-01-01T00:00:01.000000Z");
    fixture_end(fixture);
}

static void test_csv(void **state)
{
    (void)state;
    struct fixture *fixture = fixture_example();
    AUTO_FREE char *text = write_report(fixture, load_report_csv, NULL, 0);
    size_t commas[3] = {0};
    char *rest = text;
    for (size_t i = 0; i < 3; i++) {
        const char *line = strsep(&rest, "\n");
        assert_non_null(line);
        for (; *line != '\0'; line++)
            commas[i] += *line == ',' ? 1 : 0;
        assert_int_equal(commas[i], commas[0]);
    }
    assert_string_equal(rest, "");
    fixture_end(fixture);
}

/* Every line of the distribution: percentiles rise, counts are what the percentile says, and the end is the maximum. */
static void test_percentiles(void **state)
{
    (void)state;
    struct fixture *fixture = fixture_example();
    AUTO_FREE char *text = write_report(fixture, load_report_percentiles, NULL, 0);
    char *rest = text;
    double last = -1;
    double value = 0;
    size_t lines = 0;
    unsigned long long count = 0;
    assert_string_equal(strsep(&rest, "\n"), "       Value     Percentile TotalCount 1/(1-Percentile)");
    assert_string_equal(strsep(&rest, "\n"), "");
    for (const char *line = strsep(&rest, "\n"); line != NULL && line[0] != '#'; line = strsep(&rest, "\n"), lines++) {
        double percentile = 0;
        assert_true(sscanf(line, "%lf %lf %llu", &value, &percentile, &count) == 3);
        assert_true(percentile > last);
        assert_true((double)count >= percentile * 200 - 1e-6);
        last = percentile;
    }
    assert_true(lines > 20);
    assert_true(last >= 1 && last <= 1);
    assert_int_equal(count, 200);
    assert_true(value > 100.99 && value < 101.01);
    assert_non_null(strstr(rest, "#[Max     =      101.000, Total count    =          200]"));
    fixture_end(fixture);
    fixture = fixture_begin(1);
    AUTO_FREE char *empty = write_report(fixture, load_report_percentiles, NULL, 0);
    assert_non_null(strstr(empty, "Total count    =            0]"));
    fixture_end(fixture);
}

static void test_prometheus(void **state)
{
    (void)state;
    struct fixture *fixture = fixture_example();
    AUTO_FREE char *text = write_report(fixture, load_report_prometheus, NULL, 0);
    static const char *const lines[] = {"\nk6_http_reqs_total 210\n",
                                        "\n# TYPE k6_http_req_duration_p99 gauge\n",
                                        "\nk6_http_req_duration_max 0.1\n",
                                        "\nhpalab_response_time_max 0.101\n",
                                        "\nhpalab_outcomes_total{outcome=\"status\"} 10\n",
                                        "\nhpalab_statuses_total{status=\"503\"} 10\n"};
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++)
        if (strstr(text, lines[i]) == NULL)
            fail_msg("\"%s\" is missing in %s", lines[i], text);
    fixture_end(fixture);
}

static void test_prometheus_tells_loads_apart(void **state)
{
    (void)state;
    struct fixture *fixture = fixture_example();
    AUTO_BUFFER struct buffer labels = {0};
    AUTO_BUFFER struct buffer text = {0};
    buffer_init(&labels, 1000);
    buffer_init(&text, 1 << 20);
    load_prometheus_label("part", "2", &labels);
    load_prometheus_label("load", "a\"\\\n", &labels);
    assert_string_equal(labels.data, "part=\"2\",load=\"a\\\"\\\\\\n\"");
    const struct load_total *total = load_totals_lock(fixture->totals);
    const struct load_prometheus loads[] = {{.labels = "part=\"1\"", .total = total}, {.labels = "part=\"2\"", .total = total}};
    load_prometheus_write(loads, 2, &text);
    load_totals_unlock(fixture->totals);
    static const char *const lines[] = {
        "\n# TYPE http_reqs_total counter\nhttp_reqs_total{part=\"1\"} 210\nhttp_reqs_total{part=\"2\"} 210\n",
        "\nhttp_req_failed_total{part=\"2\"} 10\n",
        "\n# TYPE k6_http_req_duration histogram\nk6_http_req_duration_bucket{part=\"1\",le=\"0.0005\"} 0\n",
        "\nhttp_req_duration_bucket{part=\"2\",le=\"0.01\"} 20\n",
        "\nhttp_req_duration_bucket{part=\"2\",le=\"+Inf\"} 200\n",
        "\nhttp_req_duration_count{part=\"1\"} 200\n",
        "\nhpalab_outcomes_total{part=\"2\",outcome=\"status\"} 10\n",
    };
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++)
        if (strstr(text.data, lines[i]) == NULL)
            fail_msg("\"%s\" is missing in %s", lines[i], text.data);
    fixture_end(fixture);
}

static void test_summary_fits_eighty_columns(void **state)
{
    (void)state;
    struct fixture *fixture = fixture_example();
    struct threshold thresholds[2];
    assert_int_equal(threshold_parse("http_req_duration:p(99)<200", &thresholds[0], NULL), 0);
    assert_int_equal(threshold_parse("http_req_failed:rate<1%", &thresholds[1], NULL), 0);
    AUTO_FREE char *text = write_report(fixture, write_summary, thresholds, 2);
    static const char *const words[] = {"p(99.9)",
                                        "210 planned, 210 sent, 2 late, 0 dropped; 105/s",
                                        "200 ok, 10 status",
                                        "503: 10",
                                        "4 new, at most 2,000 at once",
                                        "4.76% failed",
                                        "25% of a core",
                                        "pass    http_req_duration:p(99)<200",
                                        "fail    http_req_failed:rate<1%",
                                        "the server:"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (strstr(text, words[i]) == NULL)
            fail_msg("\"%s\" is missing in %s", words[i], text);
    char *rest = text;
    for (const char *line = strsep(&rest, "\n"); line != NULL; line = strsep(&rest, "\n"))
        assert_in_range(strlen(line), 0, 80);
    fixture_end(fixture);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_json),
        cmocka_unit_test(test_csv),
        cmocka_unit_test(test_percentiles),
        cmocka_unit_test(test_prometheus),
        cmocka_unit_test(test_prometheus_tells_loads_apart),
        cmocka_unit_test(test_summary_fits_eighty_columns),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
