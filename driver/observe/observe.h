/*
 * What the cluster does during a run, through the Kubernetes API alone: HPAs, pods, endpoint slices, events, Deployments,
 * ReplicaSets, StatefulSets, Jobs and CronJobs are watched, metrics.k8s.io is polled. Everything carries its time of
 * arrival, since object timestamps are whole seconds. Knows nothing of load.
 */
#ifndef DRIVER_OBSERVE_OBSERVE_H
#define DRIVER_OBSERVE_OBSERVE_H

#include "driver/observe/change.h"
#include "kube/kube.h"

struct observe_options {
    struct kube_client *client; /* borrowed */
    const char *namespace;
    int64_t metrics_interval; /* between polls of metrics.k8s.io; a poll whose answer is like the last is not reported */
    void *context;
    int64_t (*now)(void *context); /* the time of arrival of what comes; NULL = clock_monotonic. Safe from any thread */
    /* Called from the observer's threads, one call at a time, arrivals in rising order; the change is borrowed. While it
     * runs nothing else is read: hand the change on and return. */
    void (*change)(void *context, const struct change *change);
};

/* A collection that is watched. */
struct observed {
    const char *resource; /* "pods" */
    const char *root;     /* of its paths, before /namespaces/NAME/resource: "/api/v1", "/apis/apps/v1" */
};

/* The collections that are watched, by index from 0; NULL behind the last. */
const struct observed *observe_collection(size_t index);

struct observer;

/* Starts following; returns when every resource has been listed once, or NULL with an error: deadline (nanoseconds from
 * now) passed, or the API refuses. Callbacks come before it returns. */
struct observer *observe_start(const struct observe_options *options, int64_t deadline, struct error *error);

/* Ends the watches and joins (within a second); no callback comes afterwards. NULL is allowed. */
void observe_stop(struct observer *observer);

#endif
