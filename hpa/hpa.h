/*
 * The decision of Kubernetes's HorizontalPodAutoscaler controller (1.36), pure: no I/O, no clock, no JSON. The same input
 * gives the same replica counts, status, events and error texts as kube-controller-manager.
 *
 * One struct hpa_autoscaler lives as long as one HPA object. A sync is:
 *
 *     hpa_autoscaler_set_spec(autoscaler, &spec);            when the spec changed (harmless when it did not)
 *     decision = hpa_decide(autoscaler, &input, now);
 *     if (decision.scale)
 *         hpa_finish(autoscaler, error of writing decision.replicas to the scale subresource, or NULL);
 *     hpa_status(), hpa_event_*(), hpa_error_message()       as many times as wanted, until the next hpa_decide()
 *
 * Deciding renders no text and, once the autoscaler has seen its number of pods and metrics, allocates nothing; the
 * functions that write a text into a struct buffer do so on demand. (A failed metric keeps a copy of its cause.)
 *
 * Units: replica counts as such; metric values, usages and requests in thousandths (quantity_milli()); times in
 * nanoseconds since 1970 on one clock; periods of spec and flags in seconds, as in the API.
 * Memory: everything in struct hpa_input is borrowed for the call of hpa_decide() alone; the spec is copied.
 * Not thread-safe: one autoscaler, one thread at a time.
 */
#ifndef HPA_HPA_H
#define HPA_HPA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/buffer.h"
#include "common/quantity.h"
#include "hpa/hpa_input.h"
#include "hpa/hpa_spec.h"

struct hpa_autoscaler;

/* namespace_name: the name of the namespace that the HPA is in, for messages; copied. */
struct hpa_autoscaler *hpa_autoscaler_create(const char *namespace_name);

/* NULL is harmless. */
void hpa_autoscaler_destroy(struct hpa_autoscaler *autoscaler);

/* Copies the spec; defaults are filled into the copy (hpa_default_spec). Must be called once before hpa_decide(). */
void hpa_autoscaler_set_spec(struct hpa_autoscaler *autoscaler, const struct hpa_spec *spec);

struct hpa_decision {
    bool scale;       /* the target is to be set to `replicas`; say with hpa_finish() how that went */
    int32_t replicas; /* the wanted count; the current one when nothing is to change or nothing could be decided */
};

/* Decides and updates status, events and error. When the result says scale, they are complete after hpa_finish(). */
struct hpa_decision hpa_decide(struct hpa_autoscaler *autoscaler, const struct hpa_input *input, int64_t now);

/* Ends a sync that wanted to scale: NULL when the scale was written, else the API's error text. */
void hpa_finish(struct hpa_autoscaler *autoscaler, const char *update_error);

/* ---- status: as it is to be written to the HPA object; the caller adds observedGeneration ---- */

enum hpa_condition_type { HPA_ABLE_TO_SCALE, HPA_SCALING_ACTIVE, HPA_SCALING_LIMITED };

struct hpa_condition {
    enum hpa_condition_type type;
    bool status;             /* "True" or "False" */
    const char *reason;      /* a constant */
    int64_t last_transition; /* printed in whole seconds */
};

struct hpa_metric_status {
    const struct hpa_metric_spec *metric; /* what it is of; NULL: could not be read, an entry with an empty type */
    bool has_value;
    bool has_average_value;
    bool has_average_utilization;
    enum quantity_format format; /* values print as quantity_from_milli(..., format): memory in BinarySI */
    int64_t value_milli;
    int64_t average_value_milli;
    int32_t average_utilization; /* percent of request */
};

struct hpa_status {
    bool has_last_scale_time;
    int64_t last_scale_time; /* printed in whole seconds */
    int32_t current_replicas;
    int32_t desired_replicas;
    const struct hpa_metric_status *metrics; /* in the order of the spec; NULL: currentMetrics is null */
    size_t metric_count;
    size_t condition_count; /* in the order in which they first appeared */
    struct hpa_condition conditions[3];
};

/* Pointers in it belong to the autoscaler and hold until the next hpa_decide(), hpa_finish() or set_spec. */
struct hpa_status hpa_status(const struct hpa_autoscaler *autoscaler);

/* "AbleToScale", ... */
const char *hpa_condition_type_text(enum hpa_condition_type type);

/* "Resource", "Pods", ...; "" for HPA_METRIC_UNKNOWN. */
const char *hpa_metric_type_text(enum hpa_metric_type type);

/* Appends the message of hpa_status().conditions[index]. */
void hpa_condition_message(const struct hpa_autoscaler *autoscaler, size_t index, struct buffer *buffer);

/* ---- what this sync has to tell ---- */

struct hpa_event {
    bool warning;       /* "Warning", else "Normal" */
    const char *reason; /* a constant */
};

/* Events of this sync, in order. */
size_t hpa_event_count(const struct hpa_autoscaler *autoscaler);
struct hpa_event hpa_event(const struct hpa_autoscaler *autoscaler, size_t index);
void hpa_event_message(const struct hpa_autoscaler *autoscaler, size_t index, struct buffer *buffer);

/* Appends the reconcile error of this sync as the controller logs it; false (nothing appended) when there was none. */
bool hpa_error_message(const struct hpa_autoscaler *autoscaler, struct buffer *buffer);

#endif
