/*
 * kube_follow with its periods open, for tests of what takes minutes otherwise.
 */
#ifndef KUBE_FOLLOW_H
#define KUBE_FOLLOW_H

#include "kube/kube.h"

/* Nanoseconds. */
struct follow_timing {
    int64_t list_deadline; /* of one try */
    int64_t watch_timeout; /* timeoutSeconds of a watch, whole seconds: the server ends it then */
    int64_t watch_grace;   /* a watch that has not ended this long after that is a dead connection */
    int64_t back_off_first;
    int64_t back_off_most;
};

extern const struct follow_timing follow_timing_default;

/* As kube_follow. */
int follow_collection(struct kube_client *client, const char *collection_path, const char *label_selector,
                      const struct follow_timing *timing, kube_event *event, void *context, const atomic_bool *stop,
                      struct error *error);

#endif
