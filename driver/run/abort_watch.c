#include "driver/run/abort_watch.h"

#include <math.h>
#include <pthread.h>
#include <stdlib.h>

#include "common/clock.h"
#include "common/memory.h"
#include "driver/metric/metric_selection.h"

struct watched {
    const char *text;
    int64_t delay;
    struct comparison comparison;
    struct metric_selection selection;
};

struct abort_watch {
    struct load_sink sink;
    pthread_mutex_t lock; /* loads have threads of their own */
    size_t count;
    struct watched *watched;
};

struct abort_watch *abort_watch_create(const struct lesson_variant *variant, struct load_sink sink)
{
    struct abort_watch *watch = memory_allocate(1, sizeof *watch);
    watch->sink = sink;
    (void)pthread_mutex_init(&watch->lock, NULL);
    watch->watched = memory_allocate(variant->abort_count + 1, sizeof *watch->watched);
    for (size_t i = 0; i < variant->abort_count; i++) {
        struct watched *entry = &watch->watched[watch->count];
        entry->text = variant->expect.texts[variant->aborts[i].expectation];
        entry->delay = variant->aborts[i].delay;
        if (comparison_parse(entry->text, &entry->comparison, NULL) == 0 &&
            metric_selection_init(&entry->selection, entry->comparison.labels, NULL) == 0)
            watch->count++;
    }
    return watch;
}

void abort_watch_destroy(struct abort_watch *watch)
{
    if (watch == NULL)
        return;
    for (size_t i = 0; i < watch->count; i++)
        metric_selection_release(&watch->watched[i].selection);
    (void)pthread_mutex_destroy(&watch->lock);
    free(watch->watched);
    free(watch);
}

static void see_tick(void *context, const struct load_spec *spec, const struct load_tick *tick)
{
    struct abort_watch *watch = context;
    (void)pthread_mutex_lock(&watch->lock);
    for (size_t i = 0; i < watch->count; i++)
        metric_selection_add_tick(&watch->watched[i].selection, spec, tick);
    (void)pthread_mutex_unlock(&watch->lock);
    watch->sink.tick(watch->sink.context, spec, tick);
}

static void see_row(void *context, const struct load_spec *spec, const struct load_row *row)
{
    struct abort_watch *watch = context;
    (void)pthread_mutex_lock(&watch->lock);
    for (size_t i = 0; i < watch->count; i++)
        metric_selection_add_row(&watch->watched[i].selection, spec, row);
    (void)pthread_mutex_unlock(&watch->lock);
    watch->sink.row(watch->sink.context, spec, row);
}

static void see_exemplar(void *context, const struct load_spec *spec, const struct load_exemplar *exemplar)
{
    const struct abort_watch *watch = context;
    watch->sink.exemplar(watch->sink.context, spec, exemplar);
}

static void see_share(void *context, const struct load_spec *spec, const struct load_share *share)
{
    const struct abort_watch *watch = context;
    watch->sink.share(watch->sink.context, spec, share);
}

struct load_sink abort_watch_sink(struct abort_watch *watch)
{
    return watch->count == 0
               ? watch->sink
               : (struct load_sink){
                     .context = watch, .tick = see_tick, .row = see_row, .exemplar = see_exemplar, .share = see_share};
}

static bool has_failed(const struct watched *watched, double seconds)
{
    struct named_value value;
    double wanted = 0;
    const struct comparison *comparison = &watched->comparison;
    const struct metric_data data = metric_selection_data(&watched->selection, seconds);
    if (metric_value(comparison->name, comparison->aggregate, &data, &value) < 0 || isnan(value.number) ||
        metric_convert(comparison, value.kind, &wanted, NULL) < 0)
        return false;
    return !comparison_holds(value.number, comparison->sign, wanted);
}

const char *abort_watch_failed(struct abort_watch *watch, int64_t now)
{
    const char *failed = NULL;
    (void)pthread_mutex_lock(&watch->lock);
    for (size_t i = 0; i < watch->count && failed == NULL; i++)
        if (now >= watch->watched[i].delay && has_failed(&watch->watched[i], (double)now / (double)NANOSECONDS_PER_SECOND))
            failed = watch->watched[i].text;
    (void)pthread_mutex_unlock(&watch->lock);
    return failed;
}
