#include "cluster/kubelet/image.h"

#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/memory.h"
#include "common/version.h"

#define SHORT_NAME "hpalab:" HPALAB_VERSION
#define FULL_NAME "docker.io/library/" SHORT_NAME

bool image_is_present(const char *image)
{
    return strcmp(image, SHORT_NAME) == 0 || strcmp(image, "docker.io/" SHORT_NAME) == 0 || strcmp(image, FULL_NAME) == 0;
}

const char *image_full_name(void)
{
    return FULL_NAME;
}

char *image_identity(char text[72])
{
    uint64_t state = UINT64_C(14695981039346656037);
    for (const char *at = FULL_NAME; *at != '\0'; at++)
        state = (state ^ (uint8_t)*at) * UINT64_C(1099511628211);
    size_t length = (size_t)snprintf(text, 72, "sha256:");
    for (int part = 0; part < 4; part++) {
        length += (size_t)snprintf(text + length, 72 - length, "%016" PRIx64, state);
        state = (state ^ (state >> 29)) * UINT64_C(1099511628211);
    }
    return text;
}

char *image_find_program(const char *folder, const char *name, struct error *error)
{
    struct stat about;
    AUTO_FREE char *path = memory_format("%s/%s", folder, name);
    const bool plain = name[0] != '\0' && name[0] != '.' && strchr(name, '/') == NULL;
    if (!plain || stat(path, &about) < 0 || !S_ISREG(about.st_mode)) {
        error_set(error, "exec: \"%s\": executable file not found in $PATH", name);
        return NULL;
    }
    if (access(path, X_OK) < 0) {
        error_set(error, "exec: \"%s\": permission denied", name);
        return NULL;
    }
    return steal_pointer(&path);
}
