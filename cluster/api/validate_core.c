#include <arpa/inet.h>
#include <string.h>

#include "cluster/api/kind.h"
#include "cluster/api/names.h"
#include "cluster/api/pod_security.h"

#define CONFIGURATION_MAXIMUM ((size_t)1024 * 1024)
#define ENDPOINTS_MAXIMUM 1000
#define ENDPOINT_ADDRESSES_MAXIMUM 100

void namespace_validate(const cJSON *namespace, struct problems *problems)
{
    int index = 0;
    const cJSON *finalizer = NULL;
    pod_security_validate_labels(namespace, problems);
    cJSON_ArrayForEach (finalizer, json_get(namespace, "spec", "finalizers"))
        name_check_qualified(problems, PATH_INDEX(PATH_CHILD(PATH_ROOT("spec"), "finalizers"), index++),
                             json_text(finalizer, ""));
}

void node_validate(const cJSON *node, struct problems *problems)
{
    static const char *const effects[] = {"NoSchedule", "PreferNoSchedule", "NoExecute", NULL};
    int index = 0;
    const cJSON *taint = NULL;
    cJSON_ArrayForEach (taint, json_get(node, "spec", "taints")) {
        const struct field_path *here = PATH_INDEX(PATH_CHILD(PATH_ROOT("spec"), "taints"), index++);
        const char *effect = json_text(json_get(taint, "effect"), "");
        name_check_qualified(problems, PATH_CHILD(here, "key"), json_text(json_get(taint, "key"), ""));
        if (strcmp(effect, effects[0]) != 0 && strcmp(effect, effects[1]) != 0 && strcmp(effect, effects[2]) != 0)
            problem_not_supported(problems, PATH_CHILD(here, "effect"), effect, effects);
    }
}

static size_t check_keys(const cJSON *data, const char *member, struct problems *problems)
{
    size_t size = 0;
    const cJSON *entry = NULL;
    cJSON_ArrayForEach (entry, data) {
        const char *problem = name_configuration_key_problem(entry->string);
        if (problem != NULL)
            problem_invalid_text(problems, PATH_KEY(PATH_ROOT(member), entry->string), entry->string, "%s", problem);
        size += strlen(json_text(entry, ""));
    }
    return size;
}

/* Both maps are sorted by key. */
static void check_key_in_both(const cJSON *data, const cJSON *binary, struct problems *problems)
{
    const cJSON *left = data != NULL ? data->child : NULL;
    const cJSON *right = binary != NULL ? binary->child : NULL;
    while (left != NULL && right != NULL) {
        int order = strcmp(left->string, right->string);
        if (order == 0)
            problem_invalid_text(problems, PATH_KEY(PATH_ROOT("data"), left->string), left->string,
                                 "duplicate of key present in binaryData");
        left = order <= 0 ? left->next : left;
        right = order >= 0 ? right->next : right;
    }
}

void config_map_validate(const cJSON *config_map, struct problems *problems)
{
    const cJSON *data = json_get(config_map, "data");
    const cJSON *binary = json_get(config_map, "binaryData");
    size_t size = check_keys(data, "data", problems) + check_keys(binary, "binaryData", problems) / 4 * 3;
    check_key_in_both(data, binary, problems);
    if (size > CONFIGURATION_MAXIMUM)
        problem_too_long(problems, PATH_ROOT(""), CONFIGURATION_MAXIMUM);
}

void config_map_validate_update(const cJSON *config_map, const cJSON *old, struct problems *problems)
{
    static const char *const members[] = {"data", "binaryData"};
    if (!json_boolean(json_get(old, "immutable"), false))
        return;
    if (!json_boolean(json_get(config_map, "immutable"), false))
        problem_forbidden(problems, PATH_ROOT("immutable"), "field is immutable when `immutable` is set");
    for (size_t i = 0; i < sizeof members / sizeof members[0]; i++) {
        if (!json_equal(json_get(config_map, members[i]), json_get(old, members[i])))
            problem_forbidden(problems, PATH_ROOT(members[i]), "field is immutable when `immutable` is set");
    }
}

void event_validate(const cJSON *event, struct problems *problems)
{
    const char *namespace = json_text(json_get(event, "metadata", "namespace"), "");
    const char *about = json_text(json_get(event, "involvedObject", "namespace"), "");
    if (about[0] != '\0' && strcmp(about, namespace) != 0)
        problem_invalid_text(problems, PATH_CHILD(PATH_ROOT("involvedObject"), "namespace"), about,
                             "does not match event.namespace");
}

static void check_endpoint(const cJSON *endpoint, int family, const struct field_path *path, struct problems *problems)
{
    const cJSON *addresses = json_get(endpoint, "addresses");
    const struct field_path *here = PATH_CHILD(path, "addresses");
    unsigned char parsed[sizeof(struct in6_addr)];
    if (cJSON_GetArraySize(addresses) == 0)
        problem_required(problems, here, "must contain at least 1 address");
    else if (cJSON_GetArraySize(addresses) > ENDPOINT_ADDRESSES_MAXIMUM)
        problem_invalid_integer(problems, here, cJSON_GetArraySize(addresses), "must have at most %d items",
                                ENDPOINT_ADDRESSES_MAXIMUM);
    int index = 0;
    const cJSON *address = NULL;
    cJSON_ArrayForEach (address, addresses) {
        if (family != AF_UNSPEC && inet_pton(family, json_text(address, ""), parsed) != 1)
            problem_invalid(problems, PATH_INDEX(here, index), address, "must be an %s address",
                            family == AF_INET ? "IPv4" : "IPv6");
        index++;
    }
}

void endpoint_slice_validate(const cJSON *slice, struct problems *problems)
{
    static const char *const types[] = {"FQDN", "IPv4", "IPv6", NULL};
    static const int families[] = {AF_UNSPEC, AF_INET, AF_INET6};
    const char *type = json_text(json_get(slice, "addressType"), "");
    size_t known = 0;
    while (types[known] != NULL && strcmp(types[known], type) != 0)
        known++;
    if (type[0] == '\0')
        problem_required(problems, PATH_ROOT("addressType"), "");
    else if (types[known] == NULL)
        problem_not_supported(problems, PATH_ROOT("addressType"), type, types);
    const cJSON *endpoints = json_get(slice, "endpoints");
    if (cJSON_GetArraySize(endpoints) > ENDPOINTS_MAXIMUM) {
        problem_invalid_integer(problems, PATH_ROOT("endpoints"), cJSON_GetArraySize(endpoints), "must have at most %d items",
                                ENDPOINTS_MAXIMUM);
        return;
    }
    int index = 0;
    const cJSON *endpoint = NULL;
    cJSON_ArrayForEach (endpoint, endpoints)
        check_endpoint(endpoint, types[known] != NULL ? families[known] : AF_UNSPEC, PATH_INDEX(PATH_ROOT("endpoints"), index++),
                       problems);
}

void endpoint_slice_validate_update(const cJSON *slice, const cJSON *old, struct problems *problems)
{
    if (!json_equal(json_get(slice, "addressType"), json_get(old, "addressType")))
        problem_invalid(problems, PATH_ROOT("addressType"), json_get(slice, "addressType"), "field is immutable");
}
