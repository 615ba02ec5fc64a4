/*
 * Which pods a ReplicaSet deletes first when it has too many (hpa.md, "Scale-down victims"; Kubernetes's
 * ActivePodsWithRanks).
 */
#ifndef CLUSTER_CONTROLLERS_VICTIMS_H
#define CLUSTER_CONTROLLERS_VICTIMS_H

#include <stddef.h>
#include <stdint.h>

#include "cluster/api/object.h"

struct victim {
    struct object *pod;
    size_t rank; /* active pods of the same controller's ReplicaSets on the pod's node */
};

/* Sorts, the pod to delete first at the front. Ages are compared in powers of two at the time wall. */
void victims_sort(struct victim *victims, size_t count, int64_t wall);

#endif
