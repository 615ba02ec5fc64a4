#include "cluster/api/discovery.h"

#include <string.h>
#include <sys/utsname.h>

#include "cluster/api/front.h"
#include "cluster/api/openapi.h"
#include "cluster/api/representation.h"
#include "common/version.h"

#define AGGREGATED_V2 "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList"
#define AGGREGATED_V2BETA1 "application/json;g=apidiscovery.k8s.io;v=v2beta1;as=APIGroupDiscoveryList"

/* The aggregated form that the client wants: its content type, or NULL for the old form. */
static const char *wanted_aggregation(const struct http_request *request)
{
    static const char *const types[] = {AGGREGATED_V2, AGGREGATED_V2BETA1};
    for (size_t i = 0; i < 2; i++) {
        if (accepts(request, types[i]))
            return types[i];
    }
    return NULL;
}

static void answer_aggregated(bool core, const char *type, struct answer *answer)
{
    AUTO_JSON cJSON *list = discovery_aggregated(core, strcmp(type, AGGREGATED_V2) == 0 ? "v2" : "v2beta1");
    answer_tree(answer, 200, list);
    answer->content_type = type;
}

static void answer_core_versions(const struct front *front, const struct http_request *request, struct answer *answer)
{
    const char *type = wanted_aggregation(request);
    if (type != NULL) {
        answer_aggregated(true, type, answer);
        return;
    }
    AUTO_JSON cJSON *tree = cJSON_CreateObject();
    json_set_text(tree, "kind", "APIVersions");
    cJSON_AddItemToArray(json_array_at(tree, "versions"), cJSON_CreateString("v1"));
    cJSON *address = cJSON_CreateObject();
    json_set_text(address, "clientCIDR", "0.0.0.0/0");
    json_set_text(address, "serverAddress", front->address);
    cJSON_AddItemToArray(json_array_at(tree, "serverAddressByClientCIDRs"), address);
    answer_tree(answer, 200, tree);
}

static void answer_groups(const struct http_request *request, struct answer *answer)
{
    const char *type = wanted_aggregation(request);
    if (type != NULL) {
        answer_aggregated(false, type, answer);
        return;
    }
    AUTO_JSON cJSON *list = cJSON_CreateObject();
    json_set_text(list, "kind", "APIGroupList");
    json_set_text(list, "apiVersion", "v1");
    json_set(list, "groups", discovery_groups());
    answer_tree(answer, 200, list);
}

static bool answer_group(const char *name, struct answer *answer)
{
    AUTO_JSON cJSON *groups = discovery_groups();
    const cJSON *group = NULL;
    cJSON_ArrayForEach (group, groups) {
        if (strcmp(json_text(json_get(group, "name"), ""), name) != 0)
            continue;
        AUTO_JSON cJSON *tree = cJSON_CreateObject();
        json_set_text(tree, "kind", "APIGroup");
        json_set_text(tree, "apiVersion", "v1");
        const cJSON *member = NULL;
        cJSON_ArrayForEach (member, group)
            json_set(tree, member->string, json_copy(member));
        answer_tree(answer, 200, tree);
        return true;
    }
    return false;
}

/* True when the group and version are served. */
static bool answer_resources(const struct front *front, const char *group, const char *version, struct answer *answer)
{
    AUTO_JSON cJSON *resources =
        custom_metrics_is_version(group, version) ? custom_metrics_resources(front, group) : discovery_resources(group, version);
    if (resources == NULL)
        return false;
    AUTO_JSON cJSON *list = cJSON_CreateObject();
    AUTO_FREE char *group_version = group[0] != '\0' ? memory_format("%s/%s", group, version) : memory_copy_text(version);
    json_set_text(list, "kind", "APIResourceList");
    if (group[0] != '\0')
        json_set_text(list, "apiVersion", "v1");
    json_set_text(list, "groupVersion", group_version);
    json_set(list, "resources", steal_pointer(&resources));
    answer_tree(answer, 200, list);
    return true;
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

static void add_path(cJSON *paths, const char *format, const char *name)
{
    AUTO_FREE char *path = memory_format("%s%s", format, name);
    cJSON_AddItemToArray(paths, cJSON_CreateString(path));
}

static void answer_paths(struct answer *answer)
{
    static const char *const others[] = {"/healthz", "/livez", "/openapi/v2", "/openapi/v3", "/readyz", "/version"};
    AUTO_JSON cJSON *tree = cJSON_CreateObject();
    AUTO_JSON cJSON *groups = discovery_groups();
    cJSON *paths = json_array_at(tree, "paths");
    add_path(paths, "/api", "");
    add_path(paths, "/api/", "v1");
    add_path(paths, "/apis", "");
    const cJSON *group = NULL;
    cJSON_ArrayForEach (group, groups) {
        add_path(paths, "/apis/", json_text(json_get(group, "name"), ""));
        const cJSON *version = NULL;
        cJSON_ArrayForEach (version, json_get(group, "versions"))
            add_path(paths, "/apis/", json_text(json_get(version, "groupVersion"), ""));
    }
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++)
        add_path(paths, others[i], "");
    answer_tree(answer, 200, tree);
}

static void answer_health(const char *name, const struct http_request *request, struct answer *answer)
{
    if (http_request_parameter(request, "verbose") == NULL) {
        answer_text(answer, 200, "ok");
        return;
    }
    AUTO_FREE char *text = memory_format("[+]ping ok\n%s check passed\n", name);
    answer_text(answer, 200, text);
}

static bool is_health(const char *name)
{
    return strcmp(name, "healthz") == 0 || strcmp(name, "livez") == 0 || strcmp(name, "readyz") == 0;
}

/* The documents at one path segment. */
static bool answer_top(const struct front *front, const char *name, const struct http_request *request, struct answer *answer)
{
    if (is_health(name))
        answer_health(name, request, answer);
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
    if (request->segment_count > 1 && strcmp(segments[0], "openapi") == 0)
        return openapi_answer(request, answer);
    switch (request->segment_count) {
    case 0:
        answer_paths(answer);
        return true;
    case 1:
        return answer_top(front, segments[0], request, answer);
    case 2:
        if (strcmp(segments[0], "api") == 0)
            return answer_resources(front, "", segments[1], answer);
        if (strcmp(segments[0], "apis") == 0)
            return answer_group(segments[1], answer);
        if (is_health(segments[0]) && strcmp(segments[1], "ping") == 0) {
            answer_text(answer, 200, "ok");
            return true;
        }
        return false;
    case 3:
        return strcmp(segments[0], "apis") == 0 && segments[1][0] != '\0' &&
               answer_resources(front, segments[1], segments[2], answer);
    default:
        return false;
    }
}

/* Health is text and the descriptions of the API have formats of their own; the others are JSON. */
static bool is_json_alone(const struct http_request *request)
{
    return request->segment_count == 0 || (!is_health(request->segments[0]) && strcmp(request->segments[0], "openapi") != 0);
}

bool discovery_answer(const struct front *front, const struct http_request *request, struct answer *answer)
{
    struct representation representation;
    if (!find_document(front, request, answer))
        return false;
    if (strcmp(request->method, "GET") != 0)
        answer_method_not_allowed(answer);
    else if (is_json_alone(request) && strcmp(answer->content_type, ANSWER_JSON) == 0)
        (void)representation_choose(request, NULL, &representation, answer);
    return true;
}
