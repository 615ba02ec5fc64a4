#include "cluster/api/request_body.h"

#include <ctype.h>
#include <string.h>

#include "cluster/api/protobuf_body.h"
#include "common/yaml.h"

#define SHOWN_BYTES 30

/* What a decoding error shows of the body: the start, as text when it looks like JSON, else in hexadecimal. */
static void append_summary(struct buffer *text, const struct buffer *body)
{
    size_t shown = body->length < SHOWN_BYTES ? body->length : SHOWN_BYTES;
    if (body->length == 0) {
        buffer_append_text(text, "<empty>");
        return;
    }
    for (size_t i = 0; i < shown; i++) {
        unsigned char byte = (unsigned char)body->data[i];
        if (body->data[0] != '{')
            buffer_append_format(text, "%02x", byte);
        else
            buffer_append_character(text, byte < 0x20 || byte > 0x7e ? '.' : (char)byte);
    }
    if (shown < body->length)
        buffer_append_text(text, " ...");
}

/* Is what follows the place of the error no more than the start of something? */
static bool is_cut_off(const struct buffer *body, size_t offset)
{
    if (offset < body->length && body->data[offset] == '"')
        return memchr(body->data + offset + 1, '"', body->length - offset - 1) == NULL;
    while (offset < body->length && strchr(" \t\r\n:,[{", body->data[offset]) != NULL)
        offset++;
    return offset >= body->length;
}

/* Go's words for what is wrong with the JSON. */
static void append_json_error(struct buffer *text, const struct buffer *body)
{
    const char *end = NULL;
    cJSON *tree = cJSON_ParseWithLengthOpts(body->data, body->length, &end, false);
    cJSON_Delete(tree);
    size_t offset = end != NULL ? (size_t)(end - body->data) : 0;
    while (offset < body->length && isspace((unsigned char)body->data[offset]))
        offset++;
    if (is_cut_off(body, offset))
        buffer_append_text(text, "unexpected end of JSON input");
    else if (isprint((unsigned char)body->data[offset]))
        buffer_append_format(text, "invalid character '%c' %s", body->data[offset],
                             tree != NULL ? "after top-level value" : "looking for beginning of value");
    else
        buffer_append_format(text, "invalid character '\\x%02x' looking for beginning of value",
                             (unsigned)(unsigned char)body->data[offset]);
}

/* JSON is YAML too, and what kubectl sends as YAML is JSON. */
static cJSON *parse_yaml(const struct buffer *body, struct error *error)
{
    cJSON *tree = json_parse(body->data, body->length, NULL);
    if (tree != NULL)
        return tree;
    AUTO_YAML struct yaml_documents documents = {0};
    if (yaml_parse("body", body->data, body->length, &documents, error) != 0)
        return NULL;
    if (documents.count != 1) {
        (void)error_set(error, "expected one YAML document, found %zu", documents.count);
        return NULL;
    }
    return yaml_to_json(documents.roots[0]);
}

cJSON *request_body_tree(const struct http_request *request, bool yaml, struct status *status)
{
    struct error error = ERROR_NONE;
    const struct buffer *body = &request->body;
    cJSON *tree = yaml ? parse_yaml(body, &error) : json_parse(body->data, body->length, &error);
    if (tree == NULL)
        status_set(status, 400, "BadRequest", "error decoding the body: %s", error.text);
    return tree;
}

static void set_unrecognized(const struct http_request *request, bool yaml, const char *kind, struct status *status)
{
    AUTO_BUFFER struct buffer text;
    buffer_init(&text, 2048);
    buffer_append_format(&text, "the object provided is unrecognized (must be of type %s): couldn't get version/kind; ", kind);
    if (yaml) {
        struct error error = ERROR_NONE;
        cJSON_Delete(parse_yaml(&request->body, &error));
        buffer_append_format(&text, "yaml error: %s", error.text);
    } else {
        buffer_append_text(&text, "json parse error: ");
        append_json_error(&text, &request->body);
    }
    buffer_append_text(&text, " (");
    append_summary(&text, &request->body);
    buffer_append_text(&text, ")");
    status_set(status, 400, "BadRequest", "%s", text.data);
}

static int check_type(cJSON *tree, const char *expected_version, const char *expected_kind, struct status *status)
{
    const char *version = json_text(json_get(tree, "apiVersion"), "");
    const char *kind = json_text(json_get(tree, "kind"), "");
    if (kind[0] != '\0' && strcmp(kind, expected_kind) != 0)
        return status_set(status, 400, "BadRequest", "%.200s in version \"%.200s\" cannot be handled as a %s", kind, version,
                          expected_kind);
    if (version[0] != '\0' && strcmp(version, expected_version) != 0)
        return status_set(status, 400, "BadRequest",
                          "the API version in the data (%.200s) does not match the expected API version (%s)", version,
                          expected_version);
    json_set_text(tree, "kind", expected_kind);
    json_set_text(tree, "apiVersion", expected_version);
    return 0;
}

static cJSON *parse_protobuf(const struct http_request *request, struct status *status)
{
    struct error error = ERROR_NONE;
    cJSON *tree = protobuf_body_decode(request->body.data, request->body.length, &error);
    if (tree == NULL)
        status_set(status, 400, "BadRequest", "error decoding the body: %s", error.text);
    return tree;
}

/* 0 = JSON, 1 = YAML, 2 = protobuf, -1 = not accepted. */
static int body_format(const char *content_type)
{
    if (content_type == NULL || content_type[0] == '\0' || strcmp(content_type, "application/json") == 0)
        return 0;
    if (strcmp(content_type, "application/yaml") == 0 || strcmp(content_type, "application/apply-patch+yaml") == 0)
        return 1;
    if (strcmp(content_type, PROTOBUF_CONTENT_TYPE) == 0)
        return 2;
    return -1;
}

cJSON *request_body_object(const struct http_request *request, const char *expected_version, const char *expected_kind,
                           struct status *status)
{
    int format = body_format(request->content_type);
    if (format < 0) {
        status_set(status, 415, "UnsupportedMediaType",
                   "the body of the request was in an unknown format - accepted media types include: "
                   "application/json, application/yaml, application/vnd.kubernetes.protobuf");
        return NULL;
    }
    AUTO_STATUS struct status unused = {0};
    AUTO_JSON cJSON *tree = format == 2 ? parse_protobuf(request, status) : request_body_tree(request, format == 1, &unused);
    if (tree == NULL && format == 2)
        return NULL;
    if (tree == NULL || !cJSON_IsObject(tree)) {
        set_unrecognized(request, format == 1, expected_kind, status);
        return NULL;
    }
    const cJSON *metadata = json_get(tree, "metadata");
    if (metadata != NULL && !cJSON_IsObject(metadata) && !cJSON_IsNull(metadata)) {
        status_set(status, 400, "BadRequest", "%s in version \"%s\" cannot be handled as a %s: metadata is no object",
                   expected_kind, expected_version, expected_kind);
        return NULL;
    }
    return check_type(tree, expected_version, expected_kind, status) == 0 ? steal_pointer(&tree) : NULL;
}

cJSON *request_body_delete_options(const struct http_request *request, struct status *status)
{
    int format = body_format(request->content_type);
    return format == 2 ? parse_protobuf(request, status) : request_body_tree(request, format == 1, status);
}
