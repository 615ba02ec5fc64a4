/*
 * One stored state of one Kubernetes object: immutable, reference-counted, safe to read from any thread. It holds the
 * serialized JSON (what the API sends) and the tree of the same text (what controllers read); a change makes a new one.
 */
#ifndef CLUSTER_API_OBJECT_H
#define CLUSTER_API_OBJECT_H

#include <stddef.h>
#include <stdint.h>

#include "cluster/api/resource.h"
#include "common/json.h"

struct object;

struct object *object_reference(struct object *object); /* returns object */
void object_release(struct object *object);             /* NULL is allowed */
void object_release_pointer(struct object **object);
#define AUTO_OBJECT __attribute__((cleanup(object_release_pointer)))

enum resource_id object_resource(const struct object *object);
const char *object_namespace(const struct object *object); /* "" for cluster-scoped */
const char *object_name(const struct object *object);
const char *object_uid(const struct object *object);
uint64_t object_version(const struct object *object); /* metadata.resourceVersion */
const char *object_text(const struct object *object, size_t *length);
const cJSON *object_tree(const struct object *object); /* with apiVersion and kind; never change it */

/* A list of references; release with object_list_release. */
struct object_list {
    struct object **objects;
    size_t count;
    uint64_t version; /* the store's version at which the list is true */
};
void object_list_release(struct object_list *list);
#define AUTO_OBJECT_LIST __attribute__((cleanup(object_list_release)))

#endif
