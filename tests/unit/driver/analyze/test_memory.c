/* A run without requests: working sets, what the HPA on memory aims at, marks, order of removal, what was given. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "common/clock.h"
#include "common/memory.h"
#include "driver/analyze/analyze.h"
#include "driver/analyze/named_value.h"
#include "tests/support/folder.h"

#define SECOND NANOSECONDS_PER_SECOND
#define STARTED_WALL (INT64_C(1795312800) * SECOND) /* 2026-11-22T02:00:00Z */

struct lab {
    char *folder;
    struct run_store *store;
    struct run_figures *figures;
    struct variant_figures *variant;
};

static void see(struct lab *lab, int64_t second, enum change_type type, const char *resource, const char *name, const char *json)
{
    AUTO_JSON cJSON *object = json_parse(json, strlen(json), NULL);
    assert_non_null(object);
    struct change change = {.type = type, .resource = resource, .name = name, .object = object};
    assert_int_equal(run_store_add_change(lab->store, second * SECOND, &change, NULL), 0);
}

static void see_pod(struct lab *lab, int64_t second, const char *name, const char *owner_kind, bool deleting)
{
    AUTO_FREE char *json = memory_format("{\"metadata\":{\"name\":\"%s\",\"uid\":\"%s\",\"ownerReferences\":[{\"kind\":\"%s\","
                                         "\"name\":\"%s\",\"controller\":true}]%s},"
                                         "\"spec\":{\"containers\":[{\"resources\":{\"requests\":{\"memory\":\"100Mi\"}}}]}}",
                                         name, name, owner_kind, strcmp(owner_kind, "Job") == 0 ? "app-7" : "app",
                                         deleting ? ",\"deletionTimestamp\":\"2026-11-22T02:01:00Z\"" : "");
    see(lab, second, CHANGE_MODIFIED, "pods", name, json);
}

static void see_usage(struct lab *lab, int64_t second, const char *first, const char *second_pod)
{
    AUTO_FREE char *json = memory_format(
        "{\"items\":[{\"metadata\":{\"name\":\"app-0\"},\"timestamp\":\"2026-11-22T02:00:%02dZ\",\"window\":\"3s\","
        "\"containers\":[{\"usage\":{\"cpu\":\"5m\",\"memory\":\"%s\"}}]},"
        "{\"metadata\":{\"name\":\"%s\"},\"timestamp\":\"2026-11-22T02:00:%02dZ\",\"window\":\"3s\","
        "\"containers\":[{\"usage\":{\"cpu\":\"0\",\"memory\":\"10Mi\"}},{\"usage\":{\"cpu\":\"0\",\"memory\":\"10Mi\"}}]}]}",
        (int)second, first, second_pod, (int)second);
    see(lab, second, CHANGE_SAMPLE, "podmetrics", "", json);
}

static void see_hpa(struct lab *lab, const char *target, const char *current)
{
    AUTO_FREE char *json = memory_format(
        "{\"spec\":{\"scaleTargetRef\":{\"kind\":\"StatefulSet\",\"name\":\"app\"},\"minReplicas\":1,\"maxReplicas\":5,"
        "\"metrics\":[{\"type\":\"Resource\",\"resource\":{\"name\":\"memory\",\"target\":{%s}}}]},"
        "\"status\":{\"desiredReplicas\":2,\"currentReplicas\":2,"
        "\"currentMetrics\":[{\"type\":\"Resource\",\"resource\":{\"name\":\"memory\",\"current\":{%s}}}]}}",
        target, current);
    see(lab, 1, CHANGE_LISTED, "horizontalpodautoscalers", "app", json);
}

static void see_job(struct lab *lab, int64_t second, const char *name, const char *condition)
{
    AUTO_FREE char *json = memory_format(
        "{\"metadata\":{\"name\":\"%s\",\"uid\":\"%s\"},\"status\":{\"conditions\":[{\"type\":\"%s\",\"status\":\"True\"}]}}",
        name, name, condition);
    see(lab, second, CHANGE_MODIFIED, "jobs", name, json);
}

static void see_step(struct lab *lab, int64_t second, const char *text)
{
    struct change change = {.type = CHANGE_MODIFIED, .resource = "steps", .name = "", .text = text};
    assert_int_equal(run_store_add_change(lab->store, second * SECOND, &change, NULL), 0);
}

static int open_lab(void **state)
{
    const struct run_description run = {.lesson_name = "l",
                                        .lesson_title = "",
                                        .lesson_file = "",
                                        .lesson_hash = "",
                                        .lesson_text = "",
                                        .explanation = "",
                                        .cluster = "",
                                        .cluster_version = "",
                                        .pace = "quick",
                                        .machine = "",
                                        .command = "",
                                        .started_wall = STARTED_WALL};
    const struct variant_description variant = {.name = "v",
                                                .title = "",
                                                .hpa = "app",
                                                .spike_over = SECOND,
                                                .load_duration = 60 * SECOND,
                                                .load_json = "[]",
                                                .started_wall = STARTED_WALL};
    struct lab *lab = memory_allocate(1, sizeof *lab);
    lab->folder = test_folder_create();
    AUTO_FREE char *path = memory_format("%s/run", lab->folder);
    lab->store = run_store_create(path, &run, NULL);
    assert_non_null(lab->store);
    assert_int_equal(run_store_begin_variant(lab->store, &variant, NULL), 0);
    *state = lab;
    return 0;
}

static void analyze(struct lab *lab)
{
    struct error error = ERROR_NONE;
    AUTO_FREE char *path = memory_format("%s/run", lab->folder);
    assert_int_equal(run_store_end_variant(lab->store, "completed", &error), 0);
    assert_int_equal(run_store_finish(lab->store, &error), 0);
    run_store_close(lab->store);
    lab->store = run_store_open(path, &error);
    assert_non_null(lab->store);
    lab->figures = analyze_run(lab->store, &error);
    assert_non_null(lab->figures);
    lab->variant = &lab->figures->variants[0];
}

static int close_lab(void **state)
{
    struct lab *lab = *state;
    run_figures_destroy(lab->figures);
    run_store_close(lab->store);
    test_folder_remove(lab->folder);
    free(lab->folder);
    free(lab);
    return 0;
}

static double value_of(const struct lab *lab, const char *name)
{
    struct named_value value;
    assert_int_equal(named_value(name, lab->variant, &value), 0);
    return value.number;
}

static void test_working_sets(void **state)
{
    struct lab *lab = *state;
    see_hpa(lab, "\"type\":\"Utilization\",\"averageUtilization\":60", "\"averageUtilization\":50,\"averageValue\":\"50Mi\"");
    see_pod(lab, 1, "app-0", "StatefulSet", false);
    see_usage(lab, 5, "80Mi", "stranger");
    see_pod(lab, 6, "app-1", "StatefulSet", false);
    see_usage(lab, 8, "50Mi", "app-1");
    see_pod(lab, 9, "app-1", "StatefulSet", true);
    see_usage(lab, 12, "60Mi", "app-1");
    analyze(lab);
    assert_string_equal(lab->variant->metric.name, "memory utilization");
    assert_string_equal(lab->variant->metric.unit, "%");
    assert_true(lab->variant->memory_target == 60);
    assert_true(value_of(lab, "memory.max") == 80);
    assert_int_equal(lab->variant->usage_count, 5);
    assert_string_equal(lab->variant->usage[1].pod, "app-0");
    assert_int_equal(lab->variant->memory_step_count, 3);
    assert_true(lab->variant->memory_steps[0].average == 80 && lab->variant->memory_steps[0].pods == 1);
    assert_true(lab->variant->memory_steps[1].average == 35 && lab->variant->memory_steps[1].pods == 2);
    assert_true(lab->variant->memory_steps[2].average == 60 && lab->variant->memory_steps[2].pods == 1);
    assert_string_equal(lab->figures->verdict,
                        "Stayed at 2 pods; the largest working set of a pod was 80 MiB, the target 60 MiB.");
}

static void test_average_value_is_in_mebibytes(void **state)
{
    struct lab *lab = *state;
    see_hpa(lab, "\"type\":\"AverageValue\",\"averageValue\":\"64Mi\"", "\"averageValue\":\"33554432\"");
    analyze(lab);
    assert_string_equal(lab->variant->metric.name, "memory value");
    assert_string_equal(lab->variant->metric.unit, " MiB");
    assert_true(lab->variant->metric.target == 64);
    assert_true(lab->variant->memory_target == 64);
    assert_true(lab->variant->metric.maximum == 32);
}

static void test_pods_of_jobs_are_no_replicas(void **state)
{
    struct lab *lab = *state;
    see_hpa(lab, "\"type\":\"Utilization\",\"averageUtilization\":60", "");
    see_pod(lab, 1, "app-0", "StatefulSet", false);
    see_pod(lab, 2, "app-7-abcde", "Job", false);
    analyze(lab);
    assert_int_equal(lab->variant->pod_count, 1);
    assert_int_equal(lab->variant->replicas_maximum, 1);
}

static void test_marks(void **state)
{
    struct lab *lab = *state;
    see_step(lab, 0, "apply CronJob app");
    see_job(lab, 5, "app-1", "Complete");
    see_job(lab, 6, "app-1", "Complete");
    see_job(lab, 7, "app-2", "Failed");
    see_job(lab, 8, "app-3", "Suspended");
    analyze(lab);
    assert_int_equal(lab->variant->mark_count, 3);
    assert_string_equal(lab->variant->marks[0].text, "apply CronJob app");
    assert_string_equal(lab->variant->marks[1].text, "Job app-1 complete");
    assert_int_equal(lab->variant->marks[1].time, 5 * SECOND);
    assert_int_equal(lab->variant->marks[2].kind, MARK_JOB_FAILED);
    assert_true(value_of(lab, "jobs.complete") == 1);
    assert_true(value_of(lab, "jobs.failed") == 1);
}

static void test_order_of_removal(void **state)
{
    struct lab *lab = *state;
    static const char *const names[] = {"app-0", "app-1", "app-2", "app-10"};
    for (size_t i = 0; i < 4; i++)
        see_pod(lab, 1, names[i], "StatefulSet", false);
    see_pod(lab, 20, "app-10", "StatefulSet", true);
    see_pod(lab, 21, "app-1", "StatefulSet", true);
    see_pod(lab, 22, "app-2", "StatefulSet", true);
    analyze(lab);
    assert_true(value_of(lab, "pods.removed") == 3);
    assert_true(value_of(lab, "pods.out_of_order") == 1);
}

static void add_share(struct lab *lab, const char *load, int64_t second, const char *pod, double given, uint64_t failures)
{
    struct load_share share = {.second = second, .target = 90, .given = given, .failures = failures};
    (void)snprintf(share.server, sizeof share.server, "%s", pod);
    assert_int_equal(run_store_add_share(lab->store, load, &share, NULL), 0);
}

static void test_what_was_given(void **state)
{
    struct lab *lab = *state;
    add_share(lab, "m", 0, "", 0, 0);
    add_share(lab, "m", 1, "app-0", 45, 0);
    add_share(lab, "other", 1, "app-0", 7, 0);
    add_share(lab, "m", 1, "app-1", 44, 2);
    analyze(lab);
    const struct given_step *given = lab->variant->given;
    assert_int_equal(lab->variant->given_count, 3);
    assert_int_equal(given[0].pods, 0);
    assert_true(given[1].given == 89 && given[1].target == 90);
    assert_int_equal(given[1].pods, 2);
    assert_true(given[2].given == 7);
    assert_string_equal(given[2].load, "other");
    assert_true(value_of(lab, "given.failures") == 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_working_sets, open_lab, close_lab),
        cmocka_unit_test_setup_teardown(test_average_value_is_in_mebibytes, open_lab, close_lab),
        cmocka_unit_test_setup_teardown(test_pods_of_jobs_are_no_replicas, open_lab, close_lab),
        cmocka_unit_test_setup_teardown(test_marks, open_lab, close_lab),
        cmocka_unit_test_setup_teardown(test_order_of_removal, open_lab, close_lab),
        cmocka_unit_test_setup_teardown(test_what_was_given, open_lab, close_lab),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
