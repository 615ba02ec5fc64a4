/*
 * The nodes: runs the pods that are scheduled to them as processes of this machine, with probes, limits, restarts and
 * termination as the kubelet does them, and reports their status through the registry. Every node of the cluster is this
 * one machine under a name and with a capacity of its own.
 */
#ifndef CLUSTER_KUBELET_KUBELET_H
#define CLUSTER_KUBELET_KUBELET_H

#include <stdbool.h>
#include <stdint.h>

#include "cluster/api/addresses.h"
#include "cluster/api/credentials.h"
#include "cluster/api/node_interface.h"
#include "cluster/api/periods.h"
#include "cluster/api/registry.h"

#define NODE_COUNT_MAXIMUM 20

struct kubelet_options {
    struct registry *registry;
    struct address_slice *slice;
    const struct credentials *credentials; /* signs the tokens of pods; NULL: they get none */
    struct cluster_periods periods;
    const char *node_name;      /* of the only node; several are called NAME-1, NAME-2, ... */
    int node_count;             /* 1 to NODE_COUNT_MAXIMUM */
    const char *program_folder; /* programs of the image hpalab:VERSION: this folder's files */
    const char *image_folder;   /* what `hpalab image load` brings; need not be there */
    const char *root_folder;    /* pods' folders and logs are made below it; removed at stop */
    int64_t cpu_millicores;     /* capacity of each node; 0 = this machine's */
    int64_t memory_bytes;       /* capacity of each node; 0 = this machine's */
};

struct kubelet;

/* Registers the Node objects, starts the thread. Options' objects outlive the kubelet. */
struct kubelet *kubelet_start(const struct kubelet_options *options, struct error *error);

/* Ends every pod process (SIGTERM, at most grace, then SIGKILL), removes their folders, joins. */
void kubelet_stop(struct kubelet *kubelet);

/* node_interface.read_log; kubelet is a struct kubelet. */
int kubelet_read_log(void *kubelet, const char *namespace, const char *pod, const struct log_request *request,
                     struct buffer *text, struct log_position *position, struct status *status);

/* node_interface.volume_path and remove_volume; kubelet is a struct kubelet. */
char *kubelet_volume_path(void *kubelet, const char *volume);
int kubelet_remove_volume(void *kubelet, const char *volume, struct error *error);

/* Usage of one running container, sampled by the caller's call. */
struct container_usage {
    const char *namespace, *pod, *pod_uid, *container, *node; /* valid during the callback */
    int64_t started_wall;                                     /* of the container instance */
    int64_t cpu;          /* user + system nanoseconds of the container's processes, those that ended included */
    int64_t memory;       /* working set: RssAnon + RssShmem, bytes */
    int64_t sampled_wall; /* when cpu and memory were read */
};

/* Calls visit for each running container; thread-safe; reads /proc at once. Init containers but sidecars are left
 * out. */
void kubelet_visit_usage(struct kubelet *kubelet, void (*visit)(const struct container_usage *usage, void *context),
                         void *context);

#endif
