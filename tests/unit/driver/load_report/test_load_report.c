/* Totals, thresholds, the limit that is named, and every form that they are written in, from results made up. */
#include <math.h>
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
#include "driver/load_report/load_limit.h"
#include "driver/load_report/load_report.h"

#define SECOND NANOSECONDS_PER_SECOND
#define MILLISECOND NANOSECONDS_PER_MILLISECOND
#define TEXT_MAXIMUM ((size_t)1024 * 1024)

struct fixture {
    struct load_spec spec;
    struct load_totals *totals;
    struct load_sink sink;
};

static struct fixture *begin(double rate)
{
    struct fixture *fixture = memory_allocate(1, sizeof *fixture);
    load_spec_init(&fixture->spec);
    fixture->spec.name = memory_copy_text("load");
    fixture->spec.url = memory_copy_text("http://localhost/");
    fixture->spec.start_rate = rate;
    fixture->spec.stage_count = 1;
    fixture->spec.stages = memory_allocate(1, sizeof *fixture->spec.stages);
    fixture->spec.stages[0] = (struct load_stage){.duration = 10 * SECOND, .target = rate};
    fixture->spec.timeout = 3 * SECOND;
    fixture->totals = load_totals_create(&fixture->spec);
    fixture->sink = load_totals_sink(fixture->totals);
    return fixture;
}

static void end(struct fixture *fixture)
{
    load_totals_destroy(fixture->totals);
    load_spec_release(&fixture->spec);
    free(fixture);
}

static void give_tick(struct fixture *fixture, int64_t second, uint64_t planned, uint64_t late, uint64_t in_flight)
{
    struct load_tick tick = {.second = second,
                             .target_rate = (double)planned,
                             .planned = planned,
                             .sent = planned,
                             .late = late,
                             .in_flight = in_flight,
                             .cpu = 0.25};
    for (uint64_t i = 0; i < planned; i++)
        histogram_record(&tick.lateness, i < late ? 20 * MILLISECOND : MILLISECOND / 2);
    fixture->sink.tick(fixture->sink.context, &fixture->spec, &tick);
    histogram_release(&tick.lateness);
}

/* Answers that took 1, 2, 3 ... ms, and some of another outcome. */
static void give_row(struct fixture *fixture, int64_t second, int ok, enum load_outcome other, uint64_t others)
{
    struct load_row row = {.second = second, .connections = 2, .bytes_received = 1000, .first_sent = -1, .last_sent = -1};
    for (int i = 1; i <= ok; i++) {
        histogram_record(&row.response, (i + 1) * MILLISECOND);
        histogram_record(&row.service, i * MILLISECOND);
    }
    row.outcomes[OUTCOME_OK] = (uint64_t)ok;
    row.outcomes[other] += others;
    load_status_add(row.statuses, &row.status_count, LOAD_MOST_STATUSES, 200, (uint64_t)ok);
    if (other == OUTCOME_STATUS)
        load_status_add(row.statuses, &row.status_count, LOAD_MOST_STATUSES, 503, others);
    fixture->sink.row(fixture->sink.context, &fixture->spec, &row);
    histogram_release(&row.response);
    histogram_release(&row.service);
}

/* Two seconds: 100 ok each, 5 times 503. */
static struct fixture *begin_example(void)
{
    struct fixture *fixture = begin(105);
    for (int64_t second = 0; second < 2; second++) {
        give_tick(fixture, second, 105, 1, 3);
        give_row(fixture, second, 100, OUTCOME_STATUS, 5);
    }
    load_totals_settle(fixture->totals, 2 * SECOND, true);
    return fixture;
}

static void test_totals_add_up(void **state)
{
    (void)state;
    struct fixture *fixture = begin_example();
    const struct load_total *total = load_totals_lock(fixture->totals);
    assert_int_equal(total->planned, 210);
    assert_int_equal(total->sent, 210);
    assert_int_equal(total->late, 2);
    assert_int_equal(load_total_requests(total), 210);
    assert_int_equal(load_total_lost(total), 10);
    assert_int_equal(total->connections, 4);
    assert_int_equal(total->bytes_received, 2000);
    assert_int_equal(total->response.total, 200);
    assert_int_equal(total->lateness.total, 210);
    assert_int_equal(total->status_count, 2);
    assert_int_equal(total->statuses[1].count, 10);
    assert_int_equal(total->second_count, 2);
    assert_true(llabs(total->seconds[1].p50 - 51 * MILLISECOND) < MILLISECOND / 10);
    assert_int_equal(total->seconds[1].maximum, 101 * MILLISECOND);
    load_totals_unlock(fixture->totals);
    end(fixture);
}

static size_t settled_at(struct fixture *fixture, int64_t elapsed, bool ended)
{
    load_totals_settle(fixture->totals, elapsed, ended);
    size_t count = load_totals_lock(fixture->totals)->settled_count;
    load_totals_unlock(fixture->totals);
    return count;
}

static void test_a_second_is_settled_when_its_answers_have_come(void **state)
{
    (void)state;
    struct fixture *fixture = begin(10);
    fixture->spec.timeout = 60 * SECOND;
    for (int64_t second = 0; second < 12; second++) {
        give_tick(fixture, second, 10, 0, 0);
        give_row(fixture, second, second == 1 ? 9 : 10, OUTCOME_OK, 0);
    }
    assert_int_equal(settled_at(fixture, 12 * SECOND, false), 1);
    give_row(fixture, 1, 0, OUTCOME_RESET, 1);
    assert_int_equal(settled_at(fixture, 12 * SECOND, false), 12 - LOAD_TOTAL_WINDOW);
    const struct load_total *total = load_totals_lock(fixture->totals);
    assert_int_equal(total->seconds[6].response.total, 0);
    assert_int_not_equal(total->seconds[6].p99, LOAD_TOTAL_NEVER);
    assert_int_equal(total->seconds[7].response.total, 10);
    assert_int_equal(total->seconds[7].p99, LOAD_TOTAL_NEVER);
    load_totals_unlock(fixture->totals);
    assert_int_equal(settled_at(fixture, 12 * SECOND, true), 12);
    end(fixture);
}

/* An answer that comes later still counts, in its second and in all. */
static void test_a_second_is_settled_when_its_time_is_over(void **state)
{
    (void)state;
    struct fixture *fixture = begin(10);
    fixture->spec.timeout = 7 * SECOND;
    give_tick(fixture, 0, 10, 0, 1);
    give_row(fixture, 0, 9, OUTCOME_OK, 0);
    assert_int_equal(settled_at(fixture, 9 * SECOND, false), 0);
    assert_int_equal(settled_at(fixture, 10 * SECOND, false), 1);
    give_row(fixture, 0, 1, OUTCOME_OK, 0);
    const struct load_total *total = load_totals_lock(fixture->totals);
    assert_int_equal(total->seconds[0].outcomes[OUTCOME_OK], 10);
    assert_int_equal(total->seconds[0].response.total, 0);
    assert_int_equal(total->response.total, 10);
    load_totals_unlock(fixture->totals);
    end(fixture);
}

static enum threshold_result judge(const char *text, struct fixture *fixture)
{
    struct threshold threshold;
    struct error error = ERROR_NONE;
    if (threshold_parse(text, &threshold, &error) < 0)
        fail_msg("%s", error.text);
    const struct metric_data data = load_total_metrics(load_totals_lock(fixture->totals));
    threshold_evaluate(&threshold, &data);
    load_totals_unlock(fixture->totals);
    return threshold.result;
}

static void test_thresholds(void **state)
{
    (void)state;
    struct fixture *fixture = begin_example();
    assert_int_equal(judge("http_req_duration:p(99)<100", fixture), THRESHOLD_PASS);
    assert_int_equal(judge("http_req_duration:p(99) < 98ms", fixture), THRESHOLD_FAIL);
    assert_int_equal(judge("response_time:max<=101", fixture), THRESHOLD_PASS);
    assert_int_equal(judge("http_req_failed:rate<5%", fixture), THRESHOLD_PASS);
    assert_int_equal(judge("http_req_failed:rate<0.04", fixture), THRESHOLD_FAIL);
    assert_int_equal(judge("http_reqs:rate>100", fixture), THRESHOLD_PASS);
    assert_int_equal(judge("dropped_iterations:count==0", fixture), THRESHOLD_PASS);
    assert_int_equal(judge("data_received:count>2000", fixture), THRESHOLD_FAIL);
    end(fixture);
    fixture = begin(10);
    assert_int_equal(judge("http_req_duration:p(99)<100", fixture), THRESHOLD_NO_DATA);
    assert_int_equal(judge("http_req_failed:rate<1%", fixture), THRESHOLD_NO_DATA);
    end(fixture);
}

static void test_wrong_thresholds(void **state)
{
    (void)state;
    static const struct {
        const char *text, *words;
    } cases[] = {
        {"", "expected a comparison"},
        {"http_req_duration", "expected a comparison"},
        {"p(99)<200", "expected METRIC:AGGREGATE"},
        {"http_req_duration:p(99)<", "a value is missing"},
        {"http_req_duration:p(101)<200", "has no aggregate"},
        {"http_req_duraton:p(99)<200", "did you mean http_req_duration or"},
        {"http_req_duration{status:200}:p(99)<200", "labels in braces"},
        {"http_req_duration:p(99)<20%", "is no percentage"},
        {"http_reqs:count<2s", "is no time"},
        {"http_reqs:count<many", "is no number"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct threshold threshold;
        struct error error = ERROR_NONE;
        assert_int_equal(threshold_parse(cases[i].text, &threshold, &error), -1);
        if (strstr(error.text, cases[i].words) == NULL)
            fail_msg("\"%s\" does not say \"%s\"", error.text, cases[i].words);
    }
}

static void test_the_verdict_of_several(void **state)
{
    (void)state;
    struct threshold thresholds[3] = {{.result = THRESHOLD_PASS}, {.result = THRESHOLD_NO_DATA}, {.result = THRESHOLD_FAIL}};
    assert_int_equal(threshold_verdict(thresholds, 0), THRESHOLD_PASS);
    assert_int_equal(threshold_verdict(thresholds, 1), THRESHOLD_PASS);
    assert_int_equal(threshold_verdict(thresholds, 2), THRESHOLD_NO_DATA);
    assert_int_equal(threshold_verdict(thresholds, 3), THRESHOLD_FAIL);
}

static void assert_limit(struct fixture *fixture, enum load_limit limit, const char *words)
{
    char text[LOAD_LIMIT_TEXT_SIZE];
    load_totals_settle(fixture->totals, 2 * SECOND, true);
    assert_int_equal(load_limit_find(load_totals_lock(fixture->totals), text), limit);
    load_totals_unlock(fixture->totals);
    if (strstr(text, words) == NULL)
        fail_msg("\"%s\" does not say \"%s\"", text, words);
    end(fixture);
}

static void test_the_limit_is_named(void **state)
{
    (void)state;
    struct fixture *fixture = begin(100);
    assert_limit(fixture, LIMIT_NONE, "no request was sent");
    fixture = begin(100);
    give_tick(fixture, 0, 100, 0, 2);
    give_row(fixture, 0, 100, OUTCOME_OK, 0);
    assert_limit(fixture, LIMIT_NONE, "99% of them within 500 us");
    fixture = begin(100);
    give_tick(fixture, 0, 100, 6, 2);
    give_row(fixture, 0, 90, OUTCOME_DROPPED, 10);
    assert_limit(fixture, LIMIT_GENERATOR, "6% of the requests");
    fixture = begin(100);
    give_tick(fixture, 0, 100, 0, 2);
    give_row(fixture, 0, 90, OUTCOME_DROPPED, 10);
    assert_limit(fixture, LIMIT_CONNECTIONS, "10% of the requests found all 2000 in use");
    fixture = begin(100);
    give_tick(fixture, 0, 100, 0, 2);
    give_row(fixture, 0, 75, OUTCOME_TIMEOUT, 25);
    assert_limit(fixture, LIMIT_SERVER, "25% of the requests failed");
    fixture = begin(100);
    give_tick(fixture, 0, 100, 0, 150);
    give_row(fixture, 0, 100, OUTCOME_OK, 0);
    assert_limit(fixture, LIMIT_SERVER, "behind");
    fixture = begin(4);
    fixture->spec.executor = EXECUTOR_CONSTANT_VUS;
    give_tick(fixture, 0, 100, 0, 4);
    give_row(fixture, 0, 100, OUTCOME_OK, 0);
    assert_limit(fixture, LIMIT_SERVER, "closed model");
}

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
    struct fixture *fixture = begin_example();
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
    end(fixture);
}

static void test_csv(void **state)
{
    (void)state;
    struct fixture *fixture = begin_example();
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
    end(fixture);
}

/* Every line of the distribution: percentiles rise, counts are what the percentile says, and the end is the maximum. */
static void test_percentiles(void **state)
{
    (void)state;
    struct fixture *fixture = begin_example();
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
    end(fixture);
    fixture = begin(1);
    AUTO_FREE char *empty = write_report(fixture, load_report_percentiles, NULL, 0);
    assert_non_null(strstr(empty, "Total count    =            0]"));
    end(fixture);
}

static void test_prometheus(void **state)
{
    (void)state;
    struct fixture *fixture = begin_example();
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
    end(fixture);
}

static void test_summary_fits_eighty_columns(void **state)
{
    (void)state;
    struct fixture *fixture = begin_example();
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
    end(fixture);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_totals_add_up),
        cmocka_unit_test(test_a_second_is_settled_when_its_answers_have_come),
        cmocka_unit_test(test_a_second_is_settled_when_its_time_is_over),
        cmocka_unit_test(test_thresholds),
        cmocka_unit_test(test_wrong_thresholds),
        cmocka_unit_test(test_the_verdict_of_several),
        cmocka_unit_test(test_the_limit_is_named),
        cmocka_unit_test(test_json),
        cmocka_unit_test(test_csv),
        cmocka_unit_test(test_percentiles),
        cmocka_unit_test(test_prometheus),
        cmocka_unit_test(test_summary_fits_eighty_columns),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
