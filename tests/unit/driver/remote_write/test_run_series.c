/* A run's figures as time series, sample by sample. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "common/clock.h"
#include "driver/remote_write/run_series.h"

#define SECOND NANOSECONDS_PER_SECOND
#define START INT64_C(1795312800) /* 2026-11-22T02:00:00Z */

static const char *label(const struct time_series *series, const char *name)
{
    for (size_t i = 0; i < series->label_count; i++)
        if (strcmp(series->labels[i].name, name) == 0)
            return series->labels[i].value;
    return "";
}

/* The series of that name and that value of a label (key "" = any). */
static const struct time_series *find(const struct time_series_set *set, const char *name, const char *key, const char *value)
{
    for (size_t i = 0; i < set->count; i++)
        if (strcmp(label(set->series[i], "__name__"), name) == 0 &&
            (key[0] == '\0' || strcmp(label(set->series[i], key), value) == 0))
            return set->series[i];
    fail_msg("there is no series %s", name);
    return NULL;
}

static void assert_samples(const struct time_series *series, int64_t first, const double *values, size_t count)
{
    assert_int_equal(series->sample_count, count + 1);
    for (size_t i = 0; i < count; i++) {
        assert_int_equal(series->samples[i].time, (START + first + (int64_t)i) * 1000);
        assert_true(series->samples[i].value == values[i]);
    }
    assert_true(time_series_is_end(series->samples[count].value));
}

static void test_a_run(void **state)
{
    (void)state;
    struct second_figures seconds[] = {
        {.second = 0, .target = 10, .planned = 10, .done = 9, .lost = 1, .p50 = SECOND / 4, .p99 = SECOND, .maximum = SECOND},
        {.second = 1,
         .target = 20,
         .planned = 20,
         .done = 0,
         .dropped = 20,
         .p50 = FIGURES_NEVER,
         .p99 = FIGURES_NEVER,
         .maximum = FIGURES_NEVER},
    };
    struct replica_step replicas[] = {
        {.time = -1500 * NANOSECONDS_PER_MILLISECOND, .desired = -1, .spec = 1, .current = 1, .ready = 0, .warm = 0},
        {.time = 500 * NANOSECONDS_PER_MILLISECOND, .desired = 2, .spec = 2, .current = 2, .ready = 1, .warm = 0}};
    struct metric_step steps[] = {{.time = 0, .known = true, .value = 80}, {.time = SECOND, .known = false}};
    struct usage_step usage[] = {{.time = SECOND, .pod = "a", .cores = 0.5, .mebibytes = 2}};
    struct variant_figures variant = {.name = "v",
                                      .started_wall = START * SECOND,
                                      .end = 2 * SECOND,
                                      .second_count = 2,
                                      .seconds = seconds,
                                      .replica_step_count = 2,
                                      .replica_steps = replicas,
                                      .usage_count = 1,
                                      .usage = usage,
                                      .metric = {.watched = true,
                                                 .name = "cpu utilization",
                                                 .target = 50,
                                                 .minimum_replicas = 1,
                                                 .maximum_replicas = 6,
                                                 .step_count = 2,
                                                 .steps = steps}};
    const struct run_figures figures = {.lesson_name = "l", .variant_count = 1, .variants = &variant};
    struct time_series_set set = {0};
    run_series_make(&figures, "20261122-l", &set);
    const struct time_series *requests = find(&set, "k6_http_reqs_total", "", "");
    assert_string_equal(label(requests, "lesson"), "l");
    assert_string_equal(label(requests, "run"), "20261122-l");
    assert_string_equal(label(requests, "variant"), "v");
    assert_samples(requests, 0, (const double[]){0, 10, 10}, 3);
    assert_samples(find(&set, "k6_http_req_failed_total", "", ""), 0, (const double[]){0, 1, 1}, 3);
    assert_samples(find(&set, "k6_dropped_iterations_total", "", ""), 0, (const double[]){0, 0, 20}, 3);
    assert_samples(find(&set, "hpalab_target_rate", "", ""), 1, (const double[]){10, 20}, 2);
    assert_samples(find(&set, "hpalab_response_time_p50", "", ""), 1, (const double[]){0.25}, 1);
    assert_samples(find(&set, "hpalab_replicas", "state", "current"), -1, (const double[]){1, 1, 2, 2}, 4);
    assert_samples(find(&set, "hpalab_hpa_desired_replicas", "", ""), 1, (const double[]){2, 2}, 2);
    assert_samples(find(&set, "hpalab_hpa_metric", "metric", "cpu utilization"), 0, (const double[]){80}, 1);
    assert_samples(find(&set, "hpalab_hpa_metric_target", "", ""), -1, (const double[]){50, 50, 50, 50}, 4);
    assert_true(find(&set, "hpalab_pod_memory_bytes", "pod", "a")->samples[0].value == 2097152);
    time_series_set_release(&set);
}

/* What a damaged run may say of its times must not ask for all memory. */
static void test_absurd_times(void **state)
{
    (void)state;
    struct replica_step replicas[] = {{.time = INT64_MIN + 1, .spec = 1, .current = 1, .ready = 1, .warm = 1, .desired = 1}};
    struct variant_figures variant = {.name = "v",
                                      .end = INT64_MAX / 2,
                                      .replica_step_count = 1,
                                      .replica_steps = replicas,
                                      .metric = {.name = "", .watched = false}};
    const struct run_figures figures = {.lesson_name = "l", .variant_count = 1, .variants = &variant};
    struct time_series_set set = {0};
    run_series_make(&figures, "r", &set);
    for (size_t i = 0; i < set.count; i++)
        assert_true(set.series[i]->sample_count <= 7 * 24 * 3600 + 2);
    time_series_set_release(&set);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_run),
        cmocka_unit_test(test_absurd_times),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
