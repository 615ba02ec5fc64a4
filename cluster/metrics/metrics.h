/*
 * cAdvisor and metrics-server in one: usage sampled at the housekeeping interval, scraped at the metric resolution, two
 * scrapes make a sample with its window, young pods are absent. It answers while the Deployment
 * kube-system/metrics-server has a ready pod, so that people can take it away and see what the HPA says; what was
 * scraped before is forgotten then. A container that is older than two thirds of the resolution but younger than it is
 * measured from its start. NodeMetrics are of the whole machine: its processors' time and its memory that is not
 * available.
 */
#ifndef CLUSTER_METRICS_METRICS_H
#define CLUSTER_METRICS_METRICS_H

#include "cluster/api/periods.h"
#include "cluster/api/registry.h"
#include "cluster/kubelet/kubelet.h"

struct metrics;

struct metrics *metrics_start(struct kubelet *kubelet, struct registry *registry, const struct cluster_periods *periods,
                              struct error *error);
void metrics_stop(struct metrics *metrics);

/* node_interface.pod_metrics and node_metrics; metrics is a struct metrics. */
cJSON *metrics_of_pods(void *metrics, const char *namespace, struct status *status);
cJSON *metrics_of_nodes(void *metrics, struct status *status);

#endif
