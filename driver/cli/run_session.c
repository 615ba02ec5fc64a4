#include "driver/cli/run_session.h"

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
#include "driver/cli/cli.h"
#include "driver/cli/figures_output.h"
#include "driver/cli/interrupt.h"
#include "driver/cli/kept_cluster.h"
#include "driver/cli/live.h"
#include "driver/cli/remote_output.h"

char *run_session_folder(const char *base, const struct lesson *lesson)
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
    return memory_format("%s/%s-%s", base, digits, lesson->name);
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
    if (lesson->endless) {
        (void)printf("%s on %s, until Ctrl-C.\n\n", lesson->title, target);
        (void)fflush(stdout);
        return;
    }
    char expected[DURATION_TEXT_SIZE];
    (void)printf("%s\n%zu %s on %s at the %s pace, about %s.\n\n", lesson->title, lesson->variant_count,
                 lesson->variant_count == 1 ? "variant" : "variants",
                 strcmp(target, TARGET_EMBEDDED) == 0 ? "the embedded cluster" : target, pace,
                 duration_format(run_expected_duration(lesson, pace), expected));
    (void)fflush(stdout);
}

int run_session_conclude(const char *folder, const struct run_session_extra *extra)
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
    AUTO_FREE char *junit = extra == NULL || !extra->junit ? NULL
                            : extra->junit_file != NULL    ? memory_copy_text(extra->junit_file)
                                                           : memory_format("%s/junit.xml", folder);
    if (result == 0 && junit != NULL)
        result = figures_print(figures, REPORT_JUNIT, junit, &error);
    if (result == 0 && extra != NULL && extra->remote_url != NULL)
        result = remote_output_write(extra->remote_url, folder, figures, &error);
    bool passed = figures->failed == 0 && figures->no_data == 0;
    AUTO_FREE char *fault = memory_copy_text(figures->fault);
    run_figures_destroy(figures);
    if (result < 0)
        return cli_fail(EXIT_FAULT, "%s", error.text);
    (void)printf("\nReport: %s\n", html);
    if (junit != NULL)
        (void)printf("JUnit: %s\n", junit);
    if (fault[0] != '\0')
        return cli_fail(EXIT_FAULT, "%s", fault);
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

static void tell_problem(const char *text)
{
    (void)cli_fail(0, "%s", text);
}

static bool is_recorded(const char *folder)
{
    AUTO_FREE char *database = memory_format("%s/run.db", folder);
    return access(database, F_OK) == 0;
}

/* The exit status of a run that did not come to its end. */
static int conclude_early(const char *folder, int result, const char *reason, const struct run_session_extra *extra)
{
    if (result < 0) {
        (void)cli_fail(EXIT_FAULT, "%s", reason);
        if (is_recorded(folder))
            (void)fprintf(stderr, "hpalab: what was recorded is in %s\n", folder);
        return EXIT_FAULT;
    }
    if (is_recorded(folder))
        (void)run_session_conclude(folder, extra);
    return cli_fail(EXIT_INTERRUPTED, "ended early%s", is_recorded(folder) ? "" : "; nothing was recorded yet");
}

/* Where the embedded cluster lives: with the run, or, when it is to stay, where `hpalab cluster` finds it. */
static char *cluster_folder(const struct run_options *options, struct error *error)
{
    struct kept_cluster cluster;
    if (!options->keep || strcmp(options->target, TARGET_EMBEDDED) != 0)
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

static int execute(struct run_options *options, const struct run_session_extra *extra)
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
    options->problem = tell_problem;
    announce(options->lesson, options->pace, options->target);
    int result = run_lesson(options, &error);
    live_destroy(live);
    int ended =
        result == 0 && extra != NULL && extra->at_end != NULL ? extra->at_end(options->folder, extra->context) : EXIT_DONE;
    int code =
        result == 0 ? run_session_conclude(options->folder, extra) : conclude_early(options->folder, result, error.text, extra);
    if (options->keep && strcmp(options->target, TARGET_EMBEDDED) == 0)
        tell_kept();
    return ended != EXIT_DONE ? ended : code;
}

int run_session(const struct lesson *lesson, struct run_options *options, const char *out, const struct run_session_extra *extra)
{
    struct error error = ERROR_NONE;
    AUTO_FREE char *chosen = out != NULL ? memory_copy_text(out) : run_session_folder("runs", lesson);
    AUTO_FREE char *folder = absolute_path(chosen, &error);
    if (folder == NULL)
        return cli_fail(EXIT_FAULT, "%s", error.text);
    if (out == NULL && mkdir("runs", 0755) < 0 && errno != EEXIST)
        return cli_fail(EXIT_FAULT, "runs: %s", strerror(errno));
    if (is_recorded(folder))
        return cli_fail(EXIT_FAULT, "%s: holds a run already; --out takes another folder", folder);
    options->lesson = lesson;
    options->folder = folder;
    return execute(options, extra);
}

char *run_session_command(const char *name, int count, char **arguments)
{
    AUTO_BUFFER struct buffer text = {0};
    buffer_init(&text, 4096);
    (void)buffer_append_format(&text, "hpalab %s", name);
    for (int i = 0; i < count; i++)
        (void)buffer_append_format(&text, " %s", arguments[i]);
    return buffer_steal(&text);
}
