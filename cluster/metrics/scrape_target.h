/*
 * Which pods want to be scraped, and where.
 */
#ifndef CLUSTER_METRICS_SCRAPE_TARGET_H
#define CLUSTER_METRICS_SCRAPE_TARGET_H

#include "common/json.h"

/* The URL of a running pod that has the annotations; the caller frees it. NULL when it has not, or when they make no
 * sense. */
char *scrape_target_url(const cJSON *pod);

#endif
