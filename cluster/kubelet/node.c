/* The Node objects: what this machine has, under each node's name, and the heartbeats. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/statvfs.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "cluster/api/recorder.h"
#include "cluster/api/writer.h"
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
    struct statvfs disk;
    if (statvfs(kubelet->options.root_folder, &disk) == 0) {
        AUTO_FREE char *storage = memory_format("%" PRIu64 "Ki", (uint64_t)disk.f_blocks * disk.f_frsize / 1024);
        json_set_text(resources, "ephemeral-storage", storage);
    }
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

static cJSON *list_images(const struct kubelet *kubelet)
{
    const struct kubelet_options *options = &kubelet->options;
    return image_list(&(struct image_source){.program_folder = options->program_folder, .image_folder = options->image_folder});
}

static cJSON *make_status(const struct kubelet *kubelet, const struct node *node, const struct utsname *about)
{
    cJSON *status = cJSON_CreateObject();
    add_resources(kubelet, status, "capacity");
    add_resources(kubelet, status, "allocatable");
    add_conditions(status, clock_wall());
    add_address(status, "InternalIP", node->address);
    add_address(status, "Hostname", node->name);
    add_information(status, about);
    json_set(status, "images", list_images(kubelet));
    return status;
}

static cJSON *make_node(const struct node *node, int index, const struct utsname *about)
{
    static const char *const zones[] = {"a", "b", "c"};
    cJSON *tree = cJSON_CreateObject();
    json_set_text(tree, "apiVersion", "v1");
    json_set_text(tree, "kind", "Node");
    cJSON *metadata = json_object_at(tree, "metadata");
    json_set_text(metadata, "name", node->name);
    cJSON *labels = json_object_at(metadata, "labels");
    json_set_text(labels, "beta.kubernetes.io/arch", architecture(about));
    json_set_text(labels, "beta.kubernetes.io/os", "linux");
    json_set_text(labels, "kubernetes.io/arch", architecture(about));
    json_set_text(labels, "kubernetes.io/hostname", node->name);
    json_set_text(labels, "kubernetes.io/os", "linux");
    json_set_text(labels, "topology.kubernetes.io/region", "lab");
    json_set_text(labels, "topology.kubernetes.io/zone", zones[(size_t)index % (sizeof zones / sizeof zones[0])]);
    json_object_at(tree, "spec");
    return tree;
}

static bool set_status(cJSON *node, void *context)
{
    json_set(node, "status", json_copy(context));
    return true;
}

static void tell_start(const struct kubelet *kubelet, const struct node *node)
{
    static const char *const states[] = {"NodeHasSufficientMemory", "NodeHasNoDiskPressure", "NodeHasSufficientPID", "NodeReady"};
    struct registry *registry = kubelet->options.registry;
    record_event(registry, node->object, NULL, "Normal", "Starting", "kubelet", node->name, "Starting kubelet.");
    for (size_t i = 0; i < sizeof states / sizeof states[0]; i++)
        record_event(registry, node->object, NULL, "Normal", states[i], "kubelet", node->name, "Node %s status is now: %s",
                     node->name, states[i]);
}

/* The first node answers where the API server does; each other one has an address of its own. */
static int name_node(struct kubelet *kubelet, int index, struct error *error)
{
    struct node *node = &kubelet->nodes[index];
    node->name = kubelet->options.node_count == 1 ? memory_copy_text(kubelet->options.node_name)
                                                  : memory_format("%s-%d", kubelet->options.node_name, index + 1);
    snprintf(node->address, sizeof node->address, "%s", address_of_server(kubelet->options.slice));
    kubelet->node_count = index + 1;
    if (index == 0)
        return 0;
    node->borrowed_address = address_take_pod(kubelet->options.slice, node->address, error) == 0;
    return node->borrowed_address ? 0 : -1;
}

static int register_node(struct kubelet *kubelet, int index, const struct utsname *about, struct error *error)
{
    AUTO_STATUS struct status status = {0};
    struct registry *registry = kubelet->options.registry;
    if (name_node(kubelet, index, error) < 0)
        return -1;
    struct node *node = &kubelet->nodes[index];
    writer_set("kubelet", false);
    if (registry_create(registry, RESOURCE_NODES, "", make_node(node, index, about), NULL, &status) < 0 && status.code != 409)
        return error_set(error, "cannot register the node %s: %s", node->name, status_message(&status));
    AUTO_JSON cJSON *wanted = make_status(kubelet, node, about);
    if (registry_mutate(registry, RESOURCE_NODES, "", node->name, SUBRESOURCE_STATUS, set_status, wanted, &node->object,
                        &status) < 0)
        return error_set(error, "cannot write the status of the node %s: %s", node->name, status_message(&status));
    node_lease_renew(kubelet, node);
    tell_start(kubelet, node);
    return 0;
}

int nodes_register(struct kubelet *kubelet, struct error *error)
{
    struct utsname about;
    uname(&about);
    for (int i = 0; i < kubelet->options.node_count; i++) {
        if (register_node(kubelet, i, &about, error) < 0)
            return -1;
    }
    return 0;
}

void nodes_release(struct kubelet *kubelet)
{
    for (int i = 0; i < kubelet->node_count; i++) {
        struct node *node = &kubelet->nodes[i];
        if (node->borrowed_address)
            address_return_pod(kubelet->options.slice, node->address);
        object_release(node->object);
        free(node->name);
    }
}

const struct node *node_find(const struct kubelet *kubelet, const char *name)
{
    for (int i = 0; i < kubelet->node_count; i++) {
        if (strcmp(kubelet->nodes[i].name, name) == 0)
            return &kubelet->nodes[i];
    }
    return NULL;
}

/* What a heartbeat renews. */
struct heartbeat {
    char time[CLOCK_TEXT_SIZE];
    const cJSON *images;
};

static bool set_heartbeat(cJSON *node, void *context)
{
    const struct heartbeat *heartbeat = context;
    cJSON *condition;
    cJSON_ArrayForEach (condition, json_get(node, "status", "conditions"))
        json_set_text(condition, "lastHeartbeatTime", heartbeat->time);
    json_set(json_object_at(node, "status"), "images", json_copy(heartbeat->images));
    return true;
}

/* A node whose object was deleted stays away until the next start, as a kubelet's does. */
void nodes_heartbeat(struct kubelet *kubelet)
{
    AUTO_JSON cJSON *images = list_images(kubelet);
    struct heartbeat heartbeat = {.images = images};
    clock_format_seconds(clock_wall(), heartbeat.time);
    for (int i = 0; i < kubelet->node_count; i++) {
        struct node *node = &kubelet->nodes[i];
        AUTO_STATUS struct status status = {0};
        if (node->lost)
            continue;
        if (registry_mutate(kubelet->options.registry, RESOURCE_NODES, "", node->name, SUBRESOURCE_STATUS, set_heartbeat,
                            &heartbeat, NULL, &status) == 0) {
            node_lease_renew(kubelet, node);
            continue;
        }
        node->lost = status.code == 404;
        log_warning("kubelet", "cannot write the heartbeat of the node %s: %s", node->name, status_message(&status));
    }
}
