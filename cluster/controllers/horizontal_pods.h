/*
 * The pods of an autoscaler's target and their samples of metrics.k8s.io, as hpa/ wants them.
 */
#ifndef CLUSTER_CONTROLLERS_HORIZONTAL_PODS_H
#define CLUSTER_CONTROLLERS_HORIZONTAL_PODS_H

#include "cluster/api/selector.h"
#include "cluster/controllers/runtime.h"
#include "hpa/hpa_input.h"

/* Texts are borrowed from the pods' trees (references are held) and from the answer of the metrics API. */
struct horizontal_pods {
    struct object_list objects; /* ordered by name */
    struct hpa_pod *pods;       /* one for each of objects */
    struct hpa_pod_sample *samples;
    size_t sample_count;
    cJSON *answer; /* of the metrics API; NULL when it failed */
    char *error;   /* why it failed */
};

/* Takes what selector selects in the namespace. with_samples: asks the metrics API too. Release with
 * horizontal_pods_release. */
void horizontal_pods_gather(const struct runtime *runtime, const char *namespace, const struct selector *selector,
                            bool with_samples, struct horizontal_pods *pods);
void horizontal_pods_release(struct horizontal_pods *pods);

#endif
