/* Files that travel with a plan. */
#include <stdlib.h>
#include <string.h>

#include "common/file.h"
#include "common/memory.h"
#include "common/utf8.h"
#include "driver/wire/wire_plan.h"

static int read_file(const char *path, char **text, struct error *error)
{
    size_t length = 0;
    if (path == NULL)
        return 0;
    *text = file_read(path, WIRE_FILE_MAXIMUM, &length, error);
    if (*text == NULL)
        return -1;
    return strlen(*text) == length && utf8_is_valid(*text) ? 0 : error_set(error, "%s: expected PEM, which is text", path);
}

int wire_files_read(const struct load_spec *spec, struct wire_files *files, struct error *error)
{
    *files = (struct wire_files){.ca = NULL};
    if (read_file(spec->tls.ca_file, &files->ca, error) == 0 &&
        read_file(spec->tls.certificate_file, &files->certificate, error) == 0 &&
        read_file(spec->tls.key_file, &files->key, error) == 0)
        return 0;
    wire_files_release(files);
    return -1;
}

void wire_files_release(struct wire_files *files)
{
    free(files->ca);
    free(files->certificate);
    memory_wipe_text(files->key);
    *files = (struct wire_files){.ca = NULL};
}
