/* Any bytes as a lesson's file: it is read, or refused with the file's name in front. */
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "common/memory.h"
#include "driver/analyze/expectation.h"
#include "driver/lesson/lesson.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void use(const struct lesson *lesson)
{
    int64_t duration = lesson_load_duration(lesson);
    for (size_t i = 0; i < lesson->load_count; i++) {
        (void)load_spec_planned(&lesson->loads[i]);
        if (load_spec_duration(&lesson->loads[i]) > duration)
            abort();
    }
    if (lesson->variant_count == 0 || duration <= 0)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const paces[] = {"quick", "kubernetes"};
    AUTO_CLOSE int descriptor = memfd_create("lesson", MFD_CLOEXEC);
    if (descriptor < 0 || write(descriptor, data, size) != (ssize_t)size)
        return 0;
    char path[64];
    (void)snprintf(path, sizeof path, "/proc/self/fd/%d", descriptor);
    for (size_t i = 0; i < 2; i++) {
        struct error error = ERROR_NONE;
        struct lesson *lesson = lesson_read(path, paces[i], expectation_check, &error);
        if (lesson != NULL)
            use(lesson);
        else if (strncmp(error.text, path, strlen(path)) != 0)
            abort();
        lesson_destroy(lesson);
    }
    return 0;
}
