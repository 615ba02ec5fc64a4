#include "apps/webapp/metrics.h"

#include <inttypes.h>
#include <pthread.h>
#include <stdlib.h>

#include "common/clock.h"
#include "common/memory.h"

#define CODE_MAXIMUM 600

static const double bounds[] = {0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30}; /* seconds */
#define BOUND_COUNT (sizeof bounds / sizeof bounds[0])

struct metrics {
    pthread_mutex_t lock;
    int64_t in_flight;
    uint64_t requests[CODE_MAXIMUM]; /* by status code */
    uint64_t buckets[BOUND_COUNT];   /* each for itself, not cumulative */
    uint64_t answered;
    int64_t duration; /* nanoseconds in all */
};

struct metrics *metrics_create(void)
{
    struct metrics *metrics = memory_allocate(1, sizeof *metrics);
    pthread_mutex_init(&metrics->lock, NULL);
    return metrics;
}

void metrics_begin_request(struct metrics *metrics)
{
    pthread_mutex_lock(&metrics->lock);
    metrics->in_flight++;
    pthread_mutex_unlock(&metrics->lock);
}

static void count_answer(struct metrics *metrics, unsigned code, int64_t duration)
{
    metrics->requests[code]++;
    metrics->answered++;
    metrics->duration += duration;
    for (size_t i = 0; i < BOUND_COUNT; i++) {
        if ((double)duration <= bounds[i] * (double)NANOSECONDS_PER_SECOND) {
            metrics->buckets[i]++;
            return;
        }
    }
}

void metrics_end_request(struct metrics *metrics, unsigned code, int64_t duration)
{
    pthread_mutex_lock(&metrics->lock);
    metrics->in_flight--;
    if (code > 0 && code < CODE_MAXIMUM)
        count_answer(metrics, code, duration);
    pthread_mutex_unlock(&metrics->lock);
}

int64_t metrics_in_flight(struct metrics *metrics)
{
    pthread_mutex_lock(&metrics->lock);
    int64_t in_flight = metrics->in_flight;
    pthread_mutex_unlock(&metrics->lock);
    return in_flight;
}

static void print_head(struct buffer *text, const char *name, const char *type, const char *help)
{
    buffer_append_format(text, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, type);
}

static void print_requests(const struct metrics *metrics, struct buffer *text)
{
    print_head(text, "http_requests_total", "counter", "Requests answered, by status code.");
    for (int code = 0; code < CODE_MAXIMUM; code++)
        if (metrics->requests[code] > 0)
            buffer_append_format(text, "http_requests_total{code=\"%d\"} %" PRIu64 "\n", code, metrics->requests[code]);
}

static void print_durations(const struct metrics *metrics, struct buffer *text)
{
    uint64_t cumulative = 0;
    print_head(text, "http_request_duration_seconds", "histogram", "From the request's headers read to its answer sent.");
    for (size_t i = 0; i < BOUND_COUNT; i++) {
        cumulative += metrics->buckets[i];
        buffer_append_format(text, "http_request_duration_seconds_bucket{le=\"%g\"} %" PRIu64 "\n", bounds[i], cumulative);
    }
    buffer_append_format(text, "http_request_duration_seconds_bucket{le=\"+Inf\"} %" PRIu64 "\n", metrics->answered);
    buffer_append_format(text, "http_request_duration_seconds_sum %.9f\n",
                         (double)metrics->duration / (double)NANOSECONDS_PER_SECOND);
    buffer_append_format(text, "http_request_duration_seconds_count %" PRIu64 "\n", metrics->answered);
}

static void print_cache(const struct cache_counts *cache, struct buffer *text)
{
    print_head(text, "cache_hits_total", "counter", "Requests that found their entry built.");
    buffer_append_format(text, "cache_hits_total %" PRIu64 "\n", cache->hits);
    print_head(text, "cache_misses_total", "counter", "Requests that built their entry or waited for its building.");
    buffer_append_format(text, "cache_misses_total %" PRIu64 "\n", cache->misses);
    print_head(text, "cache_entries_built_total", "counter", "Entries built, by requests and by warming.");
    buffer_append_format(text, "cache_entries_built_total %" PRIu64 "\n", cache->built);
}

void metrics_print(struct metrics *metrics, const struct cache_counts *cache, struct buffer *text)
{
    pthread_mutex_lock(&metrics->lock);
    struct metrics copy = *metrics;
    pthread_mutex_unlock(&metrics->lock);
    print_requests(&copy, text);
    print_durations(&copy, text);
    print_cache(cache, text);
    print_head(text, "http_requests_in_flight", "gauge", "Requests being served, the one that reads this included.");
    buffer_append_format(text, "http_requests_in_flight %" PRId64 "\n", copy.in_flight);
    print_head(text, "process_cpu_seconds_total", "counter", "CPU time used by the process, user and system.");
    buffer_append_format(text, "process_cpu_seconds_total %.6f\n", (double)clock_process_cpu() / (double)NANOSECONDS_PER_SECOND);
}
