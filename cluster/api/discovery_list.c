#include "cluster/api/discovery.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/sha.h>

#include "cluster/api/resource.h"
#include "common/base64.h"

#define STORAGE_HASH_BYTES 8

/* What is served and not stored: other handlers than those of stored objects answer. Names with a slash are
 * subresources; without a name: a version whose resources come and go (custom_metrics_resources). */
static const struct {
    const char *group;
    const char *version;
    const char *name;
    const char *kind;
    bool namespaced;
    const char *verbs[6];
    const char *singular; /* NULL: none */
    const char *of_group; /* of the kind, in version v1, when it is another than the resource's; else NULL */
} computed[] = {
    {"", "v1", "pods/eviction", "Eviction", true, {"create"}, NULL, "policy"},
    {"", "v1", "pods/log", "Pod", true, {"get"}, NULL, NULL},
    {"", "v1", "pods/proxy", "PodProxyOptions", true, {"create", "delete", "get", "patch", "update"}, NULL, NULL},
    {"", "v1", "serviceaccounts/token", "TokenRequest", true, {"create"}, NULL, "authentication.k8s.io"},
    {"", "v1", "services/proxy", "ServiceProxyOptions", true, {"create", "delete", "get", "patch", "update"}, NULL, NULL},
    {"authentication.k8s.io", "v1", "selfsubjectreviews", "SelfSubjectReview", false, {"create"}, "selfsubjectreview", NULL},
    {"authentication.k8s.io", "v1", "tokenreviews", "TokenReview", false, {"create"}, "tokenreview", NULL},
    {"authorization.k8s.io",
     "v1",
     "localsubjectaccessreviews",
     "LocalSubjectAccessReview",
     true,
     {"create"},
     "localsubjectaccessreview",
     NULL},
    {"authorization.k8s.io",
     "v1",
     "selfsubjectaccessreviews",
     "SelfSubjectAccessReview",
     false,
     {"create"},
     "selfsubjectaccessreview",
     NULL},
    {"authorization.k8s.io",
     "v1",
     "selfsubjectrulesreviews",
     "SelfSubjectRulesReview",
     false,
     {"create"},
     "selfsubjectrulesreview",
     NULL},
    {"authorization.k8s.io", "v1", "subjectaccessreviews", "SubjectAccessReview", false, {"create"}, "subjectaccessreview", NULL},
    {"custom.metrics.k8s.io", "v1beta1", NULL, NULL, true, {NULL}, NULL, NULL},
    {"custom.metrics.k8s.io", "v1beta2", NULL, NULL, true, {NULL}, NULL, NULL},
    {"external.metrics.k8s.io", "v1beta1", NULL, NULL, true, {NULL}, NULL, NULL},
    {"metrics.k8s.io", "v1beta1", "nodes", "NodeMetrics", false, {"get", "list"}, NULL, NULL},
    {"metrics.k8s.io", "v1beta1", "pods", "PodMetrics", true, {"get", "list"}, NULL, NULL},
};
#define COMPUTED_COUNT (sizeof computed / sizeof computed[0])

static cJSON *text_array(const char *const *texts, size_t count)
{
    cJSON *array = cJSON_CreateArray();
    for (size_t i = 0; i < count && texts[i] != NULL; i++)
        cJSON_AddItemToArray(array, cJSON_CreateString(texts[i]));
    return array;
}

/* kube-apiserver's: the start of a hash of the kind that is stored. */
static void set_storage_hash(cJSON *entry, const struct resource *resource)
{
    unsigned char digest[SHA256_DIGEST_LENGTH];
    AUTO_FREE char *kind = memory_format("%s/%s/%s", resource->group, resource->version, resource->kind);
    (void)SHA256((const unsigned char *)kind, strlen(kind), digest);
    AUTO_FREE char *text = base64_encode(digest, STORAGE_HASH_BYTES);
    json_set_text(entry, "storageVersionHash", text);
}

static cJSON *new_entry(const char *name, const char *singular, bool namespaced, const char *kind)
{
    cJSON *entry = cJSON_CreateObject();
    json_set_text(entry, "name", name);
    json_set_text(entry, "singularName", singular);
    json_set_boolean(entry, "namespaced", namespaced);
    json_set_text(entry, "kind", kind);
    return entry;
}

static void add_subresource(cJSON *entries, const struct resource *resource, const char *subresource)
{
    static const char *const verbs[] = {"get", "patch", "update"};
    bool scale = strcmp(subresource, "scale") == 0;
    AUTO_FREE char *name = memory_format("%s/%s", resource->plural, subresource);
    cJSON *entry = new_entry(name, "", resource->namespaced, scale ? "Scale" : resource->kind);
    if (scale) {
        json_set_text(entry, "group", "autoscaling");
        json_set_text(entry, "version", "v1");
    }
    json_set(entry, "verbs", text_array(verbs, 3));
    cJSON_AddItemToArray(entries, entry);
}

static void add_resource(cJSON *entries, const struct resource *resource)
{
    static const char *const verbs[] = {"create", "delete", "deletecollection", "get", "list", "patch", "update", "watch"};
    cJSON *entry = new_entry(resource->plural, resource->singular, resource->namespaced, resource->kind);
    cJSON *array = text_array(verbs, sizeof verbs / sizeof verbs[0]);
    if (resource->id == RESOURCE_NAMESPACES)
        cJSON_DeleteItemFromArray(array, 2);
    json_set(entry, "verbs", array);
    if (resource->short_names[0] != NULL)
        json_set(entry, "shortNames", text_array(resource->short_names, sizeof resource->short_names / sizeof(char *)));
    if (resource->categories[0] != NULL)
        json_set(entry, "categories", text_array(resource->categories, sizeof resource->categories / sizeof(char *)));
    set_storage_hash(entry, resource_by_id(resource->id));
    cJSON_AddItemToArray(entries, entry);
    if (resource->has_scale)
        add_subresource(entries, resource, "scale");
    if (resource->has_status)
        add_subresource(entries, resource, "status");
}

static const char *entry_name(const cJSON *entry)
{
    return json_text(json_get(entry, "name"), "");
}

static int compare_entries(const void *left, const void *right)
{
    const cJSON *const *first = left, *const *second = right;
    return strcmp(entry_name(*first), entry_name(*second));
}

/* Not cJSON_InsertItemInArray: some releases of the library refuse every place but the first. */
static void sort_array(cJSON *array, int (*compare)(const void *, const void *))
{
    size_t count = (size_t)cJSON_GetArraySize(array);
    AUTO_FREE cJSON **members = memory_allocate(count + 1, sizeof *members);
    for (size_t i = 0; i < count; i++)
        members[i] = cJSON_DetachItemFromArray(array, 0);
    qsort(members, count, sizeof *members, compare);
    for (size_t i = 0; i < count; i++)
        cJSON_AddItemToArray(array, members[i]);
}

cJSON *discovery_resources(const char *group, const char *version)
{
    AUTO_JSON cJSON *entries = cJSON_CreateArray();
    const struct resource *resource;
    for (size_t i = 0; (resource = resource_served(i)) != NULL; i++) {
        if (strcmp(resource->group, group) == 0 && strcmp(resource->version, version) == 0)
            add_resource(entries, resource);
    }
    for (size_t i = 0; i < COMPUTED_COUNT; i++) {
        if (computed[i].name == NULL || strcmp(computed[i].group, group) != 0 || strcmp(computed[i].version, version) != 0)
            continue;
        cJSON *entry = new_entry(computed[i].name, computed[i].singular != NULL ? computed[i].singular : "",
                                 computed[i].namespaced, computed[i].kind);
        if (computed[i].of_group != NULL) {
            json_set_text(entry, "group", computed[i].of_group);
            json_set_text(entry, "version", "v1");
        }
        json_set(entry, "verbs", text_array(computed[i].verbs, sizeof computed[i].verbs / sizeof(char *)));
        cJSON_AddItemToArray(entries, entry);
    }
    sort_array(entries, compare_entries);
    return entries->child != NULL ? steal_pointer(&entries) : NULL;
}

/* ---- groups ---- */

/* The place of a group in kube-apiserver's list: its own groups, then those of custom resources, then metrics. */
static int group_rank(const char *group)
{
    static const char *const ranked[] = {"apps",
                                         "events.k8s.io",
                                         "authentication.k8s.io",
                                         "authorization.k8s.io",
                                         "autoscaling",
                                         "batch",
                                         "networking.k8s.io",
                                         "policy",
                                         "rbac.authorization.k8s.io",
                                         "storage.k8s.io",
                                         "apiextensions.k8s.io",
                                         "scheduling.k8s.io",
                                         "coordination.k8s.io",
                                         "discovery.k8s.io"};
    const int count = (int)(sizeof ranked / sizeof ranked[0]);
    for (int i = 0; i < count; i++) {
        if (strcmp(group, ranked[i]) == 0)
            return i;
    }
    const char *metrics = strstr(group, "metrics.k8s.io");
    return metrics != NULL && metrics[sizeof "metrics.k8s.io" - 1] == '\0' ? count + 1 : count;
}

static int compare_groups(const void *left, const void *right)
{
    const cJSON *const *first = left, *const *second = right;
    int difference = group_rank(entry_name(*first)) - group_rank(entry_name(*second));
    return difference != 0 ? difference : compare_entries(left, right);
}

/* "v2beta1" = {2, 1 (alpha 0, beta 1, neither 2), 1}. False when the text is no such version. */
static bool read_version(const char *text, long parts[3])
{
    char *end = NULL;
    if (text[0] != 'v' || !isdigit((unsigned char)text[1]))
        return false;
    parts[0] = strtol(text + 1, &end, 10);
    parts[1] = 2;
    parts[2] = 0;
    if (*end == '\0')
        return true;
    bool beta = strncmp(end, "beta", 4) == 0;
    if (!beta && strncmp(end, "alpha", 5) != 0)
        return false;
    end += beta ? 4 : 5;
    parts[1] = beta ? 1 : 0;
    if (!isdigit((unsigned char)*end))
        return false;
    parts[2] = strtol(end, &end, 10);
    return *end == '\0';
}

/* Negative when left is to be preferred: released before beta before alpha, the higher number first. */
static int compare_version_texts(const char *left, const char *right)
{
    static const int order[] = {1, 0, 2};
    long first[3], second[3];
    bool known = read_version(left, first);
    if (known != read_version(right, second))
        return known ? -1 : 1;
    for (size_t i = 0; known && i < 3; i++) {
        if (first[order[i]] != second[order[i]])
            return first[order[i]] > second[order[i]] ? -1 : 1;
    }
    return strcmp(left, right);
}

static int compare_versions(const void *left, const void *right)
{
    const cJSON *const *first = left, *const *second = right;
    return compare_version_texts(json_text(json_get(*first, "version"), ""), json_text(json_get(*second, "version"), ""));
}

static cJSON *find_member(cJSON *array, const char *key, const char *value)
{
    cJSON *member = NULL;
    cJSON_ArrayForEach (member, array) {
        if (strcmp(json_text(cJSON_GetObjectItemCaseSensitive(member, key), ""), value) == 0)
            return member;
    }
    return NULL;
}

static void add_version(cJSON *groups, const char *name, const char *version)
{
    cJSON *group = find_member(groups, "name", name);
    if (group == NULL) {
        group = cJSON_CreateObject();
        json_set_text(group, "name", name);
        cJSON_AddItemToArray(groups, group);
    }
    cJSON *versions = json_array_at(group, "versions");
    if (find_member(versions, "version", version) != NULL)
        return;
    AUTO_FREE char *text = memory_format("%s/%s", name, version);
    cJSON *entry = cJSON_CreateObject();
    json_set_text(entry, "groupVersion", text);
    json_set_text(entry, "version", version);
    cJSON_AddItemToArray(versions, entry);
}

cJSON *discovery_groups(void)
{
    cJSON *groups = cJSON_CreateArray();
    const struct resource *resource;
    for (size_t i = 0; (resource = resource_served(i)) != NULL; i++) {
        if (resource->group[0] != '\0')
            add_version(groups, resource->group, resource->version);
    }
    for (size_t i = 0; i < COMPUTED_COUNT; i++) {
        if (computed[i].group[0] != '\0')
            add_version(groups, computed[i].group, computed[i].version);
    }
    sort_array(groups, compare_groups);
    cJSON *group = NULL;
    cJSON_ArrayForEach (group, groups) {
        cJSON *versions = json_get(group, "versions");
        sort_array(versions, compare_versions);
        json_set(group, "preferredVersion", json_copy(versions->child));
    }
    return groups;
}
