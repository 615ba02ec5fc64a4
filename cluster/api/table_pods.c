#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "cluster/api/table_cell.h"
#include "common/clock.h"

#define REASON_SIZE 128

static const struct table_column columns[] = {
    COLUMN_NAME,
    {"Ready", "string", "", "Ready containers of all containers.", 0},
    {"Status", "string", "", "The pod's phase, or what keeps its containers from running.", 0},
    {"Restarts", "string", "", "How often the containers were restarted, and when last.", 0},
    COLUMN_AGE,
    {"IP", "string", "", "The pod's address.", 1},
    {"Node", "string", "", "The node that the pod runs on.", 1},
    {"Nominated Node", "string", "", "The node kept for the pod while others make room for it.", 1},
    {"Readiness Gates", "string", "", "Readiness gates that are open, of all.", 1},
};

/* What the statuses of the containers add up to. */
struct pod_summary {
    char reason[REASON_SIZE];
    int64_t restarts;
    int64_t sidecar_restarts;
    int64_t last_restart; /* wall time; 0 = never */
    int ready;
    int containers;
};

static const char *text_at(const cJSON *object, const char *key)
{
    return json_text(cJSON_GetObjectItemCaseSensitive(object, key), "");
}

static bool condition_is_true(const cJSON *pod, const char *type)
{
    const cJSON *condition;
    cJSON_ArrayForEach (condition, json_get(pod, "status", "conditions")) {
        if (strcmp(text_at(condition, "type"), type) == 0)
            return strcmp(text_at(condition, "status"), "True") == 0;
    }
    return false;
}

static void count_restarts(struct pod_summary *summary, const cJSON *status)
{
    int64_t finished;
    const char *timestamp = json_text(json_get(status, "lastState", "terminated", "finishedAt"), NULL);
    summary->restarts += json_integer(json_get(status, "restartCount"), 0);
    if (timestamp != NULL && clock_parse(timestamp, &finished, NULL) == 0 && finished > summary->last_restart)
        summary->last_restart = finished;
}

/* Why a container ended: its reason, else its signal, else its exit code. */
static void set_end_reason(struct pod_summary *summary, const char *prefix, const cJSON *terminated)
{
    const char *reason = text_at(terminated, "reason");
    int64_t signal = json_integer(json_get(terminated, "signal"), 0);
    if (reason[0] != '\0')
        snprintf(summary->reason, REASON_SIZE, "%s%s", prefix, reason);
    else if (signal != 0)
        snprintf(summary->reason, REASON_SIZE, "%sSignal:%" PRId64, prefix, signal);
    else
        snprintf(summary->reason, REASON_SIZE, "%sExitCode:%" PRId64, prefix, json_integer(json_get(terminated, "exitCode"), 0));
}

/* A sidecar is an init container that runs on beside the others. */
static bool is_sidecar(const cJSON *pod, const char *name)
{
    const cJSON *container;
    cJSON_ArrayForEach (container, json_get(pod, "spec", "initContainers")) {
        if (strcmp(text_at(container, "name"), name) == 0)
            return strcmp(text_at(container, "restartPolicy"), "Always") == 0;
    }
    return false;
}

/* True when the init container is done and the next one counts. */
static bool init_container_is_done(struct pod_summary *summary, const cJSON *status, int index, int count)
{
    const cJSON *terminated = json_get(status, "state", "terminated");
    const char *waiting = json_text(json_get(status, "state", "waiting", "reason"), "");
    if (terminated != NULL && json_integer(json_get(terminated, "exitCode"), 0) == 0)
        return true;
    if (terminated != NULL)
        set_end_reason(summary, "Init:", terminated);
    else if (waiting[0] != '\0' && strcmp(waiting, "PodInitializing") != 0)
        snprintf(summary->reason, REASON_SIZE, "Init:%s", waiting);
    else
        snprintf(summary->reason, REASON_SIZE, "Init:%d/%d", index, count);
    return false;
}

/* True while init containers have work to do. */
static bool summarize_init_containers(struct pod_summary *summary, const cJSON *pod)
{
    int count = cJSON_GetArraySize(json_get(pod, "spec", "initContainers"));
    int index = 0;
    const cJSON *status;
    cJSON_ArrayForEach (status, json_get(pod, "status", "initContainerStatuses")) {
        const bool sidecar = is_sidecar(pod, text_at(status, "name"));
        count_restarts(summary, status);
        if (sidecar) {
            summary->sidecar_restarts += json_integer(json_get(status, "restartCount"), 0);
            summary->containers++;
            summary->ready += json_boolean(json_get(status, "ready"), false) ? 1 : 0;
        }
        if (sidecar && json_boolean(json_get(status, "started"), false)) {
            index++;
            continue;
        }
        if (!init_container_is_done(summary, status, index, count))
            return true;
        index++;
    }
    return false;
}

/* The first container that is not running gives the reason. */
static void summarize_containers(struct pod_summary *summary, const cJSON *pod)
{
    const cJSON *status;
    bool running = false;
    bool reason_found = false;
    summary->restarts = summary->sidecar_restarts;
    cJSON_ArrayForEach (status, json_get(pod, "status", "containerStatuses")) {
        const char *waiting = json_text(json_get(status, "state", "waiting", "reason"), "");
        const cJSON *terminated = json_get(status, "state", "terminated");
        count_restarts(summary, status);
        if (waiting[0] == '\0' && terminated == NULL) {
            bool ready = json_boolean(json_get(status, "ready"), false) && json_get(status, "state", "running") != NULL;
            running = running || ready;
            summary->ready += ready ? 1 : 0;
            continue;
        }
        if (reason_found)
            continue;
        reason_found = true;
        if (waiting[0] != '\0')
            snprintf(summary->reason, REASON_SIZE, "%s", waiting);
        else
            set_end_reason(summary, "", terminated);
    }
    if (running && strcmp(summary->reason, "Completed") == 0)
        snprintf(summary->reason, REASON_SIZE, "%s", condition_is_true(pod, "Ready") ? "Running" : "NotReady");
}

static void summarize(struct pod_summary *summary, const cJSON *pod)
{
    const char *phase = json_text(json_get(pod, "status", "phase"), "");
    const char *reason = json_text(json_get(pod, "status", "reason"), "");
    *summary = (struct pod_summary){.containers = cJSON_GetArraySize(json_get(pod, "spec", "containers"))};
    snprintf(summary->reason, REASON_SIZE, "%s", reason[0] != '\0' ? reason : phase);
    if (cJSON_GetArraySize(json_get(pod, "spec", "schedulingGates")) > 0)
        snprintf(summary->reason, REASON_SIZE, "SchedulingGated");
    bool initializing = summarize_init_containers(summary, pod);
    if (!initializing || condition_is_true(pod, "Initialized"))
        summarize_containers(summary, pod);
    if (json_get(pod, "metadata", "deletionTimestamp") == NULL)
        return;
    if (strcmp(reason, "NodeLost") == 0)
        snprintf(summary->reason, REASON_SIZE, "Unknown");
    else if (strcmp(phase, "Succeeded") != 0 && strcmp(phase, "Failed") != 0)
        snprintf(summary->reason, REASON_SIZE, "Terminating");
}

static void cell_restarts(cJSON *cells, const struct pod_summary *summary, int64_t now)
{
    char text[64 + HUMAN_DURATION_SIZE];
    char ago[HUMAN_DURATION_SIZE];
    if (summary->restarts != 0 && summary->last_restart != 0)
        snprintf(text, sizeof text, "%" PRId64 " (%s ago)", summary->restarts, human_duration(now - summary->last_restart, ago));
    else
        snprintf(text, sizeof text, "%" PRId64, summary->restarts);
    cell_text(cells, text);
}

static void cell_gates(cJSON *cells, const cJSON *pod)
{
    const cJSON *gates = json_get(pod, "spec", "readinessGates");
    const cJSON *gate;
    char text[32];
    int open = 0;
    cJSON_ArrayForEach (gate, gates) {
        open += condition_is_true(pod, text_at(gate, "conditionType")) ? 1 : 0;
    }
    snprintf(text, sizeof text, "%d/%d", open, cJSON_GetArraySize(gates));
    cell_text(cells, cJSON_GetArraySize(gates) > 0 ? text : CELL_NONE);
}

static void add_cells(const cJSON *pod, int64_t now, cJSON *cells)
{
    struct pod_summary summary;
    char ready[32];
    summarize(&summary, pod);
    snprintf(ready, sizeof ready, "%d/%d", summary.ready, summary.containers);
    cell_name(cells, pod);
    cell_text(cells, ready);
    cell_text(cells, summary.reason);
    cell_restarts(cells, &summary, now);
    cell_age(cells, pod, now);
    cell_text_or_none(cells, json_text(json_get(pod, "status", "podIP"), NULL));
    cell_text_or_none(cells, json_text(json_get(pod, "spec", "nodeName"), NULL));
    cell_text_or_none(cells, json_text(json_get(pod, "status", "nominatedNodeName"), NULL));
    cell_gates(cells, pod);
}

const struct table_format table_of_pods = {columns, sizeof columns / sizeof columns[0], add_cells};
