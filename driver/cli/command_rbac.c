#include <stdio.h>
#include <string.h>

#include "common/buffer.h"
#include "common/memory.h"
#include "driver/analyze/expectation.h"
#include "driver/cli/cli.h"
#include "driver/lesson/recording.h"
#include "driver/run/rights.h"

#define YAML_MAXIMUM (64 * 1024)
#define LONGEST_NAME 63

static const char help[] = "\n"
                           "  LESSON            a lesson that works in a namespace that exists\n"
                           "                    (spec.namespace)\n"
                           "  --watch WHAT      instead of a lesson: what `hpalab record` watches, such as\n"
                           "                    hpa/webapp\n"
                           "  -n, --namespace NAMESPACE\n"
                           "                    with --watch: where that is\n"
                           "  --name NAME       of the ServiceAccount, Role and RoleBinding (default:\n"
                           "                    hpalab)\n"
                           "\n"
                           "Prints YAML; kubectl apply -f - takes it. With it, and nothing else, the lesson\n"
                           "runs.\n";

static int print(const struct lesson *lesson, const char *name)
{
    AUTO_BUFFER struct buffer yaml = {0};
    buffer_init(&yaml, YAML_MAXIMUM);
    rights_write(lesson, name, &yaml);
    (void)fwrite(yaml.data, 1, yaml.length, stdout);
    return EXIT_DONE;
}

static int run(int count, char **arguments)
{
    const char *path = NULL;
    const char *watch = NULL;
    const char *namespace = NULL;
    const char *name = "hpalab";
    const struct cli_option table[] = {{.name = "watch", .value = &watch},
                                       {.name = "namespace", .value = &namespace, .letter = 'n'},
                                       {.name = "name", .value = &name},
                                       {0}};
    int parsed = cli_parse(&command_rbac, count, arguments, table, &path, 1, help);
    if (parsed != 0)
        return parsed < 0 ? EXIT_USAGE : EXIT_DONE;
    bool of_lesson = path != NULL && watch == NULL && namespace == NULL;
    bool of_recording = path == NULL && watch != NULL && namespace != NULL;
    if (!of_lesson && !of_recording)
        return cli_fail(EXIT_USAGE, "rbac: of which lesson? Or of which recording: --watch hpa/NAME -n NAMESPACE");
    if (strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-") != strlen(name) || strlen(name) > LONGEST_NAME)
        return cli_fail(EXIT_USAGE, "rbac: --name: expected at most %d lower-case letters, digits and dashes", LONGEST_NAME);
    struct error error = ERROR_NONE;
    struct lesson *lesson = path != NULL ? lesson_read(path, "kubernetes", expectation_check, &error)
                                         : lesson_of_recording(watch, namespace, 0, &error);
    if (lesson == NULL)
        return cli_fail(EXIT_USAGE, "%s%s", path != NULL ? "" : "rbac: ", error.text);
    int code =
        lesson_is_live(lesson)
            ? print(lesson, name)
            : cli_fail(EXIT_USAGE, "rbac: %s makes and removes namespaces of its own: it needs an administrator", lesson->name);
    lesson_destroy(lesson);
    return code;
}

const struct command command_rbac = {
    .name = "rbac",
    .usage = "LESSON | --watch hpa/NAME -n NAMESPACE",
    .summary = "Prints what a lesson on a service of one's own must be allowed",
    .run = run,
};
