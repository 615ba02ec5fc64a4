/* A load's results as JSON; docs/load.md lists the fields. */
#include <math.h>
#include <stdlib.h>

#include "common/clock.h"
#include "common/json.h"
#include "common/version.h"
#include "driver/load_report/load_limit.h"
#include "driver/load_report/load_report.h"

static double milliseconds(int64_t nanoseconds)
{
    return (double)nanoseconds / (double)NANOSECONDS_PER_MILLISECOND;
}

static void set_number(cJSON *object, const char *key, double value)
{
    json_set(object, key, cJSON_CreateNumber(value));
}

static double per_second(const struct load_total *total, uint64_t count)
{
    double seconds = load_total_seconds(total);
    return seconds > 0 ? (double)count / seconds : 0;
}

/* Without values where there was no answer: a zero would be one. */
static void add_times(cJSON *metrics, const char *name, const struct histogram *histogram)
{
    static const struct {
        const char *name;
        double fraction;
    } percentiles[] = {{"min", 0},      {"med", 0.5},    {"max", 1},        {"p(90)", 0.9},
                       {"p(95)", 0.95}, {"p(99)", 0.99}, {"p(99.9)", 0.999}};
    cJSON *metric = json_object_at(metrics, name);
    json_set_integer(metric, "count", (int64_t)histogram->total);
    if (histogram->total == 0)
        return;
    set_number(metric, "avg", histogram_mean(histogram) / (double)NANOSECONDS_PER_MILLISECOND);
    for (size_t i = 0; i < sizeof percentiles / sizeof *percentiles; i++)
        set_number(metric, percentiles[i].name, milliseconds(histogram_percentile(histogram, percentiles[i].fraction)));
}

static void add_counter(cJSON *metrics, const char *name, const struct load_total *total, uint64_t count)
{
    cJSON *metric = json_object_at(metrics, name);
    json_set_integer(metric, "count", (int64_t)count);
    set_number(metric, "rate", per_second(total, count));
}

static void add_checks_metric(cJSON *metrics, const struct load_total *total)
{
    uint64_t passes = 0;
    uint64_t checks = load_total_checks(total, &passes);
    if (checks == 0)
        return;
    cJSON *metric = json_object_at(metrics, "checks");
    json_set_integer(metric, "passes", (int64_t)passes);
    json_set_integer(metric, "fails", (int64_t)(checks - passes));
    set_number(metric, "rate", (double)passes / (double)checks);
}

/* Of each request of the load: by_request, as it is named. */
static void add_by_request(cJSON *root, const struct load_total *total)
{
    uint64_t passes = 0;
    if (total->spec->request_count == 0 && load_total_checks(total, &passes) == 0)
        return;
    cJSON *list = json_array_at(root, "by_request");
    for (size_t i = 0; i < load_spec_request_count(total->spec); i++) {
        const struct request_spec request = load_spec_request(total->spec, i);
        const struct load_request_total *counted = &total->requests[i];
        cJSON *entry = cJSON_CreateObject();
        json_set_text(entry, "name", request.name);
        json_set_text(entry, "method", request.method);
        json_set_text(entry, "url", request.url);
        cJSON *tags = json_object_at(entry, "tags");
        for (size_t j = 0; j < request.tag_count; j++)
            json_set_text(tags, request.tags[j].key, request.tags[j].value);
        cJSON *outcomes = json_object_at(entry, "outcomes");
        for (int outcome = 0; outcome < OUTCOME_COUNT; outcome++)
            json_set_integer(outcomes, load_outcome_name((enum load_outcome)outcome), (int64_t)counted->outcomes[outcome]);
        json_set_integer(entry, "data_received", (int64_t)counted->bytes_received);
        json_set_integer(entry, "data_sent", (int64_t)counted->bytes_sent);
        add_times(entry, "http_req_duration", &counted->service);
        add_times(entry, "response_time", &counted->response);
        cJSON *checks = json_array_at(entry, "checks");
        for (size_t j = 0; j < request.check_count; j++) {
            cJSON *check = cJSON_CreateObject();
            json_set_text(check, "name", request.checks[j].name);
            json_set_integer(check, "passes", (int64_t)counted->checks[j].passes);
            json_set_integer(check, "fails", (int64_t)counted->checks[j].fails);
            (void)cJSON_AddItemToArray(checks, check);
        }
        (void)cJSON_AddItemToArray(list, entry);
    }
}

static void add_metrics(cJSON *root, const struct load_total *total)
{
    cJSON *metrics = json_object_at(root, "metrics");
    uint64_t requests = load_total_requests(total);
    uint64_t lost = load_total_lost(total);
    add_counter(metrics, "http_reqs", total, requests);
    add_counter(metrics, "iterations", total, requests);
    add_counter(metrics, "dropped_iterations", total, total->outcomes[OUTCOME_DROPPED]);
    add_counter(metrics, "data_received", total, total->bytes_received);
    add_counter(metrics, "data_sent", total, total->bytes_sent);
    add_checks_metric(metrics, total);
    if (load_executor_is_closed(total->spec->executor)) {
        cJSON *vus = json_object_at(metrics, "vus");
        json_set_integer(vus, "value", (int64_t)total->vus);
        json_set_integer(vus, "min", (int64_t)total->vus_minimum);
        json_set_integer(vus, "max", (int64_t)total->vus_maximum);
    }
    cJSON *failed = json_object_at(metrics, "http_req_failed");
    json_set_integer(failed, "passes", (int64_t)lost);
    json_set_integer(failed, "fails", (int64_t)(requests - lost));
    if (requests > 0)
        set_number(failed, "rate", (double)lost / (double)requests);
    add_times(metrics, "http_req_duration", &total->service);
    add_times(metrics, "response_time", &total->response);
    add_times(metrics, "service_time", &total->service);
    add_times(metrics, "lateness", &total->lateness);
}

/* As in k6's summary: under the metric, by condition; ok is null where there was no data. */
static void add_thresholds(cJSON *root, const struct load_report *report)
{
    char condition[2 * COMPARISON_TEXT_SIZE];
    char metric[2 * COMPARISON_TEXT_SIZE];
    cJSON *metrics = json_object_at(root, "metrics");
    for (size_t i = 0; i < report->threshold_count; i++) {
        const struct threshold *threshold = &report->thresholds[i];
        cJSON *conditions = json_object_at(json_object_at(metrics, threshold_metric(threshold, metric)), "thresholds");
        cJSON *entry = json_object_at(conditions, threshold_condition(threshold, condition));
        if (threshold->result == THRESHOLD_NO_DATA)
            json_set(entry, "ok", cJSON_CreateNull());
        else
            json_set_boolean(entry, "ok", threshold->result == THRESHOLD_PASS);
    }
    if (report->threshold_count > 0)
        json_set_text(root, "verdict", threshold_result_name(threshold_verdict(report->thresholds, report->threshold_count)));
}

static void add_requests(cJSON *root, const struct load_total *total)
{
    cJSON *requests = json_object_at(root, "requests");
    json_set_integer(requests, "scheduled", (int64_t)load_spec_planned(total->spec));
    json_set_integer(requests, "planned", (int64_t)total->planned);
    json_set_integer(requests, "sent", (int64_t)total->sent);
    json_set_integer(requests, "late", (int64_t)total->late);
    cJSON *outcomes = json_object_at(root, "outcomes");
    for (int outcome = 0; outcome < OUTCOME_COUNT; outcome++)
        json_set_integer(outcomes, load_outcome_name((enum load_outcome)outcome), (int64_t)total->outcomes[outcome]);
    cJSON *statuses = json_object_at(root, "statuses");
    for (size_t i = 0; i < total->status_count; i++) {
        AUTO_FREE char *code =
            total->statuses[i].code > 0 ? memory_format("%d", total->statuses[i].code) : memory_copy_text("others");
        json_set_integer(statuses, code, (int64_t)total->statuses[i].count);
    }
    cJSON *connections = json_object_at(root, "connections");
    json_set_integer(connections, "new", (int64_t)total->connections);
    json_set_integer(connections, "maximum", (int64_t)load_total_most_connections(total));
}

static void add_generator(cJSON *root, const struct load_total *total)
{
    char text[LOAD_LIMIT_TEXT_SIZE];
    cJSON *generator = json_object_at(root, "generator");
    set_number(generator, "cpu", load_total_cpu(total));
    set_number(generator, "cpu_max", total->cpu_maximum);
    cJSON *limit = json_object_at(root, "limit");
    json_set_text(limit, "by", load_limit_name(load_limit_find(total, text)));
    json_set_text(limit, "why", text);
}

void load_report_json(const struct load_report *report, struct buffer *text)
{
    const struct load_total *total = report->total;
    char started[CLOCK_TEXT_SIZE];
    AUTO_JSON cJSON *root = cJSON_CreateObject();
    json_set_text(root, "hpalab", HPALAB_VERSION);
    json_set_text(root, "url", total->spec->url);
    json_set_text(root, "method", total->spec->method);
    json_set_text(root, "executor", load_executor_name(total->spec->executor));
    json_set_text(root, "started", clock_format_microseconds(report->started, started));
    set_number(root, "duration", (double)total->elapsed / (double)NANOSECONDS_PER_SECOND);
    json_set_text(root, "end", load_end_name(report->end));
    add_metrics(root, total);
    add_thresholds(root, report);
    add_requests(root, total);
    add_by_request(root, total);
    if (total->warm_up_seconds > 0) {
        cJSON *warm_up = json_object_at(root, "warm_up");
        json_set_integer(warm_up, "seconds", total->warm_up_seconds);
        json_set_integer(warm_up, "planned", (int64_t)total->warm_up_requests);
    }
    add_generator(root, total);
    AUTO_FREE char *printed = json_print(root);
    (void)buffer_append_text(text, printed);
    (void)buffer_append_text(text, "\n");
}
