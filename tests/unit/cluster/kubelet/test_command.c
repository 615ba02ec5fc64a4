/* Commands that run beside a container's process. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include "cluster/kubelet/command.h"
#include "common/clock.h"
#include "common/memory.h"

#define PATIENCE (60 * NANOSECONDS_PER_SECOND)

struct fixture {
    struct event_loop *loop;
    struct process_family family;
    bool answered, success;
    char *output;
};

static int open_fixture(void **state)
{
    struct fixture *fixture = memory_allocate(1, sizeof *fixture);
    fixture->loop = event_loop_create(NULL);
    *state = fixture;
    return fixture->loop != NULL ? 0 : -1;
}

static int close_fixture(void **state)
{
    struct fixture *fixture = *state;
    event_loop_destroy(fixture->loop);
    process_family_release(&fixture->family);
    free(fixture->output);
    free(fixture);
    return 0;
}

static void answered(void *context, bool success, const char *output)
{
    struct fixture *fixture = context;
    assert_false(fixture->answered);
    fixture->answered = true;
    fixture->success = success;
    fixture->output = memory_copy_text(output);
}

static struct command *start(struct fixture *fixture, const char *script, int64_t timeout, struct error *error)
{
    AUTO_FREE char *copy = memory_copy_text(script);
    char shell[] = "sh", flag[] = "-c", variable[] = "WORD=hello";
    char *const arguments[] = {shell, flag, copy, NULL}, *const environment[] = {variable, NULL};
    AUTO_CLOSE int folder = open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    const struct process_start process = {
        .program = "/bin/sh", .arguments = arguments, .environment = environment, .working_folder = folder, .open_files = 100};
    return command_start(fixture->loop, &fixture->family, &process, timeout, answered, fixture, error);
}

static void wait_for_answer(struct fixture *fixture, struct command *command)
{
    for (const int64_t end = clock_monotonic() + PATIENCE; !fixture->answered && clock_monotonic() < end;) {
        event_loop_wait(fixture->loop, command_next(command));
        event_loop_run(fixture->loop);
        if (!fixture->answered)
            command_step(command, clock_monotonic());
    }
    assert_true(fixture->answered);
}

static void run(struct fixture *fixture, const char *script, int64_t timeout)
{
    struct error error = ERROR_NONE;
    struct command *command = start(fixture, script, timeout, &error);
    assert_non_null(command);
    wait_for_answer(fixture, command);
}

static void test_success(void **state)
{
    struct fixture *fixture = *state;
    run(fixture, "echo $WORD; pwd", PATIENCE);
    assert_true(fixture->success);
    assert_string_equal(fixture->output, "hello\n/\n");
}

static void test_failure(void **state)
{
    struct fixture *fixture = *state;
    run(fixture, "echo not yet >&2; exit 3", PATIENCE);
    assert_false(fixture->success);
    assert_string_equal(fixture->output, "not yet\n");
}

static void test_output_is_held(void **state)
{
    struct fixture *fixture = *state;
    run(fixture, "printf '\\377\\001'; i=0; while [ $i -lt 3000 ]; do echo 0123456789; i=$((i+1)); done; exit 1", PATIENCE);
    assert_int_equal(strlen(fixture->output), COMMAND_LONGEST_OUTPUT);
    assert_memory_equal(fixture->output, "??0123456789\n", 13);
}

static void test_deadline(void **state)
{
    struct fixture *fixture = *state;
    run(fixture, "sleep 1000", NANOSECONDS_PER_SECOND / 10);
    assert_false(fixture->success);
    assert_string_equal(fixture->output, "command \"sh -c sleep 1000\" timed out");
    assert_int_equal(fixture->family.leader_count, 0);
}

static void test_cancel(void **state)
{
    struct fixture *fixture = *state;
    struct error error = ERROR_NONE;
    struct command *command = start(fixture, "sleep 1000", PATIENCE, &error);
    assert_non_null(command);
    assert_int_equal(fixture->family.leader_count, 1);
    command_cancel(command);
    assert_int_equal(fixture->family.leader_count, 0);
    assert_false(fixture->answered);
}

static void test_a_process_that_stays_does_not_hold_it_up(void **state)
{
    struct fixture *fixture = *state;
    run(fixture, "sleep 1000 & echo $!", PATIENCE);
    assert_true(fixture->success);
    const pid_t left = (pid_t)strtol(fixture->output, NULL, 10);
    assert_true(left > 1);
    assert_int_equal(kill(left, SIGKILL), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_success, open_fixture, close_fixture),
        cmocka_unit_test_setup_teardown(test_failure, open_fixture, close_fixture),
        cmocka_unit_test_setup_teardown(test_output_is_held, open_fixture, close_fixture),
        cmocka_unit_test_setup_teardown(test_deadline, open_fixture, close_fixture),
        cmocka_unit_test_setup_teardown(test_cancel, open_fixture, close_fixture),
        cmocka_unit_test_setup_teardown(test_a_process_that_stays_does_not_hold_it_up, open_fixture, close_fixture),
    };
    return cmocka_run_group_tests_name("cluster/kubelet/command", tests, NULL, NULL);
}
