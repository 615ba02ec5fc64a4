/*
 * The default service account of a namespace comes a moment after the namespace: who makes a pod right then waits.
 */
#ifndef CLUSTER_API_SERVICE_ACCOUNT_ADMISSION_H
#define CLUSTER_API_SERVICE_ACCOUNT_ADMISSION_H

#include "cluster/api/registry.h"

/* Waits up to two seconds until the namespace, if it is there, has the service account `default`. Not to be called by the
 * thread of the controllers, which make it. */
void service_account_await(struct registry *registry, const char *namespace);

#endif
