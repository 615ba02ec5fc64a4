/* A load's results in Prometheus's text format, under the names that k6's remote write gives its metrics. */
#include <inttypes.h>

#include "common/clock.h"
#include "driver/load_report/load_report.h"

static void add_counter(struct buffer *text, const char *name, const char *help, uint64_t value)
{
    (void)buffer_append_format(text, "# HELP %s %s\n# TYPE %s counter\n%s %" PRIu64 "\n", name, help, name, name, value);
}

static void add_gauge(struct buffer *text, const char *name, const char *help, double value)
{
    (void)buffer_append_format(text, "# HELP %s %s\n# TYPE %s gauge\n%s %.9g\n", name, help, name, name, value);
}

/* Seconds, as is Prometheus's custom; nothing where there was no answer. */
static void add_times(struct buffer *text, const char *name, const char *help, const struct histogram *histogram)
{
    static const struct {
        const char *suffix;
        double fraction; /* negative = the mean */
    } figures[] = {{"avg", -1},   {"min", 0},    {"med", 0.5},    {"p90", 0.9},
                   {"p95", 0.95}, {"p99", 0.99}, {"p999", 0.999}, {"max", 1}};
    if (histogram->total == 0)
        return;
    for (size_t i = 0; i < sizeof figures / sizeof *figures; i++) {
        AUTO_FREE char *full = memory_format("%s_%s", name, figures[i].suffix);
        double value =
            figures[i].fraction < 0 ? histogram_mean(histogram) : (double)histogram_percentile(histogram, figures[i].fraction);
        add_gauge(text, full, help, value / (double)NANOSECONDS_PER_SECOND);
    }
}

static void add_labelled(struct buffer *text, const struct load_total *total)
{
    (void)buffer_append_text(text, "# HELP hpalab_outcomes_total Requests by outcome.\n# TYPE hpalab_outcomes_total counter\n");
    for (int outcome = 0; outcome < OUTCOME_COUNT; outcome++)
        (void)buffer_append_format(text, "hpalab_outcomes_total{outcome=\"%s\"} %" PRIu64 "\n",
                                   load_outcome_name((enum load_outcome)outcome), total->outcomes[outcome]);
    if (total->status_count == 0)
        return;
    (void)buffer_append_text(text, "# HELP hpalab_statuses_total Answers by HTTP status; 0 = others.\n"
                                   "# TYPE hpalab_statuses_total counter\n");
    for (size_t i = 0; i < total->status_count; i++)
        (void)buffer_append_format(text, "hpalab_statuses_total{status=\"%d\"} %" PRIu64 "\n", total->statuses[i].code,
                                   total->statuses[i].count);
}

void load_report_prometheus(const struct load_report *report, struct buffer *text)
{
    const struct load_total *total = report->total;
    uint64_t requests = load_total_requests(total);
    add_counter(text, "k6_http_reqs_total", "Requests that were answered or failed.", requests);
    add_counter(text, "k6_iterations_total", "The same.", requests);
    add_counter(text, "k6_dropped_iterations_total", "Requests that found no free connection.", total->outcomes[OUTCOME_DROPPED]);
    add_counter(text, "k6_data_received_total", "Bytes of the answers.", total->bytes_received);
    if (requests > 0)
        add_gauge(text, "k6_http_req_failed_rate", "Share of the requests that failed.",
                  (double)load_total_lost(total) / (double)requests);
    add_times(text, "k6_http_req_duration", "Seconds from the send to the last byte, of ok answers.", &total->service);
    add_times(text, "hpalab_response_time", "Seconds from the moment a request was due to the last byte, of ok answers.",
              &total->response);
    add_times(text, "hpalab_lateness", "Seconds from the moment a request was due to its send.", &total->lateness);
    add_counter(text, "hpalab_planned_total", "Requests that came due.", total->planned);
    add_counter(text, "hpalab_late_total", "Requests that were sent more than 10 ms late.", total->late);
    add_counter(text, "hpalab_connections_total", "New connections.", total->connections);
    add_labelled(text, total);
}
