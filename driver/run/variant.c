#include "driver/run/variant.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/clock.h"
#include "common/duration.h"
#include "common/memory.h"
#include "driver/run/abort_watch.h"
#include "driver/run/describe.h"
#include "driver/run/generators.h"
#include "driver/run/prepare.h"
#include "driver/run/remove.h"
#include "driver/run/steps.h"
#include "driver/run/target.h"

#define LEAD (300 * NANOSECONDS_PER_MILLISECOND) /* from "start" to the load's second 0 */
#define LATE_SHARE 20                            /* one request in so many may be late before it is told */

static int begin_recording(struct variant_state *state, struct error *error)
{
    AUTO_FREE char *load_json = describe_loads(state->lesson);
    int64_t lead = state->fleet != NULL ? fleet_lead(state->fleet) : LEAD;
    state->load_start = clock_monotonic() + lead;
    struct variant_description description = {
        .name = state->variant->name,
        .title = state->variant->title,
        .hpa = lesson_watched(state->lesson),
        .spike_over = state->lesson->spike_over,
        .expectation_count = state->variant->expect.count,
        .expectations = (const char *const *)state->variant->expect.texts,
        .load_duration = lesson_load_duration(state->lesson),
        .load_json = load_json,
        .started_wall = clock_wall() + lead,
    };
    return recorder_begin(state->recorder, &description, state->load_start, error);
}

static int start_load(struct variant_state *state, const struct load_spec *spec, struct prepared_load *prepared,
                      struct error *error)
{
    struct load_sink sink = abort_watch_sink(state->abort_watch);
    if (spec->type != LOAD_HTTP) {
        prepared->resource = resource_load_create(spec, sink);
        ready_pods_join(state->ready_pods, spec, prepared->resource);
        return resource_load_start(prepared->resource, state->load_start, error);
    }
    if (state->fleet != NULL)
        return 0;
    prepared->load = variant_make_load(state, spec, prepared, sink, error);
    return prepared->load == NULL ? -1 : load_start(prepared->load, state->load_start, error);
}

static int start_loads(struct variant_state *state, struct error *error)
{
    for (size_t i = 0; i < state->lesson->load_count; i++)
        if (start_load(state, &state->lesson->loads[i], &state->loads[i], error) < 0)
            return -1;
    return state->fleet != NULL ? generators_start(state, error) : 0;
}

static bool is_finished(const struct variant_state *state, const struct prepared_load *prepared)
{
    if (prepared->resource != NULL)
        return resource_load_finished(prepared->resource);
    return prepared->load != NULL ? load_finished(prepared->load) : fleet_has_finished(state->fleet);
}

/* Once a second: whether a threshold has failed that ends the load. */
static bool is_aborted(struct variant_state *state)
{
    int64_t now = clock_monotonic();
    if (now < state->next_judgment)
        return false;
    state->next_judgment = now + NANOSECONDS_PER_SECOND;
    const char *failed = abort_watch_failed(state->abort_watch, now - state->load_start);
    if (failed == NULL)
        return false;
    for (size_t i = 0; i < state->lesson->load_count; i++)
        if (state->loads[i].load != NULL)
            load_stop(state->loads[i].load);
    state->abort_note = memory_format("%s: the load was ended after %.0f s, as the threshold %s had failed", state->variant->name,
                                      (double)(now - state->load_start) / (double)NANOSECONDS_PER_SECOND, failed);
    return true;
}

/* Does the steps that are due while it waits. */
static int measured_to_the_end(struct variant_state *state, const void *what, struct error *error)
{
    (void)what;
    if (recorder_failure(state->recorder, error) < 0)
        return error_context(error, "the run can no longer be recorded");
    if (steps_perform(state, error) < 0)
        return -1;
    if (is_aborted(state))
        return 1;
    if (state->lesson->endless || !steps_are_done(state) || clock_monotonic() < state->load_start + state->lesson->duration)
        return 0;
    for (size_t i = 0; i < state->lesson->load_count; i++)
        if (!is_finished(state, &state->loads[i]))
            return 0;
    return 1;
}

static int has_settled(struct variant_state *state, const void *what, struct error *error)
{
    (void)what;
    (void)error;
    if (state->lesson->settle != SETTLE_MIN_REPLICAS)
        return 0;
    struct live_view view = recorder_view(state->recorder);
    return view.hpa_seen && view.hpa_current == view.hpa_minimum && view.pods == view.hpa_minimum && view.pods_terminating == 0;
}

/* A cluster that has not settled in time is a finding of the run, not a fault. */
static int settle(struct variant_state *state, struct error *error)
{
    if (state->lesson->settle == SETTLE_NONE)
        return STEP_DONE;
    state->phase = RUN_SETTLING;
    int result = variant_wait(state, has_settled, NULL, state->lesson->settle_time, error);
    return result == STEP_TIMED_OUT ? STEP_DONE : result;
}

/* A recording may end long after the last change that was seen. */
static void record_end(const struct variant_state *state)
{
    const struct change change = {
        .arrival = clock_monotonic(), .type = CHANGE_MODIFIED, .resource = "steps", .name = "", .text = "the recording ends"};
    if (lesson_is_live(state->lesson) && state->lesson->load_count == 0)
        recorder_change(state->recorder, &change);
}

static void stop_loads(struct variant_state *state)
{
    for (size_t i = 0; i < state->lesson->load_count; i++)
        if (state->loads[i].load != NULL)
            load_stop(state->loads[i].load);
    for (size_t i = 0; i < state->lesson->load_count; i++) {
        struct prepared_load *prepared = &state->loads[i];
        load_destroy(prepared->load);
        if (prepared->resource != NULL)
            ready_pods_leave(state->ready_pods, prepared->resource);
        resource_load_destroy(prepared->resource);
        prepared->load = NULL;
        prepared->resource = NULL;
    }
}

static int plan_loads(struct variant_state *state, struct error *error)
{
    if (state->fleet != NULL)
        return generators_plan(state, error);
    for (size_t i = 0; i < state->lesson->load_count; i++)
        if (state->lesson->loads[i].type == LOAD_HTTP &&
            variant_resolve_load(state, &state->lesson->loads[i], &state->loads[i], error) < 0)
            return -1;
    return 0;
}

static int measure(struct variant_state *state, struct error *error)
{
    if (plan_loads(state, error) < 0 || begin_recording(state, error) < 0 || start_loads(state, error) < 0)
        return -1;
    state->phase = RUN_LOADING;
    int result = variant_wait(state, measured_to_the_end, NULL, INT64_MAX / 2, error);
    record_end(state);
    if (result == STEP_STOPPED && state->lesson->endless)
        return STEP_DONE;
    if (result != STEP_DONE)
        return result;
    generators_end(state);
    return settle(state, error);
}

/* A closed model is never late: it sends less. */
static char *say_limited_generators(const struct variant_state *state, size_t limited, const struct live_view *view)
{
    AUTO_FREE char *counts = view->late + view->dropped == 0
                                 ? memory_copy_text("it did not get the CPU that it wanted")
                                 : memory_format("%llu requests were sent more than 10 ms late, %llu not at all",
                                                 (unsigned long long)view->late, (unsigned long long)view->dropped);
    return memory_format("%s: %zu of %d generators said that it was the limit itself, not the server (%s): more CPU "
                         "(generators.resources), or more of them (parallelism)",
                         state->variant->name, limited, view->generators, counts);
}

/* Figures of a load that this machine could not send as planned say more of the machine than of the cluster. */
static void note_generator_limit(const struct variant_state *state)
{
    struct live_view view = recorder_view(state->recorder);
    char worst[DURATION_TEXT_SIZE];
    bool slow = view.worst > state->lesson->spike_over;
    AUTO_FREE char *note = NULL;
    size_t limited = state->fleet != NULL ? fleet_limited(state->fleet) : 0;
    if (limited > 0)
        note = say_limited_generators(state, limited, &view);
    else if (view.late > view.requests / LATE_SHARE)
        note = memory_format(
            "%s: the load generator sent %llu of %llu requests more than 10 ms late, and %llu not at all; this machine "
            "was the limit",
            state->variant->name, (unsigned long long)view.late, (unsigned long long)view.requests,
            (unsigned long long)view.dropped);
    else if (view.dropped > 0)
        note = memory_format("%s: %llu of %llu requests were never sent, as all of the load's connections (max) were in use%s%s",
                             state->variant->name, (unsigned long long)view.dropped, (unsigned long long)view.requests,
                             slow ? ": the server was the limit, an answer took up to "
                                  : ": more of them carry more, as no answer took longer than ",
                             duration_format(view.worst, worst));
    else if (view.not_told > 0)
        note = memory_format("%s: %llu times a pod could not be told what to use", state->variant->name,
                             (unsigned long long)view.not_told);
    if (note != NULL)
        (void)run_store_add_note(state->context->store, note, NULL);
}

/* What the variant has asked of the API. */
static void record_requests(const struct variant_state *state)
{
    const struct kube_counts before = state->requests_before;
    const struct kube_counts now = kube_counts(state->context->client);
    AUTO_JSON cJSON *counts = cJSON_CreateObject();
    json_set_integer(counts, "reads", (int64_t)(now.reads - before.reads));
    json_set_integer(counts, "watches", (int64_t)(now.watches - before.watches));
    json_set_integer(counts, "writes", (int64_t)(now.writes - before.writes));
    json_set_integer(counts, "generators", (int64_t)(now.generators - before.generators));
    json_set_integer(counts, "repeated", (int64_t)(now.repeated - before.repeated));
    const struct change change = {
        .arrival = clock_monotonic(), .type = CHANGE_SAMPLE, .resource = "requests", .name = "", .object = counts};
    recorder_change(state->recorder, &change);
}

static int finish(struct variant_state *state, int result, struct error *error)
{
    stop_loads(state);
    generators_end(state);
    if (state->observer != NULL)
        observe_stop(state->observer);
    record_requests(state);
    const char *outcome = result == 0 ? "completed" : result > 0 ? "aborted" : error->text;
    struct error reason = ERROR_NONE;
    if (recorder_finish(state->recorder, outcome, &reason) < 0 && result == 0) {
        *error = reason;
        result = -1;
    }
    note_generator_limit(state);
    fleet_destroy(state->fleet);
    if (state->abort_note != NULL)
        (void)run_store_add_note(state->context->store, state->abort_note, NULL);
    variant_remove(state, result == 0 && !state->context->last);
    return result;
}

int variant_run(const struct run_context *context, size_t index, struct error *error)
{
    struct variant_state state = {
        .context = context,
        .lesson = context->options->lesson,
        .variant = &context->options->lesson->variants[index],
        .index = index,
        .requests_before = kube_counts(context->client),
    };
    if (manifests_read(&state.variant->manifests, &state.manifests, error) < 0)
        return -1;
    if (steps_read(&state, error) < 0) {
        steps_release(&state);
        manifests_release(&state.manifests);
        return -1;
    }
    variant_name_namespace(state.lesson, state.variant, state.namespace);
    state.loads = memory_allocate(state.lesson->load_count, sizeof *state.loads);
    state.ready_pods = ready_pods_create();
    state.recorder = recorder_create(context->store, lesson_watched(state.lesson), state.lesson->spike_over);
    state.abort_watch = abort_watch_create(state.variant, recorder_load_sink(state.recorder));

    int result = variant_prepare(&state, error);
    if (result == 0)
        result = measure(&state, error);
    result = finish(&state, result, error);

    abort_watch_destroy(state.abort_watch);
    recorder_destroy(state.recorder);
    ready_pods_destroy(state.ready_pods);
    steps_release(&state);
    manifests_release(&state.manifests);
    free(state.loads);
    free(state.service_url);
    free(state.abort_note);
    return result;
}
