#include "driver/cli/figures_output.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/file.h"
#include "common/memory.h"
#include "driver/analyze/analyze.h"
#include "driver/cli/screen.h"
#include "driver/store/run_store.h"

#define REPORT_MAXIMUM (64 * 1024 * 1024)

struct run_figures *figures_load(const char *path, struct error *error)
{
    struct run_store *store = run_store_open(path, error);
    if (store == NULL)
        return NULL;
    struct run_figures *figures = analyze_run(store, error);
    run_store_close(store);
    return figures;
}

int figures_format(const char *name, enum report_format *format)
{
    static const char *const names[] = {
        [REPORT_HTML] = "html", [REPORT_TEXT] = "text", [REPORT_JSON] = "json", [REPORT_CSV] = "csv", [REPORT_JUNIT] = "junit"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        if (strcmp(names[i], name) == 0) {
            *format = (enum report_format)i;
            return 0;
        }
    }
    return -1;
}

static struct report_options options_for(const char *path)
{
    struct report_options options = {.color = path == NULL && screen_color(), .columns = 80, .command = ""};
    int columns = path == NULL ? screen_columns() : 0;
    if (columns >= 60)
        options.columns = columns < 120 ? columns : 120;
    return options;
}

static int emit(const struct buffer *output, const char *path, struct error *error)
{
    if (path != NULL)
        return file_write(path, output->data, output->length, 0644, error);
    if (fwrite(output->data, 1, output->length, stdout) != output->length || fflush(stdout) != 0)
        return error_set(error, "standard output: %s", strerror(errno));
    return 0;
}

int figures_print(const struct run_figures *figures, enum report_format format, const char *path, struct error *error)
{
    struct report_options options = options_for(path);
    options.command = figures->command;
    AUTO_BUFFER struct buffer output = {0};
    buffer_init(&output, REPORT_MAXIMUM);
    return report_write(format, figures, &options, &output, error) < 0 ? -1 : emit(&output, path, error);
}

int figures_print_comparison(const struct run_figures *left, const struct run_figures *right, enum report_format format,
                             const char *path, struct error *error)
{
    struct report_options options = options_for(path);
    AUTO_BUFFER struct buffer output = {0};
    buffer_init(&output, REPORT_MAXIMUM);
    return report_compare(format, left, right, &options, &output, error) < 0 ? -1 : emit(&output, path, error);
}
