/* The load engine's closed model, its pacing, and connections that are used a limited number of times. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "common/clock.h"
#include "common/memory.h"
#include "tests/unit/driver/load/results.h"

#define SECOND NANOSECONDS_PER_SECOND
#define MILLISECOND NANOSECONDS_PER_MILLISECOND

static void answer_ok(struct fake_connection *connection, const struct fake_request *request, void *context)
{
    (void)request;
    (void)context;
    fake_answer(connection, 200, "text/plain", "X-Pod-Name: one\r\n", "hello");
}

static void answer_after_50_ms(struct fake_connection *connection, const struct fake_request *request, void *context)
{
    (void)fake_wait(connection, 0.05);
    answer_ok(connection, request, context);
}

static void reset_at_once(struct fake_connection *connection, const struct fake_request *request, void *context)
{
    (void)request;
    (void)context;
    fake_reset(connection);
}

static struct load_spec closed_spec(enum load_executor executor, double vus, int64_t duration, uint64_t iterations)
{
    struct load_spec spec = results_spec(0, "/", vus, duration);
    spec.executor = executor;
    spec.iterations = iterations;
    spec.maximum_connections = (int)vus;
    return spec;
}

static void test_iterations_are_sent_to_the_request(void **state)
{
    (void)state;
    struct results *results = memory_allocate(1, sizeof *results);
    struct load_spec spec = closed_spec(EXECUTOR_SHARED_ITERATIONS, 5, 600 * SECOND, 203);
    results_run_against(answer_ok, NULL, &spec, results);
    results_assert_complete(results, 203);
    assert_int_equal(results->outcomes[OUTCOME_OK], 203);
    load_spec_release(&spec);
    spec = closed_spec(EXECUTOR_PER_VU_ITERATIONS, 4, 600 * SECOND, 25);
    results_release(results);
    results = memory_allocate(1, sizeof *results);
    results_run_against(answer_ok, NULL, &spec, results);
    results_assert_complete(results, 100);
    assert_int_equal(results->outcomes[OUTCOME_OK], 100);
    assert_in_range(results->connections, 1, 4);
    load_spec_release(&spec);
    results_release(results);
}

/* Nobody sends before the answer: the rate is the server's, and response and service time are one. */
static void test_the_server_sets_the_pace(void **state)
{
    (void)state;
    struct results *results = memory_allocate(1, sizeof *results);
    struct load_spec spec = closed_spec(EXECUTOR_CONSTANT_VUS, 3, SECOND, 0);
    results_run_against(answer_after_50_ms, NULL, &spec, results);
    results_assert_complete(results, results->sent);
    assert_in_range(results->sent, 3, 60);
    assert_int_equal(results->outcomes[OUTCOME_OK], results->sent);
    assert_int_equal(results->ticks[0].vus, 3);
    assert_true(results->ticks[0].target_rate == 0);
    assert_int_equal(results->lateness.maximum, 0);
    assert_int_equal(results->response.minimum, results->service.minimum);
    assert_int_equal(results->response.maximum, results->service.maximum);
    assert_true(results->response.minimum >= 49 * MILLISECOND);
    load_spec_release(&spec);
    results_release(results);
}

static void test_think_time(void **state)
{
    (void)state;
    struct results *results = memory_allocate(1, sizeof *results);
    struct load_spec spec = closed_spec(EXECUTOR_CONSTANT_VUS, 2, SECOND, 0);
    spec.think_time = 200 * MILLISECOND;
    results_run_against(answer_ok, NULL, &spec, results);
    results_assert_complete(results, results->sent);
    assert_in_range(results->sent, 2, 10);
    load_spec_release(&spec);
    results_release(results);
}

/* VUs go on when the server fails, and the load ends. */
static void test_failures_give_the_vu_back(void **state)
{
    (void)state;
    struct results *results = memory_allocate(1, sizeof *results);
    struct load_spec spec = closed_spec(EXECUTOR_SHARED_ITERATIONS, 3, 600 * SECOND, 50);
    results_run_against(reset_at_once, NULL, &spec, results);
    results_assert_complete(results, 50);
    assert_int_equal(results->outcomes[OUTCOME_RESET], 50);
    load_spec_release(&spec);
    spec = closed_spec(EXECUTOR_SHARED_ITERATIONS, 3, 600 * SECOND, 50);
    results_release(results);
    results = memory_allocate(1, sizeof *results);
    free(spec.url);
    spec.url = memory_copy_text("http://127.0.0.1:9/"); /* nobody listens there */
    results_run(&spec, results);
    results_assert_complete(results, 50);
    assert_int_equal(results->outcomes[OUTCOME_REFUSED], 50);
    load_spec_release(&spec);
    results_release(results);
}

static void test_ramping_vus(void **state)
{
    (void)state;
    struct results *results = memory_allocate(1, sizeof *results);
    struct load_spec spec = closed_spec(EXECUTOR_RAMPING_VUS, 4, SECOND, 0);
    spec.start_rate = 0;
    spec.think_time = 10 * MILLISECOND;
    results_run_against(answer_ok, NULL, &spec, results);
    results_assert_complete(results, results->sent);
    assert_true(results->sent > 0);
    assert_true(results->connections >= 1);
    load_spec_release(&spec);
    results_release(results);
}

static void test_connections_are_closed_after_their_requests(void **state)
{
    (void)state;
    struct results *results = memory_allocate(1, sizeof *results);
    struct fake_server *server = fake_server_start(answer_ok, NULL);
    struct load_spec spec = results_spec(fake_server_port(server), "/", 0, 600 * SECOND);
    spec.executor = EXECUTOR_SHARED_ITERATIONS;
    spec.iterations = 95;
    spec.start_rate = spec.stages[0].target = 1;
    spec.reuse = REUSE_LIMITED;
    spec.reuse_requests = 10;
    results_run(&spec, results);
    results_assert_complete(results, 95);
    assert_int_equal(results->outcomes[OUTCOME_OK], 95);
    assert_int_equal(results->connections, 10);
    assert_int_equal(fake_server_connections(server), 10);
    fake_server_stop(server);
    load_spec_release(&spec);
    results_release(results);
}

static void test_connections_are_closed_when_they_are_old(void **state)
{
    (void)state;
    struct results *results = memory_allocate(1, sizeof *results);
    struct fake_server *server = fake_server_start(answer_ok, NULL);
    struct load_spec spec = results_spec(fake_server_port(server), "/", 1, SECOND);
    spec.executor = EXECUTOR_CONSTANT_VUS;
    spec.reuse = REUSE_LIMITED;
    spec.reuse_age = 200 * MILLISECOND;
    results_run(&spec, results);
    results_assert_complete(results, results->sent);
    assert_in_range(results->connections, 2, 5);
    assert_true(results->connections < results->sent);
    fake_server_stop(server);
    load_spec_release(&spec);
    results_release(results);
}

/* Seldom more than one of the VUs sends at a time; the lean transport keeps each one's connection all the same. */
static void test_each_vu_has_its_connection(void **state)
{
    (void)state;
    struct results *results = memory_allocate(1, sizeof *results);
    struct fake_server *server = fake_server_start(answer_ok, NULL);
    struct load_spec spec = results_spec(fake_server_port(server), "/", 20, SECOND);
    spec.executor = EXECUTOR_RAMPING_VUS;
    spec.start_rate = 0;
    spec.stages = memory_resize(spec.stages, 2, sizeof *spec.stages);
    spec.stages[1] = (struct load_stage){.duration = 2 * SECOND, .target = 20};
    spec.stage_count = 2;
    spec.think_time = 200 * MILLISECOND;
    results_run(&spec, results);
    results_assert_complete(results, results->sent);
    assert_true(results->sent > 20);
    if (results_transport != TRANSPORT_CURL)
        assert_int_equal(fake_server_connections(server), 20);
    assert_in_range(fake_server_connections(server), 1, 20);
    fake_server_stop(server);
    load_spec_release(&spec);
    results_release(results);
}

static void test_precise_pacing_and_segments(void **state)
{
    (void)state;
    struct results *results = memory_allocate(1, sizeof *results);
    struct fake_server *server = fake_server_start(answer_ok, NULL);
    struct load_spec spec = results_spec(fake_server_port(server), "/", 300, SECOND);
    spec.pacing = PACING_PRECISE;
    spec.spacing = SPACING_POISSON;
    uint64_t planned = 0;
    for (size_t index = 0; index < 3; index++) {
        struct segment *segment = segment_create(index, 3, NULL, NULL);
        const struct load_options options = {.spec = &spec,
                                             .transport = results_transport,
                                             .segment = segment,
                                             .slow_over = 10 * SECOND,
                                             .sink = results_sink(results)};
        struct load *load = load_create(&options, NULL);
        assert_int_equal(load_start(load, clock_monotonic(), NULL), 0);
        load_join(load);
        load_destroy(load);
        segment_destroy(segment);
        planned += 100;
        results_assert_complete(results, planned);
    }
    assert_int_equal(results->outcomes[OUTCOME_OK] + results->dropped, 300);
    fake_server_stop(server);
    load_spec_release(&spec);
    results_release(results);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_iterations_are_sent_to_the_request),
        cmocka_unit_test(test_the_server_sets_the_pace),
        cmocka_unit_test(test_think_time),
        cmocka_unit_test(test_failures_give_the_vu_back),
        cmocka_unit_test(test_ramping_vus),
        cmocka_unit_test(test_connections_are_closed_after_their_requests),
        cmocka_unit_test(test_connections_are_closed_when_they_are_old),
        cmocka_unit_test(test_each_vu_has_its_connection),
        cmocka_unit_test(test_precise_pacing_and_segments),
    };
    return results_run_over_all_ways("engine, closed", tests);
}
