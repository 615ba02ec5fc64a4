#include "driver/load_report/load_prometheus.h"

#include <inttypes.h>
#include <stdio.h>

#include "common/clock.h"
#include "driver/load_report/load_report.h"

typedef uint64_t counter_of(const struct load_total *total);
typedef const struct histogram *histogram_of(const struct load_total *total);

struct loads {
    const struct load_prometheus *first;
    size_t count;
};

static uint64_t requests_of(const struct load_total *total)
{
    return load_total_requests(total);
}

static uint64_t dropped_of(const struct load_total *total)
{
    return total->outcomes[OUTCOME_DROPPED];
}

static uint64_t bytes_received_of(const struct load_total *total)
{
    return total->bytes_received;
}

static uint64_t bytes_sent_of(const struct load_total *total)
{
    return total->bytes_sent;
}

static uint64_t planned_of(const struct load_total *total)
{
    return total->planned;
}

static uint64_t late_of(const struct load_total *total)
{
    return total->late;
}

static uint64_t connections_of(const struct load_total *total)
{
    return total->connections;
}

static const struct histogram *service_of(const struct load_total *total)
{
    return &total->service;
}

static const struct histogram *response_of(const struct load_total *total)
{
    return &total->response;
}

static const struct histogram *lateness_of(const struct load_total *total)
{
    return &total->lateness;
}

static void begin_family(struct buffer *text, const char *name, const char *type, const char *help)
{
    (void)buffer_append_format(text, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, type);
}

/* A sample's name and labels; label: one more, with its value, or "". */
static void begin_sample(struct buffer *text, const char *name, const char *labels, const char *label)
{
    bool any = labels[0] != '\0' || label[0] != '\0';
    (void)buffer_append_format(text, "%s%s%s%s%s%s ", name, any ? "{" : "", labels,
                               labels[0] != '\0' && label[0] != '\0' ? "," : "", label, any ? "}" : "");
}

static void add_counter(struct buffer *text, const struct loads *loads, const char *name, const char *help, counter_of *value)
{
    begin_family(text, name, "counter", help);
    for (size_t i = 0; i < loads->count; i++) {
        begin_sample(text, name, loads->first[i].labels, "");
        (void)buffer_append_format(text, "%" PRIu64 "\n", value(loads->first[i].total));
    }
}

static void add_failed_rate(struct buffer *text, const struct loads *loads)
{
    begin_family(text, "k6_http_req_failed_rate", "gauge", "Share of the requests that failed.");
    for (size_t i = 0; i < loads->count; i++) {
        const struct load_total *total = loads->first[i].total;
        uint64_t requests = load_total_requests(total);
        if (requests == 0)
            continue;
        begin_sample(text, "k6_http_req_failed_rate", loads->first[i].labels, "");
        (void)buffer_append_format(text, "%.9g\n", (double)load_total_lost(total) / (double)requests);
    }
}

static double seconds(double nanoseconds)
{
    return nanoseconds / (double)NANOSECONDS_PER_SECOND;
}

/* Seconds, as is Prometheus's custom; nothing where there was no answer. */
static void add_times(struct buffer *text, const struct loads *loads, const char *name, const char *help, histogram_of *times)
{
    static const struct {
        const char *suffix;
        double fraction; /* negative = the mean */
    } figures[] = {{"avg", -1},   {"min", 0},    {"med", 0.5},    {"p90", 0.9},
                   {"p95", 0.95}, {"p99", 0.99}, {"p999", 0.999}, {"max", 1}};
    for (size_t i = 0; i < sizeof figures / sizeof *figures; i++) {
        AUTO_FREE char *full = memory_format("%s_%s", name, figures[i].suffix);
        begin_family(text, full, "gauge", help);
        for (size_t k = 0; k < loads->count; k++) {
            const struct histogram *histogram = times(loads->first[k].total);
            if (histogram->total == 0)
                continue;
            begin_sample(text, full, loads->first[k].labels, "");
            (void)buffer_append_format(text, "%.9g\n",
                                       seconds(figures[i].fraction < 0
                                                   ? histogram_mean(histogram)
                                                   : (double)histogram_percentile(histogram, figures[i].fraction)));
        }
    }
}

/* How many values each bucket has, with all below it; exact to a thousandth of its limit. */
static void add_buckets(struct buffer *text, const char *name, const char *labels, const struct histogram *histogram)
{
    static const int64_t limits[] = {500000,     1000000,     2500000,     5000000,    10000000,   25000000,
                                     50000000,   100000000,   250000000,   500000000,  1000000000, 2500000000,
                                     5000000000, 10000000000, 30000000000, 60000000000};
    char label[40];
    AUTO_FREE char *bucket = memory_format("%s_bucket", name);
    for (size_t i = 0; i < sizeof limits / sizeof *limits; i++) {
        (void)snprintf(label, sizeof label, "le=\"%.9g\"", seconds((double)limits[i]));
        begin_sample(text, bucket, labels, label);
        (void)buffer_append_format(text, "%" PRIu64 "\n", histogram->total - histogram_count_above(histogram, limits[i]));
    }
    begin_sample(text, bucket, labels, "le=\"+Inf\"");
    (void)buffer_append_format(text, "%" PRIu64 "\n", histogram->total);
    AUTO_FREE char *sum = memory_format("%s_sum", name);
    begin_sample(text, sum, labels, "");
    (void)buffer_append_format(text, "%.9g\n", seconds(histogram->sum));
    AUTO_FREE char *count = memory_format("%s_count", name);
    begin_sample(text, count, labels, "");
    (void)buffer_append_format(text, "%" PRIu64 "\n", histogram->total);
}

static void add_histogram(struct buffer *text, const struct loads *loads, const char *name, const char *help, histogram_of *times)
{
    begin_family(text, name, "histogram", help);
    for (size_t i = 0; i < loads->count; i++)
        add_buckets(text, name, loads->first[i].labels, times(loads->first[i].total));
}

static void add_outcomes(struct buffer *text, const struct loads *loads)
{
    char label[64];
    begin_family(text, "hpalab_outcomes_total", "counter", "Requests by outcome.");
    for (size_t i = 0; i < loads->count; i++)
        for (int outcome = 0; outcome < OUTCOME_COUNT; outcome++) {
            (void)snprintf(label, sizeof label, "outcome=\"%s\"", load_outcome_name((enum load_outcome)outcome));
            begin_sample(text, "hpalab_outcomes_total", loads->first[i].labels, label);
            (void)buffer_append_format(text, "%" PRIu64 "\n", loads->first[i].total->outcomes[outcome]);
        }
    begin_family(text, "hpalab_statuses_total", "counter", "Answers by HTTP status; 0 = others.");
    for (size_t i = 0; i < loads->count; i++)
        for (size_t k = 0; k < loads->first[i].total->status_count; k++) {
            (void)snprintf(label, sizeof label, "status=\"%d\"", loads->first[i].total->statuses[k].code);
            begin_sample(text, "hpalab_statuses_total", loads->first[i].labels, label);
            (void)buffer_append_format(text, "%" PRIu64 "\n", loads->first[i].total->statuses[k].count);
        }
}

/* The names of k6's own pages for the same; "" and "k6_" are its two customs. */
static void add_requests(struct buffer *text, const struct loads *loads, const char *prefix)
{
    AUTO_FREE char *reqs = memory_format("%shttp_reqs_total", prefix);
    AUTO_FREE char *failed = memory_format("%shttp_req_failed_total", prefix);
    AUTO_FREE char *duration = memory_format("%shttp_req_duration", prefix);
    add_counter(text, loads, reqs, "Requests that were answered or failed.", requests_of);
    add_counter(text, loads, failed, "Those that failed.", load_total_lost);
    add_histogram(text, loads, duration, "Seconds from the send to the last byte, of ok answers.", service_of);
}

void load_prometheus_write(const struct load_prometheus *first, size_t count, struct buffer *text)
{
    const struct loads all = {.first = first, .count = count};
    const struct loads *loads = &all;
    add_requests(text, loads, "k6_");
    add_requests(text, loads, "");
    add_counter(text, loads, "k6_iterations_total", "Requests that were answered or failed.", requests_of);
    add_counter(text, loads, "k6_dropped_iterations_total", "Requests that found no free connection.", dropped_of);
    add_counter(text, loads, "k6_data_received_total", "Bytes of the answers.", bytes_received_of);
    add_counter(text, loads, "k6_data_sent_total", "Bytes of the requests.", bytes_sent_of);
    add_failed_rate(text, loads);
    add_times(text, loads, "k6_http_req_duration", "Seconds from the send to the last byte, of ok answers.", service_of);
    add_times(text, loads, "hpalab_response_time", "Seconds from the moment a request was due to the last byte, of ok answers.",
              response_of);
    add_times(text, loads, "hpalab_lateness", "Seconds from the moment a request was due to its send.", lateness_of);
    add_counter(text, loads, "hpalab_planned_total", "Requests that came due.", planned_of);
    add_counter(text, loads, "hpalab_late_total", "Requests that were sent more than 10 ms late.", late_of);
    add_counter(text, loads, "hpalab_connections_total", "New connections.", connections_of);
    add_outcomes(text, loads);
    load_prometheus_write_requests(first, count, text);
}

void load_prometheus_label(const char *name, const char *value, struct buffer *text)
{
    (void)buffer_append_format(text, "%s%s=\"", text->length > 0 ? "," : "", name);
    for (const char *at = value; *at != '\0'; at++) {
        if (*at == '"' || *at == '\\')
            (void)buffer_append_character(text, '\\');
        if (*at == '\n')
            (void)buffer_append_text(text, "\\n");
        else
            (void)buffer_append_character(text, *at);
    }
    (void)buffer_append_character(text, '"');
}

void load_report_prometheus(const struct load_report *report, struct buffer *text)
{
    const struct load_prometheus load = {.labels = "", .total = report->total};
    load_prometheus_write(&load, 1, text);
}
