#include "driver/run/variant.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/clock.h"
#include "common/memory.h"
#include "driver/load/url.h"
#include "driver/observe/observe.h"
#include "driver/record/recorder.h"
#include "driver/run/describe.h"
#include "driver/run/manifests.h"
#include "driver/run/service.h"

#define STEP (100 * NANOSECONDS_PER_MILLISECOND)
#define REQUEST_DEADLINE (20 * NANOSECONDS_PER_SECOND)
#define REMOVE_DEADLINE (90 * NANOSECONDS_PER_SECOND)
#define ANSWER_DEADLINE NANOSECONDS_PER_SECOND
#define LEAD (300 * NANOSECONDS_PER_MILLISECOND) /* from "start" to the load's second 0 */
#define METRICS_INTERVAL (500 * NANOSECONDS_PER_MILLISECOND)
#define NAMESPACE_SIZE 64

struct prepared_load {
    struct load *load;
    char address[SERVICE_ADDRESS_SIZE];
    uint16_t port;
};

struct variant_state {
    const struct run_context *context;
    const struct lesson *lesson;
    const struct lesson_variant *variant;
    size_t index;
    char namespace[NAMESPACE_SIZE];
    struct manifests manifests;
    struct recorder *recorder;
    struct observer *observer;
    struct prepared_load *loads; /* one for each of the lesson's */
    int *scale_before;           /* replicas that the variant's scale entries found; -1 = not changed yet */
    char *service_url;
    enum run_phase phase;
    int64_t load_start; /* monotonic; 0 = not yet */
};

static void report_progress(const struct variant_state *state)
{
    const struct run_options *options = state->context->options;
    int64_t now = clock_monotonic();
    struct run_progress progress = {
        .phase = state->phase,
        .lesson = state->lesson->name,
        .variant = state->variant->name,
        .variant_number = state->index + 1,
        .variant_count = state->lesson->variant_count,
        .elapsed = state->load_start > 0 && now > state->load_start ? now - state->load_start : 0,
        .duration = lesson_load_duration(state->lesson),
        .run_elapsed = now - state->context->started,
        .run_expected = run_expected_duration(state->lesson, options->pace),
        .kubeconfig = state->context->kubeconfig,
        .namespace = state->namespace,
        .service_url = state->service_url != NULL ? state->service_url : "",
        .view = recorder_view(state->recorder),
    };
    options->progress(options->context, &progress);
}

static bool stopped(const struct variant_state *state)
{
    return atomic_load(state->context->options->stop);
}

/* Waits one step; 1 when the user wants to end. */
static int step(const struct variant_state *state)
{
    report_progress(state);
    clock_sleep_until(clock_monotonic() + STEP);
    return stopped(state) ? 1 : 0;
}

static int create_namespace(struct variant_state *state, struct error *error)
{
    AUTO_JSON cJSON *object = cJSON_CreateObject();
    json_set_text(object, "apiVersion", "v1");
    json_set_text(object, "kind", "Namespace");
    json_set_text(json_object_at(object, "metadata"), "name", state->namespace);
    cJSON *labels = json_object_at(json_object_at(object, "metadata"), "labels");
    json_set_text(labels, "app.kubernetes.io/managed-by", "hpalab");
    json_set_text(labels, "hpalab/lesson", state->lesson->name);
    return kube_apply(state->context->client, object, NULL, NULL, error);
}

static int scale_deployment(struct variant_state *state, const struct lesson_scale *scale, int replicas, int *before,
                            struct error *error)
{
    AUTO_FREE char *path = memory_format("/apis/apps/v1/namespaces/%s/deployments/%s/scale",
                                         scale->namespace != NULL ? scale->namespace : state->namespace, scale->deployment);
    AUTO_KUBE_ANSWER struct kube_answer answer = {0};
    if (kube_request(state->context->client, "GET", path, NULL, NULL, REQUEST_DEADLINE, &answer, error) < 0)
        return -1;
    if (before != NULL)
        *before = (int)json_integer(json_get(answer.body, "spec", "replicas"), 1);
    AUTO_FREE char *patch = memory_format("{\"spec\":{\"replicas\":%d}}", replicas);
    return kube_request(state->context->client, "PATCH", path, "application/merge-patch+json", patch, REQUEST_DEADLINE, NULL,
                        error);
}

/* Waits until the pods of a scaled Deployment are as many as wanted. */
static int wait_scaled(struct variant_state *state, const struct lesson_scale *scale, int replicas, struct error *error)
{
    int64_t deadline = clock_monotonic() + state->lesson->start_timeout;
    AUTO_FREE char *path = memory_format("/apis/apps/v1/namespaces/%s/deployments/%s",
                                         scale->namespace != NULL ? scale->namespace : state->namespace, scale->deployment);
    while (clock_monotonic() < deadline) {
        AUTO_KUBE_ANSWER struct kube_answer answer = {0};
        if (kube_request(state->context->client, "GET", path, NULL, NULL, REQUEST_DEADLINE, &answer, error) < 0)
            return -1;
        if (json_integer(json_get(answer.body, "status", "readyReplicas"), 0) == replicas &&
            json_integer(json_get(answer.body, "status", "replicas"), 0) == replicas)
            return 0;
        if (step(state) != 0)
            return 1;
    }
    return error_set(error, "deployment \"%s\" did not come to %d replicas in time", scale->deployment, replicas);
}

static int scale_down_first(struct variant_state *state, struct error *error)
{
    for (size_t i = 0; i < state->variant->scale_count; i++) {
        const struct lesson_scale *scale = &state->variant->scale[i];
        if (scale_deployment(state, scale, scale->replicas, &state->scale_before[i], error) < 0)
            return -1;
        int result = wait_scaled(state, scale, scale->replicas, error);
        if (result != 0)
            return result;
    }
    return 0;
}

static int apply_manifests(struct variant_state *state, struct error *error)
{
    for (size_t i = 0; i < state->manifests.count; i++) {
        const cJSON *object = state->manifests.objects[i];
        if (kube_apply(state->context->client, object, state->namespace, NULL, error) < 0)
            return error_context(error, "%s \"%s\"", json_text(json_get(object, "kind"), ""),
                                 json_text(json_get(object, "metadata", "name"), ""));
    }
    return 0;
}

static bool deployment_is_available(const cJSON *deployment)
{
    int64_t generation = json_integer(json_get(deployment, "metadata", "generation"), 0);
    int64_t observed = json_integer(json_get(deployment, "status", "observedGeneration"), -1);
    int64_t wanted = json_integer(json_get(deployment, "spec", "replicas"), 1);
    return observed >= generation && json_integer(json_get(deployment, "status", "availableReplicas"), 0) >= wanted;
}

static int wait_available(struct variant_state *state, const char *name, struct error *error)
{
    int64_t deadline = clock_monotonic() + state->lesson->start_timeout;
    AUTO_FREE char *path = memory_format("/apis/apps/v1/namespaces/%s/deployments/%s", state->namespace, name);
    while (clock_monotonic() < deadline) {
        AUTO_KUBE_ANSWER struct kube_answer answer = {0};
        if (kube_request(state->context->client, "GET", path, NULL, NULL, REQUEST_DEADLINE, &answer, error) < 0)
            return -1;
        if (deployment_is_available(answer.body))
            return 0;
        if (step(state) != 0)
            return 1;
    }
    struct live_view view = recorder_view(state->recorder);
    return error_set(error, "deployment \"%s\" did not become available in time%s%s", name,
                     view.last_event[0] != '\0' ? "; " : "", view.last_event);
}

static int wait_all_available(struct variant_state *state, struct error *error)
{
    for (size_t i = 0; i < state->manifests.count; i++) {
        const cJSON *object = state->manifests.objects[i];
        if (strcmp(json_text(json_get(object, "kind"), ""), "Deployment") != 0)
            continue;
        int result = wait_available(state, json_text(json_get(object, "metadata", "name"), ""), error);
        if (result != 0)
            return result;
    }
    return 0;
}

/* The address and port that a load connects to; the address stays "" when the host is left to DNS. */
static int resolve(struct variant_state *state, const struct load_spec *spec, struct prepared_load *prepared, struct error *error)
{
    struct url_template url;
    if (url_template_parse(spec->url, &url, error) < 0)
        return -1;
    prepared->port = url.port;
    int result = service_resolve(state->context->client, state->namespace, url.host, prepared->address, error);
    if (result == 0 && prepared->address[0] != '\0' &&
        !service_answers(prepared->address, url.port, clock_monotonic() + ANSWER_DEADLINE))
        result = error_set(error,
                           "service \"%s\" (%s:%u) does not answer from here; load that comes from pods in the cluster is not "
                           "available in this version",
                           url.host, prepared->address, url.port);
    if (result == 0 && state->service_url == NULL && prepared->address[0] != '\0') {
        char first[2048];
        const char *path = strchr(url_template_expand(&url, 0, first, sizeof first) + 8, '/');
        state->service_url = memory_format("http://%s:%u%s", prepared->address, url.port, path != NULL ? path : "/");
    }
    url_template_release(&url);
    return result;
}

static struct load *make_load(struct variant_state *state, const struct load_spec *spec, const struct prepared_load *prepared,
                              struct load_sink sink, struct error *error)
{
    struct load_options options = {
        .spec = spec,
        .resolve_address = prepared->address[0] != '\0' ? prepared->address : NULL,
        .resolve_port = prepared->port,
        .slow_over = state->lesson->spike_over,
        .sink = sink,
    };
    return load_create(&options, error);
}

static void discard_tick(void *context, const struct load_spec *spec, const struct load_tick *tick)
{
    (void)context;
    (void)spec;
    (void)tick;
}

static void discard_row(void *context, const struct load_spec *spec, const struct load_row *row)
{
    (void)context;
    (void)spec;
    (void)row;
}

static void discard_exemplar(void *context, const struct load_spec *spec, const struct load_exemplar *exemplar)
{
    (void)context;
    (void)spec;
    (void)exemplar;
}

static int warm_up(struct variant_state *state, struct error *error)
{
    if (state->lesson->warm_up == NULL)
        return 0;
    state->phase = RUN_WARMING_UP;
    struct prepared_load prepared = {0};
    struct load_sink sink = {.tick = discard_tick, .row = discard_row, .exemplar = discard_exemplar};
    if (resolve(state, state->lesson->warm_up, &prepared, error) < 0)
        return -1;
    struct load *load = make_load(state, state->lesson->warm_up, &prepared, sink, error);
    if (load == NULL)
        return -1;
    int result = load_start(load, clock_monotonic(), error);
    while (result == 0 && !load_finished(load))
        result = step(state);
    load_destroy(load);
    return result;
}

static int wait_for_metric(struct variant_state *state, struct error *error)
{
    if (state->lesson->start != START_METRICS || state->lesson->watch_hpa[0] == '\0')
        return 0;
    state->phase = RUN_WAITING;
    int64_t deadline = clock_monotonic() + state->lesson->start_timeout;
    struct live_view view = recorder_view(state->recorder);
    while (clock_monotonic() < deadline) {
        view = recorder_view(state->recorder);
        if (view.metric_known && view.hpa_desired == view.hpa_minimum && view.pods == view.hpa_desired)
            return 0;
        if (step(state) != 0)
            return 1;
    }
    if (!view.hpa_seen)
        return error_set(error, "there is no HorizontalPodAutoscaler \"%s\"", state->lesson->watch_hpa);
    return error_set(error, "HPA \"%s\" did not come to rest at %d replicas with a metric in time%s%s", state->lesson->watch_hpa,
                     view.hpa_minimum, view.last_event[0] != '\0' ? "; " : "", view.last_event);
}

static int begin_recording(struct variant_state *state, struct error *error)
{
    AUTO_FREE char *load_json = describe_loads(state->lesson);
    state->load_start = clock_monotonic() + LEAD;
    struct variant_description description = {
        .name = state->variant->name,
        .title = state->variant->title,
        .hpa = state->lesson->watch_hpa,
        .spike_over = state->lesson->spike_over,
        .expectation_count = state->variant->expect.count,
        .expectations = (const char *const *)state->variant->expect.texts,
        .load_duration = lesson_load_duration(state->lesson),
        .load_json = load_json,
        .started_wall = clock_wall() + LEAD,
    };
    return recorder_begin(state->recorder, &description, state->load_start, error);
}

static int start_loads(struct variant_state *state, struct error *error)
{
    for (size_t i = 0; i < state->lesson->load_count; i++) {
        struct prepared_load *prepared = &state->loads[i];
        prepared->load = make_load(state, &state->lesson->loads[i], prepared, recorder_load_sink(state->recorder), error);
        if (prepared->load == NULL || load_start(prepared->load, state->load_start, error) < 0)
            return -1;
    }
    return 0;
}

static bool loads_finished(const struct variant_state *state)
{
    for (size_t i = 0; i < state->lesson->load_count; i++)
        if (!load_finished(state->loads[i].load))
            return false;
    return true;
}

static int wait_for_loads(struct variant_state *state, struct error *error)
{
    state->phase = RUN_LOADING;
    while (!loads_finished(state)) {
        if (recorder_failure(state->recorder, error) < 0)
            return error_context(error, "the run can no longer be recorded");
        if (step(state) != 0)
            return 1;
    }
    return 0;
}

static bool has_settled(const struct variant_state *state)
{
    if (state->lesson->settle != SETTLE_MIN_REPLICAS)
        return false;
    struct live_view view = recorder_view(state->recorder);
    return view.hpa_seen && view.hpa_current == view.hpa_minimum && view.pods == view.hpa_minimum && view.pods_terminating == 0;
}

static int settle(struct variant_state *state)
{
    if (state->lesson->settle == SETTLE_NONE)
        return 0;
    state->phase = RUN_SETTLING;
    int64_t deadline = clock_monotonic() + state->lesson->settle_time;
    while (clock_monotonic() < deadline && !has_settled(state))
        if (step(state) != 0)
            return 1;
    return 0;
}

static void stop_loads(struct variant_state *state)
{
    for (size_t i = 0; i < state->lesson->load_count; i++)
        if (state->loads[i].load != NULL)
            load_stop(state->loads[i].load);
    for (size_t i = 0; i < state->lesson->load_count; i++) {
        load_destroy(state->loads[i].load);
        state->loads[i].load = NULL;
    }
}

static int prepare(struct variant_state *state, struct error *error)
{
    const struct observe_options observe = {
        .client = state->context->client,
        .namespace = state->namespace,
        .metrics_interval = METRICS_INTERVAL,
        .context = state->recorder,
        .change = recorder_change,
    };
    state->phase = RUN_APPLYING;
    report_progress(state);
    if (create_namespace(state, error) < 0)
        return -1;
    int result = scale_down_first(state, error);
    if (result != 0)
        return result;
    state->observer = observe_start(&observe, REQUEST_DEADLINE, error);
    if (state->observer == NULL || apply_manifests(state, error) < 0)
        return -1;
    result = wait_all_available(state, error);
    if (result == 0)
        result = warm_up(state, error);
    return result == 0 ? wait_for_metric(state, error) : result;
}

static int measure(struct variant_state *state, struct error *error)
{
    for (size_t i = 0; i < state->lesson->load_count; i++)
        if (resolve(state, &state->lesson->loads[i], &state->loads[i], error) < 0)
            return -1;
    if (begin_recording(state, error) < 0 || start_loads(state, error) < 0)
        return -1;
    int result = wait_for_loads(state, error);
    return result == 0 ? settle(state) : result;
}

/* Waits for the namespace to be gone; a driver that is being stopped does not wait. */
static void remove_namespace(struct variant_state *state)
{
    AUTO_FREE char *path = memory_format("/api/v1/namespaces/%s", state->namespace);
    struct error reason = ERROR_NONE;
    int64_t deadline = clock_monotonic() + REMOVE_DEADLINE;
    if (kube_delete(state->context->client, path, -1, &reason) < 0) {
        AUTO_FREE char *note = memory_format("namespace %s was not removed: %s", state->namespace, reason.text);
        (void)run_store_add_note(state->context->store, note, NULL);
        return;
    }
    while (clock_monotonic() < deadline) {
        AUTO_KUBE_ANSWER struct kube_answer answer = {0};
        if (kube_request(state->context->client, "GET", path, NULL, NULL, REQUEST_DEADLINE, &answer, &reason) < 0)
            return;
        report_progress(state);
        clock_sleep_until(clock_monotonic() + STEP);
    }
}

static void clean_up(struct variant_state *state)
{
    bool keep = state->context->options->keep && state->context->last;
    state->phase = RUN_CLEANING;
    for (size_t i = 0; i < state->variant->scale_count && !keep; i++)
        if (state->scale_before[i] >= 0)
            (void)scale_deployment(state, &state->variant->scale[i], state->scale_before[i], NULL, NULL);
    if (!keep)
        remove_namespace(state);
    for (size_t i = 0; i < state->variant->scale_count && !keep; i++)
        if (state->scale_before[i] >= 0)
            (void)wait_scaled(state, &state->variant->scale[i], state->scale_before[i], NULL);
}

static int finish(struct variant_state *state, int result, struct error *error)
{
    stop_loads(state);
    if (state->observer != NULL)
        observe_stop(state->observer);
    const char *outcome = result == 0 ? "completed" : result > 0 ? "aborted" : error->text;
    struct error reason = ERROR_NONE;
    if (recorder_finish(state->recorder, outcome, &reason) < 0 && result == 0) {
        *error = reason;
        result = -1;
    }
    clean_up(state);
    return result;
}

static void name_namespace(struct variant_state *state)
{
    (void)snprintf(state->namespace, sizeof state->namespace, "hpalab-%s-%s", state->lesson->name, state->variant->name);
    size_t length = strlen(state->namespace);
    while (length > 0 && state->namespace[length - 1] == '-')
        state->namespace[--length] = '\0';
}

int variant_run(const struct run_context *context, size_t index, struct error *error)
{
    struct variant_state state = {
        .context = context,
        .lesson = context->options->lesson,
        .variant = &context->options->lesson->variants[index],
        .index = index,
    };
    if (manifests_read(&state.variant->manifests, &state.manifests, error) < 0)
        return -1;
    name_namespace(&state);
    state.loads = memory_allocate(state.lesson->load_count, sizeof *state.loads);
    state.scale_before = memory_allocate(state.variant->scale_count, sizeof *state.scale_before);
    for (size_t i = 0; i < state.variant->scale_count; i++)
        state.scale_before[i] = -1;
    state.recorder = recorder_create(context->store, state.lesson->watch_hpa, state.lesson->spike_over);

    int result = prepare(&state, error);
    if (result == 0)
        result = measure(&state, error);
    result = finish(&state, result, error);

    recorder_destroy(state.recorder);
    manifests_release(&state.manifests);
    free(state.loads);
    free(state.scale_before);
    free(state.service_url);
    return result;
}
