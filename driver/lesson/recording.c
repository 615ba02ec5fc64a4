#include "driver/lesson/recording.h"

#include <stdlib.h>
#include <string.h>

#include "common/clock.h"
#include "common/duration.h"
#include "common/memory.h"

#define LONGEST (24 * 3600 * NANOSECONDS_PER_SECOND)
#define NAME_CHARACTERS "abcdefghijklmnopqrstuvwxyz0123456789-."

/* Everything that is put into the YAML below has these characters alone. */
static int check(const char *watched, const char *namespace, size_t *kind_length, struct error *error)
{
    static const char *const kinds[] = {"hpa/", "deployment/", "statefulset/"};
    *kind_length = 0;
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
        if (strncmp(watched, kinds[i], strlen(kinds[i])) == 0)
            *kind_length = strlen(kinds[i]) - 1;
    const char *name = watched + *kind_length + 1;
    if (*kind_length == 0 || *name == '\0' || name[strspn(name, NAME_CHARACTERS)] != '\0')
        return error_set(error, "expected hpa/NAME, deployment/NAME or statefulset/NAME, not \"%.80s\"", watched);
    if (namespace[0] == '\0' || namespace[strspn(namespace, NAME_CHARACTERS)] != '\0')
        return error_set(error, "\"%.80s\" is no name of a namespace", namespace);
    return 0;
}

struct lesson *lesson_of_recording(const char *watched, const char *namespace, int64_t duration, struct error *error)
{
    size_t kind = 0;
    if (check(watched, namespace, &kind, error) < 0)
        return NULL;
    char length[DURATION_TEXT_SIZE];
    AUTO_FREE char *text = memory_format("apiVersion: hpalab/v1\n"
                                         "kind: Lesson\n"
                                         "metadata: {name: recording, title: \"A recording of %s in %s\"}\n"
                                         "spec:\n"
                                         "  namespace: \"%s\"\n"
                                         "  watch: {%.*s: \"%s\"}\n"
                                         "  variants: [{name: live}]\n"
                                         "  duration: \"%s\"\n",
                                         watched, namespace, namespace, (int)kind, watched, watched + kind + 1,
                                         duration_format_go(duration > 0 ? duration : LONGEST, length));
    struct lesson *lesson = lesson_parse("recording", text, "kubernetes", NULL, error);
    if (lesson != NULL && duration == 0) {
        lesson->duration = 0;
        lesson->endless = true;
    }
    return lesson;
}
