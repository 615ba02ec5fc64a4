#include "driver/cli/cluster_overview.h"

#include <stdio.h>
#include <string.h>

#include "common/clock.h"
#include "common/json.h"
#include "kube/kube.h"

#define ANSWER_DEADLINE (10 * NANOSECONDS_PER_SECOND)

static const char *ready_text(const cJSON *node)
{
    const cJSON *condition = NULL;
    cJSON_ArrayForEach (condition, json_get(node, "status", "conditions")) {
        if (strcmp(json_text(json_get(condition, "type"), ""), "Ready") == 0)
            return strcmp(json_text(json_get(condition, "status"), ""), "True") == 0 ? "Ready" : "NotReady";
    }
    return "NotReady";
}

static bool is_at(const cJSON *pod, const char *node)
{
    const char *phase = json_text(json_get(pod, "status", "phase"), "");
    return strcmp(json_text(json_get(pod, "spec", "nodeName"), ""), node) == 0 && strcmp(phase, "Succeeded") != 0 &&
           strcmp(phase, "Failed") != 0;
}

static void print_nodes(const cJSON *nodes, const cJSON *pods)
{
    const cJSON *node = NULL;
    (void)printf("Nodes:\n");
    cJSON_ArrayForEach (node, nodes) {
        const char *name = json_text(json_get(node, "metadata", "name"), "");
        const cJSON *allocatable = json_get(node, "status", "allocatable");
        const cJSON *pod = NULL;
        int count = 0;
        cJSON_ArrayForEach (pod, pods)
            count += is_at(pod, name);
        (void)printf("  %-10s %s%s, cpu %s, memory %s, %d %s\n", name, ready_text(node),
                     json_boolean(json_get(node, "spec", "unschedulable"), false) ? ",SchedulingDisabled" : "",
                     json_text(json_get(allocatable, "cpu"), "?"), json_text(json_get(allocatable, "memory"), "?"), count,
                     count == 1 ? "pod" : "pods");
    }
}

/* How many pods of each phase, by namespace: {"default": {"Running": 3}}, in the order of the list. */
static cJSON *count_phases(const cJSON *pods)
{
    cJSON *counts = cJSON_CreateObject();
    const cJSON *pod = NULL;
    cJSON_ArrayForEach (pod, pods) {
        cJSON *phases = json_object_at(counts, json_text(json_get(pod, "metadata", "namespace"), ""));
        const char *phase = json_get(pod, "metadata", "deletionTimestamp") != NULL
                                ? "Terminating"
                                : json_text(json_get(pod, "status", "phase"), "?");
        json_set_integer(phases, phase, json_integer(cJSON_GetObjectItemCaseSensitive(phases, phase), 0) + 1);
    }
    return counts;
}

static void print_pods(const cJSON *pods)
{
    AUTO_JSON cJSON *counts = count_phases(pods);
    const cJSON *namespace = NULL;
    (void)printf("Pods:\n");
    cJSON_ArrayForEach (namespace, counts) {
        const cJSON *phase = NULL;
        const char *between = "";
        (void)printf("  %-20s ", namespace->string);
        cJSON_ArrayForEach (phase, namespace) {
            (void)printf("%s%ld %s", between, (long)json_integer(phase, 0), phase->string);
            between = ", ";
        }
        (void)printf("\n");
    }
}

int cluster_overview_print(const char *kubeconfig, struct error *error)
{
    AUTO_KUBE_ANSWER struct kube_answer nodes = {0};
    AUTO_KUBE_ANSWER struct kube_answer pods = {0};
    struct kube_client *client = kube_open(kubeconfig, NULL, error);
    if (client == NULL)
        return -1;
    int result = kube_request(client, "GET", "/api/v1/nodes", NULL, NULL, ANSWER_DEADLINE, &nodes, error);
    if (result == 0)
        result = kube_request(client, "GET", "/api/v1/pods", NULL, NULL, ANSWER_DEADLINE, &pods, error);
    kube_close(client);
    if (result < 0)
        return -1;
    print_nodes(json_get(nodes.body, "items"), json_get(pods.body, "items"));
    print_pods(json_get(pods.body, "items"));
    return 0;
}
