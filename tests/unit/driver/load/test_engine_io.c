/* The lean transport where the kernel does not let it have io_uring: it goes by epoll, unless it was told not to. */
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

#include <cmocka.h>

#include "common/clock.h"
#include "common/memory.h"
#include "driver/load/uring.h"
#include "tests/unit/driver/load/results.h"

#define SECOND NANOSECONDS_PER_SECOND

static void answer_ok(struct fake_connection *connection, const struct fake_request *request, void *context)
{
    (void)request;
    (void)context;
    fake_answer(connection, 200, "text/plain", "", "hello");
}

/* As container runtimes do: from now on io_uring_setup is not permitted to this process. */
static void forbid_io_uring(void)
{
    struct sock_filter filter[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, __NR_io_uring_setup, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | 1), /* EPERM */
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    const struct sock_fprog program = {.len = sizeof filter / sizeof filter[0], .filter = filter};
    assert_int_equal(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), 0);
    assert_int_equal(prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program), 0);
}

static void test_where_it_is_forbidden(void **state)
{
    (void)state;
    struct error error = ERROR_NONE;
    forbid_io_uring();
    assert_null(uring_create(&error));
    assert_string_equal(error.text, "io_uring does not work here: Operation not permitted");
    struct results *results = memory_allocate(1, sizeof *results);
    struct load_spec spec = results_spec(0, "/", 100, SECOND / 2);
    spec.io = IO_AUTOMATIC;
    results_run_against(answer_ok, NULL, &spec, results);
    results_assert_complete(results, 50);
    assert_int_equal(results->outcomes[OUTCOME_OK], 50);
    spec.io = IO_URING;
    const struct load_options options = {.spec = &spec, .slow_over = SECOND, .sink = results_sink(results)};
    struct load *load = load_create(&options, NULL);
    error = ERROR_NONE;
    assert_int_equal(load_start(load, clock_monotonic(), &error), -1);
    assert_non_null(strstr(error.text, "Operation not permitted"));
    load_destroy(load);
    load_spec_release(&spec);
    results_release(results);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_where_it_is_forbidden)};
    return cmocka_run_group_tests_name("engine, io_uring forbidden", tests, NULL, NULL);
}
