#include <stdio.h>

#include "common/memory.h"
#include "driver/cli/cli.h"
#include "driver/cli/figures_output.h"
#include "driver/cli/remote_output.h"

static const char help[] = "\n"
                           "  RUN               folder of a run (runs/...), or its run.db\n"
                           "  --format FORMAT   text (default), html, json, csv or junit\n"
                           "  --output FILE     write there instead of to standard output\n"
                           "  --out prometheus=URL  write its time series there, as Prometheus's remote\n"
                           "                        write; no report then, unless --output says where\n";

static int run(int count, char **arguments)
{
    const char *format_name = "text";
    const char *output = NULL;
    const char *path = NULL;
    const char *folder = NULL;
    const char *url = NULL;
    struct cli_list outputs = {.count = 0};
    const struct cli_option options[] = {
        {.name = "format", .value = &format_name}, {.name = "output", .value = &output}, {.name = "out", .list = &outputs}, {0}};
    int parsed = cli_parse(&command_report, count, arguments, options, &path, 1, help);
    if (parsed != 0)
        return parsed < 0 ? EXIT_USAGE : EXIT_DONE;
    enum report_format format = REPORT_TEXT;
    if (path == NULL)
        return cli_fail(EXIT_USAGE, "report: which run? `hpalab runs` lists them");
    if (figures_format(format_name, &format) < 0)
        return cli_fail(EXIT_USAGE, "report: --format: expected text, html, json, csv or junit, not \"%s\"", format_name);
    struct error error = ERROR_NONE;
    if (remote_output_read(&outputs, &folder, &url, &error) < 0)
        return cli_fail(EXIT_USAGE, "report: %s", error.text);
    if (folder != NULL)
        return cli_fail(EXIT_USAGE, "report: --out: expected prometheus=URL, not \"%s\"; --output names a file", folder);
    struct run_figures *figures = figures_load(path, &error);
    if (figures == NULL)
        return cli_fail(EXIT_USAGE, "%s", error.text);
    int result = url != NULL ? remote_output_write(url, path, figures, &error) : 0;
    if (result == 0 && (url == NULL || output != NULL))
        result = figures_print(figures, format, output, &error);
    run_figures_destroy(figures);
    return result < 0 ? cli_fail(EXIT_FAULT, "%s", error.text) : EXIT_DONE;
}

const struct command command_report = {
    .name = "report",
    .usage = "RUN [--format text|html|json|csv|junit] [--output FILE] [--out prometheus=URL]",
    .summary = "Makes a report of a recorded run",
    .run = run,
};
