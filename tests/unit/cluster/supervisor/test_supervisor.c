/* The supervisor with real processes: what is below it ends, its folder goes, the status stays. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cluster/supervisor/supervisor.h"
#include "common/clock.h"
#include "common/memory.h"

#define PATIENCE (10 * NANOSECONDS_PER_SECOND)

static char *make_folder(void)
{
    char path[] = "/tmp/hpalab-supervisor-XXXXXX";
    assert_non_null(mkdtemp(path));
    return memory_copy_text(path);
}

static bool exists(const char *path)
{
    struct stat about;
    return lstat(path, &about) == 0;
}

/* What the cluster process of a test does after the split; reports the processes it makes over `report`. */
typedef void cluster_body(int lifeline, int report);

/* Starts supervisor and cluster in a process of their own; *report is the reading end of the cluster's reports. */
static pid_t start(const char *folder, cluster_body *body, int *report)
{
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    const pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        /* The supervisor closes everything it inherited: the report's writing end stays with the cluster alone. */
        int lifeline = -1;
        close(ends[0]);
        alarm(30);
        if (supervisor_split(folder, &lifeline, NULL) < 0)
            _exit(99);
        body(lifeline, ends[1]);
        _exit(0);
    }
    close(ends[1]);
    *report = ends[0];
    return pid;
}

static int wait_for(pid_t pid)
{
    int status = 0;
    const int64_t deadline = clock_monotonic() + PATIENCE;
    while (waitpid(pid, &status, WNOHANG) == 0) {
        assert_true(clock_monotonic() < deadline);
        usleep(2000);
    }
    return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

/* The report pipe is inherited by all that the cluster starts: its end of file says that all are gone. */
static void assert_all_gone(int report)
{
    char bytes[256];
    struct pollfd end = {.fd = report, .events = POLLIN};
    for (;;) {
        assert_int_equal(poll(&end, 1, (int)(PATIENCE / NANOSECONDS_PER_MILLISECOND)), 1);
        if (read(report, bytes, sizeof bytes) <= 0)
            break;
    }
    close(report);
}

static void wait_for_report(int report)
{
    char byte;
    struct pollfd end = {.fd = report, .events = POLLIN};
    assert_int_equal(poll(&end, 1, (int)(PATIENCE / NANOSECONDS_PER_MILLISECOND)), 1);
    assert_int_equal(read(report, &byte, 1), 1);
}

static void say(int report)
{
    const ssize_t ignored = write(report, "x", 1);
    (void)ignored;
}

static void body_exit(int lifeline, int report)
{
    (void)lifeline;
    (void)report;
    _exit(7);
}

/* A child, a grandchild in a session of its own, and an orphan that ignores what it can. */
static void make_family(int report)
{
    if (fork() == 0) {
        setsid();
        signal(SIGTERM, SIG_IGN);
        if (fork() == 0) {
            setsid();
            if (fork() == 0)
                pause();
            say(report);
            pause();
        }
        _exit(0);
    }
    if (fork() == 0)
        pause();
}

static void body_family(int lifeline, int report)
{
    sigset_t none;
    (void)lifeline;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    make_family(report);
    for (;;)
        pause();
}

static void body_family_that_ends(int lifeline, int report)
{
    (void)lifeline;
    make_family(report);
    usleep(50000);
    _exit(3);
}

static void test_exit_status(void **state)
{
    (void)state;
    int report;
    AUTO_FREE char *folder = make_folder();
    assert_int_equal(supervisor_mark(folder, NULL), 0);
    assert_int_equal(wait_for(start(folder, body_exit, &report)), 7);
    assert_all_gone(report);
    assert_false(exists(folder));
}

static void test_everything_below_ends(void **state)
{
    (void)state;
    int report;
    AUTO_FREE char *folder = make_folder();
    assert_int_equal(supervisor_mark(folder, NULL), 0);
    assert_int_equal(wait_for(start(folder, body_family_that_ends, &report)), 3);
    assert_all_gone(report);
    assert_false(exists(folder));
}

static void test_cluster_ended_by_signal(void **state)
{
    (void)state;
    int report;
    AUTO_FREE char *folder = make_folder();
    assert_int_equal(supervisor_mark(folder, NULL), 0);
    const pid_t supervisor = start(folder, body_family, &report);
    wait_for_report(report);
    kill(supervisor, SIGTERM); /* passed on; the cluster has no handler */
    assert_int_equal(wait_for(supervisor), 128 + SIGTERM);
    assert_all_gone(report);
    assert_false(exists(folder));
}

static char *cleaned_folder; /* of the test below; the cluster process has a copy */

static void body_clean_up(int lifeline, int report)
{
    struct pollfd end = {.fd = lifeline, .events = POLLIN};
    prctl(PR_SET_CHILD_SUBREAPER, 1);
    make_family(report);
    poll(&end, 1, -1);
    _exit(supervisor_clean_up(cleaned_folder, NULL) == 0 ? 0 : 1);
}

static void test_killed_supervisor(void **state)
{
    (void)state;
    int report;
    cleaned_folder = make_folder();
    assert_int_equal(supervisor_mark(cleaned_folder, NULL), 0);
    const pid_t supervisor = start(cleaned_folder, body_clean_up, &report);
    wait_for_report(report);
    kill(supervisor, SIGKILL);
    assert_int_equal(wait_for(supervisor), -SIGKILL);
    assert_all_gone(report);
    assert_false(exists(cleaned_folder));
    free(cleaned_folder);
}

static void test_unmarked_folder_stays(void **state)
{
    (void)state;
    int report;
    AUTO_FREE char *folder = make_folder();
    assert_int_equal(wait_for(start(folder, body_exit, &report)), 7);
    assert_all_gone(report);
    assert_true(exists(folder));
    assert_int_equal(rmdir(folder), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_exit_status),
        cmocka_unit_test(test_everything_below_ends),
        cmocka_unit_test(test_cluster_ended_by_signal),
        cmocka_unit_test(test_killed_supervisor),
        cmocka_unit_test(test_unmarked_folder_stays),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
