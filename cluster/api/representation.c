#include "cluster/api/representation.h"

#include <string.h>
#include <strings.h>

#include "cluster/api/custom_resource.h"
#include "cluster/api/object_internal.h"
#include "cluster/api/version.h"
#include "common/clock.h"

/* One clause of an Accept header: a media type and its parameters. */
struct clause {
    const char *text;
    size_t length;
};

static bool clause_has(const struct clause *clause, const char *part)
{
    size_t length = strlen(part);
    for (size_t i = 0; i + length <= clause->length; i++)
        if (strncasecmp(clause->text + i, part, length) == 0)
            return true;
    return false;
}

static bool clause_is_type(const struct clause *clause, const char *type)
{
    size_t length = strlen(type);
    if (clause->length < length || strncasecmp(clause->text, type, length) != 0)
        return false;
    return clause->length == length || strchr("; \t", clause->text[length]) != NULL;
}

static bool clause_is_table(const struct clause *clause)
{
    return clause_is_type(clause, "application/json") && clause_has(clause, "as=Table") && clause_has(clause, "v=v1") &&
           !clause_has(clause, "v=v1beta1") && clause_has(clause, "g=meta.k8s.io");
}

/* Lists are asked for as PartialObjectMetadataList. */
static bool clause_is_partial(const struct clause *clause)
{
    return clause_is_type(clause, "application/json") && clause_has(clause, "as=PartialObjectMetadata") &&
           clause_has(clause, "v=v1") && !clause_has(clause, "v=v1beta1") && clause_has(clause, "g=meta.k8s.io");
}

static bool clause_is_plain(const struct clause *clause)
{
    bool json =
        clause_is_type(clause, "application/json") || clause_is_type(clause, "application/*") || clause_is_type(clause, "*/*");
    return json && !clause_has(clause, "as=");
}

static enum table_include read_include(const struct http_request *request)
{
    const char *text = http_request_parameter(request, "includeObject");
    if (text != NULL && strcmp(text, "None") == 0)
        return TABLE_INCLUDE_NONE;
    if (text != NULL && strcmp(text, "Object") == 0)
        return TABLE_INCLUDE_OBJECT;
    return TABLE_INCLUDE_METADATA;
}

/* Parameters may come in any order. */
static bool clause_is(const struct clause *clause, const char *type)
{
    size_t length = strcspn(type, ";");
    if (clause->length < length || strncasecmp(clause->text, type, length) != 0)
        return false;
    while (type[length] == ';') {
        type += length + 1;
        length = strcspn(type, ";");
        AUTO_FREE char *parameter = memory_format(";%.*s", (int)length, type);
        size_t shown = strlen(parameter);
        size_t at = 0;
        while (at + shown <= clause->length &&
               (strncasecmp(clause->text + at, parameter, shown) != 0 ||
                (at + shown < clause->length && strchr("; \t", clause->text[at + shown]) == NULL)))
            at++;
        if (at + shown > clause->length)
            return false;
    }
    return true;
}

bool accepts(const struct http_request *request, const char *type)
{
    const char *rest = request->accept != NULL ? request->accept : "";
    while (*rest != '\0') {
        rest += strspn(rest, ", \t");
        struct clause clause = {.text = rest, .length = strcspn(rest, ",")};
        rest += clause.length;
        if (clause_is(&clause, type))
            return true;
    }
    return false;
}

bool representation_choose(const struct http_request *request, const struct table_format *table,
                           struct representation *representation, struct answer *answer)
{
    *representation = (struct representation){.table = NULL, .include = read_include(request)};
    const char *rest = request->accept;
    if (rest == NULL || rest[0] == '\0')
        return true;
    while (*rest != '\0') {
        rest += strspn(rest, ", \t");
        struct clause clause = {.text = rest, .length = strcspn(rest, ",")};
        rest += clause.length;
        if (table != NULL && clause_is_table(&clause)) {
            representation->table = table;
            return true;
        }
        representation->partial = table != NULL && clause_is_partial(&clause);
        if (representation->partial || clause_is_plain(&clause))
            return true;
    }
    answer_error(answer, 406, "NotAcceptable", "only the following media types are accepted: application/json");
    return false;
}

bool representation_of(const struct http_request *request, const struct resource *resource, struct representation *representation,
                       struct answer *answer)
{
    const struct table_format *table = resource->custom != NULL ? &resource->custom->table : table_format_of(resource->id);
    if (!representation_choose(request, table, representation, answer))
        return false;
    representation->resource = resource;
    return true;
}

cJSON *representation_partial(const cJSON *tree)
{
    cJSON *partial = cJSON_CreateObject();
    json_set_text(partial, "kind", "PartialObjectMetadata");
    json_set_text(partial, "apiVersion", "meta.k8s.io/v1");
    json_set(partial, "metadata", json_copy(json_get(tree, "metadata")));
    return partial;
}

/* Cells are made of the stored version; metadata alone is the same in all. */
struct object *representation_object(const struct representation *representation, struct object *object)
{
    if (representation->partial)
        return object_create(object_resource(object), representation_partial(object_tree(object)), object_version(object));
    bool as_stored = representation->table != NULL || representation->resource == NULL;
    return as_stored ? object_reference(object) : version_object(representation->resource, object);
}

static void represent_row(const struct representation *representation, const cJSON *tree, struct buffer *text)
{
    AUTO_JSON cJSON *metadata = cJSON_CreateObject();
    json_set_text(metadata, "resourceVersion", json_text(json_get(tree, "metadata", "resourceVersion"), ""));
    AUTO_FREE char *metadata_text = json_print(metadata);
    table_begin(text, representation->table, metadata_text, true);
    table_row(text, representation->table, tree, representation->include, clock_wall(), true);
    table_end(text);
    buffer_append_character(text, '\n');
}

void represent_object(const struct representation *representation, struct object *object, struct answer *answer, int code)
{
    size_t length;
    AUTO_OBJECT struct object *shown = representation_object(representation, object);
    const char *text = object_text(shown, &length);
    answer->code = code;
    if (representation->table != NULL) {
        represent_row(representation, object_tree(object), &answer->body);
        return;
    }
    buffer_append(&answer->body, text, length);
    buffer_append_character(&answer->body, '\n');
}

void represent_tree(const struct representation *representation, const cJSON *tree, struct answer *answer, int code)
{
    if (representation->table == NULL) {
        answer_tree(answer, code, tree);
        return;
    }
    answer->code = code;
    represent_row(representation, tree, &answer->body);
}
