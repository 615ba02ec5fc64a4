#include "driver/run/variant_state.h"

#include <stdio.h>

#include "common/clock.h"

#define STEP (100 * NANOSECONDS_PER_MILLISECOND)
#define ASK_PERIOD (500 * NANOSECONDS_PER_MILLISECOND)

void variant_name_namespace(const struct lesson *lesson, const struct lesson_variant *variant, char name[NAMESPACE_SIZE])
{
    if (lesson_is_live(lesson))
        (void)snprintf(name, NAMESPACE_SIZE, "%s", lesson->namespace);
    else
        (void)snprintf(name, NAMESPACE_SIZE, "hpalab-%s-%s", lesson->name, variant->name);
}

void variant_report_progress(const struct variant_state *state)
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
        .kubeconfig = state->context->embedded->kubeconfig,
        .namespace = state->namespace,
        .service_url = state->service_url != NULL ? state->service_url : "",
        .view = recorder_view(state->recorder),
    };
    options->progress(options->context, &progress);
}

bool variant_is_stopped(const struct variant_state *state)
{
    return atomic_load(state->context->options->stop);
}

/* Tells the progress and waits for one step. */
static int take_step(const struct variant_state *state, struct error *error)
{
    variant_report_progress(state);
    clock_sleep_until(clock_monotonic() + STEP);
    if (variant_is_stopped(state))
        return STEP_STOPPED;
    if (embedded_has_ended(state->context->embedded))
        return error_set(error, "the embedded cluster has ended unexpectedly");
    return STEP_DONE;
}

static int wait_for(struct variant_state *state, variant_condition *condition, const void *what, int64_t timeout, int64_t period,
                    struct error *error)
{
    int64_t deadline = clock_monotonic() + timeout;
    int64_t next = 0;
    for (int64_t now = clock_monotonic(); now < deadline; now = clock_monotonic()) {
        int holds = now >= next ? condition(state, what, error) : 0;
        if (holds != 0)
            return holds < 0 ? -1 : STEP_DONE;
        if (now >= next)
            next = now + period;
        int result = take_step(state, error);
        if (result != STEP_DONE)
            return result;
    }
    return STEP_TIMED_OUT;
}

int variant_wait(struct variant_state *state, variant_condition *condition, const void *what, int64_t timeout,
                 struct error *error)
{
    return wait_for(state, condition, what, timeout, 0, error);
}

int variant_wait_asking(struct variant_state *state, variant_condition *condition, const void *what, int64_t timeout,
                        struct error *error)
{
    return wait_for(state, condition, what, timeout, ASK_PERIOD, error);
}
