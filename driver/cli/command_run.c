#include <stdlib.h>
#include <string.h>

#include "common/memory.h"
#include "driver/analyze/expectation.h"
#include "driver/cli/cli.h"
#include "driver/cli/consent.h"
#include "driver/cli/remote_output.h"
#include "driver/cli/run_session.h"

static const char help[] = "\n"
                           "  LESSON            a lesson's folder or its lesson.yaml, such as\n"
                           "                    lessons/readiness-probe\n"
                           "  --target TARGET   embedded (default: a cluster of this machine's own, started\n"
                           "                    for the run) or a kubeconfig context\n"
                           "  --pace PACE       quick (default on embedded) or kubernetes: control-plane\n"
                           "                    periods, and the lesson's values\n"
                           "  --out DIR         folder of the run (default: runs/DATE-LESSON)\n"
                           "  --out prometheus=URL  at its end, also write its time series there, as\n"
                           "                        Prometheus's remote write\n"
                           "  --keep            leave the cluster and the last variant's objects for\n"
                           "                    playing on\n"
                           "  --format FORMAT   of the report: text (default), or junit: also JUnit XML for\n"
                           "                    CI, a test case an expectation\n"
                           "  --output FILE     where the JUnit XML goes (default: junit.xml in the folder\n"
                           "                    of the run)\n"
                           "  --max-rate N      refuse a lesson that sends more requests a second\n"
                           "  --yes             load a cluster that is not kind's without asking\n"
                           "\n"
                           "Exit status: 0 every expectation passed, 99 one did not, 1 a fault of the lab,\n"
                           "2 wrong usage or lesson, 130 Ctrl-C.\n";

/* What keeps a lesson from being run at all, before anything is done. */
static int check(const struct lesson *lesson, const char *target, const char *max_rate, bool yes)
{
    if (lesson_is_live(lesson) && strcmp(target, TARGET_EMBEDDED) == 0)
        return cli_fail(EXIT_USAGE,
                        "run: %s works in namespace %s, which a new embedded cluster has not; --target CONTEXT says where",
                        lesson->name, lesson->namespace);
    int code = consent_check_rate(lesson, max_rate);
    return code == EXIT_DONE ? consent_ask(lesson, target, yes) : code;
}

static int run(int count, char **arguments)
{
    const char *target = TARGET_EMBEDDED;
    const char *pace = NULL;
    const char *out = NULL;
    const char *remote = NULL;
    struct cli_list outputs = {.count = 0};
    const char *path = NULL;
    const char *format = "text";
    const char *output = NULL;
    const char *max_rate = NULL;
    int keep = 0;
    int yes = 0;
    const struct cli_option table[] = {
        {.name = "target", .value = &target},     {.name = "pace", .value = &pace},     {.name = "out", .list = &outputs},
        {.name = "keep", .flag = &keep},          {.name = "format", .value = &format}, {.name = "output", .value = &output},
        {.name = "max-rate", .value = &max_rate}, {.name = "yes", .flag = &yes},        {0}};
    int parsed = cli_parse(&command_run, count, arguments, table, &path, 1, help);
    if (parsed != 0)
        return parsed < 0 ? EXIT_USAGE : EXIT_DONE;
    if (path == NULL)
        return cli_fail(EXIT_USAGE, "run: which lesson? For example: hpalab run lessons/readiness-probe");
    if (pace == NULL)
        pace = strcmp(target, TARGET_EMBEDDED) == 0 ? "quick" : "kubernetes";
    if (strcmp(pace, "quick") != 0 && strcmp(pace, "kubernetes") != 0)
        return cli_fail(EXIT_USAGE, "run: --pace: expected quick or kubernetes, not \"%s\"", pace);
    bool junit = strcmp(format, "junit") == 0;
    if (!junit && (strcmp(format, "text") != 0 || output != NULL))
        return output != NULL ? cli_fail(EXIT_USAGE, "run: --output goes with --format junit")
                              : cli_fail(EXIT_USAGE, "run: --format: expected text or junit, not \"%s\"", format);
    struct error error = ERROR_NONE;
    if (remote_output_read(&outputs, &out, &remote, &error) < 0)
        return cli_fail(EXIT_USAGE, "run: %s", error.text);
    struct lesson *lesson = lesson_read(path, pace, expectation_check, &error);
    if (lesson == NULL)
        return cli_fail(EXIT_USAGE, "%s", error.text);
    int code = check(lesson, target, max_rate, yes != 0);
    AUTO_FREE char *command = run_session_command("run", count, arguments);
    struct run_options options = {.target = target, .pace = pace, .command = command, .keep = keep != 0};
    const struct run_session_extra extra = {.junit = junit, .junit_file = output, .remote_url = remote};
    if (code == EXIT_DONE)
        code = run_session(lesson, &options, out, &extra);
    lesson_destroy(lesson);
    return code;
}

const struct command command_run = {
    .name = "run",
    .usage =
        "LESSON [--target embedded|CONTEXT] [--pace quick|kubernetes] [--out DIR] [--format junit] [--max-rate N] [--yes] ...",
    .summary = "Runs a lesson and makes its report",
    .run = run,
};
