#include "cluster/api/protobuf_body.h"

#include <stdlib.h>
#include <string.h>

#include "cluster/api/protobuf_tables.h"
#include "common/base64.h"
#include "common/memory.h"

#define MAXIMUM_DEPTH 20

/* Bytes that are read from the front. */
struct reader {
    const unsigned char *next;
    size_t left;
};

/* One field: a number (wire type 0), or bytes (wire type 2). */
struct proto_value {
    unsigned number;
    bool is_bytes;
    uint64_t integer;
    struct reader bytes;
};

static int read_varint(struct reader *reader, uint64_t *value)
{
    *value = 0;
    for (unsigned shift = 0; shift < 64; shift += 7) {
        if (reader->left == 0)
            return -1;
        unsigned char byte = *reader->next++;
        reader->left--;
        *value |= (uint64_t)(byte & 127) << shift;
        if ((byte & 128) == 0)
            return 0;
    }
    return -1;
}

/* 1 = a field, 0 = the end, -1 = malformed. */
static int read_field(struct reader *reader, struct proto_value *value)
{
    uint64_t key;
    if (reader->left == 0)
        return 0;
    *value = (struct proto_value){0};
    if (read_varint(reader, &key) != 0 || key >> 3 == 0 || key >> 3 > 100000 || read_varint(reader, &value->integer) != 0)
        return -1;
    value->number = (unsigned)(key >> 3);
    if ((key & 7) == 0)
        return 1;
    if ((key & 7) != 2 || value->integer > reader->left)
        return -1;
    value->is_bytes = true;
    value->bytes = (struct reader){.next = reader->next, .left = (size_t)value->integer};
    reader->next += value->bytes.left;
    reader->left -= value->bytes.left;
    return 1;
}

static char *reader_text(const struct reader *reader)
{
    return memory_copy_bytes(reader->next, reader->left);
}

/* The text of a Quantity {1 text}. */
static char *quantity_text(const struct reader *message)
{
    struct reader reader = *message;
    struct proto_value value;
    char *text = memory_copy_text("");
    while (read_field(&reader, &value) == 1) {
        if (!value.is_bytes || value.number != 1)
            continue;
        free(text);
        text = reader_text(&value.bytes);
    }
    return text;
}

static char *map_value(const struct reader *bytes, enum proto_type type)
{
    if (type == PROTO_BYTES_MAP)
        return base64_encode(bytes->next, bytes->left);
    return type == PROTO_QUANTITY_MAP ? quantity_text(bytes) : reader_text(bytes);
}

/* Keys and values of a map are the fields 1 and 2 of a message an entry. */
static int decode_map_entry(const struct proto_value *entry, enum proto_type type, cJSON *map)
{
    struct reader reader = entry->bytes;
    struct proto_value value;
    AUTO_FREE char *key = memory_copy_text("");
    AUTO_FREE char *text = memory_copy_text("");
    int outcome;
    while ((outcome = read_field(&reader, &value)) == 1) {
        if (!value.is_bytes || value.number > 2)
            return -1;
        char **target = value.number == 1 ? &key : &text;
        free(*target);
        *target = value.number == 2 ? map_value(&value.bytes, type) : reader_text(&value.bytes);
    }
    json_set_text(map, key, text);
    return outcome;
}

/* Quantity {1 text}; IntOrString {1 type (0 = number), 2 number, 3 text}. NULL when malformed. */
static cJSON *decode_scalar_message(const struct proto_value *message, bool is_quantity)
{
    struct reader reader = message->bytes;
    struct proto_value value;
    AUTO_FREE char *text = NULL;
    int64_t number = 0;
    bool is_text = is_quantity;
    int outcome;
    while ((outcome = read_field(&reader, &value)) == 1) {
        if (value.is_bytes && value.number == (is_quantity ? 1U : 3U)) {
            free(text);
            text = reader_text(&value.bytes);
        } else if (!value.is_bytes && value.number == 1) {
            is_text = value.integer != 0;
        } else if (!value.is_bytes && value.number == 2) {
            number = (int64_t)value.integer;
        }
    }
    if (outcome < 0)
        return NULL;
    return is_text ? cJSON_CreateString(text != NULL ? text : "") : cJSON_CreateNumber((double)number);
}

static int decode_message(const struct proto_field *fields, struct reader reader, cJSON *tree, int depth, struct error *error);

/* The value as JSON; NULL with an error when it is malformed, NULL without one when there is nothing to set. */
static cJSON *decode_value(const struct proto_field *field, const struct proto_value *value, int depth, struct error *error)
{
    bool is_boolean = field->type == PROTO_BOOLEAN || field->type == PROTO_FLAG;
    bool wants_bytes = field->type != PROTO_INTEGER && field->type != PROTO_INTEGER_SET && !is_boolean;
    AUTO_JSON cJSON *tree = NULL;
    if (wants_bytes != value->is_bytes) {
        (void)error_set(error, "%s is of another type", field->name);
        return NULL;
    }
    if (field->type == PROTO_TEXT) {
        AUTO_FREE char *text = reader_text(&value->bytes);
        return text[0] != '\0' || field->repeated ? cJSON_CreateString(text) : NULL;
    }
    if (field->type == PROTO_INTEGER || field->type == PROTO_INTEGER_SET)
        return value->integer != 0 || field->type == PROTO_INTEGER_SET ? cJSON_CreateNumber((double)(int64_t)value->integer)
                                                                       : NULL;
    if (is_boolean)
        return value->integer != 0 || field->type == PROTO_BOOLEAN ? cJSON_CreateBool(value->integer != 0) : NULL;
    if (field->type == PROTO_MESSAGE) {
        tree = cJSON_CreateObject();
        return decode_message(field->fields, value->bytes, tree, depth + 1, error) == 0 ? steal_pointer(&tree) : NULL;
    }
    tree = decode_scalar_message(value, field->type == PROTO_QUANTITY);
    if (tree == NULL)
        (void)error_set(error, "%s is malformed", field->name);
    return steal_pointer(&tree);
}

static int decode_field(const struct proto_field *field, const struct proto_value *value, cJSON *tree, int depth,
                        struct error *error)
{
    if (field->type == PROTO_PASSED_OVER)
        return 0;
    if (field->type == PROTO_INLINE)
        return value->is_bytes ? decode_message(field->fields, value->bytes, tree, depth + 1, error)
                               : error_set(error, "field %u is of another type", field->number);
    if (field->type == PROTO_TEXT_MAP || field->type == PROTO_BYTES_MAP || field->type == PROTO_QUANTITY_MAP) {
        cJSON *map = json_object_at(tree, field->name);
        if (!value->is_bytes || decode_map_entry(value, field->type, map) != 0)
            return error_set(error, "%s is malformed", field->name);
        return 0;
    }
    cJSON *decoded = decode_value(field, value, depth, error);
    if (decoded == NULL)
        return error->text[0] != '\0' ? -1 : 0;
    if (field->repeated)
        cJSON_AddItemToArray(json_array_at(tree, field->name), decoded);
    else
        json_set(tree, field->name, decoded);
    return 0;
}

static const struct proto_field *find_field(const struct proto_field *fields, unsigned number)
{
    while (fields->number != 0 && fields->number != number)
        fields++;
    return fields->number != 0 ? fields : NULL;
}

/* Go writes members that are empty too; of those that are not known here, only the ones with a value are refused. */
static int decode_message(const struct proto_field *fields, struct reader reader, cJSON *tree, int depth, struct error *error)
{
    struct proto_value value;
    int outcome = 0;
    if (depth > MAXIMUM_DEPTH)
        return error_set(error, "nested deeper than %d levels", MAXIMUM_DEPTH);
    while ((outcome = read_field(&reader, &value)) == 1) {
        const struct proto_field *field = find_field(fields, value.number);
        if (field != NULL && decode_field(field, &value, tree, depth, error) != 0)
            return -1;
        if (field == NULL && value.integer != 0)
            return error_set(error, "field %u is not read in this encoding; send JSON or YAML", value.number);
    }
    return outcome == 0 ? 0 : error_set(error, "malformed protobuf");
}

/* The envelope: 1 = {1 apiVersion, 2 kind}, 2 = the object's bytes. */
static const struct proto_field type_fields[] = {
    {1, "apiVersion", PROTO_TEXT, false, NULL},
    {2, "kind", PROTO_TEXT, false, NULL},
    {0, NULL, PROTO_TEXT, false, NULL},
};

static int read_envelope(struct reader reader, cJSON *tree, struct reader *object, struct error *error)
{
    struct proto_value value;
    int outcome;
    *object = (struct reader){0};
    while ((outcome = read_field(&reader, &value)) == 1) {
        if (value.number == 1 && value.is_bytes && decode_message(type_fields, value.bytes, tree, 0, error) != 0)
            return -1;
        if (value.number == 2 && value.is_bytes)
            *object = value.bytes;
    }
    return outcome == 0 ? 0 : error_set(error, "malformed protobuf");
}

static const struct proto_kind *find_kind(const struct proto_kind *table, const char *version, const char *kind)
{
    for (; table->kind != NULL; table++) {
        if ((table->version == NULL || strcmp(table->version, version) == 0) && strcmp(table->kind, kind) == 0)
            return table;
    }
    return NULL;
}

cJSON *protobuf_body_decode(const char *bytes, size_t length, struct error *error)
{
    static const char magic[4] = {'k', '8', 's', '\0'};
    AUTO_JSON cJSON *tree = cJSON_CreateObject();
    struct reader object;
    struct error own = ERROR_NONE;
    if (error == NULL)
        error = &own;
    *error = ERROR_NONE;
    if (length < sizeof magic || memcmp(bytes, magic, sizeof magic) != 0) {
        (void)error_set(error, "not Kubernetes's protobuf");
        return NULL;
    }
    struct reader reader = {.next = (const unsigned char *)bytes + sizeof magic, .left = length - sizeof magic};
    if (read_envelope(reader, tree, &object, error) != 0)
        return NULL;
    const char *version = json_text(json_get(tree, "apiVersion"), "");
    const char *kind = json_text(json_get(tree, "kind"), "");
    const struct proto_kind *found = find_kind(protobuf_workload_kinds, version, kind);
    if (found == NULL)
        found = find_kind(protobuf_access_kinds, version, kind);
    if (found == NULL)
        found = find_kind(protobuf_batch_kinds, version, kind);
    if (found != NULL)
        return decode_message(found->fields, object, tree, 0, error) == 0 ? steal_pointer(&tree) : NULL;
    (void)error_set(error, "%.100s %.100s is not read in this encoding; send JSON or YAML", version, kind);
    return NULL;
}
