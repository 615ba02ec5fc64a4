/*
 * Sets of fields in the form in which managedFields keeps them (FieldsV1 of structured-merge-diff): a tree of JSON
 * objects whose members are the steps of paths - "f:NAME" a member of an object or a map, "k:{KEYS}" an element of a list
 * that is told apart by keys, "v:VALUE" an element of a set, "i:NUMBER" a place in a list. A node is a field of the set
 * when it is empty or has the member "."; else it only leads to fields. The root, {} when the set is empty, is no field.
 *
 * Steps are sorted (f, k, v, i; then by name or value), so that union and difference take linear time.
 */
#ifndef CLUSTER_API_FIELD_SET_H
#define CLUSTER_API_FIELD_SET_H

#include <stdbool.h>

#include "common/json.h"

/* A sorted copy of what somebody else made; NULL when it is no set of fields. The caller deletes it. */
cJSON *field_set_parse(const cJSON *fields) __attribute__((warn_unused_result));

bool field_set_is_empty(const cJSON *set);
/* Whether this node (not the root) is a field itself. */
bool field_set_is_field(const cJSON *node);
/* The node after one more step, NULL when the set has none; node may be NULL. */
cJSON *field_set_step(const cJSON *node, const char *step);

/* Change set in place. */
void field_set_add(cJSON *set, const cJSON *other);
void field_set_remove(cJSON *set, const cJSON *other);
/* The fields of both; the caller deletes it. */
cJSON *field_set_common(const cJSON *left, const cJSON *right) __attribute__((warn_unused_result));

/* For making sets: puts a node below a parent at the step PREFIX NAME ("f:" "spec"); a node without fields is deleted.
 * is_field: whether the node counts itself. field_set_sort puts the steps of one node in order afterwards. */
void field_set_attach(cJSON *parent, const char *prefix, const char *name, cJSON *node_take, bool is_field);
void field_set_sort(cJSON *node);
int field_set_compare_steps(const char *left, const char *right);

/* Takes out what nobody owns, since the API server alone writes it: name, uid, versions and such of the metadata. */
void field_set_leave_out_server_fields(cJSON *set);

/* Calls back for each field with its path as Kubernetes shows it: .spec.containers[name="web"].image */
typedef void field_set_visitor(const char *path, void *context);
void field_set_visit(const cJSON *set, field_set_visitor *visitor, void *context);

#endif
