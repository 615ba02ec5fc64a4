#include "driver/report/side_by_side.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "common/clock.h"
#include "common/memory.h"
#include "driver/analyze/named_value.h"

/* A ratio of fewer samples is noise. */
#define LEAST_SAMPLES 20
/* Values closer than this are alike. */
#define ALIKE 0.02

typedef const struct variant_figures *variant_pointer;

struct figure {
    const char *name, *key;
    enum preference preference;
    bool always; /* shown even when it is 0 everywhere, if requests were sent */
    double (*value)(variant_pointer variant);
};

static double in_milliseconds(const struct time_figures *times, int64_t nanoseconds)
{
    return times->count > 0 ? (double)nanoseconds / (double)NANOSECONDS_PER_MILLISECOND : (double)NAN;
}

static double in_seconds(int64_t nanoseconds)
{
    return nanoseconds != FIGURES_NEVER ? (double)nanoseconds / (double)NANOSECONDS_PER_SECOND : (double)NAN;
}

static double answered(variant_pointer variant)
{
    return (double)variant->outcomes[OUTCOME_OK];
}

static double lost(variant_pointer variant)
{
    return (double)variant->lost;
}

static double lost_to_terminating(variant_pointer variant)
{
    return (double)variant->phases[PHASE_TERMINATING].lost;
}

static double slow(variant_pointer variant)
{
    return (double)variant->spikes_slow;
}

static double slow_booting(variant_pointer variant)
{
    return (double)(variant->phases[PHASE_BOOTING].spikes - variant->phases[PHASE_BOOTING].lost);
}

static double slow_cold(variant_pointer variant)
{
    return (double)(variant->phases[PHASE_COLD].spikes - variant->phases[PHASE_COLD].lost);
}

static double cold_answers(variant_pointer variant)
{
    return (double)variant->cold;
}

static double dropped(variant_pointer variant)
{
    return (double)variant->outcomes[OUTCOME_DROPPED];
}

static double response_p50(variant_pointer variant)
{
    return in_milliseconds(&variant->response, variant->response.p50);
}

static double response_p95(variant_pointer variant)
{
    return in_milliseconds(&variant->response, variant->response.p95);
}

static double response_p99(variant_pointer variant)
{
    return in_milliseconds(&variant->response, variant->response.p99);
}

static double response_maximum(variant_pointer variant)
{
    return in_milliseconds(&variant->response, variant->response.maximum);
}

static double replicas_maximum(variant_pointer variant)
{
    return variant->replicas_maximum >= 0 ? variant->replicas_maximum : (double)NAN;
}

static double replicas_final(variant_pointer variant)
{
    return variant->replicas_final >= 0 ? variant->replicas_final : (double)NAN;
}

static double rescales(variant_pointer variant)
{
    return variant->metric.watched ? (double)variant->decision_count : (double)NAN;
}

static double reversals(variant_pointer variant)
{
    return variant->metric.watched ? (double)variant->reversals : (double)NAN;
}

/* A figure as expectations know it. */
static double named(variant_pointer variant, const char *name)
{
    struct named_value value;
    return named_value(name, variant, &value) == 0 ? value.number : (double)NAN;
}

static double restarts(variant_pointer variant)
{
    return named(variant, "pods.restarts");
}

static double slowest_first_answer(variant_pointer variant)
{
    return named(variant, "first_response.max") / (double)NANOSECONDS_PER_MILLISECOND;
}

static double missing_pods(variant_pointer variant)
{
    return variant->elasticity[SUPPLY_READY].under;
}

static double surplus_pods(variant_pointer variant)
{
    return variant->elasticity[SUPPLY_READY].over;
}

static double pod_seconds(variant_pointer variant)
{
    return variant->elasticity[SUPPLY_READY].cost;
}

static double time_to_scale(variant_pointer variant)
{
    return in_seconds(variant->time_to_scale);
}

/* One pod is always even. */
static double fairness(variant_pointer variant)
{
    return variant->fairness.pods > 1 ? variant->fairness.index : (double)NAN;
}

static double unknown_metric(variant_pointer variant)
{
    return variant->metric.watched ? in_seconds(variant->metric.unknown) : (double)NAN;
}

/* Order means something where pods have ordinals. */
static double out_of_order(variant_pointer variant)
{
    return variant->memory_target > 0 ? (double)variant->pods_removed_out_of_order : (double)NAN;
}

static double memory_maximum(variant_pointer variant)
{
    return variant->usage_count > 0 && variant->memory_target > 0 ? variant->memory_maximum : (double)NAN;
}

static double memory_target(variant_pointer variant)
{
    return variant->memory_target > 0 ? variant->memory_target : (double)NAN;
}

static double highest_metric(variant_pointer variant)
{
    return variant->memory_target > 0 && variant->metric.any_known ? variant->metric.maximum : (double)NAN;
}

static double count_marks(variant_pointer variant, enum mark_kind kind)
{
    double count = 0;
    for (size_t index = 0; index < variant->mark_count; index++)
        count += variant->marks[index].kind == kind ? 1 : 0;
    return count;
}

static double jobs_complete(variant_pointer variant)
{
    return count_marks(variant, MARK_JOB_COMPLETE);
}

static double jobs_failed(variant_pointer variant)
{
    return count_marks(variant, MARK_JOB_FAILED);
}

static double pods_removed(variant_pointer variant)
{
    return (double)variant->pods_removed;
}

static const struct figure FIGURES[] = {
    {"Requests answered", "answered", PREFER_NONE, true, answered},
    {"Requests lost", "lost", PREFER_LESS, true, lost},
    {"Lost as pods went away", "lost_terminating", PREFER_LESS, false, lost_to_terminating},
    {"Slow answers", "slow", PREFER_LESS, true, slow},
    {"Slow: pod was booting", "slow_booting", PREFER_LESS, false, slow_booting},
    {"Slow: pod was cold", "slow_cold", PREFER_LESS, false, slow_cold},
    {"Answers of cold pods", "cold", PREFER_LESS, false, cold_answers},
    {"Longest response (ms)", "response_max_ms", PREFER_LESS, true, response_maximum},
    {"Response time p99 (ms)", "response_p99_ms", PREFER_LESS, true, response_p99},
    {"Response time p95 (ms)", "response_p95_ms", PREFER_LESS, true, response_p95},
    {"Response time p50 (ms)", "response_p50_ms", PREFER_LESS, true, response_p50},
    {"Dropped by the generator", "dropped", PREFER_NONE, false, dropped},
    {"Most pods", "replicas_max", PREFER_NONE, false, replicas_maximum},
    {"Pods at the end", "replicas_final", PREFER_NONE, false, replicas_final},
    {"Pods removed", "pods_removed", PREFER_NONE, false, pods_removed},
    {"Removed out of order", "pods_out_of_order", PREFER_LESS, false, out_of_order},
    {"Largest working set (MiB)", "memory_max_mib", PREFER_NONE, false, memory_maximum},
    {"Target a pod (MiB)", "memory_target_mib", PREFER_NONE, false, memory_target},
    {"Highest HPA metric", "metric_max", PREFER_NONE, false, highest_metric},
    {"Jobs complete", "jobs_complete", PREFER_NONE, false, jobs_complete},
    {"Jobs failed", "jobs_failed", PREFER_LESS, false, jobs_failed},
    {"Containers restarted", "restarts", PREFER_NONE, false, restarts},
    {"Slowest first answer (ms)", "first_response_max_ms", PREFER_LESS, false, slowest_first_answer},
    {"Rescales", "rescales", PREFER_NONE, false, rescales},
    {"Rescales that were undone", "reversals", PREFER_LESS, false, reversals},
    {"Ready pods missing, mean", "missing_pods", PREFER_LESS, false, missing_pods},
    {"Ready pods surplus, mean", "surplus_pods", PREFER_LESS, false, surplus_pods},
    {"Cost (ready pod-seconds)", "pod_seconds", PREFER_NONE, false, pod_seconds},
    {"Time to scale up (s)", "time_to_scale_s", PREFER_LESS, false, time_to_scale},
    {"Evenness at the end (Jain)", "fairness", PREFER_MORE, false, fairness},
    {"HPA metric unknown (s)", "metric_unknown_s", PREFER_LESS, false, unknown_metric},
};

static bool says_something(const struct figure *figure, const struct variant_figures *variants, size_t count)
{
    bool something = false;
    for (size_t index = 0; index < count && !something; index++) {
        double value = figure->value(&variants[index]);
        something =
            (figure->always && variants[index].planned + variants[index].requests > 0) || (!isnan(value) && fabs(value) > 0);
    }
    return something;
}

static bool alike(double left, double right)
{
    return fabs(left - right) <= ALIKE * fmax(fabs(left), fabs(right));
}

static void mark_better(struct side_row *row, size_t count)
{
    double best = NAN;
    bool all_alike = true;
    for (size_t index = 0; index < count; index++) {
        double value = row->cells[index].value;
        if (!row->cells[index].known)
            continue;
        all_alike = all_alike && (isnan(best) || alike(best, value));
        if (isnan(best) || (row->preference == PREFER_LESS ? value < best : value > best))
            best = value;
    }
    for (size_t index = 0; index < count && row->preference != PREFER_NONE && !all_alike; index++)
        row->cells[index].better = row->cells[index].known && alike(row->cells[index].value, best);
}

static void fill_row(struct side_row *row, const struct figure *figure, const struct variant_figures *variants, size_t count)
{
    *row = (struct side_row){.name = figure->name,
                             .key = figure->key,
                             .preference = figure->preference,
                             .cells = memory_allocate(count, sizeof *row->cells)};
    for (size_t index = 0; index < count; index++) {
        struct side_cell *cell = &row->cells[index];
        const struct side_cell *first = &row->cells[0];
        cell->value = figure->value(&variants[index]);
        cell->known = !isnan(cell->value);
        number_rounded(cell->value, cell->text);
        if (cell->known && fabs(cell->value - floor(cell->value)) <= 0 && cell->value >= 0 && cell->value < 1e15)
            number_count((uint64_t)cell->value, cell->text);
        cell->difference = cell->ratio = NAN;
        if (index == 0 || !cell->known || !first->known)
            continue;
        cell->difference = cell->value - first->value;
        if (variants[index].requests >= LEAST_SAMPLES && variants[0].requests >= LEAST_SAMPLES && first->value > 0)
            cell->ratio = cell->value / first->value;
    }
    mark_better(row, count);
}

void side_table_make(const struct variant_figures *variants, size_t count, struct side_table *table)
{
    *table = (struct side_table){.rows = memory_allocate(sizeof FIGURES / sizeof *FIGURES, sizeof *table->rows)};
    for (size_t index = 0; index < sizeof FIGURES / sizeof *FIGURES && count > 0; index++) {
        if (says_something(&FIGURES[index], variants, count))
            fill_row(&table->rows[table->row_count++], &FIGURES[index], variants, count);
    }
}

void side_table_release(struct side_table *table)
{
    for (size_t index = 0; index < table->row_count; index++)
        free(table->rows[index].cells);
    free(table->rows);
    *table = (struct side_table){0};
}
