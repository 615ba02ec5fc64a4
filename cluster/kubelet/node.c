/* The Node object: what this machine has, and the heartbeat. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "cluster/api/recorder.h"
#include "cluster/kubelet/image.h"
#include "cluster/kubelet/pod.h"
#include "common/clock.h"
#include "common/log.h"
#include "common/version.h"

#define KUBELET_VERSION "v1.36.2+hpalab." HPALAB_VERSION
#define MOST_PODS "110"

struct node_condition {
    const char *type, *status, *reason, *message;
};

static const struct node_condition node_conditions[] = {
    {"MemoryPressure", "False", "KubeletHasSufficientMemory", "kubelet has sufficient memory available"},
    {"DiskPressure", "False", "KubeletHasNoDiskPressure", "kubelet has no disk pressure"},
    {"PIDPressure", "False", "KubeletHasSufficientPID", "kubelet has sufficient PID available"},
    {"Ready", "True", "KubeletReady", "kubelet is posting ready status"},
};
#define NODE_CONDITION_COUNT (sizeof node_conditions / sizeof node_conditions[0])

static void read_first_line(const char *path, char *text, size_t size)
{
    text[0] = '\0';
    FILE *file = fopen(path, "re");
    if (file == NULL)
        return;
    if (fgets(text, (int)size, file) == NULL)
        text[0] = '\0';
    text[strcspn(text, "\n")] = '\0';
    fclose(file);
}

static void read_system_name(char *text, size_t size)
{
    char line[256];
    FILE *file = fopen("/etc/os-release", "re");
    snprintf(text, size, "Linux");
    while (file != NULL && fgets(line, sizeof line, file) != NULL) {
        line[strcspn(line, "\n")] = '\0';
        if (strncmp(line, "PRETTY_NAME=", 12) == 0)
            snprintf(text, size, "%.*s", (int)strcspn(line + 13, "\""), line + 13);
    }
    if (file != NULL)
        fclose(file);
}

static const char *architecture(const struct utsname *about)
{
    if (strcmp(about->machine, "x86_64") == 0)
        return "amd64";
    return strcmp(about->machine, "aarch64") == 0 ? "arm64" : about->machine;
}

static void add_resources(const struct kubelet *kubelet, cJSON *status, const char *key)
{
    cJSON *resources = json_object_at(status, key);
    AUTO_FREE char *cpu = kubelet->cpu_millicores % 1000 == 0 ? memory_format("%" PRId64, kubelet->cpu_millicores / 1000)
                                                              : memory_format("%" PRId64 "m", kubelet->cpu_millicores);
    AUTO_FREE char *memory = memory_format("%" PRId64 "Ki", kubelet->memory_bytes / 1024);
    json_set_text(resources, "cpu", cpu);
    json_set_text(resources, "memory", memory);
    json_set_text(resources, "pods", MOST_PODS);
}

static void add_conditions(cJSON *status, int64_t now_wall)
{
    char time[CLOCK_TEXT_SIZE];
    clock_format_seconds(now_wall, time);
    for (size_t i = 0; i < NODE_CONDITION_COUNT; i++) {
        cJSON *condition = cJSON_CreateObject();
        json_set_text(condition, "type", node_conditions[i].type);
        json_set_text(condition, "status", node_conditions[i].status);
        json_set_text(condition, "lastHeartbeatTime", time);
        json_set_text(condition, "lastTransitionTime", time);
        json_set_text(condition, "reason", node_conditions[i].reason);
        json_set_text(condition, "message", node_conditions[i].message);
        cJSON_AddItemToArray(json_array_at(status, "conditions"), condition);
    }
}

static void add_address(cJSON *status, const char *type, const char *address)
{
    cJSON *entry = cJSON_CreateObject();
    json_set_text(entry, "type", type);
    json_set_text(entry, "address", address);
    cJSON_AddItemToArray(json_array_at(status, "addresses"), entry);
}

static void add_information(cJSON *status, const struct utsname *about)
{
    char machine[64], boot[64], system[128];
    cJSON *information = json_object_at(status, "nodeInfo");
    read_first_line("/etc/machine-id", machine, sizeof machine);
    read_first_line("/proc/sys/kernel/random/boot_id", boot, sizeof boot);
    read_system_name(system, sizeof system);
    json_set_text(information, "machineID", machine);
    json_set_text(information, "systemUUID", machine);
    json_set_text(information, "bootID", boot);
    json_set_text(information, "kernelVersion", about->release);
    json_set_text(information, "osImage", system);
    json_set_text(information, "containerRuntimeVersion", "hpalab://" HPALAB_VERSION);
    json_set_text(information, "kubeletVersion", KUBELET_VERSION);
    json_set_text(information, "kubeProxyVersion", "");
    json_set_text(information, "operatingSystem", "linux");
    json_set_text(information, "architecture", architecture(about));
}

static cJSON *make_status(const struct kubelet *kubelet, const struct utsname *about)
{
    cJSON *status = cJSON_CreateObject();
    add_resources(kubelet, status, "capacity");
    add_resources(kubelet, status, "allocatable");
    add_conditions(status, clock_wall());
    add_address(status, "InternalIP", address_of_server(kubelet->options.slice));
    add_address(status, "Hostname", kubelet->options.node_name);
    add_information(status, about);
    cJSON *image = cJSON_CreateObject();
    cJSON_AddItemToArray(json_array_at(image, "names"), cJSON_CreateString(image_full_name()));
    cJSON_AddItemToArray(json_array_at(status, "images"), image);
    return status;
}

static cJSON *make_node(const struct kubelet *kubelet, const struct utsname *about)
{
    cJSON *node = cJSON_CreateObject();
    json_set_text(node, "apiVersion", "v1");
    json_set_text(node, "kind", "Node");
    cJSON *metadata = json_object_at(node, "metadata");
    json_set_text(metadata, "name", kubelet->options.node_name);
    cJSON *labels = json_object_at(metadata, "labels");
    json_set_text(labels, "beta.kubernetes.io/arch", architecture(about));
    json_set_text(labels, "beta.kubernetes.io/os", "linux");
    json_set_text(labels, "kubernetes.io/arch", architecture(about));
    json_set_text(labels, "kubernetes.io/hostname", kubelet->options.node_name);
    json_set_text(labels, "kubernetes.io/os", "linux");
    json_object_at(node, "spec");
    return node;
}

static bool set_status(cJSON *node, void *context)
{
    json_set(node, "status", json_copy(context));
    return true;
}

static void tell_start(const struct kubelet *kubelet)
{
    static const char *const states[] = {"NodeHasSufficientMemory", "NodeHasNoDiskPressure", "NodeHasSufficientPID", "NodeReady"};
    struct registry *registry = kubelet->options.registry;
    const char *name = kubelet->options.node_name;
    record_event(registry, kubelet->node, NULL, "Normal", "Starting", "kubelet", name, "Starting kubelet.");
    for (size_t i = 0; i < sizeof states / sizeof states[0]; i++)
        record_event(registry, kubelet->node, NULL, "Normal", states[i], "kubelet", name, "Node %s status is now: %s", name,
                     states[i]);
}

int node_register(struct kubelet *kubelet, struct error *error)
{
    struct utsname about;
    AUTO_STATUS struct status status = {0};
    uname(&about);
    struct registry *registry = kubelet->options.registry;
    const char *name = kubelet->options.node_name;
    if (registry_create(registry, RESOURCE_NODES, "", make_node(kubelet, &about), NULL, &status) < 0 && status.code != 409)
        return error_set(error, "cannot register the node %s: %s", name, status_message(&status));
    AUTO_JSON cJSON *wanted = make_status(kubelet, &about);
    if (registry_mutate(registry, RESOURCE_NODES, "", name, SUBRESOURCE_STATUS, set_status, wanted, &kubelet->node, &status) < 0)
        return error_set(error, "cannot write the status of the node %s: %s", name, status_message(&status));
    tell_start(kubelet);
    return 0;
}

static bool set_heartbeat(cJSON *node, void *context)
{
    cJSON *condition;
    cJSON_ArrayForEach (condition, json_get(node, "status", "conditions"))
        json_set_text(condition, "lastHeartbeatTime", context);
    return true;
}

void node_heartbeat(struct kubelet *kubelet)
{
    char time[CLOCK_TEXT_SIZE];
    AUTO_STATUS struct status status = {0};
    clock_format_seconds(clock_wall(), time);
    if (registry_mutate(kubelet->options.registry, RESOURCE_NODES, "", kubelet->options.node_name, SUBRESOURCE_STATUS,
                        set_heartbeat, time, NULL, &status) < 0)
        log_warning("kubelet", "cannot write the node's heartbeat: %s", status_message(&status));
}
