#include "cluster/kubelet/probe.h"

#include "common/clock.h"

/* No probe asks for longer or less often than once a day, whatever the object says. */
#define LONGEST_SECONDS 86400

static int64_t seconds_of(const cJSON *specification, const char *key, int64_t fallback, int64_t least)
{
    const int64_t seconds = json_integer(json_get(specification, key), fallback);
    const int64_t held = seconds < least ? least : seconds > LONGEST_SECONDS ? LONGEST_SECONDS : seconds;
    return held * NANOSECONDS_PER_SECOND;
}

static int threshold_of(const cJSON *specification, const char *key, int64_t fallback)
{
    const int64_t value = json_integer(json_get(specification, key), fallback);
    return value < 1 ? (int)fallback : value > INT32_MAX ? INT32_MAX : (int)value;
}

void probe_configure(struct probe *probe, enum probe_kind kind, const cJSON *specification)
{
    *probe = (struct probe){
        .present = specification != NULL,
        .kind = kind,
        .initial_delay = seconds_of(specification, "initialDelaySeconds", 0, 0),
        .period = seconds_of(specification, "periodSeconds", 10, 1),
        .timeout = seconds_of(specification, "timeoutSeconds", 1, 1),
        .success_threshold = threshold_of(specification, "successThreshold", 1),
        .failure_threshold = threshold_of(specification, "failureThreshold", 3),
        .grace_seconds = json_integer(json_get(specification, "terminationGracePeriodSeconds"), -1),
        .extra = INT64_MAX,
    };
}

void probe_start(struct probe *probe, int64_t started, int64_t now)
{
    if (!probe->present)
        return;
    probe->active = true;
    probe->asking = false;
    probe->started = started;
    probe->run = 0;
    probe->decided = false;
    probe->good = false;
    /* The periods are counted from the start; the first one that is not over yet. */
    const int64_t periods = now > started ? (now - started) / probe->period : 0;
    probe->next = started + (periods + 1) * probe->period;
    probe->extra = INT64_MAX;
    if (probe->kind == PROBE_READINESS && probe->initial_delay == 0)
        probe->extra = now + PROBE_FIRST_READINESS;
}

void probe_stop(struct probe *probe)
{
    probe->active = false;
    probe->asking = false;
}

int64_t probe_next(const struct probe *probe)
{
    if (!probe->active || probe->asking)
        return INT64_MAX;
    return probe->extra < probe->next ? probe->extra : probe->next;
}

bool probe_due(struct probe *probe, int64_t now)
{
    if (probe_next(probe) > now)
        return false;
    if (probe->extra <= now)
        probe->extra = INT64_MAX;
    if (probe->next <= now)
        probe->next += ((now - probe->next) / probe->period + 1) * probe->period;
    if (now - probe->started < probe->initial_delay)
        return false;
    probe->asking = true;
    return true;
}

enum probe_change probe_answer(struct probe *probe, bool success)
{
    if (!probe->active || !probe->asking)
        return PROBE_NO_CHANGE;
    probe->asking = false;
    if (probe->run > 0 && probe->last_answer == success) {
        if (probe->run < INT32_MAX)
            probe->run++;
    } else {
        probe->last_answer = success;
        probe->run = 1;
    }
    if (probe->run < (success ? probe->success_threshold : probe->failure_threshold))
        return PROBE_NO_CHANGE;
    if (probe->decided && probe->good == success)
        return PROBE_NO_CHANGE;
    probe->decided = true;
    probe->good = success;
    if (!success && probe->kind != PROBE_READINESS)
        probe_stop(probe);
    return success ? PROBE_SUCCEEDED : PROBE_FAILED;
}
