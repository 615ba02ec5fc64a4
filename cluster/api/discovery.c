/* What the API says of itself: groups, versions, resources, its own version, health. */
#include <string.h>
#include <strings.h>
#include <sys/utsname.h>

#include "cluster/api/front.h"
#include "cluster/api/openapi.h"
#include "common/version.h"

#define AGGREGATED_TYPE "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList"

/* Groups in the order of kube-apiserver's list. */
static const char *const group_versions[][2] = {
    {"apps", "v1"},
    {"autoscaling", "v2"},
    {"rbac.authorization.k8s.io", "v1"},
    {"storage.k8s.io", "v1"},
    {"discovery.k8s.io", "v1"},
    {"metrics.k8s.io", "v1beta1"},
};
#define GROUP_COUNT (sizeof group_versions / sizeof group_versions[0])

static cJSON *text_array(const char *const *texts, size_t count)
{
    cJSON *array = cJSON_CreateArray();
    for (size_t i = 0; i < count && texts[i] != NULL; i++)
        cJSON_AddItemToArray(array, cJSON_CreateString(texts[i]));
    return array;
}

static cJSON *collection_verbs(const struct resource *resource)
{
    static const char *const verbs[] = {"create", "delete", "deletecollection", "get", "list", "patch", "update", "watch"};
    cJSON *array = text_array(verbs, sizeof verbs / sizeof verbs[0]);
    if (resource->id == RESOURCE_NAMESPACES)
        cJSON_DeleteItemFromArray(array, 2);
    return array;
}

static cJSON *change_verbs(void)
{
    static const char *const verbs[] = {"get", "patch", "update"};
    return text_array(verbs, sizeof verbs / sizeof verbs[0]);
}

static cJSON *read_verbs(bool list)
{
    static const char *const verbs[] = {"get", "list"};
    return text_array(verbs, list ? 2 : 1);
}

static void set_names(cJSON *entry, const struct resource *resource)
{
    if (resource->short_names[0] != NULL)
        json_set(entry, "shortNames", text_array(resource->short_names, 3));
    if (resource->categories[0] != NULL)
        json_set(entry, "categories", text_array(resource->categories, 2));
}

static cJSON *list_entry(const char *name, const char *singular, bool namespaced, const char *kind, cJSON *verbs_take)
{
    cJSON *entry = cJSON_CreateObject();
    json_set_text(entry, "name", name);
    json_set_text(entry, "singularName", singular);
    json_set_boolean(entry, "namespaced", namespaced);
    json_set_text(entry, "kind", kind);
    json_set(entry, "verbs", verbs_take);
    return entry;
}

static void add_subresource(cJSON *entries, const struct resource *resource, const char *subresource, cJSON *verbs_take)
{
    AUTO_FREE char *name = memory_format("%s/%s", resource->plural, subresource);
    bool scale = strcmp(subresource, "scale") == 0;
    cJSON *entry = list_entry(name, "", resource->namespaced, scale ? "Scale" : resource->kind, verbs_take);
    if (scale) {
        json_set_text(entry, "group", "autoscaling");
        json_set_text(entry, "version", "v1");
    }
    cJSON_AddItemToArray(entries, entry);
}

static void add_resource(cJSON *entries, const struct resource *resource)
{
    cJSON *entry =
        list_entry(resource->plural, resource->singular, resource->namespaced, resource->kind, collection_verbs(resource));
    set_names(entry, resource);
    cJSON_AddItemToArray(entries, entry);
    if (resource->id == RESOURCE_PODS)
        add_subresource(entries, resource, "log", read_verbs(false));
    if (resource->has_scale)
        add_subresource(entries, resource, "scale", change_verbs());
    if (resource->has_status)
        add_subresource(entries, resource, "status", change_verbs());
}

/* True when the group and version are served. */
static bool answer_resources(const char *group, const char *version, struct answer *answer)
{
    AUTO_JSON cJSON *list = cJSON_CreateObject();
    AUTO_FREE char *group_version = group[0] != '\0' ? memory_format("%s/%s", group, version) : memory_copy_text(version);
    json_set_text(list, "kind", "APIResourceList");
    json_set_text(list, "apiVersion", "v1");
    json_set_text(list, "groupVersion", group_version);
    cJSON *entries = json_array_at(list, "resources");
    for (int id = 0; id < RESOURCE_COUNT; id++) {
        const struct resource *resource = resource_by_id((enum resource_id)id);
        if (strcmp(resource->group, group) == 0 && strcmp(resource->version, version) == 0)
            add_resource(entries, resource);
    }
    if (strcmp(group_version, "metrics.k8s.io/v1beta1") == 0) {
        cJSON_AddItemToArray(entries, list_entry("nodes", "", false, "NodeMetrics", read_verbs(true)));
        cJSON_AddItemToArray(entries, list_entry("pods", "", true, "PodMetrics", read_verbs(true)));
    }
    if (cJSON_GetArraySize(entries) == 0)
        return false;
    answer_tree(answer, 200, list);
    return true;
}

static cJSON *response_kind(const char *group, const char *version, const char *kind)
{
    cJSON *tree = cJSON_CreateObject();
    json_set_text(tree, "group", group);
    json_set_text(tree, "version", version);
    json_set_text(tree, "kind", kind);
    return tree;
}

static void add_discovered_subresource(cJSON *entry, const struct resource *resource, const char *name, cJSON *verbs_take)
{
    bool scale = strcmp(name, "scale") == 0;
    cJSON *subresource = cJSON_CreateObject();
    json_set_text(subresource, "subresource", name);
    json_set(subresource, "responseKind",
             scale ? response_kind("autoscaling", "v1", "Scale")
                   : response_kind(resource->group, resource->version, resource->kind));
    json_set(subresource, "verbs", verbs_take);
    cJSON_AddItemToArray(json_array_at(entry, "subresources"), subresource);
}

static void add_discovered(cJSON *entries, const struct resource *resource)
{
    cJSON *entry = cJSON_CreateObject();
    json_set_text(entry, "resource", resource->plural);
    json_set(entry, "responseKind", response_kind(resource->group, resource->version, resource->kind));
    json_set_text(entry, "scope", resource->namespaced ? "Namespaced" : "Cluster");
    json_set_text(entry, "singularResource", resource->singular);
    json_set(entry, "verbs", collection_verbs(resource));
    set_names(entry, resource);
    if (resource->id == RESOURCE_PODS)
        add_discovered_subresource(entry, resource, "log", read_verbs(false));
    if (resource->has_scale)
        add_discovered_subresource(entry, resource, "scale", change_verbs());
    if (resource->has_status)
        add_discovered_subresource(entry, resource, "status", change_verbs());
    cJSON_AddItemToArray(entries, entry);
}

static void add_discovered_metrics(cJSON *entries, const char *name, const char *kind, bool namespaced)
{
    cJSON *entry = cJSON_CreateObject();
    json_set_text(entry, "resource", name);
    json_set(entry, "responseKind", response_kind("metrics.k8s.io", "v1beta1", kind));
    json_set_text(entry, "scope", namespaced ? "Namespaced" : "Cluster");
    json_set_text(entry, "singularResource", "");
    json_set(entry, "verbs", read_verbs(true));
    cJSON_AddItemToArray(entries, entry);
}

static void add_discovered_group(cJSON *items, const char *group, const char *version)
{
    cJSON *item = cJSON_CreateObject();
    cJSON *metadata = json_object_at(item, "metadata");
    if (group[0] != '\0')
        json_set_text(metadata, "name", group);
    cJSON *version_entry = cJSON_CreateObject();
    json_set_text(version_entry, "version", version);
    cJSON *entries = json_array_at(version_entry, "resources");
    for (int id = 0; id < RESOURCE_COUNT; id++) {
        const struct resource *resource = resource_by_id((enum resource_id)id);
        if (strcmp(resource->group, group) == 0)
            add_discovered(entries, resource);
    }
    if (strcmp(group, "metrics.k8s.io") == 0) {
        add_discovered_metrics(entries, "nodes", "NodeMetrics", false);
        add_discovered_metrics(entries, "pods", "PodMetrics", true);
    }
    json_set_text(version_entry, "freshness", "Current");
    cJSON_AddItemToArray(json_array_at(item, "versions"), version_entry);
    cJSON_AddItemToArray(items, item);
}

/* Since Kubernetes 1.26 clients ask for all groups and their resources in one answer. */
static bool wants_aggregated(const struct http_request *request)
{
    return request->accept != NULL && strcasestr(request->accept, "g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList") != NULL;
}

static cJSON *aggregated_list(void)
{
    cJSON *list = cJSON_CreateObject();
    json_set_text(list, "kind", "APIGroupDiscoveryList");
    json_set_text(list, "apiVersion", "apidiscovery.k8s.io/v2");
    json_object_at(list, "metadata");
    json_array_at(list, "items");
    return list;
}

static void answer_core_versions(const struct front *front, const struct http_request *request, struct answer *answer)
{
    static const char *const versions[] = {"v1"};
    if (wants_aggregated(request)) {
        AUTO_JSON cJSON *list = aggregated_list();
        add_discovered_group(json_get(list, "items"), "", "v1");
        answer_tree(answer, 200, list);
        answer->content_type = AGGREGATED_TYPE;
        return;
    }
    AUTO_JSON cJSON *tree = cJSON_CreateObject();
    json_set_text(tree, "kind", "APIVersions");
    json_set(tree, "versions", text_array(versions, 1));
    cJSON *address = cJSON_CreateObject();
    json_set_text(address, "clientCIDR", "0.0.0.0/0");
    json_set_text(address, "serverAddress", front->address);
    cJSON_AddItemToArray(json_array_at(tree, "serverAddressByClientCIDRs"), address);
    answer_tree(answer, 200, tree);
}

static cJSON *group_version_tree(const char *group, const char *version)
{
    cJSON *tree = cJSON_CreateObject();
    AUTO_FREE char *group_version = memory_format("%s/%s", group, version);
    json_set_text(tree, "groupVersion", group_version);
    json_set_text(tree, "version", version);
    return tree;
}

static cJSON *group_tree(const char *group, const char *version)
{
    cJSON *tree = cJSON_CreateObject();
    json_set_text(tree, "name", group);
    cJSON_AddItemToArray(json_array_at(tree, "versions"), group_version_tree(group, version));
    json_set(tree, "preferredVersion", group_version_tree(group, version));
    return tree;
}

static void answer_groups(const struct http_request *request, struct answer *answer)
{
    AUTO_JSON cJSON *list = NULL;
    if (wants_aggregated(request)) {
        list = aggregated_list();
        for (size_t i = 0; i < GROUP_COUNT; i++)
            add_discovered_group(json_get(list, "items"), group_versions[i][0], group_versions[i][1]);
        answer_tree(answer, 200, list);
        answer->content_type = AGGREGATED_TYPE;
        return;
    }
    list = cJSON_CreateObject();
    json_set_text(list, "kind", "APIGroupList");
    json_set_text(list, "apiVersion", "v1");
    cJSON *groups = json_array_at(list, "groups");
    for (size_t i = 0; i < GROUP_COUNT; i++)
        cJSON_AddItemToArray(groups, group_tree(group_versions[i][0], group_versions[i][1]));
    answer_tree(answer, 200, list);
}

static bool answer_group(const char *group, struct answer *answer)
{
    for (size_t i = 0; i < GROUP_COUNT; i++) {
        if (strcmp(group_versions[i][0], group) != 0)
            continue;
        AUTO_JSON cJSON *tree = group_tree(group, group_versions[i][1]);
        json_set_text(tree, "kind", "APIGroup");
        json_set_text(tree, "apiVersion", "v1");
        answer_tree(answer, 200, tree);
        return true;
    }
    return false;
}

static const char *platform(void)
{
    struct utsname names;
    if (uname(&names) == 0 && strcmp(names.machine, "aarch64") == 0)
        return "linux/arm64";
    return "linux/amd64";
}

static void answer_version(struct answer *answer)
{
    static const char *const members[][2] = {
        {"major", "1"},
        {"minor", "36"},
        {"emulationMajor", "1"},
        {"emulationMinor", "36"},
        {"minCompatibilityMajor", "1"},
        {"minCompatibilityMinor", "35"},
        {"gitVersion", "v1.36.2+hpalab." HPALAB_VERSION},
        {"gitCommit", ""},
        {"gitTreeState", ""},
        {"buildDate", "1970-01-01T00:00:00Z"},
        {"goVersion", ""},
        {"compiler", ""},
    };
    AUTO_JSON cJSON *tree = cJSON_CreateObject();
    for (size_t i = 0; i < sizeof members / sizeof members[0]; i++)
        json_set_text(tree, members[i][0], members[i][1]);
    json_set_text(tree, "platform", platform());
    answer_tree(answer, 200, tree);
}

static void answer_paths(struct answer *answer)
{
    static const char *const paths[] = {"/api", "/api/v1", "/apis", "/healthz", "/livez", "/openapi/v2", "/readyz", "/version"};
    AUTO_JSON cJSON *tree = cJSON_CreateObject();
    json_set(tree, "paths", text_array(paths, sizeof paths / sizeof paths[0]));
    answer_tree(answer, 200, tree);
}

/* The documents at one path segment. */
static bool answer_top(const struct front *front, const char *name, const struct http_request *request, struct answer *answer)
{
    if (strcmp(name, "healthz") == 0 || strcmp(name, "livez") == 0 || strcmp(name, "readyz") == 0)
        answer_text(answer, 200, "ok");
    else if (strcmp(name, "version") == 0)
        answer_version(answer);
    else if (strcmp(name, "api") == 0)
        answer_core_versions(front, request, answer);
    else if (strcmp(name, "apis") == 0)
        answer_groups(request, answer);
    else
        return false;
    return true;
}

static bool find_document(const struct front *front, const struct http_request *request, struct answer *answer)
{
    char *const *segments = request->segments;
    switch (request->segment_count) {
    case 0:
        answer_paths(answer);
        return true;
    case 1:
        return answer_top(front, segments[0], request, answer);
    case 2:
        if (strcmp(segments[0], "api") == 0)
            return answer_resources("", segments[1], answer);
        if (strcmp(segments[0], "apis") == 0)
            return answer_group(segments[1], answer);
        return openapi_answer(request, answer);
    case 3:
        return strcmp(segments[0], "apis") == 0 && segments[1][0] != '\0' && answer_resources(segments[1], segments[2], answer);
    default:
        return false;
    }
}

bool discovery_answer(const struct front *front, const struct http_request *request, struct answer *answer)
{
    if (!find_document(front, request, answer))
        return false;
    if (strcmp(request->method, "GET") != 0)
        answer_method_not_allowed(answer);
    return true;
}
