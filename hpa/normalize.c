#include "hpa/autoscaler.h"
#include "hpa/numbers.h"

/* A count and why it is what it is. */
struct bounded {
    int32_t replicas;
    enum reason reason;
};

static int32_t stabilize_by_flag(struct hpa_autoscaler *autoscaler, const struct hpa_flags *flags, int32_t wanted)
{
    const struct sync *sync = &autoscaler->sync;
    int32_t stabilized = recommendation_highest(&autoscaler->recommendations, wanted, flags->downscale_stabilization, sync->now);
    condition_set(&autoscaler->conditions, HPA_ABLE_TO_SCALE, true,
                  stabilized == wanted ? REASON_READY_FOR_NEW_SCALE : REASON_SCALE_DOWN_STABILIZED, sync->now);
    return stabilized;
}

static int32_t stabilize_by_behavior(struct hpa_autoscaler *autoscaler, const struct hpa_flags *flags, int32_t wanted)
{
    const struct sync *sync = &autoscaler->sync;
    const struct hpa_behavior *behavior = &autoscaler->spec->spec.behavior;
    int64_t up = behavior->scale_up.stabilization_window_seconds * NANOSECONDS;
    int64_t down = behavior->scale_down.has_stabilization_window ? behavior->scale_down.stabilization_window_seconds * NANOSECONDS
                                                                 : flags->downscale_stabilization;
    int32_t stabilized = recommendation_within(&autoscaler->recommendations, sync->current, wanted, up, down, sync->now);
    enum reason reason = wanted >= sync->current ? REASON_SCALE_UP_STABILIZED : REASON_SCALE_DOWN_STABILIZED;
    condition_set(&autoscaler->conditions, HPA_ABLE_TO_SCALE, true, stabilized == wanted ? REASON_READY_FOR_NEW_SCALE : reason,
                  sync->now);
    return stabilized;
}

/* Without a behavior a target at most doubles in one sync, but may always go to 4. */
static struct bounded bound_by_doubling(const struct hpa_spec *spec, int32_t current, int32_t wanted)
{
    int32_t doubled = narrow_held((int64_t)current * 2);
    struct bounded most = {.replicas = doubled > 4 ? doubled : 4, .reason = REASON_SCALE_UP_LIMIT};
    if (spec->max_replicas <= most.replicas) {
        most = (struct bounded){.replicas = spec->max_replicas, .reason = REASON_TOO_MANY_REPLICAS};
    }
    if (wanted < spec->min_replicas) {
        return (struct bounded){.replicas = spec->min_replicas, .reason = REASON_TOO_FEW_REPLICAS};
    }
    return wanted > most.replicas ? most : (struct bounded){.replicas = wanted, .reason = REASON_DESIRED_WITHIN_RANGE};
}

static struct bounded bound_by_behavior(const struct hpa_autoscaler *autoscaler, int32_t wanted)
{
    const struct hpa_spec *spec = &autoscaler->spec->spec;
    const struct sync *sync = &autoscaler->sync;
    const struct bounded as_wanted = {.replicas = wanted, .reason = REASON_DESIRED_WITHIN_RANGE};
    if (wanted > sync->current) {
        int32_t limit = scale_up_limit(&autoscaler->history, &spec->behavior.scale_up, sync->current, sync->now);
        struct bounded most = {.replicas = limit, .reason = REASON_SCALE_UP_LIMIT};
        if (spec->max_replicas <= limit) {
            most = (struct bounded){.replicas = spec->max_replicas, .reason = REASON_TOO_MANY_REPLICAS};
        }
        return wanted > most.replicas ? most : as_wanted;
    }
    if (wanted < sync->current) {
        int32_t limit = scale_down_limit(&autoscaler->history, &spec->behavior.scale_down, sync->current, sync->now);
        struct bounded least = {.replicas = limit, .reason = REASON_SCALE_DOWN_LIMIT};
        if (spec->min_replicas >= limit) {
            least = (struct bounded){.replicas = spec->min_replicas, .reason = REASON_TOO_FEW_REPLICAS};
        }
        return wanted < least.replicas ? least : as_wanted;
    }
    return as_wanted;
}

int32_t normalize_replicas(struct hpa_autoscaler *autoscaler, const struct hpa_flags *flags, int32_t wanted)
{
    const struct hpa_spec *spec = &autoscaler->spec->spec;
    struct bounded bounded;
    int32_t stabilized;
    if (spec->has_behavior) {
        stabilized = stabilize_by_behavior(autoscaler, flags, wanted);
        bounded = bound_by_behavior(autoscaler, stabilized);
    } else {
        stabilized = stabilize_by_flag(autoscaler, flags, wanted);
        bounded = bound_by_doubling(spec, autoscaler->sync.current, stabilized);
    }
    condition_set(&autoscaler->conditions, HPA_SCALING_LIMITED, bounded.replicas != stabilized, bounded.reason,
                  autoscaler->sync.now);
    return bounded.replicas;
}
