/*
 * The variables that tell a container of the Services of its namespace: NAME_SERVICE_HOST, NAME_SERVICE_PORT,
 * NAME_SERVICE_PORT_PORTNAME, and those of Docker's links, NAME_PORT ("tcp://10.0.0.1:80") and NAME_PORT_80_TCP...: a Service
 * "x" sets X_PORT, which surprises programs that read a port of that name, there as here.
 */
#ifndef CLUSTER_KUBELET_SERVICE_LINKS_H
#define CLUSTER_KUBELET_SERVICE_LINKS_H

#include "cluster/kubelet/environment.h"

/* Those of one Service, none of one without an address of its own. */
void service_links_add(struct environment *environment, const cJSON *service);

#endif
