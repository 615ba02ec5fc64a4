/*
 * What the controllers see of the cluster: references to the newest state of every object (Events are left out), kept
 * up to date from one watch, with the indexes that keep a sync from walking everything. Not thread-safe.
 *
 * Objects and lists belong to the view and stay valid until it changes, which never happens during a sync.
 */
#ifndef CLUSTER_CONTROLLERS_VIEW_H
#define CLUSTER_CONTROLLERS_VIEW_H

#include <stdbool.h>
#include <stddef.h>

#include "cluster/api/object.h"

struct view;

/* In the order in which the objects last changed, the latest last. */
struct view_list {
    struct object *const *objects;
    size_t count;
};

struct view *view_create(void);
void view_destroy(struct view *view); /* NULL is allowed */

/* Takes in a new state; an older one than is known is ignored. false when it was. */
bool view_put(struct view *view, struct object *object);
/* Takes in that an object is gone; its last state tells which one and when. */
bool view_remove(struct view *view, const struct object *last);

/* NULL when there is no such object; namespace is "" for cluster-scoped resources. */
struct object *view_get(const struct view *view, enum resource_id resource, const char *namespace, const char *name);
struct object *view_by_uid(const struct view *view, const char *uid);

/* All objects of a resource, in a namespace (NULL = everywhere). */
struct view_list view_all(const struct view *view, enum resource_id resource, const char *namespace);

/* Objects of every resource that name this uid in their ownerReferences. */
struct view_list view_dependents(const struct view *view, const char *owner_uid);

/* Objects of a namespace that have no controller among their ownerReferences. */
struct view_list view_without_controller(const struct view *view, enum resource_id resource, const char *namespace);

/* Pods with this spec.nodeName; "" = not scheduled yet. */
struct view_list view_pods_of_node(const struct view *view, const char *node);

#endif
