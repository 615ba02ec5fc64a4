/* Real processes of a container: how they are started, found, measured and ended. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cluster/kubelet/process.h"
#include "cluster/kubelet/process_group.h"
#include "common/clock.h"
#include "common/memory.h"

#define OPEN_FILES 123
#define ID "0123456789abcdef"

struct fixture {
    struct process_family family;
    struct process_group group;
    int pidfd;
    int output; /* reading end: its end of file says that every process is gone */
};

static pid_t spawn(struct fixture *fixture, const char *program, const char *script, struct error *error)
{
    int ends[2];
    AUTO_FREE char *copy = memory_copy_text(script);
    char shell[] = "sh", flag[] = "-c", mark[] = PROCESS_GROUP_MARK "=" ID, path[] = "PATH=/usr/bin:/bin";
    char *const arguments[] = {shell, flag, copy, NULL}, *const environment[] = {mark, path, NULL};
    AUTO_CLOSE int folder = open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
    const struct process_start start = {.program = program,
                                        .arguments = arguments,
                                        .environment = environment,
                                        .working_folder = folder,
                                        .output = ends[1],
                                        .open_files = OPEN_FILES};
    const pid_t pid = process_spawn(&start, &fixture->pidfd, error);
    close(ends[1]);
    fixture->output = ends[0];
    if (pid > 0)
        process_group_start(&fixture->group, &fixture->family, pid, ID);
    return pid;
}

static void read_line(const struct fixture *fixture, char *text, size_t size)
{
    struct pollfd end = {.fd = fixture->output, .events = POLLIN};
    size_t length = 0;
    while (length < size - 1 && memchr(text, '\n', length) == NULL) {
        assert_int_equal(poll(&end, 1, 10000), 1);
        const ssize_t got = read(fixture->output, text + length, 1);
        assert_int_equal(got, 1);
        length++;
    }
    text[length] = '\0';
}

/* As the kubelet does it when the leader ends; the leader is given 10 s for that. */
static int end(struct fixture *fixture)
{
    struct pollfd leader = {.fd = fixture->pidfd, .events = POLLIN};
    siginfo_t about = {0};
    assert_int_equal(poll(&leader, 1, 10000), 1);
    process_group_signal(&fixture->group, SIGKILL);
    assert_int_equal(waitid(P_PIDFD, (id_t)fixture->pidfd, &about, WEXITED), 0);
    process_group_end(&fixture->group);
    close(fixture->pidfd);
    process_group_release(&fixture->group);
    process_family_release(&fixture->family);
    return about.si_code == CLD_EXITED ? about.si_status : -about.si_status;
}

static void assert_all_gone(struct fixture *fixture)
{
    char bytes[256];
    struct pollfd last = {.fd = fixture->output, .events = POLLIN};
    do
        assert_int_equal(poll(&last, 1, 10000), 1);
    while (read(fixture->output, bytes, sizeof bytes) > 0);
    close(fixture->output);
    assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
    assert_int_equal(errno, ECHILD); /* no zombie either */
}

static void test_clean_start(void **state)
{
    (void)state;
    struct fixture fixture = {0};
    char text[4096] = "";
    const int leaked = open("/dev/null", O_RDONLY); /* without close-on-exec */
    assert_true(leaked >= 0);
    signal(SIGUSR1, SIG_IGN);
    const char *script = "echo $(ls /proc/$$/fd | wc -l) $(ulimit -c) files $(ulimit -n) $(grep SigIgn /proc/$$/status)";
    assert_true(spawn(&fixture, "/bin/sh", script, NULL) > 0);
    read_line(&fixture, text, sizeof text);
    close(leaked);
    signal(SIGUSR1, SIG_DFL);
    assert_true(text[0] >= '3' && text[0] <= '4'); /* the shell may keep a copy of one while it runs ls */
    assert_null(strstr(text, "unlimited"));
    assert_non_null(strstr(text, " files 123 "));
    assert_non_null(strstr(text, "SigIgn: 0000000000000000"));
    assert_int_equal(end(&fixture), 0);
    assert_all_gone(&fixture);
}

static void test_missing_program(void **state)
{
    (void)state;
    struct fixture fixture = {0};
    struct error error = ERROR_NONE;
    assert_int_equal(spawn(&fixture, "/nothing/here", "", &error), -1);
    assert_string_equal(error.text, "No such file or directory");
    assert_all_gone(&fixture);
}

static void test_orphans_are_found_and_ended(void **state)
{
    (void)state;
    struct fixture fixture = {0};
    char text[64] = "";
    assert_true(spawn(&fixture, "/bin/sh", "(setsid sh -c 'trap \"\" TERM; echo up; sleep 60; sleep 60' &); sleep 60", NULL) > 0);
    read_line(&fixture, text, sizeof text);
    int64_t deadline = clock_monotonic() + 10 * NANOSECONDS_PER_SECOND;
    do
        process_group_refresh(&fixture.group, 0, clock_monotonic());
    while (fixture.group.count < 4 && clock_monotonic() < deadline); /* two shells, two sleeps */
    assert_true(fixture.group.count >= 4);
    assert_true(process_group_memory(&fixture.group) > 0);
    kill(fixture.group.leader, SIGKILL);
    assert_int_equal(end(&fixture), -SIGKILL);
    assert_all_gone(&fixture);
}

static void test_cpu_of_ended_processes_counts(void **state)
{
    (void)state;
    struct fixture fixture = {0};
    char text[64] = "";
    const char *script = "sh -c 'i=0; while [ $i -lt 100000 ]; do i=$((i+1)); done'; echo done; sleep 60";
    assert_true(spawn(&fixture, "/bin/sh", script, NULL) > 0);
    read_line(&fixture, text, sizeof text);
    process_group_refresh(&fixture.group, 0, clock_monotonic());
    const int64_t cpu = process_group_cpu(&fixture.group);
    assert_true(cpu >= 10 * NANOSECONDS_PER_MILLISECOND);
    assert_true(process_group_cpu(&fixture.group) >= cpu);
    kill(fixture.group.leader, SIGKILL);
    end(&fixture);
    assert_all_gone(&fixture);
}

int main(void)
{
    prctl(PR_SET_CHILD_SUBREAPER, 1);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_clean_start),
        cmocka_unit_test(test_missing_program),
        cmocka_unit_test(test_orphans_are_found_and_ended),
        cmocka_unit_test(test_cpu_of_ended_processes_counts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
