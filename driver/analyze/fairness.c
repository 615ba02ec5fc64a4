#include <math.h>

#include "common/clock.h"
#include "driver/analyze/moment.h"
#include "driver/analyze/variant_state.h"

/* Long enough for a pod that is asked now and then, short enough to be about the end. */
#define LAST_STRETCH (10 * NANOSECONDS_PER_SECOND)

static bool ready_throughout(const struct pod_track *pod, int64_t from, int64_t until)
{
    bool ready = pods_ready_at(pod, from) && pods_ready_at(pod, until);
    for (size_t index = 0; index < pod->ready_count && ready; index++) {
        const struct ready_step *step = &pod->ready_steps[index];
        ready = step->ready || step->time < from || step->time > until;
    }
    return ready && !moment_passed(pod->figures.deleted, until) && !moment_passed(pod->figures.gone, until);
}

void find_fairness(struct variant_state *state)
{
    struct variant_figures *figures = state->figures;
    struct fairness_figures *fairness = &figures->fairness;
    int64_t duration = figures->load_duration < figures->end ? figures->load_duration : figures->end;
    int64_t stretch = LAST_STRETCH < duration / 2 ? LAST_STRETCH : duration / 2;
    double sum = 0;
    double squares = 0;
    fairness->from = duration - stretch;
    fairness->until = duration;
    for (size_t index = 0; index < state->pods.count && stretch > 0; index++) {
        struct pod_track *pod = &state->pods.tracks[index];
        if (!ready_throughout(pod, fairness->from, fairness->until))
            continue;
        double answers = answers_between(&state->answers, pod->figures.name, fairness->from, fairness->until);
        pod->figures.last_rate = answers * (double)NANOSECONDS_PER_SECOND / (double)stretch;
        sum += answers;
        squares += answers * answers;
        fairness->pods++;
    }
    fairness->index = sum > 0 ? sum * sum / ((double)fairness->pods * squares) : (double)NAN;
}
