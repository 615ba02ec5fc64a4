#include "cluster/controllers/scheduler_snapshot.h"

#include <stdlib.h>
#include <string.h>

#include "common/quantity.h"

static struct quantity allocatable(const cJSON *node, const char *resource)
{
    struct quantity quantity = {0};
    (void)quantity_parse(json_text(json_get(node, "status", "allocatable", resource), "0"), &quantity, NULL);
    return quantity;
}

static void add(struct pod_requests *sum, struct pod_requests requests, int sign)
{
    sum->cpu_millicores += sign * requests.cpu_millicores;
    sum->memory_bytes += sign * requests.memory_bytes;
    sum->storage_bytes += sign * requests.storage_bytes;
}

void snapshot_add_pod(struct scheduling_node *node, const struct object *pod)
{
    node->pods[node->pod_count++] = pod;
    add(&node->requested, pod_requests(object_tree(pod)), 1);
    add(&node->scored, pod_scored_requests(object_tree(pod)), 1);
}

void snapshot_remove_pod(struct scheduling_node *node, const struct object *pod)
{
    size_t i = 0;
    while (i < node->pod_count && node->pods[i] != pod)
        i++;
    if (i == node->pod_count)
        return;
    node->pods[i] = node->pods[--node->pod_count];
    add(&node->requested, pod_requests(object_tree(pod)), -1);
    add(&node->scored, pod_scored_requests(object_tree(pod)), -1);
}

static struct scheduling_node read_node(const struct view *view, const struct object *object)
{
    const cJSON *tree = object_tree(object);
    struct view_list pods = view_pods_of_node(view, object_name(object));
    struct scheduling_node node = {
        .object = object,
        .tree = tree,
        .allocatable = {.cpu_millicores = quantity_milli(allocatable(tree, "cpu")),
                        .memory_bytes = quantity_value(allocatable(tree, "memory")),
                        .storage_bytes = quantity_value(allocatable(tree, "ephemeral-storage"))},
        .most_pods = quantity_value(allocatable(tree, "pods")),
        .pods = memory_allocate(pods.count + 1, sizeof(struct object *)),
    };
    for (size_t i = 0; i < pods.count; i++) {
        if (!pod_is_terminal(object_tree(pods.objects[i])))
            snapshot_add_pod(&node, pods.objects[i]);
    }
    return node;
}

static int compare_names(const void *left, const void *right)
{
    return strcmp(object_name(((const struct scheduling_node *)left)->object),
                  object_name(((const struct scheduling_node *)right)->object));
}

void snapshot_take(struct snapshot *snapshot, const struct view *view)
{
    struct view_list nodes = view_all(view, RESOURCE_NODES, NULL);
    *snapshot = (struct snapshot){.view = view, .nodes = memory_allocate(nodes.count + 1, sizeof(struct scheduling_node))};
    for (size_t i = 0; i < nodes.count; i++)
        snapshot->nodes[snapshot->count++] = read_node(view, nodes.objects[i]);
    qsort(snapshot->nodes, snapshot->count, sizeof snapshot->nodes[0], compare_names);
}

void snapshot_release(struct snapshot *snapshot)
{
    for (size_t i = 0; i < snapshot->count; i++)
        free(snapshot->nodes[i].pods);
    free(snapshot->nodes);
    *snapshot = (struct snapshot){0};
}

static struct scheduling_node *find_node(struct snapshot *snapshot, const char *name)
{
    for (size_t i = 0; i < snapshot->count; i++) {
        if (strcmp(object_name(snapshot->nodes[i].object), name) == 0)
            return &snapshot->nodes[i];
    }
    return NULL;
}

void snapshot_keep_nominated(struct snapshot *snapshot, const struct object *pod)
{
    struct view_list waiting = view_pods_of_node(snapshot->view, "");
    for (size_t i = 0; i < waiting.count; i++) {
        const cJSON *tree = object_tree(waiting.objects[i]);
        const char *name = json_text(json_get(tree, "status", "nominatedNodeName"), "");
        struct scheduling_node *node = name[0] != '\0' ? find_node(snapshot, name) : NULL;
        if (node == NULL || waiting.objects[i] == pod || !pod_is_active(tree) ||
            pod_priority(tree) < pod_priority(object_tree(pod)))
            continue;
        add(&node->nominated, pod_requests(tree), 1);
        node->nominated_count++;
    }
}

const char *node_label(const cJSON *node, const char *key)
{
    return json_text(json_get(node, "metadata", "labels", key), NULL);
}
