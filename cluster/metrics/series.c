#include "cluster/metrics/series.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "common/clock.h"
#include "common/duration.h"

/* metrics-server wants 10 s of the 15 s resolution before it believes a container's mean since its start. */
#define YOUNGEST_PART(resolution) ((resolution) / 3 * 2)

static const struct usage_point *find_instance(const struct usage_series *series, const struct usage_point *wanted)
{
    for (size_t i = 0; i < series->count; i++) {
        const struct usage_point *point = &series->points[i];
        if (point->started_wall == wanted->started_wall && strcmp(point->uid, wanted->uid) == 0 &&
            strcmp(point->container, wanted->container) == 0)
            return point;
    }
    return NULL;
}

void usage_series_add(struct usage_series *now, const struct usage_series *before, const struct usage_point *point_copy,
                      int64_t resolution)
{
    struct usage_point point = *point_copy;
    const struct usage_point *last = find_instance(before, point_copy);
    const int64_t age = point.sampled_wall - point.started_wall;
    point.has_previous = false;
    if (last != NULL && last->sampled_wall < point.sampled_wall) {
        point.has_previous = true;
        point.previous_wall = last->sampled_wall;
        point.previous_cpu = last->cpu;
    } else if (last == NULL && age >= YOUNGEST_PART(resolution) && age < resolution) {
        point.has_previous = true;
        point.previous_wall = point.started_wall;
        point.previous_cpu = 0;
    }
    point.namespace = memory_copy_text(point_copy->namespace);
    point.pod = memory_copy_text(point_copy->pod);
    point.uid = memory_copy_text(point_copy->uid);
    point.container = memory_copy_text(point_copy->container);
    point.node = memory_copy_text(point_copy->node);
    now->points = memory_resize(now->points, now->count + 1, sizeof *now->points);
    now->points[now->count++] = point;
}

void usage_series_clear(struct usage_series *series)
{
    for (size_t i = 0; i < series->count; i++) {
        free(series->points[i].namespace);
        free(series->points[i].pod);
        free(series->points[i].uid);
        free(series->points[i].container);
        free(series->points[i].node);
    }
    free(series->points);
    *series = (struct usage_series){0};
}

void usage_set(cJSON *usage, int64_t nanocores, int64_t bytes)
{
    AUTO_FREE char *cpu = nanocores == 0 ? memory_copy_text("0") : memory_format("%" PRId64 "n", nanocores);
    AUTO_FREE char *memory = memory_format("%" PRId64 "Ki", bytes / 1024);
    json_set_text(usage, "cpu", cpu);
    json_set_text(usage, "memory", bytes == 0 ? "0" : memory);
}

/* Of a point that has a previous one. */
static int64_t mean_nanocores(const struct usage_point *point)
{
    const double window = (double)(point->sampled_wall - point->previous_wall) / (double)NANOSECONDS_PER_SECOND;
    const double used = (double)(point->cpu - point->previous_cpu);
    return used > 0 && window > 0 ? (int64_t)(used / window) : 0;
}

static cJSON *container_metrics(const struct usage_point *point)
{
    cJSON *metrics = cJSON_CreateObject();
    json_set_text(metrics, "name", point->container);
    usage_set(json_object_at(metrics, "usage"), mean_nanocores(point), point->memory);
    return metrics;
}

struct usage_sum usage_series_of_node(const struct usage_series *series, const char *node)
{
    struct usage_sum sum = {0};
    for (size_t i = 0; i < series->count; i++) {
        const struct usage_point *point = &series->points[i];
        if (strcmp(point->node, node) != 0)
            continue;
        sum.nanocores += point->has_previous ? mean_nanocores(point) : 0;
        sum.bytes += point->memory;
    }
    return sum;
}

/* PodMetrics of the count points from first, which are of one pod; NULL while one of them has no mean yet. */
static cJSON *pod_metrics(const struct usage_point *const *first, size_t count, int64_t now_wall)
{
    char text[DURATION_TEXT_SIZE > CLOCK_TEXT_SIZE ? DURATION_TEXT_SIZE : CLOCK_TEXT_SIZE];
    const struct usage_point *earliest = first[0];
    cJSON *containers = cJSON_CreateArray();
    for (size_t i = 0; i < count; i++) {
        if (!first[i]->has_previous) {
            cJSON_Delete(containers);
            return NULL;
        }
        if (first[i]->sampled_wall < earliest->sampled_wall)
            earliest = first[i];
        cJSON_AddItemToArray(containers, container_metrics(first[i]));
    }
    cJSON *metrics = cJSON_CreateObject();
    cJSON *metadata = json_object_at(metrics, "metadata");
    json_set_text(metadata, "name", earliest->pod);
    json_set_text(metadata, "namespace", earliest->namespace);
    json_set_text(metadata, "creationTimestamp", clock_format_seconds(now_wall, text));
    json_set_text(metrics, "timestamp", clock_format_seconds(earliest->sampled_wall, text));
    json_set_text(metrics, "window", duration_format_go(earliest->sampled_wall - earliest->previous_wall, text));
    json_set(metrics, "containers", containers);
    return metrics;
}

static int compare_points(const void *left, const void *right)
{
    const struct usage_point *a = *(const struct usage_point *const *)left, *b = *(const struct usage_point *const *)right;
    int order = strcmp(a->namespace, b->namespace);
    if (order == 0)
        order = strcmp(a->pod, b->pod);
    if (order == 0)
        order = strcmp(a->uid, b->uid);
    return order != 0 ? order : strcmp(a->container, b->container);
}

cJSON *usage_series_to_pods(const struct usage_series *series, const char *namespace, int64_t now_wall)
{
    cJSON *pods = cJSON_CreateArray();
    const struct usage_point **ordered = memory_allocate(series->count + 1, sizeof *ordered);
    size_t count = 0;
    for (size_t i = 0; i < series->count; i++)
        if (namespace == NULL || namespace[0] == '\0' || strcmp(series->points[i].namespace, namespace) == 0)
            ordered[count++] = &series->points[i];
    if (count > 0)
        qsort(ordered, count, sizeof(struct usage_point *), compare_points);
    for (size_t first = 0, next; first < count; first = next) {
        for (next = first + 1; next < count && strcmp(ordered[next]->uid, ordered[first]->uid) == 0;)
            next++;
        cJSON *metrics = pod_metrics(ordered + first, next - first, now_wall);
        if (metrics != NULL)
            cJSON_AddItemToArray(pods, metrics);
    }
    free(ordered);
    return pods;
}
