/* What the pods used of CPU and memory, and what the HPA aims at when it scales by memory. */
#include <string.h>

#include "driver/analyze/array.h"
#include "driver/analyze/moment.h"
#include "driver/analyze/variant_state.h"

#define BYTES_A_MEBIBYTE (1024.0 * 1024)

static double memory_request(const struct variant_state *state)
{
    for (size_t index = 0; index < state->pods.count; index++) {
        if (state->pods.tracks[index].memory_request > 0)
            return state->pods.tracks[index].memory_request;
    }
    return 0;
}

static void find_target(struct variant_state *state)
{
    const struct metric_figures *metric = &state->scaling.metric;
    if (!metric->watched || strncmp(metric->name, "memory ", strlen("memory ")) != 0)
        return;
    state->figures->memory_target =
        state->scaling.average ? metric->target : memory_request(state) * metric->target / 100 / BYTES_A_MEBIBYTE;
}

/* A pod that goes while one of a higher ordinal (the number at its name's end) stays. */
static bool goes_out_of_order(const struct variant_state *state, const struct pod_figures *pod)
{
    for (size_t index = 0; index < state->pods.count; index++) {
        const struct pod_figures *other = &state->pods.tracks[index].figures;
        bool stays = other->created <= pod->deleted && !moment_passed(other->deleted, pod->deleted);
        if (stays && strverscmp(other->name, pod->name) > 0)
            return true;
    }
    return false;
}

static void find_order(struct variant_state *state)
{
    for (size_t index = 0; index < state->pods.count; index++) {
        const struct pod_figures *pod = &state->pods.tracks[index].figures;
        if (moment_known(pod->deleted) && pod->deleted >= 0)
            state->figures->pods_removed_out_of_order += goes_out_of_order(state, pod);
    }
}

/* The last sample of a pod at or before a moment; negative when there is none. */
static double sample_at(const struct variant_figures *figures, const char *pod, int64_t time)
{
    double last = -1;
    for (size_t index = 0; index < figures->usage_count && figures->usage[index].time <= time; index++)
        last = figures->usage[index].pod == pod ? figures->usage[index].mebibytes : last;
    return last;
}

static struct memory_step memory_at(const struct variant_state *state, int64_t time)
{
    struct memory_step step = {.time = time};
    for (size_t index = 0; index < state->pods.count; index++) {
        const struct pod_figures *pod = &state->pods.tracks[index].figures;
        double sample =
            pod->created <= time && !moment_passed(pod->deleted, time) ? sample_at(state->figures, pod->name, time) : -1;
        step.pods += sample >= 0;
        step.average += sample >= 0 ? sample : 0;
    }
    step.average /= step.pods > 0 ? step.pods : 1;
    return step;
}

static void find_steps(struct variant_state *state)
{
    struct variant_figures *figures = state->figures;
    for (size_t index = 0; index < figures->usage_count; index++) {
        if (index + 1 < figures->usage_count && figures->usage[index + 1].time == figures->usage[index].time)
            continue;
        struct memory_step step = memory_at(state, figures->usage[index].time);
        *ARRAY_ADD(figures->memory_steps, figures->memory_step_count) = step;
    }
}

void find_memory_use(struct variant_state *state)
{
    struct variant_figures *figures = state->figures;
    find_target(state);
    find_order(state);
    for (size_t index = 0; index < state->usage.count; index++) {
        const struct usage_sample *sample = &state->usage.samples[index];
        if (pods_find(&state->pods, sample->pod, sample->arrival) == NULL)
            continue;
        double mebibytes = sample->bytes / BYTES_A_MEBIBYTE;
        *ARRAY_ADD(figures->usage, figures->usage_count) =
            (struct usage_step){.time = sample->arrival, .pod = sample->pod, .cores = sample->cores, .mebibytes = mebibytes};
        figures->memory_maximum = mebibytes > figures->memory_maximum ? mebibytes : figures->memory_maximum;
    }
    find_steps(state);
}
