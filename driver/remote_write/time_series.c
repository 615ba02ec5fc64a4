#include "driver/remote_write/time_series.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "common/memory.h"

/* Prometheus's staleness marker: a NaN of this pattern. */
static const uint64_t STALE = 0x7ff0000000000002;

void time_series_set_release(struct time_series_set *set)
{
    for (size_t i = 0; i < set->count; i++) {
        for (size_t label = 0; label < set->series[i]->label_count; label++) {
            free(set->series[i]->labels[label].name);
            free(set->series[i]->labels[label].value);
        }
        free(set->series[i]->samples);
        free(set->series[i]);
    }
    free(set->series);
    *set = (struct time_series_set){0};
}

static int by_name(const void *left, const void *right)
{
    return strcmp(((const struct time_label *)left)->name, ((const struct time_label *)right)->name);
}

static void add_label(struct time_series *series, const char *name, const char *value)
{
    if (value[0] == '\0' || series->label_count == TIME_SERIES_MOST_LABELS)
        return;
    series->labels[series->label_count++] = (struct time_label){.name = memory_copy_text(name), .value = memory_copy_text(value)};
}

struct time_series *time_series_add(struct time_series_set *set, const char *name, const char *const *labels)
{
    struct time_series *series = memory_allocate(1, sizeof *series);
    add_label(series, "__name__", name);
    for (; labels[0] != NULL; labels += 2)
        add_label(series, labels[0], labels[1]);
    qsort(series->labels, series->label_count, sizeof *series->labels, by_name);
    set->series = memory_resize(set->series, set->count + 1, sizeof(struct time_series *));
    set->series[set->count++] = series;
    return series;
}

static void append(struct time_series *series, int64_t time, double value)
{
    size_t count = series->sample_count;
    if (count > 0 && series->samples[count - 1].time >= time)
        return;
    if ((count & (count - 1)) == 0)
        series->samples = memory_resize(series->samples, count == 0 ? 1 : 2 * count, sizeof *series->samples);
    series->samples[series->sample_count++] = (struct time_sample){.time = time, .value = value};
}

void time_series_sample(struct time_series *series, int64_t time, double value)
{
    if (isfinite(value))
        append(series, time, value);
}

void time_series_end(struct time_series *series, int64_t time)
{
    double stale;
    memcpy(&stale, &STALE, sizeof stale);
    if (series->sample_count > 0)
        append(series, time, stale);
}

bool time_series_is_end(double value)
{
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    return bits == STALE;
}
