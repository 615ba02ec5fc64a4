/*
 * Which controllers run: a list as that of kube-controller-manager's --controllers. A name runs a controller, -name keeps
 * it from running, * stands for all that are not named; the first entry that fits decides. A list that only takes
 * controllers away means all others (kube-controller-manager would run none).
 */
#ifndef CLUSTER_CONTROLLERS_CHOICE_H
#define CLUSTER_CONTROLLERS_CHOICE_H

#include <stdbool.h>
#include <stddef.h>

#include "common/error.h"

/* list NULL: all. Kubernetes's longer names fit too ("replicaset-controller", "horizontal-pod-autoscaler-controller"). */
bool controller_is_chosen(const char *list, const char *name);

/* -1 with an error that names the entry which is none of the names. */
int controller_choice_check(const char *list, const char *const *names, size_t count, struct error *error);

#endif
