#include "driver/analyze/answers.h"

#include <stdlib.h>
#include <string.h>

#include "common/clock.h"
#include "driver/analyze/array.h"
#include "driver/analyze/moment.h"
#include "driver/load/spec.h"

/* A day; a damaged file must not ask for all memory. */
#define MOST_SECONDS 86400

void answers_release(struct answers *answers)
{
    for (size_t index = 0; index < answers->figures->second_count && answers->second_histograms != NULL; index++)
        histogram_release(&answers->second_histograms[index]);
    free(answers->second_histograms);
    free(answers->pod_seconds);
    free(answers->kept);
    answers->second_histograms = NULL;
    answers->pod_seconds = NULL;
    answers->kept = NULL;
}

/* The entry of a second; all that come before it are there too. NULL for seconds that no load has. */
static struct second_figures *second_at(struct answers *answers, int64_t second)
{
    struct variant_figures *figures = answers->figures;
    if (second < 0 || second >= MOST_SECONDS)
        return NULL;
    while (figures->second_count <= (size_t)second) {
        size_t index = figures->second_count;
        answers->second_histograms = array_room(answers->second_histograms, index, sizeof *answers->second_histograms);
        struct second_figures *entry = ARRAY_ADD(figures->seconds, figures->second_count);
        *entry = (struct second_figures){
            .second = (int64_t)index, .p50 = FIGURES_NEVER, .p99 = FIGURES_NEVER, .maximum = FIGURES_NEVER};
    }
    return &figures->seconds[second];
}

void answers_see_tick(struct answers *answers, const struct load_tick *tick)
{
    struct variant_figures *figures = answers->figures;
    if (strcmp(tick->phase, LOAD_PHASE_WARM_UP) != 0) {
        figures->planned += tick->planned;
        figures->sent += tick->sent;
        figures->late += tick->late;
        histogram_merge(&figures->lateness_histogram, &tick->lateness);
    }
    struct second_figures *second = second_at(answers, tick->second);
    if (second == NULL)
        return;
    second->target += tick->target_rate;
    second->planned += tick->planned;
    second->in_flight += tick->in_flight;
    second->vus += tick->vus;
    second->generator_cpu += tick->cpu;
}

static uint64_t count_lost(const struct load_row *row)
{
    uint64_t lost = 0;
    for (int outcome = 0; outcome < OUTCOME_COUNT; outcome++)
        lost += load_outcome_is_lost((enum load_outcome)outcome) ? row->outcomes[outcome] : 0;
    return lost;
}

static void add_totals(struct variant_figures *figures, const struct load_row *row)
{
    for (int outcome = 0; outcome < OUTCOME_COUNT; outcome++)
        figures->outcomes[outcome] += row->outcomes[outcome];
    figures->lost += count_lost(row);
    figures->requests += row->outcomes[OUTCOME_OK] + count_lost(row);
    figures->connections += row->connections;
    figures->bytes_received += row->bytes_received;
    figures->cold += row->warmth == WARMTH_COLD ? row->outcomes[OUTCOME_OK] : 0;
    histogram_merge(&figures->response_histogram, &row->response);
    histogram_merge(&figures->service_histogram, &row->service);
}

void answers_see_row(struct answers *answers, const struct load_row *row)
{
    if (strcmp(row->phase, LOAD_PHASE_WARM_UP) != 0)
        add_totals(answers->figures, row);
    answers->warmth_known = answers->warmth_known || row->warmth != WARMTH_UNKNOWN;
    struct second_figures *second = second_at(answers, row->second);
    if (second == NULL)
        return;
    second->done += row->outcomes[OUTCOME_OK];
    second->lost += count_lost(row);
    second->dropped += row->outcomes[OUTCOME_DROPPED];
    histogram_merge(&answers->second_histograms[row->second], &row->response);
    if (row->server[0] == '\0')
        return;
    *ARRAY_ADD(answers->pod_seconds, answers->pod_second_count) =
        (struct pod_second){.pod = texts_keep(answers->texts, row->server),
                            .second = row->second,
                            .warmth = row->warmth,
                            .answers = row->outcomes[OUTCOME_OK],
                            .p50 = histogram_percentile(&row->response, 0.5),
                            .first_sent = row->first_sent >= 0 ? row->first_sent : FIGURES_NEVER,
                            .last_connection = row->last_connection >= 0 ? row->last_connection : FIGURES_NEVER};
}

void answers_see_exemplar(struct answers *answers, const struct load_exemplar *exemplar)
{
    *ARRAY_ADD(answers->kept, answers->kept_count) =
        (struct kept_request){.exemplar = *exemplar, .server = texts_keep(answers->texts, exemplar->server)};
}

struct time_figures answers_summarise(const struct histogram *histogram)
{
    return (struct time_figures){.count = histogram->total,
                                 .minimum = histogram->minimum,
                                 .p50 = histogram_percentile(histogram, 0.5),
                                 .p90 = histogram_percentile(histogram, 0.9),
                                 .p95 = histogram_percentile(histogram, 0.95),
                                 .p99 = histogram_percentile(histogram, 0.99),
                                 .p999 = histogram_percentile(histogram, 0.999),
                                 .maximum = histogram->maximum,
                                 .mean = histogram_mean(histogram)};
}

void answers_settle(struct answers *answers)
{
    struct variant_figures *figures = answers->figures;
    figures->response = answers_summarise(&figures->response_histogram);
    figures->service = answers_summarise(&figures->service_histogram);
    figures->lateness = answers_summarise(&figures->lateness_histogram);
    for (size_t index = 0; index < figures->second_count; index++) {
        const struct histogram *histogram = &answers->second_histograms[index];
        if (histogram->total == 0)
            continue;
        figures->seconds[index].p50 = histogram_percentile(histogram, 0.5);
        figures->seconds[index].p99 = histogram_percentile(histogram, 0.99);
        figures->seconds[index].maximum = histogram->maximum;
    }
}

double answers_between(const struct answers *answers, const char *pod, int64_t from, int64_t until)
{
    double total = 0;
    for (size_t index = 0; index < answers->pod_second_count; index++) {
        const struct pod_second *row = &answers->pod_seconds[index];
        if (row->pod != pod)
            continue;
        int64_t start = row->second * NANOSECONDS_PER_SECOND;
        int64_t end = start + NANOSECONDS_PER_SECOND;
        int64_t overlap = (until < end ? until : end) - (from > start ? from : start);
        if (overlap > 0)
            total += (double)row->answers * (double)overlap / (double)NANOSECONDS_PER_SECOND;
    }
    return total;
}
