/*
 * What the cluster does during a run, through the Kubernetes API alone: HPAs, pods, endpoint slices, events,
 * deployments and replica sets are watched, metrics.k8s.io is polled. Everything carries its time of arrival, since
 * object timestamps are whole seconds. Knows nothing of load.
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
    /* Called from the observer's threads, one call at a time; the change is borrowed. */
    void (*change)(void *context, const struct change *change);
};

struct observer;

/* Starts following; returns when every resource has been listed once, or at the deadline with an error. */
struct observer *observe_start(const struct observe_options *options, int64_t deadline, struct error *error);

/* Ends the watches and joins (within a second). */
void observe_stop(struct observer *observer);

#endif
