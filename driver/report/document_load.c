#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "common/clock.h"
#include "driver/report/document_parts.h"

cJSON *document_number(double value)
{
    return isfinite(value) ? cJSON_CreateNumber(round(value * 1e3) / 1e3) : cJSON_CreateNull();
}

cJSON *document_seconds(int64_t nanoseconds)
{
    return nanoseconds == FIGURES_NEVER ? cJSON_CreateNull() : document_number((double)nanoseconds / 1e9);
}

cJSON *document_milliseconds(int64_t nanoseconds)
{
    return nanoseconds == FIGURES_NEVER ? cJSON_CreateNull() : document_number((double)nanoseconds / 1e6);
}

static cJSON *make_times(const struct time_figures *times)
{
    cJSON *object = cJSON_CreateObject();
    json_set_integer(object, "count", (int64_t)times->count);
    if (times->count == 0)
        return object;
    json_set(object, "min_ms", document_milliseconds(times->minimum));
    json_set(object, "mean_ms", document_number(times->mean / 1e6));
    json_set(object, "p50_ms", document_milliseconds(times->p50));
    json_set(object, "p90_ms", document_milliseconds(times->p90));
    json_set(object, "p95_ms", document_milliseconds(times->p95));
    json_set(object, "p99_ms", document_milliseconds(times->p99));
    json_set(object, "p999_ms", document_milliseconds(times->p999));
    json_set(object, "max_ms", document_milliseconds(times->maximum));
    return object;
}

static cJSON *make_requests(const struct variant_figures *variant)
{
    cJSON *object = cJSON_CreateObject();
    json_set_integer(object, "planned", (int64_t)variant->planned);
    json_set_integer(object, "sent", (int64_t)variant->sent);
    json_set_integer(object, "late", (int64_t)variant->late);
    json_set_integer(object, "lost", (int64_t)variant->lost);
    json_set_integer(object, "cold", (int64_t)variant->cold);
    json_set_integer(object, "connections", (int64_t)variant->connections);
    json_set_integer(object, "bytes_received", (int64_t)variant->bytes_received);
    json_set_integer(object, "bytes_sent", (int64_t)variant->bytes_sent);
    json_set_integer(object, "checks", (int64_t)variant->checks);
    json_set_integer(object, "checks_held", (int64_t)variant->check_passes);
    json_set_integer(object, "warm_up_s", variant->warm_up_seconds);
    if (variant->vus_known) {
        cJSON *vus = json_object_at(object, "vus");
        json_set_integer(vus, "value", (int64_t)variant->vus);
        json_set_integer(vus, "min", (int64_t)variant->vus_minimum);
        json_set_integer(vus, "max", (int64_t)variant->vus_maximum);
    }
    cJSON *outcomes = json_object_at(object, "outcomes");
    for (int outcome = 0; outcome < OUTCOME_COUNT; outcome++)
        json_set_integer(outcomes, load_outcome_name((enum load_outcome)outcome), (int64_t)variant->outcomes[outcome]);
    return object;
}

static cJSON *make_checks(const struct request_figures *request)
{
    cJSON *list = cJSON_CreateArray();
    for (size_t index = 0; index < request->check_count; index++) {
        cJSON *entry = cJSON_CreateObject();
        json_set_text(entry, "name", request->checks[index].name);
        json_set_integer(entry, "passes", (int64_t)request->checks[index].passes);
        json_set_integer(entry, "fails", (int64_t)request->checks[index].fails);
        cJSON_AddItemToArray(list, entry);
    }
    return list;
}

static cJSON *make_by_request(const struct variant_figures *variant)
{
    cJSON *list = cJSON_CreateArray();
    for (size_t index = 0; index < variant->request_count; index++) {
        const struct request_figures *request = &variant->by_request[index];
        cJSON *entry = cJSON_CreateObject();
        json_set_text(entry, "load", request->load);
        json_set_text(entry, "name", request->name);
        json_set_integer(entry, "ok", (int64_t)request->ok);
        json_set_integer(entry, "lost", (int64_t)request->lost);
        json_set_integer(entry, "dropped", (int64_t)request->dropped);
        json_set(entry, "response", make_times(&request->response));
        json_set(entry, "service", make_times(&request->service));
        json_set(entry, "checks", make_checks(request));
        cJSON_AddItemToArray(list, entry);
    }
    return list;
}

static cJSON *make_columns(const char *const *names, size_t count)
{
    cJSON *table = cJSON_CreateObject();
    json_set(table, "columns", cJSON_CreateStringArray(names, (int)count));
    return table;
}

static cJSON *make_seconds(const struct variant_figures *variant)
{
    static const char *const columns[] = {"second", "target_per_s", "ok",     "lost",      "dropped",
                                          "p50_ms", "p99_ms",       "max_ms", "in_flight", "vus"};
    cJSON *table = make_columns(columns, sizeof columns / sizeof *columns);
    cJSON *rows = json_array_at(table, "rows");
    for (size_t index = 0; index < variant->second_count; index++) {
        const struct second_figures *second = &variant->seconds[index];
        cJSON *row = cJSON_CreateArray();
        cJSON_AddItemToArray(row, document_number((double)second->second));
        cJSON_AddItemToArray(row, document_number(second->target));
        cJSON_AddItemToArray(row, document_number((double)second->done));
        cJSON_AddItemToArray(row, document_number((double)second->lost));
        cJSON_AddItemToArray(row, document_number((double)second->dropped));
        cJSON_AddItemToArray(row, document_milliseconds(second->p50));
        cJSON_AddItemToArray(row, document_milliseconds(second->p99));
        cJSON_AddItemToArray(row, document_milliseconds(second->maximum));
        cJSON_AddItemToArray(row, document_number((double)second->in_flight));
        cJSON_AddItemToArray(row, document_number((double)second->vus));
        cJSON_AddItemToArray(rows, row);
    }
    return table;
}

/* Lost requests come first, then the longest. */
static int by_weight(const void *left, const void *right)
{
    const struct spike *first = *(const struct spike *const *)left;
    const struct spike *second = *(const struct spike *const *)right;
    bool first_lost = load_outcome_is_lost(first->outcome);
    bool second_lost = load_outcome_is_lost(second->outcome);
    if (first_lost != second_lost)
        return first_lost ? -1 : 1;
    return (first->response < second->response) - (first->response > second->response);
}

static int by_time(const void *left, const void *right)
{
    const struct spike *first = *(const struct spike *const *)left;
    const struct spike *second = *(const struct spike *const *)right;
    return (first->time > second->time) - (first->time < second->time);
}

static cJSON *make_spike(const struct spike *spike)
{
    cJSON *row = cJSON_CreateArray();
    cJSON_AddItemToArray(row, document_seconds(spike->time));
    cJSON_AddItemToArray(row, document_milliseconds(spike->response));
    cJSON_AddItemToArray(row, cJSON_CreateString(load_outcome_name(spike->outcome)));
    cJSON_AddItemToArray(row, document_number(spike->http_status));
    cJSON_AddItemToArray(row, cJSON_CreateString(spike->pod));
    cJSON_AddItemToArray(row, cJSON_CreateString(phase_name(spike->phase)));
    cJSON_AddItemToArray(row, document_seconds(spike->age));
    cJSON_AddItemToArray(row, cJSON_CreateBool(spike->inferred));
    cJSON_AddItemToArray(row, document_number((double)spike->episode));
    return row;
}

static cJSON *make_spikes(const struct variant_figures *variant, size_t most)
{
    static const char *const columns[] = {"time_s", "response_ms", "outcome",  "http_status", "pod",
                                          "phase",  "age_s",       "inferred", "episode"};
    cJSON *table = make_columns(columns, sizeof columns / sizeof *columns);
    cJSON *rows = json_array_at(table, "rows");
    size_t count = variant->spike_count;
    const struct spike **order = memory_allocate(count > 0 ? count : 1, sizeof *order);
    for (size_t index = 0; index < count; index++)
        order[index] = &variant->spikes[index];
    if (most > 0 && count > most) {
        qsort(order, count, sizeof *order, by_weight);
        count = most;
        qsort(order, count, sizeof *order, by_time);
    }
    for (size_t index = 0; index < count; index++)
        cJSON_AddItemToArray(rows, make_spike(order[index]));
    json_set_integer(table, "left_out", (int64_t)(variant->spike_count - count));
    free(order);
    return table;
}

static cJSON *make_phases(const struct variant_figures *variant)
{
    cJSON *phases = cJSON_CreateObject();
    for (int phase = 0; phase < PHASE_COUNT; phase++) {
        const struct phase_figures *figures = &variant->phases[phase];
        cJSON *entry = cJSON_CreateObject();
        json_set_integer(entry, "spikes", (int64_t)figures->spikes);
        json_set_integer(entry, "lost", (int64_t)figures->lost);
        json_set(entry, "worst_ms", document_milliseconds(figures->worst));
        json_set(phases, phase_name((enum phase)phase), entry);
    }
    return phases;
}

static cJSON *make_episodes(const struct variant_figures *variant)
{
    cJSON *episodes = cJSON_CreateArray();
    for (size_t index = 0; index < variant->episode_count; index++) {
        const struct episode *episode = &variant->episodes[index];
        cJSON *entry = cJSON_CreateObject();
        json_set(entry, "start_s", document_seconds(episode->start));
        json_set(entry, "end_s", document_seconds(episode->end));
        json_set(entry, "worst_ms", document_milliseconds(episode->worst));
        json_set_integer(entry, "count", (int64_t)episode->count);
        json_set_integer(entry, "lost", (int64_t)episode->lost);
        json_set_integer(entry, "pods", (int64_t)episode->pod_count);
        json_set_text(entry, "phase", phase_name(episode->phase));
        json_set_text(entry, "after", episode->cause);
        json_set(entry, "after_s", document_seconds(episode->cause_time));
        cJSON_AddItemToArray(episodes, entry);
    }
    return episodes;
}

static cJSON *make_expectations(const struct variant_figures *variant)
{
    cJSON *expectations = cJSON_CreateArray();
    for (size_t index = 0; index < variant->expectation_count; index++) {
        const struct expectation_figures *expectation = &variant->expectations[index];
        cJSON *entry = cJSON_CreateObject();
        json_set_text(entry, "text", expectation->text);
        json_set_text(entry, "result", expectation_result_name(expectation->result));
        json_set_text(entry, "observed", expectation->observed);
        cJSON_AddItemToArray(expectations, entry);
    }
    return expectations;
}

cJSON *document_variant(const struct variant_figures *variant, size_t spikes, size_t events)
{
    char date[CLOCK_TEXT_SIZE];
    cJSON *target = cJSON_CreateObject();
    json_set_text(target, "name", variant->name);
    json_set_text(target, "title", variant->title);
    json_set_text(target, "outcome", variant->outcome);
    json_set_text(target, "started", clock_format_microseconds(variant->started_wall, date));
    json_set(target, "spike_over_ms", document_milliseconds(variant->spike_over));
    json_set(target, "load_s", document_seconds(variant->load_duration));
    json_set(target, "end_s", document_seconds(variant->end));
    cJSON *load = json_parse(variant->load_json, strlen(variant->load_json), NULL);
    json_set(target, "load", load != NULL ? load : cJSON_CreateArray());
    json_set(target, "requests", make_requests(variant));
    json_set(target, "by_request", make_by_request(variant));
    json_set(target, "response", make_times(&variant->response));
    json_set(target, "service", make_times(&variant->service));
    json_set(target, "lateness", make_times(&variant->lateness));
    json_set(target, "expectations", make_expectations(variant));
    json_set(target, "phases", make_phases(variant));
    json_set(target, "episodes", make_episodes(variant));
    json_set(target, "seconds", make_seconds(variant));
    json_set(target, "spikes", make_spikes(variant, spikes));
    document_add_cluster(target, variant, events);
    document_add_usage(target, variant);
    document_add_generators(target, variant);
    return target;
}
