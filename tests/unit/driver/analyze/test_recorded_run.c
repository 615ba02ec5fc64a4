/* The figures of a recording of a real cluster, each worked out by hand from the times of arrival in the file. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "common/clock.h"
#include "driver/analyze/analyze.h"
#include "driver/analyze/expectation.h"

#define RECORDING "tests/data/runs/scale-up-down.jsonl"
#define LOAD_STARTED "2026-11-22T02:03:27Z"
#define LISTED_UNTIL "2026-11-22T02:02:37.3"
#define MILLISECOND NANOSECONDS_PER_MILLISECOND

static struct run_figures *figures;

static enum change_type read_type(const char *type, const char *arrival)
{
    if (strcmp(type, "DELETED") == 0)
        return CHANGE_DELETED;
    if (strncmp(arrival, LISTED_UNTIL, strlen(LISTED_UNTIL)) < 0)
        return CHANGE_LISTED;
    return strcmp(type, "ADDED") == 0 ? CHANGE_ADDED : CHANGE_MODIFIED;
}

static void add_line(struct run_store *store, const char *line, size_t length, int64_t started)
{
    struct error error = ERROR_NONE;
    int64_t arrival = 0;
    AUTO_JSON cJSON *entry = json_parse(line, length, &error);
    assert_non_null(entry);
    const char *time = json_text(json_get(entry, "t"), "");
    assert_int_equal(clock_parse(time, &arrival, &error), 0);
    struct change change = {.type = read_type(json_text(json_get(entry, "type"), ""), time),
                            .resource = json_text(json_get(entry, "resource"), ""),
                            .name = json_text(json_get(entry, "object", "metadata", "name"), ""),
                            .object = json_get(entry, "object")};
    if (run_store_add_change(store, arrival - started, &change, &error) < 0)
        fail_msg("%s", error.text);
}

static void write_run(const char *folder)
{
    struct error error = ERROR_NONE;
    struct run_description run = {.lesson_name = "recorded"};
    struct variant_description variant = {.name = "recorded", .hpa = "web", .load_json = "[]"};
    assert_int_equal(clock_parse(LOAD_STARTED, &variant.started_wall, &error), 0);
    struct run_store *store = run_store_create(folder, &run, &error);
    assert_non_null(store);
    assert_int_equal(run_store_begin_variant(store, &variant, &error), 0);
    FILE *file = fopen(RECORDING, "r");
    assert_non_null(file);
    AUTO_FREE char *line = NULL;
    size_t room = 0;
    ssize_t length;
    while ((length = getline(&line, &room, file)) > 0)
        add_line(store, line, (size_t)length - 1, variant.started_wall);
    fclose(file);
    assert_int_equal(run_store_end_variant(store, "completed", &error), 0);
    assert_int_equal(run_store_finish(store, &error), 0);
    run_store_close(store);
}

static int analyze_recording(void **state)
{
    (void)state;
    char parent[] = "/tmp/hpalab-test-recorded-XXXXXX";
    if (mkdtemp(parent) == NULL)
        return -1;
    struct error error = ERROR_NONE;
    write_run(parent);
    struct run_store *store = run_store_open(parent, &error);
    figures = store != NULL ? analyze_run(store, &error) : NULL;
    run_store_close(store);
    AUTO_FREE char *file = memory_format("%s/run.db", parent);
    unlink(file);
    rmdir(parent);
    return figures != NULL ? 0 : -1;
}

static int release(void **state)
{
    (void)state;
    run_figures_destroy(figures);
    return 0;
}

static const struct variant_figures *variant(void)
{
    return &figures->variants[0];
}

static const struct pod_figures *pod(const char *end_of_name)
{
    for (size_t index = 0; index < variant()->pod_count; index++) {
        const char *name = variant()->pods[index].name;
        if (strcmp(name + strlen(name) - strlen(end_of_name), end_of_name) == 0)
            return &variant()->pods[index];
    }
    fail_msg("there is no pod %s", end_of_name);
    return NULL;
}

static void test_decisions(void **state)
{
    (void)state;
    static const struct {
        int64_t time; /* milliseconds after the load's start */
        int from, to;
        const char *reason;
    } expected[] = {{9921, 1, 5, "cpu resource utilization (percentage of request) above target"},
                    {24986, 5, 6, "cpu resource utilization (percentage of request) above target"},
                    {160112, 6, 2, "All metrics below target"},
                    {175146, 2, 1, "All metrics below target"}};
    assert_int_equal(variant()->decision_count, 4);
    for (size_t index = 0; index < 4; index++) {
        const struct decision *decision = &variant()->decisions[index];
        assert_int_equal(decision->time, expected[index].time * MILLISECOND);
        assert_int_equal(decision->from, expected[index].from);
        assert_int_equal(decision->to, expected[index].to);
        assert_string_equal(decision->reason, expected[index].reason);
    }
}

static void test_metric(void **state)
{
    (void)state;
    const struct metric_figures *metric = &variant()->metric;
    assert_string_equal(metric->name, "cpu utilization");
    assert_true(metric->target == 50 && metric->tolerance_up == 0.1);
    assert_int_equal(metric->maximum_replicas, 6);
    assert_false(metric->steps[0].known);
    assert_string_equal(metric->steps[0].reason, "");
    assert_string_equal(metric->steps[1].reason, "FailedGetResourceMetric");
    assert_true(metric->steps[2].known && metric->steps[2].value == 1);
    /* 02:02:37.268 until 02:03:06.880 */
    assert_int_equal(metric->unknown, 29612 * MILLISECOND);
    assert_true(metric->maximum == 368 && metric->minimum == 1);
}

static void test_lifelines(void **state)
{
    (void)state;
    assert_int_equal(variant()->pod_count, 6);
    const struct pod_figures *first = pod("zr9wd");
    assert_true(first->before && first->has_probe);
    assert_int_equal(first->created, -51000 * MILLISECOND);
    assert_int_equal(first->scheduled, -51000 * MILLISECOND);
    assert_int_equal(first->started, -49430 * MILLISECOND);
    assert_int_equal(first->ready, -42619 * MILLISECOND);
    assert_int_equal(first->deleted, 160119 * MILLISECOND);
    assert_int_equal(first->removed, 160153 * MILLISECOND);
    assert_int_equal(first->terminated, 160773 * MILLISECOND);
    assert_int_equal(first->gone, 161089 * MILLISECOND);
    const struct pod_figures *later = pod("4jn8b");
    assert_false(later->before);
    assert_int_equal(later->created, 9999 * MILLISECOND);
    assert_int_equal(later->scheduled, 10011 * MILLISECOND);
    assert_int_equal(later->pulled, 10990 * MILLISECOND);
    assert_int_equal(later->initialised, 10084 * MILLISECOND);
    assert_int_equal(later->started, 11462 * MILLISECOND);
    assert_int_equal(later->ready, 17533 * MILLISECOND);
    assert_int_equal(later->first_answer, FIGURES_NEVER);
    assert_int_equal(pod("9tzqx")->deleted, FIGURES_NEVER);
}

static void test_replicas(void **state)
{
    (void)state;
    assert_int_equal(variant()->replicas_maximum, 6);
    assert_int_equal(variant()->replicas_minimum, 1);
    assert_int_equal(variant()->replicas_final, 1);
    assert_int_equal(variant()->pods_created, 5);
    assert_int_equal(variant()->pods_removed, 5);
    const struct replica_step *last = &variant()->replica_steps[variant()->replica_step_count - 1];
    assert_int_equal(last->desired, 1);
    assert_int_equal(last->spec, 1);
    assert_int_equal(last->ready, 1);
    assert_int_equal(last->warm, 1); /* without requests as soon as it can answer */
}

static void test_elasticity(void **state)
{
    (void)state;
    const struct elasticity_figures *ready = &variant()->elasticity[SUPPLY_READY];
    double pod_seconds = 0;
    for (size_t index = 0; index < variant()->pod_count; index++) {
        const struct pod_figures *life = &variant()->pods[index];
        int64_t until = life->deleted != FIGURES_NEVER ? life->deleted : variant()->end;
        pod_seconds += (double)(until - (life->ready > 0 ? life->ready : 0)) / (double)NANOSECONDS_PER_SECOND;
    }
    /* Down at 160 s undoes up at 25 s. */
    assert_int_equal(variant()->reversals, 1);
    assert_true(fabs(ready->cost - pod_seconds) < 0.001);
    assert_true(variant()->elasticity[SUPPLY_SPEC].cost > ready->cost);
    assert_true(fabs(variant()->elasticity[SUPPLY_WARM].cost - ready->cost) < 0.001); /* nobody asked */
    assert_true(isnan(ready->under) && isnan(ready->over_share)); /* no load was recorded: the demand is not known */
}

static void assert_stage(enum stage stage, size_t count, int64_t p50, int64_t p95)
{
    assert_int_equal(variant()->stages[stage].count, count);
    assert_int_equal(variant()->stages[stage].p50, p50 * MILLISECOND);
    assert_int_equal(variant()->stages[stage].p95, p95 * MILLISECOND);
}

static void test_anatomy(void **state)
{
    (void)state;
    assert_int_equal(variant()->scale_up_count, 2);
    assert_int_equal(variant()->scale_ups[0].pods, 4);
    assert_int_equal(variant()->scale_ups[1].pods, 1);
    /* The last pod was seen a millisecond before its decision: 0, 23, 46, 54, 78. */
    assert_stage(STAGE_CREATING, 5, 46, 78);
    assert_stage(STAGE_SCHEDULING, 5, 12, 22);
    /* Pulled events less PodScheduled: 1007, 785, 1135, 979, 620. */
    assert_stage(STAGE_PULLING, 5, 979, 1135);
    /* Ready less running: 6289, 6470, 6400, 6071, 6001. */
    assert_stage(STAGE_READYING, 5, 6289, 6470);
    assert_int_equal(variant()->stages[STAGE_SERVING].count, 0);
    assert_int_equal(variant()->stages[STAGE_SENSING].count, 0);
    assert_int_equal(variant()->time_to_scale, FIGURES_NEVER);
    assert_int_equal(variant()->scale_down_count, 5);
}

static void assert_expectation(const char *text, enum expectation_result result, const char *observed)
{
    char said[EXPECTATION_OBSERVED_SIZE];
    assert_int_equal(expectation_evaluate(text, variant(), said), result);
    assert_string_equal(said, observed);
}

static void test_expectations(void **state)
{
    (void)state;
    assert_expectation("rescales.count == 4", EXPECTATION_PASS, "4");
    assert_expectation("rescales.down == 1", EXPECTATION_FAIL, "2");
    assert_expectation("utilization.max > 50", EXPECTATION_PASS, "368%/50%");
    assert_expectation("hpa.unknown < 20s", EXPECTATION_FAIL, "29.6 s");
    assert_expectation("condition.ScalingActive.reason == FailedGetResourceMetric", EXPECTATION_PASS,
                       "FailedGetResourceMetric, ValidMetricFound");
    assert_expectation("condition.ScalingActive.reason != FailedGetResourceMetric", EXPECTATION_FAIL,
                       "FailedGetResourceMetric, ValidMetricFound");
    assert_expectation("condition.Nothing.reason == X", EXPECTATION_NO_DATA, "no data");
    assert_expectation("events.FailedGetResourceMetric.count > 0", EXPECTATION_PASS, "1");
    assert_expectation("events.Evicted.count == 0", EXPECTATION_PASS, "0");
    assert_expectation("stages.readying.p95 < 7s", EXPECTATION_PASS, "6.47 s");
    assert_expectation("lost.count == 0", EXPECTATION_NO_DATA, "no data");
    assert_expectation("response_time: p(99)<1000", EXPECTATION_NO_DATA, "no data");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_decisions),    cmocka_unit_test(test_metric),     cmocka_unit_test(test_lifelines),
        cmocka_unit_test(test_replicas),     cmocka_unit_test(test_elasticity), cmocka_unit_test(test_anatomy),
        cmocka_unit_test(test_expectations),
    };
    return cmocka_run_group_tests(tests, analyze_recording, release);
}
