#include "driver/remote_write/run_series.h"

#include <math.h>
#include <stddef.h>

#include "common/clock.h"
#include "common/memory.h"

/* More than that of one variant is not sent; a damaged run must not ask for all memory. */
#define MOST_SECONDS (7 * 24 * 3600)
#define MEBIBYTE (1024.0 * 1024.0)

/* What the series of one variant have in common. */
struct making {
    struct time_series_set *set;
    const char *run, *lesson;
    const struct variant_figures *variant;
    int64_t first, last; /* seconds since the load's start */
};

static int64_t whole_second(int64_t time, bool up)
{
    int64_t second = time / NANOSECONDS_PER_SECOND;
    bool exact = second * NANOSECONDS_PER_SECOND == time;
    return exact ? second : up ? second + (time > 0 ? 1 : 0) : second - (time < 0 ? 1 : 0);
}

static int64_t wall_milliseconds(const struct making *making, int64_t time)
{
    return (making->variant->started_wall + time) / NANOSECONDS_PER_MILLISECOND;
}

/* A series of the variant with one label more; key NULL = none. */
static struct time_series *add(const struct making *making, const char *name, const char *key, const char *value)
{
    const char *const labels[] = {"lesson", making->lesson, "run", making->run, "variant", making->variant->name,
                                  key,      value,          NULL};
    return time_series_add(making->set, name, labels);
}

static void sample(const struct making *making, struct time_series *series, int64_t second, double value)
{
    time_series_sample(series, wall_milliseconds(making, second * NANOSECONDS_PER_SECOND), value);
}

static void end(const struct making *making, struct time_series *series)
{
    time_series_end(series, wall_milliseconds(making, (making->last + 1) * NANOSECONDS_PER_SECOND));
}

static double in_seconds(int64_t time)
{
    return time == FIGURES_NEVER ? (double)NAN : (double)time / (double)NANOSECONDS_PER_SECOND;
}

typedef double second_value(const struct second_figures *second);

static double target(const struct second_figures *second)
{
    return second->target;
}

static double in_flight(const struct second_figures *second)
{
    return (double)second->in_flight;
}

static double p50(const struct second_figures *second)
{
    return in_seconds(second->p50);
}

static double p99(const struct second_figures *second)
{
    return in_seconds(second->p99);
}

static double maximum(const struct second_figures *second)
{
    return in_seconds(second->maximum);
}

static double generator_cpu(const struct second_figures *second)
{
    return second->generator_cpu;
}

static double requests(const struct second_figures *second)
{
    return (double)(second->done + second->lost);
}

static double lost(const struct second_figures *second)
{
    return (double)second->lost;
}

static double dropped(const struct second_figures *second)
{
    return (double)second->dropped;
}

static double planned(const struct second_figures *second)
{
    return (double)second->planned;
}

static const struct {
    const char *name;
    second_value *value;
    bool counter; /* adds up */
} OF_SECONDS[] = {
    {"hpalab_target_rate", target, false},          {"hpalab_planned_total", planned, true},
    {"hpalab_in_flight", in_flight, false},         {"hpalab_response_time_p50", p50, false},
    {"hpalab_response_time_p99", p99, false},       {"hpalab_response_time_max", maximum, false},
    {"hpalab_generator_cpu", generator_cpu, false}, {"k6_http_reqs_total", requests, true},
    {"k6_http_req_failed_total", lost, true},       {"k6_dropped_iterations_total", dropped, true},
};

/* A second's sums belong to its end. */
static void add_load(const struct making *making)
{
    const struct variant_figures *variant = making->variant;
    for (size_t i = 0; i < sizeof OF_SECONDS / sizeof *OF_SECONDS && variant->second_count > 0; i++) {
        struct time_series *series = add(making, OF_SECONDS[i].name, NULL, NULL);
        double sum = 0;
        if (OF_SECONDS[i].counter)
            sample(making, series, 0, 0);
        for (size_t second = 0; second < variant->second_count && second < MOST_SECONDS; second++) {
            double value = OF_SECONDS[i].value(&variant->seconds[second]);
            sum += value;
            sample(making, series, (int64_t)second + 1, OF_SECONDS[i].counter ? sum : value);
        }
        end(making, series);
    }
}

/* The last step at or before each second. */
static void add_replicas(const struct making *making, const char *name, const char *state, size_t offset)
{
    const struct variant_figures *variant = making->variant;
    struct time_series *series = add(making, name, state != NULL ? "state" : NULL, state);
    size_t step = 0;
    for (int64_t second = making->first; second <= making->last; second++) {
        int64_t time = second * NANOSECONDS_PER_SECOND;
        while (step < variant->replica_step_count && variant->replica_steps[step].time <= time)
            step++;
        if (step == 0)
            continue;
        int value = *(const int *)(const void *)((const char *)&variant->replica_steps[step - 1] + offset);
        if (value >= 0)
            sample(making, series, second, value);
    }
    end(making, series);
}

static void add_metric(const struct making *making)
{
    const struct metric_figures *metric = &making->variant->metric;
    if (!metric->watched)
        return;
    struct time_series *value = add(making, "hpalab_hpa_metric", "metric", metric->name);
    struct time_series *aim = add(making, "hpalab_hpa_metric_target", "metric", metric->name);
    struct time_series *least = add(making, "hpalab_hpa_min_replicas", NULL, NULL);
    struct time_series *most = add(making, "hpalab_hpa_max_replicas", NULL, NULL);
    size_t step = 0;
    for (int64_t second = making->first; second <= making->last; second++) {
        while (step < metric->step_count && metric->steps[step].time <= second * NANOSECONDS_PER_SECOND)
            step++;
        if (step > 0 && metric->steps[step - 1].known)
            sample(making, value, second, metric->steps[step - 1].value);
        sample(making, aim, second, metric->target);
        sample(making, least, second, metric->minimum_replicas);
        sample(making, most, second, metric->maximum_replicas);
    }
    end(making, value);
    end(making, aim);
    end(making, least);
    end(making, most);
}

static bool seen_before(const struct variant_figures *variant, size_t index)
{
    for (size_t i = 0; i < index; i++)
        if (variant->usage[i].pod == variant->usage[index].pod)
            return true;
    return false;
}

/* The samples of metrics.k8s.io at their own moments. */
static void add_usage(const struct making *making)
{
    const struct variant_figures *variant = making->variant;
    for (size_t first = 0; first < variant->usage_count; first++) {
        if (seen_before(variant, first))
            continue;
        const char *pod = variant->usage[first].pod;
        struct time_series *cores = add(making, "hpalab_pod_cpu_cores", "pod", pod);
        struct time_series *bytes = add(making, "hpalab_pod_memory_bytes", "pod", pod);
        int64_t last = 0;
        for (size_t i = first; i < variant->usage_count; i++) {
            const struct usage_step *step = &variant->usage[i];
            if (step->pod != pod)
                continue;
            time_series_sample(cores, wall_milliseconds(making, step->time), step->cores);
            time_series_sample(bytes, wall_milliseconds(making, step->time), step->mebibytes * MEBIBYTE);
            last = step->time;
        }
        int64_t over = wall_milliseconds(making, last + 20 * NANOSECONDS_PER_SECOND);
        time_series_end(cores, over);
        time_series_end(bytes, over);
    }
}

static void add_variant(const struct making *making)
{
    static const struct {
        const char *name, *state;
        size_t offset;
    } replicas[] = {{"hpalab_hpa_desired_replicas", NULL, offsetof(struct replica_step, desired)},
                    {"hpalab_replicas", "spec", offsetof(struct replica_step, spec)},
                    {"hpalab_replicas", "current", offsetof(struct replica_step, current)},
                    {"hpalab_replicas", "ready", offsetof(struct replica_step, ready)},
                    {"hpalab_replicas", "warm", offsetof(struct replica_step, warm)}};
    add_load(making);
    for (size_t i = 0; i < sizeof replicas / sizeof *replicas; i++)
        add_replicas(making, replicas[i].name, replicas[i].state, replicas[i].offset);
    add_metric(making);
    add_usage(making);
}

void run_series_make(const struct run_figures *figures, const char *run, struct time_series_set *set)
{
    for (size_t i = 0; i < figures->variant_count; i++) {
        const struct variant_figures *variant = &figures->variants[i];
        struct making making = {.set = set, .run = run, .lesson = figures->lesson_name, .variant = variant};
        making.last = whole_second(variant->end, false);
        if (variant->replica_step_count > 0)
            making.first = whole_second(variant->replica_steps[0].time, true);
        if (making.last > MOST_SECONDS)
            making.last = MOST_SECONDS;
        if (making.first < -MOST_SECONDS || making.first > making.last)
            making.first = 0;
        add_variant(&making);
    }
}
