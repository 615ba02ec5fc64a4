/*
 * What the files of the registry share: registry.c (create, update, mutate), deletion.c, scale.c, patch.c, apply.c.
 * Nobody else includes this.
 */
#ifndef CLUSTER_API_REGISTRY_INTERNAL_H
#define CLUSTER_API_REGISTRY_INTERNAL_H

#include <pthread.h>
#include <stdbool.h>

#include "cluster/api/registry.h"
#include "cluster/api/schema.h"

#define WRITE_ATTEMPTS 10

struct field_apply;
struct recorder_cache;

struct registry {
    struct store *store;
    struct address_slice *slice;
    bool needs_service_accounts;
    pthread_mutex_t lock;          /* held while an object is judged and written */
    pthread_mutex_t recorder_lock; /* of recorded; taken before lock, never after it */
    struct recorder_cache *recorded;
};

/* registry_errors.c: fill a Status and return -1. */
int fail_not_found(struct status *status, const struct resource *resource, const char *name);
int fail_exists(struct status *status, const struct resource *resource, const char *name);
int fail_conflict(struct status *status, const struct resource *resource, const char *name, const char *why);
int fail_modified(struct status *status, const struct resource *resource, const char *name);
int fail_full(struct status *status); /* as a cluster whose etcd has reached its quota says it */
int fail_forbidden(struct status *status, const struct resource *resource, const char *name, const char *why);

/* decode.c: the object of a request, canonical: kind and apiVersion judged, members of wrong types refused (400). */
int decode_object(const struct resource *resource, cJSON **tree, struct status *status);
/* metadata.namespace and metadata.name agree with the request's; the namespace is filled in. name may be NULL. */
int decode_check_location(const struct resource *resource, cJSON *tree, const char *namespace, const char *name,
                          struct status *status);
/* Defaults, then the order of members again, then kind and apiVersion at the front. */
void complete_object(const struct resource *resource, cJSON **tree);

/* metadata.c */
/* A name of at most 63 characters out of a prefix; the caller frees it. */
char *metadata_generate_name(const char *prefix);
/* For a new object: uid, creation time, generation; removes what the client may not set. */
void metadata_prepare_create(cJSON *metadata, bool with_generation, int64_t now_wall);
/* For a changed object: what only the cluster sets, from the old one. */
void metadata_prepare_update(cJSON *metadata, const cJSON *old_metadata);
void metadata_raise_generation(cJSON *metadata);

/* service_addresses.c; all under the lock. Sets spec.clusterIP and spec.clusterIPs of a new or changed service. */
int service_allocate(struct registry *registry, cJSON *service, const cJSON *old, struct status *status);
void service_return_address(struct registry *registry, const cJSON *service);

/* pod_priority.c, under the lock: sets spec.priority and spec.preemptionPolicy of a new pod from its PriorityClass. -1 with a
 * 403 Status. */
int pod_resolve_priority(struct registry *registry, cJSON *pod, struct status *status);

/* claim_size.c: a claim grows only where its class allows it (403). */
int claim_check_size(struct registry *registry, const struct object *old, const cJSON *claim, struct status *status);

/* deletion.c, under the lock. Takes the object out of the store with all that belongs to it; returns it, or NULL. */
struct object *remove_object(struct registry *registry, const struct object *object);
/* Whether an object that is being deleted has nothing left to wait for. */
bool deletion_is_done(enum resource_id resource, const cJSON *tree);

/* service_account_admission.c: fills in what a new pod has of its service account; 403 when there is no such account. */
int service_account_admit(struct registry *registry, cJSON *pod, struct status *status);

/* scale.c: writes spec.replicas of a Scale, under the lock. */
int update_scale(struct registry *registry, enum resource_id resource, const char *namespace, const char *name,
                 const cJSON *scale, struct object **updated, struct status *status);

/* update.c, under the lock: judges and writes `tree_take`, the next state of `old`; as an apply when apply is not NULL. */
int write_update(struct registry *registry, const struct object *old, cJSON *tree_take, enum subresource subresource,
                 struct object **updated, struct status *status);
int write_applied(struct registry *registry, const struct object *old, cJSON *tree_take, enum subresource subresource,
                  const struct field_apply *apply, struct object **updated, struct status *status);
/* Finds the object, checks the preconditions and writes its next state. *tree is taken when it is written. */
int update_object(struct registry *registry, const struct resource *resource, const char *namespace, const char *name,
                  enum subresource subresource, cJSON **tree, struct object **updated, struct status *status);
/* The old object with the new status; the new object with what an update does not change. */
cJSON *with_status(const struct object *old, const cJSON *tree);
void keep_old_parts(const struct object *old, cJSON *tree);
/* registry.c, under the lock: *tree is taken when the object is written. */
int create_object(struct registry *registry, const struct resource *resource, cJSON **tree, const struct field_apply *apply,
                  struct object **created, struct status *status);
/* The conditions under which an update is meant: the version and the uid that the client saw (409). */
int check_preconditions(const struct object *old, const cJSON *tree, struct status *status);
/* The object of a location, or NULL with a 404 Status. */
struct object *find_object(struct registry *registry, const struct resource *resource, const char *namespace, const char *name,
                           struct status *status);
void registry_lock(struct registry *registry);
void registry_unlock(struct registry *registry);
void hand_out(struct object **output, struct object *object_take);

/* patch_*.c: make the patched tree out of the present one; NULL with a Status. */
cJSON *patch_strategic_merge(const struct schema *schema, cJSON *target_take, const cJSON *patch, struct status *status);
cJSON *patch_json(cJSON *target_take, const cJSON *operations, struct status *status);

#endif
