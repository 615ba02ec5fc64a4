/*
 * What selector.c and the two parsers of selector texts share. Nobody else includes this.
 */
#ifndef CLUSTER_API_SELECTOR_INTERNAL_H
#define CLUSTER_API_SELECTOR_INTERNAL_H

#include <stdbool.h>
#include <stddef.h>

#include "cluster/api/selector.h"

enum selector_operator {
    SELECTOR_IN, /* also = and == */
    SELECTOR_NOT_IN,
    SELECTOR_EXISTS,
    SELECTOR_NOT_EXISTS,
    SELECTOR_GREATER,
    SELECTOR_LESS,
    SELECTOR_NEVER,
};

struct requirement {
    char *key;
    enum selector_operator relation;
    char **values;
    size_t count;
    bool set_based; /* written as "key in (a)" rather than "key=a" */
};

struct selector {
    bool fields;
    struct requirement *requirements;
    size_t count;
};

/* The new requirement is valid until the next one is added. */
struct requirement *selector_add(struct selector *selector, const char *key, enum selector_operator relation);
void requirement_add_value(struct requirement *requirement, const char *value);

/* The text of a field that field selectors may name; "" when the object does not have it. */
const char *selector_field_text(const cJSON *object, const char *field);

#endif
