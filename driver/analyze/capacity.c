#include <string.h>

#include "common/clock.h"
#include "driver/analyze/moment.h"
#include "driver/analyze/variant_state.h"

/* Fewer answers say too little about what one costs. */
#define LEAST_ANSWERS 50

struct cost {
    double core_seconds;
    double answers;
};

static struct cost measure(const struct variant_state *state, bool only_warm)
{
    struct cost cost = {0};
    for (size_t index = 0; index < state->usage.count; index++) {
        const struct usage_sample *sample = &state->usage.samples[index];
        const struct pod_track *pod = pods_find(&state->pods, sample->pod, sample->end);
        int64_t start = sample->end - sample->window;
        if (pod == NULL || start < 0 || (only_warm && !moment_passed(pod->figures.warm, start)))
            continue;
        double answers = answers_between(&state->answers, sample->pod, start, sample->end);
        if (answers <= 0)
            continue;
        cost.answers += answers;
        cost.core_seconds += sample->cores * (double)sample->window / (double)NANOSECONDS_PER_SECOND;
    }
    return cost;
}

static double find_request(const struct variant_state *state)
{
    for (size_t index = 0; index < state->pods.count; index++) {
        if (state->pods.tracks[index].cpu_request > 0)
            return state->pods.tracks[index].cpu_request;
    }
    return 0;
}

void find_capacity(struct variant_state *state)
{
    struct variant_figures *figures = state->figures;
    struct cost cost = measure(state, true);
    if (cost.answers < LEAST_ANSWERS)
        cost = measure(state, false);
    if (cost.answers < LEAST_ANSWERS || cost.core_seconds <= 0)
        return;
    figures->cpu_per_request = cost.core_seconds / cost.answers;
    const struct metric_figures *metric = &state->scaling.metric;
    if (strncmp(metric->name, "cpu ", strlen("cpu ")) != 0)
        return;
    double cores = state->scaling.average ? metric->target : find_request(state) * metric->target / 100;
    figures->pod_capacity = cores / figures->cpu_per_request;
}
