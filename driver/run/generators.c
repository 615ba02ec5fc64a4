#include "driver/run/generators.h"

#include <string.h>

#include "common/clock.h"
#include "common/memory.h"
#include "driver/run/abort_watch.h"
#include "driver/run/target.h"

#define SPARE (600 * NANOSECONDS_PER_SECOND) /* of the generators' lives, beyond what the lesson takes */
#define DNS_SERVICE "/api/v1/namespaces/kube-system/services/kube-dns"

static size_t request_loads(const struct lesson *lesson)
{
    size_t count = 0;
    for (size_t i = 0; i < lesson->load_count; i++)
        count += lesson->loads[i].type == LOAD_HTTP;
    return count;
}

/* Whether every Service answers from here. The one that does not is named by the error of 0. */
static int are_reachable(struct variant_state *state, bool *reachable, struct error *error)
{
    *reachable = true;
    for (size_t i = 0; i < state->lesson->load_count && *reachable; i++) {
        const struct load_spec *spec = &state->lesson->loads[i];
        struct prepared_load prepared = {0};
        if (spec->type != LOAD_HTTP)
            continue;
        if (variant_resolve_load(state, spec, &prepared, error) < 0)
            return -1;
        *reachable = variant_is_reachable(state, spec, &prepared);
        if (!*reachable)
            (void)error_set(error, "%s (%s:%u) does not answer from here", spec->url, prepared.address, prepared.port);
    }
    return 0;
}

static int is_ready(struct variant_state *state, const void *what, struct error *error)
{
    (void)what;
    return fleet_is_ready(state->fleet, error);
}

static int launch(struct variant_state *state, struct error *error)
{
    const struct fleet_options options = {
        .client = state->context->client,
        .namespace = state->namespace,
        .lesson = state->lesson->name,
        .run = state->context->label,
        .spec = &state->variant->generators,
        .deadline = lesson_load_duration(state->lesson) + 2 * state->lesson->start_timeout + SPARE,
        .context = state->recorder,
        .tell = recorder_generator,
    };
    struct fleet *fleet = fleet_create(&options);
    atomic_store(&state->fleet, fleet);
    if (fleet_launch(fleet, error) < 0)
        return -1;
    state->phase = RUN_STARTING_GENERATORS;
    int result = variant_wait(state, is_ready, NULL, state->lesson->start_timeout, error);
    return result == STEP_TIMED_OUT ? fleet_say_missing(fleet, error) : result;
}

int generators_prepare(struct variant_state *state, struct error *error)
{
    const struct fleet_spec *spec = &state->variant->generators;
    struct error silent = ERROR_NONE;
    bool reachable = false;
    if (request_loads(state->lesson) == 0)
        return STEP_DONE;
    if (fleet_spec_is_in_cluster(spec))
        return launch(state, error);
    /* In a namespace that exists nothing is made but what the lesson was told to make. */
    bool from_here = spec->where == FLEET_DRIVER || lesson_is_live(state->lesson);
    if (are_reachable(state, &reachable, &silent) < 0)
        return error_set(error, "%s", silent.text);
    if (reachable)
        return STEP_DONE;
    if (from_here)
        return error_set(error, "%s; with generators: {where: cluster} the load comes from pods", silent.text);
    AUTO_FREE char *note = memory_format("%s: %s; the load came from a pod", state->variant->name, silent.text);
    return run_store_add_note(state->context->store, note, error) < 0 ? -1 : launch(state, error);
}

/* A cluster with DNS resolves its Services' names itself. Where there is none, or nobody may look whether there is, the
 * generators are told a Service's address: from a pod it is as good. */
static int has_dns(const struct variant_state *state, bool *has, struct error *error)
{
    AUTO_KUBE_ANSWER struct kube_answer answer = {0};
    struct error reason = ERROR_NONE;
    *has = kube_request(state->context->client, "GET", DNS_SERVICE, NULL, NULL, REQUEST_DEADLINE, &answer, &reason) == 0;
    bool is_told = *has || answer.code == 404 || answer.code == 403;
    return is_told ? 0 : error_set(error, "%s", reason.text);
}

static int make_load(struct variant_state *state, const struct load_spec *spec, struct prepared_load *prepared,
                     struct fleet_load *load, struct error *error)
{
    bool dns = false;
    if (variant_resolve_load(state, spec, prepared, error) < 0 || has_dns(state, &dns, error) < 0)
        return -1;
    *load = (struct fleet_load){.spec = spec, .address = dns ? "" : prepared->address, .port = prepared->port};
    return 0;
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

const struct load_sink discarding_sink = {.tick = discard_tick, .row = discard_row, .exemplar = discard_exemplar};

static int has_finished(struct variant_state *state, const void *what, struct error *error)
{
    (void)what;
    (void)error;
    return fleet_has_finished(state->fleet);
}

int generators_warm_up(struct variant_state *state, const struct load_spec *spec, struct error *error)
{
    struct prepared_load prepared = {0};
    struct fleet_load load;
    struct fleet *fleet = state->fleet;
    if (make_load(state, spec, &prepared, &load, error) < 0 ||
        fleet_plan(fleet, &load, 1, state->lesson->spike_over, discarding_sink, error) < 0 ||
        fleet_start(fleet, clock_monotonic() + fleet_lead(fleet), error) < 0)
        return -1;
    int result = variant_wait(state, has_finished, NULL, INT64_MAX / 2, error);
    fleet_stop(fleet);
    if (result == STEP_DONE && fleet_losses(fleet, error) > 0)
        return error_context(error, "warm-up");
    return result;
}

int generators_plan(struct variant_state *state, struct error *error)
{
    const struct lesson *lesson = state->lesson;
    AUTO_FREE struct fleet_load *loads = memory_allocate(lesson->load_count, sizeof *loads);
    size_t count = 0;
    for (size_t i = 0; i < lesson->load_count; i++)
        if (lesson->loads[i].type == LOAD_HTTP &&
            make_load(state, &lesson->loads[i], &state->loads[i], &loads[count++], error) < 0)
            return -1;
    return fleet_plan(state->fleet, loads, count, lesson->spike_over, abort_watch_sink(state->abort_watch), error);
}

int generators_start(struct variant_state *state, struct error *error)
{
    return fleet_start(state->fleet, state->load_start, error);
}

void generators_end(struct variant_state *state)
{
    struct fleet *fleet = state->fleet;
    if (fleet == NULL)
        return;
    fleet_stop(fleet);
    fleet_remove(fleet);
}
