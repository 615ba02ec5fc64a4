#include "driver/record/live_state.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/memory.h"
#include "common/quantity.h"
#include "driver/observe/workload.h"

#define WINDOW 5 /* seconds of response times that the view shows */

struct live_pod {
    char name[254];
    char owner[254]; /* name of its controller */
    bool ready;
    bool terminating;
};

/* A Deployment or StatefulSet. */
struct live_workload {
    char name[254];
    int replicas; /* as specified; -1 = unknown */
};

struct live_state {
    char *hpa;
    char workload[254]; /* that the HPA scales, or that is watched without one; "" = not known: any */
    int64_t spike_over;
    struct live_view view;
    struct histogram recent[WINDOW + 1]; /* one for each second of the window, and the one that is being reported */
    size_t recent_at;
    int64_t second;
    double target_rate, answered;   /* sums of the second that is being reported */
    const struct load_spec *shared; /* the load whose shares are shown; NULL = none has come */
    int64_t share_second;
    size_t pod_count;
    struct live_pod *pods;
    size_t workload_count;
    size_t generator_count;
    bool *lost_generators; /* by their parts, from 1 */
    struct live_workload *workloads;
};

struct live_state *live_state_create(const char *hpa, int64_t spike_over)
{
    struct live_state *state = memory_allocate(1, sizeof *state);
    state->hpa = memory_copy_text(hpa);
    state->spike_over = spike_over;
    state->second = -1;
    const char *workload = workload_of_watched(hpa);
    (void)snprintf(state->workload, sizeof state->workload, "%s", workload != NULL ? workload : "");
    state->view.replicas_specified = -1;
    state->view.metric_target = -1;
    return state;
}

void live_state_destroy(struct live_state *state)
{
    if (state == NULL)
        return;
    for (size_t i = 0; i < WINDOW + 1; i++)
        histogram_release(&state->recent[i]);
    free(state->pods);
    free(state->workloads);
    free(state->lost_generators);
    free(state->hpa);
    free(state);
}

/* Rows come before the tick of their second; a tick of a new second closes the one before. */
void live_state_tick(struct live_state *state, const struct load_tick *tick)
{
    if (tick->second != state->second) {
        state->second = tick->second;
        state->target_rate = 0;
        state->view.in_flight = 0;
        state->view.actual_rate = state->answered;
        state->answered = 0;
        state->recent_at = (state->recent_at + 1) % (WINDOW + 1);
        histogram_clear(&state->recent[state->recent_at]);
    }
    state->target_rate += tick->target_rate;
    state->view.target_rate = state->target_rate;
    state->view.in_flight += tick->in_flight;
    state->view.requests += tick->planned;
    state->view.dropped += tick->dropped;
    state->view.late += tick->late;
}

void live_state_row(struct live_state *state, const struct load_row *row)
{
    state->answered += (double)row->outcomes[OUTCOME_OK];
    for (int outcome = 0; outcome < OUTCOME_COUNT; outcome++)
        if (load_outcome_is_lost((enum load_outcome)outcome))
            state->view.lost += row->outcomes[outcome];
    histogram_merge(&state->recent[state->recent_at], &row->response);
    if (row->response.maximum > state->view.worst)
        state->view.worst = row->response.maximum;
}

void live_state_exemplar(struct live_state *state, const struct load_exemplar *exemplar)
{
    if (exemplar->reason == EXEMPLAR_SLOW || exemplar->reason == EXEMPLAR_LOST)
        state->view.spikes++;
}

/* A second's shares come one after the other; the view shows those of the first load on a resource. */
void live_state_share(struct live_state *state, const struct load_spec *spec, const struct load_share *share)
{
    struct live_view *view = &state->view;
    view->not_told += share->failures;
    if (state->shared != NULL && state->shared != spec)
        return;
    if (state->shared == NULL || share->second != state->share_second)
        view->given = 0;
    state->shared = spec;
    state->share_second = share->second;
    view->given_unit = load_type_unit(spec->type);
    view->given_target = share->target;
    view->given += share->given;
}

void live_state_generator(struct live_state *state, const struct load_generator *generator)
{
    while (state->generator_count < generator->part) {
        state->lost_generators =
            memory_resize(state->lost_generators, state->generator_count + 1, sizeof *state->lost_generators);
        state->lost_generators[state->generator_count++] = false;
    }
    if (generator->part == 0)
        return;
    state->lost_generators[generator->part - 1] = generator->lost != LOAD_NEVER;
    state->view.generators = (int)state->generator_count;
    state->view.generators_lost = 0;
    for (size_t i = 0; i < state->generator_count; i++)
        state->view.generators_lost += state->lost_generators[i];
}

static struct live_pod *find_pod(struct live_state *state, const char *name)
{
    for (size_t i = 0; i < state->pod_count; i++)
        if (strcmp(state->pods[i].name, name) == 0)
            return &state->pods[i];
    state->pods = memory_resize(state->pods, state->pod_count + 1, sizeof *state->pods);
    struct live_pod *pod = &state->pods[state->pod_count++];
    *pod = (struct live_pod){0};
    (void)snprintf(pod->name, sizeof pod->name, "%s", name);
    return pod;
}

static const char *condition_status(const cJSON *object, const char *type)
{
    const cJSON *condition = NULL;
    cJSON_ArrayForEach (condition, json_get(object, "status", "conditions")) {
        if (strcmp(json_text(json_get(condition, "type"), ""), type) == 0)
            return json_text(json_get(condition, "status"), "");
    }
    return "";
}

/* A Job's pods come and go beside the replicas. */
static bool is_of_job(const cJSON *controller)
{
    return strcmp(json_text(json_get(controller, "kind"), ""), "Job") == 0;
}

static void take_pod(struct live_state *state, const struct change *change)
{
    const cJSON *controller = object_controller(change->object);
    if (is_of_job(controller))
        return;
    struct live_pod *pod = find_pod(state, change->name);
    if (change->type == CHANGE_DELETED) {
        *pod = state->pods[--state->pod_count];
        return;
    }
    (void)snprintf(pod->owner, sizeof pod->owner, "%s", json_text(json_get(controller, "name"), ""));
    pod->ready = strcmp(condition_status(change->object, "Ready"), "True") == 0;
    pod->terminating = json_get(change->object, "metadata", "deletionTimestamp") != NULL;
}

/* A quantity in thousandths (memory: in MiB), cut to an int; -1 when there is none. */
static int average_of(const cJSON *node, bool memory)
{
    struct quantity quantity;
    if (quantity_parse(json_text(node, ""), &quantity, NULL) < 0)
        return -1;
    double value = quantity_double(quantity) * (memory ? 1.0 / (1024 * 1024) : 1000.0);
    return value > INT_MAX ? INT_MAX : (int)value;
}

/* The first metric, as `kubectl get hpa` shows it. */
static void take_metric(struct live_view *view, const cJSON *hpa)
{
    const cJSON *wanted = cJSON_GetArrayItem(json_get(hpa, "spec", "metrics"), 0);
    const cJSON *target = json_get(wanted, "resource", "target");
    const cJSON *current = json_get(cJSON_GetArrayItem(json_get(hpa, "status", "currentMetrics"), 0), "resource", "current");
    (void)snprintf(view->metric_name, sizeof view->metric_name, "%s", json_text(json_get(wanted, "resource", "name"), ""));
    view->metric_is_percent = json_get(target, "averageUtilization") != NULL;
    if (view->metric_is_percent) {
        const cJSON *value = json_get(current, "averageUtilization");
        view->metric_target = (int)json_integer(json_get(target, "averageUtilization"), -1);
        view->metric_known = value != NULL;
        view->metric_value = (int)json_integer(value, 0);
    } else {
        bool memory = strcmp(view->metric_name, "memory") == 0;
        view->metric_target = average_of(json_get(target, "averageValue"), memory);
        view->metric_value = average_of(json_get(current, "averageValue"), memory);
        view->metric_known = view->metric_value >= 0;
    }
}

static void take_hpa(struct live_state *state, const struct change *change)
{
    struct live_view *view = &state->view;
    if (strcmp(change->name, state->hpa) != 0 || change->object == NULL)
        return;
    (void)snprintf(state->workload, sizeof state->workload, "%s",
                   json_text(json_get(change->object, "spec", "scaleTargetRef", "name"), ""));
    view->hpa_seen = change->type != CHANGE_DELETED;
    view->hpa_current = (int)json_integer(json_get(change->object, "status", "currentReplicas"), 0);
    view->hpa_desired = (int)json_integer(json_get(change->object, "status", "desiredReplicas"), 0);
    view->hpa_minimum = (int)json_integer(json_get(change->object, "spec", "minReplicas"), 1);
    view->hpa_maximum = (int)json_integer(json_get(change->object, "spec", "maxReplicas"), 0);
    take_metric(view, change->object);
}

static void take_workload(struct live_state *state, const struct change *change)
{
    size_t at = 0;
    while (at < state->workload_count && strcmp(state->workloads[at].name, change->name) != 0)
        at++;
    if (at == state->workload_count) {
        state->workloads = memory_resize(state->workloads, ++state->workload_count, sizeof *state->workloads);
        (void)snprintf(state->workloads[at].name, sizeof state->workloads[at].name, "%s", change->name);
    }
    bool gone = change->type == CHANGE_DELETED;
    state->workloads[at].replicas = gone ? -1 : (int)json_integer(json_get(change->object, "spec", "replicas"), -1);
}

static void take_event(struct live_state *state, const struct change *change)
{
    const char *reason = json_text(json_get(change->object, "reason"), "");
    const char *kind = json_text(json_get(change->object, "involvedObject", "kind"), "");
    const char *message = json_text(json_get(change->object, "message"), "");
    bool about_hpa = strcmp(kind, "HorizontalPodAutoscaler") == 0;
    bool warning = strcmp(json_text(json_get(change->object, "type"), ""), "Warning") == 0;
    if (change->type == CHANGE_DELETED || (!about_hpa && !warning))
        return;
    (void)snprintf(state->view.last_event, sizeof state->view.last_event, "%s: %s", reason, message);
}

void live_state_change(struct live_state *state, const struct change *change)
{
    if (change->type >= CHANGE_SAMPLE)
        return;
    if (strcmp(change->resource, "pods") == 0)
        take_pod(state, change);
    else if (strcmp(change->resource, "horizontalpodautoscalers") == 0)
        take_hpa(state, change);
    else if (strcmp(change->resource, "events") == 0)
        take_event(state, change);
    else if (strcmp(change->resource, "deployments") == 0 || strcmp(change->resource, "statefulsets") == 0)
        take_workload(state, change);
}

struct live_view live_state_view(const struct live_state *state)
{
    struct live_view view = state->view;
    struct histogram window = {0};
    for (size_t i = 0; i < WINDOW + 1; i++)
        histogram_merge(&window, &state->recent[i]);
    view.p50 = histogram_percentile(&window, 0.5);
    view.p99 = histogram_percentile(&window, 0.99);
    view.maximum = histogram_percentile(&window, 1);
    histogram_release(&window);
    for (size_t i = 0; i < state->workload_count; i++)
        if (workload_is(state->workload, state->workloads[i].name))
            view.replicas_specified = state->workloads[i].replicas;
    for (size_t i = 0; i < state->pod_count; i++) {
        if (!workload_has_owner(state->workload, state->pods[i].owner))
            continue;
        view.pods += state->pods[i].terminating ? 0 : 1;
        view.pods_ready += state->pods[i].ready && !state->pods[i].terminating ? 1 : 0;
        view.pods_terminating += state->pods[i].terminating ? 1 : 0;
    }
    return view;
}
