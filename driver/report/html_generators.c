#include "driver/report/html_generators.h"

#include "common/memory.h"
#include "driver/report/generator_table.h"
#include "driver/report/html.h"

static void write_generator_row(const struct variant_figures *variant, size_t index, struct buffer *output)
{
    char cells[GENERATOR_COLUMNS][GENERATOR_CELL_SIZE];
    generator_table_row(variant, index, cells);
    buffer_append_text(output, "<tr>");
    for (int column = 0; column < GENERATOR_COLUMNS; column++) {
        buffer_append_text(output, column == GENERATOR_PART ? "<th scope=\"row\">" : "<td>");
        html_escape(cells[column], output);
        buffer_append_text(output, column == GENERATOR_PART ? "</th>" : "</td>");
    }
    buffer_append_text(output, "<td>");
    html_escape(index < variant->generator_count ? variant->generators[index].pod : "", output);
    buffer_append_text(output, "</td><td>");
    html_escape(index < variant->generator_count ? variant->generators[index].node : "", output);
    buffer_append_text(output, "</td></tr>\n");
}

static void write_generators_of(const struct variant_figures *variant, struct buffer *output)
{
    buffer_append_text(output, "<h3>");
    html_escape(variant->name, output);
    buffer_append_text(output, "</h3>\n<div class=\"scroll\"><table class=\"side\">\n<thead><tr>");
    for (int column = 0; column < GENERATOR_COLUMNS; column++)
        buffer_append_format(output, "<th scope=\"col\">%s</th>", generator_column_name((enum generator_column)column));
    buffer_append_text(output, "<th scope=\"col\">pod</th><th scope=\"col\">node</th></tr></thead>\n<tbody>\n");
    for (size_t index = 0; index <= variant->generator_count; index++)
        write_generator_row(variant, index, output);
    buffer_append_text(output, "</tbody></table></div>\n");
    for (size_t index = 0; index < variant->generator_count; index++) {
        AUTO_FREE char *loss = generator_loss(&variant->generators[index]);
        if (loss == NULL)
            continue;
        buffer_append_text(output, "<p class=\"warning\">");
        html_escape(loss, output);
        buffer_append_text(output, "</p>\n");
    }
}

void html_write_generators(const struct run_figures *figures, struct buffer *output)
{
    size_t count = 0;
    for (size_t index = 0; index < figures->variant_count; index++)
        count += figures->variants[index].generator_count;
    if (count == 0)
        return;
    buffer_append_text(output, "<section id=\"generators\">\n<h2>Generators</h2>\n");
    for (size_t index = 0; index < figures->variant_count; index++)
        if (figures->variants[index].generator_count > 0)
            write_generators_of(&figures->variants[index], output);
    buffer_append_text(output, "</section>\n");
}
