#include "driver/report/generator_table.h"

#include <inttypes.h>
#include <stdio.h>

#include "common/clock.h"
#include "common/duration.h"
#include "common/memory.h"

const char *generator_column_name(enum generator_column column)
{
    static const char *const names[GENERATOR_COLUMNS] = {
        [GENERATOR_PART] = "part",         [GENERATOR_SHARE] = "share", [GENERATOR_SENT] = "sent",
        [GENERATOR_RATE] = "sent/s",       [GENERATOR_LATE] = "late",   [GENERATOR_LATENESS] = "p99 late by",
        [GENERATOR_CPU] = "cores at most", [GENERATOR_MEMORY] = "MiB",  [GENERATOR_BEGAN] = "began",
    };
    return names[column];
}

/* "+0.12ms": against the moment that was planned. */
static void write_skew(int64_t skew, char cell[GENERATOR_CELL_SIZE])
{
    (void)snprintf(cell, GENERATOR_CELL_SIZE, "%+.2f ms", (double)skew / (double)NANOSECONDS_PER_MILLISECOND);
}

static void write_amounts(const struct generator_figures *sum, char cells[GENERATOR_COLUMNS][GENERATOR_CELL_SIZE])
{
    char duration[DURATION_TEXT_SIZE];
    double rate = sum->seconds > 0 ? (double)sum->sent / (double)sum->seconds : 0;
    (void)snprintf(cells[GENERATOR_SHARE], GENERATOR_CELL_SIZE, "%.1f%%", sum->share * 100);
    (void)snprintf(cells[GENERATOR_SENT], GENERATOR_CELL_SIZE, "%" PRIu64, sum->sent);
    (void)snprintf(cells[GENERATOR_RATE], GENERATOR_CELL_SIZE, "%.1f", rate);
    (void)snprintf(cells[GENERATOR_LATE], GENERATOR_CELL_SIZE, "%" PRIu64, sum->late);
    (void)snprintf(cells[GENERATOR_LATENESS], GENERATOR_CELL_SIZE, "%s", duration_format(sum->lateness.p99, duration));
    (void)snprintf(cells[GENERATOR_CPU], GENERATOR_CELL_SIZE, "%.2f", sum->cpu);
    (void)snprintf(cells[GENERATOR_MEMORY], GENERATOR_CELL_SIZE, "%.1f", sum->memory);
}

/* All together; the spread of their starts stands for a start. */
static void write_sum(const struct variant_figures *variant, char cells[GENERATOR_COLUMNS][GENERATOR_CELL_SIZE])
{
    struct generator_figures sum = {.share = 0, .lateness = variant->lateness};
    for (size_t index = 0; index < variant->generator_count; index++) {
        const struct generator_figures *generator = &variant->generators[index];
        sum.share += generator->joined == variant->generators[0].joined ? generator->share : 0;
        sum.sent += generator->sent;
        sum.late += generator->late;
        sum.cpu += generator->cpu;
        sum.memory += generator->memory;
        sum.seconds = generator->seconds > sum.seconds ? generator->seconds : sum.seconds;
    }
    (void)snprintf(cells[GENERATOR_PART], GENERATOR_CELL_SIZE, "all");
    write_amounts(&sum, cells);
    (void)snprintf(cells[GENERATOR_BEGAN], GENERATOR_CELL_SIZE, "%.2f ms apart",
                   (double)variant->generators_skew / (double)NANOSECONDS_PER_MILLISECOND);
}

void generator_table_row(const struct variant_figures *variant, size_t index, char cells[GENERATOR_COLUMNS][GENERATOR_CELL_SIZE])
{
    if (index >= variant->generator_count) {
        write_sum(variant, cells);
        return;
    }
    const struct generator_figures *generator = &variant->generators[index];
    (void)snprintf(cells[GENERATOR_PART], GENERATOR_CELL_SIZE, "%u", generator->part);
    write_amounts(generator, cells);
    write_skew(generator->start_skew, cells[GENERATOR_BEGAN]);
}

char *generator_loss(const struct generator_figures *generator)
{
    if (generator->lost_at == FIGURES_NEVER)
        return NULL;
    return memory_format("generator %u (pod %s) was lost after %.1f s: %s; of its part %" PRIu64
                         " requests were not sent and of %" PRIu64 " nobody knows, %.1f%% of the load",
                         generator->part, generator->pod, (double)generator->lost_at / (double)NANOSECONDS_PER_SECOND,
                         generator->reason, generator->unsent, generator->unknown, generator->unsent_share * 100);
}
