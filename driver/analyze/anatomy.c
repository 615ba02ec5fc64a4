#include <stdlib.h>

#include "common/clock.h"
#include "driver/analyze/array.h"
#include "driver/analyze/moment.h"
#include "driver/analyze/variant_state.h"

/* The pods of a decision may be seen a little before the HPA's status that tells of it. */
#define DECISION_SLACK NANOSECONDS_PER_SECOND

struct lengths {
    size_t count;
    int64_t *values;
};

static void add_length(struct lengths *lengths, int64_t value)
{
    if (moment_known(value))
        *ARRAY_ADD(lengths->values, lengths->count) = value;
}

static int by_value(const void *left, const void *right)
{
    int64_t first = *(const int64_t *)left;
    int64_t second = *(const int64_t *)right;
    return (first > second) - (first < second);
}

/* Nearest rank: the least value that the share of the values are not above. */
static struct stage_figures summarise(struct lengths *lengths)
{
    if (lengths->count == 0)
        return (struct stage_figures){.p50 = FIGURES_NEVER, .p95 = FIGURES_NEVER};
    qsort(lengths->values, lengths->count, sizeof *lengths->values, by_value);
    size_t half = (lengths->count * 50 + 99) / 100;
    size_t most = (lengths->count * 95 + 99) / 100;
    return (struct stage_figures){.count = lengths->count, .p50 = lengths->values[half - 1], .p95 = lengths->values[most - 1]};
}

static double rate_at(const struct variant_figures *figures, size_t second)
{
    return second < figures->second_count ? figures->seconds[second].target : 0;
}

/* When the target rate, which is known in the middle of each second, first passes a limit after a moment. */
static int64_t find_crossing(const struct variant_figures *figures, double limit, int64_t after, int64_t before)
{
    for (size_t second = 0; second < figures->second_count; second++) {
        double rate = rate_at(figures, second);
        if (rate <= limit)
            continue;
        double rate_before = second > 0 ? rate_at(figures, second - 1) : 0;
        double share = rate_before < limit ? (limit - rate_before) / (rate - rate_before) : 0;
        double middle = (double)second - 0.5 + share;
        int64_t moment = middle > 0 ? (int64_t)(middle * (double)NANOSECONDS_PER_SECOND) : 0;
        moment = moment > after ? moment : after;
        return moment <= before ? moment : FIGURES_NEVER;
    }
    return FIGURES_NEVER;
}

/* The first answer of metrics.k8s.io after a moment in which the pods' average is above the target and its tolerance. */
static int64_t find_sensing(const struct variant_state *state, int64_t after, int64_t before)
{
    const struct metric_figures *metric = &state->scaling.metric;
    for (size_t index = 0; index < state->usage.count;) {
        int64_t arrival = state->usage.samples[index].arrival;
        double used = 0;
        double requested = 0;
        size_t pods = 0;
        for (; index < state->usage.count && state->usage.samples[index].arrival == arrival; index++) {
            const struct usage_sample *sample = &state->usage.samples[index];
            const struct pod_track *pod = pods_find(&state->pods, sample->pod, sample->end);
            used += pod != NULL ? sample->cores : 0;
            requested += pod != NULL ? pod->cpu_request : 0;
            pods += pod != NULL;
        }
        double wanted = state->scaling.average ? metric->target * (double)pods : requested * metric->target / 100;
        if (arrival >= after && arrival <= before && wanted > 0 && used / wanted > 1 + metric->tolerance_up)
            return arrival;
    }
    return FIGURES_NEVER;
}

/* Without a probe a pod is ready for its first traffic as soon as that comes. */
static int64_t ready_moment(const struct pod_figures *pod)
{
    return pod->has_probe ? pod->ready : moment_known(pod->first_sent) ? pod->first_sent : pod->ready;
}

static void add_pod(struct lengths lengths[STAGE_COUNT], const struct pod_figures *pod, int64_t decided)
{
    int64_t pulled = moment_known(pod->pulled) ? pod->pulled : pod->scheduled;
    int64_t initialised = pod->initialised;
    if (moment_known(initialised) && moment_known(pulled) && initialised < pulled)
        initialised = pulled;
    add_length(&lengths[STAGE_CREATING], moment_between(decided, pod->created));
    add_length(&lengths[STAGE_SCHEDULING], moment_between(pod->created, pod->scheduled));
    add_length(&lengths[STAGE_PULLING], moment_between(pod->scheduled, pod->pulled));
    add_length(&lengths[STAGE_INITIALISING], moment_between(pulled, initialised));
    add_length(&lengths[STAGE_STARTING], moment_between(moment_known(initialised) ? initialised : pulled, pod->started));
    add_length(&lengths[STAGE_READYING], moment_between(pod->started, ready_moment(pod)));
    add_length(&lengths[STAGE_SERVING], moment_between(ready_moment(pod), pod->first_answer));
    add_length(&lengths[STAGE_WARMING], moment_between(pod->first_answer, pod->warm));
}

/* The index after the last decision at or before a moment: 0 = there was none. */
static size_t decision_of(const struct variant_figures *figures, int64_t time)
{
    size_t count = 0;
    while (count < figures->decision_count && figures->decisions[count].time - DECISION_SLACK <= time)
        count++;
    return count;
}

static void merge_lengths(struct lengths *into, const struct lengths *from)
{
    for (size_t index = 0; index < from->count; index++)
        add_length(into, from->values[index]);
}

static void time_decision(const struct variant_state *state, struct scale_up *scale_up, struct lengths lengths[STAGE_COUNT])
{
    const struct variant_figures *figures = state->figures;
    const struct decision *decision = &figures->decisions[scale_up->decision];
    int64_t before = scale_up->decision > 0 ? figures->decisions[scale_up->decision - 1].time : 0;
    double limit = figures->pod_capacity * decision->from * (1 + state->scaling.metric.tolerance_up);
    if (limit > 0)
        scale_up->crossed = find_crossing(figures, limit, before, decision->time);
    if (moment_known(scale_up->crossed))
        scale_up->sensed = find_sensing(state, scale_up->crossed, decision->time);
    add_length(&lengths[STAGE_SENSING], moment_between(scale_up->crossed, scale_up->sensed));
    add_length(&lengths[STAGE_DECIDING], moment_between(scale_up->sensed, decision->time));
    scale_up->total = moment_between(moment_known(scale_up->crossed) ? scale_up->crossed : decision->time, scale_up->served);
}

static void add_scale_up(struct variant_state *state, size_t decision, struct lengths all[STAGE_COUNT])
{
    struct variant_figures *figures = state->figures;
    struct lengths lengths[STAGE_COUNT] = {{0}};
    struct scale_up *scale_up = ARRAY_ADD(figures->scale_ups, figures->scale_up_count);
    *scale_up = (struct scale_up){
        .decision = decision, .crossed = FIGURES_NEVER, .sensed = FIGURES_NEVER, .served = FIGURES_NEVER, .total = FIGURES_NEVER};
    for (size_t index = 0; index < figures->pod_count; index++) {
        const struct pod_figures *pod = &figures->pods[index];
        if (pod->before || decision_of(figures, pod->created) != decision + 1)
            continue;
        scale_up->pods++;
        add_pod(lengths, pod, figures->decisions[decision].time);
        if (moment_known(pod->first_answer))
            moment_last(&scale_up->served, pod->first_answer);
    }
    time_decision(state, scale_up, lengths);
    if (moment_known(scale_up->total) && (!moment_known(figures->time_to_scale) || scale_up->total > figures->time_to_scale))
        figures->time_to_scale = scale_up->total;
    for (int stage = 0; stage < STAGE_COUNT; stage++) {
        scale_up->stages[stage] = summarise(&lengths[stage]);
        merge_lengths(&all[stage], &lengths[stage]);
        free(lengths[stage].values);
    }
}

static enum gap gap_at(const struct pod_figures *pod, int64_t time)
{
    if (moment_passed(pod->terminated, time) || moment_passed(pod->gone, time))
        return GAP_TERMINATED;
    return moment_passed(pod->removed, time) ? GAP_REMOVED : GAP_LISTED;
}

static void add_scale_down(struct variant_figures *figures, size_t pod_index)
{
    const struct pod_figures *pod = &figures->pods[pod_index];
    struct scale_down *scale_down = ARRAY_ADD(figures->scale_downs, figures->scale_down_count);
    scale_down->pod = pod_index;
    for (size_t index = 0; index < figures->spike_count; index++) {
        const struct spike *spike = &figures->spikes[index];
        if (load_outcome_is_lost(spike->outcome) && spike->pod == pod->name && spike->finished >= pod->deleted)
            scale_down->lost[gap_at(pod, spike->finished)]++;
    }
}

void find_anatomy(struct variant_state *state)
{
    struct variant_figures *figures = state->figures;
    struct lengths all[STAGE_COUNT] = {{0}};
    figures->time_to_scale = FIGURES_NEVER;
    for (size_t index = 0; index < figures->decision_count; index++) {
        if (figures->decisions[index].to > figures->decisions[index].from)
            add_scale_up(state, index, all);
    }
    for (int stage = 0; stage < STAGE_COUNT; stage++) {
        figures->stages[stage] = summarise(&all[stage]);
        free(all[stage].values);
    }
    for (size_t index = 0; index < figures->pod_count; index++) {
        if (moment_known(figures->pods[index].deleted))
            add_scale_down(figures, index);
    }
}
