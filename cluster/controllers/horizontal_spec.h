/*
 * The spec of a HorizontalPodAutoscaler object as hpa/ wants it.
 */
#ifndef CLUSTER_CONTROLLERS_HORIZONTAL_SPEC_H
#define CLUSTER_CONTROLLERS_HORIZONTAL_SPEC_H

#include "common/json.h"
#include "hpa/hpa_spec.h"

/* Texts are borrowed from the tree. */
struct horizontal_spec {
    struct hpa_spec spec;
    struct hpa_metric_spec *metrics;
    struct hpa_policy *up_policies;
    struct hpa_policy *down_policies;
};

/* Reads an autoscaling/v2 object that the registry has judged. Release with horizontal_spec_release. */
void horizontal_spec_read(const cJSON *tree, struct horizontal_spec *spec);
void horizontal_spec_release(struct horizontal_spec *spec);

/* The member of a metric (in spec or status) that its type names: "resource" of "Resource", ...; NULL when unknown. */
const char *horizontal_metric_member(enum hpa_metric_type type);

#endif
