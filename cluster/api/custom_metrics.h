/*
 * Custom and external metrics: what the pods show of themselves, as values of objects. For the API's front and for the
 * HPA controller.
 *
 * The value of a pod is the sum of its series of the metric's name whose labels match: gauges as they are, counters as
 * rates a second. The value of another object is the sum over its pods: those that a Service's or a workload's selector
 * selects, those of a Namespace. The value of an external metric is the sum over all pods of the namespace.
 */
#ifndef CLUSTER_API_CUSTOM_METRICS_H
#define CLUSTER_API_CUSTOM_METRICS_H

#include "cluster/api/node_interface.h"
#include "cluster/api/registry.h"

struct metric_question {
    struct registry *registry;
    const struct node_interface *node; /* scraped_values is there */
    const char *namespace;
    const char *metric;
    const struct selector *series; /* what the labels of the metric must match; NULL = any */
};

/* The items of a MetricValueList of custom.metrics.k8s.io/v1beta2, an array that the caller deletes: one for each object
 * of the resource that the selector (NULL = any) matches and that has a value. NULL with a 404 Status when no pod of the
 * namespace has such a metric. */
cJSON *custom_metrics_of_selected(const struct metric_question *question, const struct resource *resource,
                                  const struct selector *objects, struct status *status);

/* The same for one object: an array of one item. NULL with a 404 Status when it is not there or has no value. */
cJSON *custom_metrics_of_object(const struct metric_question *question, const struct resource *resource, const char *name,
                                struct status *status);

/* The items of an ExternalMetricValueList: one with the sum, or none. */
cJSON *external_metrics(const struct metric_question *question);

#endif
