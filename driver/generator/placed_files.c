#include "driver/generator/placed_files.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "common/memory.h"

static int write_all(int descriptor, const char *text)
{
    size_t length = strlen(text);
    for (size_t done = 0; done < length;) {
        ssize_t written = write(descriptor, text + done, length - done);
        if (written < 0)
            return -1;
        done += (size_t)written;
    }
    return 0;
}

/* text NULL: the path stays as it is. */
static int place(const char *text, char **path, int *descriptor, struct error *error)
{
    if (text == NULL)
        return 0;
    *descriptor = memfd_create("plan", MFD_CLOEXEC);
    if (*descriptor < 0 || write_all(*descriptor, text) < 0)
        return error_set(error, "cannot keep a file of the plan: %s", strerror(errno));
    free(*path);
    *path = memory_format("/proc/self/fd/%d", *descriptor);
    return 0;
}

int placed_files_create(struct wire_load *load, struct placed_files *placed, struct error *error)
{
    struct load_tls *tls = &load->spec.tls;
    *placed = (struct placed_files){.descriptors = {-1, -1, -1}};
    if (place(load->files.ca, &tls->ca_file, &placed->descriptors[0], error) < 0 ||
        place(load->files.certificate, &tls->certificate_file, &placed->descriptors[1], error) < 0)
        return -1;
    return place(load->files.key, &tls->key_file, &placed->descriptors[2], error);
}

void placed_files_release(struct placed_files *placed)
{
    for (size_t i = 0; i < PLACED_FILES_MOST; i++)
        memory_close_descriptor(&placed->descriptors[i]);
}
