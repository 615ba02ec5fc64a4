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

int64_t pod_priority(const cJSON *pod)
{
    return json_integer(json_get(pod, "spec", "priority"), 0);
}

/* The request of a container, `minimum` when it has none. */
static struct quantity container_request(const cJSON *container, const char *resource, struct quantity minimum)
{
    struct quantity quantity = minimum;
    const char *text = json_text(json_get(container, "resources", "requests", resource), NULL);
    if (text != NULL)
        (void)quantity_parse(text, &quantity, NULL);
    return quantity;
}

static struct quantity larger(struct quantity left, struct quantity right)
{
    return quantity_compare(left, right) > 0 ? left : right;
}

/* Init containers run one after the other; those that restart always stay beside all that come later. */
static struct quantity containers_request(const cJSON *spec, const char *resource, struct quantity minimum)
{
    struct quantity sum = {0}, sidecars = {0}, start = {0};
    const cJSON *container = NULL;
    cJSON_ArrayForEach (container, json_get(spec, "containers"))
        sum = quantity_add(sum, container_request(container, resource, minimum));
    cJSON_ArrayForEach (container, json_get(spec, "initContainers")) {
        struct quantity with = quantity_add(sidecars, container_request(container, resource, minimum));
        if (strcmp(json_text(json_get(container, "restartPolicy"), ""), "Always") == 0)
            sidecars = with;
        start = larger(start, with);
    }
    return larger(quantity_add(sum, sidecars), start);
}

static struct quantity request_of(const cJSON *pod, const char *resource, struct quantity minimum)
{
    const cJSON *spec = json_get(pod, "spec");
    const cJSON *of_pod = json_get(spec, "resources", "requests", resource);
    struct quantity overhead = {0};
    struct quantity sum =
        of_pod != NULL ? container_request(spec, resource, minimum) : containers_request(spec, resource, minimum);
    if (quantity_parse(json_text(json_get(spec, "overhead", resource), "0"), &overhead, NULL) == 0)
        sum = quantity_add(sum, overhead);
    return sum;
}

static struct pod_requests all_requests(const cJSON *pod, struct quantity least_cpu, struct quantity least_memory)
{
    const struct quantity nothing = {0};
    return (struct pod_requests){
        .cpu_millicores = quantity_milli(request_of(pod, "cpu", least_cpu)),
        .memory_bytes = quantity_value(request_of(pod, "memory", least_memory)),
        .storage_bytes = quantity_value(request_of(pod, "ephemeral-storage", nothing)),
    };
}

struct pod_requests pod_requests(const cJSON *pod)
{
    const struct quantity nothing = {0};
    return all_requests(pod, nothing, nothing);
}

struct pod_requests pod_scored_requests(const cJSON *pod)
{
    return all_requests(pod, quantity_from_milli(100, QUANTITY_DECIMAL_SI),
                        quantity_from_value(INT64_C(200) * 1024 * 1024, QUANTITY_BINARY_SI));
}

int64_t pod_request_of(const cJSON *pod, const char *resource)
{
    const struct quantity nothing = {0};
    return quantity_value(request_of(pod, resource, nothing));
}
