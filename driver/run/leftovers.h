/*
 * What runs that were killed have left in a cluster: everything that a run makes outside of its own namespaces, and those,
 * carries its label hpalab/run.
 */
#ifndef DRIVER_RUN_LEFTOVERS_H
#define DRIVER_RUN_LEFTOVERS_H

#include <stddef.h>

#include "kube/kube.h"

struct leftover {
    char *path;  /* in the API */
    char *label; /* "namespace hpalab-behavior-defaults (lesson behavior, run NAME, 2026-11-22T08:40:00Z)" */
};

struct leftovers {
    size_t count;
    struct leftover *items; /* in the order in which they are to be removed */
};

/* Finds them in the whole cluster, or, where only that is allowed, in one namespace. Release in every case. */
int leftovers_find(struct kube_client *client, const char *namespace, struct leftovers *leftovers, struct error *error);
void leftovers_release(struct leftovers *leftovers);

#endif
