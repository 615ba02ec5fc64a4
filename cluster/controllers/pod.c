#include "cluster/controllers/pod.h"

#include <string.h>

#include "cluster/controllers/conditions.h"
#include "cluster/controllers/ownership.h"
#include "common/clock.h"
#include "common/quantity.h"

const char *phase_of_pod(const cJSON *pod)
{
    return json_text(json_get(pod, "status", "phase"), "");
}

const char *node_of_pod(const cJSON *pod)
{
    return json_text(json_get(pod, "spec", "nodeName"), "");
}

bool pod_is_terminal(const cJSON *pod)
{
    const char *phase = phase_of_pod(pod);
    return strcmp(phase, "Succeeded") == 0 || strcmp(phase, "Failed") == 0;
}

bool pod_is_active(const cJSON *pod)
{
    return !pod_is_terminal(pod) && !is_being_deleted(pod);
}

bool pod_is_ready(const cJSON *pod)
{
    return condition_is(condition_find(json_get(pod, "status"), "Ready"), "True");
}

int64_t pod_ready_transition(const cJSON *pod)
{
    return condition_time(condition_find(json_get(pod, "status"), "Ready"), "lastTransitionTime");
}

bool pod_is_available(const cJSON *pod, int64_t min_ready_seconds, int64_t wall)
{
    if (!pod_is_ready(pod))
        return false;
    if (min_ready_seconds == 0)
        return true;
    int64_t since = pod_ready_transition(pod);
    return since != 0 && since + min_ready_seconds * NANOSECONDS_PER_SECOND <= wall;
}

static struct quantity container_request(const cJSON *container, const char *resource)
{
    struct quantity quantity = {0};
    (void)quantity_parse(json_text(json_get(container, "resources", "requests", resource), "0"), &quantity, NULL);
    return quantity;
}

static struct quantity requests_of(const cJSON *pod, const char *resource)
{
    struct quantity sum = {0};
    const cJSON *container = NULL;
    cJSON_ArrayForEach (container, json_get(pod, "spec", "containers"))
        sum = quantity_add(sum, container_request(container, resource));
    cJSON_ArrayForEach (container, json_get(pod, "spec", "initContainers")) {
        struct quantity request = container_request(container, resource);
        if (quantity_compare(request, sum) > 0)
            sum = request;
    }
    return sum;
}

struct pod_requests pod_requests(const cJSON *pod)
{
    return (struct pod_requests){
        .cpu_millicores = quantity_milli(requests_of(pod, "cpu")),
        .memory_bytes = quantity_value(requests_of(pod, "memory")),
    };
}
