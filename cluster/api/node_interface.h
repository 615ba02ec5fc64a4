/*
 * What the API server asks of the node: logs, usage and the pods' own metrics. The only way from cluster/api to the kubelet and
 * the metrics room, filled in by labcluster's main; every function is called from the HTTP front's threads and is thread-safe.
 */
#ifndef CLUSTER_API_NODE_INTERFACE_H
#define CLUSTER_API_NODE_INTERFACE_H

#include <stdbool.h>
#include <stdint.h>

#include "cluster/api/selector.h"
#include "cluster/api/status.h"
#include "common/buffer.h"
#include "common/error.h"

struct log_request {
    const char *container; /* NULL: the pod's only container */
    int64_t tail_lines;    /* -1 = all */
    int64_t limit_bytes;   /* -1 = up to the buffer's maximum */
    int64_t since_wall;    /* 0 = from the start; nanoseconds of wall time */
    bool previous;         /* of the container instance before the last restart */
    bool timestamps;
    /* For following: the container instance that is followed (NULL = the present one), and the bytes of its log to skip. */
    const char *instance;
    uint64_t offset;
};

#define LOG_INSTANCE_SIZE 72

/* Where following goes on. */
struct log_position {
    char instance[LOG_INSTANCE_SIZE];
    uint64_t offset;
    bool ended; /* the instance does not run any more: there will be nothing after this */
};

struct node_interface {
    void *kubelet;
    /* Appends log text; position: NULL allowed. */
    int (*read_log)(void *kubelet, const char *namespace, const char *pod, const struct log_request *request, struct buffer *text,
                    struct log_position *position, struct status *status);
    /* Where the data of a PersistentVolume is on this machine; the caller frees it. */
    char *(*volume_path)(void *kubelet, const char *volume);
    /* Removes that data; no pod uses it. Nothing there: 0. */
    int (*remove_volume)(void *kubelet, const char *volume, struct error *error);
    void *metrics;
    /* metrics.k8s.io: an array of PodMetrics (namespace NULL or "" = all; without labels; the API adds what it needs
     * from the pods) and of NodeMetrics, which the caller deletes. NULL with a Status when the metrics API is down
     * (503), as when metrics-server's Deployment has no ready pod. */
    cJSON *(*pod_metrics)(void *metrics, const char *namespace, struct status *status);
    cJSON *(*node_metrics)(void *metrics, struct status *status);
    void *scraper;
    /* What the pods of a namespace show of themselves under a metric's name, in series whose labels match (NULL: any): an
     * array of {"pod", "milli", "timestamp", "windowSeconds" (of rates)}, one for each pod that has a value, which the
     * caller deletes. NULL when no pod of the namespace has a series of that name. */
    cJSON *(*scraped_values)(void *scraper, const char *namespace, const char *metric, const struct selector *labels);
    /* The names of all such metrics, an array that the caller deletes. */
    cJSON *(*scraped_names)(void *scraper);
};

#endif
