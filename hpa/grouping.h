/*
 * Which pods count, and with which usage, when a metric is the average over the target's pods.
 */
#ifndef HPA_GROUPING_H
#define HPA_GROUPING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "hpa/hpa_input.h"

#define NO_INDEX SIZE_MAX

enum pod_group {
    POD_IGNORED, /* being deleted, or Failed */
    POD_UNREADY,
    POD_MISSING, /* has no sample */
    POD_COUNTED,
};

/* What is known of one pod for the metric in hand. */
struct pod_usage {
    enum pod_group group;
    bool sampled;
    int64_t milli;
    int64_t request; /* thousandths; set by average.c for utilization */
    size_t sample;   /* index of its struct hpa_pod_sample; NO_INDEX when there is none */
};

/* Memory that is kept from sync to sync; pods in the order of the input. */
struct usage_table {
    struct pod_usage *pods;
    size_t pod_count;
    size_t pod_capacity;
    size_t stray_count; /* samples of pods that the pod list does not have; they take part in averages */
    int64_t stray_milli;
    int64_t counted; /* pods in POD_COUNTED */
    size_t missing;
    size_t unready;
};

void usage_table_release(struct usage_table *table);

/* Readies the table for pod_count pods and forgets what it held. */
void usage_table_reset(struct usage_table *table, size_t pod_count);

/* Fills in the usage of a resource, of one container or (container NULL) summed over all. A pod one of whose
 * containers lacks it has no sample. resource may be HPA_RESOURCE_COUNT: a resource that nobody reports. */
void usage_from_samples(struct usage_table *table, const struct hpa_input *input, enum hpa_resource resource,
                        const char *container);

/* Fills in values of a Pods metric. */
void usage_from_values(struct usage_table *table, const struct hpa_input *input, const struct hpa_metric_answer *answer);

/* Puts each pod into its group and counts the groups. Readiness matters for cpu alone: a pod that starts uses much. */
void group_pods(struct usage_table *table, const struct hpa_input *input, bool cpu, int64_t now);

#endif
