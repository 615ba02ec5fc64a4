/* The requests of a mix, by their names and tags, and the checks of answers. */
#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>

#include "common/clock.h"
#include "driver/load_report/load_prometheus.h"

#define LABELS_MAXIMUM ((size_t)64 * 1024)
#define HELP(name, type, text) "# HELP " name " " text "\n# TYPE " name " " type "\n"

/* A tag's key as a label's name, which has letters, digits and underscores only. */
static void add_tag(const struct load_label *tag, struct buffer *labels)
{
    AUTO_FREE char *name = memory_copy_text(tag->key);
    for (char *at = name; *at != '\0'; at++)
        *at = isalnum((unsigned char)*at) ? *at : '_';
    load_prometheus_label(name, tag->value, labels);
}

/* The labels of a request, and of its load. */
static void labels_of(const struct load_prometheus *load, const struct request_spec *request, struct buffer *labels)
{
    buffer_clear(labels);
    (void)buffer_append_text(labels, load->labels);
    load_prometheus_label("name", request->name, labels);
    for (size_t i = 0; i < request->tag_count; i++)
        add_tag(&request->tags[i], labels);
}

static void add_outcomes(const struct load_prometheus *load, struct buffer *labels, struct buffer *text)
{
    for (size_t i = 0; i < load->total->spec->request_count; i++) {
        labels_of(load, &load->total->spec->requests[i], labels);
        for (int outcome = 0; outcome < OUTCOME_COUNT; outcome++)
            (void)buffer_append_format(text, "hpalab_requests_total{%s,outcome=\"%s\"} %" PRIu64 "\n", labels->data,
                                       load_outcome_name((enum load_outcome)outcome), load->total->requests[i].outcomes[outcome]);
    }
}

static void add_times(const struct load_prometheus *load, struct buffer *labels, struct buffer *text)
{
    static const double fractions[] = {0.5, 0.9, 0.99};
    for (size_t i = 0; i < load->total->spec->request_count; i++) {
        const struct histogram *service = &load->total->requests[i].service;
        labels_of(load, &load->total->spec->requests[i], labels);
        for (size_t j = 0; j < sizeof fractions / sizeof *fractions && service->total > 0; j++)
            (void)buffer_append_format(text, "hpalab_request_duration{%s,quantile=\"%g\"} %.9g\n", labels->data, fractions[j],
                                       (double)histogram_percentile(service, fractions[j]) / (double)NANOSECONDS_PER_SECOND);
    }
}

static void add_check(const char *labels, const struct load_check *check, const struct load_check_count *count,
                      struct buffer *text)
{
    AUTO_BUFFER struct buffer all = {0};
    buffer_init(&all, LABELS_MAXIMUM);
    (void)buffer_append_text(&all, labels);
    load_prometheus_label("check", check->name, &all);
    (void)buffer_append_format(text, "hpalab_checks_total{%s,result=\"pass\"} %" PRIu64 "\n", all.data, count->passes);
    (void)buffer_append_format(text, "hpalab_checks_total{%s,result=\"fail\"} %" PRIu64 "\n", all.data, count->fails);
}

static void add_checks(const struct load_prometheus *load, struct buffer *labels, struct buffer *text)
{
    for (size_t i = 0; i < load_spec_request_count(load->total->spec); i++) {
        const struct request_spec request = load_spec_request(load->total->spec, i);
        labels_of(load, &request, labels);
        for (size_t j = 0; j < request.check_count; j++)
            add_check(labels->data, &request.checks[j], &load->total->requests[i].checks[j], text);
    }
}

static void add_rate(const struct load_prometheus *load, struct buffer *text)
{
    uint64_t passes = 0;
    uint64_t checks = load_total_checks(load->total, &passes);
    const char *labels = load->labels;
    if (checks > 0)
        (void)buffer_append_format(text, "k6_checks_rate%s%s%s %.9g\n", labels[0] != '\0' ? "{" : "", labels,
                                   labels[0] != '\0' ? "}" : "", (double)passes / (double)checks);
}

void load_prometheus_write_requests(const struct load_prometheus *loads, size_t count, struct buffer *text)
{
    uint64_t passes = 0;
    bool any_requests = false;
    bool any_checks = false;
    AUTO_BUFFER struct buffer labels = {0};
    buffer_init(&labels, LABELS_MAXIMUM);
    for (size_t i = 0; i < count; i++) {
        any_requests = any_requests || loads[i].total->spec->request_count > 0;
        any_checks = any_checks || load_total_checks(loads[i].total, &passes) > 0;
    }
    if (any_requests) {
        (void)buffer_append_text(text, HELP("hpalab_requests_total", "counter", "Requests by name and outcome."));
        for (size_t i = 0; i < count; i++)
            add_outcomes(&loads[i], &labels, text);
        (void)buffer_append_text(
            text, HELP("hpalab_request_duration", "gauge", "Seconds from the send to the last byte by name, of ok answers."));
        for (size_t i = 0; i < count; i++)
            add_times(&loads[i], &labels, text);
    }
    if (!any_checks)
        return;
    (void)buffer_append_text(text, HELP("k6_checks_rate", "gauge", "Share of the checks of answers that held."));
    for (size_t i = 0; i < count; i++)
        add_rate(&loads[i], text);
    (void)buffer_append_text(text, HELP("hpalab_checks_total", "counter", "Answers that a check was made of."));
    for (size_t i = 0; i < count; i++)
        add_checks(&loads[i], &labels, text);
}
