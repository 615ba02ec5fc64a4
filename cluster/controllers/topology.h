/*
 * Counts by place: a topology key such as "topology.kubernetes.io/zone" with one of its values. Keys and values belong
 * to the caller and outlive the counts. A list that is searched from its start: there are few places.
 */
#ifndef CLUSTER_CONTROLLERS_TOPOLOGY_H
#define CLUSTER_CONTROLLERS_TOPOLOGY_H

#include <stddef.h>
#include <stdint.h>

struct topology_count {
    const char *key, *value;
    int64_t count;
};

/* A zeroed struct has no places. */
struct topology_counts {
    struct topology_count *places;
    size_t count;
};

/* Adds to the count of a place, which is made with 0 when it is new. */
void topology_add(struct topology_counts *counts, const char *key, const char *value, int64_t amount);

/* 0 for a place that is not there; value NULL is no place. */
int64_t topology_of(const struct topology_counts *counts, const char *key, const char *value);

void topology_release(struct topology_counts *counts);

#endif
