/* What holds for any input: random ones, and ones at the ends of every range. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "common/clock.h"
#include "hpa/hpa.h"

#define POD_MAXIMUM 24
#define METRIC_MAXIMUM 4
#define ROUNDS 3000
#define SYNCS 12

/* A number from a seed; the same on every machine. */
static uint64_t draw(uint64_t *seed)
{
    uint64_t value = (*seed += UINT64_C(0x9e3779b97f4a7c15));
    value = (value ^ (value >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    value = (value ^ (value >> 27)) * UINT64_C(0x94d049bb133111eb);
    return value ^ (value >> 31);
}

static int32_t draw_below(uint64_t *seed, int32_t limit)
{
    return (int32_t)(draw(seed) % (uint64_t)limit);
}

/* Mostly ordinary, sometimes an end of the range. */
static int64_t draw_milli(uint64_t *seed, bool extreme)
{
    static const int64_t ends[] = {0, 1, -1, INT64_MAX, INT64_MIN, INT64_MAX / 100, INT64_MIN / 100, INT32_MAX};
    return extreme && draw_below(seed, 3) == 0 ? ends[draw_below(seed, 8)] : draw_below(seed, 2000000);
}

static int64_t draw_time(uint64_t *seed, int64_t now, bool extreme)
{
    if (extreme && draw_below(seed, 4) == 0) {
        return draw_below(seed, 2) == 0 ? INT64_MAX : INT64_MIN;
    }
    return now - draw_below(seed, 600) * NANOSECONDS_PER_SECOND;
}

struct world {
    struct hpa_policy policies[4];
    struct hpa_metric_spec metrics[METRIC_MAXIMUM];
    struct hpa_spec spec;
    char names[POD_MAXIMUM][16];
    struct hpa_container requests[POD_MAXIMUM];
    struct hpa_container usages[POD_MAXIMUM];
    struct hpa_pod pods[POD_MAXIMUM];
    struct hpa_pod_sample samples[POD_MAXIMUM];
    struct hpa_metric_value values[METRIC_MAXIMUM][POD_MAXIMUM];
    struct hpa_metric_answer answers[METRIC_MAXIMUM];
    struct hpa_input input;
};

static void draw_metric(struct world *world, size_t index, uint64_t *seed, bool extreme)
{
    struct hpa_metric_spec *metric = &world->metrics[index];
    *metric = (struct hpa_metric_spec){
        .type = (enum hpa_metric_type)draw_below(seed, HPA_METRIC_EXTERNAL + 1),
        .type_text = "Strange",
        .name = draw_below(seed, 2) == 0 ? "cpu" : "memory",
        .container = "app",
        .object = {.api_version = "v1", .kind = "Service", .name = "web"},
        .target_type = (enum hpa_target_type)draw_below(seed, HPA_TARGET_VALUE + 1),
        .target_utilization = extreme ? draw_below(seed, INT32_MAX) : 1 + draw_below(seed, 200),
        .target_milli = extreme ? draw_milli(seed, true) : 1 + draw_below(seed, 100000),
    };
}

static struct hpa_scaling_rules draw_rules(struct world *world, uint64_t *seed, bool extreme)
{
    return (struct hpa_scaling_rules){
        .has_stabilization_window = draw_below(seed, 2) == 0,
        .stabilization_window_seconds = extreme ? draw_below(seed, INT32_MAX) : draw_below(seed, 120),
        .select_policy = (enum hpa_select_policy)draw_below(seed, HPA_SELECT_DISABLED + 1),
        .policies = world->policies,
        .policy_count = (size_t)draw_below(seed, 5),
        .has_tolerance = draw_below(seed, 3) == 0,
        .tolerance = draw_below(seed, 50) / 100.0,
    };
}

static void draw_spec(struct world *world, uint64_t *seed, bool extreme)
{
    int32_t most = extreme ? INT32_MAX : 1 + draw_below(seed, 30);
    for (size_t i = 0; i < 4; i++) {
        world->policies[i] = (struct hpa_policy){
            .type = draw_below(seed, 2) == 0 ? HPA_POLICY_PODS : HPA_POLICY_PERCENT,
            .value = extreme ? draw_below(seed, INT32_MAX) : 1 + draw_below(seed, 200),
            .period_seconds = 1 + draw_below(seed, 1800),
        };
    }
    for (size_t i = 0; i < METRIC_MAXIMUM; i++) {
        draw_metric(world, i, seed, extreme);
    }
    world->spec = (struct hpa_spec){
        .target = {.api_version = "apps/v1", .kind = "Deployment", .name = "app"},
        .has_min_replicas = draw_below(seed, 2) == 0,
        .min_replicas = 1 + draw_below(seed, most),
        .max_replicas = most,
        .metrics = world->metrics,
        .metric_count = (size_t)draw_below(seed, METRIC_MAXIMUM + 1),
        .has_behavior = draw_below(seed, 2) == 0,
        .behavior = {.scale_up = draw_rules(world, seed, extreme), .scale_down = draw_rules(world, seed, extreme)},
    };
}

static void draw_pod(struct world *world, size_t index, uint64_t *seed, int64_t now, bool extreme)
{
    snprintf(world->names[index], sizeof(world->names[index]), "app-%zu", index);
    for (size_t i = 0; i < 2; i++) {
        struct hpa_container *container = i == 0 ? &world->requests[index] : &world->usages[index];
        *container = (struct hpa_container){
            .name = draw_below(seed, 20) == 0 ? "other" : "app",
            .has = {draw_below(seed, 40) != 0, draw_below(seed, 40) != 0},
            .milli = {draw_milli(seed, extreme), draw_milli(seed, extreme)},
        };
    }
    world->pods[index] = (struct hpa_pod){
        .name = world->names[index],
        .phase = draw_below(seed, 4) == 0 ? (enum hpa_pod_phase)draw_below(seed, HPA_POD_UNKNOWN + 1) : HPA_POD_RUNNING,
        .deleting = draw_below(seed, 20) == 0,
        .has_start_time = draw_below(seed, 10) != 0,
        .start_time = draw_time(seed, now, extreme),
        .ready = draw_below(seed, 3) == 0 ? (enum hpa_ready)draw_below(seed, HPA_READY_UNKNOWN + 1) : HPA_READY_TRUE,
        .ready_transition = draw_time(seed, now, extreme),
        .containers = &world->requests[index],
        .container_count = 1,
    };
    world->samples[index] = (struct hpa_pod_sample){
        .pod = draw_below(seed, 20) == 0 ? "gone" : world->names[index],
        .timestamp = draw_time(seed, now, extreme),
        .window = 15 * NANOSECONDS_PER_SECOND,
        .containers = &world->usages[index],
        .container_count = 1,
    };
}

static void draw_input(struct world *world, uint64_t *seed, int64_t now, int32_t replicas, bool extreme)
{
    size_t pods = (size_t)draw_below(seed, POD_MAXIMUM + 1);
    for (size_t i = 0; i < pods; i++) {
        draw_pod(world, i, seed, now, extreme);
    }
    for (size_t i = 0; i < METRIC_MAXIMUM; i++) {
        for (size_t k = 0; k < POD_MAXIMUM; k++) {
            world->values[i][k] =
                (struct hpa_metric_value){.pod = k < pods ? world->names[k] : "gone", .milli = draw_milli(seed, extreme)};
        }
        world->answers[i] = (struct hpa_metric_answer){
            .error = draw_below(seed, 20) == 0 ? "out of order" : NULL,
            .values = world->values[i],
            .count = (size_t)draw_below(seed, POD_MAXIMUM),
        };
    }
    world->input = (struct hpa_input){
        .flags = HPA_DEFAULT_FLAGS,
        .scale = {.spec_replicas = replicas,
                  .status_replicas = draw_below(seed, 10) == 0 ? 0 : replicas,
                  .get_error = draw_below(seed, 20) == 0 ? "not there" : NULL,
                  .selector_state = draw_below(seed, 20) == 0 ? HPA_SELECTOR_MISSING : HPA_SELECTOR_FINE},
        .pods = world->pods,
        .pod_count = pods,
        .samples = {.error = draw_below(seed, 20) == 0 ? "out of order" : NULL, .items = world->samples, .count = pods},
        .answers = world->answers,
        .answer_count = (size_t)draw_below(seed, METRIC_MAXIMUM + 1),
    };
}

static void append_texts(const struct hpa_autoscaler *autoscaler, struct buffer *buffer)
{
    struct hpa_status status = hpa_status(autoscaler);
    for (size_t i = 0; i < status.condition_count; i++) {
        buffer_append_format(buffer, "%d %s ", status.conditions[i].status, status.conditions[i].reason);
        hpa_condition_message(autoscaler, i, buffer);
    }
    for (size_t i = 0; i < hpa_event_count(autoscaler); i++) {
        buffer_append_text(buffer, hpa_event(autoscaler, i).reason);
        hpa_event_message(autoscaler, i, buffer);
    }
    hpa_error_message(autoscaler, buffer);
}

static void assert_within_bounds(const struct world *world, struct hpa_decision decision)
{
    int32_t least = world->spec.has_min_replicas ? world->spec.min_replicas : 1;
    if (decision.scale && (decision.replicas < least || decision.replicas > world->spec.max_replicas)) {
        fail_msg("scales to %d, which is not within %d..%d", decision.replicas, least, world->spec.max_replicas);
    }
}

/* Lives one HPA twice through the same syncs: bounds hold, and both say the same. */
static void live(uint64_t seed, bool extreme)
{
    struct world *world = calloc(1, sizeof(*world));
    struct hpa_autoscaler *twins[2] = {hpa_autoscaler_create("default"), hpa_autoscaler_create("default")};
    int64_t now = INT64_C(1767268815) * NANOSECONDS_PER_SECOND;
    int32_t replicas = 1 + draw_below(&seed, 30);
    draw_spec(world, &seed, extreme);
    hpa_autoscaler_set_spec(twins[0], &world->spec);
    hpa_autoscaler_set_spec(twins[1], &world->spec);
    for (int i = 0; i < SYNCS; i++, now += 15 * NANOSECONDS_PER_SECOND) {
        struct hpa_decision decisions[2];
        struct buffer texts[2];
        const char *update_error = draw_below(&seed, 8) == 0 ? "no" : NULL;
        draw_input(world, &seed, now, replicas, extreme);
        for (int twin = 0; twin < 2; twin++) {
            decisions[twin] = hpa_decide(twins[twin], &world->input, now);
            hpa_finish(twins[twin], update_error);
            buffer_init(&texts[twin], 1 << 20);
            append_texts(twins[twin], &texts[twin]);
        }
        assert_within_bounds(world, decisions[0]);
        assert_int_equal(decisions[0].scale, decisions[1].scale);
        assert_int_equal(decisions[0].replicas, decisions[1].replicas);
        assert_string_equal(texts[0].data, texts[1].data);
        buffer_release(&texts[0]);
        buffer_release(&texts[1]);
        replicas = decisions[0].scale && update_error == NULL ? decisions[0].replicas : replicas;
        if (extreme && draw_below(&seed, 3) == 0) {
            replicas = draw_below(&seed, 2) == 0 ? INT32_MAX : draw_below(&seed, INT32_MAX);
        }
    }
    hpa_autoscaler_destroy(twins[0]);
    hpa_autoscaler_destroy(twins[1]);
    free(world);
}

static void test_ordinary_input(void **state)
{
    (void)state;
    for (uint64_t i = 0; i < ROUNDS; i++) {
        live(i, false);
    }
}

static void test_extreme_input(void **state)
{
    (void)state;
    for (uint64_t i = 0; i < ROUNDS; i++) {
        live(i, true);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_ordinary_input),
        cmocka_unit_test(test_extreme_input),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
