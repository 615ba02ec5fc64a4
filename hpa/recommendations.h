/*
 * What was recommended lately: the memory behind the stabilization windows.
 */
#ifndef HPA_RECOMMENDATIONS_H
#define HPA_RECOMMENDATIONS_H

#include <stddef.h>
#include <stdint.h>

struct recommendation {
    int32_t replicas;
    int64_t time;
};

struct recommendation_list {
    struct recommendation *items;
    size_t count;
    size_t capacity;
};

/* No more than this are kept; a new one then replaces the oldest. Syncs every second fill an hour's window. */
#define RECOMMENDATION_MAXIMUM 4096

void recommendation_list_release(struct recommendation_list *list);

/* Remembers the count that was there before the first sync; later calls do nothing. */
void recommendation_start(struct recommendation_list *list, int32_t replicas, int64_t now);

/* The largest of `replicas` and what was recommended within the window (its beginning included). `replicas` is
 * remembered, in the place of one that is older than the window when there is one. */
int32_t recommendation_highest(struct recommendation_list *list, int32_t replicas, int64_t window, int64_t now);

/* With a behavior: current, raised to the smallest recommendation of the up window, then lowered to the largest of
 * the down window (their beginnings excluded). `replicas` is remembered. */
int32_t recommendation_within(struct recommendation_list *list, int32_t current, int32_t replicas, int64_t up_window,
                              int64_t down_window, int64_t now);

#endif
