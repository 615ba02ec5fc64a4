/*
 * When this HPA scaled and by how much: the memory behind the rate limits of a behavior's policies.
 */
#ifndef HPA_SCALE_EVENTS_H
#define HPA_SCALE_EVENTS_H

#include <stddef.h>
#include <stdint.h>

#include "hpa/hpa_spec.h"

struct scale_event {
    int64_t change; /* replicas, positive in both directions */
    int64_t time;
};

struct scale_event_list {
    struct scale_event *items;
    size_t count;
    size_t capacity;
};

/* No more than this are kept; a new one then replaces the oldest. */
#define SCALE_EVENT_MAXIMUM 4096

struct scale_history {
    struct scale_event_list up;
    struct scale_event_list down;
};

void scale_history_release(struct scale_history *history);

/* Remembers a change that was made, in the place of one that no policy looks back to any more. */
void scale_history_store(struct scale_history *history, const struct hpa_behavior *behavior, int32_t from, int32_t to,
                         int64_t now);

/* The largest (smallest) count that the policies allow now; current when they allow no change. */
int32_t scale_up_limit(const struct scale_history *history, const struct hpa_scaling_rules *rules, int32_t current, int64_t now);
int32_t scale_down_limit(const struct scale_history *history, const struct hpa_scaling_rules *rules, int32_t current,
                         int64_t now);

#endif
