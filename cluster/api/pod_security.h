/*
 * Pod Security: what the labels pod-security.kubernetes.io/{enforce,warn,audit} of a namespace mean for pods and for objects
 * that make pods, as kube-apiserver's admission plugin PodSecurity has it. There is no audit log: what "audit" finds goes
 * into the cluster's own. A version in a label is shown and otherwise taken as the latest.
 */
#ifndef CLUSTER_API_POD_SECURITY_H
#define CLUSTER_API_POD_SECURITY_H

#include "cluster/api/problem.h"
#include "cluster/api/resource.h"
#include "cluster/api/status.h"
#include "cluster/api/store.h"

/* Labels that are no levels or versions. */
void pod_security_validate_labels(const cJSON *namespace, struct problems *problems);

/* Whether the namespace's level lets a pod in. -1 with a 403 Status. */
int pod_security_admit(struct store *store, const cJSON *pod, struct status *status);

/* Whether a pod's change is one that Pod Security looks at again: other images. */
bool pod_security_is_concerned(const cJSON *pod, const cJSON *old);

/* What a client is warned of after it wrote an object: an array of texts that the caller deletes; NULL = nothing. old: the
 * object as it was before, NULL when it is new. */
cJSON *pod_security_warnings(struct store *store, enum resource_id resource, const cJSON *object, const cJSON *old);

#endif
