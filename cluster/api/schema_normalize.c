#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cluster/api/schema_bytes.h"
#include "cluster/api/schema_place.h"
#include "cluster/api/schema_scalar.h"
#include "common/memory.h"

static bool fits_integer(const cJSON *value, enum schema_type type)
{
    double limit = type == SCHEMA_INT64 ? 0x1p63 : 0x1p31;
    double number = value->valuedouble;
    return number == floor(number) && number < limit && number >= -limit;
}

static int normalize_object(const struct schema *schema, cJSON **tree, const struct schema_place *place, struct error *error);

/* Members are looked up one by one elsewhere, so no map or list may be so long that this takes more than moments. */
#define LIST_MAXIMUM 10000
#define TEXT_MAP_MAXIMUM 20000
#define QUANTITY_MAP_MAXIMUM 1000
#define ANY_OBJECT_MAXIMUM 1000

static bool has_large_object(const cJSON *value)
{
    if (cJSON_IsObject(value) && cJSON_GetArraySize(value) > ANY_OBJECT_MAXIMUM)
        return true;
    const cJSON *member = NULL;
    cJSON_ArrayForEach (member, value) {
        if (has_large_object(member))
            return true;
    }
    return false;
}

static int normalize_text(cJSON **value, const struct schema_place *place, struct error *error)
{
    if (!cJSON_IsString(*value))
        return schema_wrong_type(place, *value, "string", error);
    schema_normalize_text(value);
    return 0;
}

static int normalize_element(const struct schema_field *field, cJSON **element, const struct schema_place *place,
                             struct error *error)
{
    if (field->type == SCHEMA_TEXT_LIST) {
        if (!cJSON_IsNull(*element))
            return normalize_text(element, place, error);
        cJSON_Delete(*element);
        *element = cJSON_CreateString("");
        return 0;
    }
    if (cJSON_IsNull(*element)) {
        cJSON_Delete(*element);
        *element = cJSON_CreateObject();
    }
    if (!cJSON_IsObject(*element)) {
        char type[SCHEMA_TYPE_TEXT_SIZE];
        snprintf(type, sizeof type, "v1.%s", field->of->type_name);
        return schema_wrong_type(place, *element, type, error);
    }
    return normalize_object(field->of, element, place, error);
}

static int normalize_list(const struct schema_field *field, cJSON **list, const struct schema_place *place, struct error *error)
{
    if (cJSON_GetArraySize(*list) > LIST_MAXIMUM)
        return schema_too_many(place, LIST_MAXIMUM, error);
    cJSON *canonical = cJSON_CreateArray();
    int outcome = 0;
    while ((*list)->child != NULL) {
        cJSON *element = cJSON_DetachItemViaPointer(*list, (*list)->child);
        if (outcome == 0)
            outcome = normalize_element(field, &element, place, error);
        cJSON_AddItemToArray(canonical, element);
    }
    cJSON_Delete(*list);
    *list = canonical;
    return outcome;
}

static int compare_members(const void *left, const void *right)
{
    const cJSON *const *first = left, *const *second = right;
    return strcmp((*first)->string, (*second)->string);
}

static int normalize_entry(const struct schema_field *field, cJSON **value, const struct schema_place *place, struct error *error)
{
    if (field->type == SCHEMA_QUANTITY_MAP) {
        if (cJSON_IsString(*value) || cJSON_IsNumber(*value))
            return schema_normalize_quantity(value, error);
        return schema_wrong_type(place, *value, "resource.Quantity", error);
    }
    if (cJSON_IsNull(*value)) {
        cJSON_Delete(*value);
        *value = cJSON_CreateString("");
    }
    if (field->type == SCHEMA_BYTES_MAP)
        return cJSON_IsString(*value) ? schema_normalize_bytes(value, error) : schema_wrong_type(place, *value, "[]uint8", error);
    return normalize_text(value, place, error);
}

static bool is_sorted(const cJSON *map)
{
    for (const cJSON *member = map->child; member != NULL && member->next != NULL; member = member->next) {
        if (strcmp(member->string, member->next->string) >= 0)
            return false;
    }
    return true;
}

/* Sorted by key, the last of equal keys. */
static void sort_map(cJSON **map)
{
    if (is_sorted(*map))
        return;
    size_t count = (size_t)cJSON_GetArraySize(*map);
    AUTO_FREE cJSON **members = memory_allocate(count, sizeof *members);
    for (size_t i = 0; i < count; i++)
        members[i] = cJSON_DetachItemViaPointer(*map, (*map)->child);
    qsort(members, count, sizeof *members, compare_members);
    for (size_t i = 0; i < count; i++) {
        if (i + 1 < count && strcmp(members[i]->string, members[i + 1]->string) == 0)
            cJSON_Delete(members[i]);
        else
            cJSON_AddItemToArray(*map, members[i]);
    }
}

static int normalize_map(const struct schema_field *field, cJSON **map, const struct schema_place *place, struct error *error)
{
    int maximum = field->type == SCHEMA_QUANTITY_MAP ? QUANTITY_MAP_MAXIMUM : TEXT_MAP_MAXIMUM;
    if (cJSON_GetArraySize(*map) > maximum)
        return schema_too_many(place, maximum, error);
    cJSON *canonical = cJSON_CreateObject();
    int outcome = 0;
    while ((*map)->child != NULL) {
        cJSON *value = cJSON_DetachItemViaPointer(*map, (*map)->child);
        AUTO_FREE char *key = memory_copy_text(value->string);
        const struct schema_place inside = {.parent = place, .name = key, .struct_name = place->struct_name};
        if (outcome == 0)
            outcome = normalize_entry(field, &value, &inside, error);
        cJSON_AddItemToObject(canonical, key, value);
    }
    cJSON_Delete(*map);
    *map = canonical;
    sort_map(map);
    return outcome;
}

static int normalize_number(const struct schema_field *field, cJSON **value, const struct schema_place *place,
                            struct error *error)
{
    char type[SCHEMA_TYPE_TEXT_SIZE];
    if (cJSON_IsNumber(*value) && fits_integer(*value, field->type == SCHEMA_INT64 ? SCHEMA_INT64 : SCHEMA_INT32))
        return 0;
    return schema_wrong_type(place, *value, field->type == SCHEMA_INT_OR_TEXT ? "int32" : schema_type_text(field, type), error);
}

static int normalize_value(const struct schema_field *field, cJSON **value, const struct schema_place *place, struct error *error)
{
    char type[SCHEMA_TYPE_TEXT_SIZE];
    switch (field->type) {
    case SCHEMA_TEXT:
        return normalize_text(value, place, error);
    case SCHEMA_BOOLEAN:
        return cJSON_IsBool(*value) ? 0 : schema_wrong_type(place, *value, "bool", error);
    case SCHEMA_INT_OR_TEXT:
        return cJSON_IsString(*value) ? 0 : normalize_number(field, value, place, error);
    case SCHEMA_INT32:
    case SCHEMA_INT64:
        return normalize_number(field, value, place, error);
    case SCHEMA_QUANTITY:
        if (cJSON_IsString(*value) || cJSON_IsNumber(*value))
            return schema_normalize_quantity(value, error);
        return schema_wrong_type(place, *value, "resource.Quantity", error);
    case SCHEMA_TIME:
    case SCHEMA_MICRO_TIME:
        if (cJSON_IsString(*value))
            return schema_normalize_time(value, field->type == SCHEMA_MICRO_TIME, error);
        return schema_wrong_type(place, *value, "string", error);
    case SCHEMA_OBJECT:
        return cJSON_IsObject(*value) ? normalize_object(field->of, value, place, error)
                                      : schema_wrong_type(place, *value, schema_type_text(field, type), error);
    case SCHEMA_LIST:
    case SCHEMA_TEXT_LIST:
        return cJSON_IsArray(*value) ? normalize_list(field, value, place, error)
                                     : schema_wrong_type(place, *value, schema_type_text(field, type), error);
    case SCHEMA_TEXT_MAP:
    case SCHEMA_QUANTITY_MAP:
    case SCHEMA_BYTES_MAP:
        return cJSON_IsObject(*value) ? normalize_map(field, value, place, error)
                                      : schema_wrong_type(place, *value, schema_type_text(field, type), error);
    case SCHEMA_ANY:
        return has_large_object(*value) ? schema_too_many(place, ANY_OBJECT_MAXIMUM, error) : 0;
    case SCHEMA_MANAGED_FIELDS:
        return cJSON_IsArray(*value) ? 0 : schema_wrong_type(place, *value, "[]v1.ManagedFieldsEntry", error);
    case SCHEMA_OTHERS:
    case SCHEMA_END:
        break;
    }
    return 0;
}

static bool is_empty(const cJSON *value)
{
    if (cJSON_IsString(value))
        return value->valuestring[0] == '\0';
    if (cJSON_IsNumber(value))
        return value->valuedouble == 0;
    if (cJSON_IsArray(value) || cJSON_IsObject(value))
        return value->child == NULL;
    return cJSON_IsFalse(value) || cJSON_IsNull(value);
}

static cJSON *zero_value(const struct schema_field *field)
{
    switch (field->type) {
    case SCHEMA_TEXT:
        return cJSON_CreateString("");
    case SCHEMA_INT32:
    case SCHEMA_INT64:
    case SCHEMA_INT_OR_TEXT:
        return cJSON_CreateNumber(0);
    case SCHEMA_BOOLEAN:
        return cJSON_CreateFalse();
    case SCHEMA_QUANTITY:
        return cJSON_CreateString("0");
    default:
        return cJSON_CreateNull();
    }
}

/* The value of an absent member, or NULL when it stays absent. */
static cJSON *absent_value(const struct schema_field *field)
{
    if (field->presence == SCHEMA_ALWAYS)
        return zero_value(field);
    if (field->presence != SCHEMA_ALWAYS_OBJECT)
        return NULL;
    cJSON *empty = cJSON_CreateObject();
    (void)normalize_object(field->of, &empty, NULL, NULL);
    return empty;
}

/* Moves the member of this field from one object to the other, canonical. */
static int normalize_field(const struct schema_field *field, cJSON *from, cJSON *to, const struct schema_place *place,
                           struct error *error)
{
    cJSON *value = cJSON_DetachItemFromObjectCaseSensitive(from, field->name);
    if (cJSON_IsNull(value) || field->presence == SCHEMA_NEVER) {
        cJSON_Delete(value);
        value = NULL;
    }
    int outcome = value != NULL ? normalize_value(field, &value, place, error) : 0;
    if (outcome == 0 && value != NULL && field->presence == SCHEMA_OMIT_EMPTY && is_empty(value)) {
        cJSON_Delete(value);
        return 0;
    }
    if (value == NULL)
        value = absent_value(field);
    if (value != NULL)
        cJSON_AddItemToObjectCS(to, field->name, value);
    return outcome;
}

static int take_others(cJSON *from, cJSON *to, const struct schema_place *place, struct error *error)
{
    while (from->child != NULL) {
        cJSON *member = cJSON_DetachItemViaPointer(from, from->child);
        cJSON_AddItemToArray(to, member);
        if (has_large_object(member))
            return schema_too_many(&(const struct schema_place){.parent = place, .name = member->string}, ANY_OBJECT_MAXIMUM,
                                   error);
    }
    return 0;
}

static int normalize_object(const struct schema *schema, cJSON **tree, const struct schema_place *place, struct error *error)
{
    cJSON *canonical = cJSON_CreateObject();
    int outcome = 0;
    for (const struct schema_field *field = schema->fields; field->type != SCHEMA_END && outcome == 0; field++) {
        const struct schema_place inside = {.parent = place, .name = field->name, .struct_name = schema->type_name};
        outcome = field->type == SCHEMA_OTHERS ? take_others(*tree, canonical, place, error)
                                               : normalize_field(field, *tree, canonical, &inside, error);
    }
    cJSON_Delete(*tree);
    *tree = canonical;
    return outcome;
}

int schema_normalize(const struct schema *schema, cJSON **tree, struct error *error)
{
    return normalize_object(schema, tree, NULL, error);
}
