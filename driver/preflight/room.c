#include <string.h>

#include "common/quantity.h"
#include "driver/preflight/checks.h"
#include "driver/preflight/workload.h"

/* Thousandths of a core. */
struct room {
    int64_t total;   /* left on all nodes that take pods */
    int64_t largest; /* left on one of them */
};

static bool is_over(const cJSON *pod)
{
    const char *phase = json_text(json_get(pod, "status", "phase"), "");
    return strcmp(phase, "Succeeded") == 0 || strcmp(phase, "Failed") == 0;
}

static int64_t asked_on(const cJSON *pods, const char *node)
{
    const cJSON *pod = NULL;
    int64_t sum = 0;
    cJSON_ArrayForEach (pod, json_get(pods, "items")) {
        if (strcmp(json_text(json_get(pod, "spec", "nodeName"), ""), node) == 0 && !is_over(pod))
            sum += pod_cpu_request(pod);
    }
    return sum;
}

static struct room find_room(const cJSON *nodes, const cJSON *pods)
{
    struct room room = {0};
    const cJSON *node = NULL;
    cJSON_ArrayForEach (node, json_get(nodes, "items")) {
        struct quantity allocatable = {0};
        if (!node_takes_pods(node) ||
            quantity_parse(json_text(json_get(node, "status", "allocatable", "cpu"), ""), &allocatable, NULL) != 0)
            continue;
        int64_t left = quantity_milli(allocatable) - asked_on(pods, workload_name(node));
        left = left > 0 ? left : 0;
        room.total += left;
        room.largest = left > room.largest ? left : room.largest;
    }
    return room;
}

static const cJSON *find_hpa(const struct preflight_variant *variant, const cJSON *workload)
{
    for (size_t i = 0; i < variant->object_count; i++) {
        if (strcmp(workload_kind(variant->objects[i]), "HorizontalPodAutoscaler") == 0 &&
            hpa_targets(variant->objects[i], workload))
            return variant->objects[i];
    }
    return NULL;
}

static double cores(int64_t milli)
{
    return (double)milli / 1000;
}

static void check_growth(const cJSON *hpa, int64_t each, int64_t left, struct obstacles *obstacles)
{
    int64_t most = json_integer(json_get(hpa, "spec", "maxReplicas"), 0);
    if (each == 0 || most * each <= left)
        return;
    obstacles_add(
        obstacles, false,
        "HPA \"%s\" may ask for %lld pods of %.3g CPU, and the nodes have %.3g CPU left for them: about %lld fit, the others "
        "stay Pending; add nodes, or make maxReplicas or the requests smaller",
        workload_name(hpa), (long long)most, cores(each), cores(left), (long long)(left / each));
}

void check_room(const cJSON *nodes, const cJSON *pods, const struct preflight_variant *variant, struct obstacles *obstacles)
{
    if (nodes == NULL || pods == NULL)
        return;
    struct room room = find_room(nodes, pods);
    int64_t start = 0;
    for (size_t i = 0; i < variant->object_count; i++) {
        const cJSON *object = variant->objects[i];
        int64_t each = pod_cpu_request(workload_template(object));
        start += each * workload_replicas(object);
        if (each > room.largest)
            obstacles_add(
                obstacles, true,
                "%s \"%s\" asks for %.3g CPU a pod, and no node has more than %.3g CPU left: make the request smaller, or "
                "the nodes larger",
                workload_kind(object), workload_name(object), cores(each), cores(room.largest));
    }
    if (start > room.total) {
        obstacles_add(
            obstacles, true,
            "the pods ask for %.3g CPU at the start, and the nodes have %.3g CPU left: remove other pods, add nodes, or "
            "make the requests smaller",
            cores(start), cores(room.total));
        return;
    }
    for (size_t i = 0; i < variant->object_count; i++) {
        const cJSON *object = variant->objects[i];
        const cJSON *hpa = workload_template(object) != NULL ? find_hpa(variant, object) : NULL;
        int64_t each = pod_cpu_request(workload_template(object));
        if (hpa != NULL)
            check_growth(hpa, each, room.total - start + each * workload_replicas(object), obstacles);
    }
}
