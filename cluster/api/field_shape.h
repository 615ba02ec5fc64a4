/*
 * How the values of a kind are owned and merged: which are taken as a whole and which part by part.
 */
#ifndef CLUSTER_API_FIELD_SHAPE_H
#define CLUSTER_API_FIELD_SHAPE_H

#include "cluster/api/schema.h"

enum field_shape {
    FIELD_LEAF,       /* as a whole */
    FIELD_OBJECT,     /* member by member: those of field->of */
    FIELD_MAP,        /* entry by entry */
    FIELD_ANY,        /* an object without a shape, member by member */
    FIELD_KEYED_LIST, /* element by element */
};

/* The shape of a field with these values (either may be NULL); what is empty on both sides is a leaf. */
enum field_shape field_shape_of(const struct schema_field *field, const cJSON *left, const cJSON *right);

/* The field of a member's name; NULL when the shape has no such member. Kinds without a fixed shape have any. */
const struct schema_field *field_shape_of_member(const struct schema *schema, const char *name);

/* The field that each element of a keyed list is. */
struct schema_field field_shape_of_element(const struct schema_field *field);

/* Entries of maps, and members without a shape. */
extern const struct schema_field field_shape_text, field_shape_any;

#endif
