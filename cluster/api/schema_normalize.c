#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cluster/api/schema.h"
#include "cluster/api/schema_bytes.h"
#include "common/buffer.h"
#include "common/clock.h"
#include "common/memory.h"
#include "common/quantity.h"

/* Where the walk is: for error messages alone. */
struct place {
    const struct place *parent;
    const char *name;        /* NULL for an element of a list */
    const char *struct_name; /* Go's name of the struct that the member is of */
};

static void append_place(struct buffer *text, const struct place *place)
{
    if (place->parent != NULL)
        append_place(text, place->parent);
    if (place->name != NULL)
        (void)buffer_append_format(text, "%s%s", text->length > 0 ? "." : "", place->name);
}

static const char *type_text(const struct schema_field *field, char text[96])
{
    static const char *const simple[] = {
        [SCHEMA_TEXT] = "string",
        [SCHEMA_INT32] = "int32",
        [SCHEMA_INT64] = "int64",
        [SCHEMA_BOOLEAN] = "bool",
        [SCHEMA_TEXT_LIST] = "[]string",
        [SCHEMA_TEXT_MAP] = "map[string]string",
        [SCHEMA_QUANTITY_MAP] = "v1.ResourceList",
        [SCHEMA_BYTES_MAP] = "map[string][]uint8",
    };
    if (field->type == SCHEMA_OBJECT || field->type == SCHEMA_LIST)
        snprintf(text, 96, "%sv1.%s", field->type == SCHEMA_LIST ? "[]" : "", field->of->type_name);
    else
        snprintf(text, 96, "%s",
                 (size_t)field->type < sizeof simple / sizeof simple[0] && simple[field->type] != NULL ? simple[field->type]
                                                                                                       : "value");
    return text;
}

static int wrong_type(const struct place *place, const cJSON *value, const char *type, struct error *error)
{
    char shown[64] = "string";
    if (cJSON_IsNumber(value) && value->valuedouble != floor(value->valuedouble))
        snprintf(shown, sizeof shown, "number %.17g", value->valuedouble);
    else if (cJSON_IsNumber(value) && strncmp(type, "int", 3) == 0)
        snprintf(shown, sizeof shown, "number %.0f", fabs(value->valuedouble) < 1e40 ? value->valuedouble : INFINITY);
    else if (cJSON_IsNumber(value))
        snprintf(shown, sizeof shown, "number");
    else if (cJSON_IsBool(value))
        snprintf(shown, sizeof shown, "bool");
    else if (cJSON_IsArray(value))
        snprintf(shown, sizeof shown, "array");
    else if (cJSON_IsObject(value))
        snprintf(shown, sizeof shown, "object");
    AUTO_BUFFER struct buffer path;
    buffer_init(&path, 4096);
    append_place(&path, place);
    return error_set(error, "json: cannot unmarshal %s into Go struct field %s.%s of type %s", shown, place->struct_name,
                     path.data, type);
}

static int normalize_quantity(cJSON **value, struct error *error)
{
    AUTO_FREE char *text = cJSON_IsString(*value) ? memory_copy_text((*value)->valuestring) : json_print(*value);
    char *start = text + strspn(text, " \t\r\n");
    size_t length = strlen(start);
    while (length > 0 && strchr(" \t\r\n", start[length - 1]) != NULL)
        start[--length] = '\0';
    struct quantity quantity;
    if (quantity_parse(start, &quantity, error) < 0)
        return -1;
    char canonical[QUANTITY_TEXT_SIZE];
    cJSON_Delete(*value);
    *value = cJSON_CreateString(quantity_format(quantity, canonical));
    return 0;
}

static int normalize_time(cJSON **value, bool micro, struct error *error)
{
    int64_t wall = 0;
    const char *given = json_text(*value, "");
    if (given[0] == '\0') {
        cJSON_Delete(*value);
        *value = NULL;
        return 0;
    }
    if (clock_parse(given, &wall, NULL) < 0)
        return error_set(error, "parsing time \"%.80s\" as \"2006-01-02T15:04:05Z07:00\": cannot parse it", given);
    char text[CLOCK_TEXT_SIZE];
    char *shown = micro ? clock_format_microseconds(wall, text) : clock_format_seconds(wall, text);
    cJSON_Delete(*value);
    *value = cJSON_CreateString(shown);
    return 0;
}

/* Bytes of the UTF-8 character at the start of a text; 0 when it is none. */
static size_t character_length(const unsigned char *text)
{
    static const uint32_t smallest[] = {0, 0, 0x80, 0x800, 0x10000};
    size_t length = text[0] < 0x80 ? 1 : text[0] >> 5 == 6 ? 2 : text[0] >> 4 == 14 ? 3 : text[0] >> 3 == 30 ? 4 : 0;
    uint32_t code = length > 1 ? text[0] & (0x7fu >> length) : text[0];
    for (size_t i = 1; i < length; i++) {
        if (text[i] >> 6 != 2)
            return 0;
        code = code << 6 | (text[i] & 0x3fu);
    }
    bool valid = length > 0 && code >= smallest[length] && code <= 0x10ffff && (code < 0xd800 || code > 0xdfff);
    return valid ? length : 0;
}

/* Bytes that are not UTF-8 become U+FFFD, as Go reads them: what is stored can be sent to anybody. */
static int normalize_text(cJSON **value)
{
    const unsigned char *at = (const unsigned char *)(*value)->valuestring;
    size_t length = 0;
    while (*at != '\0' && (length = character_length(at)) > 0)
        at += length;
    if (*at == '\0')
        return 0;
    AUTO_BUFFER struct buffer text;
    buffer_init(&text, (size_t)16 * 1024 * 1024);
    for (at = (const unsigned char *)(*value)->valuestring; *at != '\0'; at += length > 0 ? length : 1) {
        length = character_length(at);
        (void)(length > 0 ? buffer_append(&text, at, length) : buffer_append_text(&text, "\xef\xbf\xbd"));
    }
    cJSON_Delete(*value);
    *value = cJSON_CreateString(text.data);
    return 0;
}

static bool fits_integer(const cJSON *value, enum schema_type type)
{
    double limit = type == SCHEMA_INT64 ? 0x1p63 : 0x1p31;
    double number = value->valuedouble;
    return number == floor(number) && number < limit && number >= -limit;
}

static int normalize_object(const struct schema *schema, cJSON **tree, const struct place *place, struct error *error);

/* Members are looked up one by one elsewhere, so no map or list may be so long that this takes more than moments. */
#define LIST_MAXIMUM 10000
#define TEXT_MAP_MAXIMUM 20000
#define QUANTITY_MAP_MAXIMUM 1000
#define ANY_OBJECT_MAXIMUM 1000

static int too_many(const struct place *place, int maximum, struct error *error)
{
    AUTO_BUFFER struct buffer path;
    buffer_init(&path, 4096);
    append_place(&path, place);
    return error_set(error, "%s has more than %d members", path.data, maximum);
}

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

static int normalize_element(const struct schema_field *field, cJSON **element, const struct place *place, struct error *error)
{
    if (field->type == SCHEMA_TEXT_LIST) {
        if (cJSON_IsString(*element))
            return normalize_text(element);
        if (!cJSON_IsNull(*element))
            return wrong_type(place, *element, "string", error);
        cJSON_Delete(*element);
        *element = cJSON_CreateString("");
        return 0;
    }
    if (cJSON_IsNull(*element)) {
        cJSON_Delete(*element);
        *element = cJSON_CreateObject();
    }
    if (!cJSON_IsObject(*element)) {
        char type[96];
        snprintf(type, sizeof type, "v1.%s", field->of->type_name);
        return wrong_type(place, *element, type, error);
    }
    return normalize_object(field->of, element, place, error);
}

static int normalize_list(const struct schema_field *field, cJSON **list, const struct place *place, struct error *error)
{
    if (cJSON_GetArraySize(*list) > LIST_MAXIMUM)
        return too_many(place, LIST_MAXIMUM, error);
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

static int normalize_entry(const struct schema_field *field, cJSON **value, const struct place *place, struct error *error)
{
    if (field->type == SCHEMA_QUANTITY_MAP) {
        if (cJSON_IsString(*value) || cJSON_IsNumber(*value))
            return normalize_quantity(value, error);
        return wrong_type(place, *value, "resource.Quantity", error);
    }
    if (cJSON_IsNull(*value)) {
        cJSON_Delete(*value);
        *value = cJSON_CreateString("");
    }
    if (field->type == SCHEMA_BYTES_MAP)
        return cJSON_IsString(*value) ? schema_normalize_bytes(value, error) : wrong_type(place, *value, "[]uint8", error);
    return cJSON_IsString(*value) ? normalize_text(value) : wrong_type(place, *value, "string", error);
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

static int normalize_map(const struct schema_field *field, cJSON **map, const struct place *place, struct error *error)
{
    int maximum = field->type == SCHEMA_QUANTITY_MAP ? QUANTITY_MAP_MAXIMUM : TEXT_MAP_MAXIMUM;
    if (cJSON_GetArraySize(*map) > maximum)
        return too_many(place, maximum, error);
    cJSON *canonical = cJSON_CreateObject();
    int outcome = 0;
    while ((*map)->child != NULL) {
        cJSON *value = cJSON_DetachItemViaPointer(*map, (*map)->child);
        AUTO_FREE char *key = memory_copy_text(value->string);
        const struct place inside = {.parent = place, .name = key, .struct_name = place->struct_name};
        if (outcome == 0)
            outcome = normalize_entry(field, &value, &inside, error);
        cJSON_AddItemToObject(canonical, key, value);
    }
    cJSON_Delete(*map);
    *map = canonical;
    sort_map(map);
    return outcome;
}

static int normalize_number(const struct schema_field *field, cJSON **value, const struct place *place, struct error *error)
{
    char type[96];
    if (cJSON_IsNumber(*value) && fits_integer(*value, field->type == SCHEMA_INT64 ? SCHEMA_INT64 : SCHEMA_INT32))
        return 0;
    return wrong_type(place, *value, field->type == SCHEMA_INT_OR_TEXT ? "int32" : type_text(field, type), error);
}

static int normalize_value(const struct schema_field *field, cJSON **value, const struct place *place, struct error *error)
{
    char type[96];
    switch (field->type) {
    case SCHEMA_TEXT:
        return cJSON_IsString(*value) ? normalize_text(value) : wrong_type(place, *value, "string", error);
    case SCHEMA_BOOLEAN:
        return cJSON_IsBool(*value) ? 0 : wrong_type(place, *value, "bool", error);
    case SCHEMA_INT_OR_TEXT:
        return cJSON_IsString(*value) ? 0 : normalize_number(field, value, place, error);
    case SCHEMA_INT32:
    case SCHEMA_INT64:
        return normalize_number(field, value, place, error);
    case SCHEMA_QUANTITY:
        if (cJSON_IsString(*value) || cJSON_IsNumber(*value))
            return normalize_quantity(value, error);
        return wrong_type(place, *value, "resource.Quantity", error);
    case SCHEMA_TIME:
    case SCHEMA_MICRO_TIME:
        if (cJSON_IsString(*value))
            return normalize_time(value, field->type == SCHEMA_MICRO_TIME, error);
        return wrong_type(place, *value, "string", error);
    case SCHEMA_OBJECT:
        return cJSON_IsObject(*value) ? normalize_object(field->of, value, place, error)
                                      : wrong_type(place, *value, type_text(field, type), error);
    case SCHEMA_LIST:
    case SCHEMA_TEXT_LIST:
        return cJSON_IsArray(*value) ? normalize_list(field, value, place, error)
                                     : wrong_type(place, *value, type_text(field, type), error);
    case SCHEMA_TEXT_MAP:
    case SCHEMA_QUANTITY_MAP:
    case SCHEMA_BYTES_MAP:
        return cJSON_IsObject(*value) ? normalize_map(field, value, place, error)
                                      : wrong_type(place, *value, type_text(field, type), error);
    case SCHEMA_ANY:
        return has_large_object(*value) ? too_many(place, ANY_OBJECT_MAXIMUM, error) : 0;
    case SCHEMA_MANAGED_FIELDS:
        return cJSON_IsArray(*value) ? 0 : wrong_type(place, *value, "[]v1.ManagedFieldsEntry", error);
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
static int normalize_field(const struct schema_field *field, cJSON *from, cJSON *to, const struct place *place,
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

static int take_others(cJSON *from, cJSON *to, const struct place *place, struct error *error)
{
    while (from->child != NULL) {
        cJSON *member = cJSON_DetachItemViaPointer(from, from->child);
        cJSON_AddItemToArray(to, member);
        if (has_large_object(member))
            return too_many(&(const struct place){.parent = place, .name = member->string}, ANY_OBJECT_MAXIMUM, error);
    }
    return 0;
}

static int normalize_object(const struct schema *schema, cJSON **tree, const struct place *place, struct error *error)
{
    cJSON *canonical = cJSON_CreateObject();
    int outcome = 0;
    for (const struct schema_field *field = schema->fields; field->type != SCHEMA_END && outcome == 0; field++) {
        const struct place inside = {.parent = place, .name = field->name, .struct_name = schema->type_name};
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
