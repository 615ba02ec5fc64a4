/*
 * What runs the controllers: the watch that feeds their view, a work queue each, retries with back-off, and the time.
 * A controller is a struct of functions; each file of this room that is named after a controller offers one.
 *
 * Before every sync the view takes in all changes that were made, those by the sync before included. So a controller
 * always sees its own writes and cannot, say, create a pod twice (Kubernetes's controllers, whose caches lag behind,
 * keep "expectations" for that).
 */
#ifndef CLUSTER_CONTROLLERS_RUNTIME_H
#define CLUSTER_CONTROLLERS_RUNTIME_H

#include <stdbool.h>
#include <stdint.h>

#include "cluster/api/node_interface.h"
#include "cluster/api/periods.h"
#include "cluster/api/recorder.h"
#include "cluster/api/registry.h"
#include "cluster/controllers/queue.h"
#include "cluster/controllers/view.h"

struct runtime;

struct controller;

struct controller_functions {
    const char *name;
    /* NULL allowed. The state that the two functions below find in controller->state. */
    void *(*create)(void);
    void (*destroy)(void *state);
    /* Queues the keys that a change concerns. The view has taken it in. After the watch fell behind, every object comes as
     * WATCH_ADDED again. */
    void (*observe)(struct controller *controller, const struct watch_event *event);
    /* Brings one key to what is wanted. -1 with a Status: again after a back-off. */
    int (*sync)(struct controller *controller, const char *key, struct status *status);
    /* Keys in a row before it is the next controller's turn; 0 = 1. More where a look costs little and many come at once. */
    unsigned turn;
};

struct controller {
    const struct controller_functions *functions;
    struct runtime *runtime;
    struct queue *queue;
    void *state;
};

/* Members are read by controllers; only the runtime changes them. */
struct runtime {
    struct registry *registry;
    struct view *view;
    struct cluster_periods periods;
    struct node_interface node;
    const char *authority_certificate; /* PEM; NULL = none. Set before the first step */
    int64_t now;                       /* monotonic */
    int64_t wall;                      /* the same moment as wall time */
    struct watch *watch;
    struct controller *controllers;
    size_t controller_count;
};

/* Lists everything and starts to watch. functions: count pointers that stay valid. */
struct runtime *runtime_create(struct registry *registry, const struct cluster_periods *periods,
                               const struct node_interface *node, const struct controller_functions *const *functions,
                               size_t count, int64_t now, int64_t wall);
void runtime_destroy(struct runtime *runtime); /* NULL is allowed */

/* Readable when there is something new for runtime_step; may change with each step. */
int runtime_descriptor(const struct runtime *runtime);

/* Does everything that is due and returns when it wants to be called again at the latest (INT64_MAX = never). Ends
 * early, with `now`, after a bounded number of syncs. */
int64_t runtime_step(struct runtime *runtime, int64_t now, int64_t wall);

#define CONTROLLER_KEY_SIZE 512

/* "namespace/name", or the name alone for cluster-scoped objects. */
const char *key_of(const struct object *object, char key[CONTROLLER_KEY_SIZE]);

/* Queues at once. */
void controller_enqueue(struct controller *controller, const struct object *object);
void controller_enqueue_name(struct controller *controller, const char *namespace, const char *name);
/* Queues a key so many nanoseconds from now. */
void controller_enqueue_after(struct controller *controller, const char *key, int64_t nanoseconds);

/* The object that a key names; NULL when it is gone. */
struct object *controller_object(const struct controller *controller, enum resource_id resource, const char *key);

/* Writes tree_take in place of the object of its resource, under its optimistic lock. */
int write_object(struct runtime *runtime, const struct object *object, cJSON *tree_take, struct object **updated,
                 struct status *status);

/* Writes status_take as the object's status, unless it has it already. */
int write_status(struct runtime *runtime, const struct object *object, cJSON *status_take, struct status *status);

#endif
