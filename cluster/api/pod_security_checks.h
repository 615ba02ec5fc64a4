/*
 * The Pod Security Standards (https://kubernetes.io/docs/concepts/security/pod-security-standards/) as of Kubernetes 1.36:
 * what of a pod goes against a level, in the words of kube-apiserver's admission plugin PodSecurity.
 */
#ifndef CLUSTER_API_POD_SECURITY_CHECKS_H
#define CLUSTER_API_POD_SECURITY_CHECKS_H

#include <stdbool.h>

#include "common/json.h"

enum pod_security_level { POD_SECURITY_PRIVILEGED, POD_SECURITY_BASELINE, POD_SECURITY_RESTRICTED };

/* pod: an object with metadata and spec, canonical; a pod template has them too. NULL when nothing is against the level; else
 * the reasons, with what to change in parentheses when it is asked for ("host namespaces (hostPID=true), ..."). The caller
 * frees the text. */
char *pod_security_violations(const cJSON *pod, enum pod_security_level level, bool detailed);

#endif
