#include <stdio.h>

#include "common/memory.h"
#include "driver/cli/cli.h"
#include "driver/cli/figures_output.h"

static const char help[] = "\n"
                           "  RUN               folder of a run (runs/...), or its run.db\n"
                           "  --format FORMAT   text (default), html or json\n"
                           "  --output FILE     write there instead of to standard output\n";

static int compare(const char *const paths[2], enum report_format format, const char *output)
{
    struct error error = ERROR_NONE;
    struct run_figures *left = figures_load(paths[0], &error);
    if (left == NULL)
        return cli_fail(EXIT_USAGE, "%s", error.text);
    struct run_figures *right = figures_load(paths[1], &error);
    int code = EXIT_DONE;
    if (right == NULL)
        code = cli_fail(EXIT_USAGE, "%s", error.text);
    else if (figures_print_comparison(left, right, format, output, &error) < 0)
        code = cli_fail(EXIT_FAULT, "%s", error.text);
    run_figures_destroy(left);
    run_figures_destroy(right);
    return code;
}

static int run(int count, char **arguments)
{
    const char *format_name = "text";
    const char *output = NULL;
    const char *paths[2];
    const struct cli_option options[] = {{.name = "format", .value = &format_name}, {.name = "output", .value = &output}, {0}};
    int parsed = cli_parse(&command_compare, count, arguments, options, paths, 2, help);
    if (parsed != 0)
        return parsed < 0 ? EXIT_USAGE : EXIT_DONE;
    enum report_format format = REPORT_TEXT;
    if (paths[1] == NULL)
        return cli_fail(EXIT_USAGE, "compare: which two runs? `hpalab runs` lists them");
    if (figures_format(format_name, &format) < 0 || format == REPORT_CSV)
        return cli_fail(EXIT_USAGE, "compare: --format: expected text, html or json, not \"%s\"", format_name);
    return compare(paths, format, output);
}

const struct command command_compare = {
    .name = "compare",
    .usage = "RUN RUN [--format text|html|json] [--output FILE]",
    .summary = "Puts two recorded runs side by side",
    .run = run,
};
