/* A load second by second, as CSV. */
#include <inttypes.h>

#include "common/clock.h"
#include "driver/load_report/load_report.h"

/* Milliseconds; empty where there was no ok answer. */
static void add_time(struct buffer *text, int64_t nanoseconds)
{
    (void)buffer_append_text(text, ",");
    if (nanoseconds != LOAD_TOTAL_NEVER)
        (void)buffer_append_format(text, "%.3f", (double)nanoseconds / (double)NANOSECONDS_PER_MILLISECOND);
}

static void add_second(struct buffer *text, size_t number, const struct load_second *second)
{
    (void)buffer_append_format(text, "%zu,%.3f,%" PRIu64 ",%" PRIu64 ",%" PRIu64, number, second->target_rate, second->planned,
                               second->sent, second->late);
    for (int outcome = 0; outcome < OUTCOME_COUNT; outcome++)
        (void)buffer_append_format(text, ",%" PRIu64, second->outcomes[outcome]);
    (void)buffer_append_format(text, ",%" PRIu64 ",%" PRIu64 ",%" PRIu64 ",%" PRIu64 ",%.4f", second->connections,
                               second->bytes_received, second->in_flight, second->vus, second->cpu);
    const int64_t times[] = {second->p50, second->p90, second->p99, second->p999, second->maximum};
    for (size_t i = 0; i < sizeof times / sizeof *times; i++)
        add_time(text, times[i]);
    (void)buffer_append_format(text, ",%" PRIu64 ",%s\n", second->bytes_sent, second->phase);
}

void load_report_csv(const struct load_report *report, struct buffer *text)
{
    (void)buffer_append_text(text, "second,target_rate,planned,sent,late");
    for (int outcome = 0; outcome < OUTCOME_COUNT; outcome++)
        (void)buffer_append_format(text, ",%s", load_outcome_name((enum load_outcome)outcome));
    (void)buffer_append_text(text, ",new_connections,bytes_received,in_flight,vus,generator_cpu,"
                                   "p50_ms,p90_ms,p99_ms,p999_ms,max_ms,bytes_sent,phase\n");
    for (size_t i = 0; i < report->total->second_count; i++)
        add_second(text, i, &report->total->seconds[i]);
}
