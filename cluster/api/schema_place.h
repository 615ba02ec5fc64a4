/*
 * Where the walk over a document is, and the words in which Go's JSON decoder refuses what it finds there.
 */
#ifndef CLUSTER_API_SCHEMA_PLACE_H
#define CLUSTER_API_SCHEMA_PLACE_H

#include "cluster/api/schema.h"

struct schema_place {
    const struct schema_place *parent;
    const char *name;        /* NULL for an element of a list */
    const char *struct_name; /* Go's name of the struct that the member is of */
};

/* A field's type as Go names it. Returns text. */
#define SCHEMA_TYPE_TEXT_SIZE 96
const char *schema_type_text(const struct schema_field *field, char text[SCHEMA_TYPE_TEXT_SIZE]);

/* Both return -1 with the error. type: what was expected, as Go names it. */
int schema_wrong_type(const struct schema_place *place, const cJSON *value, const char *type, struct error *error);
int schema_too_many(const struct schema_place *place, int maximum, struct error *error);

#endif
