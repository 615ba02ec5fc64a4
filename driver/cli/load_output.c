#include "driver/cli/load_output.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/file.h"
#include "common/memory.h"

#define FILE_MAXIMUM ((size_t)256 * 1024 * 1024)

typedef void write_function(const struct load_report *report, struct buffer *text);

static const struct format {
    const char *ending;
    write_function *write;
} FORMATS[] = {
    {".json", load_report_json}, {".csv", load_report_csv}, {".hdr", load_report_percentiles}, {".prom", load_report_prometheus}};

/* NULL when the ending is none of them. */
static write_function *find_format(const char *path)
{
    const char *slash = strrchr(path, '/');
    const char *name = slash != NULL ? slash + 1 : path;
    const char *dot = strrchr(name, '.');
    for (size_t i = 0; dot != NULL && dot != name && i < sizeof FORMATS / sizeof *FORMATS; i++)
        if (strcmp(FORMATS[i].ending, dot) == 0)
            return FORMATS[i].write;
    return NULL;
}

static int check(const char *path, struct error *error)
{
    struct stat status;
    const char *slash = strrchr(path, '/');
    AUTO_FREE char *folder = slash == NULL   ? memory_copy_text(".")
                             : slash == path ? memory_copy_text("/")
                                             : memory_copy_bytes(path, (size_t)(slash - path));
    if (find_format(path) == NULL)
        return error_set(error, "--out: %s: expected a name that ends with .json, .csv, .hdr or .prom", path);
    if (stat(folder, &status) == 0 && !S_ISDIR(status.st_mode))
        return error_set(error, "--out: %s: %s is no folder", path, folder);
    if (access(folder, W_OK | X_OK) < 0)
        return error_set(error, "--out: %s: the folder cannot be written to: %s", path, strerror(errno));
    if (stat(path, &status) == 0 && !S_ISREG(status.st_mode))
        return error_set(error, "--out: %s: there is something else than a file", path);
    return 0;
}

int load_outputs_check(const struct cli_list *paths, struct error *error)
{
    for (size_t i = 0; i < paths->count; i++)
        if (check(paths->values[i], error) < 0)
            return -1;
    return 0;
}

int load_outputs_write(const struct cli_list *paths, const struct load_report *report, struct error *error)
{
    int result = 0;
    for (size_t i = 0; i < paths->count; i++) {
        AUTO_BUFFER struct buffer text = {0};
        buffer_init(&text, FILE_MAXIMUM);
        find_format(paths->values[i])(report, &text);
        struct error *first = result == 0 ? error : NULL;
        if (text.overflowed)
            result = error_set(first, "%s: larger than %zu bytes", paths->values[i], FILE_MAXIMUM);
        else if (file_write(paths->values[i], text.data, text.length, 0644, first) < 0)
            result = -1;
    }
    return result;
}
