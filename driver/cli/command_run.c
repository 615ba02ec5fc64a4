#include <stdlib.h>
#include <string.h>

#include "common/memory.h"
#include "driver/analyze/expectation.h"
#include "driver/cli/cli.h"
#include "driver/cli/run_session.h"

static const char help[] =
    "\n"
    "  LESSON            a lesson's folder or its lesson.yaml, such as lessons/readiness-probe\n"
    "  --target TARGET   embedded (default: a cluster of this machine's own, started for the run) or a kubeconfig context\n"
    "  --pace PACE       quick (default on embedded) or kubernetes: control-plane periods, and the lesson's values\n"
    "  --out DIR         folder of the run (default: runs/DATE-LESSON)\n"
    "  --keep            leave the cluster and the last variant's objects for playing on\n"
    "\n"
    "Exit status: 0 every expectation passed, 99 one did not, 1 a fault of the lab, 2 wrong usage or lesson, 130 Ctrl-C.\n";

static int run(int count, char **arguments)
{
    const char *target = TARGET_EMBEDDED;
    const char *pace = NULL;
    const char *out = NULL;
    const char *path = NULL;
    int keep = 0;
    const struct cli_option table[] = {{.name = "target", .value = &target},
                                       {.name = "pace", .value = &pace},
                                       {.name = "out", .value = &out},
                                       {.name = "keep", .flag = &keep},
                                       {0}};
    int parsed = cli_parse(&command_run, count, arguments, table, &path, 1, help);
    if (parsed != 0)
        return parsed < 0 ? EXIT_USAGE : EXIT_DONE;
    if (path == NULL)
        return cli_fail(EXIT_USAGE, "run: which lesson? For example: hpalab run lessons/readiness-probe");
    if (pace == NULL)
        pace = strcmp(target, TARGET_EMBEDDED) == 0 ? "quick" : "kubernetes";
    if (strcmp(pace, "quick") != 0 && strcmp(pace, "kubernetes") != 0)
        return cli_fail(EXIT_USAGE, "run: --pace: expected quick or kubernetes, not \"%s\"", pace);
    struct error error = ERROR_NONE;
    struct lesson *lesson = lesson_read(path, pace, expectation_check, &error);
    if (lesson == NULL)
        return cli_fail(EXIT_USAGE, "%s", error.text);
    if (lesson_is_live(lesson) && strcmp(target, TARGET_EMBEDDED) == 0) {
        (void)cli_fail(EXIT_USAGE,
                       "run: %s works in namespace %s, which a new embedded cluster has not; --target CONTEXT says where",
                       lesson->name, lesson->namespace);
        lesson_destroy(lesson);
        return EXIT_USAGE;
    }
    AUTO_FREE char *command = run_session_command("run", count, arguments);
    struct run_options options = {.target = target, .pace = pace, .command = command, .keep = keep != 0};
    int code = run_session(lesson, &options, out, NULL);
    lesson_destroy(lesson);
    return code;
}

const struct command command_run = {
    .name = "run",
    .usage = "LESSON [--target embedded|CONTEXT] [--pace quick|kubernetes] [--out DIR] [--keep]",
    .summary = "Runs a lesson and makes its report",
    .run = run,
};
