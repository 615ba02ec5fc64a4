/* Thresholds as k6 writes them: read, refused, evaluated. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "common/clock.h"
#include "driver/load_report/threshold.h"
#include "tests/unit/driver/load_report/fixture.h"

#define MILLISECOND NANOSECONDS_PER_MILLISECOND

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
    struct fixture *fixture = fixture_example();
    assert_int_equal(judge("http_req_duration:p(99)<100", fixture), THRESHOLD_PASS);
    assert_int_equal(judge("http_req_duration:p(99) < 98ms", fixture), THRESHOLD_FAIL);
    assert_int_equal(judge("response_time:max<=101", fixture), THRESHOLD_PASS);
    assert_int_equal(judge("http_req_failed:rate<5%", fixture), THRESHOLD_PASS);
    assert_int_equal(judge("http_req_failed:rate<0.04", fixture), THRESHOLD_FAIL);
    assert_int_equal(judge("http_reqs:rate>100", fixture), THRESHOLD_PASS);
    assert_int_equal(judge("dropped_iterations:count==0", fixture), THRESHOLD_PASS);
    assert_int_equal(judge("data_received:count>2000", fixture), THRESHOLD_FAIL);
    fixture_end(fixture);
    fixture = fixture_begin(10);
    assert_int_equal(judge("http_req_duration:p(99)<100", fixture), THRESHOLD_NO_DATA);
    assert_int_equal(judge("http_req_failed:rate<1%", fixture), THRESHOLD_NO_DATA);
    fixture_end(fixture);
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
        {"http_req_duration{status:200}:p(99)<200", "http_reqs has"},
        {"http_req_duration{check:a}:p(99)<200", "checks has"},
        {"lateness{name:a}:p(99)<200", "counted by the second"},
        {"http_req_duration{expected_response:false}:p(99)<200", "there is only true"},
        {"http_req_duration{name}:p(99)<200", "expected LABEL:VALUE"},
        {"http_req_duration{}:p(99)<200", "expected LABEL:VALUE"},
        {"http_req_duration{name:a:p(99)<200", "expected METRIC{LABEL:VALUE}:AGGREGATE"},
        {"http_req_duration{name:a}<200", "expected METRIC{LABEL:VALUE}:AGGREGATE"},
        {"http_req_duration{a:1,b:2,c:3,d:4,e:5,f:6,g:7,h:8,i:9}:p(99)<200", "at most 8 labels"},
        {"checks:p(99)<200", "has no aggregate"},
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

/* Two requests, in a warm-up and after it: "fast" takes 2 ms, "slow" 50 ms, in the warm-up ten times as long. */
static void give_labelled(struct fixture *fixture, int64_t second, const char *phase, const char *name, int64_t time)
{
    struct load_row row = {.second = second, .bytes_sent = 30, .bytes_received = 70, .check_count = 1};
    (void)snprintf(row.request, sizeof row.request, "%s", name);
    (void)snprintf(row.phase, sizeof row.phase, "%s", phase);
    (void)snprintf(row.server, sizeof row.server, "pod-%s", name);
    for (int i = 0; i < 10; i++) {
        histogram_record(&row.response, time);
        histogram_record(&row.service, time);
    }
    row.outcomes[OUTCOME_OK] = 10;
    row.outcomes[OUTCOME_DROPPED] = 1;
    row.checks[0] = (struct load_check_count){.passes = 7, .fails = 3};
    load_status_add(row.statuses, &row.status_count, LOAD_MOST_STATUSES, 204, 10);
    fixture->sink.row(fixture->sink.context, &fixture->spec, &row);
    histogram_release(&row.response);
    histogram_release(&row.service);
}

static void give_second(struct fixture *fixture, int64_t second, const char *phase, int64_t factor)
{
    struct load_tick tick = {.second = second, .planned = 20, .sent = 20};
    (void)snprintf(tick.phase, sizeof tick.phase, "%s", phase);
    histogram_record(&tick.lateness, factor * MILLISECOND);
    fixture->sink.tick(fixture->sink.context, &fixture->spec, &tick);
    histogram_release(&tick.lateness);
    give_labelled(fixture, second, phase, "fast", 2 * factor * MILLISECOND);
    give_labelled(fixture, second, phase, "slow", 50 * factor * MILLISECOND);
}

static void add_request(struct load_spec *spec, const char *name, const char *team)
{
    spec->requests = memory_resize(spec->requests, spec->request_count + 1, sizeof *spec->requests);
    struct request_spec *request = &spec->requests[spec->request_count++];
    *request = (struct request_spec){.name = memory_copy_text(name),
                                     .weight = 1,
                                     .method = memory_copy_text("GET"),
                                     .url = memory_copy_text("http://localhost/"),
                                     .tag_count = 1,
                                     .tags = memory_allocate(1, sizeof *request->tags),
                                     .check_count = 1,
                                     .checks = memory_allocate(1, sizeof *request->checks)};
    request->tags[0] = (struct load_label){memory_copy_text("team"), memory_copy_text(team)};
    request->checks[0] = (struct load_check){memory_copy_text("fine"), memory_copy_text("status is 204")};
}

static enum threshold_result judge_labelled(const char *text)
{
    struct threshold threshold;
    struct error error = ERROR_NONE;
    struct fixture *fixture = fixture_begin(20);
    load_totals_destroy(fixture->totals);
    add_request(&fixture->spec, "fast", "a");
    add_request(&fixture->spec, "slow", "b");
    fixture->totals = load_totals_create(&fixture->spec);
    fixture->sink = load_totals_sink(fixture->totals);
    if (threshold_parse(text, &threshold, &error) < 0)
        fail_msg("%s", error.text);
    load_totals_select(fixture->totals, &threshold.selection);
    give_second(fixture, 0, LOAD_PHASE_WARM_UP, 10);
    give_second(fixture, 1, "", 1);
    give_second(fixture, 2, "peak", 2);
    load_totals_settle(fixture->totals, 3 * NANOSECONDS_PER_SECOND, true);
    const struct metric_data data = load_total_metrics(load_totals_lock(fixture->totals));
    threshold_evaluate(&threshold, &data);
    load_totals_unlock(fixture->totals);
    threshold_release(&threshold);
    fixture_end(fixture);
    return threshold.result;
}

static void test_thresholds_with_labels(void **state)
{
    (void)state;
    static const char *const passing[] = {
        "http_req_duration:max<=100",
        "http_req_duration{name:fast}:max<=4",
        "http_req_duration{ name : slow , phase : peak }:min>=100",
        "http_req_duration{phase:warm-up}:max>=500",
        "http_req_duration{phase:warm-up,name:fast,expected_response:true}:max<=20",
        "response_time{team:b}:min>=50",
        "response_time{server:pod-fast}:max<=4",
        "http_reqs:count==40",
        "http_reqs:rate==20",
        "http_reqs{name:fast}:rate==10",
        "http_reqs{phase:peak}:count==20",
        "http_reqs{phase:peak}:rate==20",
        "http_reqs{status:204}:count==40",
        "http_reqs{status:200}:count==0",
        "http_reqs{scenario:load,method:GET}:count==40",
        "dropped_iterations{name:slow}:count==2",
        "data_sent:count==120",
        "data_sent{name:fast}:count==60",
        "checks:rate==0.7",
        "checks{check:fine}:rate==70%",
        "lateness{phase:warm-up}:max==10",
        "lateness:max==2",
    };
    static const char *const without_data[] = {
        "http_req_duration{name:nobody}:max<100", "http_req_duration{phase:other}:avg<1", "http_req_duration{team:c}:p(99)<1",
        "http_req_duration{nothing:c}:p(99)<1",   "checks{check:other}:rate>0.5",         "vus:max>0",
        "http_req_failed{load:other}:rate<1%",
    };
    for (size_t i = 0; i < sizeof passing / sizeof *passing; i++)
        if (judge_labelled(passing[i]) != THRESHOLD_PASS)
            fail_msg("%s did not pass", passing[i]);
    for (size_t i = 0; i < sizeof without_data / sizeof *without_data; i++)
        if (judge_labelled(without_data[i]) != THRESHOLD_NO_DATA)
            fail_msg("%s has data", without_data[i]);
    assert_int_equal(judge_labelled("http_req_duration{name:slow}:p(99)<50"), THRESHOLD_FAIL);
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_thresholds),
        cmocka_unit_test(test_thresholds_with_labels),
        cmocka_unit_test(test_wrong_thresholds),
        cmocka_unit_test(test_the_verdict_of_several),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
