#include "driver/analyze/usage.h"

#include <stdlib.h>
#include <string.h>

#include "common/clock.h"
#include "common/duration.h"
#include "common/quantity.h"
#include "driver/analyze/array.h"

void usage_release(struct usage *usage)
{
    free(usage->samples);
    usage->samples = NULL;
    usage->count = 0;
}

/* Of all containers: cores of "cpu", bytes of "memory". */
static double usage_of(const cJSON *item, const char *resource)
{
    double total = 0;
    const cJSON *container;
    cJSON_ArrayForEach (container, json_get(item, "containers")) {
        struct quantity quantity;
        const char *text = json_text(json_get(container, "usage", resource), NULL);
        if (text != NULL && quantity_parse(text, &quantity, NULL) == 0)
            total += quantity_double(quantity);
    }
    return total;
}

static void see_item(struct usage *usage, int64_t time, const cJSON *item)
{
    int64_t wall;
    int64_t window;
    const char *pod = texts_keep(usage->texts, json_text(json_get(item, "metadata", "name"), ""));
    const char *timestamp = json_text(json_get(item, "timestamp"), NULL);
    const char *window_text = json_text(json_get(item, "window"), NULL);
    if (timestamp == NULL || window_text == NULL || clock_parse(timestamp, &wall, NULL) < 0 ||
        duration_parse(window_text, &window, NULL) < 0)
        return;
    int64_t end = wall - usage->started_wall;
    for (size_t index = usage->count; index-- > 0;) {
        if (usage->samples[index].pod == pod && usage->samples[index].end >= end)
            return;
        if (usage->samples[index].pod == pod)
            break;
    }
    *ARRAY_ADD(usage->samples, usage->count) = (struct usage_sample){.arrival = time,
                                                                     .end = end,
                                                                     .window = window,
                                                                     .pod = pod,
                                                                     .cores = usage_of(item, "cpu"),
                                                                     .bytes = usage_of(item, "memory")};
}

void usage_see(struct usage *usage, int64_t time, const struct change *change)
{
    const cJSON *item;
    cJSON_ArrayForEach (item, json_get(change->object, "items")) {
        see_item(usage, time, item);
    }
}
