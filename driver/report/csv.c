#include "driver/report/csv.h"

#include <inttypes.h>
#include <string.h>

static const struct replica_step *step_at(const struct variant_figures *variant, int64_t time)
{
    const struct replica_step *found = NULL;
    for (size_t index = 0; index < variant->replica_step_count && variant->replica_steps[index].time <= time; index++)
        found = &variant->replica_steps[index];
    return found;
}

static const struct metric_step *metric_at(const struct variant_figures *variant, int64_t time)
{
    const struct metric_step *found = NULL;
    for (size_t index = 0; index < variant->metric.step_count && variant->metric.steps[index].time <= time; index++)
        found = &variant->metric.steps[index];
    return found;
}

/* A quoted field; a leading sign that a spreadsheet would take for a formula is kept harmless by a quote mark. */
static void write_text(const char *text, struct buffer *output)
{
    buffer_append_character(output, '"');
    if (*text != '\0' && strchr("=+-@", *text) != NULL)
        buffer_append_character(output, '\'');
    for (; *text != '\0'; text++) {
        if (*text == '"')
            buffer_append_character(output, '"');
        buffer_append_character(output, *text);
    }
    buffer_append_character(output, '"');
}

static void write_milliseconds(int64_t nanoseconds, struct buffer *output)
{
    if (nanoseconds != FIGURES_NEVER)
        buffer_append_format(output, "%.3f", (double)nanoseconds / 1e6);
    buffer_append_character(output, ',');
}

static void write_replicas(int replicas, struct buffer *output)
{
    if (replicas >= 0)
        buffer_append_format(output, "%d", replicas);
    buffer_append_character(output, ',');
}

static const struct memory_step *memory_at(const struct variant_figures *variant, int64_t time)
{
    const struct memory_step *found = NULL;
    for (size_t index = 0; index < variant->memory_step_count && variant->memory_steps[index].time <= time; index++)
        found = &variant->memory_steps[index];
    return found;
}

static void write_second(const struct variant_figures *variant, const struct second_figures *second, struct buffer *output)
{
    int64_t time = second->second * INT64_C(1000000000);
    const struct replica_step *step = step_at(variant, time);
    const struct metric_step *metric = metric_at(variant, time);
    const struct memory_step *memory = memory_at(variant, time);
    write_text(variant->name, output);
    buffer_append_format(output, ",%" PRId64 ",%.3f,%" PRIu64 ",%" PRIu64 ",%" PRIu64 ",", second->second, second->target,
                         second->done, second->lost, second->dropped);
    write_milliseconds(second->p50, output);
    write_milliseconds(second->p99, output);
    write_milliseconds(second->maximum, output);
    write_replicas(step != NULL ? step->desired : -1, output);
    write_replicas(step != NULL ? step->current : -1, output);
    write_replicas(step != NULL ? step->ready : -1, output);
    write_replicas(step != NULL ? step->warm : -1, output);
    if (metric != NULL && metric->known)
        buffer_append_format(output, "%g", metric->value);
    buffer_append_character(output, ',');
    if (memory != NULL)
        buffer_append_format(output, "%.1f", memory->average);
    buffer_append_text(output, "\r\n");
}

static void write_seconds_without_requests(const struct variant_figures *variant, struct buffer *output)
{
    for (int64_t second = 0; second * INT64_C(1000000000) < variant->end; second++) {
        const struct second_figures empty = {
            .second = second, .p50 = FIGURES_NEVER, .p99 = FIGURES_NEVER, .maximum = FIGURES_NEVER};
        write_second(variant, &empty, output);
    }
}

void csv_write(const struct run_figures *figures, struct buffer *output)
{
    buffer_append_text(output,
                       "variant,second,target_per_s,ok,lost,dropped,p50_ms,p99_ms,max_ms,desired,current,ready,warm,metric,"
                       "memory_average_mib\r\n");
    for (size_t variant = 0; variant < figures->variant_count; variant++) {
        for (size_t index = 0; index < figures->variants[variant].second_count; index++)
            write_second(&figures->variants[variant], &figures->variants[variant].seconds[index], output);
        if (figures->variants[variant].second_count == 0)
            write_seconds_without_requests(&figures->variants[variant], output);
    }
}
