#include <string.h>

#include "cluster/api/openapi_document.h"
#include "common/memory.h"

cJSON *openapi_kind(const struct resource *resource)
{
    cJSON *kind = cJSON_CreateObject();
    json_set_text(kind, "group", resource->group);
    json_set_text(kind, "version", resource->version);
    json_set_text(kind, "kind", resource->kind);
    return kind;
}

static void add_parameter(enum openapi_version version, cJSON *parameters, const char *name, const char *place, const char *type)
{
    cJSON *parameter = cJSON_CreateObject();
    json_set_text(parameter, "name", name);
    json_set_text(parameter, "in", place);
    if (strcmp(place, "path") == 0)
        json_set_boolean(parameter, "required", true);
    const char *description = openapi_description("Parameter", name);
    if (description != NULL)
        json_set_text(parameter, "description", description);
    cJSON *schema = version == OPENAPI_V3 ? json_object_at(parameter, "schema") : parameter;
    json_set_text(schema, "type", type);
    json_set_boolean(schema, "uniqueItems", true);
    cJSON_AddItemToArray(parameters, parameter);
}

/* Without strategic merge patches: for those, clients do better with the types that they have built in. */
static void add_media_types(cJSON *operation, const char *method)
{
    static const char *const patches[] = {"application/json-patch+json", "application/merge-patch+json",
                                          "application/apply-patch+yaml"};
    cJSON *consumes = json_array_at(operation, "consumes");
    if (strcmp(method, "patch") != 0) {
        cJSON_AddItemToArray(consumes, cJSON_CreateString("*/*"));
        return;
    }
    for (size_t i = 0; i < sizeof patches / sizeof patches[0]; i++)
        cJSON_AddItemToArray(consumes, cJSON_CreateString(patches[i]));
}

/* An operation and the parameters that clients look for before they send them. */
static void add_operation(enum openapi_version version, const struct resource *resource, cJSON *path, const char *method,
                          const char *action)
{
    cJSON *operation = json_object_at(path, method);
    bool writes = strcmp(method, "get") != 0;
    bool deletes = strcmp(method, "delete") == 0;
    AUTO_FREE char *description = memory_format("%s of kind %s", action, resource->kind);
    json_set_text(operation, "description", description);
    if (version == OPENAPI_V2)
        add_media_types(operation, method);
    cJSON *parameters = json_array_at(operation, "parameters");
    if (writes)
        add_parameter(version, parameters, "dryRun", "query", "string");
    if (writes && !deletes) {
        add_parameter(version, parameters, "fieldManager", "query", "string");
        add_parameter(version, parameters, "fieldValidation", "query", "string");
    }
    if (strcmp(method, "patch") == 0)
        add_parameter(version, parameters, "force", "query", "boolean");
    json_set_text(json_object_at(json_object_at(operation, "responses"), "200"), "description", "OK");
    json_set_text(operation, "x-kubernetes-action", action);
    json_set(operation, "x-kubernetes-group-version-kind", openapi_kind(resource));
}

static cJSON *add_path(enum openapi_version version, const struct resource *resource, cJSON *paths, const char *text, bool named)
{
    cJSON *path = cJSON_CreateObject();
    cJSON *parameters = json_array_at(path, "parameters");
    if (named)
        add_parameter(version, parameters, "name", "path", "string");
    if (resource->namespaced)
        add_parameter(version, parameters, "namespace", "path", "string");
    json_set(paths, text, path);
    return path;
}

void openapi_add_paths(enum openapi_version version, const struct resource *resource, cJSON *paths)
{
    char api_version[64];
    AUTO_FREE char *collection =
        memory_format("/%s/%s/%s%s", resource->group[0] != '\0' ? "apis" : "api", resource_api_version(resource, api_version),
                      resource->namespaced ? "namespaces/{namespace}/" : "", resource->plural);
    AUTO_FREE char *named = memory_format("%s/{name}", collection);
    cJSON *path = add_path(version, resource, paths, collection, false);
    add_operation(version, resource, path, "get", "list");
    add_operation(version, resource, path, "post", "post");
    add_operation(version, resource, path, "delete", "deletecollection");
    path = add_path(version, resource, paths, named, true);
    add_operation(version, resource, path, "get", "get");
    add_operation(version, resource, path, "put", "put");
    add_operation(version, resource, path, "patch", "patch");
    add_operation(version, resource, path, "delete", "delete");
}
