#include <math.h>

#include "common/clock.h"
#include "driver/analyze/moment.h"
#include "driver/analyze/variant_state.h"

/* A decision that undoes the one before counts as a reversal for this long. */
#define REVERSAL_WITHIN (5 * 60 * NANOSECONDS_PER_SECOND)
/* Keeps a demand of exactly so many pods from being rounded up to one more. */
#define ROUNDING 1e-9

static void count_reversals(struct variant_figures *figures)
{
    for (size_t index = 1; index < figures->decision_count; index++) {
        const struct decision *before = &figures->decisions[index - 1];
        const struct decision *now = &figures->decisions[index];
        figures->reversals += (before->to > before->from) != (now->to > now->from) && now->time - before->time <= REVERSAL_WITHIN;
    }
}

static int supplied(const struct replica_step *step, enum supply supply)
{
    return supply == SUPPLY_SPEC ? step->spec : supply == SUPPLY_READY ? step->ready : step->warm;
}

/* The least number of pods that carries the load of a second within the target. */
static double demanded(const struct variant_figures *figures, int64_t second)
{
    const struct second_figures *seconds = figures->seconds;
    double rate = (size_t)second < figures->second_count ? seconds[second].target : 0;
    return fmax(figures->metric.minimum_replicas, ceil(rate / figures->pod_capacity - ROUNDING));
}

/* Adds what happened from one moment to another, in which the supply stood still. */
static void add_span(struct elasticity_figures *sums, const struct variant_figures *figures, int pods, int64_t from,
                     int64_t until)
{
    while (from < until) {
        int64_t second = from / NANOSECONDS_PER_SECOND;
        int64_t end = (second + 1) * NANOSECONDS_PER_SECOND;
        double length = (double)((end < until ? end : until) - from) / (double)NANOSECONDS_PER_SECOND;
        sums->cost += pods * length;
        if (figures->pod_capacity > 0) {
            double missing = demanded(figures, second) - pods;
            sums->under += fmax(missing, 0) * length;
            sums->over += fmax(-missing, 0) * length;
            sums->under_share += missing > 0 ? length : 0;
            sums->over_share += missing < 0 ? length : 0;
        }
        from = end;
    }
}

static void measure(struct variant_figures *figures, enum supply supply, int64_t duration)
{
    struct elasticity_figures *sums = &figures->elasticity[supply];
    for (size_t index = 0; index < figures->replica_step_count; index++) {
        const struct replica_step *step = &figures->replica_steps[index];
        int64_t until = index + 1 < figures->replica_step_count ? figures->replica_steps[index + 1].time : duration;
        int pods = supplied(step, supply);
        if (pods >= 0)
            add_span(sums, figures, pods, step->time > 0 ? step->time : 0, until < duration ? until : duration);
    }
    double seconds = (double)duration / (double)NANOSECONDS_PER_SECOND;
    double *const means[] = {&sums->under, &sums->over, &sums->under_share, &sums->over_share};
    for (size_t index = 0; index < sizeof means / sizeof *means; index++)
        *means[index] = figures->pod_capacity > 0 ? *means[index] / seconds : (double)NAN;
}

void find_elasticity(struct variant_state *state)
{
    struct variant_figures *figures = state->figures;
    bool load = figures->load_duration > 0 && figures->load_duration < figures->end;
    int64_t duration = load ? figures->load_duration : figures->end;
    count_reversals(figures);
    for (int supply = 0; supply < SUPPLY_COUNT; supply++) {
        figures->elasticity[supply] = (struct elasticity_figures){.cost = 0};
        if (duration > 0 && figures->replica_step_count > 0)
            measure(figures, (enum supply)supply, duration);
        else
            figures->elasticity[supply] =
                (struct elasticity_figures){.under = NAN, .over = NAN, .under_share = NAN, .over_share = NAN, .cost = NAN};
    }
}
