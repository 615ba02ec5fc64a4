/* Since Kubernetes 1.26 clients ask for all groups and their resources in one answer. */
#include <string.h>

#include "cluster/api/discovery.h"

static cJSON *response_kind(const cJSON *resource)
{
    static const char *const members[] = {"group", "version", "kind"};
    cJSON *kind = cJSON_CreateObject();
    for (size_t i = 0; i < 3; i++)
        json_set_text(kind, members[i], json_text(cJSON_GetObjectItemCaseSensitive(resource, members[i]), ""));
    return kind;
}

static void copy_member(cJSON *to, const cJSON *from, const char *name)
{
    const cJSON *value = cJSON_GetObjectItemCaseSensitive(from, name);
    if (value != NULL)
        json_set(to, name, json_copy(value));
}

static cJSON *subresource_entry(const char *name, const cJSON *resource)
{
    cJSON *entry = cJSON_CreateObject();
    json_set_text(entry, "subresource", name);
    json_set(entry, "responseKind", response_kind(resource));
    copy_member(entry, resource, "verbs");
    return entry;
}

static cJSON *resource_entry(const cJSON *resource)
{
    cJSON *entry = cJSON_CreateObject();
    json_set_text(entry, "resource", json_text(json_get(resource, "name"), ""));
    json_set(entry, "responseKind", response_kind(resource));
    json_set_text(entry, "scope", json_boolean(json_get(resource, "namespaced"), false) ? "Namespaced" : "Cluster");
    json_set_text(entry, "singularResource", json_text(json_get(resource, "singularName"), ""));
    copy_member(entry, resource, "verbs");
    copy_member(entry, resource, "shortNames");
    copy_member(entry, resource, "categories");
    return entry;
}

static cJSON *find_entry(cJSON *entries, const char *name, size_t length)
{
    cJSON *entry = NULL;
    cJSON_ArrayForEach (entry, entries) {
        const char *present = json_text(json_get(entry, "resource"), "");
        if (strlen(present) == length && strncmp(present, name, length) == 0)
            return entry;
    }
    return NULL;
}

/* The names are in order, so a resource comes before its subresources. */
static cJSON *version_entry(const char *group, const char *version)
{
    cJSON *entry = cJSON_CreateObject();
    json_set_text(entry, "version", version);
    cJSON *entries = json_array_at(entry, "resources");
    AUTO_JSON cJSON *resources = discovery_resources(group, version);
    const cJSON *resource = NULL;
    cJSON_ArrayForEach (resource, resources) {
        const char *name = json_text(json_get(resource, "name"), "");
        const char *slash = strchr(name, '/');
        cJSON *owner = slash != NULL ? find_entry(entries, name, (size_t)(slash - name)) : NULL;
        if (slash == NULL)
            cJSON_AddItemToArray(entries, resource_entry(resource));
        else if (owner != NULL)
            cJSON_AddItemToArray(json_array_at(owner, "subresources"), subresource_entry(slash + 1, resource));
    }
    json_set_text(entry, "freshness", "Current");
    return entry;
}

static void add_group(cJSON *items, const char *name, const cJSON *versions)
{
    cJSON *item = cJSON_CreateObject();
    cJSON *metadata = json_object_at(item, "metadata");
    if (name[0] != '\0')
        json_set_text(metadata, "name", name);
    cJSON *entries = json_array_at(item, "versions");
    const cJSON *version = NULL;
    cJSON_ArrayForEach (version, versions)
        cJSON_AddItemToArray(entries, version_entry(name, json_text(json_get(version, "version"), "")));
    cJSON_AddItemToArray(items, item);
}

cJSON *discovery_aggregated(bool core, const char *format_version)
{
    cJSON *list = cJSON_CreateObject();
    AUTO_FREE char *api_version = memory_format("apidiscovery.k8s.io/%s", format_version);
    json_set_text(list, "kind", "APIGroupDiscoveryList");
    json_set_text(list, "apiVersion", api_version);
    json_object_at(list, "metadata");
    cJSON *items = json_array_at(list, "items");
    if (core) {
        AUTO_JSON cJSON *versions = cJSON_CreateArray();
        cJSON *version = cJSON_CreateObject();
        json_set_text(version, "version", "v1");
        cJSON_AddItemToArray(versions, version);
        add_group(items, "", versions);
        return list;
    }
    AUTO_JSON cJSON *groups = discovery_groups();
    const cJSON *group = NULL;
    cJSON_ArrayForEach (group, groups)
        add_group(items, json_text(json_get(group, "name"), ""), json_get(group, "versions"));
    return list;
}
