/*
 * hpalab through its own interface, on the embedded cluster with real pods: exit codes, what is said, what is written,
 * and what is left behind.
 */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "common/clock.h"
#include "common/json.h"
#include "common/memory.h"
#include "tests/support/child.h"
#include "tests/support/folder.h"
#include "tests/support/leftovers.h"
#include "tests/support/network.h"

#define SMALL "tests/data/lessons/small"
#define SMALL_FAILING "tests/data/lessons/small/failing.yaml"
#define SMALL_LONG "tests/data/lessons/small/long.yaml"
#define ADDRESS_SIZE 64
#define LONGEST_RUN 200.0
#define PATIENCE 60.0
#define PROMPT 45.0 /* less than the load of the long lesson has left */

struct lab {
    char *folder; /* of everything a test writes; in the environment of every process of the test */
    char *state;  /* "XDG_STATE_HOME=..." */
    char *run;    /* folder of a run that passed, made once and read by several tests */
};

static struct test_child *begin(const struct lab *lab, const char *const *arguments)
{
    const char *const environment[] = {lab->state, "NO_COLOR=1", NULL};
    return test_child_start("hpalab", arguments, environment);
}

/* hpalab(lab, "runs", "--folder", path) */
#define hpalab(lab, ...) test_child_finish(begin((lab), (const char *const[]){__VA_ARGS__, NULL}), LONGEST_RUN)

static void assert_says(const char *text, const char *part)
{
    if (strstr(text, part) == NULL)
        fail_msg("\"%s\" is not in: %s", part, text);
}

static void assert_code(const struct test_ended *ended, int code)
{
    if (ended->code != code)
        fail_msg("exit status %d, not %d\n%s\n%s", ended->code, code, ended->output, ended->errors);
}

/* ---- usage ---- */

struct usage_row {
    const char *arguments[6];
    const char *says; /* on standard error */
};

static void test_wrong_usage(void **state)
{
    static const struct usage_row rows[] = {
        {{NULL}, "Usage: hpalab COMMAND"},
        {{"dance"}, "unknown command \"dance\""},
        {{"run"}, "run: which lesson?"},
        {{"run", SMALL, "more"}, "\"more\" is one argument too many"},
        {{"run", SMALL, "--pace", "slow"}, "--pace: expected quick or kubernetes, not \"slow\""},
        {{"run", SMALL, "--pace"}, "--pace needs a value"},
        {{"run", SMALL, "--fast"}, "unknown option \"--fast\""},
        {{"run", SMALL, "--keep=yes"}, "--keep takes no value"},
        {{"run", "lessons/nothing"}, "lessons/nothing: No such file"},
        {{"report"}, "report: "},
        {{"report", "tests/data"}, "tests/data"},
        {{"report", "/nowhere"}, "/nowhere"},
        {{"compare", "/nowhere"}, "which two runs?"},
        {{"runs", "more"}, "one argument too many"},
        {{"cluster"}, "expected up, down or status"},
        {{"cluster", "sideways"}, "expected up, down or status, not sideways"},
        {{"cluster", "up", "--pace", "x"}, "--pace: expected quick or kubernetes"},
    };
    const struct lab *lab = *state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        AUTO_ENDED struct test_ended ended = test_child_finish(begin(lab, rows[i].arguments), LONGEST_RUN);
        assert_code(&ended, 2);
        assert_says(ended.errors, rows[i].says);
        assert_string_equal(ended.output, "");
    }
}

static void test_help_and_version(void **state)
{
    const struct lab *lab = *state;
    static const char *const commands[] = {"run", "report", "compare", "runs", "cluster"};
    for (size_t i = 0; i < sizeof commands / sizeof commands[0]; i++) {
        AUTO_ENDED struct test_ended help = hpalab(lab, commands[i], "--help");
        assert_code(&help, 0);
        assert_says(help.output, "Usage: hpalab");
        assert_string_equal(help.errors, "");
    }
    AUTO_ENDED struct test_ended version = hpalab(lab, "--version");
    assert_code(&version, 0);
    assert_says(version.output, "hpalab ");
}

static void test_wrong_lesson_is_named_by_line_and_column(void **state)
{
    const struct lab *lab = *state;
    AUTO_FREE char *out = memory_format("%s/wrong", lab->folder);
    AUTO_ENDED struct test_ended ended = hpalab(lab, "run", "tests/data/lessons/wrong/url-port.yaml", "--out", out);
    assert_code(&ended, 2);
    assert_string_equal(ended.output, "");
    assert_says(ended.errors, "hpalab: tests/data/lessons/wrong/url-port.yaml:17:12: url: expected a port from 1 to 65535");
    assert_int_equal(access(out, F_OK), -1);
}

/* ---- a run that passes ---- */

static bool has_file(const char *folder, const char *name)
{
    AUTO_FREE char *path = memory_format("%s/%s", folder, name);
    return access(path, R_OK) == 0;
}

static void test_a_run_that_passes(void **state)
{
    struct lab *lab = *state;
    AUTO_FREE char *run = memory_format("%s/runs/passed", lab->folder);
    AUTO_FREE char *runs = memory_format("%s/runs", lab->folder);
    assert_int_equal(mkdir(runs, 0700), 0);
    AUTO_ENDED struct test_ended ended = hpalab(lab, "run", SMALL, "--out", run);
    assert_code(&ended, 0);
    lab->run = memory_copy_text(run);
    assert_says(ended.output, "Requests answered            240");
    assert_says(ended.output, "Expectations: 3 pass, 0 fail, 0 no data");
    assert_says(ended.output, "report.html");
    assert_string_equal(ended.errors, "");
    assert_true(has_file(run, "run.db"));
    assert_true(has_file(run, "report.html"));
    assert_false(has_file(run, "cluster/kubeconfig"));
    assert_true(test_no_leftovers(lab->folder, PATIENCE));
}

static void need_run(const struct lab *lab)
{
    if (lab->run == NULL)
        fail_msg("there is no run to read");
}

static void test_reports_of_a_stored_run(void **state)
{
    const struct lab *lab = *state;
    need_run(lab);
    AUTO_ENDED struct test_ended text = hpalab(lab, "report", lab->run);
    assert_code(&text, 0);
    assert_says(text.output, "A lesson for tests");

    AUTO_ENDED struct test_ended json = hpalab(lab, "report", lab->run, "--format", "json");
    assert_code(&json, 0);
    AUTO_JSON cJSON *tree = json_parse(json.output, strlen(json.output), NULL);
    assert_non_null(tree);

    AUTO_ENDED struct test_ended csv = hpalab(lab, "report", lab->run, "--format", "csv");
    assert_code(&csv, 0);
    assert_says(csv.output, "\n");
    assert_says(csv.output, ",");

    AUTO_FREE char *file = memory_format("%s/again.html", lab->folder);
    AUTO_ENDED struct test_ended html = hpalab(lab, "report", lab->run, "--format", "html", "--output", file);
    assert_code(&html, 0);
    assert_string_equal(html.output, "");
    AUTO_FREE char *page = test_folder_read_file(file);
    assert_non_null(page);
    assert_int_equal(strncasecmp(page, "<!doctype html>", strlen("<!doctype html>")), 0);
    assert_says(page, "</html>");

    AUTO_ENDED struct test_ended wrong = hpalab(lab, "report", lab->run, "--format", "pdf");
    assert_code(&wrong, 2);
    assert_says(wrong.errors, "not \"pdf\"");
}

static void test_runs_are_listed_and_compared(void **state)
{
    const struct lab *lab = *state;
    need_run(lab);
    AUTO_FREE char *folder = memory_format("%s/runs", lab->folder);
    AUTO_ENDED struct test_ended runs = hpalab(lab, "runs", "--folder", folder);
    assert_code(&runs, 0);
    assert_says(runs.output, "runs/passed");
    assert_says(runs.output, " complete");
    AUTO_ENDED struct test_ended compare = hpalab(lab, "compare", lab->run, lab->run);
    assert_code(&compare, 0);
    assert_says(compare.output, "Requests answered");
    AUTO_ENDED struct test_ended none = hpalab(lab, "runs", "--folder", "/nowhere");
    assert_code(&none, 0);
    assert_says(none.output, "no runs in /nowhere yet");
}

static void test_a_folder_that_holds_a_run_is_left_alone(void **state)
{
    const struct lab *lab = *state;
    need_run(lab);
    AUTO_ENDED struct test_ended ended = hpalab(lab, "run", SMALL, "--out", lab->run);
    assert_code(&ended, 1);
    assert_says(ended.errors, "holds a run already");
    AUTO_ENDED struct test_ended report = hpalab(lab, "report", lab->run);
    assert_code(&report, 0);
    assert_says(report.output, "Requests answered            240");
    assert_true(test_no_leftovers(lab->folder, PATIENCE));
}

/* ---- a run whose expectation fails ---- */

static void test_a_failed_expectation(void **state)
{
    const struct lab *lab = *state;
    AUTO_FREE char *run = memory_format("%s/failed", lab->folder);
    AUTO_ENDED struct test_ended ended = hpalab(lab, "run", SMALL_FAILING, "--out", run);
    assert_code(&ended, 99);
    assert_says(ended.output, "Expectations: 1 pass, 1 fail, 0 no data");
    assert_true(has_file(run, "report.html"));
    assert_true(test_no_leftovers(lab->folder, PATIENCE));
}

/* ---- Ctrl-C ---- */

/* The address behind "server:" in the run's kubeconfig; false until there is one. */
static bool cluster_address(const char *run, char address[ADDRESS_SIZE], int *port)
{
    AUTO_FREE char *path = memory_format("%s/cluster/kubeconfig", run);
    AUTO_FREE char *text = test_folder_read_file(path);
    const char *server = text != NULL ? strstr(text, "https://") : NULL;
    return server != NULL && sscanf(server, "https://%63[0-9.]:%d", address, port) == 2;
}

/* Waits until the child has written a line that holds the part. */
static bool wait_for_line(const struct test_child *child, const char *part, double seconds)
{
    int64_t deadline = clock_monotonic() + (int64_t)(seconds * (double)NANOSECONDS_PER_SECOND);
    while (clock_monotonic() < deadline) {
        AUTO_FREE char *output = test_child_output(child);
        if (strstr(output, part) != NULL)
            return true;
        clock_sleep_until(clock_monotonic() + 50 * NANOSECONDS_PER_MILLISECOND);
    }
    return false;
}

static void interrupt(struct lab *lab, const char *name, const char *line, int signal_number, bool has_variant)
{
    AUTO_FREE char *run = memory_format("%s/%s", lab->folder, name);
    struct test_child *child = begin(lab, (const char *const[]){"run", SMALL_LONG, "--out", run, NULL});
    if (!wait_for_line(child, line, 60))
        fail_msg("\"%s\" was never written", line);
    if (has_variant)
        clock_sleep_until(clock_monotonic() + 3 * NANOSECONDS_PER_SECOND);
    char address[ADDRESS_SIZE];
    int port = 0;
    bool addressed = cluster_address(run, address, &port);
    test_child_signal(child, signal_number);
    AUTO_ENDED struct test_ended ended = test_child_finish(child, PROMPT);
    assert_code(&ended, 130);
    assert_true(test_no_leftovers(lab->folder, PATIENCE));
    assert_false(has_file(run, "cluster/kubeconfig"));
    if (addressed)
        assert_int_equal(test_tcp_connect(address, port, 1), -1);
    if (!has_variant)
        return;
    assert_true(addressed);
    AUTO_ENDED struct test_ended report = hpalab(lab, "report", run, "--format", "json");
    assert_code(&report, 0);
    AUTO_ENDED struct test_ended runs = hpalab(lab, "runs", "--folder", lab->folder);
    assert_says(runs.output, name);
    assert_says(strstr(runs.output, name), "incomplete");
}

static void test_control_c_during_the_load(void **state)
{
    interrupt(*state, "interrupted", "one: 0:00 of", SIGINT, true);
}

static void test_terminated_while_it_prepares(void **state)
{
    interrupt(*state, "early", "applying the manifests", SIGTERM, false);
}

static void test_control_c_while_the_cluster_starts(void **state)
{
    interrupt(*state, "starting", "starting the cluster", SIGINT, false);
}

/* ---- a cluster that goes away ---- */

static void test_a_cluster_that_is_killed(void **state)
{
    const struct lab *lab = *state;
    AUTO_FREE char *run = memory_format("%s/gone", lab->folder);
    struct test_child *child = begin(lab, (const char *const[]){"run", SMALL_LONG, "--out", run, NULL});
    assert_true(wait_for_line(child, "one: 0:00 of", 60));
    clock_sleep_until(clock_monotonic() + 3 * NANOSECONDS_PER_SECOND);
    pid_t cluster = test_process_child(test_process_child(test_child_pid(child))); /* below its supervisor */
    assert_true(cluster > 1);
    assert_int_equal(kill(cluster, SIGKILL), 0);
    AUTO_ENDED struct test_ended ended = test_child_finish(child, PROMPT);
    assert_code(&ended, 1);
    assert_says(ended.errors, "the embedded cluster has ended unexpectedly");
    AUTO_ENDED struct test_ended report = hpalab(lab, "report", run);
    assert_code(&report, 0);
    assert_says(report.output, "has no end");
    assert_true(test_no_leftovers(lab->folder, PATIENCE));
}

/* ---- places that do not do ---- */

static void test_folders_that_cannot_hold_a_run(void **state)
{
    const struct lab *lab = *state;
    AUTO_FREE char *missing = memory_format("%s/no/such", lab->folder);
    AUTO_ENDED struct test_ended nowhere = hpalab(lab, "run", SMALL, "--out", missing);
    assert_code(&nowhere, 1);
    assert_says(nowhere.errors, "No such file or directory");
    assert_null(strstr(nowhere.errors, "what was recorded"));
    AUTO_ENDED struct test_ended file = hpalab(lab, "run", SMALL, "--out", SMALL_LONG);
    assert_code(&file, 1);
    assert_says(file.errors, "not a folder");
}

/* ---- the kept cluster ---- */

static void test_cluster_up_and_down(void **state)
{
    struct lab *lab = *state;
    AUTO_ENDED struct test_ended before = hpalab(lab, "cluster", "status");
    assert_code(&before, 1);
    AUTO_ENDED struct test_ended up = hpalab(lab, "cluster", "up");
    assert_code(&up, 0);
    assert_says(up.output, "export KUBECONFIG=");
    AUTO_ENDED struct test_ended again = hpalab(lab, "cluster", "up");
    assert_code(&again, 0);
    assert_string_equal(up.output, again.output);
    AUTO_ENDED struct test_ended status = hpalab(lab, "cluster", "status");
    assert_code(&status, 0);
    assert_says(status.output, up.output);
    assert_says(status.output, "  lab        Ready, cpu ");
    assert_says(status.output, "  kube-system          1 Running");
    char text[256];
    assert_true(test_leftovers(lab->folder, text, sizeof text) > 0);
    AUTO_ENDED struct test_ended down = hpalab(lab, "cluster", "down");
    assert_code(&down, 0);
    assert_says(down.output, "has ended");
    assert_true(test_no_leftovers(lab->folder, PATIENCE));
    AUTO_ENDED struct test_ended after = hpalab(lab, "cluster", "status");
    assert_code(&after, 1);
    AUTO_ENDED struct test_ended nothing = hpalab(lab, "cluster", "down");
    assert_code(&nothing, 0);
    assert_says(nothing.output, "No embedded cluster is up");
}

static int set_up(void **state)
{
    struct lab *lab = memory_allocate(1, sizeof *lab);
    lab->folder = test_folder_create();
    lab->state = memory_format("XDG_STATE_HOME=%s/state", lab->folder);
    *state = lab;
    return 0;
}

static int tear_down(void **state)
{
    struct lab *lab = *state;
    struct test_ended ended = hpalab(lab, "cluster", "down");
    test_ended_release(&ended);
    test_folder_remove(lab->folder);
    free(lab->folder);
    free(lab->state);
    free(lab->run);
    free(lab);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_wrong_usage),
        cmocka_unit_test(test_help_and_version),
        cmocka_unit_test(test_wrong_lesson_is_named_by_line_and_column),
        cmocka_unit_test(test_a_run_that_passes),
        cmocka_unit_test(test_reports_of_a_stored_run),
        cmocka_unit_test(test_runs_are_listed_and_compared),
        cmocka_unit_test(test_a_folder_that_holds_a_run_is_left_alone),
        cmocka_unit_test(test_a_failed_expectation),
        cmocka_unit_test(test_control_c_during_the_load),
        cmocka_unit_test(test_terminated_while_it_prepares),
        cmocka_unit_test(test_control_c_while_the_cluster_starts),
        cmocka_unit_test(test_a_cluster_that_is_killed),
        cmocka_unit_test(test_folders_that_cannot_hold_a_run),
        cmocka_unit_test(test_cluster_up_and_down),
    };
    return cmocka_run_group_tests_name("driver", tests, set_up, tear_down);
}
