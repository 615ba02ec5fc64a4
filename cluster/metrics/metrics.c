/*
 * Pods are sampled when they are scraped, as the kubelet asks its runtime then; the node is sampled at the housekeeping
 * interval, as cAdvisor does it, and scraped from that.
 */
#include "cluster/metrics/metrics.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>

#include "cluster/metrics/machine.h"
#include "cluster/metrics/series.h"
#include "common/clock.h"
#include "common/duration.h"

struct metrics {
    struct kubelet *kubelet;
    struct registry *registry;
    struct cluster_periods periods;
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t stop_asked; /* on the monotonic clock */
    bool stopping;
    struct usage_series series;          /* of the last scrape */
    struct machine_usage sampled;        /* by housekeeping; the thread's own */
    struct machine_usage last, previous; /* by scrapes */
};

static bool is_ready(const cJSON *pod)
{
    const cJSON *condition;
    cJSON_ArrayForEach (condition, json_get(pod, "status", "conditions")) {
        if (strcmp(json_text(json_get(condition, "type"), ""), "Ready") == 0)
            return strcmp(json_text(json_get(condition, "status"), ""), "True") == 0;
    }
    return false;
}

static bool server_is_ready(const struct metrics *metrics)
{
    AUTO_OBJECT_LIST struct object_list list = {0};
    store_list(registry_store(metrics->registry), RESOURCE_PODS, "kube-system", &list);
    for (size_t i = 0; i < list.count; i++) {
        const cJSON *pod = object_tree(list.objects[i]);
        const char *label = json_text(json_get(pod, "metadata", "labels", "k8s-app"), "");
        if (strcmp(label, "metrics-server") == 0 && is_ready(pod))
            return true;
    }
    return false;
}

struct scrape {
    struct metrics *metrics;
    struct usage_series fresh;
};

static void take_usage(const struct container_usage *usage, void *context)
{
    struct scrape *scrape = context;
    AUTO_FREE char *namespace = memory_copy_text(usage->namespace);
    AUTO_FREE char *pod = memory_copy_text(usage->pod);
    AUTO_FREE char *uid = memory_copy_text(usage->pod_uid);
    AUTO_FREE char *container = memory_copy_text(usage->container);
    AUTO_FREE char *node = memory_copy_text(usage->node);
    const struct usage_point point = {
        .namespace = namespace,
        .pod = pod,
        .uid = uid,
        .container = container,
        .node = node,
        .started_wall = usage->started_wall,
        /* The kubelet's exposition has milliseconds. */
        .sampled_wall = usage->sampled_wall / NANOSECONDS_PER_MILLISECOND * NANOSECONDS_PER_MILLISECOND,
        .cpu = usage->cpu,
        .memory = usage->memory,
    };
    usage_series_add(&scrape->fresh, &scrape->metrics->series, &point, scrape->metrics->periods.metric_resolution);
}

/* A metrics-server that is away forgets everything and begins anew with its first scrape. */
static void scrape_all(struct metrics *metrics)
{
    struct scrape scrape = {.metrics = metrics};
    const bool ready = server_is_ready(metrics);
    if (ready)
        kubelet_visit_usage(metrics->kubelet, take_usage, &scrape);
    pthread_mutex_lock(&metrics->lock);
    struct usage_series old = metrics->series;
    metrics->series = scrape.fresh;
    if (!ready)
        metrics->last = metrics->previous = (struct machine_usage){0};
    else if (metrics->sampled.sampled_wall > metrics->last.sampled_wall) {
        metrics->previous = metrics->last;
        metrics->last = metrics->sampled;
    }
    pthread_mutex_unlock(&metrics->lock);
    usage_series_clear(&old);
}

/* Sleeps until the moment; false when it is time to stop. */
static bool sleep_until(struct metrics *metrics, int64_t moment)
{
    const struct timespec when = {.tv_sec = (time_t)(moment / NANOSECONDS_PER_SECOND),
                                  .tv_nsec = (long)(moment % NANOSECONDS_PER_SECOND)};
    pthread_mutex_lock(&metrics->lock);
    int outcome = 0;
    while (!metrics->stopping && outcome != ETIMEDOUT)
        outcome = pthread_cond_timedwait(&metrics->stop_asked, &metrics->lock, &when);
    const bool go_on = !metrics->stopping;
    pthread_mutex_unlock(&metrics->lock);
    return go_on;
}

static void *run(void *context)
{
    struct metrics *metrics = context;
    prctl(PR_SET_NAME, "metrics");
    int64_t next_scrape = clock_monotonic(), next_sample = next_scrape;
    do {
        const int64_t now = clock_monotonic();
        if (now >= next_sample) {
            machine_usage_read(&metrics->sampled, clock_wall());
            next_sample += metrics->periods.housekeeping_interval;
        }
        if (now >= next_scrape) {
            scrape_all(metrics);
            next_scrape += metrics->periods.metric_resolution;
        }
    } while (sleep_until(metrics, next_scrape < next_sample ? next_scrape : next_sample));
    return NULL;
}

struct metrics *metrics_start(struct kubelet *kubelet, struct registry *registry, const struct cluster_periods *periods,
                              struct error *error)
{
    struct metrics *metrics = memory_allocate(1, sizeof *metrics);
    metrics->kubelet = kubelet;
    metrics->registry = registry;
    metrics->periods = *periods;
    pthread_mutex_init(&metrics->lock, NULL);
    pthread_condattr_t attributes;
    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_cond_init(&metrics->stop_asked, &attributes);
    pthread_condattr_destroy(&attributes);
    const int failure = pthread_create(&metrics->thread, NULL, run, metrics);
    if (failure == 0)
        return metrics;
    error_set(error, "cannot start the metrics thread: %s", strerror(failure));
    pthread_cond_destroy(&metrics->stop_asked);
    pthread_mutex_destroy(&metrics->lock);
    free(metrics);
    return NULL;
}

void metrics_stop(struct metrics *metrics)
{
    pthread_mutex_lock(&metrics->lock);
    metrics->stopping = true;
    pthread_cond_signal(&metrics->stop_asked);
    pthread_mutex_unlock(&metrics->lock);
    pthread_join(metrics->thread, NULL);
    usage_series_clear(&metrics->series);
    pthread_cond_destroy(&metrics->stop_asked);
    pthread_mutex_destroy(&metrics->lock);
    free(metrics);
}

/* The text is what Kubernetes's clients make of an aggregated API without a server. */
static int check_server(const struct metrics *metrics, const char *resource, struct status *status)
{
    if (server_is_ready(metrics))
        return 0;
    return status_set(status, 503, "ServiceUnavailable",
                      "the server is currently unable to handle the request (get %s.metrics.k8s.io)", resource);
}

cJSON *metrics_of_pods(void *context, const char *namespace, struct status *status)
{
    struct metrics *metrics = context;
    if (check_server(metrics, "pods", status) < 0)
        return NULL;
    pthread_mutex_lock(&metrics->lock);
    cJSON *pods = usage_series_to_pods(&metrics->series, namespace, clock_wall());
    pthread_mutex_unlock(&metrics->lock);
    return pods;
}

/* Of the only node: the whole machine's use. */
static struct usage_sum machine_sum(const struct metrics *metrics)
{
    const double window = (double)(metrics->last.sampled_wall - metrics->previous.sampled_wall);
    const double used = (double)(metrics->last.cpu - metrics->previous.cpu);
    const double nanocores = used / (window / (double)NANOSECONDS_PER_SECOND);
    return (struct usage_sum){.nanocores = nanocores > 0 ? (int64_t)nanocores : 0, .bytes = metrics->last.memory};
}

static cJSON *node_metrics(const struct metrics *metrics, const struct object *node, struct usage_sum sum)
{
    char text[DURATION_TEXT_SIZE > CLOCK_TEXT_SIZE ? DURATION_TEXT_SIZE : CLOCK_TEXT_SIZE];
    const int64_t window = metrics->last.sampled_wall - metrics->previous.sampled_wall;
    cJSON *shown = cJSON_CreateObject();
    cJSON *metadata = json_object_at(shown, "metadata");
    json_set_text(metadata, "name", object_name(node));
    json_set_text(metadata, "creationTimestamp", clock_format_seconds(clock_wall(), text));
    json_set_text(shown, "timestamp", clock_format_seconds(metrics->last.sampled_wall, text));
    json_set_text(shown, "window", duration_format_go(window / NANOSECONDS_PER_MILLISECOND * NANOSECONDS_PER_MILLISECOND, text));
    usage_set(json_object_at(shown, "usage"), sum.nanocores, sum.bytes);
    return shown;
}

cJSON *metrics_of_nodes(void *context, struct status *status)
{
    struct metrics *metrics = context;
    if (check_server(metrics, "nodes", status) < 0)
        return NULL;
    AUTO_OBJECT_LIST struct object_list list = {0};
    store_list(registry_store(metrics->registry), RESOURCE_NODES, NULL, &list);
    cJSON *nodes = cJSON_CreateArray();
    pthread_mutex_lock(&metrics->lock);
    for (size_t i = 0; i < list.count && metrics->previous.sampled_wall > 0; i++) {
        const struct usage_sum sum =
            list.count == 1 ? machine_sum(metrics) : usage_series_of_node(&metrics->series, object_name(list.objects[i]));
        cJSON_AddItemToArray(nodes, node_metrics(metrics, list.objects[i], sum));
    }
    pthread_mutex_unlock(&metrics->lock);
    return nodes;
}
