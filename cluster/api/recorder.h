/*
 * Writes Events (core/v1) about objects, as client-go's recorder does: an event like one of the last ten minutes raises
 * its count and lastTimestamp instead of making a new object. Old events are removed after an hour.
 */
#ifndef CLUSTER_API_RECORDER_H
#define CLUSTER_API_RECORDER_H

#include "cluster/api/registry.h"

/* about: the object that the event is of; field_path: such as "spec.containers{web}", or NULL; type: "Normal" or
 * "Warning"; component: "kubelet", "horizontal-pod-autoscaler", ...; host: the node's name or NULL.
 * A failure to write is logged and otherwise ignored: events are best effort. */
void record_event(struct registry *registry, const struct object *about, const char *field_path, const char *type,
                  const char *reason, const char *component, const char *host, const char *format, ...)
    __attribute__((format(printf, 8, 9)));

#endif
