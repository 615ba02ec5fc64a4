/* One sync, in the controller's order: read the scale, bounds or metrics, scale, status. */
#include "common/memory.h"
#include "hpa/autoscaler.h"

/* Shows the metrics of this sync in the status; a sync that did not look at them shows none. */
static void publish_metrics(struct hpa_autoscaler *autoscaler, bool looked)
{
    struct metric_status_list *list = &autoscaler->metrics;
    list->present = looked;
    list->count = looked ? autoscaler->result_count : 0;
    if (list->count > list->capacity) {
        list->items = memory_resize(list->items, list->count, sizeof(*list->items));
        list->capacity = list->count;
    }
    for (size_t i = 0; i < list->count; i++) {
        list->items[i] = autoscaler->results[i].status;
    }
    spec_copy_hold(&list->spec, autoscaler->spec);
}

static void fail_to_get_scale(struct hpa_autoscaler *autoscaler, const char *error)
{
    autoscaler->sync.error = ERROR_GET_SCALE;
    autoscaler->sync.desired = 0;
    add_event(autoscaler, EVENT_FAILED_GET_SCALE, 0);
    condition_set_text(&autoscaler->conditions, HPA_ABLE_TO_SCALE, false, REASON_FAILED_GET_SCALE, autoscaler->sync.now, error);
}

/* Whether the metrics allowed a decision; sync->desired and sync->cause hold it. */
static bool decide_within_bounds(struct hpa_autoscaler *autoscaler, const struct hpa_input *input)
{
    struct sync *sync = &autoscaler->sync;
    int32_t proposed = decide_by_metrics(autoscaler, input);
    if (sync->error == ERROR_METRICS || sync->error == ERROR_SELECTOR) {
        add_event(autoscaler, EVENT_FAILED_COMPUTE, 0);
        publish_metrics(autoscaler, sync->error == ERROR_METRICS);
        return false;
    }
    int32_t wanted = proposed > 0 ? proposed : 0;
    if (wanted != sync->current) {
        sync->cause = wanted > sync->current ? CAUSE_ABOVE_TARGET : CAUSE_BELOW_TARGET;
    }
    sync->desired = normalize_replicas(autoscaler, &input->flags, wanted);
    publish_metrics(autoscaler, true);
    return true;
}

/* Whether a decision was made. */
static bool decide_count(struct hpa_autoscaler *autoscaler, const struct hpa_input *input)
{
    const struct hpa_spec *spec = &autoscaler->spec->spec;
    struct sync *sync = &autoscaler->sync;
    if (sync->current == 0 && spec->min_replicas != 0) {
        condition_set(&autoscaler->conditions, HPA_SCALING_ACTIVE, false, REASON_SCALING_DISABLED, sync->now);
    } else if (sync->current > spec->max_replicas) {
        sync->cause = CAUSE_ABOVE_MAXIMUM;
        sync->desired = spec->max_replicas;
    } else if (sync->current < spec->min_replicas) {
        sync->cause = CAUSE_BELOW_MINIMUM;
        sync->desired = spec->min_replicas;
    } else {
        return decide_within_bounds(autoscaler, input);
    }
    publish_metrics(autoscaler, false);
    return true;
}

struct hpa_decision hpa_decide(struct hpa_autoscaler *autoscaler, const struct hpa_input *input, int64_t now)
{
    struct sync *sync = &autoscaler->sync;
    *sync = (struct sync){.now = now, .current = input->scale.spec_replicas, .desired = input->scale.spec_replicas};
    if (input->scale.get_error != NULL) {
        fail_to_get_scale(autoscaler, input->scale.get_error);
        return (struct hpa_decision){.scale = false, .replicas = autoscaler->current_replicas};
    }
    condition_set(&autoscaler->conditions, HPA_ABLE_TO_SCALE, true, REASON_SUCCEEDED_GET_SCALE, now);
    recommendation_start(&autoscaler->recommendations, sync->current, now);
    autoscaler->current_replicas = sync->current;
    if (decide_count(autoscaler, input)) {
        sync->wants_scale = sync->desired != sync->current;
        if (!sync->wants_scale) {
            autoscaler->desired_replicas = sync->desired;
        }
    }
    return (struct hpa_decision){.scale = sync->wants_scale, .replicas = sync->desired};
}

void hpa_finish(struct hpa_autoscaler *autoscaler, const char *update_error)
{
    struct sync *sync = &autoscaler->sync;
    if (!sync->wants_scale) {
        return;
    }
    sync->wants_scale = false;
    if (update_error != NULL) {
        sync->error = ERROR_RESCALE;
        add_event(autoscaler, EVENT_FAILED_RESCALE, sync->metric);
        condition_set_text(&autoscaler->conditions, HPA_ABLE_TO_SCALE, false, REASON_FAILED_UPDATE_SCALE, sync->now,
                           update_error);
        return;
    }
    add_event(autoscaler, EVENT_SUCCESSFUL_RESCALE, sync->metric);
    condition_set(&autoscaler->conditions, HPA_ABLE_TO_SCALE, true, REASON_SUCCEEDED_RESCALE, sync->now)->number = sync->desired;
    if (autoscaler->spec->spec.has_behavior) {
        scale_history_store(&autoscaler->history, &autoscaler->spec->spec.behavior, sync->current, sync->desired, sync->now);
    }
    autoscaler->desired_replicas = sync->desired;
    autoscaler->has_last_scale_time = true;
    autoscaler->last_scale_time = sync->now;
}
