/*
 * Which objects belong to a controller: those that it controls and its selector still matches. On the way it lets go of
 * those that no longer match, and takes in matching ones that nobody controls (Kubernetes's ControllerRefManager).
 */
#ifndef CLUSTER_CONTROLLERS_ADOPTION_H
#define CLUSTER_CONTROLLERS_ADOPTION_H

#include "cluster/controllers/runtime.h"

/* The objects of a resource that belong to owner, by its spec.selector; references, release with object_list_release.
 * An owner that is being deleted adopts nothing. Pods that ended are not adopted. -1 when a write failed; the list is
 * filled then too. */
int adopt(struct runtime *runtime, const struct object *owner, enum resource_id resource, struct object_list *owned,
          struct status *status);

/* The object of a resource that controls this one, by its controller reference and uid; NULL when there is none. */
struct object *controller_of(const struct view *view, const struct object *object, enum resource_id resource);

/* Queues the owners of a resource that a change of a pod concerns: what controls it, what controlled it before, and for a
 * pod that nothing controls those whose selector matches it. */
void enqueue_owners_of_pod(struct controller *controller, const struct watch_event *event, enum resource_id resource);

#endif
