#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/buffer.h"
#include "common/clock.h"
#include "common/duration.h"
#include "common/memory.h"
#include "driver/analyze/expectation.h"
#include "driver/cli/cli.h"
#include "driver/cli/figures_output.h"
#include "driver/cli/interrupt.h"
#include "driver/cli/kept_cluster.h"
#include "driver/cli/live.h"
#include "driver/run/run.h"

#define EMBEDDED "embedded"

static const char help[] =
    "\n"
    "  LESSON            a lesson's folder or its lesson.yaml, such as lessons/readiness-probe\n"
    "  --target TARGET   embedded (default: a cluster of this machine's own, started for the run) or a kubeconfig context\n"
    "  --pace PACE       quick (default on embedded) or kubernetes: control-plane periods, and the lesson's values\n"
    "  --out DIR         folder of the run (default: runs/DATE-LESSON)\n"
    "  --keep            leave the cluster and the last variant's objects for playing on\n"
    "\n"
    "Exit status: 0 every expectation passed, 99 one did not, 1 a fault of the lab, 2 wrong usage or lesson, 130 Ctrl-C.\n";

static char *typed_command(int count, char **arguments)
{
    AUTO_BUFFER struct buffer text = {0};
    buffer_init(&text, 4096);
    (void)buffer_append_text(&text, "hpalab run");
    for (int i = 0; i < count; i++)
        (void)buffer_append_format(&text, " %s", arguments[i]);
    return buffer_steal(&text);
}

/* runs/20261122-004828-readiness-probe */
static char *default_folder(const struct lesson *lesson)
{
    char now[CLOCK_TEXT_SIZE];
    char digits[CLOCK_TEXT_SIZE];
    size_t length = 0;
    (void)clock_format_seconds(clock_wall(), now);
    for (const char *at = now; *at != '\0'; at++) {
        if (*at >= '0' && *at <= '9')
            digits[length++] = *at;
        else if (*at == 'T')
            digits[length++] = '-';
    }
    digits[length] = '\0';
    return memory_format("runs/%s-%s", digits, lesson->name);
}

static char *absolute_path(const char *path, struct error *error)
{
    if (path[0] == '/')
        return memory_copy_text(path);
    AUTO_FREE char *here = getcwd(NULL, 0);
    if (here == NULL) {
        (void)error_set(error, "the working directory is gone: %s", strerror(errno));
        return NULL;
    }
    return memory_format("%s/%s", here, path);
}

static void announce(const struct lesson *lesson, const char *pace, const char *target)
{
    char expected[DURATION_TEXT_SIZE];
    (void)printf("%s\n%zu %s on %s at the %s pace, about %s.\n\n", lesson->title, lesson->variant_count,
                 lesson->variant_count == 1 ? "variant" : "variants",
                 strcmp(target, EMBEDDED) == 0 ? "the embedded cluster" : target, pace,
                 duration_format(run_expected_duration(lesson, pace), expected));
    (void)fflush(stdout);
}

/* The terminal's report, the HTML file beside the run, and the exit status that follows from the expectations. */
static int conclude(const char *folder)
{
    struct error error = ERROR_NONE;
    struct run_figures *figures = figures_load(folder, &error);
    if (figures == NULL)
        return cli_fail(EXIT_FAULT, "%s", error.text);
    AUTO_FREE char *html = memory_format("%s/report.html", folder);
    (void)printf("\n");
    int result = figures_print(figures, REPORT_TEXT, NULL, &error);
    if (result == 0)
        result = figures_print(figures, REPORT_HTML, html, &error);
    bool passed = figures->failed == 0 && figures->no_data == 0;
    run_figures_destroy(figures);
    if (result < 0)
        return cli_fail(EXIT_FAULT, "%s", error.text);
    (void)printf("\nReport: %s\n", html);
    return passed ? EXIT_DONE : EXIT_EXPECTATION;
}

static int remember_cluster(int pid, struct error *error)
{
    struct kept_cluster cluster;
    int result = kept_cluster_find(&cluster, error);
    if (result == 0)
        result = kept_cluster_remember(&cluster, pid, error);
    kept_cluster_release(&cluster);
    return result;
}

static void tell_kept(void)
{
    struct kept_cluster cluster;
    if (kept_cluster_find(&cluster, NULL) == 0 && cluster.pid != 0) {
        (void)printf("\n");
        kept_cluster_print(&cluster);
    }
    kept_cluster_release(&cluster);
}

static bool is_recorded(const char *folder)
{
    AUTO_FREE char *database = memory_format("%s/run.db", folder);
    return access(database, F_OK) == 0;
}

/* The exit status of a run that did not come to its end. */
static int conclude_early(const char *folder, int result, const char *reason)
{
    if (result < 0) {
        (void)cli_fail(EXIT_FAULT, "%s", reason);
        if (is_recorded(folder))
            (void)fprintf(stderr, "hpalab: what was recorded is in %s\n", folder);
        return EXIT_FAULT;
    }
    if (is_recorded(folder))
        (void)conclude(folder);
    return cli_fail(EXIT_INTERRUPTED, "ended early%s", is_recorded(folder) ? "" : "; nothing was recorded yet");
}

/* Where the embedded cluster lives: with the run, or, when it is to stay, where `hpalab cluster` finds it. */
static char *cluster_folder(const struct run_options *options, struct error *error)
{
    struct kept_cluster cluster;
    if (!options->keep || strcmp(options->target, EMBEDDED) != 0)
        return memory_format("%s/cluster", options->folder);
    char *folder = NULL;
    if (kept_cluster_find(&cluster, error) == 0) {
        if (cluster.pid != 0)
            (void)error_set(error, "a cluster is up already (KUBECONFIG=%s); `%s cluster down` ends it", cluster.kubeconfig,
                            program_invocation_name);
        else
            folder = memory_copy_text(cluster.folder);
    }
    kept_cluster_release(&cluster);
    return folder;
}

static int execute(struct run_options *options)
{
    struct error error = ERROR_NONE;
    AUTO_FREE char *cluster = cluster_folder(options, &error);
    if (cluster == NULL)
        return cli_fail(EXIT_FAULT, "%s", error.text);
    options->cluster_folder = cluster;
    struct live *live = live_create();
    options->context = live;
    options->progress = live_progress;
    options->stop = interrupt_catch();
    options->cluster_is_up = remember_cluster;
    announce(options->lesson, options->pace, options->target);
    int result = run_lesson(options, &error);
    live_destroy(live);
    int code = result == 0 ? conclude(options->folder) : conclude_early(options->folder, result, error.text);
    if (options->keep && strcmp(options->target, EMBEDDED) == 0)
        tell_kept();
    return code;
}

static int run_with_lesson(const struct lesson *lesson, struct run_options *options, const char *out)
{
    struct error error = ERROR_NONE;
    AUTO_FREE char *chosen = out != NULL ? memory_copy_text(out) : default_folder(lesson);
    AUTO_FREE char *folder = absolute_path(chosen, &error);
    if (folder == NULL)
        return cli_fail(EXIT_FAULT, "%s", error.text);
    if (out == NULL && mkdir("runs", 0755) < 0 && errno != EEXIST)
        return cli_fail(EXIT_FAULT, "runs: %s", strerror(errno));
    options->lesson = lesson;
    options->folder = folder;
    return execute(options);
}

static int run(int count, char **arguments)
{
    const char *target = EMBEDDED;
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
        pace = strcmp(target, EMBEDDED) == 0 ? "quick" : "kubernetes";
    if (strcmp(pace, "quick") != 0 && strcmp(pace, "kubernetes") != 0)
        return cli_fail(EXIT_USAGE, "run: --pace: expected quick or kubernetes, not \"%s\"", pace);
    struct error error = ERROR_NONE;
    struct lesson *lesson = lesson_read(path, pace, expectation_check, &error);
    if (lesson == NULL)
        return cli_fail(EXIT_USAGE, "%s", error.text);
    AUTO_FREE char *command = typed_command(count, arguments);
    struct run_options options = {.target = target, .pace = pace, .command = command, .keep = keep != 0};
    int code = run_with_lesson(lesson, &options, out);
    lesson_destroy(lesson);
    return code;
}

const struct command command_run = {
    .name = "run",
    .usage = "LESSON [--target embedded|CONTEXT] [--pace quick|kubernetes] [--out DIR] [--keep]",
    .summary = "Runs a lesson and makes its report",
    .run = run,
};
