#include "driver/analyze/generators.h"

#include <stdlib.h>
#include <string.h>

#include "driver/analyze/answers.h"
#include "driver/analyze/array.h"

#define BYTES_OF_MEBIBYTE (1024.0 * 1024.0)
#define EXPECTED_BY "generators." /* expectations on generators begin so */

void generators_see(struct variant_figures *figures, struct figures_texts *texts, const struct load_generator *generator)
{
    struct generator_figures *added = ARRAY_ADD(figures->generators, figures->generator_count);
    *added = (struct generator_figures){
        .part = generator->part,
        .pod = texts_keep(texts, generator->pod),
        .node = texts_keep(texts, generator->node),
        .reason = texts_keep(texts, generator->reason),
        .share = generator->share,
        .joined = generator->joined,
        .lost_at = generator->lost == LOAD_NEVER ? FIGURES_NEVER : generator->lost,
        .clock_ahead = generator->clock_ahead,
        .clock_error = generator->clock_error,
        .start_skew = generator->start_skew,
        .cpu = generator->cpu,
        .memory = (double)generator->memory / BYTES_OF_MEBIBYTE,
        .unsent = generator->unsent,
        .unknown = generator->unknown,
        .unsent_share = generator->unsent_share,
    };
}

static struct generator_figures *find(struct variant_figures *figures, unsigned part)
{
    for (size_t index = 0; index < figures->generator_count && part > 0; index++)
        if (figures->generators[index].part == part)
            return &figures->generators[index];
    return NULL;
}

void generators_see_tick(struct variant_figures *figures, const struct load_tick *tick)
{
    struct generator_figures *generator = find(figures, tick->part);
    if (generator == NULL)
        return;
    generator->planned += tick->planned;
    generator->sent += tick->sent;
    generator->late += tick->late;
    generator->dropped += tick->dropped;
    histogram_merge(&generator->lateness_histogram, &tick->lateness);
    if (tick->sent > 0 && (generator->seconds == 0 || generator->last_second != tick->second)) {
        generator->last_second = tick->second;
        generator->seconds++;
    }
}

void generators_see_row(struct variant_figures *figures, const struct load_row *row)
{
    struct generator_figures *generator = find(figures, row->part);
    if (generator == NULL)
        return;
    generator->ok += row->outcomes[OUTCOME_OK];
    for (int outcome = 0; outcome < OUTCOME_COUNT; outcome++)
        generator->failed += load_outcome_is_lost((enum load_outcome)outcome) ? row->outcomes[outcome] : 0;
}

/* Who says what he expects of generators has foreseen that one is lost. */
static bool is_foreseen(const struct variant_description *description)
{
    for (size_t index = 0; index < description->expectation_count; index++)
        if (strncmp(description->expectations[index], EXPECTED_BY, strlen(EXPECTED_BY)) == 0)
            return true;
    return false;
}

void generators_settle(struct variant_figures *figures, const struct variant_description *description)
{
    int64_t earliest = INT64_MAX;
    int64_t latest = INT64_MIN;
    for (size_t index = 0; index < figures->generator_count; index++) {
        struct generator_figures *generator = &figures->generators[index];
        generator->lateness = answers_summarise(&generator->lateness_histogram);
        figures->generators_lost += generator->lost_at != FIGURES_NEVER;
        figures->generators_unsent += generator->unsent_share;
        earliest = generator->start_skew < earliest ? generator->start_skew : earliest;
        latest = generator->start_skew > latest ? generator->start_skew : latest;
    }
    figures->generators_skew = figures->generator_count > 0 ? latest - earliest : 0;
    figures->loss_is_a_fault = figures->generators_lost > 0 && !is_foreseen(description);
}

void generators_release(struct variant_figures *figures)
{
    for (size_t index = 0; index < figures->generator_count; index++)
        histogram_release(&figures->generators[index].lateness_histogram);
    free(figures->generators);
}
