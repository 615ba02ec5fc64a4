#include <string.h>

#include "cluster/api/defaults.h"
#include "cluster/api/kind.h"
#include "common/clock.h"
#include "common/memory.h"
#include "common/quantity.h"

static void default_http_get(cJSON *handler)
{
    cJSON *http_get = json_get(handler, "httpGet");
    if (http_get == NULL)
        return;
    default_text(http_get, "path", "/");
    default_text(http_get, "scheme", "HTTP");
}

static void default_probe(cJSON *container, const char *which)
{
    cJSON *probe = json_get(container, which);
    if (probe == NULL)
        return;
    default_http_get(probe);
    if (json_get(probe, "grpc") != NULL && json_get(probe, "grpc", "service") == NULL)
        json_set_text(json_get(probe, "grpc"), "service", "");
    default_integer(probe, "timeoutSeconds", 1);
    default_integer(probe, "periodSeconds", 10);
    default_integer(probe, "successThreshold", 1);
    default_integer(probe, "failureThreshold", 3);
}

/* A request that is left open is the limit. */
static void default_requests(cJSON *holder)
{
    cJSON *resources = json_get(holder, "resources");
    const cJSON *limit = NULL;
    cJSON_ArrayForEach (limit, json_get(resources, "limits")) {
        cJSON *requests = json_object_at(resources, "requests");
        if (json_get(requests, limit->string) == NULL)
            json_set_text(requests, limit->string, json_text(limit, "0"));
    }
}

/* "Always" for the tag latest or no tag, else "IfNotPresent". */
static const char *pull_policy(const char *image)
{
    const char *slash = strrchr(image, '/');
    const char *tag = strrchr(slash != NULL ? slash : image, ':');
    if (strchr(image, '@') != NULL)
        return "IfNotPresent";
    return tag == NULL || strcmp(tag, ":latest") == 0 ? "Always" : "IfNotPresent";
}

static void default_environment(cJSON *container)
{
    cJSON *variable = NULL;
    cJSON_ArrayForEach (variable, json_get(container, "env")) {
        cJSON *field = json_get(variable, "valueFrom", "fieldRef");
        if (field != NULL)
            default_text(field, "apiVersion", "v1");
    }
}

static void default_container(cJSON *container)
{
    cJSON *port = NULL;
    cJSON_ArrayForEach (port, json_get(container, "ports"))
        default_text(port, "protocol", "TCP");
    default_environment(container);
    default_probe(container, "livenessProbe");
    default_probe(container, "readinessProbe");
    default_probe(container, "startupProbe");
    default_http_get(json_get(container, "lifecycle", "postStart"));
    default_http_get(json_get(container, "lifecycle", "preStop"));
    default_text(container, "terminationMessagePath", "/dev/termination-log");
    default_text(container, "terminationMessagePolicy", "File");
    default_text(container, "imagePullPolicy", pull_policy(json_text(json_get(container, "image"), "")));
}

static void default_downward_files(cJSON *items)
{
    cJSON *item = NULL;
    cJSON_ArrayForEach (item, items) {
        if (json_get(item, "fieldRef") != NULL)
            default_text(json_get(item, "fieldRef"), "apiVersion", "v1");
    }
}

static void default_projections(cJSON *volume)
{
    cJSON *projection = NULL;
    default_downward_files(json_get(volume, "downwardAPI", "items"));
    cJSON_ArrayForEach (projection, json_get(volume, "projected", "sources")) {
        cJSON *token = json_get(projection, "serviceAccountToken");
        default_downward_files(json_get(projection, "downwardAPI", "items"));
        if (token != NULL)
            default_integer(token, "expirationSeconds", 3600);
    }
}

static void default_volume(cJSON *volume)
{
    default_projections(volume);
    static const char *const with_mode[] = {"configMap", "secret", "downwardAPI", "projected"};
    for (size_t i = 0; i < sizeof with_mode / sizeof with_mode[0]; i++) {
        cJSON *source = json_get(volume, with_mode[i]);
        if (cJSON_IsObject(source))
            default_integer(source, "defaultMode", 0644);
    }
    /* A volume without any source is an empty directory; name is the only member then. */
    if (cJSON_GetArraySize(volume) == 1)
        (void)json_object_at(volume, "emptyDir");
}

void pod_spec_set_defaults(cJSON *spec)
{
    cJSON *item = NULL;
    cJSON_ArrayForEach (item, json_get(spec, "volumes"))
        default_volume(item);
    cJSON_ArrayForEach (item, json_get(spec, "initContainers"))
        default_container(item);
    cJSON_ArrayForEach (item, json_get(spec, "containers"))
        default_container(item);
    default_text(spec, "restartPolicy", "Always");
    default_integer(spec, "terminationGracePeriodSeconds", 30);
    default_text(spec, "dnsPolicy", "ClusterFirst");
    default_text(spec, "schedulerName", "default-scheduler");
    if (json_get(spec, "securityContext") == NULL)
        (void)json_object_at(spec, "securityContext");
    const char *account = json_text(json_get(spec, "serviceAccountName"), json_text(json_get(spec, "serviceAccount"), ""));
    if (account[0] != '\0') {
        AUTO_FREE char *name = memory_copy_text(account);
        json_set_text(spec, "serviceAccountName", name);
        json_set_text(spec, "serviceAccount", name);
    }
}

void pod_set_defaults(cJSON *pod)
{
    cJSON *spec = json_object_at(pod, "spec");
    pod_spec_set_defaults(spec);
    cJSON *container = NULL;
    cJSON_ArrayForEach (container, json_get(spec, "initContainers"))
        default_requests(container);
    cJSON_ArrayForEach (container, json_get(spec, "containers"))
        default_requests(container);
    default_requests(spec);
    if (json_get(spec, "enableServiceLinks") == NULL)
        json_set_boolean(spec, "enableServiceLinks", true);
}

/* As the admission plugin DefaultTolerationSeconds adds them. */
static void add_toleration(cJSON *spec, const char *key)
{
    cJSON *tolerations = json_array_at(spec, "tolerations");
    const cJSON *present = NULL;
    cJSON_ArrayForEach (present, tolerations) {
        const char *present_key = json_text(json_get(present, "key"), "");
        const char *effect = json_text(json_get(present, "effect"), "");
        if ((strcmp(present_key, key) == 0 || present_key[0] == '\0') && (strcmp(effect, "NoExecute") == 0 || effect[0] == '\0'))
            return;
    }
    cJSON *toleration = cJSON_CreateObject();
    json_set_text(toleration, "key", key);
    json_set_text(toleration, "operator", "Exists");
    json_set_text(toleration, "effect", "NoExecute");
    json_set_integer(toleration, "tolerationSeconds", 300);
    cJSON_AddItemToArray(tolerations, toleration);
}

static void note_gates(cJSON *status)
{
    char when[CLOCK_TEXT_SIZE];
    cJSON *condition = cJSON_CreateObject();
    json_set_text(condition, "type", "PodScheduled");
    json_set_text(condition, "status", "False");
    json_set_text(condition, "lastTransitionTime", clock_format_seconds(clock_wall(), when));
    json_set_text(condition, "reason", "SchedulingGated");
    json_set_text(condition, "message", "Scheduling is blocked due to non-empty scheduling gates");
    cJSON_AddItemToArray(json_array_at(status, "conditions"), condition);
}

static bool is_positive(const cJSON *amount, struct quantity *quantity)
{
    return cJSON_IsString(amount) && quantity_parse(amount->valuestring, quantity, NULL) == 0 && quantity_sign(*quantity) > 0;
}

struct quality {
    bool any;        /* some request or limit is there */
    bool guaranteed; /* all containers have equal requests and limits */
};

static void judge_quality(const cJSON *container, struct quality *quality)
{
    static const char *const names[] = {"cpu", "memory"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        struct quantity limit = {0}, request = {0};
        bool limited = is_positive(json_get(container, "resources", "limits", names[i]), &limit);
        bool requested = is_positive(json_get(container, "resources", "requests", names[i]), &request);
        quality->any = quality->any || limited || requested;
        if (!limited || (requested && quantity_compare(limit, request) != 0))
            quality->guaranteed = false;
    }
}

/* "Guaranteed", "Burstable" or "BestEffort". */
static const char *pod_quality_class(const cJSON *spec)
{
    struct quality quality = {.any = false, .guaranteed = true};
    const cJSON *container = NULL;
    cJSON_ArrayForEach (container, json_get(spec, "initContainers"))
        judge_quality(container, &quality);
    cJSON_ArrayForEach (container, json_get(spec, "containers"))
        judge_quality(container, &quality);
    if (!quality.any)
        return "BestEffort";
    return quality.guaranteed ? "Guaranteed" : "Burstable";
}

void pod_prepare_create(cJSON *pod)
{
    cJSON *spec = json_object_at(pod, "spec");
    default_text(spec, "serviceAccountName", "default");
    default_text(spec, "serviceAccount", json_text(json_get(spec, "serviceAccountName"), "default"));
    add_toleration(spec, "node.kubernetes.io/not-ready");
    add_toleration(spec, "node.kubernetes.io/unreachable");
    json_remove(pod, "status");
    cJSON *status = json_object_at(pod, "status");
    json_set_text(status, "phase", "Pending");
    json_set_text(status, "qosClass", pod_quality_class(spec));
    if (cJSON_GetArraySize(json_get(spec, "schedulingGates")) > 0)
        note_gates(status);
}

static cJSON *scheduled_condition(cJSON *conditions)
{
    cJSON *condition = NULL;
    cJSON_ArrayForEach (condition, conditions) {
        if (strcmp(json_text(json_get(condition, "type"), ""), "PodScheduled") == 0)
            return condition;
    }
    condition = cJSON_CreateObject();
    cJSON_AddItemToArray(conditions, condition);
    return condition;
}

void pod_note_binding(cJSON *pod, const cJSON *old, int64_t now_wall)
{
    if (json_get(pod, "spec", "nodeName") == NULL || json_get(old, "spec", "nodeName") != NULL)
        return;
    char when[CLOCK_TEXT_SIZE];
    cJSON *condition = scheduled_condition(json_array_at(json_object_at(pod, "status"), "conditions"));
    json_set_text(condition, "type", "PodScheduled");
    json_set_text(condition, "status", "True");
    json_set_text(condition, "lastTransitionTime", clock_format_seconds(now_wall, when));
    json_remove(condition, "reason");
    json_remove(condition, "message");
    json_remove(json_object_at(pod, "status"), "nominatedNodeName");
}
