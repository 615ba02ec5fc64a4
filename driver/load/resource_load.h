/*
 * A load on memory or CPU: a total over stages, spread over pods and spread anew whenever pods come or go. Pods are told
 * over HTTP: PUT /size?mib=N for memory (as memapp has it: held until told otherwise, and told 0 at the end), and
 * POST /load/cpu?millicores=N&seconds=S for CPU (as webapp has it: leases of a few seconds, renewed before they end).
 * Knows nothing of Kubernetes: the caller says which pods there are.
 */
#ifndef DRIVER_LOAD_RESOURCE_LOAD_H
#define DRIVER_LOAD_RESOURCE_LOAD_H

#include "common/error.h"
#include "driver/load/load.h"

#define RESOURCE_ADDRESS_SIZE 64
#define RESOURCE_MOST_PODS 1000

/* A pod that takes work. */
struct resource_pod {
    char name[LOAD_SERVER_SIZE];
    char address[RESOURCE_ADDRESS_SIZE];
};

struct resource_load;

/* spec outlives the load and is of the type LOAD_MEMORY or LOAD_CPU; of the sink only share is used. */
struct resource_load *resource_load_create(const struct load_spec *spec, struct load_sink sink);

/* The pods that take work from now on, at most RESOURCE_MOST_PODS; copied. Safe from any thread. */
void resource_load_set_pods(struct resource_load *load, const struct resource_pod *pods, size_t count);

/* Starts the thread; second 0 begins at the monotonic time. */
int resource_load_start(struct resource_load *load, int64_t start_monotonic, struct error *error);

/* True when the stages are over and the pods have been told. */
bool resource_load_finished(const struct resource_load *load);

/* Ends it: pods that hold memory are told 0, leases run out. Waits for the thread (some seconds when pods do not answer).
 * NULL is allowed. */
void resource_load_destroy(struct resource_load *load);

/* Part number i (from 0) of a total divided by count pods in whole units: the first ones get one more where it does not
 * come out even, so that the parts add up to the total. */
int64_t resource_part(int64_t total, size_t count, size_t i);

#endif
