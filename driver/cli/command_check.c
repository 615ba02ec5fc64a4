#include <stdio.h>
#include <string.h>

#include "driver/analyze/expectation.h"
#include "driver/cli/cli.h"
#include "driver/cli/interrupt.h"
#include "driver/run/check.h"

static const char help[] = "\n"
                           "Tells in one line each what would keep the lesson from working there, with its\n"
                           "cure; makes and changes nothing. A run checks the same before it starts.\n"
                           "\n"
                           "  LESSON              a lesson's folder or its lesson.yaml\n"
                           "  --context CONTEXT   of the kubeconfig (default: its current context)\n"
                           "  --kubeconfig FILE   default: $KUBECONFIG, in a pod its ServiceAccount, else\n"
                           "                      ~/.kube/config\n"
                           "\n"
                           "Exit status: 0 nothing is in the way, 1 something is, 2 wrong usage or lesson.\n";

static int tell(const struct obstacles *obstacles)
{
    size_t fatal = obstacles_fatal(obstacles);
    for (size_t i = 0; i < obstacles->count; i++)
        (void)printf("%s %s\n", obstacles->entries[i].fatal ? "problem:" : "warning:", obstacles->entries[i].text);
    if (fatal == 0)
        (void)printf("%s\n", obstacles->count == 0 ? "Nothing is in the way." : "The lesson can run.");
    return fatal == 0 ? EXIT_DONE : EXIT_FAULT;
}

static int check(const struct lesson *lesson, const char *kubeconfig, const char *context)
{
    struct error error = ERROR_NONE;
    struct kube_client *client = kube_open(kubeconfig, context, &error);
    if (client == NULL)
        return cli_fail(EXIT_FAULT, "%s", error.text);
    AUTO_OBSTACLES struct obstacles obstacles;
    int result = lesson_check(lesson, client, interrupt_catch(), &obstacles, &error);
    kube_close(client);
    return result == 0 ? tell(&obstacles) : cli_fail(EXIT_FAULT, "%s", error.text);
}

static int run(int count, char **arguments)
{
    const char *context = NULL;
    const char *kubeconfig = NULL;
    const char *path = NULL;
    const struct cli_option table[] = {{.name = "context", .value = &context}, {.name = "kubeconfig", .value = &kubeconfig}, {0}};
    int parsed = cli_parse(&command_check, count, arguments, table, &path, 1, help);
    if (parsed != 0)
        return parsed < 0 ? EXIT_USAGE : EXIT_DONE;
    if (path == NULL)
        return cli_fail(EXIT_USAGE, "check: which lesson? For example: hpalab check lessons/readiness-probe");
    struct error error = ERROR_NONE;
    struct lesson *lesson = lesson_read(path, "kubernetes", expectation_check, &error);
    if (lesson == NULL)
        return cli_fail(EXIT_USAGE, "%s", error.text);
    int code = check(lesson, kubeconfig, context);
    lesson_destroy(lesson);
    return code;
}

const struct command command_check = {
    .name = "check",
    .usage = "LESSON [--context CONTEXT] [--kubeconfig FILE]",
    .summary = "Tells what would keep a lesson from working on a cluster",
    .run = run,
};
