#include "driver/report/sparkline.h"

#include <math.h>

#define LEVELS 8
#define SHORTEST 1e6 /* nanoseconds */

static void append_level(double share, struct buffer *output)
{
    static const char *const blocks[LEVELS] = {"▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
    int level = (int)(share * (LEVELS - 1) + 0.5);
    buffer_append_text(output, blocks[level < 0 ? 0 : level >= LEVELS ? LEVELS - 1 : level]);
}

static int64_t part_start(const struct variant_figures *variant, int part, int width)
{
    return (int64_t)((double)variant->end * part / width);
}

static int ready_at(const struct variant_figures *variant, int64_t time)
{
    int ready = 0;
    for (size_t index = 0; index < variant->replica_step_count && variant->replica_steps[index].time <= time; index++)
        ready = variant->replica_steps[index].ready;
    return ready;
}

void sparkline_replicas(const struct variant_figures *variant, int width, int most, struct buffer *output)
{
    for (int part = 0; part < width; part++) {
        int64_t middle = (part_start(variant, part, width) + part_start(variant, part + 1, width)) / 2;
        append_level(most > 0 ? (double)ready_at(variant, middle) / most : 0, output);
    }
}

static int64_t longest_between(const struct variant_figures *variant, int64_t from, int64_t until)
{
    int64_t longest = 0;
    for (size_t index = 0; index < variant->second_count; index++) {
        int64_t start = (int64_t)index * INT64_C(1000000000);
        if (start < until && start + INT64_C(1000000000) > from && variant->seconds[index].maximum > longest)
            longest = variant->seconds[index].maximum;
    }
    return longest;
}

void sparkline_latency(const struct variant_figures *variant, int width, int64_t longest, struct buffer *output)
{
    double scale = log((double)longest / SHORTEST);
    for (int part = 0; part < width; part++) {
        int64_t value = longest_between(variant, part_start(variant, part, width), part_start(variant, part + 1, width));
        if (value == 0)
            buffer_append_character(output, ' ');
        else
            append_level(scale > 0 ? log((double)value / SHORTEST) / scale : 0, output);
    }
}

static double memory_at(const struct variant_figures *variant, int64_t time)
{
    double average = 0;
    for (size_t index = 0; index < variant->memory_step_count && variant->memory_steps[index].time <= time; index++)
        average = variant->memory_steps[index].average;
    return average;
}

void sparkline_memory(const struct variant_figures *variant, int width, double most, struct buffer *output)
{
    for (int part = 0; part < width; part++) {
        int64_t middle = (part_start(variant, part, width) + part_start(variant, part + 1, width)) / 2;
        append_level(most > 0 ? memory_at(variant, middle) / most : 0, output);
    }
}
