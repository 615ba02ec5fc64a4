/*
 * What may be written to the cluster and how: defaults, validation, generations, uids, optimistic locking, status and
 * scale subresources, who owns which field (managedFields), graceful deletion, finalizers. The HTTP front, the controllers and
 * the kubelet all write through here, so an object is judged the same whoever writes it. Thread-safe; writes are serialized.
 *
 * Every call returns 0, or -1 with the Kubernetes Status filled (golden: shared errors recorded from a real cluster).
 * `object_take` arguments are owned by the call, whatever the outcome. Output objects are references; NULL is allowed
 * where the caller does not want them.
 */
#ifndef CLUSTER_API_REGISTRY_H
#define CLUSTER_API_REGISTRY_H

#include <stdbool.h>
#include <stdint.h>

#include "cluster/api/addresses.h"
#include "cluster/api/object.h"
#include "cluster/api/status.h"
#include "cluster/api/store.h"

struct registry;

/* Services of type NodePort and LoadBalancer are taken and work through their cluster address alone: no port of the node
 * is opened and no balancer made.
 *
 * Borrows store and slice (cluster IPs for Services are taken from it); both outlive the registry. */
struct registry *registry_open(struct store *store, struct address_slice *slice);
void registry_close(struct registry *registry);
struct store *registry_store(struct registry *registry);

/* From now on a new pod needs its service account and gets the volume with its token (Kubernetes's admission plugin
 * ServiceAccount). Until then pods are taken as they are. */
void registry_require_service_accounts(struct registry *registry);

int registry_create(struct registry *registry, enum resource_id resource, const char *namespace, cJSON *object_take,
                    struct object **created, struct status *status);

/* Setting spec.nodeName of a pod that has none binds it: the condition PodScheduled is set with it, as Kubernetes's
 * binding does, and the generation stays.
 *
 * metadata.resourceVersion in the object, when set, must be the current one (409 Conflict). SUBRESOURCE_STATUS changes
 * status alone (and a Deployment's annotations: its controller writes the revision with the status), SUBRESOURCE_NONE
 * everything but status, SUBRESOURCE_SCALE takes and gives an autoscaling/v1 Scale
 * (the output is then the scaled object; scale_of_object makes the Scale). */
int registry_update(struct registry *registry, enum resource_id resource, const char *namespace, const char *name,
                    enum subresource subresource, cJSON *object_take, struct object **updated, struct status *status);

enum patch_type { PATCH_MERGE, PATCH_STRATEGIC_MERGE, PATCH_JSON };

int registry_patch(struct registry *registry, enum resource_id resource, const char *namespace, const char *name,
                   enum subresource subresource, enum patch_type type, const cJSON *patch, struct object **patched,
                   struct status *status);
/* A patch of the object as it is in this version. */
int registry_patch_version(struct registry *registry, const struct resource *version, const char *namespace, const char *name,
                           enum subresource subresource, enum patch_type type, const cJSON *patch, struct object **patched,
                           struct status *status);

/* Server-side apply by this thread's writer (writer.h): creates the object or merges the configuration in; *created_new
 * says which. Lists merge by their keys; fields that the writer applied before and leaves out now go, unless somebody else
 * owns them. A change of what others own is a 409 with the fields and their owners as causes, unless it is forced.
 * subresource: SUBRESOURCE_NONE or SUBRESOURCE_STATUS. */
int registry_apply(struct registry *registry, enum resource_id resource, const char *namespace, const char *name,
                   enum subresource subresource, cJSON *configuration_take, bool force, bool *created_new,
                   struct object **applied, struct status *status);

enum deletion_propagation { PROPAGATION_BACKGROUND, PROPAGATION_FOREGROUND, PROPAGATION_ORPHAN };

struct delete_options {
    int64_t grace_seconds; /* -1 = the object's own (pods: terminationGracePeriodSeconds); 0 = at once */
    enum deletion_propagation propagation;
    const char *uid;     /* preconditions; NULL = none */
    const char *version; /* the resourceVersion */
};
#define DELETE_OPTIONS_DEFAULT ((struct delete_options){.grace_seconds = -1, .propagation = PROPAGATION_BACKGROUND})

/* A pod that is scheduled and has a grace period gets a deletionTimestamp (*gone = false) and waits for the kubelet,
 * which deletes it with grace 0; objects with finalizers wait for them (a namespace for its spec.finalizers too: it is
 * Terminating until an update takes the last of them); others go at once (*gone = true). */
int registry_delete(struct registry *registry, enum resource_id resource, const char *namespace, const char *name,
                    const struct delete_options *options, bool *gone, struct object **last, struct status *status);

/* Read, change, write, again while another writer was faster (at most 10 times). `change` edits a copy of the object
 * and returns true to write it, false to leave things as they are (the call then returns 0 with the present object). */
typedef bool registry_change(cJSON *object, void *context);
int registry_mutate(struct registry *registry, enum resource_id resource, const char *namespace, const char *name,
                    enum subresource subresource, registry_change *change, void *context, struct object **result,
                    struct status *status);

/* The autoscaling/v1 Scale of a Deployment, ReplicaSet or StatefulSet; the caller deletes it. NULL with Status. */
cJSON *registry_scale(struct registry *registry, enum resource_id resource, const char *namespace, const char *name,
                      struct status *status);

/* The Scale of an object that is at hand, stored or not (a dry run's is not); the caller deletes it. */
cJSON *scale_of_object(const struct object *object);

#endif
