/* Requests by name, checks, phases and expectations with labels, from a run that is written here. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "common/clock.h"
#include "common/memory.h"
#include "driver/analyze/analyze.h"
#include "driver/load/spec.h"
#include "tests/support/folder.h"

#define MILLISECOND NANOSECONDS_PER_MILLISECOND

static const char loads[] =
    "[{\"name\":\"shop\",\"model\":\"closed\",\"tags\":{\"team\":\"a\"},\"requests\":["
    "{\"name\":\"list\",\"method\":\"GET\",\"tags\":{},\"checks\":[\"status is 200\"]},"
    "{\"name\":\"buy\",\"method\":\"POST\",\"tags\":{\"team\":\"b\"},\"checks\":[\"status is 200\",\"fine\"]}]}]";

static const char *const expectations[] = {
    "http_req_duration{name:list}: max <= 20ms",
    "http_req_duration{name:buy}: min >= 50ms",
    "http_req_duration{phase:warm-up}: min >= 200ms",
    "http_req_duration: max <= 50ms",
    "http_reqs: count == 40",
    "http_reqs{method:POST}: rate == 10",
    "http_reqs{team:a}: count == 20",
    "checks{check:fine}: rate == 0.5",
    "checks: rate > 0.8",
    "data_sent: count == 80",
    "vus{load:shop}: max == 6",
    "lateness{phase:warm-up}: max == 9ms",
    "http_req_duration{name:nobody}: max < 1s",
};

static void add_row(struct run_store *store, int64_t second, const char *phase, const char *name, int64_t time)
{
    struct error error = ERROR_NONE;
    struct load_row row = {.second = second, .bytes_sent = 20, .check_count = strcmp(name, "buy") == 0 ? 2 : 1};
    (void)snprintf(row.request, sizeof row.request, "%s", name);
    (void)snprintf(row.phase, sizeof row.phase, "%s", phase);
    for (int i = 0; i < 10; i++) {
        histogram_record(&row.response, time);
        histogram_record(&row.service, time);
    }
    row.outcomes[OUTCOME_OK] = 10;
    row.checks[0].passes = 10;
    if (row.check_count == 2)
        row.checks[1] = (struct load_check_count){.passes = 5, .fails = 5};
    if (run_store_add_row(store, "shop", &row, &error) < 0)
        fail_msg("%s", error.text);
    histogram_release(&row.response);
    histogram_release(&row.service);
}

/* A second of warm-up, in which all takes ten times as long, and two that count. */
static void write_run(const char *folder)
{
    struct error error = ERROR_NONE;
    const struct run_description run = {.lesson_name = "requests", .lesson_title = "Requests"};
    const struct variant_description variant = {.name = "one",
                                                .title = "",
                                                .hpa = "",
                                                .spike_over = 40 * MILLISECOND,
                                                .expectation_count = sizeof expectations / sizeof *expectations,
                                                .expectations = expectations,
                                                .load_duration = 3 * NANOSECONDS_PER_SECOND,
                                                .load_json = loads};
    struct run_store *store = run_store_create(folder, &run, &error);
    if (store == NULL || run_store_begin_variant(store, &variant, &error) < 0)
        fail_msg("%s", error.text);
    for (int64_t second = 0; second < 3; second++) {
        const char *phase = second == 0 ? LOAD_PHASE_WARM_UP : "";
        struct load_tick tick = {.part = 1, .second = second, .planned = 20, .sent = 20, .vus = (uint64_t)second};
        (void)snprintf(tick.phase, sizeof tick.phase, "%s", phase);
        struct load_tick other = {.part = 2, .second = second, .vus = 4};
        (void)snprintf(other.phase, sizeof other.phase, "%s", phase);
        assert_int_equal(run_store_add_tick(store, "shop", &other, &error), 0);
        histogram_record(&tick.lateness, second == 0 ? 9 * MILLISECOND : MILLISECOND);
        assert_int_equal(run_store_add_tick(store, "shop", &tick, &error), 0);
        histogram_release(&tick.lateness);
        add_row(store, second, phase, "list", (second == 0 ? 200 : 20) * MILLISECOND);
        add_row(store, second, phase, "buy", (second == 0 ? 500 : 50) * MILLISECOND);
    }
    assert_int_equal(run_store_end_variant(store, "completed", &error), 0);
    assert_int_equal(run_store_finish(store, &error), 0);
    run_store_close(store);
}

static void test_requests_are_told_apart(void **state)
{
    (void)state;
    struct error error = ERROR_NONE;
    AUTO_FREE char *temporary = test_folder_create();
    AUTO_FREE char *folder = memory_format("%s/run", temporary);
    write_run(folder);
    struct run_store *store = run_store_open(folder, &error);
    assert_non_null(store);
    struct run_figures *figures = analyze_run(store, &error);
    if (figures == NULL) {
        fail_msg("%s", error.text);
        return;
    }
    const struct variant_figures *variant = &figures->variants[0];
    assert_int_equal(variant->warm_up_seconds, 1);
    assert_int_equal(variant->requests, 40);
    assert_int_equal(variant->planned, 40);
    assert_int_equal(variant->second_count, 3);
    assert_int_equal(variant->seconds[0].done, 20); /* the seconds are all there */
    assert_int_equal(variant->seconds[2].vus, 6);
    assert_int_equal(variant->request_count, 2);
    assert_string_equal(variant->by_request[0].name, "list");
    assert_int_equal(variant->by_request[1].ok, 20);
    assert_int_equal(variant->by_request[1].response.maximum, 50 * MILLISECOND);
    assert_int_equal(variant->by_request[1].check_count, 2);
    assert_string_equal(variant->by_request[1].checks[1].name, "fine");
    assert_int_equal(variant->by_request[1].checks[1].fails, 10);
    assert_int_equal(variant->vus_minimum, 5); /* of both generators together */
    assert_int_equal(variant->vus_maximum, 6);
    assert_int_equal(variant->expectation_count, sizeof expectations / sizeof *expectations);
    for (size_t i = 0; i < variant->expectation_count; i++) {
        const struct expectation_figures *expectation = &variant->expectations[i];
        bool last = i + 1 == variant->expectation_count;
        if (expectation->result != (last ? EXPECTATION_NO_DATA : EXPECTATION_PASS))
            fail_msg("%s: %s", expectation->text, expectation->observed);
    }
    run_figures_destroy(figures);
    run_store_close(store);
    test_folder_remove(temporary);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_requests_are_told_apart),
    };
    return cmocka_run_group_tests_name("requests", tests, NULL, NULL);
}
