#include "cluster/api/field_shape.h"

#include <string.h>

#include "cluster/api/list_merge.h"

const struct schema_field field_shape_any = {.name = "", .type = SCHEMA_ANY};
const struct schema_field field_shape_text = {.name = "", .type = SCHEMA_TEXT};

/* Go's names of the types that Kubernetes marks as atomic: who sets a part of one owns all of it. */
static bool is_atomic(const struct schema *schema)
{
    static const char *const names[] = {
        "ConfigMapKeySelector",
        "LabelSelector",
        "LocalObjectReference",
        "NodeSelector",
        "NodeSelectorTerm",
        "ObjectFieldSelector",
        "ObjectReference",
        "OwnerReference",
        "ResourceFieldSelector",
        "RoleRef",
        "SecretKeySelector",
        "SecretReference",
        "Subject",
        "TypedLocalObjectReference",
    };
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        if (strcmp(names[i], schema->type_name) == 0)
            return true;
    }
    return false;
}

static bool is_empty(const cJSON *value)
{
    return value == NULL || value->child == NULL;
}

static bool may_be(const cJSON *value, int type)
{
    return value == NULL || cJSON_IsNull(value) || (value->type & 0xff) == type;
}

static enum field_shape shape_of_type(const struct schema_field *field)
{
    switch (field->type) {
    case SCHEMA_OBJECT:
        return is_atomic(field->of) ? FIELD_LEAF : FIELD_OBJECT;
    case SCHEMA_TEXT_MAP:
    case SCHEMA_BYTES_MAP:
    case SCHEMA_QUANTITY_MAP:
        return field->atomic ? FIELD_LEAF : FIELD_MAP;
    case SCHEMA_ANY:
        return FIELD_ANY;
    case SCHEMA_LIST:
    case SCHEMA_TEXT_LIST:
        return list_is_keyed(field) ? FIELD_KEYED_LIST : FIELD_LEAF;
    default:
        return FIELD_LEAF;
    }
}

enum field_shape field_shape_of(const struct schema_field *field, const cJSON *left, const cJSON *right)
{
    enum field_shape shape = shape_of_type(field);
    int type = shape == FIELD_KEYED_LIST ? cJSON_Array : cJSON_Object;
    if (is_empty(left) && is_empty(right))
        return FIELD_LEAF;
    return may_be(left, type) && may_be(right, type) ? shape : FIELD_LEAF;
}

const struct schema_field *field_shape_of_member(const struct schema *schema, const char *name)
{
    for (const struct schema_field *field = schema->fields; field->type != SCHEMA_END; field++) {
        if (field->type != SCHEMA_OTHERS && strcmp(field->name, name) == 0)
            return field;
        if (field->type == SCHEMA_OTHERS && strcmp(name, "kind") != 0 && strcmp(name, "apiVersion") != 0)
            return &field_shape_any;
    }
    return NULL;
}

struct schema_field field_shape_of_element(const struct schema_field *field)
{
    if (field->type == SCHEMA_TEXT_LIST)
        return field_shape_text;
    return (struct schema_field){.name = "", .type = SCHEMA_OBJECT, .of = field->of};
}
