/*
 * What custom.metrics.k8s.io and external.metrics.k8s.io say for the Pods, Object and External metrics of an autoscaler,
 * as hpa/ wants it.
 */
#ifndef CLUSTER_CONTROLLERS_HORIZONTAL_METRICS_H
#define CLUSTER_CONTROLLERS_HORIZONTAL_METRICS_H

#include "cluster/api/selector.h"
#include "cluster/controllers/runtime.h"
#include "hpa/hpa_input.h"
#include "hpa/hpa_spec.h"

struct horizontal_metrics {
    struct hpa_metric_answer *answers; /* one for each metric of the spec; those of other types are empty */
    char **errors;                     /* owned texts of the answers; NULL where there is none */
    cJSON **items;                     /* owned; the values' texts are borrowed from them */
    size_t count;
};

/* pods: what the target selects; NULL when it selects nothing. Release with horizontal_metrics_release. */
void horizontal_metrics_gather(const struct runtime *runtime, const struct object *autoscaler, const struct hpa_spec *spec,
                               const struct selector *pods, struct horizontal_metrics *metrics);
void horizontal_metrics_release(struct horizontal_metrics *metrics);

#endif
