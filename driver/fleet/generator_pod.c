#include "driver/fleet/generator_pod.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kube/pod.h"

#define INDEX_LABEL "batch.kubernetes.io/job-completion-index"

static void say(struct generator_pod *read, enum generator_pod_state state, const char *reason, const char *message)
{
    read->state = state;
    (void)snprintf(read->reason, sizeof read->reason, "%.80s%s%.300s", reason, message[0] != '\0' ? ": " : "", message);
}

static const cJSON *condition_of(const cJSON *pod, const char *type)
{
    const cJSON *condition = NULL;
    cJSON_ArrayForEach (condition, json_get(pod, "status", "conditions"))
        if (strcmp(json_text(json_get(condition, "type"), ""), type) == 0)
            return condition;
    return NULL;
}

/* Reasons of a waiting container that do not go away by waiting. */
static bool is_stuck(const char *reason)
{
    static const char *const reasons[] = {"ErrImagePull",      "ImagePullBackOff",           "ErrImageNeverPull",
                                          "InvalidImageName",  "ImageInspectError",          "RegistryUnavailable",
                                          "CrashLoopBackOff",  "CreateContainerConfigError", "CreateContainerError",
                                          "RunContainerError", "SignatureValidationFailed"};
    for (size_t i = 0; i < sizeof reasons / sizeof reasons[0]; i++)
        if (strcmp(reasons[i], reason) == 0)
            return true;
    return false;
}

static void say_terminated(struct generator_pod *read, enum generator_pod_state state, const cJSON *terminated)
{
    char text[GENERATOR_POD_REASON_SIZE];
    const char *reason = json_text(json_get(terminated, "reason"), "Error");
    const char *message = json_text(json_get(terminated, "message"), "");
    long long code = (long long)json_integer(json_get(terminated, "exitCode"), 0);
    (void)snprintf(text, sizeof text, "exit status %lld%s%.300s", code, message[0] != '\0' ? ", " : "", message);
    text[strcspn(text, "\n")] = '\0';
    say(read, state, reason, text);
}

/* True when the container tells what the pod is at. */
static bool read_container(const cJSON *container, struct generator_pod *read)
{
    const cJSON *terminated = json_get(container, "state", "terminated");
    const cJSON *before = json_get(container, "lastState", "terminated");
    const char *reason = json_text(json_get(container, "state", "waiting", "reason"), "");
    read->restarts = (int)json_integer(json_get(container, "restartCount"), 0);
    if (terminated != NULL) {
        say_terminated(read, GENERATOR_POD_ENDED, terminated);
        return true;
    }
    if (!is_stuck(reason))
        return false;
    if (strcmp(reason, "CrashLoopBackOff") == 0 && before != NULL)
        say_terminated(read, GENERATOR_POD_STUCK, before);
    else
        say(read, GENERATOR_POD_STUCK, reason, json_text(json_get(container, "state", "waiting", "message"), ""));
    return true;
}

/* Why it was ended by others: DisruptionTarget says it where somebody told (preemption, eviction, taints). */
static void say_deleted(const cJSON *pod, struct generator_pod *read)
{
    const cJSON *target = condition_of(pod, "DisruptionTarget");
    if (target != NULL)
        say(read, GENERATOR_POD_LEAVING, json_text(json_get(target, "reason"), "Disrupted"),
            json_text(json_get(target, "message"), ""));
    else
        say(read, GENERATOR_POD_LEAVING, "its pod was deleted", "");
}

static bool has_ended(const cJSON *pod)
{
    const char *phase = json_text(json_get(pod, "status", "phase"), "");
    return strcmp(phase, "Failed") == 0 || strcmp(phase, "Succeeded") == 0;
}

static void read_state(const cJSON *pod, struct generator_pod *read)
{
    const cJSON *scheduled = condition_of(pod, "PodScheduled");
    const cJSON *container = cJSON_GetArrayItem(json_get(pod, "status", "containerStatuses"), 0);
    const char *reason = json_text(json_get(pod, "status", "reason"), "");
    if (has_ended(pod) && reason[0] != '\0')
        say(read, GENERATOR_POD_ENDED, reason, json_text(json_get(pod, "status", "message"), ""));
    else if (read_container(container, read))
        return;
    else if (has_ended(pod))
        say(read, GENERATOR_POD_ENDED, json_text(json_get(pod, "status", "phase"), ""), "");
    else if (json_get(pod, "metadata", "deletionTimestamp") != NULL)
        say_deleted(pod, read);
    else if (pod_takes_work(pod))
        say(read, GENERATOR_POD_READY, "", "");
    else if (strcmp(json_text(json_get(scheduled, "reason"), ""), "Unschedulable") == 0)
        say(read, GENERATOR_POD_UNSCHEDULABLE, "Pending", json_text(json_get(scheduled, "message"), ""));
    else
        say(read, GENERATOR_POD_WAITING, read->node[0] == '\0' ? "Pending" : "not ready yet",
            json_text(json_get(container, "state", "waiting", "reason"), ""));
}

void generator_pod_read(const cJSON *pod, struct generator_pod *read)
{
    const char *index = json_text(json_get(pod, "metadata", "labels", INDEX_LABEL), "");
    if (index[0] == '\0') /* before Kubernetes 1.28 it was an annotation alone */
        index = json_text(json_get(pod, "metadata", "annotations", INDEX_LABEL), "");
    *read = (struct generator_pod){.index = index[0] != '\0' ? (int)strtol(index, NULL, 10) : -1};
    (void)snprintf(read->name, sizeof read->name, "%s", json_text(json_get(pod, "metadata", "name"), ""));
    (void)snprintf(read->node, sizeof read->node, "%s", json_text(json_get(pod, "spec", "nodeName"), ""));
    (void)snprintf(read->uid, sizeof read->uid, "%s", json_text(json_get(pod, "metadata", "uid"), ""));
    read_state(pod, read);
}
