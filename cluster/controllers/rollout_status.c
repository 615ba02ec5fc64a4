#include "cluster/controllers/rollout_status.h"

#include <string.h>

#include "cluster/controllers/conditions.h"
#include "common/clock.h"

struct counts {
    int64_t replicas, updated, ready, available, terminating;
};

static struct counts count(const struct rollout *rollout)
{
    struct counts counts = {0};
    for (size_t i = 0; i < rollout->count; i++) {
        const struct replica_set *set = &rollout->sets[i];
        counts.replicas += set->replicas;
        counts.ready += set->ready;
        counts.available += set->available;
        counts.terminating += set->terminating;
    }
    counts.updated = rollout->newest != NULL ? rollout->newest->replicas : 0;
    return counts;
}

static struct counts counted_before(const struct rollout *rollout)
{
    const cJSON *status = json_get(rollout->tree, "status");
    return (struct counts){
        .replicas = json_integer(json_get(status, "replicas"), 0),
        .updated = json_integer(json_get(status, "updatedReplicas"), 0),
        .ready = json_integer(json_get(status, "readyReplicas"), 0),
        .available = json_integer(json_get(status, "availableReplicas"), 0),
    };
}

static void set_unless_zero(cJSON *status, const char *name, int64_t value)
{
    if (value != 0)
        json_set_integer(status, name, value);
}

static void put_availability(const struct rollout *rollout, const struct counts *counts, cJSON *status)
{
    bool enough = counts->available >= rollout->replicas - rollout->unavailable;
    condition_put(
        status,
        condition_make("Available", enough ? "True" : "False", enough ? "MinimumReplicasAvailable" : "MinimumReplicasUnavailable",
                       enough ? "Deployment has minimum availability." : "Deployment does not have minimum availability.", true,
                       rollout->runtime->wall));
}

static cJSON *make_status(const struct rollout *rollout, const struct counts *counts)
{
    const cJSON *present = json_get(rollout->tree, "status");
    int64_t unavailable = rollout_wanted(rollout) - counts->available;
    cJSON *status = cJSON_CreateObject();
    set_unless_zero(status, "observedGeneration", json_integer(json_get(rollout->tree, "metadata", "generation"), 0));
    set_unless_zero(status, "replicas", counts->replicas);
    set_unless_zero(status, "updatedReplicas", counts->updated);
    set_unless_zero(status, "readyReplicas", counts->ready);
    set_unless_zero(status, "availableReplicas", counts->available);
    set_unless_zero(status, "unavailableReplicas", unavailable > 0 ? unavailable : 0);
    json_set_integer(status, "terminatingReplicas", counts->terminating);
    const cJSON *conditions = json_get(present, "conditions");
    if (conditions != NULL)
        json_set(status, "conditions", json_copy(conditions));
    if (json_get(present, "collisionCount") != NULL)
        json_set(status, "collisionCount", json_copy(json_get(present, "collisionCount")));
    put_availability(rollout, counts, status);
    return status;
}

static bool is_complete(const struct rollout *rollout, const struct counts *counts)
{
    return counts->updated == rollout->replicas && counts->replicas == rollout->replicas &&
           counts->available == rollout->replicas;
}

bool rollout_is_complete(const struct rollout *rollout)
{
    struct counts counts = count(rollout);
    return is_complete(rollout, &counts);
}

static bool has_progressed(const struct rollout *rollout, const struct counts *now)
{
    struct counts before = counted_before(rollout);
    return now->updated > before.updated || now->replicas - now->updated < before.replicas - before.updated ||
           now->ready > before.ready || now->available > before.available;
}

static bool has_timed_out(const struct rollout *rollout, const cJSON *progressing)
{
    if (progressing == NULL || condition_has_reason(progressing, "NewReplicaSetAvailable"))
        return false;
    if (condition_has_reason(progressing, "ProgressDeadlineExceeded"))
        return true;
    int64_t end = condition_time(progressing, "lastUpdateTime") + rollout->deadline * NANOSECONDS_PER_SECOND;
    return end < rollout->runtime->wall;
}

static cJSON *make_progress(const struct rollout *rollout, const char *value, const char *reason, const char *what)
{
    AUTO_FREE char *message = rollout->newest != NULL
                                  ? memory_format("ReplicaSet \"%s\" %s", object_name(rollout->newest->object), what)
                                  : memory_format("Deployment \"%s\" %s", object_name(rollout->deployment), what);
    return condition_make("Progressing", value, reason, message, true, rollout->runtime->wall);
}

static void put_progress(const struct rollout *rollout, const struct counts *counts, cJSON *status)
{
    const cJSON *progressing = condition_find(status, "Progressing");
    if (counts->replicas == counts->updated && condition_has_reason(progressing, "NewReplicaSetAvailable"))
        return;
    if (is_complete(rollout, counts)) {
        condition_put(status, make_progress(rollout, "True", "NewReplicaSetAvailable", "has successfully progressed."));
    } else if (has_progressed(rollout, counts)) {
        cJSON *condition = make_progress(rollout, "True", "ReplicaSetUpdated", "is progressing.");
        if (condition_is(progressing, "True"))
            json_set_text(condition, "lastTransitionTime", json_text(json_get(progressing, "lastTransitionTime"), ""));
        condition_remove(status, "Progressing");
        condition_put(status, condition);
    } else if (has_timed_out(rollout, progressing)) {
        condition_put(status, make_progress(rollout, "False", "ProgressDeadlineExceeded", "has timed out progressing."));
    }
}

/* A ReplicaSet that cannot make its pods. */
static void put_failure(const struct rollout *rollout, cJSON *status)
{
    const cJSON *failure = NULL;
    if (rollout->newest != NULL)
        failure = condition_find(json_get(rollout->newest->tree, "status"), "ReplicaFailure");
    for (size_t i = 0; i < rollout->count && failure == NULL; i++) {
        if (rollout->sets[i].wanted > 0)
            failure = condition_find(json_get(rollout->sets[i].tree, "status"), "ReplicaFailure");
    }
    if (failure == NULL) {
        condition_remove(status, "ReplicaFailure");
        return;
    }
    condition_put(status, condition_make("ReplicaFailure", json_text(json_get(failure, "status"), "True"),
                                         json_text(json_get(failure, "reason"), ""), json_text(json_get(failure, "message"), ""),
                                         true, rollout->runtime->wall));
}

/* Nothing announces that the deadline is over. */
static void wait_for_deadline(const struct rollout *rollout, const struct counts *counts, const cJSON *status)
{
    const cJSON *progressing = condition_find(status, "Progressing");
    if (progressing == NULL || is_complete(rollout, counts) || condition_has_reason(progressing, "ProgressDeadlineExceeded") ||
        condition_has_reason(progressing, "NewReplicaSetAvailable"))
        return;
    int64_t end = condition_time(progressing, "lastUpdateTime") + (rollout->deadline + 1) * NANOSECONDS_PER_SECOND;
    int64_t wait = end - rollout->runtime->wall;
    controller_enqueue_after(rollout->controller, rollout->key, wait > 0 ? wait : NANOSECONDS_PER_SECOND);
}

int rollout_write_status(const struct rollout *rollout, struct status *status)
{
    struct counts counts = count(rollout);
    cJSON *new_status = make_status(rollout, &counts);
    if (rollout->deadline > 0)
        put_progress(rollout, &counts, new_status);
    else
        condition_remove(new_status, "Progressing");
    put_failure(rollout, new_status);
    if (rollout->deadline > 0)
        wait_for_deadline(rollout, &counts, new_status);
    return write_status(rollout->runtime, rollout->deployment, new_status, status);
}

int rollout_write_counts(const struct rollout *rollout, struct status *status)
{
    struct counts counts = count(rollout);
    return write_status(rollout->runtime, rollout->deployment, make_status(rollout, &counts), status);
}

static int write_progressing(const struct rollout *rollout, cJSON *condition_take, struct status *status)
{
    cJSON *new_status = json_copy(json_get(rollout->tree, "status"));
    if (!cJSON_IsObject(new_status)) {
        cJSON_Delete(new_status);
        new_status = cJSON_CreateObject();
    }
    condition_put(new_status, condition_take);
    return write_status(rollout->runtime, rollout->deployment, new_status, status);
}

int rollout_write_created(const struct rollout *rollout, const char *set_name, struct status *status)
{
    if (rollout->deadline == 0)
        return 0;
    AUTO_FREE char *message = memory_format("Created new replica set \"%s\"", set_name);
    return write_progressing(
        rollout, condition_make("Progressing", "True", "NewReplicaSetCreated", message, true, rollout->runtime->wall), status);
}

int rollout_write_paused(const struct rollout *rollout, bool *wrote, struct status *status)
{
    const cJSON *progressing = condition_find(json_get(rollout->tree, "status"), "Progressing");
    bool shown = condition_has_reason(progressing, "DeploymentPaused");
    *wrote = false;
    if (rollout->deadline == 0 || shown == rollout->paused || condition_has_reason(progressing, "ProgressDeadlineExceeded"))
        return 0;
    *wrote = true;
    return write_progressing(rollout,
                             condition_make("Progressing", "Unknown", rollout->paused ? "DeploymentPaused" : "DeploymentResumed",
                                            rollout->paused ? "Deployment is paused" : "Deployment is resumed", true,
                                            rollout->runtime->wall),
                             status);
}
