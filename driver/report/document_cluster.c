#include "driver/report/document_parts.h"

static cJSON *make_pod(const struct pod_figures *pod)
{
    cJSON *entry = cJSON_CreateObject();
    const struct {
        const char *key;
        int64_t moment;
    } moments[] = {{"created_s", pod->created},
                   {"scheduled_s", pod->scheduled},
                   {"pulled_s", pod->pulled},
                   {"initialised_s", pod->initialised},
                   {"started_s", pod->started},
                   {"ready_s", pod->ready},
                   {"booted_s", pod->booted},
                   {"first_sent_s", pod->first_sent},
                   {"first_answer_s", pod->first_answer},
                   {"warm_s", pod->warm},
                   {"deleted_s", pod->deleted},
                   {"removed_s", pod->removed},
                   {"last_connection_s", pod->last_connection},
                   {"terminated_s", pod->terminated},
                   {"gone_s", pod->gone}};
    json_set_text(entry, "name", pod->name);
    json_set_boolean(entry, "probe", pod->has_probe);
    json_set_boolean(entry, "before", pod->before);
    for (size_t index = 0; index < sizeof moments / sizeof *moments; index++)
        json_set(entry, moments[index].key, document_seconds(moments[index].moment));
    json_set_integer(entry, "answers", (int64_t)pod->answers);
    json_set_integer(entry, "cold_answers", (int64_t)pod->cold_answers);
    json_set(entry, "first_response_s", document_seconds(pod->first_response));
    json_set(entry, "later_response_s", document_seconds(pod->later_response));
    json_set(entry, "last_rate_per_s", document_number(pod->last_rate));
    json_set_integer(entry, "spikes", (int64_t)pod->spikes);
    json_set_integer(entry, "lost", (int64_t)pod->lost);
    json_set_integer(entry, "restarts", pod->restarts);
    return entry;
}

static cJSON *make_replicas(const struct variant_figures *variant)
{
    static const char *const columns[] = {"time_s", "desired", "spec", "current", "ready", "warm"};
    cJSON *table = cJSON_CreateObject();
    json_set(table, "columns", cJSON_CreateStringArray(columns, sizeof columns / sizeof *columns));
    cJSON *rows = json_array_at(table, "rows");
    for (size_t index = 0; index < variant->replica_step_count; index++) {
        const struct replica_step *step = &variant->replica_steps[index];
        const int values[] = {step->desired, step->spec, step->current, step->ready, step->warm};
        cJSON *row = cJSON_CreateArray();
        cJSON_AddItemToArray(row, document_seconds(step->time));
        for (size_t column = 0; column < sizeof values / sizeof *values; column++)
            cJSON_AddItemToArray(row, values[column] >= 0 ? cJSON_CreateNumber(values[column]) : cJSON_CreateNull());
        cJSON_AddItemToArray(rows, row);
    }
    json_set(table, "max", document_number(variant->replicas_maximum));
    json_set(table, "min", document_number(variant->replicas_minimum));
    json_set(table, "final", document_number(variant->replicas_final));
    return table;
}

static cJSON *make_decisions(const struct variant_figures *variant)
{
    cJSON *decisions = cJSON_CreateArray();
    for (size_t index = 0; index < variant->decision_count; index++) {
        const struct decision *decision = &variant->decisions[index];
        cJSON *entry = cJSON_CreateObject();
        json_set(entry, "time_s", document_seconds(decision->time));
        json_set_integer(entry, "from", decision->from);
        json_set_integer(entry, "to", decision->to);
        json_set_text(entry, "reason", decision->reason);
        cJSON_AddItemToArray(decisions, entry);
    }
    return decisions;
}

static cJSON *make_elasticity(const struct variant_figures *variant)
{
    cJSON *object = cJSON_CreateObject();
    for (int supply = 0; supply < SUPPLY_COUNT; supply++) {
        const struct elasticity_figures *elasticity = &variant->elasticity[supply];
        cJSON *entry = cJSON_CreateObject();
        json_set(entry, "missing_pods", document_number(elasticity->under));
        json_set(entry, "surplus_pods", document_number(elasticity->over));
        json_set(entry, "missing_share", document_number(elasticity->under_share));
        json_set(entry, "surplus_share", document_number(elasticity->over_share));
        json_set(entry, "pod_seconds", document_number(elasticity->cost));
        json_set(object, supply_name((enum supply)supply), entry);
    }
    return object;
}

static cJSON *make_fairness(const struct fairness_figures *fairness)
{
    cJSON *object = cJSON_CreateObject();
    json_set(object, "from_s", document_seconds(fairness->from));
    json_set(object, "until_s", document_seconds(fairness->until));
    json_set_integer(object, "pods", (int64_t)fairness->pods);
    json_set(object, "jain_index", document_number(fairness->index));
    return object;
}

static cJSON *make_metric(const struct variant_figures *variant)
{
    const struct metric_figures *metric = &variant->metric;
    cJSON *object = cJSON_CreateObject();
    json_set_boolean(object, "watched", metric->watched);
    if (!metric->watched)
        return object;
    json_set_text(object, "name", metric->name);
    json_set_text(object, "unit", metric->unit);
    json_set(object, "target", document_number(metric->target));
    json_set(object, "tolerance_up", document_number(metric->tolerance_up));
    json_set(object, "tolerance_down", document_number(metric->tolerance_down));
    json_set_integer(object, "min_replicas", metric->minimum_replicas);
    json_set_integer(object, "max_replicas", metric->maximum_replicas);
    json_set(object, "unknown_s", document_seconds(metric->unknown));
    cJSON *steps = json_array_at(object, "steps");
    for (size_t index = 0; index < metric->step_count; index++) {
        const struct metric_step *step = &metric->steps[index];
        cJSON *entry = cJSON_CreateObject();
        json_set(entry, "time_s", document_seconds(step->time));
        json_set(entry, "value", step->known ? document_number(step->value) : cJSON_CreateNull());
        if (!step->known) {
            json_set_text(entry, "reason", step->reason);
            json_set_text(entry, "message", step->message);
        }
        cJSON_AddItemToArray(steps, entry);
    }
    return object;
}

static cJSON *make_stages(const struct stage_figures stages[STAGE_COUNT])
{
    cJSON *object = cJSON_CreateObject();
    for (int stage = 0; stage < STAGE_COUNT; stage++) {
        cJSON *entry = cJSON_CreateObject();
        json_set_integer(entry, "count", (int64_t)stages[stage].count);
        json_set(entry, "p50_s", document_seconds(stages[stage].p50));
        json_set(entry, "p95_s", document_seconds(stages[stage].p95));
        json_set(object, stage_name((enum stage)stage), entry);
    }
    return object;
}

static cJSON *make_scale_ups(const struct variant_figures *variant)
{
    cJSON *scale_ups = cJSON_CreateArray();
    for (size_t index = 0; index < variant->scale_up_count; index++) {
        const struct scale_up *scale_up = &variant->scale_ups[index];
        cJSON *entry = cJSON_CreateObject();
        json_set_integer(entry, "decision", (int64_t)scale_up->decision);
        json_set_integer(entry, "pods", (int64_t)scale_up->pods);
        json_set(entry, "crossed_s", document_seconds(scale_up->crossed));
        json_set(entry, "sensed_s", document_seconds(scale_up->sensed));
        json_set(entry, "served_s", document_seconds(scale_up->served));
        json_set(entry, "total_s", document_seconds(scale_up->total));
        json_set(entry, "stages", make_stages(scale_up->stages));
        cJSON_AddItemToArray(scale_ups, entry);
    }
    return scale_ups;
}

static cJSON *make_scale_downs(const struct variant_figures *variant)
{
    cJSON *scale_downs = cJSON_CreateArray();
    for (size_t index = 0; index < variant->scale_down_count; index++) {
        const struct scale_down *scale_down = &variant->scale_downs[index];
        cJSON *entry = cJSON_CreateObject();
        json_set_integer(entry, "pod", (int64_t)scale_down->pod);
        json_set_integer(entry, "lost_listed", (int64_t)scale_down->lost[GAP_LISTED]);
        json_set_integer(entry, "lost_removed", (int64_t)scale_down->lost[GAP_REMOVED]);
        json_set_integer(entry, "lost_terminated", (int64_t)scale_down->lost[GAP_TERMINATED]);
        cJSON_AddItemToArray(scale_downs, entry);
    }
    return scale_downs;
}

static cJSON *make_events(const struct variant_figures *variant, size_t most)
{
    cJSON *events = cJSON_CreateArray();
    size_t first = most > 0 && variant->event_count > most ? variant->event_count - most : 0;
    for (size_t index = first; index < variant->event_count; index++) {
        const struct event_figures *event = &variant->events[index];
        cJSON *entry = cJSON_CreateObject();
        json_set(entry, "first_s", document_seconds(event->first));
        json_set(entry, "last_s", document_seconds(event->last));
        json_set_integer(entry, "count", (int64_t)event->count);
        json_set_text(entry, "type", event->warning ? "Warning" : "Normal");
        json_set_text(entry, "reason", event->reason);
        json_set_text(entry, "object", event->object);
        json_set_text(entry, "message", event->message);
        cJSON_AddItemToArray(events, entry);
    }
    return events;
}

static cJSON *make_conditions(const struct variant_figures *variant)
{
    cJSON *conditions = cJSON_CreateArray();
    for (size_t index = 0; index < variant->condition_count; index++) {
        const struct condition_figures *condition = &variant->conditions[index];
        cJSON *entry = cJSON_CreateObject();
        json_set(entry, "time_s", document_seconds(condition->time));
        json_set_text(entry, "type", condition->type);
        json_set_text(entry, "status", condition->status);
        json_set_text(entry, "reason", condition->reason);
        json_set_text(entry, "message", condition->message);
        cJSON_AddItemToArray(conditions, entry);
    }
    return conditions;
}

static cJSON *make_gaps(const struct variant_figures *variant)
{
    cJSON *gaps = cJSON_CreateArray();
    for (size_t index = 0; index < variant->gap_count; index++) {
        cJSON *entry = cJSON_CreateObject();
        json_set(entry, "from_s", document_seconds(variant->gaps[index].from));
        json_set(entry, "until_s", document_seconds(variant->gaps[index].until));
        json_set_text(entry, "text", variant->gaps[index].text);
        cJSON_AddItemToArray(gaps, entry);
    }
    return gaps;
}

static cJSON *make_requests(const struct api_requests *requests)
{
    cJSON *counts = cJSON_CreateObject();
    json_set_integer(counts, "reads", (int64_t)requests->reads);
    json_set_integer(counts, "watches", (int64_t)requests->watches);
    json_set_integer(counts, "writes", (int64_t)requests->writes);
    json_set_integer(counts, "generators", (int64_t)requests->generators);
    json_set_integer(counts, "repeated", (int64_t)requests->repeated);
    return counts;
}

void document_add_cluster(cJSON *target, const struct variant_figures *variant, size_t events)
{
    cJSON *pods = json_array_at(target, "pods");
    for (size_t index = 0; index < variant->pod_count; index++)
        cJSON_AddItemToArray(pods, make_pod(&variant->pods[index]));
    json_set(target, "replicas", make_replicas(variant));
    json_set(target, "decisions", make_decisions(variant));
    json_set_integer(target, "reversals", (int64_t)variant->reversals);
    json_set(target, "elasticity", make_elasticity(variant));
    json_set(target, "fairness", make_fairness(&variant->fairness));
    json_set(target, "metric", make_metric(variant));
    json_set(target, "cpu_ms_per_request", document_number(variant->cpu_per_request * 1e3));
    json_set(target, "pod_capacity_per_s", document_number(variant->pod_capacity));
    json_set(target, "stages", make_stages(variant->stages));
    json_set(target, "scale_ups", make_scale_ups(variant));
    json_set(target, "time_to_scale_s", document_seconds(variant->time_to_scale));
    json_set(target, "scale_downs", make_scale_downs(variant));
    json_set(target, "events", make_events(variant, events));
    json_set(target, "conditions", make_conditions(variant));
    json_set_integer(target, "observation_gaps", (int64_t)variant->gap_count);
    json_set(target, "gaps", make_gaps(variant));
    json_set(target, "api_requests", make_requests(&variant->api_requests));
}
