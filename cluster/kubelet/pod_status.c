/* The status of a pod as Kubernetes shows it. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cluster/kubelet/image.h"
#include "cluster/kubelet/pod.h"
#include "common/buffer.h"
#include "common/clock.h"

#define LONGEST_MESSAGE (64 * 1024)
#define MOST_GROUPS 64

static const char *const condition_names[CONDITION_COUNT] = {"PodReadyToStartContainers", "Initialized", "Ready",
                                                             "ContainersReady"};

static const char *phase_of_ended(const struct pod *pod)
{
    int ended = 0, good = 0;
    for (int i = 0; i < pod->count; i++) {
        const struct container *container = &pod->containers[i];
        if (container->init && !is_sidecar(container) && !init_is_done(container))
            return "Failed";
        if (container->init)
            continue;
        ended += container->state == CONTAINER_TERMINATED || container->last_state != NULL;
        good += container->state == CONTAINER_TERMINATED && container->exit_code == 0;
    }
    return good == pod->count - pod->init_count && ended > 0 ? "Succeeded" : "Failed";
}

static const char *pod_phase(const struct pod *pod)
{
    int running = 0, waiting = 0, stopped = 0;
    if (pod->ended)
        return phase_of_ended(pod);
    for (int i = 0; i < pod->count; i++) {
        const struct container *container = &pod->containers[i];
        if (container->init && !init_is_done(container))
            return "Pending";
        if (container->init)
            continue;
        running += container->state == CONTAINER_RUNNING;
        waiting += container->state == CONTAINER_WAITING && container->last_state == NULL;
        stopped +=
            container->state != CONTAINER_RUNNING && !(container->state == CONTAINER_WAITING && container->last_state == NULL);
    }
    if (waiting > 0)
        return "Pending";
    return running > 0 || stopped > 0 ? "Running" : "Pending";
}

static void set_time(cJSON *object, const char *key, int64_t wall)
{
    char text[CLOCK_TEXT_SIZE];
    json_set_text(object, key, clock_format_seconds(wall, text));
}

static char *full_identity(const struct container *container)
{
    return memory_format("hpalab://%s", container->id);
}

cJSON *container_terminated_state(const struct container *container)
{
    cJSON *terminated = cJSON_CreateObject();
    json_set_integer(terminated, "exitCode", container->exit_code);
    json_set_text(terminated, "reason", container->end_reason);
    if (container->end_message != NULL)
        json_set_text(terminated, "message", container->end_message);
    set_time(terminated, "startedAt", container->started_wall);
    set_time(terminated, "finishedAt", container->finished_wall);
    AUTO_FREE char *identity = full_identity(container);
    json_set_text(terminated, "containerID", identity);
    return terminated;
}

static cJSON *present_state(const struct container *container)
{
    cJSON *state = cJSON_CreateObject();
    if (container->state == CONTAINER_WAITING || container->post_start != NULL) {
        cJSON *waiting = json_object_at(state, "waiting");
        json_set_text(waiting, "reason", container->waiting_reason);
        if (container->waiting_message != NULL)
            json_set_text(waiting, "message", container->waiting_message);
    } else if (container->state == CONTAINER_RUNNING) {
        set_time(json_object_at(state, "running"), "startedAt", container->started_wall);
    } else {
        json_set(state, "terminated", container_terminated_state(container));
    }
    return state;
}

static void add_mounts(cJSON *status, const struct container *container)
{
    const cJSON *mounts = json_get(container->spec, "volumeMounts");
    const cJSON *mount;
    cJSON_ArrayForEach (mount, mounts) {
        cJSON *shown = cJSON_CreateObject();
        json_set_text(shown, "name", json_text(json_get(mount, "name"), ""));
        json_set_text(shown, "mountPath", json_text(json_get(mount, "mountPath"), ""));
        if (json_boolean(json_get(mount, "readOnly"), false)) {
            json_set_boolean(shown, "readOnly", true);
            json_set_text(shown, "recursiveReadOnly", "Disabled");
        }
        cJSON_AddItemToArray(json_array_at(status, "volumeMounts"), shown);
    }
}

/* Whom the container runs as: labcluster's user. */
static void add_user(cJSON *status)
{
    gid_t groups[MOST_GROUPS];
    const int count = getgroups(MOST_GROUPS, groups);
    cJSON *user = json_object_at(json_object_at(status, "user"), "linux");
    json_set_integer(user, "uid", getuid());
    json_set_integer(user, "gid", getgid());
    for (int i = 0; i < count; i++)
        cJSON_AddItemToArray(json_array_at(user, "supplementalGroups"), cJSON_CreateNumber(groups[i]));
}

static cJSON *container_status(const struct container *container)
{
    cJSON *status = cJSON_CreateObject();
    char identity[72];
    const bool begun = container->starts > 0;
    json_set_text(status, "name", container->name);
    json_set(status, "state", present_state(container));
    json_set(status, "lastState", container->last_state != NULL ? json_copy(container->last_state) : cJSON_CreateObject());
    json_set_boolean(status, "ready", container->init && !is_sidecar(container) ? init_is_done(container) : container->ready);
    json_set_integer(status, "restartCount", container->restart_count);
    json_set_text(status, "image", begun ? container->image.name : json_text(json_get(container->spec, "image"), ""));
    json_set_text(status, "imageID", begun ? image_identity(container->image.name, identity) : "");
    if (begun) {
        AUTO_FREE char *full = full_identity(container);
        json_set_text(status, "containerID", full);
    }
    json_set_boolean(status, "started", container->state == CONTAINER_RUNNING && container->passed_startup);
    const cJSON *resources = json_get(container->spec, "resources");
    const cJSON *requests = json_get(resources, "requests");
    if (begun && requests != NULL)
        json_set(status, "allocatedResources", json_copy(requests));
    if (begun && resources != NULL)
        json_set(status, "resources", json_copy(resources));
    add_mounts(status, container);
    if (begun)
        add_user(status);
    return status;
}

/* Names of the containers that are not as they should be, "[a b]"; NULL when there are none. */
static bool is_unready(const struct container *container, bool init)
{
    if (init)
        return container->init && !init_is_done(container);
    return (!container->init || is_sidecar(container)) && !container->ready;
}

static char *names_of_unready(const struct pod *pod, bool init)
{
    AUTO_BUFFER struct buffer names;
    buffer_init(&names, LONGEST_MESSAGE);
    for (int i = 0; i < pod->count; i++) {
        const struct container *container = &pod->containers[i];
        if (!is_unready(container, init))
            continue;
        buffer_append_format(&names, "%s%s", names.length > 0 ? " " : "[", container->name);
    }
    if (names.length == 0)
        return NULL;
    buffer_append_character(&names, ']');
    return buffer_steal(&names);
}

static void keep_condition(struct pod *pod, enum pod_condition_type type, bool status, int64_t now_wall)
{
    struct pod_condition *condition = &pod->conditions[type];
    if (condition->known && condition->status == status)
        return;
    *condition = (struct pod_condition){.known = true, .status = status, .since_wall = now_wall};
}

static cJSON *make_condition(const struct pod *pod, enum pod_condition_type type, int64_t generation, const char *reason,
                             const char *message)
{
    const struct pod_condition *condition = &pod->conditions[type];
    cJSON *shown = cJSON_CreateObject();
    json_set_text(shown, "type", condition_names[type]);
    json_set_integer(shown, "observedGeneration", generation);
    json_set_text(shown, "status", condition->status ? "True" : "False");
    json_set(shown, "lastProbeTime", cJSON_CreateNull());
    set_time(shown, "lastTransitionTime", condition->since_wall);
    if (reason != NULL)
        json_set_text(shown, "reason", reason);
    if (message != NULL)
        json_set_text(shown, "message", message);
    return shown;
}

static void add_ready_conditions(struct pod *pod, cJSON *conditions, const char *phase, int64_t generation, int64_t now_wall)
{
    AUTO_FREE char *unready = names_of_unready(pod, false);
    AUTO_FREE char *message = unready != NULL ? memory_format("containers with unready status: %s", unready) : NULL;
    const bool succeeded = strcmp(phase, "Succeeded") == 0;
    const bool failed = strcmp(phase, "Failed") == 0;
    const bool ready = unready == NULL && !succeeded && !failed;
    const char *reason = ready ? NULL : succeeded ? "PodCompleted" : failed ? "PodFailed" : "ContainersNotReady";
    keep_condition(pod, CONDITION_READY, ready, now_wall);
    keep_condition(pod, CONDITION_CONTAINERS_READY, ready, now_wall);
    const char *shown = succeeded || failed || ready ? NULL : message;
    cJSON_AddItemToArray(conditions, make_condition(pod, CONDITION_READY, generation, reason, shown));
    cJSON_AddItemToArray(conditions, make_condition(pod, CONDITION_CONTAINERS_READY, generation, reason, shown));
}

static bool is_own_condition(const char *type)
{
    for (int i = 0; i < CONDITION_COUNT; i++)
        if (strcmp(type, condition_names[i]) == 0)
            return true;
    return false;
}

/* Conditions of others: PodScheduled, readiness gates. */
static void add_other_conditions(cJSON *conditions, const cJSON *present, int64_t generation)
{
    const cJSON *condition;
    cJSON_ArrayForEach (condition, json_get(present, "conditions")) {
        if (is_own_condition(json_text(json_get(condition, "type"), "")))
            continue;
        /* In the order in which Kubernetes shows its members. */
        cJSON *copy = cJSON_CreateObject();
        const cJSON *member;
        cJSON_ArrayForEach (member, condition) {
            if (strcmp(member->string, "observedGeneration") == 0)
                continue;
            json_set(copy, member->string, json_copy(member));
            if (strcmp(member->string, "type") == 0)
                json_set_integer(copy, "observedGeneration", generation);
        }
        cJSON_AddItemToArray(conditions, copy);
    }
}

static cJSON *make_conditions(struct pod *pod, const cJSON *present, const char *phase, int64_t generation, int64_t now_wall)
{
    cJSON *conditions = cJSON_CreateArray();
    const bool succeeded = strcmp(phase, "Succeeded") == 0;
    AUTO_FREE char *incomplete = names_of_unready(pod, true);
    AUTO_FREE char *message = incomplete != NULL ? memory_format("containers with incomplete status: %s", incomplete) : NULL;
    keep_condition(pod, CONDITION_SANDBOX, pod->set_up && !pod->ended, now_wall);
    keep_condition(pod, CONDITION_INITIALIZED, incomplete == NULL, now_wall);
    cJSON_AddItemToArray(conditions, make_condition(pod, CONDITION_SANDBOX, generation, NULL, NULL));
    cJSON_AddItemToArray(conditions, make_condition(pod, CONDITION_INITIALIZED, generation,
                                                    incomplete != NULL ? "ContainersNotInitialized"
                                                    : succeeded        ? "PodCompleted"
                                                                       : NULL,
                                                    message));
    add_ready_conditions(pod, conditions, phase, generation, now_wall);
    add_other_conditions(conditions, present, generation);
    return conditions;
}

static void add_addresses(cJSON *status, const char *one, const char *many, const char *address)
{
    if (address[0] == '\0')
        return;
    json_set_text(status, one, address);
    cJSON *entry = cJSON_CreateObject();
    json_set_text(entry, "ip", address);
    cJSON_AddItemToArray(json_array_at(status, many), entry);
}

/* Members that somebody else has set stay. */
static void keep_others(cJSON *status, const cJSON *present)
{
    const cJSON *member;
    cJSON_ArrayForEach (member, present) {
        if (json_get(status, member->string) == NULL && strcmp(member->string, "initContainerStatuses") != 0)
            json_set(status, member->string, json_copy(member));
    }
}

cJSON *pod_status_make(struct pod *pod, const cJSON *present, int64_t generation, int64_t now_wall)
{
    cJSON *status = cJSON_CreateObject();
    const char *phase = pod_phase(pod);
    json_set_integer(status, "observedGeneration", generation);
    json_set_text(status, "phase", phase);
    json_set(status, "conditions", make_conditions(pod, present, phase, generation, now_wall));
    add_addresses(status, "hostIP", "hostIPs", pod->node->address);
    add_addresses(status, "podIP", "podIPs", pod->address);
    set_time(status, "startTime", pod->admitted_wall);
    for (int i = 0; i < pod->count; i++) {
        const struct container *container = &pod->containers[i];
        cJSON_AddItemToArray(json_array_at(status, container->init ? "initContainerStatuses" : "containerStatuses"),
                             container_status(container));
    }
    keep_others(status, present);
    return status;
}
