/*
 * The state of one HPA between syncs, and the facts of its latest sync. Internal to hpa/.
 */
#ifndef HPA_AUTOSCALER_H
#define HPA_AUTOSCALER_H

#include "hpa/conditions.h"
#include "hpa/hpa.h"
#include "hpa/metric.h"
#include "hpa/recommendations.h"
#include "hpa/scale_events.h"
#include "hpa/spec_copy.h"

/* Why the wanted count differs from the current one. */
enum rescale_cause {
    CAUSE_NONE, /* the metrics asked for the current count; stabilization or limits moved it */
    CAUSE_ABOVE_MAXIMUM,
    CAUSE_BELOW_MINIMUM,
    CAUSE_ABOVE_TARGET, /* of struct sync's metric */
    CAUSE_BELOW_TARGET,
};

enum sync_error {
    ERROR_FREE,
    ERROR_GET_SCALE,
    ERROR_SELECTOR,
    ERROR_METRICS,      /* nothing could be decided */
    ERROR_SOME_METRICS, /* decided with the others */
    ERROR_RESCALE,
};

enum event_kind {
    EVENT_FAILED_GET_SCALE,
    EVENT_SELECTOR,
    EVENT_METRIC, /* of struct event's metric */
    EVENT_FAILED_COMPUTE,
    EVENT_SUCCESSFUL_RESCALE,
    EVENT_FAILED_RESCALE,
};

struct event {
    enum event_kind kind;
    size_t metric;
};

/* Events that a sync has beside one for each metric. */
#define EVENTS_BESIDE_METRICS 2

/* The facts of one sync from which its events and its error are told. */
struct sync {
    int64_t now;
    int32_t current;
    int32_t desired;
    enum rescale_cause cause;
    size_t metric; /* that decided */
    size_t invalid_count;
    size_t first_invalid;
    enum reason selector_reason;
    enum sync_error error;
    bool wants_scale; /* hpa_finish() is awaited */
    size_t event_count;
};

struct metric_status_list {
    struct hpa_metric_status *items;
    size_t count;
    size_t capacity;
    bool present;           /* else currentMetrics is null */
    struct spec_copy *spec; /* to which the items point */
};

struct hpa_autoscaler {
    char *namespace_name;
    struct spec_copy *spec;
    struct recommendation_list recommendations;
    struct scale_history history;
    struct condition_list conditions;
    struct metric_status_list metrics;
    int32_t current_replicas;
    int32_t desired_replicas;
    bool has_last_scale_time;
    int64_t last_scale_time;

    struct sync sync;
    struct event *events;          /* room for every metric's and EVENTS_BESIDE_METRICS */
    struct metric_result *results; /* one a metric of spec */
    size_t result_count;
    struct usage_table usage;
};

/* normalize.c: from what the metrics want to what stabilization, rate limits and bounds allow; sets the conditions. */
int32_t normalize_replicas(struct hpa_autoscaler *autoscaler, const struct hpa_flags *flags, int32_t wanted);

/* metrics.c: asks every metric. The largest proposal; sync.error tells when nothing can be decided. */
int32_t decide_by_metrics(struct hpa_autoscaler *autoscaler, const struct hpa_input *input);

/* autoscaler.c: remembers an event of this sync. */
void add_event(struct hpa_autoscaler *autoscaler, enum event_kind kind, size_t metric);

#endif
