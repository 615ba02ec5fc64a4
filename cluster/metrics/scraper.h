/*
 * What Prometheus and its adapter do on a cluster: asks each running pod with the annotation `prometheus.io/scrape:
 * "true"` for its metrics, once each period, and keeps the last answer. `prometheus.io/port` says the port (without it,
 * the first containerPort), `prometheus.io/path` the path (without it, /metrics). A thread of its own; a pod that is
 * slow, large or down costs its own values and nobody else's.
 */
#ifndef CLUSTER_METRICS_SCRAPER_H
#define CLUSTER_METRICS_SCRAPER_H

#include "cluster/api/registry.h"
#include "cluster/api/selector.h"

/* Of an answer that is longer, nothing counts. */
#define SCRAPER_LONGEST_BODY (1024 * 1024)
/* Of all pods together; each has an equal part. */
#define SCRAPER_MOST_SERIES 40000
#define SCRAPER_MOST_SERIES_OF_A_POD 4000

struct scraper;

struct scraper *scraper_start(struct registry *registry, int64_t period, struct error *error);
void scraper_stop(struct scraper *scraper);

/* node_interface.scraped_values and scraped_names; scraper is a struct scraper. */
cJSON *scraper_values(void *scraper, const char *namespace, const char *metric, const struct selector *labels);
cJSON *scraper_names(void *scraper);

#endif
