/*
 * The shape of each kind: members, their order, types and how lists merge, as Kubernetes's API types have them. One
 * table drives decoding (types are checked, unknown members dropped, quantities and times made canonical), the order in
 * which objects are stored and sent, strategic merge patches and apply.
 */
#ifndef CLUSTER_API_SCHEMA_H
#define CLUSTER_API_SCHEMA_H

#include <stdbool.h>

#include "cluster/api/resource.h"
#include "common/error.h"
#include "common/json.h"

enum schema_type {
    SCHEMA_END, /* after the last field */
    SCHEMA_TEXT,
    SCHEMA_INT32,
    SCHEMA_INT64,
    SCHEMA_BOOLEAN,
    SCHEMA_QUANTITY,
    SCHEMA_INT_OR_TEXT,
    SCHEMA_TIME,
    SCHEMA_MICRO_TIME,
    SCHEMA_ANY,            /* kept as it is */
    SCHEMA_MANAGED_FIELDS, /* a list that managed_fields.h judges */
    SCHEMA_OBJECT,
    SCHEMA_LIST,         /* of objects */
    SCHEMA_TEXT_LIST,    /* of strings */
    SCHEMA_TEXT_MAP,     /* string to string, sorted by key */
    SCHEMA_QUANTITY_MAP, /* string to quantity, sorted by key */
    SCHEMA_OTHERS,       /* no member, but all that no other field names: kept as they are; the last of its shape */
    SCHEMA_BYTES_MAP,    /* string to bytes (base64), sorted by key */
};

/* When a member is there: by default when it is not empty (Go's omitempty). */
enum schema_presence {
    SCHEMA_OMIT_EMPTY,
    SCHEMA_ALWAYS,        /* with its zero value when absent; lists, maps and times: null */
    SCHEMA_WHEN_SET,      /* also when it is zero (a pointer in Go) */
    SCHEMA_ALWAYS_OBJECT, /* an object that is {} when absent */
    SCHEMA_NEVER,         /* known, and left out */
};

struct schema;

struct schema_field {
    const char *name;
    enum schema_type type;
    enum schema_presence presence;
    const struct schema *of; /* of SCHEMA_OBJECT, SCHEMA_LIST and, for OpenAPI alone, SCHEMA_MANAGED_FIELDS */
    /* Lists: the members that tell elements apart when lists are merged; NULL: the list is replaced as a whole. The
     * first is the key of strategic merge patches, both together are the key of apply. Lists of texts: merge_key is
     * not NULL when they merge as sets. */
    const char *merge_key;
    const char *second_key;
    /* Maps: owned and applied as a whole (Kubernetes's x-kubernetes-map-type: atomic). */
    bool atomic;
};

struct schema {
    const char *type_name; /* Go's name, for error messages; and field_shape.c knows the atomic ones by it */
    const struct schema_field *fields;
};

/* The shape of a kind without kind and apiVersion; never NULL. */
const struct schema *schema_of(enum resource_id resource);

/* NULL when there is no such member. */
const struct schema_field *schema_find(const struct schema *schema, const char *name);

/* Makes *tree canonical. -1 with Go's words for a wrong type (as Kubernetes shows them), *tree then in an undefined
 * but deletable state. Applied to a canonical tree it changes nothing but the order of members. */
int schema_normalize(const struct schema *schema, cJSON **tree, struct error *error);

#endif
