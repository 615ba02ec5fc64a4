#include "driver/report/text_report.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "common/clock.h"
#include "common/duration.h"
#include "common/memory.h"
#include "driver/report/generator_table.h"
#include "driver/report/request_table.h"
#include "driver/report/side_by_side.h"
#include "driver/report/sparkline.h"
#include "driver/report/terminal_text.h"

#define NAME_COLUMN 26
#define LEAST_COLUMNS 60
#define LEAST_COLUMN 13
#define EXPECTATION_COLUMN 44
#define HASH_SHOWN 12
#define MOST_MARKS 30

static int longest_name(const struct run_figures *figures)
{
    int width = 4;
    for (size_t index = 0; index < figures->variant_count; index++) {
        int name = terminal_width(figures->variants[index].name);
        width = name > width ? name : width;
    }
    return width < 20 ? width : 20;
}

static void write_table_row(const struct terminal *terminal, const struct side_row *row, size_t first, size_t count, int width)
{
    terminal_left(terminal, row->name, NAME_COLUMN, STYLE_PLAIN);
    for (size_t index = first; index < first + count; index++) {
        const struct side_cell *cell = &row->cells[index];
        terminal_right(terminal, cell->text, width - 2, cell->better ? STYLE_BOLD : STYLE_PLAIN);
        buffer_append_text(terminal->output, cell->better ? " *" : "  ");
    }
    buffer_append_character(terminal->output, '\n');
}

/* Wide enough for the names, or narrower when all variants fit side by side then. */
static int column_width(const struct terminal *terminal, const struct run_figures *figures)
{
    int wanted = longest_name(figures) + 4;
    int count = figures->variant_count > 0 ? (int)figures->variant_count : 1;
    int shared = (terminal->columns - NAME_COLUMN) / count;
    return shared < wanted && shared >= LEAST_COLUMN ? shared : wanted;
}

/* As many variants side by side as fit; the rest in further tables below. */
static void write_table(const struct terminal *terminal, const struct run_figures *figures)
{
    struct side_table table;
    int width = column_width(terminal, figures);
    size_t fit = (size_t)((terminal->columns - NAME_COLUMN) / width);
    side_table_make(figures->variants, figures->variant_count, &table);
    for (size_t first = 0; first < figures->variant_count; first += fit) {
        size_t count = figures->variant_count - first < fit ? figures->variant_count - first : fit;
        buffer_append_format(terminal->output, "\n%*s", NAME_COLUMN, "");
        for (size_t index = first; index < first + count; index++) {
            terminal_right(terminal, figures->variants[index].name, width - 2, STYLE_BOLD);
            buffer_append_text(terminal->output, "  ");
        }
        buffer_append_character(terminal->output, '\n');
        for (size_t row = 0; row < table.row_count; row++)
            write_table_row(terminal, &table.rows[row], first, count, width);
    }
    if (figures->variant_count > 1)
        terminal_text(terminal, "* better", terminal->columns, STYLE_DIM);
    buffer_append_character(terminal->output, '\n');
    side_table_release(&table);
}

static double highest_average(const struct variant_figures *variant)
{
    double highest = 0;
    for (size_t index = 0; index < variant->memory_step_count; index++)
        highest = fmax(highest, variant->memory_steps[index].average);
    return highest;
}

/* What the sparklines of all variants reach to. */
struct spark_scale {
    int most;        /* pods */
    int64_t longest; /* response; 0 = there was none */
    double memory;   /* MiB; 0 = no HPA aims at it */
};

static struct spark_scale find_scale(const struct run_figures *figures)
{
    struct spark_scale scale = {0};
    for (size_t index = 0; index < figures->variant_count; index++) {
        const struct variant_figures *variant = &figures->variants[index];
        if (variant->memory_target > 0)
            scale.memory = fmax(scale.memory, fmax(variant->memory_target, highest_average(variant)));
        scale.most = variant->replicas_maximum > scale.most ? variant->replicas_maximum : scale.most;
        scale.longest = variant->response.maximum > scale.longest ? variant->response.maximum : scale.longest;
    }
    return scale;
}

static void write_spark_legend(const struct terminal *terminal, const struct spark_scale *scale, int name, int width)
{
    char legend[128];
    char duration[DURATION_TEXT_SIZE];
    snprintf(legend, sizeof legend, "ready pods, 0 to %d", scale->most);
    buffer_append_format(terminal->output, "\n%*s", name + 2, "");
    terminal_left(terminal, legend, width + 2, STYLE_DIM);
    if (scale->longest > 0)
        snprintf(legend, sizeof legend, "longest response, to %s", duration_format(scale->longest, duration));
    else
        snprintf(legend, sizeof legend, "average working set, to %.0f MiB", scale->memory);
    if (scale->longest > 0 || scale->memory > 0)
        terminal_text(terminal, legend, width, STYLE_DIM);
    buffer_append_character(terminal->output, '\n');
}

/* The pods, and beside them response times, or the memory of a run without requests, if the HPA aims at it. */
static void write_sparklines(const struct terminal *terminal, const struct run_figures *figures)
{
    const struct spark_scale scale = find_scale(figures);
    int name = longest_name(figures);
    int width = (terminal->columns - name - 4) / 2;
    if (scale.longest == 0 && scale.memory <= 0 && scale.most <= 0)
        return;
    write_spark_legend(terminal, &scale, name, width);
    for (size_t index = 0; index < figures->variant_count; index++) {
        const struct variant_figures *variant = &figures->variants[index];
        terminal_left(terminal, variant->name, name + 2, STYLE_PLAIN);
        sparkline_replicas(variant, width, scale.most, terminal->output);
        buffer_append_text(terminal->output, "  ");
        if (scale.longest > 0)
            sparkline_latency(variant, width, scale.longest, terminal->output);
        else if (scale.memory > 0)
            sparkline_memory(variant, width, scale.memory, terminal->output);
        buffer_append_character(terminal->output, '\n');
    }
}

static void write_expectation(const struct terminal *terminal, const struct expectation_figures *expectation)
{
    static const enum terminal_style styles[] = {
        [EXPECTATION_PASS] = STYLE_GOOD, [EXPECTATION_FAIL] = STYLE_BAD, [EXPECTATION_NO_DATA] = STYLE_DIM};
    buffer_append_text(terminal->output, "  ");
    terminal_left(terminal, expectation_result_name(expectation->result), 9, styles[expectation->result]);
    if (terminal_width(expectation->text) > EXPECTATION_COLUMN) {
        terminal_text(terminal, expectation->text, terminal->columns - 11, STYLE_PLAIN);
        buffer_append_format(terminal->output, "\n%*s", EXPECTATION_COLUMN + 11, "");
    } else {
        terminal_left(terminal, expectation->text, EXPECTATION_COLUMN, STYLE_PLAIN);
    }
    buffer_append_character(terminal->output, ' ');
    terminal_text(terminal, expectation->observed, terminal->columns - EXPECTATION_COLUMN - 12, STYLE_PLAIN);
    buffer_append_character(terminal->output, '\n');
}

static void write_expectations(const struct terminal *terminal, const struct run_figures *figures)
{
    if (figures->passed + figures->failed + figures->no_data == 0)
        return;
    AUTO_FREE char *heading =
        memory_format("Expectations: %zu pass, %zu fail, %zu no data", figures->passed, figures->failed, figures->no_data);
    terminal_heading(terminal, heading);
    for (size_t index = 0; index < figures->variant_count; index++) {
        const struct variant_figures *variant = &figures->variants[index];
        if (variant->expectation_count == 0)
            continue;
        terminal_text(terminal, variant->name, terminal->columns, STYLE_PLAIN);
        buffer_append_character(terminal->output, '\n');
        for (size_t expectation = 0; expectation < variant->expectation_count; expectation++)
            write_expectation(terminal, &variant->expectations[expectation]);
    }
}

static void write_requests_of(const struct terminal *terminal, const struct variant_figures *variant)
{
    static const int widths[REQUEST_COLUMNS] = {18, 9, 7, 9, 8, 8, 8, 13};
    AUTO_FREE char *heading = memory_format("Requests of %s", variant->name);
    AUTO_FREE char *vus = request_vus_text(variant);
    terminal_heading(terminal, heading);
    if (vus != NULL)
        terminal_wrap(terminal, vus, 2, STYLE_PLAIN);
    if (!request_table_is_wanted(variant))
        return;
    for (int column = 0; column < REQUEST_COLUMNS; column++)
        terminal_right(terminal, request_column_name((enum request_column)column), widths[column], STYLE_DIM);
    buffer_append_character(terminal->output, '\n');
    for (size_t index = 0; index < variant->request_count; index++) {
        char cells[REQUEST_COLUMNS][REQUEST_CELL_SIZE];
        request_table_row(&variant->by_request[index], cells);
        for (int column = 0; column < REQUEST_COLUMNS; column++)
            terminal_right(terminal, cells[column], widths[column], STYLE_PLAIN);
        buffer_append_character(terminal->output, '\n');
    }
    for (size_t index = 0; index < variant->request_count; index++) {
        const struct request_figures *request = &variant->by_request[index];
        for (size_t check = 0; check < request->check_count; check++) {
            AUTO_FREE char *text = request_check_text(request, &request->checks[check]);
            terminal_wrap(terminal, text, 2, request->checks[check].fails > 0 ? STYLE_BAD : STYLE_PLAIN);
        }
    }
}

static void write_requests(const struct terminal *terminal, const struct run_figures *figures)
{
    for (size_t index = 0; index < figures->variant_count; index++)
        if (request_table_is_wanted(&figures->variants[index]) || figures->variants[index].vus_known)
            write_requests_of(terminal, &figures->variants[index]);
}

static void write_generators_of(const struct terminal *terminal, const struct variant_figures *variant)
{
    static const int widths[GENERATOR_COLUMNS] = {5, 7, 9, 9, 6, 12, 6, 7, 15};
    AUTO_FREE char *heading = memory_format("Generators of %s", variant->name);
    terminal_heading(terminal, heading);
    for (int column = 0; column < GENERATOR_COLUMNS; column++) {
        const char *name = column == GENERATOR_CPU ? "cores" : generator_column_name((enum generator_column)column);
        terminal_right(terminal, name, widths[column], STYLE_DIM);
    }
    buffer_append_character(terminal->output, '\n');
    for (size_t index = 0; index <= variant->generator_count; index++) {
        char cells[GENERATOR_COLUMNS][GENERATOR_CELL_SIZE];
        generator_table_row(variant, index, cells);
        for (int column = 0; column < GENERATOR_COLUMNS; column++)
            terminal_right(terminal, cells[column], widths[column], STYLE_PLAIN);
        buffer_append_character(terminal->output, '\n');
    }
    for (size_t index = 0; index < variant->generator_count; index++) {
        AUTO_FREE char *loss = generator_loss(&variant->generators[index]);
        if (loss != NULL)
            terminal_wrap(terminal, loss, 2, STYLE_BAD);
    }
}

static void write_generators(const struct terminal *terminal, const struct run_figures *figures)
{
    for (size_t index = 0; index < figures->variant_count; index++)
        if (figures->variants[index].generator_count > 0)
            write_generators_of(terminal, &figures->variants[index]);
}

static void write_marks(const struct terminal *terminal, const struct run_figures *figures)
{
    for (size_t index = 0; index < figures->variant_count; index++) {
        const struct variant_figures *variant = &figures->variants[index];
        if (variant->mark_count == 0)
            continue;
        AUTO_FREE char *heading = memory_format("Steps and Jobs of %s", variant->name);
        terminal_heading(terminal, heading);
        for (size_t at = 0; at < variant->mark_count && at < MOST_MARKS; at++) {
            buffer_append_format(terminal->output, "%8.1f s  ", (double)variant->marks[at].time / (double)NANOSECONDS_PER_SECOND);
            terminal_text(terminal, variant->marks[at].text, terminal->columns - 12,
                          variant->marks[at].kind == MARK_JOB_FAILED ? STYLE_BAD : STYLE_PLAIN);
            buffer_append_character(terminal->output, '\n');
        }
        if (variant->mark_count > MOST_MARKS)
            buffer_append_format(terminal->output, "  and %zu more\n", variant->mark_count - MOST_MARKS);
    }
}

static void write_conditions(const struct terminal *terminal, const struct run_figures *figures)
{
    char date[CLOCK_TEXT_SIZE];
    clock_format_seconds(figures->started_wall, date);
    AUTO_FREE char *conditions =
        memory_format("Measured %s on cluster %s %s, pace %s; %s; lesson %s, hash %.*s. Each variant ran once: an anecdote, "
                      "not a statistic.",
                      date, figures->cluster, figures->cluster_version, figures->pace, figures->machine, figures->lesson_file,
                      HASH_SHOWN, figures->lesson_hash);
    buffer_append_character(terminal->output, '\n');
    terminal_wrap(terminal, conditions, 0, STYLE_DIM);
    for (size_t index = 0; index < figures->note_count; index++) {
        AUTO_FREE char *note = memory_format("Note: %s", figures->notes[index]);
        terminal_wrap(terminal, note, 2, STYLE_PLAIN);
    }
}

void text_report_write(const struct run_figures *figures, const struct report_options *options, struct buffer *output)
{
    struct terminal terminal = {.output = output,
                                .color = options->color,
                                .columns = options->columns < LEAST_COLUMNS ? LEAST_COLUMNS : options->columns};
    const char *title = *figures->lesson_title != '\0' ? figures->lesson_title : figures->lesson_name;
    terminal_text(&terminal, title, terminal.columns, STYLE_BOLD);
    buffer_append_text(output, figures->complete ? "\n\n" : "\nThis run has no end: it was stopped, or is still going.\n\n");
    terminal_wrap(&terminal, figures->verdict, 0, STYLE_PLAIN);
    if (*figures->fault != '\0') {
        AUTO_FREE char *fault = memory_format("Fault: %s.", figures->fault);
        terminal_wrap(&terminal, fault, 0, STYLE_BAD);
    }
    write_table(&terminal, figures);
    write_sparklines(&terminal, figures);
    write_requests(&terminal, figures);
    write_generators(&terminal, figures);
    write_marks(&terminal, figures);
    write_expectations(&terminal, figures);
    write_conditions(&terminal, figures);
}
