/*
 * Test data: writes a run that a model makes, and its report.
 *   example_report FOLDER FORMAT [hostile] [killed] [empty] [bare] [MINUTES]
 * The run goes to FOLDER/run, the report to standard output.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/memory.h"
#include "driver/analyze/analyze.h"
#include "driver/report/report.h"
#include "tests/unit/driver/example/example_run.h"

#define LARGEST_REPORT (64 * 1024 * 1024)

static int find_format(const char *name)
{
    static const char *const names[] = {"html", "text", "json", "csv"};
    for (int index = 0; index < 4; index++) {
        if (strcmp(name, names[index]) == 0)
            return index;
    }
    return -1;
}

int main(int count, char **arguments)
{
    struct example_options example = {0};
    int format = count > 2 ? find_format(arguments[2]) : -1;
    if (format < 0) {
        fprintf(stderr, "usage: example_report FOLDER html|text|json|csv [hostile] [killed] [empty] [bare] [MINUTES]\n");
        return 2;
    }
    for (int index = 3; index < count; index++) {
        example.hostile_text = example.hostile_text || strcmp(arguments[index], "hostile") == 0;
        example.empty = example.empty || strcmp(arguments[index], "empty") == 0;
        example.bare = example.bare || strcmp(arguments[index], "bare") == 0;
        example.killed = example.killed || strcmp(arguments[index], "killed") == 0;
        example.minutes = atoi(arguments[index]) > 0 ? atoi(arguments[index]) : example.minutes;
    }
    struct error error = ERROR_NONE;
    AUTO_FREE char *folder = memory_format("%s/run", arguments[1]);
    example_run_write(folder, &example);
    struct run_store *store = run_store_open(folder, &error);
    struct run_figures *figures = store != NULL ? analyze_run(store, &error) : NULL;
    struct buffer output;
    buffer_init(&output, LARGEST_REPORT);
    const struct report_options options = {.columns = 80, .command = "hpalab report runs/readiness-probe"};
    int result = figures != NULL ? report_write((enum report_format)format, figures, &options, &output, &error) : -1;
    if (result < 0)
        fprintf(stderr, "example_report: %s\n", error.text);
    else
        fwrite(output.data, 1, output.length, stdout);
    buffer_release(&output);
    run_figures_destroy(figures);
    run_store_close(store);
    return result < 0;
}
