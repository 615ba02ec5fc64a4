#include "driver/cli/load_live.h"

#include <stdio.h>

#include "common/clock.h"
#include "common/duration.h"
#include "driver/cli/screen.h"

#define REDRAW_INTERVAL (200 * NANOSECONDS_PER_MILLISECOND)
#define PLAIN_INTERVAL (5 * NANOSECONDS_PER_SECOND)

struct load_live load_live_begin(const struct load_spec *spec, int64_t now)
{
    return (struct load_live){.in_place = screen_in_place(), .drawn = now, .duration = load_spec_duration(spec)};
}

/* "123k" beyond five digits, so that the line keeps its width. */
static const char *count_text(double count, char text[24])
{
    if (count >= 99999.5e3)
        (void)snprintf(text, 24, "%.0fM", count / 1e6);
    else if (count >= 99999.5)
        (void)snprintf(text, 24, "%.0fk", count / 1e3);
    else
        (void)snprintf(text, 24, "%.0f", count);
    return text;
}

static const char *time_text(const struct histogram *histogram, double fraction, char text[DURATION_TEXT_SIZE])
{
    if (histogram->total == 0)
        return "-";
    return duration_format(histogram_percentile(histogram, fraction), text);
}

char *load_live_text(const struct load_total *total, int64_t elapsed, int64_t duration, char text[LOAD_LIVE_SIZE])
{
    AUTO_HISTOGRAM struct histogram response = {0};
    char clocks[2][SCREEN_CLOCK_SIZE];
    char times[2][DURATION_TEXT_SIZE];
    char counts[4][24];
    size_t end = total->second_count;
    size_t begin = end > LOAD_TOTAL_WINDOW ? end - LOAD_TOTAL_WINDOW : 0;
    uint64_t sent = 0;
    for (size_t i = begin; i < end; i++) {
        sent += total->seconds[i].sent;
        histogram_merge(&response, &total->seconds[i].response);
    }
    double seconds = end > begin ? (double)(end - begin) : 1;
    uint64_t in_flight = end > 0 ? total->seconds[end - 1].in_flight : 0;
    (void)snprintf(
        text, LOAD_LIVE_SIZE, "%s/%s  %s/s  p50 %s  p99 %s  open %s  lost %s  dropped %s", screen_clock(elapsed, clocks[0]),
        screen_clock(duration, clocks[1]), count_text((double)sent / seconds, counts[0]), time_text(&response, 0.5, times[0]),
        time_text(&response, 0.99, times[1]), count_text((double)in_flight, counts[1]),
        count_text((double)load_total_lost(total), counts[2]), count_text((double)total->outcomes[OUTCOME_DROPPED], counts[3]));
    return text;
}

void load_live_show(struct load_live *live, struct load_totals *totals, int64_t elapsed, int64_t now)
{
    char text[LOAD_LIVE_SIZE];
    if (now - live->drawn < (live->in_place ? REDRAW_INTERVAL : PLAIN_INTERVAL))
        return;
    live->drawn = now;
    (void)load_live_text(load_totals_lock(totals), elapsed, live->duration, text);
    load_totals_unlock(totals);
    if (live->in_place)
        (void)printf("\r%.*s\x1b[K", screen_columns() - 1, text);
    else
        (void)printf("%s\n", text);
    (void)fflush(stdout);
}

void load_live_end(const struct load_live *live)
{
    if (live->in_place)
        (void)printf("\r\x1b[K");
}
