#include "driver/cli/remote_output.h"

#include <stdlib.h>
#include <string.h>

#include "common/memory.h"
#include "driver/remote_write/remote_write.h"
#include "driver/remote_write/run_series.h"

#define PREFIX "prometheus="
#define TOKEN_VARIABLE "HPALAB_REMOTE_WRITE_TOKEN"

int remote_output_read(const struct cli_list *outputs, const char **folder, const char **url, struct error *error)
{
    *folder = *url = NULL;
    for (size_t i = 0; i < outputs->count; i++) {
        bool remote = strncmp(outputs->values[i], PREFIX, strlen(PREFIX)) == 0;
        const char **place = remote ? url : folder;
        if (*place != NULL)
            return error_set(error, "--out: expected one %s", remote ? "prometheus=URL" : "folder");
        *place = outputs->values[i] + (remote ? strlen(PREFIX) : 0);
    }
    return *url == NULL || remote_write_check(*url, error) == 0 ? 0 : error_context(error, "--out prometheus=URL");
}

/* The last part of the folder's name. */
static char *run_name(const char *folder)
{
    size_t length = strlen(folder);
    while (length > 1 && folder[length - 1] == '/')
        length--;
    AUTO_FREE char *path = memory_copy_bytes(folder, length);
    const char *slash = strrchr(path, '/');
    return memory_copy_text(slash != NULL ? slash + 1 : path);
}

int remote_output_write(const char *url, const char *folder, const struct run_figures *figures, struct error *error)
{
    struct time_series_set set = {0};
    AUTO_FREE char *run = run_name(folder);
    run_series_make(figures, run, &set);
    int result = remote_write_send(url, getenv(TOKEN_VARIABLE), &set, error);
    time_series_set_release(&set);
    return result;
}
