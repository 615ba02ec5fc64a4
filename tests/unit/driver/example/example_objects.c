#include "tests/unit/driver/example/example_objects.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/clock.h"

static cJSON *parse(char *text_take)
{
    AUTO_FREE char *text = text_take;
    struct error error = ERROR_NONE;
    cJSON *tree = json_parse(text, strlen(text), &error);
    if (tree == NULL) {
        fprintf(stderr, "example objects: %s in %s\n", error.text, text);
        exit(1);
    }
    return tree;
}

static const char *yes_no(bool value)
{
    return value ? "True" : "False";
}

static void add_statuses(cJSON *pod, const struct pod_state *state, const char *created)
{
    AUTO_FREE char *running = memory_format("{\"running\":{\"startedAt\":\"%s\"}}", created);
    const char *container = state->terminated ? "{\"terminated\":{\"exitCode\":0}}"
                            : state->running  ? running
                                              : "{\"waiting\":{\"reason\":\"ContainerCreating\"}}";
    json_set(pod, "status",
             parse(memory_format(
                 "{\"phase\":\"%s\",\"conditions\":[{\"type\":\"PodScheduled\",\"status\":\"%s\",\"lastTransitionTime\":\"%s\"},"
                 "{\"type\":\"Initialized\",\"status\":\"%s\",\"lastTransitionTime\":\"%s\"},"
                 "{\"type\":\"Ready\",\"status\":\"%s\",\"lastTransitionTime\":\"%s\"}],"
                 "\"containerStatuses\":[{\"name\":\"webapp\",\"ready\":%s,\"restartCount\":0,\"state\":%s}]}",
                 state->terminated ? "Succeeded"
                 : state->running  ? "Running"
                                   : "Pending",
                 yes_no(state->scheduled), created, yes_no(state->scheduled), created, yes_no(state->ready), created,
                 state->ready ? "true" : "false", container)));
}

cJSON *example_pod(const struct pod_state *state)
{
    char created[CLOCK_TEXT_SIZE];
    clock_format_seconds(state->created_wall, created);
    cJSON *pod =
        parse(memory_format("{\"kind\":\"Pod\",\"apiVersion\":\"v1\",\"metadata\":{\"name\":\"%s\",\"namespace\":\"default\","
                            "\"uid\":\"00000000-0000-4000-8000-%012d\","
                            "\"creationTimestamp\":\"%s\",\"labels\":{\"app\":\"webapp\"},\"ownerReferences\":[{\"apiVersion\":"
                            "\"apps/v1\",\"kind\":\"ReplicaSet\","
                            "\"name\":\"webapp-7d9c5b\",\"controller\":true}]},\"spec\":{\"containers\":[{\"name\":\"webapp\","
                            "\"resources\":{\"requests\":{\"cpu\":\"100m\"}}%s}]}}",
                            state->name, state->number, created,
                            state->probe ? ",\"readinessProbe\":{\"httpGet\":{\"path\":\"/readyz\",\"port\":8080}}" : ""));
    if (state->deleting)
        json_set_text(json_get(pod, "metadata"), "deletionTimestamp", created);
    add_statuses(pod, state, created);
    return pod;
}

cJSON *example_slice(const struct pod_state *states, size_t count)
{
    cJSON *slice = parse(memory_format("{\"kind\":\"EndpointSlice\",\"metadata\":{\"name\":\"webapp-abc12\"},\"endpoints\":[]}"));
    for (size_t index = 0; index < count; index++) {
        const struct pod_state *state = &states[index];
        cJSON_AddItemToArray(
            json_get(slice, "endpoints"),
            parse(
                memory_format("{\"addresses\":[\"127.64.0.%d\"],\"conditions\":{\"ready\":%s,\"serving\":%s,\"terminating\":%s},"
                              "\"targetRef\":{\"kind\":\"Pod\",\"name\":\"%s\"}}",
                              state->number + 1, state->ready && !state->deleting ? "true" : "false",
                              state->ready ? "true" : "false", state->deleting ? "true" : "false", state->name)));
    }
    return slice;
}

cJSON *example_event(const char *kind, const char *name, const char *reason, const char *message, const char *type)
{
    cJSON *event =
        parse(memory_format("{\"kind\":\"Event\",\"involvedObject\":{\"kind\":\"%s\",\"name\":\"%s\"},\"count\":1}", kind, name));
    json_set_text(event, "reason", reason);
    json_set_text(event, "message", message);
    json_set_text(event, "type", type);
    return event;
}

static cJSON *hpa_conditions(const struct hpa_state *state)
{
    if (state->utilization < 0 && *state->reason == '\0')
        return cJSON_CreateArray();
    bool known = state->utilization >= 0;
    return parse(memory_format(
        "[{\"type\":\"AbleToScale\",\"status\":\"True\",\"reason\":\"%s\",\"message\":\"\"},"
        "{\"type\":\"ScalingActive\",\"status\":\"%s\",\"reason\":\"%s\",\"message\":\"%s\"}]",
        known ? "ReadyForNewScale" : "SucceededGetScale", yes_no(known), known ? "ValidMetricFound" : state->reason,
        known ? "the HPA was able to successfully calculate a replica count from cpu resource utilization (percentage of request)"
              : "the HPA was unable to compute the replica count: failed to get cpu utilization: did not receive metrics for "
                "targeted pods (pods might be unready)"));
}

cJSON *example_hpa(const struct hpa_state *state)
{
    cJSON *hpa = parse(memory_format("{\"kind\":\"HorizontalPodAutoscaler\",\"apiVersion\":\"autoscaling/"
                                     "v2\",\"metadata\":{\"name\":\"webapp\"},\"spec\":{\"scaleTargetRef\":{"
                                     "\"kind\":\"Deployment\",\"name\":\"webapp\"},\"minReplicas\":1,\"maxReplicas\":10,"
                                     "\"metrics\":[{\"type\":\"Resource\",\"resource\":{"
                                     "\"name\":\"cpu\",\"target\":{\"type\":\"Utilization\",\"averageUtilization\":50}}}]},"
                                     "\"status\":{\"currentReplicas\":%d,\"desiredReplicas\":%d}}",
                                     state->current, state->desired));
    cJSON *metrics =
        state->utilization >= 0
            ? parse(memory_format("[{\"type\":\"Resource\",\"resource\":{\"name\":\"cpu\",\"current\":{\"averageValue\":\"%dm\","
                                  "\"averageUtilization\":%d}}}]",
                                  state->utilization, state->utilization))
            : parse(memory_format("[{\"type\":\"\"}]"));
    json_set(json_get(hpa, "status"), "currentMetrics", metrics);
    json_set(json_get(hpa, "status"), "conditions", hpa_conditions(state));
    return hpa;
}

cJSON *example_deployment(int replicas)
{
    return parse(
        memory_format("{\"kind\":\"Deployment\",\"metadata\":{\"name\":\"webapp\"},\"spec\":{\"replicas\":%d}}", replicas));
}

cJSON *example_usage(int64_t wall, int window_seconds, const struct usage_item *items, size_t count)
{
    char timestamp[CLOCK_TEXT_SIZE];
    clock_format_seconds(wall, timestamp);
    cJSON *list = parse(memory_format("{\"kind\":\"PodMetricsList\",\"items\":[]}"));
    for (size_t index = 0; index < count; index++)
        cJSON_AddItemToArray(
            json_get(list, "items"),
            parse(memory_format(
                "{\"metadata\":{\"name\":\"%s\"},\"timestamp\":\"%s\",\"window\":\"%ds\",\"containers\":[{\"name\":\"webapp\","
                "\"usage\":{\"cpu\":\"%lldn\",\"memory\":\"4Mi\"}}]}",
                items[index].pod, timestamp, window_seconds, (long long)(items[index].millicores * 1e6))));
    return list;
}
