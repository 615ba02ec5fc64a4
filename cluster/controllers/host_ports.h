/*
 * Ports of the node that pods ask for (containers[].ports[].hostPort).
 */
#ifndef CLUSTER_CONTROLLERS_HOST_PORTS_H
#define CLUSTER_CONTROLLERS_HOST_PORTS_H

#include <stdbool.h>

#include "common/json.h"

/* Both want the same port and protocol, on the same address or on all of them. */
bool host_ports_conflict(const cJSON *pod, const cJSON *other);

#endif
