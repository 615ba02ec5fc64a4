/*
 * Whom a proxy subresource means: [SCHEME:]NAME[:PORT] of a pod or of a Service -> the address of a server on this machine.
 */
#ifndef CLUSTER_API_PROXY_TARGET_H
#define CLUSTER_API_PROXY_TARGET_H

#include "cluster/api/status.h"
#include "cluster/api/store.h"

struct proxy_target {
    char *scheme; /* http or https */
    char *host;   /* an address of 127.0.0.0/8 */
    char *port;   /* decimal */
};

void proxy_target_release(struct proxy_target *target);
#define AUTO_PROXY_TARGET CLEANUP(proxy_target_release)

/* PORT of a pod is a number, by default that of the first containerPort, else the scheme's own. -1 with kube-apiserver's
 * Status when it cannot be known; target is to be released anyhow. */
int proxy_target_of_pod(struct store *store, const char *namespace, const char *id, struct proxy_target *target,
                        struct status *status);

/* PORT of a Service is a number or a name, by default the port without a name. Any ready endpoint is meant. */
int proxy_target_of_service(struct store *store, const char *namespace, const char *id, struct proxy_target *target,
                            struct status *status);

#endif
