#include "driver/report/html_requests.h"

#include "common/memory.h"
#include "driver/report/html.h"
#include "driver/report/request_table.h"

static void write_row(const struct request_figures *request, struct buffer *output)
{
    char cells[REQUEST_COLUMNS][REQUEST_CELL_SIZE];
    request_table_row(request, cells);
    buffer_append_text(output, "<tr>");
    for (int column = 0; column < REQUEST_COLUMNS; column++) {
        buffer_append_text(output, column == REQUEST_NAME ? "<th scope=\"row\">" : "<td>");
        html_escape(cells[column], output);
        buffer_append_text(output, column == REQUEST_NAME ? "</th>" : "</td>");
    }
    buffer_append_text(output, "</tr>\n");
}

static void write_table(const struct variant_figures *variant, struct buffer *output)
{
    buffer_append_text(output, "<div class=\"scroll\"><table class=\"side\">\n<thead><tr>");
    for (int column = 0; column < REQUEST_COLUMNS; column++)
        buffer_append_format(output, "<th scope=\"col\">%s</th>", request_column_name((enum request_column)column));
    buffer_append_text(output, "</tr></thead>\n<tbody>\n");
    for (size_t index = 0; index < variant->request_count; index++)
        write_row(&variant->by_request[index], output);
    buffer_append_text(output, "</tbody></table></div>\n");
}

static void write_checks(const struct request_figures *request, struct buffer *output)
{
    for (size_t index = 0; index < request->check_count; index++) {
        AUTO_FREE char *text = request_check_text(request, &request->checks[index]);
        buffer_append_text(output, request->checks[index].fails > 0 ? "<p class=\"warning\">" : "<p>");
        html_escape(text, output);
        buffer_append_text(output, "</p>\n");
    }
}

static void write_variant(const struct variant_figures *variant, struct buffer *output)
{
    AUTO_FREE char *vus = request_vus_text(variant);
    buffer_append_text(output, "<h3>");
    html_escape(variant->name, output);
    buffer_append_text(output, "</h3>\n");
    if (vus != NULL)
        buffer_append_format(output, "<p>%s</p>\n", vus);
    if (!request_table_is_wanted(variant))
        return;
    write_table(variant, output);
    for (size_t index = 0; index < variant->request_count; index++)
        write_checks(&variant->by_request[index], output);
}

void html_write_requests(const struct run_figures *figures, struct buffer *output)
{
    bool any = false;
    for (size_t index = 0; index < figures->variant_count; index++)
        any = any || request_table_is_wanted(&figures->variants[index]) || figures->variants[index].vus_known;
    if (!any)
        return;
    buffer_append_text(output, "<section id=\"requests\">\n<h2>Requests</h2>\n");
    for (size_t index = 0; index < figures->variant_count; index++)
        write_variant(&figures->variants[index], output);
    buffer_append_text(output, "</section>\n");
}
