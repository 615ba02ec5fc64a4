/* How evenly pods are asked at the end of a load. */
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
#include "driver/analyze/variant_state.h"

#define SECOND NANOSECONDS_PER_SECOND

struct fixture {
    struct figures_texts *texts;
    struct variant_figures figures;
    struct variant_state state;
};

static int open_fixture(void **state)
{
    struct fixture *fixture = memory_allocate(1, sizeof *fixture);
    fixture->texts = texts_create();
    fixture->figures = (struct variant_figures){.load_duration = 60 * SECOND, .end = 90 * SECOND};
    fixture->state = (struct variant_state){.texts = fixture->texts,
                                            .figures = &fixture->figures,
                                            .answers = {.texts = fixture->texts, .figures = &fixture->figures},
                                            .pods = {.texts = fixture->texts}};
    *state = fixture;
    return 0;
}

static int close_fixture(void **state)
{
    struct fixture *fixture = *state;
    answers_release(&fixture->state.answers);
    pods_release(&fixture->state.pods);
    free(fixture->figures.seconds);
    histogram_release(&fixture->figures.response_histogram);
    histogram_release(&fixture->figures.service_histogram);
    texts_destroy(fixture->texts);
    free(fixture);
    return 0;
}

static void see_pod(struct fixture *fixture, const char *name, int64_t second, const char *ready)
{
    AUTO_FREE char *json =
        memory_format("{\"metadata\":{\"name\":\"%s\",\"uid\":\"%s\"},\"status\":{\"conditions\":[{\"type\":\"Ready\","
                      "\"status\":\"%s\"}]},\"spec\":{\"containers\":[]}}",
                      name, name, ready);
    AUTO_JSON cJSON *object = json_parse(json, strlen(json), NULL);
    assert_non_null(object);
    struct change change = {.type = CHANGE_MODIFIED, .resource = "pods", .name = name, .object = object};
    pods_see_pod(&fixture->state.pods, second * SECOND, &change);
}

static void see_answers(struct fixture *fixture, const char *pod, int64_t second, uint64_t count)
{
    struct load_row row = {.second = second, .first_sent = -1, .last_sent = -1, .last_connection = -1};
    (void)snprintf(row.server, sizeof row.server, "%s", pod);
    row.outcomes[OUTCOME_OK] = count;
    answers_see_row(&fixture->state.answers, &row);
}

static void find(struct fixture *fixture)
{
    pods_settle(&fixture->state.pods, "");
    find_fairness(&fixture->state);
}

static void test_index(void **state)
{
    struct fixture *fixture = *state;
    static const char *const names[] = {"a", "b", "c"};
    for (size_t index = 0; index < 3; index++)
        see_pod(fixture, names[index], 10, "True");
    see_answers(fixture, "a", 20, 1000); /* before the end: does not count */
    see_answers(fixture, "a", 52, 30);
    see_answers(fixture, "a", 59, 10);
    see_answers(fixture, "b", 55, 20);
    see_answers(fixture, "b", 60, 1000); /* after it */
    find(fixture);
    const struct fairness_figures *fairness = &fixture->figures.fairness;
    assert_int_equal(fairness->from, 50 * SECOND);
    assert_int_equal(fairness->until, 60 * SECOND);
    assert_int_equal(fairness->pods, 3);
    /* (40 + 20 + 0)^2 / (3 x (1600 + 400)) */
    assert_true(fabs(fairness->index - 0.6) < 1e-12);
    assert_true(fabs(fixture->state.pods.tracks[0].figures.last_rate - 4) < 1e-12);
    assert_true(fixture->state.pods.tracks[2].figures.last_rate == 0);
}

static void test_only_pods_that_were_ready_throughout(void **state)
{
    struct fixture *fixture = *state;
    see_pod(fixture, "steady", 10, "True");
    see_pod(fixture, "late", 10, "False");
    see_pod(fixture, "late", 51, "True");
    see_pod(fixture, "shaky", 10, "True");
    see_pod(fixture, "shaky", 53, "False");
    see_pod(fixture, "shaky", 54, "True");
    see_answers(fixture, "steady", 55, 5);
    see_answers(fixture, "late", 55, 50);
    find(fixture);
    assert_int_equal(fixture->figures.fairness.pods, 1);
    assert_true(fixture->figures.fairness.index == 1);
    for (size_t index = 0; index < fixture->state.pods.count; index++) {
        bool steady = strcmp(fixture->state.pods.tracks[index].figures.name, "steady") == 0;
        assert_true(isnan(fixture->state.pods.tracks[index].figures.last_rate) == !steady);
    }
}

static void test_short_loads_and_none(void **state)
{
    struct fixture *fixture = *state;
    see_pod(fixture, "a", 0, "True");
    fixture->figures.load_duration = 8 * SECOND;
    find(fixture);
    assert_int_equal(fixture->figures.fairness.from, 4 * SECOND);
    assert_true(isnan(fixture->figures.fairness.index));
    fixture->figures.load_duration = 0;
    fixture->figures.fairness = (struct fairness_figures){.pods = 0};
    find_fairness(&fixture->state);
    assert_true(isnan(fixture->figures.fairness.index));
    assert_int_equal(fixture->figures.fairness.pods, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_index, open_fixture, close_fixture),
        cmocka_unit_test_setup_teardown(test_only_pods_that_were_ready_throughout, open_fixture, close_fixture),
        cmocka_unit_test_setup_teardown(test_short_loads_and_none, open_fixture, close_fixture),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
