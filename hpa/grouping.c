#include "hpa/grouping.h"

#include <stdlib.h>
#include <string.h>

#include "common/memory.h"
#include "hpa/numbers.h"

void usage_table_release(struct usage_table *table)
{
    free(table->pods);
    *table = (struct usage_table){0};
}

void usage_table_reset(struct usage_table *table, size_t pod_count)
{
    if (pod_count > table->pod_capacity) {
        table->pods = memory_resize(table->pods, pod_count, sizeof(*table->pods));
        table->pod_capacity = pod_count;
    }
    for (size_t i = 0; i < pod_count; i++) {
        table->pods[i] = (struct pod_usage){.group = POD_MISSING, .sample = NO_INDEX};
    }
    table->pod_count = pod_count;
    table->stray_count = 0;
    table->stray_milli = 0;
    table->counted = 0;
    table->missing = 0;
    table->unready = 0;
}

/* The pod of that name, looked for from `hint` on and then from the start. */
static size_t find_pod(const struct hpa_input *input, const char *name, size_t hint)
{
    for (size_t i = hint; i < input->pod_count; i++) {
        if (input->pods[i].name == name || strcmp(input->pods[i].name, name) == 0) {
            return i;
        }
    }
    for (size_t i = 0; i < hint && i < input->pod_count; i++) {
        if (strcmp(input->pods[i].name, name) == 0) {
            return i;
        }
    }
    return NO_INDEX;
}

static void set_usage(struct usage_table *table, size_t pod, size_t sample, int64_t milli)
{
    if (pod == NO_INDEX) {
        table->stray_count++;
        table->stray_milli = add_held(table->stray_milli, milli);
        return;
    }
    table->pods[pod].sampled = true;
    table->pods[pod].sample = sample;
    table->pods[pod].milli = milli;
}

static bool sum_of_containers(const struct hpa_pod_sample *sample, enum hpa_resource resource, int64_t *milli)
{
    int64_t sum = 0;
    for (size_t i = 0; i < sample->container_count; i++) {
        if (!sample->containers[i].has[resource]) {
            return false;
        }
        sum = add_held(sum, sample->containers[i].milli[resource]);
    }
    *milli = sum;
    return sample->container_count > 0;
}

static bool usage_of_container(const struct hpa_pod_sample *sample, enum hpa_resource resource, const char *container,
                               int64_t *milli)
{
    for (size_t i = 0; i < sample->container_count; i++) {
        if (strcmp(sample->containers[i].name, container) == 0) {
            *milli = sample->containers[i].milli[resource];
            return sample->containers[i].has[resource];
        }
    }
    return false;
}

void usage_from_samples(struct usage_table *table, const struct hpa_input *input, enum hpa_resource resource,
                        const char *container)
{
    size_t hint = 0;
    if (resource >= HPA_RESOURCE_COUNT) {
        return;
    }
    for (size_t i = 0; i < input->samples.count; i++) {
        const struct hpa_pod_sample *sample = &input->samples.items[i];
        int64_t milli = 0;
        bool found = container == NULL ? sum_of_containers(sample, resource, &milli)
                                       : usage_of_container(sample, resource, container, &milli);
        if (!found) {
            continue;
        }
        size_t pod = find_pod(input, sample->pod, hint);
        set_usage(table, pod, i, milli);
        hint = pod == NO_INDEX ? hint : pod + 1;
    }
}

void usage_from_values(struct usage_table *table, const struct hpa_input *input, const struct hpa_metric_answer *answer)
{
    size_t hint = 0;
    for (size_t i = 0; i < answer->count; i++) {
        size_t pod = answer->values[i].pod == NULL ? NO_INDEX : find_pod(input, answer->values[i].pod, hint);
        set_usage(table, pod, NO_INDEX, answer->values[i].milli);
        hint = pod == NO_INDEX ? hint : pod + 1;
    }
}

/* Whether a running pod with a cpu sample is to be left out because it is still starting. */
static bool is_unready(const struct hpa_pod *pod, const struct hpa_pod_sample *sample, const struct hpa_flags *flags, int64_t now)
{
    if (pod->ready == HPA_READY_ABSENT || !pod->has_start_time) {
        return true;
    }
    if (add_held(pod->start_time, flags->cpu_initialization_period) > now) {
        return pod->ready == HPA_READY_FALSE || sample->timestamp < add_held(pod->ready_transition, sample->window);
    }
    return pod->ready == HPA_READY_FALSE && add_held(pod->start_time, flags->initial_readiness_delay) > pod->ready_transition;
}

static enum pod_group group_of(const struct hpa_pod *pod, const struct pod_usage *usage, const struct hpa_input *input, bool cpu,
                               int64_t now)
{
    if (pod->deleting || pod->phase == HPA_POD_FAILED) {
        return POD_IGNORED;
    }
    if (pod->phase == HPA_POD_PENDING) {
        return POD_UNREADY;
    }
    if (!usage->sampled) {
        return POD_MISSING;
    }
    if (cpu && is_unready(pod, &input->samples.items[usage->sample], &input->flags, now)) {
        return POD_UNREADY;
    }
    return POD_COUNTED;
}

void group_pods(struct usage_table *table, const struct hpa_input *input, bool cpu, int64_t now)
{
    for (size_t i = 0; i < table->pod_count; i++) {
        struct pod_usage *usage = &table->pods[i];
        usage->group = group_of(&input->pods[i], usage, input, cpu, now);
        table->counted += usage->group == POD_COUNTED ? 1 : 0;
        table->missing += usage->group == POD_MISSING ? 1 : 0;
        table->unready += usage->group == POD_UNREADY ? 1 : 0;
    }
}
