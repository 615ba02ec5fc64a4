/*
 * The documents in which the API tells what it serves, made from the table of resources (resource.h): clients such as
 * kubectl learn kinds, short names and verbs from them.
 */
#ifndef CLUSTER_API_DISCOVERY_H
#define CLUSTER_API_DISCOVERY_H

#include <stdbool.h>

#include "common/json.h"

/* The APIResources of a group and version, in the order of their names; NULL when nothing of it is served. The caller
 * deletes the array. */
cJSON *discovery_resources(const char *group, const char *version);

/* The APIGroups, each with its versions, the preferred one first; kube-apiserver's order. The core group, which is none
 * of that list, is left out. */
cJSON *discovery_groups(void);

/* An APIGroupDiscoveryList: of the core group, or of all others. */
cJSON *discovery_aggregated(bool core, const char *format_version);

#endif
