#include <string.h>

#include "cluster/api/kind.h"
#include "cluster/api/registry_internal.h"
#include "cluster/api/schema.h"

static int check_kind(const struct resource *resource, const cJSON *tree, struct status *status)
{
    char expected[64];
    (void)resource_api_version(resource, expected);
    const char *api_version = json_text(json_get(tree, "apiVersion"), expected);
    const char *kind = json_text(json_get(tree, "kind"), resource->kind);
    const char *slash = strrchr(api_version, '/');
    const char *version = slash != NULL ? slash + 1 : api_version;
    if (strcmp(kind, resource->kind) == 0 && strcmp(api_version, expected) == 0)
        return 0;
    const struct resource *given = resource_by_kind(api_version, kind);
    if (given == NULL)
        return status_set(status, 400, "BadRequest",
                          "%.100s in version \"%.100s\" cannot be handled as a %s: no kind \"%.100s\" is registered for version "
                          "\"%.100s\" in scheme \"pkg/api/legacyscheme/scheme.go:30\"",
                          kind, version, resource->kind, kind, api_version);
    if (given != resource)
        return status_set(status, 400, "BadRequest",
                          "%s in version \"%s\" cannot be handled as a %s: converting (%s.%s) to (%s.%s): unknown conversion",
                          kind, version, resource->kind, version, kind, resource->group[0] != '\0' ? resource->group : "core",
                          resource->kind);
    return status_set(status, 400, "BadRequest", "the API version in the data (%s) does not match the expected API version (%s)",
                      api_version, expected);
}

static void put_kind_first(const struct resource *resource, cJSON *tree)
{
    char api_version[64];
    cJSON *kind = cJSON_CreateString(resource->kind);
    cJSON *version = cJSON_CreateString(resource_api_version(resource, api_version));
    cJSON_AddItemToObjectCS(tree, "kind", kind);
    cJSON_AddItemToObjectCS(tree, "apiVersion", version);
    cJSON_InsertItemInArray(tree, 0, cJSON_DetachItemViaPointer(tree, version));
    cJSON_InsertItemInArray(tree, 0, cJSON_DetachItemViaPointer(tree, kind));
}

int decode_object(const struct resource *resource, cJSON **tree, struct status *status)
{
    if (!cJSON_IsObject(*tree)) {
        AUTO_FREE char *text = json_print(*tree);
        return status_set(status, 400, "BadRequest",
                          "the object provided is unrecognized (must be of type %s): couldn't get version/kind; json parse "
                          "error: json: cannot unmarshal value into Go value of type struct (%.30s)",
                          resource->kind, text);
    }
    if (check_kind(resource, *tree, status) < 0)
        return -1;
    struct error error = ERROR_NONE;
    if (schema_normalize(schema_of(resource->id), tree, &error) < 0)
        return status_set(status, 400, "BadRequest", "%s in version \"%s\" cannot be handled as a %s: %s", resource->kind,
                          resource->version, resource->kind, error.text);
    return 0;
}

int decode_check_location(const struct resource *resource, cJSON *tree, const char *namespace, const char *name,
                          struct status *status)
{
    cJSON *metadata = json_object_at(tree, "metadata");
    const char *given_namespace = json_text(json_get(metadata, "namespace"), "");
    const char *given_name = json_text(json_get(metadata, "name"), "");
    if (!resource->namespaced) {
        json_remove(metadata, "namespace");
    } else if (given_namespace[0] == '\0') {
        json_set_text(metadata, "namespace", namespace != NULL ? namespace : "");
    } else if (namespace == NULL || strcmp(given_namespace, namespace) != 0) {
        return status_set(status, 400, "BadRequest",
                          "the namespace of the provided object does not match the namespace sent on the request");
    }
    if (name == NULL)
        return 0;
    if (given_name[0] == '\0') {
        json_set_text(metadata, "name", name);
        return 0;
    }
    if (strcmp(given_name, name) != 0)
        return status_set(status, 400, "BadRequest",
                          "the name of the object (%.300s) does not match the name on the URL (%.300s)", given_name, name);
    return 0;
}

void complete_object(const struct resource *resource, cJSON **tree)
{
    const struct kind *kind = kind_of(resource->id);
    if (kind->set_defaults != NULL)
        kind->set_defaults(*tree);
    /* Defaults have the right types, so this cannot fail. */
    (void)schema_normalize(schema_of(resource->id), tree, NULL);
    put_kind_first(resource, *tree);
}
