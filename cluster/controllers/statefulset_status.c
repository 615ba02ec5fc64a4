#include <string.h>

#include "cluster/controllers/ownership.h"
#include "cluster/controllers/pod.h"
#include "cluster/controllers/stateful.h"

bool stateful_is_ready(const cJSON *pod)
{
    return strcmp(phase_of_pod(pod), "Running") == 0 && pod_is_ready(pod);
}

bool stateful_is_available(const struct stateful *stateful, const cJSON *pod)
{
    return stateful_is_ready(pod) && pod_is_available(pod, stateful->minimum, stateful->runtime->wall);
}

struct counts {
    int64_t replicas, ready, available, current, updated;
};

static struct counts count_pods(const struct stateful *stateful)
{
    struct counts counts = {0};
    for (size_t i = 0; i < stateful->pods.count; i++) {
        const cJSON *pod = object_tree(stateful->pods.objects[i]);
        counts.replicas++;
        counts.ready += stateful_is_ready(pod);
        counts.available += stateful_is_available(stateful, pod);
        if (is_being_deleted(pod))
            continue;
        counts.current += strcmp(stateful_pod_revision(pod), object_name(stateful->current)) == 0;
        counts.updated += strcmp(stateful_pod_revision(pod), object_name(stateful->update)) == 0;
    }
    return counts;
}

static void set_unless_zero(cJSON *status, const char *name, int64_t count)
{
    if (count != 0)
        json_set_integer(status, name, count);
}

/* Once every pod is of the new template and ready, that is the current one. */
static bool is_rolled_out(const struct stateful *stateful, const struct counts *counts)
{
    return strcmp(json_text(json_get(stateful->tree, "spec", "updateStrategy", "type"), ""), "RollingUpdate") == 0 &&
           counts->updated == counts->replicas && counts->ready == counts->replicas;
}

int stateful_write_status(const struct stateful *stateful, struct status *status)
{
    struct counts counts = count_pods(stateful);
    const struct object *current = stateful->current;
    if (is_rolled_out(stateful, &counts)) {
        counts.current = counts.updated;
        current = stateful->update;
    }
    cJSON *tree = cJSON_CreateObject();
    set_unless_zero(tree, "observedGeneration", json_integer(json_get(stateful->tree, "metadata", "generation"), 0));
    json_set_integer(tree, "replicas", counts.replicas);
    set_unless_zero(tree, "readyReplicas", counts.ready);
    set_unless_zero(tree, "currentReplicas", counts.current);
    set_unless_zero(tree, "updatedReplicas", counts.updated);
    json_set_text(tree, "currentRevision", object_name(current));
    json_set_text(tree, "updateRevision", object_name(stateful->update));
    json_set_integer(tree, "collisionCount", stateful->collisions);
    const cJSON *conditions = json_get(stateful->tree, "status", "conditions");
    if (conditions != NULL)
        json_set(tree, "conditions", json_copy(conditions));
    json_set_integer(tree, "availableReplicas", counts.available);
    return write_status(stateful->runtime, stateful->set, tree, status);
}
