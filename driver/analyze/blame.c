#include <stdlib.h>
#include <string.h>

#include "common/clock.h"
#include "driver/analyze/array.h"
#include "driver/analyze/moment.h"
#include "driver/analyze/variant_state.h"

#define EPISODE_PAUSE (2 * NANOSECONDS_PER_SECOND)
/* Traffic may reach a pod this long before the observer hears that it is ready. */
#define READY_SLACK (NANOSECONDS_PER_SECOND / 4)
/* A histogram knows its values to one part in a thousand. */
#define HISTOGRAM_SLACK 1.002

static bool was_booting(const struct pod_track *pod, const struct load_exemplar *request, int64_t boot_time)
{
    if (pod->figures.has_probe)
        return !moment_known(pod->figures.ready) || request->sent < pod->figures.ready - READY_SLACK;
    if (request->server_age >= 0 && moment_known(boot_time))
        return request->server_age - (request->finished - request->sent) < boot_time;
    return !moment_passed(pod->figures.first_answer, request->sent);
}

/* The phase of a pod that is known to have answered. */
static enum phase phase_of_answer(const struct pod_track *pod, const struct load_exemplar *request, int64_t boot_time)
{
    if (moment_passed(pod->figures.gone, request->sent))
        return PHASE_GONE;
    if (moment_passed(pod->figures.deleted, request->sent))
        return PHASE_TERMINATING;
    if (was_booting(pod, request, boot_time))
        return PHASE_BOOTING;
    if (request->warmth != WARMTH_UNKNOWN)
        return request->warmth == WARMTH_COLD ? PHASE_COLD : PHASE_WARM;
    return moment_passed(pod->figures.warm, request->sent) ? PHASE_WARM : PHASE_COLD;
}

struct suspects {
    size_t terminating, booting;
    const struct pod_track *terminating_pod, *booting_pod; /* the only one, when there is one */
    size_t endpoints;
};

static struct suspects find_suspects(const struct variant_state *state, const struct load_exemplar *request)
{
    struct suspects suspects = {0};
    for (size_t index = 0; index < state->pods.count; index++) {
        const struct pod_track *pod = &state->pods.tracks[index];
        bool gone_before = moment_passed(pod->figures.gone, request->sent - 1);
        bool endpoint = pods_is_endpoint_at(&state->pods, pod->figures.name, request->sent);
        suspects.endpoints += endpoint;
        if (moment_passed(pod->figures.deleted, request->finished) && !gone_before) {
            suspects.terminating++;
            suspects.terminating_pod = pod;
        } else if (endpoint && !moment_passed(pod->figures.first_answer, request->sent)) {
            suspects.booting++;
            suspects.booting_pod = pod;
        }
    }
    return suspects;
}

/* A request without an answer: what the cluster did tells which pod it may have met, if only one thing can have been. */
static void infer(const struct variant_state *state, const struct load_exemplar *request, struct spike *spike)
{
    struct suspects suspects = find_suspects(state, request);
    spike->inferred = true;
    spike->phase = PHASE_UNKNOWN;
    if (gaps_hold(&state->gaps, request->finished))
        return;
    if (suspects.terminating == 0 && suspects.endpoints == 0 && state->pods.endpoint_count > 0) {
        spike->phase = PHASE_NO_ENDPOINT;
    } else if (suspects.terminating > 0 && suspects.booting == 0) {
        spike->phase = PHASE_TERMINATING;
        spike->pod = suspects.terminating == 1 ? suspects.terminating_pod->figures.name : "";
    } else if (suspects.booting > 0 && suspects.terminating == 0) {
        spike->phase = PHASE_BOOTING;
        spike->pod = suspects.booting == 1 ? suspects.booting_pod->figures.name : "";
    }
}

static void add_spike(struct variant_state *state, const struct kept_request *kept)
{
    const struct load_exemplar *request = &kept->exemplar;
    struct variant_figures *figures = state->figures;
    struct spike spike = {.time = request->intended,
                          .sent = request->sent >= 0 ? request->sent : FIGURES_NEVER,
                          .finished = request->finished,
                          .response = request->finished - request->intended,
                          .outcome = request->outcome,
                          .http_status = request->http_status,
                          .pod = kept->server,
                          .age = request->server_age >= 0 ? request->server_age : FIGURES_NEVER,
                          .phase = PHASE_UNKNOWN};
    struct pod_track *pod = pods_find(&state->pods, kept->server, request->finished);
    if (*kept->server == '\0')
        infer(state, request, &spike);
    else if (pod != NULL)
        spike.phase = phase_of_answer(pod, request, state->boot_time);
    *ARRAY_ADD(figures->spikes, figures->spike_count) = spike;
    pod = pods_find(&state->pods, spike.pod, request->finished);
    if (pod == NULL)
        return;
    pod->figures.spikes++;
    pod->figures.lost += load_outcome_is_lost(spike.outcome);
}

static void count_phase(struct variant_figures *figures, const struct spike *spike)
{
    struct phase_figures *phase = &figures->phases[spike->phase];
    phase->spikes++;
    phase->worst = spike->response > phase->worst ? spike->response : phase->worst;
    figures->spike_worst = spike->response > figures->spike_worst ? spike->response : figures->spike_worst;
    if (load_outcome_is_lost(spike->outcome))
        phase->lost++;
    else
        figures->spikes_slow++;
}

/* The load keeps a limited number of single requests a second: the rest is counted, its phase is not known. */
static void count_the_rest(struct variant_figures *figures)
{
    uint64_t lost = 0;
    for (int phase = 0; phase < PHASE_COUNT; phase++)
        lost += figures->phases[phase].lost;
    int64_t surely_over = (int64_t)((double)figures->spike_over * HISTOGRAM_SLACK);
    uint64_t slow = histogram_count_above(&figures->response_histogram, surely_over);
    struct phase_figures *unknown = &figures->phases[PHASE_UNKNOWN];
    if (figures->lost > lost) {
        unknown->lost += figures->lost - lost;
        unknown->spikes += figures->lost - lost;
    }
    if (slow <= figures->spikes_slow)
        return;
    unknown->spikes += slow - figures->spikes_slow;
    figures->spikes_slow = slow;
    if (figures->response.maximum > figures->spike_worst)
        figures->spike_worst = unknown->worst = figures->response.maximum;
}

/* Different known pods; kept texts are the same when their addresses are. */
static size_t count_pods(const struct spike *spikes, size_t count)
{
    const char **pods = NULL;
    size_t pod_count = 0;
    for (size_t index = 0; index < count; index++) {
        bool seen = *spikes[index].pod == '\0';
        for (size_t before = 0; before < pod_count && !seen; before++)
            seen = pods[before] == spikes[index].pod;
        if (!seen)
            *ARRAY_ADD(pods, pod_count) = spikes[index].pod;
    }
    free(pods);
    return pod_count;
}

static void close_episode(struct variant_state *state, struct episode *episode, const struct spike *spikes)
{
    size_t phases[PHASE_COUNT] = {0};
    episode->pod_count = count_pods(spikes, episode->count);
    for (size_t index = 0; index < episode->count; index++) {
        const struct spike *spike = &spikes[index];
        episode->lost += load_outcome_is_lost(spike->outcome);
        phases[spike->phase]++;
        episode->worst = spike->response > episode->worst ? spike->response : episode->worst;
        episode->end = spike->finished > episode->end ? spike->finished : episode->end;
    }
    for (int phase = 0; phase < PHASE_COUNT; phase++)
        episode->phase = phases[phase] > phases[episode->phase] ? (enum phase)phase : episode->phase;
    const struct event_track *cause = events_cause(&state->events, episode->start);
    episode->cause = "";
    episode->cause_time = cause != NULL ? cause->figures.first : FIGURES_NEVER;
    if (cause != NULL)
        episode->cause =
            texts_format(state->texts, "%s %s: %s", cause->figures.reason, cause->figures.object, cause->figures.message);
}

static void find_episodes(struct variant_state *state)
{
    struct variant_figures *figures = state->figures;
    for (size_t first = 0; first < figures->spike_count;) {
        size_t after = first + 1;
        while (after < figures->spike_count && figures->spikes[after].time - figures->spikes[after - 1].time < EPISODE_PAUSE)
            after++;
        for (size_t index = first; index < after; index++)
            figures->spikes[index].episode = figures->episode_count;
        struct episode *episode = ARRAY_ADD(figures->episodes, figures->episode_count);
        *episode = (struct episode){
            .start = figures->spikes[first].time, .end = figures->spikes[first].finished, .count = after - first};
        close_episode(state, episode, &figures->spikes[first]);
        first = after;
    }
}

static int by_time(const void *left, const void *right)
{
    const struct spike *first = left;
    const struct spike *second = right;
    return first->time != second->time ? (first->time < second->time ? -1 : 1)
                                       : (first->finished > second->finished) - (first->finished < second->finished);
}

void find_spikes(struct variant_state *state)
{
    struct variant_figures *figures = state->figures;
    for (size_t index = 0; index < state->answers.kept_count; index++) {
        const struct load_exemplar *request = &state->answers.kept[index].exemplar;
        if (strcmp(request->phase, LOAD_PHASE_WARM_UP) == 0)
            continue;
        bool slow = request->outcome == OUTCOME_OK && request->finished - request->intended > figures->spike_over;
        if (slow || load_outcome_is_lost(request->outcome))
            add_spike(state, &state->answers.kept[index]);
    }
    if (figures->spike_count > 0)
        qsort(figures->spikes, figures->spike_count, sizeof *figures->spikes, by_time);
    for (size_t index = 0; index < figures->spike_count; index++)
        count_phase(figures, &figures->spikes[index]);
    count_the_rest(figures);
    find_episodes(state);
}
