#include "driver/report/report.h"

#include <stdlib.h>

#include "driver/report/csv.h"
#include "driver/report/document.h"
#include "driver/report/html.h"
#include "driver/report/junit.h"
#include "driver/report/pairing.h"
#include "driver/report/text_report.h"

static void write_json(const struct run_figures *figures, struct buffer *output)
{
    AUTO_JSON cJSON *document = document_make(figures, 0, 0);
    AUTO_FREE char *text = json_print(document);
    buffer_append_text(output, text);
    buffer_append_character(output, '\n');
}

int report_write(enum report_format format, const struct run_figures *figures, const struct report_options *options,
                 struct buffer *output, struct error *error)
{
    switch (format) {
    case REPORT_HTML:
        html_write(figures, options, output);
        break;
    case REPORT_TEXT:
        text_report_write(figures, options, output);
        break;
    case REPORT_JSON:
        write_json(figures, output);
        break;
    case REPORT_CSV:
        csv_write(figures, output);
        break;
    case REPORT_JUNIT:
        junit_write(figures, output);
        break;
    }
    if (output->overflowed)
        return error_set(error, "the report is larger than %zu bytes", output->maximum);
    return 0;
}

int report_compare(enum report_format format, const struct run_figures *left, const struct run_figures *right,
                   const struct report_options *options, struct buffer *output, struct error *error)
{
    if (format == REPORT_CSV || format == REPORT_JUNIT)
        return error_set(error, "a comparison is written as text, JSON or HTML, not as CSV or JUnit");
    struct run_figures *pairing = pairing_make(left, right);
    int result = report_write(format, pairing, options, output, error);
    pairing_release(pairing);
    return result;
}
