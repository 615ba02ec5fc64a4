#include "hpa/scale_events.h"

#include <math.h>
#include <stdlib.h>

#include "common/memory.h"
#include "hpa/numbers.h"

#define NO_PLACE SIZE_MAX

void scale_history_release(struct scale_history *history)
{
    free(history->up.items);
    free(history->down.items);
    *history = (struct scale_history){0};
}

static int64_t longest_period(const struct hpa_scaling_rules *rules)
{
    int64_t longest = 0;
    for (size_t i = 0; i < rules->policy_count; i++) {
        longest = rules->policies[i].period_seconds > longest ? rules->policies[i].period_seconds : longest;
    }
    return longest * NANOSECONDS;
}

/* The last event from before the cutoff; when the list is full, the oldest; else none. */
static size_t place_to_reuse(const struct scale_event_list *list, int64_t cutoff)
{
    size_t old = NO_PLACE;
    size_t oldest = 0;
    for (size_t i = 0; i < list->count; i++) {
        old = list->items[i].time < cutoff ? i : old;
        oldest = list->items[i].time < list->items[oldest].time ? i : oldest;
    }
    return old == NO_PLACE && list->count == SCALE_EVENT_MAXIMUM ? oldest : old;
}

static void store(struct scale_event_list *list, const struct hpa_scaling_rules *rules, int64_t change, int64_t now)
{
    size_t place = place_to_reuse(list, subtract_held(now, longest_period(rules)));
    if (place == NO_PLACE && list->count == list->capacity) {
        list->capacity = list->capacity == 0 ? 16 : list->capacity * 2;
        list->items = memory_resize(list->items, list->capacity, sizeof(*list->items));
    }
    if (place == NO_PLACE) {
        place = list->count++;
    }
    list->items[place] = (struct scale_event){.change = change, .time = now};
}

void scale_history_store(struct scale_history *history, const struct hpa_behavior *behavior, int32_t from, int32_t to,
                         int64_t now)
{
    if (to > from) {
        store(&history->up, &behavior->scale_up, (int64_t)to - from, now);
    } else {
        store(&history->down, &behavior->scale_down, (int64_t)from - to, now);
    }
}

static int64_t change_since(const struct scale_event_list *list, int64_t cutoff)
{
    int64_t sum = 0;
    for (size_t i = 0; i < list->count; i++) {
        if (list->items[i].time > cutoff) {
            sum = add_held(sum, list->items[i].change);
        }
    }
    return sum;
}

/* The count at the beginning of a policy's period. */
static int32_t count_at_start(const struct scale_history *history, const struct hpa_policy *policy, int32_t current, int64_t now)
{
    int64_t cutoff = subtract_held(now, policy->period_seconds * NANOSECONDS);
    int64_t start = subtract_held(current, change_since(&history->up, cutoff));
    return narrow_held(add_held(start, change_since(&history->down, cutoff)));
}

static int32_t raised_by(const struct hpa_policy *policy, int32_t start)
{
    if (policy->type == HPA_POLICY_PODS) {
        return narrow_held((int64_t)start + policy->value);
    }
    return count_held(ceil((double)start * (1 + (double)policy->value / 100)));
}

static int32_t lowered_by(const struct hpa_policy *policy, int32_t start)
{
    if (policy->type == HPA_POLICY_PODS) {
        return narrow_held((int64_t)start - policy->value);
    }
    return count_held((double)start * (1 - (double)policy->value / 100));
}

int32_t scale_up_limit(const struct scale_history *history, const struct hpa_scaling_rules *rules, int32_t current, int64_t now)
{
    bool smallest = rules->select_policy == HPA_SELECT_MIN;
    int32_t limit = smallest ? INT32_MAX : INT32_MIN;
    if (rules->select_policy == HPA_SELECT_DISABLED) {
        return current;
    }
    for (size_t i = 0; i < rules->policy_count; i++) {
        int32_t start = count_at_start(history, &rules->policies[i], current, now);
        int32_t proposed = raised_by(&rules->policies[i], start);
        limit = smallest == (proposed < limit) ? proposed : limit;
    }
    return limit < current ? current : limit;
}

int32_t scale_down_limit(const struct scale_history *history, const struct hpa_scaling_rules *rules, int32_t current, int64_t now)
{
    bool smallest = rules->select_policy == HPA_SELECT_MIN;
    int32_t limit = smallest ? INT32_MIN : INT32_MAX;
    if (rules->select_policy == HPA_SELECT_DISABLED) {
        return current;
    }
    for (size_t i = 0; i < rules->policy_count; i++) {
        int32_t start = count_at_start(history, &rules->policies[i], current, now);
        int32_t proposed = lowered_by(&rules->policies[i], start);
        limit = smallest == (proposed > limit) ? proposed : limit;
    }
    return limit > current ? current : limit;
}
