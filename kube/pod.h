/*
 * What a Pod object says of itself.
 */
#ifndef KUBE_POD_H
#define KUBE_POD_H

#include <stdbool.h>

#include "common/json.h"

/* Its condition Ready is True, it has an address, and it is not being deleted. */
bool pod_takes_work(const cJSON *pod);

#endif
