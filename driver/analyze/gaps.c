#include "driver/analyze/gaps.h"

#include <stdlib.h>
#include <string.h>

#include "common/clock.h"
#include "driver/analyze/array.h"
#include "driver/analyze/moment.h"

/* An API that is away again so soon has not been back: its watches return one after the other. */
#define SAME_GAP NANOSECONDS_PER_SECOND

void gaps_release(struct gaps *gaps)
{
    free(gaps->gaps);
    gaps->gaps = NULL;
    gaps->count = 0;
}

static size_t find_away(const struct gaps *gaps, const char *resource)
{
    size_t index = 0;
    while (index < gaps->away_count && strcmp(gaps->away[index], resource) != 0)
        index++;
    return index;
}

static void begin(struct gaps *gaps, int64_t time, const struct change *change)
{
    if (find_away(gaps, change->resource) < gaps->away_count || gaps->away_count == GAPS_MOST_RESOURCES)
        return;
    struct observation_gap *last = gaps->count > 0 ? &gaps->gaps[gaps->count - 1] : NULL;
    if (gaps->away_count == 0 && last != NULL && time - last->until <= SAME_GAP)
        last->until = FIGURES_NEVER;
    else if (gaps->away_count == 0)
        *ARRAY_ADD(gaps->gaps, gaps->count) =
            (struct observation_gap){.from = time, .until = FIGURES_NEVER, .text = texts_keep(gaps->texts, change->text)};
    gaps->away[gaps->away_count++] = texts_keep(gaps->texts, change->resource);
}

static void end(struct gaps *gaps, int64_t time, const struct change *change)
{
    size_t index = find_away(gaps, change->resource);
    if (index == gaps->away_count)
        return;
    gaps->away[index] = gaps->away[--gaps->away_count];
    if (gaps->away_count == 0)
        gaps->gaps[gaps->count - 1].until = time;
}

void gaps_see(struct gaps *gaps, int64_t time, const struct change *change)
{
    if (change->type == CHANGE_GAP)
        begin(gaps, time, change);
    else if (change->type == CHANGE_RESUMED || change->type == CHANGE_LISTED)
        end(gaps, time, change);
}

bool gaps_hold(const struct gaps *gaps, int64_t time)
{
    for (size_t index = 0; index < gaps->count; index++) {
        if (moment_passed(gaps->gaps[index].from, time) && !moment_passed(gaps->gaps[index].until, time))
            return true;
    }
    return false;
}

static double seconds(int64_t duration)
{
    return (double)duration / (double)NANOSECONDS_PER_SECOND;
}

const char *gaps_describe(struct figures_texts *texts, const struct variant_figures *variant, const struct observation_gap *gap)
{
    if (!moment_known(gap->until))
        return texts_format(texts, "%s: the API was away from %.1f s to the end: what the cluster did then is not known (%s)",
                            variant->name, seconds(gap->from), gap->text);
    return texts_format(texts,
                        "%s: the API was away from %.1f s to %.1f s: what the cluster did then was told at its end, and is shown "
                        "there (%s)",
                        variant->name, seconds(gap->from), seconds(gap->until), gap->text);
}
