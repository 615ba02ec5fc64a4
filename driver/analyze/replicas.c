#include <stdlib.h>

#include "driver/analyze/array.h"
#include "driver/analyze/moment.h"
#include "driver/analyze/variant_state.h"

struct moments {
    size_t count;
    int64_t *times;
};

static void note(struct moments *moments, int64_t time)
{
    if (moment_known(time))
        *ARRAY_ADD(moments->times, moments->count) = time;
}

static int by_value(const void *left, const void *right)
{
    int64_t first = *(const int64_t *)left;
    int64_t second = *(const int64_t *)right;
    return (first > second) - (first < second);
}

static void collect_moments(const struct variant_state *state, struct moments *moments)
{
    for (size_t index = 0; index < state->scaling.size_count; index++)
        note(moments, state->scaling.sizes[index].time);
    for (size_t index = 0; index < state->pods.count; index++) {
        const struct pod_track *pod = &state->pods.tracks[index];
        note(moments, pod->figures.created);
        note(moments, pod->figures.warm);
        note(moments, pod->figures.deleted);
        note(moments, pod->figures.gone);
        for (size_t step = 0; step < pod->ready_count; step++)
            note(moments, pod->ready_steps[step].time);
    }
    if (moments->count > 0)
        qsort(moments->times, moments->count, sizeof *moments->times, by_value);
}

static struct replica_step state_at(const struct variant_state *state, int64_t time)
{
    struct replica_step step = {.time = time,
                                .desired = scaling_size_at(&state->scaling, true, time),
                                .spec = scaling_size_at(&state->scaling, false, time)};
    for (size_t index = 0; index < state->pods.count; index++) {
        const struct pod_track *pod = &state->pods.tracks[index];
        if (pod->figures.created > time || moment_passed(pod->figures.deleted, time) || moment_passed(pod->figures.gone, time))
            continue;
        bool ready = pods_ready_at(pod, time);
        step.current++;
        step.ready += ready;
        step.warm += ready && moment_passed(pod->figures.warm, time);
    }
    return step;
}

static bool same(const struct replica_step *left, const struct replica_step *right)
{
    return left->desired == right->desired && left->spec == right->spec && left->current == right->current &&
           left->ready == right->ready && left->warm == right->warm;
}

static void add_step(struct variant_figures *figures, const struct replica_step *step)
{
    if (figures->replica_step_count > 0 && same(&figures->replica_steps[figures->replica_step_count - 1], step))
        return;
    *ARRAY_ADD(figures->replica_steps, figures->replica_step_count) = *step;
}

static void sum_up(struct variant_figures *figures)
{
    figures->replicas_minimum = figures->replicas_maximum = figures->replicas_final = -1;
    for (size_t index = 0; index < figures->replica_step_count; index++) {
        const struct replica_step *step = &figures->replica_steps[index];
        figures->replicas_final = step->current;
        bool last_before = index + 1 < figures->replica_step_count && figures->replica_steps[index + 1].time <= 0;
        if (last_before)
            continue;
        if (figures->replicas_minimum < 0 || step->current < figures->replicas_minimum)
            figures->replicas_minimum = step->current;
        if (step->current > figures->replicas_maximum)
            figures->replicas_maximum = step->current;
    }
}

void find_replicas(struct variant_state *state)
{
    struct variant_figures *figures = state->figures;
    struct moments moments = {0};
    collect_moments(state, &moments);
    for (size_t index = 0; index < moments.count; index++) {
        if (index + 1 < moments.count && moments.times[index + 1] == moments.times[index])
            continue;
        struct replica_step step = state_at(state, moments.times[index]);
        add_step(figures, &step);
    }
    free(moments.times);
    sum_up(figures);
    for (size_t index = 0; index < state->pods.count; index++) {
        const struct pod_figures *pod = &state->pods.tracks[index].figures;
        figures->pods_created += pod->created >= 0;
        figures->pods_removed += moment_known(pod->deleted) && pod->deleted >= 0;
    }
}
