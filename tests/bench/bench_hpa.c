/*
 * bench-hpa: how many decisions a second one core makes for an HPA of 10 pods. No texts are rendered. Three
 * cases: cpu utilization as it usually is, the same with two pods without a sample, and with a behavior. Usage, time
 * and replicas change from sync to sync, so that stabilization windows and rate limits have something to remember.
 */
#include <inttypes.h>
#include <stdio.h>

#include "common/clock.h"
#include "hpa/hpa.h"

#define PODS 10
#define ROUNDS 4000000
#define SYNC_PERIOD (15 * NANOSECONDS_PER_SECOND)

struct bench {
    char names[PODS][16];
    struct hpa_container requests[PODS];
    struct hpa_container usages[PODS];
    struct hpa_pod pods[PODS];
    struct hpa_pod_sample samples[PODS];
    struct hpa_input input;
};

static void prepare(struct bench *bench, int64_t now)
{
    for (size_t i = 0; i < PODS; i++) {
        snprintf(bench->names[i], sizeof(bench->names[i]), "app-%zu", i);
        bench->requests[i] = (struct hpa_container){.name = "app", .has = {true, true}, .milli = {500, 1}};
        bench->usages[i] = (struct hpa_container){.name = "app", .has = {true, true}, .milli = {300, 1}};
        bench->pods[i] = (struct hpa_pod){
            .name = bench->names[i],
            .phase = HPA_POD_RUNNING,
            .has_start_time = true,
            .start_time = now - 3600 * NANOSECONDS_PER_SECOND,
            .ready = HPA_READY_TRUE,
            .ready_transition = now - 3590 * NANOSECONDS_PER_SECOND,
            .containers = &bench->requests[i],
            .container_count = 1,
        };
        bench->samples[i] = (struct hpa_pod_sample){
            .pod = bench->names[i],
            .timestamp = now,
            .window = SYNC_PERIOD,
            .containers = &bench->usages[i],
            .container_count = 1,
        };
    }
    bench->input = (struct hpa_input){
        .flags = HPA_DEFAULT_FLAGS,
        .scale = {.spec_replicas = PODS, .status_replicas = PODS},
        .pods = bench->pods,
        .pod_count = PODS,
        .samples = {.items = bench->samples, .count = PODS},
    };
}

static void run(const char *name, const struct hpa_spec *spec, size_t samples)
{
    static struct bench bench;
    int64_t now = INT64_C(1767268800) * NANOSECONDS_PER_SECOND;
    int64_t scaled = 0;
    struct hpa_autoscaler *autoscaler = hpa_autoscaler_create("default");
    prepare(&bench, now);
    bench.input.samples.count = samples;
    hpa_autoscaler_set_spec(autoscaler, spec);
    int64_t start = clock_thread_cpu();
    for (uint32_t i = 0; i < ROUNDS; i++, now += SYNC_PERIOD) {
        bench.usages[i % PODS].milli[HPA_RESOURCE_CPU] = 200 + (i * 7919U) % 400;
        struct hpa_decision decision = hpa_decide(autoscaler, &bench.input, now);
        if (decision.scale) {
            hpa_finish(autoscaler, NULL);
            bench.input.scale.spec_replicas = decision.replicas;
            scaled++;
        }
    }
    double elapsed = (double)(clock_thread_cpu() - start) / (double)NANOSECONDS_PER_SECOND;
    printf("%-28s %6.2f million decisions/s/core  %5.0f ns each  (%" PRId64 " of %d scaled)\n", name, ROUNDS / elapsed / 1e6,
           elapsed / ROUNDS * 1e9, scaled, ROUNDS);
    hpa_autoscaler_destroy(autoscaler);
}

int main(void)
{
    const struct hpa_metric_spec cpu = {
        .type = HPA_METRIC_RESOURCE, .name = "cpu", .target_type = HPA_TARGET_UTILIZATION, .target_utilization = 70};
    struct hpa_spec spec = {
        .target = {.api_version = "apps/v1", .kind = "Deployment", .name = "app"},
        .max_replicas = 20,
        .metrics = &cpu,
        .metric_count = 1,
    };
    run("10 pods, cpu utilization", &spec, PODS);
    run("... 2 of them unsampled", &spec, PODS - 2);
    spec.has_behavior = true;
    run("... with a behavior", &spec, PODS);
    return 0;
}
