/* A load that several threads send: the same requests as by one, and results that are those of one load. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "common/clock.h"
#include "common/memory.h"
#include "driver/load/limits.h"
#include "driver/load/threads.h"
#include "tests/support/wait.h"
#include "tests/unit/driver/load/results.h"

#define SECOND NANOSECONDS_PER_SECOND
#define MILLISECOND NANOSECONDS_PER_MILLISECOND
#define THREADS 4
#define PATHS 100

static void answer_ok(struct fake_connection *connection, const struct fake_request *request, void *context)
{
    atomic_int *paths = context;
    int number = 0;
    if (paths != NULL && sscanf(request->path, "/post/%d", &number) == 1 && number >= 0 && number < PATHS)
        (void)atomic_fetch_add(&paths[number], 1);
    fake_answer(connection, 200, "text/plain", "X-Pod-Name: one\r\n", "hello");
}

static void never_answer(struct fake_connection *connection, const struct fake_request *request, void *context)
{
    (void)request;
    (void)context;
    (void)fake_wait(connection, 60);
}

static void test_an_open_model_is_sent_to_the_request(void **state)
{
    (void)state;
    struct results *results = memory_allocate(1, sizeof *results);
    struct load_spec spec = results_spec(0, "/", 500, 2200 * MILLISECOND);
    spec.threads = THREADS;
    spec.maximum_connections = 1000;
    results_run_against(answer_ok, NULL, &spec, results);
    results_assert_complete(results, 1100);
    assert_int_equal(results->outcomes[OUTCOME_OK], 1100);
    assert_true(results->tick_count >= 3);
    static const uint64_t planned[] = {500, 500, 100};
    for (size_t i = 0; i < results->tick_count; i++) {
        assert_int_equal(results->ticks[i].second, (int64_t)i);
        assert_int_equal(results->ticks[i].planned, i < 3 ? planned[i] : 0);
    }
    assert_true(results->ticks[0].target_rate == 500);
    assert_true(results->exemplar_count >= LOAD_FIRST_ANSWERS);
    load_spec_release(&spec);
    results_release(results);
}

/* Each number goes into the URL of one request, whichever thread sends it. */
static void test_iterations_are_shared_to_the_request(void **state)
{
    (void)state;
    static const enum load_executor executors[] = {EXECUTOR_SHARED_ITERATIONS, EXECUTOR_PER_VU_ITERATIONS,
                                                   EXECUTOR_CONSTANT_ARRIVAL_RATE};
    for (size_t i = 0; i < sizeof executors / sizeof executors[0]; i++) {
        atomic_int paths[PATHS] = {0};
        struct results *results = memory_allocate(1, sizeof *results);
        struct fake_server *server = fake_server_start(answer_ok, paths);
        struct load_spec spec = results_spec(fake_server_port(server), "/post/{0..99}", 20, 5 * SECOND);
        spec.executor = executors[i];
        spec.iterations = executors[i] == EXECUTOR_SHARED_ITERATIONS ? PATHS : PATHS / 20;
        spec.threads = 3;
        if (load_executor_is_closed(spec.executor))
            spec.stages[0].duration = 600 * SECOND;
        results_run(&spec, results);
        results_assert_complete(results, PATHS);
        for (int path = 0; path < PATHS; path++)
            if (atomic_load(&paths[path]) != 1)
                fail_msg("%s: path %d was asked %d times", load_executor_name(spec.executor), path, atomic_load(&paths[path]));
        fake_server_stop(server);
        load_spec_release(&spec);
        results_release(results);
    }
}

static void test_virtual_users_are_divided(void **state)
{
    (void)state;
    struct results *results = memory_allocate(1, sizeof *results);
    struct fake_server *server = fake_server_start(never_answer, NULL);
    struct load_spec spec = results_spec(fake_server_port(server), "/", 10, SECOND);
    spec.executor = EXECUTOR_CONSTANT_VUS;
    spec.threads = THREADS;
    spec.maximum_connections = 10;
    spec.timeout = 2 * SECOND;
    results_run(&spec, results);
    results_assert_complete(results, 10);
    assert_int_equal(results->outcomes[OUTCOME_TIMEOUT], 10);
    assert_int_equal(results->ticks[0].vus, 10);
    fake_server_stop(server);
    load_spec_release(&spec);
    results_release(results);
}

static void test_the_limit_of_connections_is_divided(void **state)
{
    (void)state;
    struct results *results = memory_allocate(1, sizeof *results);
    struct fake_server *server = fake_server_start(never_answer, NULL);
    struct load_spec spec = results_spec(fake_server_port(server), "/", 500, SECOND / 10);
    spec.threads = THREADS;
    spec.maximum_connections = 7;
    spec.timeout = 3 * SECOND;
    results_run(&spec, results);
    results_assert_complete(results, 50);
    assert_int_equal(results->outcomes[OUTCOME_TIMEOUT], 7);
    assert_int_equal(results->outcomes[OUTCOME_DROPPED], 43);
    assert_int_equal(fake_server_connections(server), 7);
    fake_server_stop(server);
    load_spec_release(&spec);
    results_release(results);
}

static void test_stop_ends_all_threads(void **state)
{
    (void)state;
    struct results *results = memory_allocate(1, sizeof *results);
    struct fake_server *server = fake_server_start(never_answer, NULL);
    struct load_spec spec = results_spec(fake_server_port(server), "/", 40, 60 * SECOND);
    spec.threads = THREADS;
    const struct load_options options = {
        .spec = &spec, .transport = results_transport, .slow_over = SECOND, .sink = results_sink(results)};
    struct load *load = load_create(&options, NULL);
    assert_int_equal(load_start(load, clock_monotonic(), NULL), 0);
    assert_true(test_wait_until(fake_server_requests(server) >= 8, 60));
    assert_false(load_finished(load));
    load_stop(load);
    load_join(load);
    assert_true(load_finished(load));
    load_destroy(load);
    fake_server_stop(server);
    results_assert_complete(results, results->planned);
    assert_int_equal(results->outcomes[OUTCOME_ABORTED], results->planned);
    load_spec_release(&spec);
    results_release(results);
}

static void test_a_part_of_a_load_is_divided_too(void **state)
{
    (void)state;
    static const uint32_t weights[] = {33, 33, 34};
    struct results *results = memory_allocate(1, sizeof *results);
    struct fake_server *server = fake_server_start(answer_ok, NULL);
    struct load_spec spec = results_spec(fake_server_port(server), "/", 500, SECOND / 2);
    spec.threads = 2;
    uint64_t planned = 0;
    for (size_t index = 0; index < 3; index++) {
        struct segment *segment = segment_create(index, 3, weights, NULL);
        const struct load_options options = {.spec = &spec,
                                             .transport = results_transport,
                                             .segment = segment,
                                             .slow_over = 60 * SECOND,
                                             .sink = results_sink(results)};
        struct load *load = load_create(&options, NULL);
        assert_int_equal(load_start(load, clock_monotonic(), NULL), 0);
        load_join(load);
        load_destroy(load);
        planned += segment_share(segment, 250);
        segment_destroy(segment);
        results_assert_complete(results, planned);
    }
    assert_int_equal(planned, 250);
    fake_server_stop(server);
    load_spec_release(&spec);
    results_release(results);
}

static void test_how_many_threads(void **state)
{
    (void)state;
    struct load_stage stages[2] = {{.duration = SECOND, .target = 100}, {.duration = SECOND, .target = LOAD_HIGHEST_RATE}};
    struct load_spec spec = {.executor = EXECUTOR_RAMPING_ARRIVAL_RATE, .stages = stages, .stage_count = 1};
    spec.maximum_connections = 2000;
    assert_int_equal(load_thread_count(&spec, true), 1);
    assert_int_equal(load_thread_count(&spec, false), 1);
    spec.stage_count = 2;
    size_t lean = load_thread_count(&spec, true);
    assert_in_range(lean, 1, 3);
    assert_true(load_thread_count(&spec, false) >= lean);
    spec.threads = 6;
    assert_int_equal(load_thread_count(&spec, true), 6);
    spec.maximum_connections = 5;
    assert_int_equal(load_thread_count(&spec, true), 5);
    spec.executor = EXECUTOR_RAMPING_VUS;
    spec.stage_count = 1;
    assert_int_equal(load_thread_count(&spec, true), 6);
    stages[0].target = 3;
    assert_int_equal(load_thread_count(&spec, true), 3);
    stages[0].target = 0;
    assert_int_equal(load_thread_count(&spec, true), 1);
    spec.threads = 0;
    stages[0].target = 64;
    assert_int_equal(load_thread_count(&spec, true), 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_an_open_model_is_sent_to_the_request),
        cmocka_unit_test(test_iterations_are_shared_to_the_request),
        cmocka_unit_test(test_virtual_users_are_divided),
        cmocka_unit_test(test_the_limit_of_connections_is_divided),
        cmocka_unit_test(test_stop_ends_all_threads),
        cmocka_unit_test(test_a_part_of_a_load_is_divided_too),
        cmocka_unit_test(test_how_many_threads),
    };
    return results_run_over_all_ways("engine, threads", tests);
}
