#include "hpa/recommendations.h"

#include <stdlib.h>

#include "common/memory.h"
#include "hpa/numbers.h"

#define NO_PLACE SIZE_MAX

void recommendation_list_release(struct recommendation_list *list)
{
    free(list->items);
    *list = (struct recommendation_list){0};
}

static size_t oldest(const struct recommendation_list *list)
{
    size_t place = 0;
    for (size_t i = 1; i < list->count; i++) {
        place = list->items[i].time < list->items[place].time ? i : place;
    }
    return place;
}

static void store(struct recommendation_list *list, size_t place, int32_t replicas, int64_t now)
{
    if (place == NO_PLACE && list->count == RECOMMENDATION_MAXIMUM) {
        place = oldest(list);
    }
    if (place == NO_PLACE && list->count == list->capacity) {
        list->capacity = list->capacity == 0 ? 32 : list->capacity * 2;
        list->items = memory_resize(list->items, list->capacity, sizeof(*list->items));
    }
    if (place == NO_PLACE) {
        place = list->count++;
    }
    list->items[place] = (struct recommendation){.replicas = replicas, .time = now};
}

void recommendation_start(struct recommendation_list *list, int32_t replicas, int64_t now)
{
    if (list->count == 0) {
        store(list, NO_PLACE, replicas, now);
    }
}

int32_t recommendation_highest(struct recommendation_list *list, int32_t replicas, int64_t window, int64_t now)
{
    int64_t cutoff = subtract_held(now, window);
    int32_t highest = replicas;
    size_t old = NO_PLACE;
    for (size_t i = 0; i < list->count; i++) {
        if (list->items[i].time < cutoff) {
            old = i;
        } else if (list->items[i].replicas > highest) {
            highest = list->items[i].replicas;
        }
    }
    store(list, old, replicas, now);
    return highest;
}

int32_t recommendation_within(struct recommendation_list *list, int32_t current, int32_t replicas, int64_t up_window,
                              int64_t down_window, int64_t now)
{
    int64_t up_cutoff = subtract_held(now, up_window);
    int64_t down_cutoff = subtract_held(now, down_window);
    int64_t old_cutoff = up_cutoff < down_cutoff ? up_cutoff : down_cutoff;
    int32_t lowest = replicas;
    int32_t highest = replicas;
    size_t old = NO_PLACE;
    for (size_t i = 0; i < list->count; i++) {
        const struct recommendation *each = &list->items[i];
        lowest = each->time > up_cutoff && each->replicas < lowest ? each->replicas : lowest;
        highest = each->time > down_cutoff && each->replicas > highest ? each->replicas : highest;
        old = each->time < old_cutoff ? i : old;
    }
    store(list, old, replicas, now);
    int32_t stabilized = current < lowest ? lowest : current;
    return stabilized > highest ? highest : stabilized;
}
