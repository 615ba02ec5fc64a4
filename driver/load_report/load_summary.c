/* The summary of a load for people. */
#include "driver/load_report/load_report.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "common/clock.h"
#include "common/duration.h"
#include "driver/load_report/load_limit.h"
#include "driver/report/number_text.h"

#define LABEL_WIDTH 14
#define COLUMN_WIDTH 8
#define CONDITION_WIDTH 46

static const struct time_column {
    const char *name;
    double fraction; /* negative = the mean */
} COLUMNS[] = {{"avg", -1},     {"min", 0},      {"p(50)", 0.5},     {"p(90)", 0.9},
               {"p(95)", 0.95}, {"p(99)", 0.99}, {"p(99.9)", 0.999}, {"max", 1}};
#define COLUMN_COUNT (sizeof COLUMNS / sizeof *COLUMNS)

const char *load_end_name(enum load_end end)
{
    static const char *const names[] = {
        [LOAD_END_COMPLETE] = "complete", [LOAD_END_INTERRUPTED] = "interrupted", [LOAD_END_THRESHOLD] = "threshold"};
    return names[end];
}

/* In at most seven characters: "610us", "1.23ms", "12.7s", "3m20s". */
static const char *short_time(int64_t nanoseconds, char text[DURATION_TEXT_SIZE])
{
    if (nanoseconds >= 60 * NANOSECONDS_PER_SECOND)
        return duration_format_go(nanoseconds / NANOSECONDS_PER_SECOND * NANOSECONDS_PER_SECOND, text);
    (void)duration_format(nanoseconds, text);
    char *blank = strchr(text, ' ');
    if (blank != NULL)
        memmove(blank, blank + 1, strlen(blank));
    return text;
}

static void line_begin(const struct terminal *terminal, const char *label)
{
    (void)buffer_append_text(terminal->output, "  ");
    terminal_left(terminal, label, LABEL_WIDTH, STYLE_BOLD);
}

static void line(const struct terminal *terminal, const char *label, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

static void line(const struct terminal *terminal, const char *label, const char *format, ...)
{
    char text[512];
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    line_begin(terminal, label);
    terminal_wrap(terminal, text, LABEL_WIDTH + 2, STYLE_PLAIN);
}

static void write_times(const struct terminal *terminal, const char *label, const struct histogram *histogram)
{
    char text[DURATION_TEXT_SIZE];
    line_begin(terminal, label);
    for (size_t i = 0; i < COLUMN_COUNT; i++) {
        double fraction = COLUMNS[i].fraction;
        int64_t value = fraction < 0 ? (int64_t)histogram_mean(histogram) : histogram_percentile(histogram, fraction);
        terminal_right(terminal, histogram->total > 0 ? short_time(value, text) : "-", COLUMN_WIDTH, STYLE_PLAIN);
    }
    (void)buffer_append_text(terminal->output, "\n");
}

static void write_all_times(const struct load_total *total, const struct terminal *terminal)
{
    (void)buffer_append_format(terminal->output, "\n  %*s", LABEL_WIDTH, "");
    for (size_t i = 0; i < COLUMN_COUNT; i++)
        terminal_right(terminal, COLUMNS[i].name, COLUMN_WIDTH, STYLE_DIM);
    (void)buffer_append_text(terminal->output, "\n");
    write_times(terminal, "response time", &total->response);
    write_times(terminal, "service time", &total->service);
    write_times(terminal, "lateness", &total->lateness);
    (void)buffer_append_text(terminal->output, "\n");
}

static double per_second(const struct load_total *total, double amount)
{
    double seconds = load_total_seconds(total);
    return seconds > 0 ? amount / seconds : 0;
}

static void write_requests(const struct load_total *total, const struct terminal *terminal)
{
    char numbers[4][NUMBER_TEXT_SIZE];
    char rate[NUMBER_TEXT_SIZE];
    uint64_t requests = load_total_requests(total);
    line(terminal, "requests", "%s planned, %s sent, %s late, %s dropped; %s/s", number_count(total->planned, numbers[0]),
         number_count(total->sent, numbers[1]), number_count(total->late, numbers[2]),
         number_count(total->outcomes[OUTCOME_DROPPED], numbers[3]), number_rounded(per_second(total, (double)requests), rate));
}

static void write_outcomes(const struct load_total *total, const struct terminal *terminal)
{
    char number[NUMBER_TEXT_SIZE];
    AUTO_BUFFER struct buffer text = {0};
    buffer_init(&text, 2048);
    uint64_t requests = load_total_requests(total);
    for (int outcome = 0; outcome < OUTCOME_COUNT; outcome++)
        if (outcome == OUTCOME_OK || total->outcomes[outcome] > 0)
            (void)buffer_append_format(&text, "%s%s %s", outcome == OUTCOME_OK ? "" : ", ",
                                       number_count(total->outcomes[outcome], number),
                                       load_outcome_name((enum load_outcome)outcome));
    if (requests > 0)
        (void)buffer_append_format(&text, "; %.3g%% failed", 100.0 * (double)load_total_lost(total) / (double)requests);
    line(terminal, "outcomes", "%s", text.data);
    if (total->status_count == 0)
        return;
    buffer_clear(&text);
    for (size_t i = 0; i < total->status_count; i++) {
        const struct load_status *status = &total->statuses[i];
        (void)buffer_append_text(&text, i > 0 ? ", " : "");
        if (status->code == 0)
            (void)buffer_append_format(&text, "others: %s", number_count(status->count, number));
        else
            (void)buffer_append_format(&text, "%d: %s", status->code, number_count(status->count, number));
    }
    line(terminal, "statuses", "%s", text.data);
}

/* Of a mix: what became of each request, and its service time. */
static void write_by_request(const struct load_total *total, const struct terminal *terminal)
{
    char numbers[2][NUMBER_TEXT_SIZE];
    char times[2][DURATION_TEXT_SIZE];
    for (size_t i = 0; i < total->spec->request_count; i++) {
        const struct load_request_total *request = &total->requests[i];
        uint64_t failed = 0;
        for (int outcome = 0; outcome < OUTCOME_COUNT; outcome++)
            failed += load_outcome_is_lost((enum load_outcome)outcome) ? request->outcomes[outcome] : 0;
        bool any = request->service.total > 0;
        line(terminal, i == 0 ? "by request" : "", "%s: %s ok, %s failed, p(50) %s, p(99) %s", total->spec->requests[i].name,
             number_count(request->outcomes[OUTCOME_OK], numbers[0]), number_count(failed, numbers[1]),
             any ? short_time(histogram_percentile(&request->service, 0.5), times[0]) : "-",
             any ? short_time(histogram_percentile(&request->service, 0.99), times[1]) : "-");
    }
}

static void write_check(const struct terminal *terminal, const char *label, const char *request, const struct load_check *check,
                        const struct load_check_count *count)
{
    char numbers[2][NUMBER_TEXT_SIZE];
    uint64_t all = count->passes + count->fails;
    line_begin(terminal, label);
    terminal_left(terminal,
                  count->fails > 0 ? "fail"
                  : all > 0        ? "pass"
                                   : "no data",
                  COLUMN_WIDTH, count->fails > 0 || all == 0 ? STYLE_BAD : STYLE_GOOD);
    AUTO_FREE char *name = memory_format("%s%s%s", request, request[0] != '\0' ? ": " : "", check->name);
    terminal_left(terminal, name, CONDITION_WIDTH, STYLE_PLAIN);
    (void)buffer_append_format(terminal->output, " %s of %s\n", number_count(count->passes, numbers[0]),
                               number_count(all, numbers[1]));
}

static void write_checks(const struct load_total *total, const struct terminal *terminal)
{
    const char *label = "checks";
    for (size_t i = 0; i < load_spec_request_count(total->spec); i++) {
        const struct request_spec request = load_spec_request(total->spec, i);
        for (size_t j = 0; j < request.check_count; j++, label = "")
            write_check(terminal, label, request.name, &request.checks[j], &total->requests[i].checks[j]);
    }
}

static const char *bytes_text(double bytes, char text[NUMBER_TEXT_SIZE])
{
    static const char *const units[] = {"B", "kB", "MB", "GB", "TB"};
    char number[NUMBER_TEXT_SIZE];
    size_t unit = 0;
    for (; bytes >= 999.5 && unit + 1 < sizeof units / sizeof *units; unit++)
        bytes /= 1000;
    (void)snprintf(text, NUMBER_TEXT_SIZE, "%.20s %s", number_rounded(bytes, number), units[unit]);
    return text;
}

static void write_costs(const struct load_total *total, const struct terminal *terminal)
{
    char numbers[3][NUMBER_TEXT_SIZE];
    char limit[LOAD_LIMIT_TEXT_SIZE];
    line(terminal, "connections", "%s new, at most %s at once", number_count(total->connections, numbers[0]),
         number_count(load_total_most_connections(total), numbers[1]));
    line(terminal, "received", "%s, %s/s", bytes_text((double)total->bytes_received, numbers[1]),
         bytes_text(per_second(total, (double)total->bytes_received), numbers[2]));
    line(terminal, "sent", "%s, %s/s", bytes_text((double)total->bytes_sent, numbers[1]),
         bytes_text(per_second(total, (double)total->bytes_sent), numbers[2]));
    line(terminal, "generator", "%.3g%% of a core, %.3g%% in its busiest second", 100 * load_total_cpu(total),
         100 * total->cpu_maximum);
    (void)load_limit_find(total, limit);
    line(terminal, "limit", "%s", limit);
}

static const char *value_text(const struct threshold *threshold, char text[DURATION_TEXT_SIZE])
{
    const struct named_value *value = &threshold->value;
    if (threshold->result == THRESHOLD_NO_DATA)
        return "no data";
    switch (value->kind) {
    case VALUE_TIME:
        return duration_format((int64_t)value->number, text);
    case VALUE_SHARE:
        (void)snprintf(text, DURATION_TEXT_SIZE, "%.3g%%", value->number * 100);
        return text;
    case VALUE_RATE:
        (void)snprintf(text, DURATION_TEXT_SIZE, "%.4g/s", value->number);
        return text;
    default:
        (void)snprintf(text, DURATION_TEXT_SIZE, "%.0f", value->number);
        return text;
    }
}

static void write_thresholds(const struct load_report *report, const struct terminal *terminal)
{
    char condition[2 * COMPARISON_TEXT_SIZE];
    char metric[2 * COMPARISON_TEXT_SIZE];
    char value[DURATION_TEXT_SIZE];
    char text[4 * COMPARISON_TEXT_SIZE];
    static const enum terminal_style styles[] = {
        [THRESHOLD_PASS] = STYLE_GOOD, [THRESHOLD_FAIL] = STYLE_BAD, [THRESHOLD_NO_DATA] = STYLE_BAD};
    for (size_t i = 0; i < report->threshold_count; i++) {
        const struct threshold *threshold = &report->thresholds[i];
        line_begin(terminal, i == 0 ? "thresholds" : "");
        terminal_left(terminal, threshold_result_name(threshold->result), COLUMN_WIDTH, styles[threshold->result]);
        (void)snprintf(text, sizeof text, "%s:%s", threshold_metric(threshold, metric),
                       threshold_condition(threshold, condition));
        terminal_left(terminal, text, CONDITION_WIDTH, STYLE_PLAIN);
        if (threshold->result != THRESHOLD_NO_DATA)
            (void)buffer_append_format(terminal->output, " %s", value_text(threshold, value));
        (void)buffer_append_text(terminal->output, "\n");
    }
}

static void write_end(const struct load_report *report, const struct terminal *terminal)
{
    char elapsed[DURATION_TEXT_SIZE];
    char counts[2][NUMBER_TEXT_SIZE];
    uint64_t scheduled = load_spec_planned(report->total->spec);
    if (report->end == LOAD_END_COMPLETE)
        return;
    (void)buffer_append_text(terminal->output, "\n  ");
    terminal_text(terminal, report->end == LOAD_END_THRESHOLD ? "Ended by a threshold" : "Ended early", terminal->columns,
                  STYLE_BAD);
    (void)buffer_append_format(terminal->output, " after %s", duration_format(report->total->elapsed, elapsed));
    if (scheduled > 0)
        (void)buffer_append_format(terminal->output, ": %s of %s requests had come due",
                                   number_count(report->total->planned, counts[0]), number_count(scheduled, counts[1]));
    (void)buffer_append_text(terminal->output, ".\n");
}

void load_report_summary(const struct load_report *report, const struct terminal *terminal)
{
    write_end(report, terminal);
    write_all_times(report->total, terminal);
    write_requests(report->total, terminal);
    write_outcomes(report->total, terminal);
    write_by_request(report->total, terminal);
    write_checks(report->total, terminal);
    write_costs(report->total, terminal);
    write_thresholds(report, terminal);
}
