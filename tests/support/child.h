/*
 * Programs of the build as child processes of a test. The build folder comes from the environment variable
 * HPALAB_BUILD (default "build"). A child dies with the test program, however that ends.
 */
#ifndef TESTS_SUPPORT_CHILD_H
#define TESTS_SUPPORT_CHILD_H

#include <stdint.h>
#include <sys/types.h>

#include "common/memory.h"

struct test_child;

#define TEST_CHILD_RUNNING (-1000)

/* Starts bin/PROGRAM of the build, or the program at a path when there is a slash in its name. arguments end with
 * NULL and leave the program's name out. environment: "NAME=VALUE" texts, NULL at the end, added to the test's own (NULL: none).
 * Standard output and error go to files that test_child_output and test_child_errors read. Fails the test when it cannot start.
 */
struct test_child *test_child_start(const char *program, const char *const *arguments, const char *const *environment);

/* test_child_run("webapp", "--port", "0"): as test_child_start, with the arguments written in place. */
#define test_child_run(program, ...) test_child_start((program), (const char *const[]){__VA_ARGS__, NULL}, NULL)

pid_t test_child_pid(const struct test_child *child);

void test_child_signal(const struct test_child *child, int signal);

/* Waits up to seconds for the child's end. The exit status, or minus the signal that ended it, or TEST_CHILD_RUNNING. May be
 * called again. */
int test_child_wait(struct test_child *child, double seconds);

/* Kills the child when it runs, and frees everything. NULL is harmless. */
void test_child_end(struct test_child *child);

/* How a child has ended, and what it had written. */
struct test_ended {
    int code; /* as of test_child_wait */
    char *output, *errors;
};

/* Waits for the child as test_child_wait does, and frees it. Release with test_ended_release. */
struct test_ended test_child_finish(struct test_child *child, double seconds);
void test_ended_release(struct test_ended *ended);
#define AUTO_ENDED CLEANUP(test_ended_release)

/* What it has written so far; the caller frees it. */
char *test_child_output(const struct test_child *child);
char *test_child_errors(const struct test_child *child);

/* CPU nanoseconds (user and system) that a running process has used, from its CPU clock; -1 when it is gone. */
int64_t test_process_cpu(pid_t pid);

/* The first child of a process, 0 when it has none (yet). */
pid_t test_process_child(pid_t pid);

/* The number behind "NAME:" in /proc/PID/status, such as RssAnon (KiB) or Threads; -1 when there is none. */
int64_t test_process_status_number(pid_t pid, const char *name);

#endif
