#include "driver/report/html.h"

#include <inttypes.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/clock.h"
#include "common/json.h"
#include "common/random.h"
#include "driver/report/assets.h"
#include "driver/report/document.h"
#include "driver/report/html_generators.h"
#include "driver/report/html_requests.h"
#include "driver/report/markdown.h"
#include "driver/report/side_by_side.h"

/* Keep a report of a long run small: the rest is counted, and said to be left out. */
#define MOST_SPIKES 1500
#define MOST_EVENTS 600

/* Ratios closer to one than this are not worth a word. */
#define LEAST_RATIO 0.02

#define NONCE_BYTES 16

void html_escape(const char *text, struct buffer *output)
{
    for (; *text != '\0'; text++) {
        switch (*text) {
        case '&':
            buffer_append_text(output, "&amp;");
            break;
        case '<':
            buffer_append_text(output, "&lt;");
            break;
        case '>':
            buffer_append_text(output, "&gt;");
            break;
        case '"':
            buffer_append_text(output, "&quot;");
            break;
        case '\'':
            buffer_append_text(output, "&#39;");
            break;
        default:
            buffer_append_character(output, *text);
        }
    }
}

static void write_head(const struct run_figures *figures, const char *nonce, struct buffer *output)
{
    buffer_append_format(output,
                         "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
                         "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; script-src 'nonce-%s'; "
                         "style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'\">\n"
                         "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
                         "<meta name=\"color-scheme\" content=\"light dark\">\n<link rel=\"icon\" href=\"data:,\">\n<title>",
                         nonce);
    html_escape(*figures->lesson_title != '\0' ? figures->lesson_title : figures->lesson_name, output);
    buffer_append_text(output, " - hpalab</title>\n");
    for (const struct asset *asset = ASSET_STYLES; asset->name != NULL; asset++) {
        buffer_append_text(output, "<style>\n");
        buffer_append(output, asset->bytes, asset->length);
        buffer_append_text(output, "</style>\n");
    }
    buffer_append_text(output, "</head>\n");
}

static void write_verdict(const struct run_figures *figures, struct buffer *output)
{
    buffer_append_text(output, "<header id=\"verdict\">\n<p class=\"lesson\">");
    html_escape(figures->lesson_name, output);
    buffer_append_text(output, "</p>\n<h1>");
    html_escape(*figures->lesson_title != '\0' ? figures->lesson_title : figures->lesson_name, output);
    buffer_append_text(output, "</h1>\n");
    if (!figures->complete)
        buffer_append_text(
            output,
            "<p class=\"warning\">This run has no end: it was stopped, or was still going when this report was made.</p>\n");
    buffer_append_text(output, "<p class=\"verdict\">");
    html_escape(figures->verdict, output);
    buffer_append_text(output, "</p>\n");
    if (*figures->fault != '\0') {
        buffer_append_text(output, "<p class=\"warning\">Fault: ");
        html_escape(figures->fault, output);
        buffer_append_text(output, "</p>\n");
    }
}

static const char *result_class(enum expectation_result result)
{
    static const char *const classes[] = {"pass", "fail", "none"};
    return classes[result];
}

static const char *result_sign(enum expectation_result result)
{
    static const char *const signs[] = {"\u2713", "\u2717", "?"};
    return signs[result];
}

static void write_expectations(const struct run_figures *figures, struct buffer *output)
{
    if (figures->passed + figures->failed + figures->no_data == 0)
        return;
    buffer_append_format(
        output, "<div class=\"expectations\"><h2>Expectations: %zu pass, %zu fail, %zu no data</h2>\n<div class=\"cards\">\n",
        figures->passed, figures->failed, figures->no_data);
    for (size_t index = 0; index < figures->variant_count; index++) {
        const struct variant_figures *variant = &figures->variants[index];
        buffer_append_text(output, "<div class=\"card\"><h3>");
        html_escape(variant->name, output);
        buffer_append_text(output, "</h3><ul>\n");
        for (size_t at = 0; at < variant->expectation_count; at++) {
            const struct expectation_figures *expectation = &variant->expectations[at];
            buffer_append_format(output, "<li class=\"%s\"><span class=\"sign\" aria-hidden=\"true\">%s</span><b>%s</b> <code>",
                                 result_class(expectation->result), result_sign(expectation->result),
                                 expectation_result_name(expectation->result));
            html_escape(expectation->text, output);
            buffer_append_text(output, "</code> <span class=\"observed\">");
            html_escape(expectation->observed, output);
            buffer_append_text(output, "</span></li>\n");
        }
        buffer_append_text(output, "</ul></div>\n");
    }
    buffer_append_text(output, "</div></div>\n");
}

static void write_fact(const char *name, const char *value, struct buffer *output)
{
    if (*value == '\0')
        return;
    buffer_append_format(output, "<div><dt>%s</dt><dd>", name);
    html_escape(value, output);
    buffer_append_text(output, "</dd></div>\n");
}

static void write_conditions(const struct run_figures *figures, struct buffer *output)
{
    char date[CLOCK_TEXT_SIZE];
    AUTO_FREE char *cluster = memory_format("%s %s", figures->cluster, figures->cluster_version);
    buffer_append_text(output, "<dl class=\"conditions\">\n");
    write_fact("Cluster", cluster, output);
    write_fact("Pace", figures->pace, output);
    write_fact("Machine", figures->machine, output);
    write_fact("Date", clock_format_seconds(figures->started_wall, date), output);
    write_fact("Lesson file", figures->lesson_file, output);
    AUTO_FREE char *hash = memory_format("%.16s", figures->lesson_hash);
    write_fact("Its hash", hash, output);
    write_fact("Repeated", "once each: an anecdote, not a statistic", output);
    buffer_append_text(output, "</dl>\n");
    for (size_t index = 0; index < figures->note_count; index++) {
        buffer_append_text(output, "<p class=\"note\">");
        html_escape(figures->notes[index], output);
        buffer_append_text(output, "</p>\n");
    }
    buffer_append_text(output, "</header>\n");
}

/* "x 1.11", or "/ 752" for ratios below one; nothing when the two are alike. */
static void write_ratio(double ratio, struct buffer *output)
{
    char text[NUMBER_TEXT_SIZE];
    if (isnan(ratio) || ratio <= 0 || fabs(ratio - 1) < LEAST_RATIO)
        return;
    if (ratio > 1)
        buffer_append_format(output, ", \u00d7\u2009%s", number_rounded(ratio, text));
    else
        buffer_append_format(output, ", \u00f7\u2009%s", number_rounded(1 / ratio, text));
}

static void write_cell(const struct side_cell *cell, struct buffer *output)
{
    char text[NUMBER_TEXT_SIZE];
    buffer_append_format(output, "<td%s>", cell->better ? " class=\"better\"" : "");
    if (!isnan(cell->difference) && fabs(cell->difference) > 0) {
        buffer_append_format(output, "<small>%s%s", cell->difference > 0 ? "+" : "\u2212",
                             number_rounded(fabs(cell->difference), text));
        write_ratio(cell->ratio, output);
        buffer_append_text(output, "</small> ");
    }
    if (cell->better)
        buffer_append_text(output, "<span class=\"sign\" title=\"better\">\u2713</span>\u00a0");
    buffer_append_format(output, "%s</td>", cell->text);
}

/* What the table's small print and signs mean; of response times only where there are any. */
static void write_side_hint(const struct run_figures *figures, struct buffer *output)
{
    char text[NUMBER_TEXT_SIZE];
    uint64_t requests = 0;
    for (size_t index = 0; index < figures->variant_count; index++)
        requests += figures->variants[index].planned + figures->variants[index].requests;
    buffer_append_text(output, "<p class=\"hint\">Small: the difference from the first variant, and the ratio where both have at "
                               "least 20 requests. \u2713 marks the better value.");
    if (requests > 0)
        buffer_append_format(output,
                             " Response times count from the moment the request was due. Slow answers took longer than %s ms.",
                             number_rounded((double)figures->variants[0].spike_over / 1e6, text));
    buffer_append_text(output, "</p>\n");
}

static void write_side_by_side(const struct run_figures *figures, struct buffer *output)
{
    struct side_table table;
    side_table_make(figures->variants, figures->variant_count, &table);
    buffer_append_text(output,
                       "<section id=\"side-by-side\">\n<h2>Side by side</h2>\n<div class=\"scroll\"><table class=\"side\">\n"
                       "<thead><tr><th scope=\"col\">Figure</th>");
    for (size_t index = 0; index < figures->variant_count; index++) {
        buffer_append_text(output, "<th scope=\"col\">");
        html_escape(figures->variants[index].name, output);
        if (*figures->variants[index].title != '\0') {
            buffer_append_text(output, "<small>");
            html_escape(figures->variants[index].title, output);
            buffer_append_text(output, "</small>");
        }
        buffer_append_text(output, "</th>");
    }
    buffer_append_text(output, "</tr></thead>\n<tbody>\n");
    for (size_t row = 0; row < table.row_count; row++) {
        buffer_append_format(output, "<tr><th scope=\"row\">%s</th>", table.rows[row].name);
        for (size_t index = 0; index < figures->variant_count; index++)
            write_cell(&table.rows[row].cells[index], output);
        buffer_append_text(output, "</tr>\n");
    }
    buffer_append_text(output, "</tbody></table></div>\n");
    write_side_hint(figures, output);
    buffer_append_text(output, "</section>\n");
    side_table_release(&table);
}

static void write_sections(struct buffer *output)
{
    buffer_append_text(
        output,
        "<section id=\"timeline\">\n<h2>Timeline</h2>\n<p class=\"hint screen-only\">Move over a chart, or use the arrow keys; "
        "drag or "
        "press + and \u2212 to zoom, Esc to see everything again. Click a spike or a flag to see what it was.</p>\n"
        "<div class=\"toolbar screen-only\" role=\"group\" aria-label=\"Time axis\"></div>\n<div class=\"charts\"></div>\n"
        "<p class=\"cursor-text\" aria-live=\"polite\"></p>\n"
        "<noscript><p>The charts need JavaScript; every figure is in the tables and in the data "
        "below.</p></noscript>\n</section>\n"
        "<section id=\"anatomy\">\n<h2>Anatomy</h2>\n<div class=\"content\"></div>\n</section>\n"
        "<section id=\"events\">\n<h2>Events</h2>\n<div class=\"content\"></div>\n</section>\n");
}

static void write_explanation(const struct run_figures *figures, struct buffer *output)
{
    if (*figures->explanation == '\0')
        return;
    buffer_append_text(output, "<section id=\"explanation\">\n<h2>How to read this</h2>\n<div class=\"prose\">\n");
    markdown_to_html(figures->explanation, output);
    buffer_append_text(output, "</div>\n</section>\n");
}

static void write_data(const struct run_figures *figures, const struct report_options *options, struct buffer *output)
{
    buffer_append_text(
        output, "<section id=\"data\">\n<h2>Data</h2>\n<p><a class=\"download\" id=\"download-json\" href=\"#data\">JSON</a> "
                "<a class=\"download\" id=\"download-csv\" href=\"#data\">CSV</a></p>\n");
    if (options->command != NULL && *options->command != '\0') {
        buffer_append_text(output, "<p>This report again:</p>\n<pre><code>");
        html_escape(options->command, output);
        buffer_append_text(output, "</code></pre>\n");
    }
    if (*figures->command != '\0') {
        buffer_append_text(output, "<p>This run again:</p>\n<pre><code>");
        html_escape(figures->command, output);
        buffer_append_text(output, "</code></pre>\n");
    }
    buffer_append_text(output, "</section>\n");
}

/* JSON inside a script element: no "<" may end it. */
static void write_document(const struct run_figures *figures, struct buffer *output)
{
    AUTO_JSON cJSON *document = document_make(figures, MOST_SPIKES, MOST_EVENTS);
    AUTO_FREE char *text = json_print(document);
    buffer_append_text(output, "<script type=\"application/json\" id=\"run-data\">");
    for (const char *at = text; *at != '\0'; at++) {
        if (strchr("<>&", *at) != NULL)
            buffer_append_format(output, "\\u%04x", (unsigned)*at);
        else
            buffer_append_character(output, *at);
    }
    buffer_append_text(output, "</script>\n");
}

void html_write(const struct run_figures *figures, const struct report_options *options, struct buffer *output)
{
    /* Scripts run only with a number that nobody could know before: what a lesson smuggles in has none. */
    char nonce[HEX_TEXT_SIZE(NONCE_BYTES)];
    random_hex(NONCE_BYTES, nonce);
    write_head(figures, nonce, output);
    buffer_append_text(output, "<body>\n<main>\n");
    write_verdict(figures, output);
    write_expectations(figures, output);
    write_conditions(figures, output);
    write_side_by_side(figures, output);
    html_write_requests(figures, output);
    html_write_generators(figures, output);
    write_sections(output);
    write_explanation(figures, output);
    write_data(figures, options, output);
    buffer_append_text(output, "</main>\n<div id=\"detail\" role=\"dialog\" aria-label=\"Details\" hidden></div>\n");
    write_document(figures, output);
    for (const struct asset *asset = ASSET_SCRIPTS; asset->name != NULL; asset++) {
        buffer_append_format(output, "<script nonce=\"%s\">\n", nonce);
        buffer_append(output, asset->bytes, asset->length);
        buffer_append_text(output, "</script>\n");
    }
    buffer_append_text(output, "</body>\n</html>\n");
}
