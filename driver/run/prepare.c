#include "driver/run/prepare.h"

#include <string.h>

#include "common/clock.h"
#include "common/memory.h"
#include "driver/run/generators.h"
#include "driver/run/labels.h"
#include "driver/run/live_changes.h"
#include "driver/run/scale.h"
#include "driver/run/target.h"

#define METRICS_INTERVAL (500 * NANOSECONDS_PER_MILLISECOND)

/* Whether a run before, or `hpalab clean`, has the namespace removed, which takes its time. */
static int is_not_leaving(struct variant_state *state, const void *what, struct error *error)
{
    AUTO_KUBE_ANSWER struct kube_answer answer = {0};
    const atomic_bool *stop = state->context->options->stop;
    if (kube_get_once(state->context->client, what, REQUEST_DEADLINE, stop, &answer, error) < 0)
        return answer.code == 404 ? 1 : answer.code / 100 == 4 ? -1 : 0;
    return json_get(answer.body, "metadata", "deletionTimestamp") == NULL;
}

static int create_namespace(struct variant_state *state, struct error *error)
{
    AUTO_FREE char *path = memory_format("/api/v1/namespaces/%s", state->namespace);
    int result = variant_wait_asking(state, is_not_leaving, path, state->lesson->start_timeout, error);
    if (result == STEP_TIMED_OUT)
        return error_set(error, "namespace %s is still being removed", state->namespace);
    if (result != STEP_DONE)
        return result;
    AUTO_JSON cJSON *object = cJSON_CreateObject();
    json_set_text(object, "apiVersion", "v1");
    json_set_text(object, "kind", "Namespace");
    json_set_text(json_object_at(object, "metadata"), "name", state->namespace);
    cJSON *labels = json_object_at(json_object_at(object, "metadata"), "labels");
    json_set_text(labels, "app.kubernetes.io/managed-by", "hpalab");
    json_set_text(labels, "pod-security.kubernetes.io/enforce", "restricted");
    json_set_text(labels, "pod-security.kubernetes.io/warn", "restricted");
    labels_add(object, state->lesson->name, state->context->label);
    return kube_apply(state->context->client, object, NULL, NULL, error);
}

/* The path of what is watched in a namespace that exists; the caller frees it. */
static char *watched_path(const struct variant_state *state)
{
    const struct lesson *lesson = state->lesson;
    if (lesson->watch_hpa[0] != '\0')
        return memory_format("/apis/autoscaling/v2/namespaces/%s/horizontalpodautoscalers/%s", state->namespace,
                             lesson->watch_hpa);
    const char *name = strchr(lesson->watch_workload, '/');
    return memory_format("/apis/apps/v1/namespaces/%s/%.*ss%s", state->namespace, (int)(name - lesson->watch_workload),
                         lesson->watch_workload, name);
}

/* A name with a mistake in it would give an empty report. */
static int check_watched(struct variant_state *state, struct error *error)
{
    AUTO_FREE char *path = watched_path(state);
    if (kube_request(state->context->client, "GET", path, NULL, NULL, REQUEST_DEADLINE, NULL, error) < 0)
        return error_context(error, "namespace %s", state->namespace);
    return 0;
}

static int apply_manifests(struct variant_state *state, struct error *error)
{
    for (size_t i = 0; i < state->manifests.count; i++)
        if (labels_apply(state, state->manifests.objects[i], error) < 0)
            return -1;
    return 0;
}

/* A Deployment or StatefulSet whose pods are all available. */
static bool workload_is_available(const cJSON *workload)
{
    int64_t generation = json_integer(json_get(workload, "metadata", "generation"), 0);
    int64_t observed = json_integer(json_get(workload, "status", "observedGeneration"), -1);
    int64_t wanted = json_integer(json_get(workload, "spec", "replicas"), 1);
    return observed >= generation && json_integer(json_get(workload, "status", "availableReplicas"), 0) >= wanted;
}

static int is_available(struct variant_state *state, const void *what, struct error *error)
{
    const char *path = what;
    AUTO_KUBE_ANSWER struct kube_answer answer = {0};
    if (kube_get_once(state->context->client, path, REQUEST_DEADLINE, state->context->options->stop, &answer, error) < 0)
        return answer.code / 100 == 4 ? -1 : 0;
    return workload_is_available(answer.body);
}

static int wait_available(struct variant_state *state, const cJSON *workload, const char *collection, struct error *error)
{
    const char *name = json_text(json_get(workload, "metadata", "name"), "");
    AUTO_FREE char *path = memory_format("/apis/apps/v1/namespaces/%s/%s/%s", state->namespace, collection, name);
    int result = variant_wait_asking(state, is_available, path, state->lesson->start_timeout, error);
    if (result != STEP_TIMED_OUT)
        return result;
    struct live_view view = recorder_view(state->recorder);
    return error_set(error, "%s \"%s\" did not become available in time%s%s", json_text(json_get(workload, "kind"), ""), name,
                     view.last_event[0] != '\0' ? "; " : "", view.last_event);
}

static int wait_all_available(struct variant_state *state, struct error *error)
{
    for (size_t i = 0; i < state->manifests.count; i++) {
        const cJSON *object = state->manifests.objects[i];
        const char *kind = json_text(json_get(object, "kind"), "");
        int result = STEP_DONE;
        if (strcmp(kind, "Deployment") == 0)
            result = wait_available(state, object, "deployments", error);
        else if (strcmp(kind, "StatefulSet") == 0)
            result = wait_available(state, object, "statefulsets", error);
        if (result != STEP_DONE)
            return result;
    }
    return STEP_DONE;
}

static int is_finished(struct variant_state *state, const void *what, struct error *error)
{
    (void)state;
    (void)error;
    return load_finished(what);
}

static int warm_up(struct variant_state *state, struct error *error)
{
    const struct load_spec *spec = state->lesson->warm_up;
    struct prepared_load prepared = {0};
    if (spec == NULL)
        return STEP_DONE;
    state->phase = RUN_WARMING_UP;
    if (state->fleet != NULL)
        return generators_warm_up(state, spec, error);
    if (variant_resolve_load(state, spec, &prepared, error) < 0)
        return -1;
    struct load *load = variant_make_load(state, spec, &prepared, discarding_sink, error);
    if (load == NULL)
        return -1;
    int result = load_start(load, clock_monotonic(), error);
    if (result == 0)
        result = variant_wait(state, is_finished, load, INT64_MAX / 2, error);
    load_destroy(load);
    return result;
}

static int is_at_rest(struct variant_state *state, const void *what, struct error *error)
{
    (void)what;
    (void)error;
    struct live_view view = recorder_view(state->recorder);
    return view.metric_known && view.hpa_desired == view.hpa_minimum && view.pods == view.hpa_desired;
}

static int wait_for_metric(struct variant_state *state, struct error *error)
{
    const char *hpa = state->lesson->watch_hpa;
    if (state->lesson->start != START_METRICS || hpa[0] == '\0')
        return STEP_DONE;
    state->phase = RUN_WAITING;
    int result = variant_wait(state, is_at_rest, NULL, state->lesson->start_timeout, error);
    if (result != STEP_TIMED_OUT)
        return result;
    struct live_view view = recorder_view(state->recorder);
    if (!view.hpa_seen)
        return error_set(error, "there is no HorizontalPodAutoscaler \"%s\"", hpa);
    return error_set(error, "HPA \"%s\" did not come to rest at %d replicas with a metric in time%s%s", hpa, view.hpa_minimum,
                     view.last_event[0] != '\0' ? "; " : "", view.last_event);
}

static void see_change(void *context, const struct change *change)
{
    struct variant_state *state = context;
    recorder_change(state->recorder, change);
    ready_pods_see(state->ready_pods, change);
    struct fleet *fleet = atomic_load(&state->fleet);
    if (fleet != NULL)
        fleet_see(fleet, change);
}

int variant_prepare(struct variant_state *state, struct error *error)
{
    const struct observe_options observe = {
        .client = state->context->client,
        .namespace = state->namespace,
        .metrics_interval = METRICS_INTERVAL,
        .context = state,
        .change = see_change,
    };
    state->phase = lesson_is_live(state->lesson) ? RUN_LOOKING : RUN_APPLYING;
    variant_report_progress(state);
    int result = lesson_is_live(state->lesson) ? check_watched(state, error) : create_namespace(state, error);
    if (result == 0)
        result = scale_apply(state, error);
    if (result != 0)
        return result;
    state->observer = observe_start(&observe, REQUEST_DEADLINE, error);
    if (state->observer == NULL || apply_manifests(state, error) < 0)
        return -1;
    if (live_changes_make(state, error) < 0)
        return -1;
    result = state->lesson->start == START_CREATED ? STEP_DONE : wait_all_available(state, error);
    if (result == 0)
        result = generators_prepare(state, error);
    if (result == 0)
        result = warm_up(state, error);
    return result == 0 ? wait_for_metric(state, error) : result;
}
