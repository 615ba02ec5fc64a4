/* Any spec, pods and metrics, over several syncs: no crash, no overflow, never outside min..max. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "hpa/hpa.h"

#define PODS 6
#define METRICS 3
#define SYNCS 4

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The bytes as a stream of numbers; zeros when they are used up. */
struct bytes {
    const uint8_t *data;
    size_t left;
};

static void take(struct bytes *bytes, void *result, size_t size)
{
    size_t count = size < bytes->left ? size : bytes->left;
    memset(result, 0, size);
    if (count > 0) {
        memcpy(result, bytes->data, count);
        bytes->data += count;
        bytes->left -= count;
    }
}

static int64_t take_long(struct bytes *bytes)
{
    int64_t value;
    take(bytes, &value, sizeof(value));
    return value;
}

static int32_t take_positive(struct bytes *bytes)
{
    uint32_t value;
    take(bytes, &value, sizeof(value));
    return (int32_t)(value % INT32_MAX) + 1;
}

static unsigned take_below(struct bytes *bytes, unsigned limit)
{
    uint8_t value;
    take(bytes, &value, sizeof(value));
    return value % limit;
}

struct world {
    struct hpa_policy policies[2];
    struct hpa_metric_spec metrics[METRICS];
    struct hpa_container containers[2 * PODS];
    struct hpa_pod pods[PODS];
    struct hpa_pod_sample samples[PODS];
    struct hpa_metric_value values[PODS];
    struct hpa_metric_answer answers[METRICS];
};

static const char *const names[] = {"a", "b", "c", "d", "e", "f", "cpu", "memory"};

static struct hpa_scaling_rules take_rules(struct world *world, struct bytes *bytes)
{
    return (struct hpa_scaling_rules){
        .has_stabilization_window = take_below(bytes, 2) == 1,
        .stabilization_window_seconds = take_positive(bytes),
        .select_policy = (enum hpa_select_policy)take_below(bytes, HPA_SELECT_DISABLED + 1),
        .policies = world->policies,
        .policy_count = take_below(bytes, 3),
    };
}

static struct hpa_spec take_spec(struct world *world, struct bytes *bytes)
{
    for (size_t i = 0; i < 2; i++) {
        world->policies[i] = (struct hpa_policy){.type = (enum hpa_policy_type)take_below(bytes, 2),
                                                 .value = take_positive(bytes),
                                                 .period_seconds = take_positive(bytes)};
    }
    for (size_t i = 0; i < METRICS; i++) {
        world->metrics[i] = (struct hpa_metric_spec){
            .type = (enum hpa_metric_type)take_below(bytes, HPA_METRIC_EXTERNAL + 1),
            .name = names[take_below(bytes, 8)],
            .container = names[take_below(bytes, 8)],
            .target_type = (enum hpa_target_type)take_below(bytes, HPA_TARGET_VALUE + 1),
            .target_utilization = take_positive(bytes),
            .target_milli = take_long(bytes),
        };
    }
    int32_t most = take_positive(bytes);
    return (struct hpa_spec){
        .has_min_replicas = true,
        .min_replicas = take_positive(bytes) % most + 1,
        .max_replicas = most,
        .metrics = world->metrics,
        .metric_count = take_below(bytes, METRICS + 1),
        .has_behavior = take_below(bytes, 2) == 1,
        .behavior = {.scale_up = take_rules(world, bytes), .scale_down = take_rules(world, bytes)},
    };
}

static void take_pod(struct world *world, size_t index, struct bytes *bytes)
{
    for (size_t i = 2 * index; i < 2 * index + 2; i++) {
        world->containers[i] = (struct hpa_container){
            .name = names[take_below(bytes, 8)],
            .has = {take_below(bytes, 4) != 0, take_below(bytes, 4) != 0},
            .milli = {take_long(bytes), take_long(bytes)},
        };
    }
    world->pods[index] = (struct hpa_pod){
        .name = names[index],
        .phase = (enum hpa_pod_phase)take_below(bytes, HPA_POD_UNKNOWN + 1),
        .deleting = take_below(bytes, 8) == 1,
        .has_start_time = take_below(bytes, 4) != 1,
        .start_time = take_long(bytes),
        .ready = (enum hpa_ready)take_below(bytes, HPA_READY_UNKNOWN + 1),
        .ready_transition = take_long(bytes),
        .containers = &world->containers[2 * index],
        .container_count = take_below(bytes, 2),
    };
    world->samples[index] = (struct hpa_pod_sample){
        .pod = names[take_below(bytes, 8)],
        .timestamp = take_long(bytes),
        .window = take_long(bytes),
        .containers = &world->containers[2 * index + 1],
        .container_count = take_below(bytes, 2),
    };
    world->values[index] = (struct hpa_metric_value){.pod = names[take_below(bytes, 8)], .milli = take_long(bytes)};
}

static struct hpa_input take_input(struct world *world, struct bytes *bytes)
{
    for (size_t i = 0; i < PODS; i++) {
        take_pod(world, i, bytes);
    }
    for (size_t i = 0; i < METRICS; i++) {
        world->answers[i] = (struct hpa_metric_answer){.values = world->values, .count = take_below(bytes, PODS + 1)};
    }
    return (struct hpa_input){
        .flags = {.tolerance = take_below(bytes, 100) / 100.0,
                  .downscale_stabilization = take_long(bytes),
                  .cpu_initialization_period = take_long(bytes),
                  .initial_readiness_delay = take_long(bytes)},
        .scale = {.spec_replicas = take_positive(bytes), .status_replicas = take_positive(bytes)},
        .pods = world->pods,
        .pod_count = take_below(bytes, PODS + 1),
        .samples = {.items = world->samples, .count = take_below(bytes, PODS + 1)},
        .answers = world->answers,
        .answer_count = take_below(bytes, METRICS + 1),
    };
}

static void render(const struct hpa_autoscaler *autoscaler)
{
    struct buffer text;
    buffer_init(&text, 1 << 16);
    for (size_t i = 0; i < hpa_status(autoscaler).condition_count; i++) {
        hpa_condition_message(autoscaler, i, &text);
    }
    for (size_t i = 0; i < hpa_event_count(autoscaler); i++) {
        hpa_event_message(autoscaler, i, &text);
    }
    hpa_error_message(autoscaler, &text);
    buffer_release(&text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct world world = {0};
    struct bytes bytes = {.data = data, .left = size};
    struct hpa_spec spec = take_spec(&world, &bytes);
    struct hpa_autoscaler *autoscaler = hpa_autoscaler_create("default");
    hpa_autoscaler_set_spec(autoscaler, &spec);
    for (int i = 0; i < SYNCS; i++) {
        struct hpa_input input = take_input(&world, &bytes);
        struct hpa_decision decision = hpa_decide(autoscaler, &input, take_long(&bytes));
        if (decision.scale && (decision.replicas < spec.min_replicas || decision.replicas > spec.max_replicas)) {
            abort();
        }
        hpa_finish(autoscaler, take_below(&bytes, 4) == 1 ? "refused" : NULL);
        render(autoscaler);
    }
    hpa_autoscaler_destroy(autoscaler);
    return 0;
}
