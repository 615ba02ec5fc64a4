/*
 * Which fields of an object a change touches, by the shape of its kind (schema.h): maps and objects field by field, keyed
 * lists element by element, everything else and what is atomic as a whole.
 */
#ifndef CLUSTER_API_FIELD_DIFFERENCE_H
#define CLUSTER_API_FIELD_DIFFERENCE_H

#include "cluster/api/schema.h"

struct field_difference {
    cJSON *changed; /* field sets (field_set.h): added or of another value */
    cJSON *removed;
};

void field_difference_release(struct field_difference *difference);
#define AUTO_DIFFERENCE __attribute__((cleanup(field_difference_release)))

/* Between two states of an object, both canonical. What only the API server writes of the metadata (name, uid, versions)
 * does not count. */
void field_difference_of(const struct schema *schema, const cJSON *old, const cJSON *new, struct field_difference *difference);

#endif
