#include "driver/analyze/scaling.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "common/clock.h"
#include "common/quantity.h"
#include "driver/analyze/array.h"
#include "driver/analyze/moment.h"
#include "driver/observe/workload.h"

#define DEFAULT_TOLERANCE 0.1
#define BYTES_A_MEBIBYTE (1024.0 * 1024)
/* An event and the status that it belongs to arrive on two watches. */
#define EVENT_SLACK (5 * NANOSECONDS_PER_SECOND)

void scaling_init(struct scaling *scaling, struct figures_texts *texts, const char *hpa)
{
    const char *workload = workload_of_watched(hpa);
    *scaling = (struct scaling){
        .texts = texts, .hpa = hpa, .workload = workload != NULL ? workload : "", .divisor = 1, .first_seen = FIGURES_NEVER};
    scaling->metric = (struct metric_figures){
        .name = "", .unit = "", .tolerance_up = DEFAULT_TOLERANCE, .tolerance_down = DEFAULT_TOLERANCE, .minimum_replicas = 1};
}

void scaling_release(struct scaling *scaling)
{
    free(scaling->metric.steps);
    free(scaling->decisions);
    free(scaling->conditions);
    free(scaling->sizes);
    scaling->metric.steps = NULL;
    scaling->decisions = NULL;
    scaling->conditions = NULL;
    scaling->sizes = NULL;
}

static int to_int(int64_t value)
{
    return value < 0 ? 0 : value > 1000000 ? 1000000 : (int)value;
}

static double quantity_at(const cJSON *node, double fallback)
{
    struct quantity quantity;
    const char *text = json_text(node, NULL);
    return text != NULL && quantity_parse(text, &quantity, NULL) == 0 ? quantity_double(quantity) : fallback;
}

/* The member of a metric (spec or status) that describes it, by its type: "Resource" -> resource. */
static const cJSON *metric_body(const cJSON *metric, const char **name)
{
    static const char *const kinds[][2] = {{"Resource", "resource"},
                                           {"ContainerResource", "containerResource"},
                                           {"Pods", "pods"},
                                           {"Object", "object"},
                                           {"External", "external"}};
    const char *type = json_text(json_get(metric, "type"), "");
    for (size_t index = 0; index < sizeof kinds / sizeof *kinds; index++) {
        if (strcmp(type, kinds[index][0]) != 0)
            continue;
        const cJSON *body = json_get(metric, kinds[index][1]);
        *name = json_text(json_get(body, "name"), json_text(json_get(body, "metric", "name"), kinds[index][1]));
        return body;
    }
    return NULL;
}

static void read_spec(struct scaling *scaling, const cJSON *object)
{
    struct metric_figures *metric = &scaling->metric;
    const char *name = "";
    const cJSON *body = metric_body(cJSON_GetArrayItem(json_get(object, "spec", "metrics"), 0), &name);
    const cJSON *target = json_get(body, "target");
    if (target != NULL) {
        bool utilization = strcmp(json_text(json_get(target, "type"), ""), "Utilization") == 0;
        scaling->average = !utilization;
        metric->name = texts_format(scaling->texts, "%s %s", name, utilization ? "utilization" : "value");
        scaling->divisor = utilization || strcmp(name, "memory") != 0 ? 1 : BYTES_A_MEBIBYTE;
        metric->unit = utilization ? "%" : scaling->divisor > 1 ? " MiB" : "";
        metric->target = utilization ? (double)json_integer(json_get(target, "averageUtilization"), 0)
                                     : quantity_at(json_get(target, "averageValue"), quantity_at(json_get(target, "value"), 0)) /
                                           scaling->divisor;
    }
    const cJSON *behavior = json_get(object, "spec", "behavior");
    metric->tolerance_up = quantity_at(json_get(behavior, "scaleUp", "tolerance"), DEFAULT_TOLERANCE);
    metric->tolerance_down = quantity_at(json_get(behavior, "scaleDown", "tolerance"), DEFAULT_TOLERANCE);
    metric->minimum_replicas = to_int(json_integer(json_get(object, "spec", "minReplicas"), 1));
    metric->maximum_replicas = to_int(json_integer(json_get(object, "spec", "maxReplicas"), 0));
    scaling->workload = texts_keep(scaling->texts, json_text(json_get(object, "spec", "scaleTargetRef", "name"), ""));
}

static const cJSON *find_condition(const cJSON *object, const char *wanted)
{
    const cJSON *condition;
    cJSON_ArrayForEach (condition, json_get(object, "status", "conditions")) {
        if (strcmp(json_text(json_get(condition, "type"), ""), wanted) == 0)
            return condition;
    }
    return NULL;
}

static bool read_current(const struct scaling *scaling, const cJSON *object, double *value)
{
    const char *name = "";
    const cJSON *body = metric_body(cJSON_GetArrayItem(json_get(object, "status", "currentMetrics"), 0), &name);
    const cJSON *current = json_get(body, "current");
    const cJSON *utilization = json_get(current, "averageUtilization");
    *value = utilization != NULL ? (double)json_integer(utilization, 0)
                                 : quantity_at(json_get(current, "averageValue"), quantity_at(json_get(current, "value"), NAN)) /
                                       scaling->divisor;
    return !isnan(*value);
}

static void see_metric(struct scaling *scaling, int64_t time, const cJSON *object)
{
    struct metric_figures *metric = &scaling->metric;
    struct metric_step now = {.time = time, .reason = "", .message = ""};
    now.known = read_current(scaling, object, &now.value);
    if (!now.known) {
        const cJSON *condition = find_condition(object, "ScalingActive");
        now.value = 0;
        if (strcmp(json_text(json_get(condition, "status"), ""), "False") == 0) {
            now.reason = texts_keep(scaling->texts, json_text(json_get(condition, "reason"), ""));
            now.message = texts_keep(scaling->texts, json_text(json_get(condition, "message"), ""));
        }
    }
    const struct metric_step *before = metric->step_count > 0 ? &metric->steps[metric->step_count - 1] : NULL;
    if (before != NULL && before->known == now.known && before->value == now.value && before->reason == now.reason &&
        before->message == now.message)
        return;
    *ARRAY_ADD(metric->steps, metric->step_count) = now;
}

static void see_conditions(struct scaling *scaling, int64_t time, const cJSON *object)
{
    const cJSON *condition;
    cJSON_ArrayForEach (condition, json_get(object, "status", "conditions")) {
        struct condition_figures now = {.time = time,
                                        .type = texts_keep(scaling->texts, json_text(json_get(condition, "type"), "")),
                                        .status = texts_keep(scaling->texts, json_text(json_get(condition, "status"), "")),
                                        .reason = texts_keep(scaling->texts, json_text(json_get(condition, "reason"), "")),
                                        .message = texts_keep(scaling->texts, json_text(json_get(condition, "message"), ""))};
        bool seen = false;
        for (size_t index = 0; index < scaling->condition_count && !seen; index++) {
            const struct condition_figures *old = &scaling->conditions[index];
            seen = old->type == now.type && old->status == now.status && old->reason == now.reason && old->message == now.message;
        }
        if (!seen)
            *ARRAY_ADD(scaling->conditions, scaling->condition_count) = now;
    }
}

static void add_size(struct scaling *scaling, int64_t time, const char *workload, int replicas)
{
    for (size_t index = scaling->size_count; index-- > 0;) {
        const struct size_step *step = &scaling->sizes[index];
        if (step->workload != workload)
            continue;
        if (step->replicas == replicas)
            return;
        break;
    }
    *ARRAY_ADD(scaling->sizes, scaling->size_count) =
        (struct size_step){.time = time, .workload = workload, .replicas = replicas};
}

static void see_decision(struct scaling *scaling, int64_t time, const cJSON *object)
{
    int desired = to_int(json_integer(json_get(object, "status", "desiredReplicas"), 0));
    int current = to_int(json_integer(json_get(object, "status", "currentReplicas"), 0));
    int before = scaling_size_at(scaling, true, time);
    if (desired == 0 && before <= 0)
        return;
    add_size(scaling, time, NULL, desired);
    if (desired == before || desired == current)
        return;
    *ARRAY_ADD(scaling->decisions, scaling->decision_count) =
        (struct decision){.time = time, .from = current, .to = desired, .reason = "", .message = ""};
}

void scaling_see_hpa(struct scaling *scaling, int64_t time, const struct change *change)
{
    if (change->object == NULL || change->type == CHANGE_DELETED)
        return;
    if (*scaling->hpa == '\0')
        scaling->hpa = texts_keep(scaling->texts, change->name);
    if (strcmp(scaling->hpa, change->name) != 0)
        return;
    moment_first(&scaling->first_seen, time);
    scaling->metric.watched = true;
    read_spec(scaling, change->object);
    see_metric(scaling, time, change->object);
    see_conditions(scaling, time, change->object);
    if (change->type == CHANGE_LISTED && scaling_size_at(scaling, true, time) < 0)
        add_size(scaling, time, NULL, to_int(json_integer(json_get(change->object, "status", "desiredReplicas"), 0)));
    else
        see_decision(scaling, time, change->object);
}

void scaling_see_workload(struct scaling *scaling, int64_t time, const struct change *change)
{
    const cJSON *replicas = json_get(change->object, "spec", "replicas");
    if (replicas != NULL)
        add_size(scaling, time, texts_keep(scaling->texts, change->name), to_int(json_integer(replicas, 0)));
}

static void put_reason(struct scaling *scaling, struct decision *decision, const struct events *events)
{
    AUTO_FREE char *start = memory_format("New size: %d; ", decision->to);
    int64_t nearest = EVENT_SLACK;
    for (size_t index = 0; index < events->count; index++) {
        const struct event_track *event = &events->tracks[index];
        if (strcmp(event->figures.reason, "SuccessfulRescale") != 0 || strcmp(event->target, scaling->hpa) != 0 ||
            strncmp(event->figures.message, start, strlen(start)) != 0)
            continue;
        int64_t first = llabs(event->figures.first - decision->time);
        int64_t last = llabs(event->figures.last - decision->time);
        int64_t apart = first < last ? first : last;
        if (apart > nearest)
            continue;
        nearest = apart;
        const char *reason = strstr(event->figures.message, "reason: ");
        decision->reason = texts_keep(scaling->texts, reason != NULL ? reason + strlen("reason: ") : event->figures.message);
        decision->message = event->figures.message;
    }
}

void scaling_settle(struct scaling *scaling, const struct events *events, int64_t end)
{
    for (size_t index = 0; index < scaling->decision_count; index++)
        put_reason(scaling, &scaling->decisions[index], events);
    struct metric_figures *metric = &scaling->metric;
    for (size_t index = 0; index < metric->step_count; index++) {
        const struct metric_step *step = &metric->steps[index];
        int64_t until = index + 1 < metric->step_count ? metric->steps[index + 1].time : end;
        if (!step->known) {
            metric->unknown += moment_between(step->time, until);
            continue;
        }
        metric->maximum = !metric->any_known || step->value > metric->maximum ? step->value : metric->maximum;
        metric->minimum = !metric->any_known || step->value < metric->minimum ? step->value : metric->minimum;
        metric->any_known = true;
    }
}

int scaling_size_at(const struct scaling *scaling, bool of_hpa, int64_t time)
{
    for (size_t index = scaling->size_count; index-- > 0;) {
        const struct size_step *step = &scaling->sizes[index];
        if (step->time > time || of_hpa != (step->workload == NULL))
            continue;
        if (of_hpa || workload_is(scaling->workload, step->workload))
            return step->replicas;
    }
    return -1;
}
