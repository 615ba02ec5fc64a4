/*
 * The downward API: what a pod's program may learn of its pod (fieldRef) and of its resources (resourceFieldRef).
 */
#ifndef CLUSTER_KUBELET_FIELD_REFERENCE_H
#define CLUSTER_KUBELET_FIELD_REFERENCE_H

#include "cluster/kubelet/environment.h"

/* metadata.name, .namespace, .uid, .labels['x'], .annotations['x'], spec.nodeName, spec.serviceAccountName,
 * status.podIP, .podIPs, .hostIP, .hostIPs. The caller frees the value; NULL with an error for another path. */
char *field_reference_read(const struct environment_source *source, const char *path, struct error *error);

/* limits.cpu and the like, divided by the divisor and rounded up. */
char *resource_reference_read(const struct environment_source *source, const cJSON *reference, struct error *error);

#endif
