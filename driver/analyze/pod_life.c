#include <stdlib.h>

#include "common/clock.h"
#include "driver/analyze/array.h"
#include "driver/analyze/moment.h"
#include "driver/analyze/variant_state.h"

/* A pod is warm when its median stays within this many times the median of all. */
#define WARM_FACTOR 2

static void add_rows(struct variant_state *state)
{
    for (size_t index = 0; index < state->answers.pod_second_count; index++) {
        const struct pod_second *row = &state->answers.pod_seconds[index];
        struct pod_track *pod = pods_find(&state->pods, row->pod, (row->second + 1) * NANOSECONDS_PER_SECOND);
        if (pod == NULL)
            continue;
        pod->figures.answers += row->answers;
        pod->figures.cold_answers += row->warmth == WARMTH_COLD ? row->answers : 0;
        if (moment_known(row->first_sent))
            moment_first(&pod->figures.first_sent, row->first_sent);
        if (moment_known(row->last_connection))
            moment_last(&pod->figures.last_connection, row->last_connection);
    }
}

static void add_first_answers(struct variant_state *state)
{
    for (size_t index = 0; index < state->answers.kept_count; index++) {
        const struct kept_request *kept = &state->answers.kept[index];
        if (kept->exemplar.outcome != OUTCOME_OK)
            continue;
        struct pod_track *pod = pods_find(&state->pods, kept->server, kept->exemplar.finished);
        if (pod != NULL)
            moment_first(&pod->figures.first_answer, kept->exemplar.finished);
    }
}

static int64_t response_of(const struct kept_request *kept)
{
    return kept->exemplar.finished - kept->exemplar.intended;
}

static int by_length(const void *left, const void *right)
{
    int64_t first = *(const int64_t *)left;
    int64_t second = *(const int64_t *)right;
    return (first > second) - (first < second);
}

/* How long the first answer of a pod took, and those that followed. */
static void find_responses(const struct variant_state *state, struct pod_track *pod)
{
    int64_t *later = NULL;
    size_t count = 0;
    for (size_t index = 0; index < state->answers.kept_count; index++) {
        const struct kept_request *kept = &state->answers.kept[index];
        if (kept->exemplar.outcome != OUTCOME_OK || pods_find(&state->pods, kept->server, kept->exemplar.finished) != pod)
            continue;
        if (kept->exemplar.finished == pod->figures.first_answer && !moment_known(pod->figures.first_response))
            pod->figures.first_response = response_of(kept);
        else
            *ARRAY_ADD(later, count) = response_of(kept);
    }
    if (count > 0) {
        qsort(later, count, sizeof *later, by_length);
        pod->figures.later_response = later[(count - 1) / 2];
    }
    free(later);
}

/* The least age at which a pod without a readiness probe gave an ok answer: how long they boot. NEVER = not known. */
static int64_t find_boot_time(const struct variant_state *state)
{
    int64_t boot_time = FIGURES_NEVER;
    for (size_t index = 0; index < state->answers.kept_count; index++) {
        const struct kept_request *kept = &state->answers.kept[index];
        if (kept->exemplar.outcome != OUTCOME_OK || kept->exemplar.server_age < 0)
            continue;
        const struct pod_track *pod = pods_find(&state->pods, kept->server, kept->exemplar.finished);
        if (pod != NULL && !pod->figures.has_probe)
            moment_first(&boot_time, kept->exemplar.server_age);
    }
    return boot_time;
}

/* When a pod could answer: with a probe it says so itself; without one its boot took as long as the fleet's did, unless
 * it answered sooner. */
static void find_boot(const struct variant_state *state, struct pod_figures *pod)
{
    if (pod->has_probe) {
        pod->booted = pod->ready;
        return;
    }
    pod->booted = pod->first_answer;
    if (moment_known(state->boot_time) && moment_known(pod->started) &&
        state->boot_time < moment_between(pod->started, pod->first_answer))
        pod->booted = pod->started + state->boot_time;
}

/* Whether a second of a pod counts as not warmed up yet. */
static bool is_cold(const struct variant_state *state, const struct pod_second *row)
{
    if (state->answers.warmth_known)
        return row->warmth == WARMTH_COLD && row->answers > 0;
    return row->answers > 0 && row->p50 > WARM_FACTOR * state->figures->response.p50;
}

static void find_warmth(const struct variant_state *state, struct pod_track *pod)
{
    int64_t last_cold = FIGURES_NEVER;
    int64_t last_answers = FIGURES_NEVER;
    if (state->figures->planned + state->figures->requests == 0) {
        /* Nobody asked: there was nothing to warm up for. */
        pod->figures.warm = pod->figures.booted;
        return;
    }
    for (size_t index = 0; index < state->answers.pod_second_count; index++) {
        const struct pod_second *row = &state->answers.pod_seconds[index];
        if (pods_find(&state->pods, row->pod, (row->second + 1) * NANOSECONDS_PER_SECOND) != pod || row->answers == 0)
            continue;
        if (is_cold(state, row))
            moment_last(&last_cold, row->second);
        else
            moment_last(&last_answers, row->second);
    }
    bool ever = moment_known(last_answers) && (!moment_known(last_cold) || last_answers >= last_cold);
    if (!ever || !moment_known(pod->figures.first_answer))
        return;
    /* What never answered cold has been warm since it could answer. */
    bool always = state->answers.warmth_known && pod->figures.cold_answers == 0 && moment_known(pod->figures.booted);
    pod->figures.warm = always ? pod->figures.booted : pod->figures.first_answer;
    if (moment_known(last_cold))
        moment_last(&pod->figures.warm, (last_cold + 1) * NANOSECONDS_PER_SECOND);
}

void find_pod_lives(struct variant_state *state)
{
    add_rows(state);
    add_first_answers(state);
    state->boot_time = find_boot_time(state);
    for (size_t index = 0; index < state->pods.count; index++) {
        struct pod_track *pod = &state->pods.tracks[index];
        pod->figures.pulled =
            events_first(&state->events, "Pulled", "Pod", pod->figures.name, pod->figures.created - NANOSECONDS_PER_SECOND);
        find_responses(state, pod);
        find_boot(state, &pod->figures);
        find_warmth(state, pod);
    }
}
