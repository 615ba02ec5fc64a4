#include <stdint.h>
#include <string.h>

#include "cluster/api/openapi_document.h"
#include "common/memory.h"

#define DOCUMENT_MAXIMUM ((size_t)256 * 1024 * 1024)

enum wire_type { WIRE_VARINT = 0, WIRE_EIGHT_BYTES = 1, WIRE_BYTES = 2 };

/* How a member of the JSON document stands in the protobuf. */
enum encoding {
    ENCODE_TEXT,
    ENCODE_TEXTS, /* repeated */
    ENCODE_BOOLEAN,
    ENCODE_INTEGER,
    ENCODE_DOUBLE,
    ENCODE_ANY,        /* {2 the value as YAML}; JSON is YAML */
    ENCODE_ANYS,       /* repeated */
    ENCODE_MESSAGE,    /* of */
    ENCODE_NAMED,      /* a message that repeats {1 name, 2 value} at `inner` */
    ENCODE_TYPE,       /* a message that repeats the text at 1 */
    ENCODE_ITEMS,      /* a message that repeats the schema at 1 */
    ENCODE_ADDITIONAL, /* {1 schema} or {2 boolean} */
    ENCODE_PARAMETERS, /* repeated {1 {2 {3 query parameter or 4 path parameter}}} */
};

struct message;

struct member {
    const char *name; /* NULL after the last */
    unsigned number;
    enum encoding encoding;
    unsigned inner;
    const struct message *of;
};

struct message {
    const struct member *members;
    unsigned extensions; /* where members that begin with "x-" go; 0 = nowhere */
};

static const struct message schema_message;

static const struct member schema_members[] = {
    {"$ref", 1, ENCODE_TEXT, 0, NULL},
    {"format", 2, ENCODE_TEXT, 0, NULL},
    {"title", 3, ENCODE_TEXT, 0, NULL},
    {"description", 4, ENCODE_TEXT, 0, NULL},
    {"default", 5, ENCODE_ANY, 0, NULL},
    {"maximum", 7, ENCODE_DOUBLE, 0, NULL},
    {"exclusiveMaximum", 8, ENCODE_BOOLEAN, 0, NULL},
    {"minimum", 9, ENCODE_DOUBLE, 0, NULL},
    {"exclusiveMinimum", 10, ENCODE_BOOLEAN, 0, NULL},
    {"maxLength", 11, ENCODE_INTEGER, 0, NULL},
    {"minLength", 12, ENCODE_INTEGER, 0, NULL},
    {"pattern", 13, ENCODE_TEXT, 0, NULL},
    {"maxItems", 14, ENCODE_INTEGER, 0, NULL},
    {"minItems", 15, ENCODE_INTEGER, 0, NULL},
    {"required", 19, ENCODE_TEXTS, 0, NULL},
    {"enum", 20, ENCODE_ANYS, 0, NULL},
    {"additionalProperties", 21, ENCODE_ADDITIONAL, 0, NULL},
    {"type", 22, ENCODE_TYPE, 0, NULL},
    {"items", 23, ENCODE_ITEMS, 0, NULL},
    {"properties", 25, ENCODE_NAMED, 1, &schema_message},
    {NULL, 0, ENCODE_TEXT, 0, NULL},
};
static const struct message schema_message = {schema_members, 31};

static const struct member query_members[] = {
    {"required", 1, ENCODE_BOOLEAN, 0, NULL}, {"in", 2, ENCODE_TEXT, 0, NULL},   {"description", 3, ENCODE_TEXT, 0, NULL},
    {"name", 4, ENCODE_TEXT, 0, NULL},        {"type", 6, ENCODE_TEXT, 0, NULL}, {"uniqueItems", 20, ENCODE_BOOLEAN, 0, NULL},
    {NULL, 0, ENCODE_TEXT, 0, NULL},
};
static const struct message query_message = {query_members, 0};
static const struct member place_members[] = {
    {"required", 1, ENCODE_BOOLEAN, 0, NULL}, {"in", 2, ENCODE_TEXT, 0, NULL},   {"description", 3, ENCODE_TEXT, 0, NULL},
    {"name", 4, ENCODE_TEXT, 0, NULL},        {"type", 5, ENCODE_TEXT, 0, NULL}, {"uniqueItems", 19, ENCODE_BOOLEAN, 0, NULL},
    {NULL, 0, ENCODE_TEXT, 0, NULL},
};
static const struct message place_message = {place_members, 0};

static const struct member answer_members[] = {{"description", 1, ENCODE_TEXT, 0, NULL}, {NULL, 0, ENCODE_TEXT, 0, NULL}};
static const struct message answer_message = {answer_members, 0};
static const struct member answer_value_members[] = {{"", 1, ENCODE_MESSAGE, 0, &answer_message},
                                                     {NULL, 0, ENCODE_TEXT, 0, NULL}};
static const struct message answer_value_message = {answer_value_members, 0};

static const struct member operation_members[] = {
    {"description", 3, ENCODE_TEXT, 0, NULL},
    {"consumes", 7, ENCODE_TEXTS, 0, NULL},
    {"parameters", 8, ENCODE_PARAMETERS, 0, NULL},
    {"responses", 9, ENCODE_NAMED, 1, &answer_value_message},
    {NULL, 0, ENCODE_TEXT, 0, NULL},
};
static const struct message operation_message = {operation_members, 13};
static const struct member path_members[] = {
    {"get", 2, ENCODE_MESSAGE, 0, &operation_message},
    {"put", 3, ENCODE_MESSAGE, 0, &operation_message},
    {"post", 4, ENCODE_MESSAGE, 0, &operation_message},
    {"delete", 5, ENCODE_MESSAGE, 0, &operation_message},
    {"patch", 8, ENCODE_MESSAGE, 0, &operation_message},
    {"parameters", 9, ENCODE_PARAMETERS, 0, NULL},
    {NULL, 0, ENCODE_TEXT, 0, NULL},
};
static const struct message path_message = {path_members, 0};

static const struct member information_members[] = {
    {"title", 1, ENCODE_TEXT, 0, NULL}, {"version", 2, ENCODE_TEXT, 0, NULL}, {NULL, 0, ENCODE_TEXT, 0, NULL}};
static const struct message information_message = {information_members, 0};
static const struct member document_members[] = {
    {"swagger", 1, ENCODE_TEXT, 0, NULL},
    {"info", 2, ENCODE_MESSAGE, 0, &information_message},
    {"paths", 8, ENCODE_NAMED, 2, &path_message},
    {"definitions", 9, ENCODE_NAMED, 1, &schema_message},
    {NULL, 0, ENCODE_TEXT, 0, NULL},
};
static const struct message document_message = {document_members, 0};

/* ---- bytes ---- */

static void append_varint(struct buffer *bytes, uint64_t value)
{
    for (; value > 127; value >>= 7)
        buffer_append_character(bytes, (char)((value & 127) | 128));
    buffer_append_character(bytes, (char)value);
}

static void append_key(struct buffer *bytes, unsigned number, enum wire_type type)
{
    append_varint(bytes, ((uint64_t)number << 3) | type);
}

static void append_bytes(struct buffer *bytes, unsigned number, const char *data, size_t length)
{
    append_key(bytes, number, WIRE_BYTES);
    append_varint(bytes, length);
    buffer_append(bytes, data, length);
}

static void append_text(struct buffer *bytes, unsigned number, const char *text)
{
    append_bytes(bytes, number, text, strlen(text));
}

static void append_double(struct buffer *bytes, unsigned number, double value)
{
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    append_key(bytes, number, WIRE_EIGHT_BYTES);
    for (unsigned shift = 0; shift < 64; shift += 8)
        buffer_append_character(bytes, (char)(bits >> shift & 255));
}

static void append_any(struct buffer *bytes, unsigned number, const cJSON *value)
{
    AUTO_BUFFER struct buffer inside;
    AUTO_FREE char *text = json_print(value);
    buffer_init(&inside, DOCUMENT_MAXIMUM);
    append_text(&inside, 2, text);
    append_bytes(bytes, number, inside.data, inside.length);
}

/* ---- messages ---- */

static void encode_message(const struct message *message, const cJSON *tree, struct buffer *bytes);

static void append_message(struct buffer *bytes, unsigned number, const struct message *message, const cJSON *tree)
{
    AUTO_BUFFER struct buffer inside;
    buffer_init(&inside, DOCUMENT_MAXIMUM);
    encode_message(message, tree, &inside);
    append_bytes(bytes, number, inside.data, inside.length);
}

static void append_named(struct buffer *bytes, const struct member *member, const cJSON *map)
{
    AUTO_BUFFER struct buffer all;
    buffer_init(&all, DOCUMENT_MAXIMUM);
    const cJSON *entry = NULL;
    cJSON_ArrayForEach (entry, map) {
        AUTO_BUFFER struct buffer inside;
        buffer_init(&inside, DOCUMENT_MAXIMUM);
        append_text(&inside, 1, entry->string);
        append_message(&inside, 2, member->of, entry);
        append_bytes(&all, member->inner, inside.data, inside.length);
    }
    append_bytes(bytes, member->number, all.data, all.length);
}

static void append_additional(struct buffer *bytes, unsigned number, const cJSON *value)
{
    AUTO_BUFFER struct buffer inside;
    buffer_init(&inside, DOCUMENT_MAXIMUM);
    if (cJSON_IsObject(value)) {
        append_message(&inside, 1, &schema_message, value);
    } else {
        append_key(&inside, 2, WIRE_VARINT);
        append_varint(&inside, cJSON_IsTrue(value) ? 1 : 0);
    }
    append_bytes(bytes, number, inside.data, inside.length);
}

static void append_parameter(struct buffer *bytes, unsigned number, const cJSON *parameter)
{
    AUTO_BUFFER struct buffer not_body;
    AUTO_BUFFER struct buffer one;
    AUTO_BUFFER struct buffer item;
    bool path = strcmp(json_text(json_get(parameter, "in"), ""), "path") == 0;
    buffer_init(&not_body, DOCUMENT_MAXIMUM);
    buffer_init(&one, DOCUMENT_MAXIMUM);
    buffer_init(&item, DOCUMENT_MAXIMUM);
    append_message(&not_body, path ? 4 : 3, path ? &place_message : &query_message, parameter);
    append_bytes(&one, 2, not_body.data, not_body.length);
    append_bytes(&item, 1, one.data, one.length);
    append_bytes(bytes, number, item.data, item.length);
}

static void append_repeated(struct buffer *bytes, const struct member *member, const cJSON *list)
{
    const cJSON *value = NULL;
    cJSON_ArrayForEach (value, list) {
        if (member->encoding == ENCODE_ANYS)
            append_any(bytes, member->number, value);
        else if (member->encoding == ENCODE_PARAMETERS)
            append_parameter(bytes, member->number, value);
        else if (cJSON_IsString(value))
            append_text(bytes, member->number, value->valuestring);
    }
}

static void append_wrapped(struct buffer *bytes, const struct member *member, const cJSON *value)
{
    AUTO_BUFFER struct buffer inside;
    buffer_init(&inside, DOCUMENT_MAXIMUM);
    if (member->encoding == ENCODE_TYPE)
        append_text(&inside, 1, json_text(value, ""));
    else
        append_message(&inside, 1, &schema_message, value);
    append_bytes(bytes, member->number, inside.data, inside.length);
}

/* What is of another type than the document's format says (a custom schema may hold anything) is left out. */
static void encode_member(const struct member *member, const cJSON *value, struct buffer *bytes)
{
    switch (member->encoding) {
    case ENCODE_TEXT:
        if (cJSON_IsString(value))
            append_text(bytes, member->number, value->valuestring);
        break;
    case ENCODE_BOOLEAN:
    case ENCODE_INTEGER:
        append_key(bytes, member->number, WIRE_VARINT);
        append_varint(bytes, cJSON_IsNumber(value) ? (uint64_t)json_integer(value, 0) : (cJSON_IsTrue(value) ? 1 : 0));
        break;
    case ENCODE_DOUBLE:
        append_double(bytes, member->number, cJSON_IsNumber(value) ? value->valuedouble : 0);
        break;
    case ENCODE_ANY:
        append_any(bytes, member->number, value);
        break;
    case ENCODE_TEXTS:
    case ENCODE_ANYS:
    case ENCODE_PARAMETERS:
        if (cJSON_IsArray(value))
            append_repeated(bytes, member, value);
        break;
    case ENCODE_MESSAGE:
        append_message(bytes, member->number, member->of, value);
        break;
    case ENCODE_NAMED:
        if (cJSON_IsObject(value))
            append_named(bytes, member, value);
        break;
    case ENCODE_TYPE:
    case ENCODE_ITEMS:
        append_wrapped(bytes, member, value);
        break;
    case ENCODE_ADDITIONAL:
        append_additional(bytes, member->number, value);
        break;
    }
}

static void append_extension(struct buffer *bytes, unsigned number, const cJSON *value)
{
    AUTO_BUFFER struct buffer inside;
    buffer_init(&inside, DOCUMENT_MAXIMUM);
    append_text(&inside, 1, value->string);
    append_any(&inside, 2, value);
    append_bytes(bytes, number, inside.data, inside.length);
}

static void encode_message(const struct message *message, const cJSON *tree, struct buffer *bytes)
{
    for (const struct member *member = message->members; member->name != NULL; member++) {
        /* A member without a name stands for the value itself. */
        const cJSON *value = member->name[0] == '\0' ? tree : cJSON_GetObjectItemCaseSensitive(tree, member->name);
        if (value != NULL)
            encode_member(member, value, bytes);
    }
    const cJSON *value = NULL;
    cJSON_ArrayForEach (value, tree) {
        if (message->extensions != 0 && value->string != NULL && strncmp(value->string, "x-", 2) == 0)
            append_extension(bytes, message->extensions, value);
    }
}

void openapi_encode_protobuf(const cJSON *document, struct buffer *bytes)
{
    encode_message(&document_message, document, bytes);
}
