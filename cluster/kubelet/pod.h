/*
 * Pods and containers as the kubelet holds them; private to this room. Everything here belongs to the kubelet's
 * thread, which holds kubelet->lock while it changes it; other threads take the lock to read.
 *
 * A pod goes through: admitted (no address, no folder yet), set up, its init containers one after the other, its
 * containers side by side, and ended. pod_step brings it on as far as `now` allows and can be called at any time.
 */
#ifndef CLUSTER_KUBELET_POD_H
#define CLUSTER_KUBELET_POD_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/resource.h>

#include "cluster/kubelet/back_off.h"
#include "cluster/kubelet/container_log.h"
#include "cluster/kubelet/cpu_limit.h"
#include "cluster/kubelet/environment.h"
#include "cluster/kubelet/event_loop.h"
#include "cluster/kubelet/handler.h"
#include "cluster/kubelet/image.h"
#include "cluster/kubelet/kubelet.h"
#include "cluster/kubelet/probe.h"
#include "cluster/kubelet/process_group.h"
#include "cluster/kubelet/transfer.h"
#include "cluster/kubelet/volume_content.h"

#define MOMENT_NEVER INT64_MAX

enum container_state { CONTAINER_WAITING, CONTAINER_RUNNING, CONTAINER_TERMINATED };

/* How far the ending of a running container is. */
enum container_stop { STOP_NOT, STOP_HOOK, STOP_TERM, STOP_KILL };

struct container {
    struct pod *pod;
    const cJSON *spec; /* of pod->object */
    const char *name;
    bool init;
    int index; /* among all of the pod; names its logs */
    enum container_state state;
    char waiting_reason[40];
    char *waiting_message; /* NULL = none */
    int64_t next_try;      /* monotonic; when a container that waits is tried again */
    int restart_count;
    int starts; /* instances begun; names the logs */
    struct back_off restart_back_off, image_back_off;
    int64_t image_allowed; /* monotonic; the next pull of an image that is not there */

    /* The instance that runs or ran last. */
    char id[72];
    struct image image;
    struct environment environment;
    struct process_group group;
    struct watcher process_watcher, output_watcher;
    int pidfd, output; /* -1 = none */
    struct container_log *log, *previous_log;
    char log_instance[LOG_INSTANCE_SIZE], previous_log_instance[LOG_INSTANCE_SIZE]; /* the ids whose logs they are */
    int64_t started, started_wall;
    int64_t finished, finished_wall;
    int exit_code;
    char end_reason[40];
    char *end_message; /* NULL = none */
    cJSON *last_state; /* {"terminated": ...} of the instance before, NULL = none */
    bool passed_startup, ready, out_of_memory;

    struct probe probes[PROBE_KINDS];
    struct handler *asking[PROBE_KINDS];

    enum container_stop stop;
    int64_t kill_at, hook_until; /* monotonic */
    struct handler *hook;        /* preStop */
    struct handler *post_start;  /* while it goes on, the container counts as being created */

    int64_t cpu_millicores; /* limit; 0 = none */
    struct cpu_limit cpu_limit;
    int64_t cpu_check;    /* monotonic */
    int64_t memory_limit; /* bytes; 0 = none */
    int64_t memory_check;
};

enum pod_condition_type {
    CONDITION_SANDBOX,
    CONDITION_INITIALIZED,
    CONDITION_READY,
    CONDITION_CONTAINERS_READY,
    CONDITION_COUNT
};

struct pod_condition {
    bool known, status;
    int64_t since_wall;
};

struct node {
    char *name; /* owned */
    char address[ADDRESS_TEXT_SIZE];
    bool borrowed_address; /* from the pods' addresses */
    bool lost;             /* its object was deleted: the kubelet registers once only */
    struct object *object; /* as registered */
};

struct pod {
    struct kubelet *kubelet;
    const struct node *node;
    struct pod *next_pod;
    struct object *object;              /* as admitted: containers' specs point into it */
    struct object *latest;              /* for metadata and events */
    const char *namespace, *name, *uid; /* of object */
    char address[ADDRESS_TEXT_SIZE];    /* "" = none yet */
    char *folder;                       /* path; NULL until set up */
    int root;                           /* descriptor of the folder's root; -1 */
    bool set_up;
    bool initialized; /* the init containers were all through once */
    int64_t end_by;   /* monotonic; when a pod that is being deleted has used up its grace */
    int64_t next_setup;
    int64_t setup_wait;
    int64_t next_sync;   /* monotonic; when its volumes are compared with the ConfigMaps and Secrets */
    int64_t next_tokens; /* monotonic; when the tokens in its volumes are made anew */
    char server_host[ADDRESS_TEXT_SIZE], server_port[8]; /* of the API server; "" = not known yet */
    struct container *containers;                        /* init containers first */
    int init_count, count;
    int64_t admitted_wall;
    struct pod_condition conditions[CONDITION_COUNT];
    bool changed;       /* status to be written */
    int64_t next_write; /* after a status could not be written; MOMENT_NEVER otherwise */
    bool deleting;      /* deletionTimestamp is set */
    bool gone;          /* the object is not there any more */
    bool ended;         /* nothing runs and nothing will */
    int64_t grace_seconds;
    int64_t next; /* when pod_step has something to do */
};

struct kubelet {
    struct kubelet_options options; /* texts are copies */
    struct store *store;
    pthread_t thread;
    pthread_mutex_t lock;
    struct event_loop *loop;
    struct transfers *transfers;
    struct process_family family;
    struct watch *watch;
    struct watcher watch_watcher, stop_watcher;
    int stop_event;
    bool stopping;
    struct pod *pods;
    int64_t cpu_millicores, memory_bytes;
    int processors;
    rlim_t open_files; /* soft limit of the caller of kubelet_start, for containers */
    struct node nodes[NODE_COUNT_MAXIMUM];
    int node_count;
    int64_t next_heartbeat;
};

/* pod.c */
/* Takes a reference to the object. */
struct pod *pod_create(struct kubelet *kubelet, const struct node *node, struct object *object, int64_t now_wall);
void pod_destroy(struct pod *pod); /* nothing of it runs; removes its folder and gives its address back */
/* A newer state of the object: deletion, shortened grace, generation. */
void pod_take(struct pod *pod, struct object *object, int64_t now);
void pod_step(struct pod *pod, int64_t now);
bool pod_has_running(const struct pod *pod);
/* Ends every container with at most this grace (nanoseconds); 0: SIGKILL at once. With a message, which is for the events,
 * sidecars wait for the others. */
void pod_end(struct pod *pod, int64_t grace, const char *message, int64_t now);
/* pod_objects.c: what of the cluster's objects a pod may read. */
/* For the environment of a container (NULL = of none); texts that are not the pod's own are kept in the pod. */
struct environment_source pod_environment_source(struct pod *pod, const cJSON *container);
struct volume_source pod_volume_source(struct pod *pod);
/* How long until the tokens of the pod's volumes are to be made anew, in nanoseconds; MOMENT_NEVER when it has none. */
int64_t pod_token_renewal(const struct pod *pod);

const char *pod_restart_policy(const struct pod *pod);
int64_t pod_grace(const struct pod *pod); /* terminationGracePeriodSeconds in nanoseconds */

/* sidecar.c */
bool is_sidecar(const struct container *container);
/* Whether the container after it may start. */
bool init_is_done(const struct container *container);
/* Whether what the pod is for has ended, well or badly: nothing but sidecars runs on. */
bool pod_is_through(const struct pod *pod);
/* Ends the sidecars when nothing else runs or will. */
void pod_step_sidecars(struct pod *pod, int64_t now);

/* container.c */
void container_init(struct container *container, struct pod *pod, const cJSON *spec, bool init, int index);
void container_release(struct container *container);
/* Starts the container if it is time to (next_try). */
void container_try(struct container *container, int64_t now);
/* Probes, limits and stopping of a running container. */
void container_step(struct container *container, int64_t now);
int64_t container_next(const struct container *container);
bool container_will_restart(const struct container *container);
void container_wait(struct container *container, const char *reason, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
void container_event(const struct container *container, const char *type, const char *reason, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

/* container_hook.c */
/* The process runs: postStart, if there is one, and then the probes. */
void container_post_start(struct container *container, int64_t now);

/* container_start.c */
void container_start(struct container *container, int64_t now);

/* container_end.c */
/* The instance is over, or could not be started: what now. */
void container_ended(struct container *container, int exit_code, const char *reason, const char *message, int64_t now);
void container_process_ready(struct watcher *watcher, uint32_t events);
void container_output_ready(struct watcher *watcher, uint32_t events);

/* container_stop.c: preStop, SIGTERM, SIGKILL. */
void container_stop(struct container *container, int64_t grace, int64_t now);
void container_stop_step(struct container *container, int64_t now);

/* container_probe.c */
void container_probes_start(struct container *container, int64_t now);
void container_probes_stop(struct container *container);
void container_probes_step(struct container *container, int64_t now);

/* container_limit.c */
void container_limits_start(struct container *container, int64_t now);
void container_limits_step(struct container *container, int64_t now);

/* pod_status.c */
/* The status as the API shows it; present is the object's status now (unknown members and conditions are kept). */
cJSON *pod_status_make(struct pod *pod, const cJSON *present, int64_t generation, int64_t now_wall);
cJSON *container_terminated_state(const struct container *container);

/* node.c */
/* Names every node and writes its object and its status. */
int nodes_register(struct kubelet *kubelet, struct error *error);
void nodes_release(struct kubelet *kubelet);
void nodes_heartbeat(struct kubelet *kubelet);
/* NULL when no node of this kubelet has the name. */
const struct node *node_find(const struct kubelet *kubelet, const char *name);
/* termination_message.c */
/* Makes the file empty for an instance that is about to start. Containers of one pod that have the same path share it. */
void termination_message_prepare(const struct container *container);
/* After the end; the caller frees it. NULL: it says nothing. */
char *termination_message_read(const struct container *container, int exit_code);
/* node_lease.c */
/* Makes the node's Lease when it is not there. */
void node_lease_renew(const struct kubelet *kubelet, const struct node *node);

#define CONTAINER_OF(pointer, type, member) ((type *)(void *)((char *)(pointer)-offsetof(type, member)))

#endif
