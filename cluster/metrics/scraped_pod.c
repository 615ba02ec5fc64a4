#include "cluster/metrics/scraped_pod.h"

#include <stdlib.h>
#include <string.h>

#include "cluster/metrics/exposition.h"
#include "common/clock.h"

struct scraped_pod *scraped_pod_create(const char *namespace, const char *name, const char *uid)
{
    struct scraped_pod *pod = memory_allocate(1, sizeof *pod);
    pod->namespace = memory_copy_text(namespace);
    pod->name = memory_copy_text(name);
    pod->uid = memory_copy_text(uid);
    return pod;
}

static void release_series(struct scraped_series *series, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        free(series[i].identity);
        free(series[i].name);
        cJSON_Delete(series[i].labelled);
    }
    free(series);
}

void scraped_pod_destroy(struct scraped_pod *pod)
{
    if (pod == NULL)
        return;
    release_series(pod->series, pod->count);
    free(pod->namespace);
    free(pod->name);
    free(pod->uid);
    free(pod);
}

static int compare_identities(const void *left, const void *right)
{
    return strcmp(((const struct scraped_series *)left)->identity, ((const struct scraped_series *)right)->identity);
}

/* The series of one scrape as they are read. */
struct reading {
    struct scraped_series *series;
    size_t count;
    size_t capacity;
    size_t most;
};

static bool take_sample(const struct exposition_sample *sample, void *context)
{
    struct reading *reading = context;
    if (reading->count == reading->most)
        return false;
    if (reading->count == reading->capacity) {
        reading->capacity = reading->capacity == 0 ? 64 : reading->capacity * 2;
        reading->series = memory_resize(reading->series, reading->capacity, sizeof *reading->series);
    }
    struct scraped_series series = {
        .identity = memory_copy_text(sample->identity),
        .name = memory_copy_text(sample->name),
        .labelled = cJSON_CreateObject(),
        .is_counter = sample->is_counter,
        .value = sample->value,
    };
    json_set(json_object_at(series.labelled, "metadata"), "labels", json_copy(sample->labels));
    reading->series[reading->count++] = series;
    return true;
}

static void set_rate(struct scraped_series *series, const struct scraped_pod *before, int64_t window)
{
    if (!series->is_counter || window <= 0 || before->count == 0)
        return;
    const struct scraped_series *last =
        bsearch(series, before->series, before->count, sizeof *before->series, compare_identities);
    if (last == NULL)
        return;
    const double gained = series->value >= last->value ? series->value - last->value : series->value;
    series->has_rate = true;
    series->rate = gained / ((double)window / (double)NANOSECONDS_PER_SECOND);
}

void scraped_pod_take(struct scraped_pod *pod, const char *text, size_t length, size_t most, int64_t scraped_wall)
{
    struct reading reading = {.most = most};
    const int64_t window = pod->scraped_wall > 0 ? scraped_wall - pod->scraped_wall : 0;
    exposition_read(text, length, take_sample, &reading);
    if (reading.count > 0)
        qsort(reading.series, reading.count, sizeof *reading.series, compare_identities);
    for (size_t i = 0; i < reading.count; i++)
        set_rate(&reading.series[i], pod, window);
    release_series(pod->series, pod->count);
    pod->series = reading.series;
    pod->count = reading.count;
    pod->window = window > 0 ? window : 0;
    pod->scraped_wall = scraped_wall;
    pod->current = true;
}

void scraped_pod_miss(struct scraped_pod *pod)
{
    pod->current = false;
}

struct scraped_value scraped_pod_value(const struct scraped_pod *pod, const char *metric, const struct selector *labels)
{
    struct scraped_value sum = {0};
    for (size_t i = 0; i < pod->count; i++) {
        const struct scraped_series *series = &pod->series[i];
        if (strcmp(series->name, metric) != 0)
            continue;
        sum.known = true;
        if (!pod->current || (series->is_counter && !series->has_rate) || !selector_matches(labels, series->labelled))
            continue;
        sum.has_value = true;
        sum.is_rate = sum.is_rate || series->is_counter;
        sum.value += series->is_counter ? series->rate : series->value;
    }
    return sum;
}
