#include "hpa/autoscaler.h"

#include <stdlib.h>

#include "common/memory.h"
#include "hpa/text.h"

struct hpa_autoscaler *hpa_autoscaler_create(const char *namespace_name)
{
    struct hpa_autoscaler *autoscaler = memory_allocate(1, sizeof(*autoscaler));
    autoscaler->namespace_name = memory_copy_text(namespace_name);
    condition_list_init(&autoscaler->conditions);
    return autoscaler;
}

static void release_results(struct hpa_autoscaler *autoscaler)
{
    for (size_t i = 0; i < autoscaler->result_count; i++) {
        buffer_release(&autoscaler->results[i].cause);
    }
    free(autoscaler->results);
    free(autoscaler->events);
}

void hpa_autoscaler_destroy(struct hpa_autoscaler *autoscaler)
{
    if (autoscaler == NULL) {
        return;
    }
    release_results(autoscaler);
    usage_table_release(&autoscaler->usage);
    recommendation_list_release(&autoscaler->recommendations);
    scale_history_release(&autoscaler->history);
    condition_list_release(&autoscaler->conditions);
    spec_copy_hold(&autoscaler->metrics.spec, NULL);
    spec_copy_hold(&autoscaler->spec, NULL);
    free(autoscaler->metrics.items);
    free(autoscaler->namespace_name);
    free(autoscaler);
}

static void create_results(struct hpa_autoscaler *autoscaler, size_t count)
{
    autoscaler->results = memory_allocate(count, sizeof(*autoscaler->results));
    autoscaler->events = memory_allocate(count + EVENTS_BESIDE_METRICS, sizeof(*autoscaler->events));
    autoscaler->result_count = count;
    for (size_t i = 0; i < count; i++) {
        buffer_init(&autoscaler->results[i].cause, HPA_TEXT_MAXIMUM);
    }
}

void hpa_autoscaler_set_spec(struct hpa_autoscaler *autoscaler, const struct hpa_spec *spec)
{
    struct spec_copy *copy = spec_copy_create(spec);
    release_results(autoscaler);
    create_results(autoscaler, copy->spec.metric_count);
    spec_copy_hold(&autoscaler->spec, copy);
    spec_copy_hold(&copy, NULL);
    autoscaler->sync = (struct sync){0};
}

void add_event(struct hpa_autoscaler *autoscaler, enum event_kind kind, size_t metric)
{
    autoscaler->events[autoscaler->sync.event_count++] = (struct event){.kind = kind, .metric = metric};
}
