/* The load engine against servers that answer as they should: what is sent, when, and what is counted. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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
    fake_answer(connection, 200, "text/plain", "", "hello");
}

static void test_every_request_is_counted_once(void **state)
{
    (void)state;
    struct results *results = memory_allocate(1, sizeof *results);
    struct load_spec spec = results_spec(0, "/", 400, 1250 * MILLISECOND);
    results_run_against(answer_ok, NULL, &spec, results);
    results_assert_complete(results, 500);
    assert_int_equal(results->outcomes[OUTCOME_OK], 500);
    assert_true(results->bytes >= 500 * strlen("hello"));
    load_spec_release(&spec);
    results_release(results);
}

static void test_ticks_hold_the_plan_of_each_second(void **state)
{
    (void)state;
    struct results *results = memory_allocate(1, sizeof *results);
    struct load_spec spec = results_spec(0, "/", 0, SECOND);
    spec.executor = EXECUTOR_RAMPING_ARRIVAL_RATE;
    spec.start_rate = 0;
    spec.stage_count = 2;
    spec.stages = memory_resize(spec.stages, 2, sizeof *spec.stages);
    spec.stages[0] = (struct load_stage){.duration = 2 * SECOND, .target = 40};
    spec.stages[1] = (struct load_stage){.duration = SECOND, .target = 40};
    results_run_against(answer_ok, NULL, &spec, results);
    results_assert_complete(results, 80);
    assert_true(results->tick_count >= 3);
    static const double targets[] = {10, 30, 40};
    /* The ramp's integral is 10, 40 and 80 at the seconds' ends. A request due at an end belongs to the next second. */
    static const uint64_t planned[] = {9, 30, 40};
    for (size_t i = 0; i < 3; i++) {
        assert_int_equal(results->ticks[i].second, (int64_t)i);
        assert_true(results->ticks[i].target_rate > targets[i] - 1e-6 && results->ticks[i].target_rate < targets[i] + 1e-6);
        assert_int_equal(results->ticks[i].planned, planned[i]);
        assert_true(results->ticks[i].cpu >= 0 && results->ticks[i].cpu <= 1.5);
    }
    load_spec_release(&spec);
    results_release(results);
}

static void test_kept_connections_are_used_again(void **state)
{
    (void)state;
    struct results *results = memory_allocate(1, sizeof *results);
    struct load_spec spec = results_spec(0, "/", 100, SECOND / 2);
    results_run_against(answer_ok, NULL, &spec, results);
    results_assert_complete(results, 50);
    assert_true(results->connections >= 1 && results->connections < 50);
    load_spec_release(&spec);
    results_release(results);
}

static void test_reuse_never_connects_for_each_request(void **state)
{
    (void)state;
    struct results *results = memory_allocate(1, sizeof *results);
    struct fake_server *server = fake_server_start(answer_ok, NULL);
    struct load_spec spec = results_spec(fake_server_port(server), "/", 200, SECOND / 2);
    spec.reuse = REUSE_NEVER;
    results_run(&spec, results);
    results_assert_complete(results, 100);
    assert_int_equal(results->connections, 100);
    assert_int_equal(fake_server_connections(server), 100);
    fake_server_stop(server);
    load_spec_release(&spec);
    results_release(results);
}

static void answer_as_pod(struct fake_connection *connection, const struct fake_request *request, void *context)
{
    (void)context;
    char more[300];
    (void)snprintf(more, sizeof more, "x-pod-name:  webapp-%d \r\nX-Pod-Phase: %s\r\nX-POD-AGE: %d.5\r\n", request->number % 2,
                   request->number <= 4 ? "cold" : "warm", request->number);
    fake_answer(connection, 200, "text/plain", more, "x");
}

static void test_rows_are_told_by_pod_and_warmth(void **state)
{
    (void)state;
    struct results *results = memory_allocate(1, sizeof *results);
    struct load_spec spec = results_spec(0, "/", 100, SECOND / 2);
    results_run_against(answer_as_pod, NULL, &spec, results);
    results_assert_complete(results, 50);
    uint64_t counts[2][WARMTH_COUNT] = {{0}};
    for (size_t i = 0; i < results->row_count; i++) {
        const struct load_row *row = &results->rows[i];
        assert_memory_equal(row->server, "webapp-", 7);
        assert_int_equal(strlen(row->server), 8);
        counts[row->server[7] - '0'][row->warmth] += row->outcomes[OUTCOME_OK];
        assert_true(row->first_sent >= 0 && row->last_sent >= row->first_sent);
    }
    for (int pod = 0; pod < 2; pod++) {
        assert_int_equal(counts[pod][WARMTH_COLD], 2);
        assert_int_equal(counts[pod][WARMTH_WARM], 23);
        assert_int_equal(counts[pod][WARMTH_UNKNOWN], 0);
    }
    load_spec_release(&spec);
    results_release(results);
}

static void test_the_first_ten_answers_of_a_pod_are_kept(void **state)
{
    (void)state;
    struct results *results = memory_allocate(1, sizeof *results);
    struct load_spec spec = results_spec(0, "/", 100, SECOND / 2);
    results_run_against(answer_as_pod, NULL, &spec, results);
    int counts[2] = {0, 0};
    for (size_t i = 0; i < results->exemplar_count; i++) {
        const struct load_exemplar *exemplar = &results->exemplars[i];
        if (exemplar->reason != EXEMPLAR_FIRST)
            continue;
        counts[exemplar->server[7] - '0']++;
        assert_int_equal(exemplar->outcome, OUTCOME_OK);
        assert_int_equal(exemplar->http_status, 200);
        assert_true(exemplar->server_age % SECOND == SECOND / 2);
        assert_true(exemplar->finished >= exemplar->sent && exemplar->sent >= exemplar->intended);
    }
    assert_in_range(counts[0], 1, 10);
    assert_in_range(counts[1], 1, 10);
    load_spec_release(&spec);
    results_release(results);
}

static void answer_with_odd_headers(struct fake_connection *connection, const struct fake_request *request, void *context)
{
    (void)context;
    static const char *const odd[] = {
        "X-Pod-Name: a\x01\xff\"b\r\nX-Pod-Phase: lukewarm\r\nX-Pod-Age: -3\r\n",
        "X-Pod-Name:\r\nX-Pod-Phase:\r\nX-Pod-Age: never\r\n",
        "X-Pod-Names: no\r\nX-Pod: no\r\nX-Pod-Age: 1e300\r\n",
    };
    fake_answer(connection, 200, "text/plain", odd[request->number % 3], "x");
}

static void test_odd_headers_are_not_believed(void **state)
{
    (void)state;
    struct results *results = memory_allocate(1, sizeof *results);
    struct load_spec spec = results_spec(0, "/", 60, SECOND / 2);
    results_run_against(answer_with_odd_headers, NULL, &spec, results);
    results_assert_complete(results, 30);
    for (size_t i = 0; i < results->row_count; i++) {
        assert_int_equal(results->rows[i].warmth, WARMTH_UNKNOWN);
        assert_true(results->rows[i].server[0] == '\0' || strcmp(results->rows[i].server, "a??\"b") == 0);
    }
    for (size_t i = 0; i < results->exemplar_count; i++)
        assert_int_equal(results->exemplars[i].server_age, -1);
    load_spec_release(&spec);
    results_release(results);
}

struct seen {
    atomic_int paths[11];
    atomic_int hosts, headers, bodies, methods;
};

static void look_at_request(struct fake_connection *connection, const struct fake_request *request, void *context)
{
    struct seen *seen = context;
    int number = atoi(request->path + strlen("/post/"));
    atomic_fetch_add(&seen->paths[number >= 1 && number <= 10 ? number : 0], 1);
    atomic_fetch_add(&seen->hosts, strstr(request->headers, "\r\nHost: webapp:8080\r\n") != NULL ? 1 : 0);
    atomic_fetch_add(&seen->headers, strstr(request->headers, "\r\nX-Lesson: yes\r\n") != NULL ? 1 : 0);
    atomic_fetch_add(&seen->bodies, strcmp(request->body, "{\"a\": 1}") == 0 ? 1 : 0);
    atomic_fetch_add(&seen->methods, strcmp(request->method, "PUT") == 0 ? 1 : 0);
    fake_answer(connection, 200, "text/plain", "", "");
}

static void test_the_request_is_what_the_spec_says(void **state)
{
    (void)state;
    struct seen seen = {0};
    struct results *results = memory_allocate(1, sizeof *results);
    struct fake_server *server = fake_server_start(look_at_request, &seen);
    struct load_spec spec = results_spec(8080, "/", 40, SECOND / 2);
    free(spec.url);
    spec.url = memory_copy_text("http://webapp:8080/post/{1..10}");
    free(spec.method);
    spec.method = memory_copy_text("PUT");
    spec.body = memory_copy_text("{\"a\": 1}");
    spec.body_length = strlen(spec.body);
    spec.header_count = 1;
    spec.headers = memory_allocate(1, sizeof *spec.headers);
    spec.headers[0] = (struct load_header){memory_copy_text("X-Lesson"), memory_copy_text("yes")};
    const struct load_options options = {.spec = &spec,
                                         .transport = results_transport,
                                         .resolve_address = "127.0.0.1",
                                         .resolve_port = (uint16_t)fake_server_port(server),
                                         .slow_over = SECOND,
                                         .sink = results_sink(results)};
    struct load *load = load_create(&options, NULL);
    assert_non_null(load);
    assert_int_equal(load_start(load, clock_monotonic(), NULL), 0);
    load_join(load);
    load_destroy(load);
    fake_server_stop(server);
    results_assert_complete(results, 20);
    for (int number = 1; number <= 10; number++)
        assert_int_equal(seen.paths[number], 2);
    assert_int_equal(seen.hosts, 20);
    assert_int_equal(seen.headers, 20);
    assert_int_equal(seen.bodies, 20);
    assert_int_equal(seen.methods, 20);
    load_spec_release(&spec);
    results_release(results);
}

static void test_head_waits_for_no_body(void **state)
{
    (void)state;
    struct results *results = memory_allocate(1, sizeof *results);
    struct load_spec spec = results_spec(0, "/", 20, SECOND / 2);
    free(spec.method);
    spec.method = memory_copy_text("HEAD");
    spec.reuse = REUSE_NEVER;
    results_run_against(answer_ok, NULL, &spec, results);
    results_assert_complete(results, 10);
    assert_int_equal(results->outcomes[OUTCOME_OK], 10);
    load_spec_release(&spec);
    results_release(results);
}

static void test_burst(void **state)
{
    (void)state;
    struct results *results = memory_allocate(1, sizeof *results);
    struct load_spec spec = results_spec(0, "/", 100000, SECOND / 10);
    spec.maximum_connections = 64;
    results_run_against(answer_ok, NULL, &spec, results);
    results_assert_complete(results, 10000);
    assert_true(results->outcomes[OUTCOME_OK] >= 64);
    assert_int_equal(results->outcomes[OUTCOME_OK] + results->outcomes[OUTCOME_DROPPED], 10000);
    assert_true(results->connections <= 64);
    load_spec_release(&spec);
    results_release(results);
}

/* The load is started late: everything is due at once, counted late, and belongs to the second of its intended start. */
static void test_what_is_late_is_said(void **state)
{
    (void)state;
    struct results *results = memory_allocate(1, sizeof *results);
    struct fake_server *server = fake_server_start(answer_ok, NULL);
    struct load_spec spec = results_spec(fake_server_port(server), "/", 20, 3 * SECOND);
    const struct load_options options = {
        .spec = &spec, .transport = results_transport, .slow_over = SECOND, .sink = results_sink(results)};
    struct load *load = load_create(&options, NULL);
    assert_int_equal(load_start(load, clock_monotonic() - 3 * SECOND, NULL), 0);
    load_join(load);
    load_destroy(load);
    fake_server_stop(server);
    results_assert_complete(results, 60);
    assert_true(results->late >= 59);
    assert_true(results->lateness.maximum >= 3 * SECOND);
    assert_true(results->response.minimum > results->service.minimum);
    assert_true(results->response.maximum >= 3 * SECOND);
    assert_true(results->tick_count >= 3);
    for (size_t i = 0; i < 3; i++) {
        assert_int_equal(results->ticks[i].second, (int64_t)i);
        assert_int_equal(results->ticks[i].planned, 20);
        assert_int_equal(results->ticks[i].sent, 20);
    }
    load_spec_release(&spec);
    results_release(results);
}

/* No second is left out, also when nothing happens in it or the engine was held up. */
static void test_every_second_has_its_tick(void **state)
{
    (void)state;
    struct results *results = memory_allocate(1, sizeof *results);
    struct fake_server *server = fake_server_start(answer_ok, NULL);
    struct load_spec spec = results_spec(fake_server_port(server), "/", 0, SECOND);
    spec.executor = EXECUTOR_RAMPING_ARRIVAL_RATE;
    spec.start_rate = 0;
    spec.stages = memory_resize(spec.stages, 2, sizeof *spec.stages);
    spec.stage_count = 2;
    spec.stages[0] = (struct load_stage){.duration = 5 * SECOND, .target = 0};
    spec.stages[1] = (struct load_stage){.duration = SECOND, .target = 20};
    const struct load_options options = {
        .spec = &spec, .transport = results_transport, .slow_over = SECOND, .sink = results_sink(results)};
    struct load *load = load_create(&options, NULL);
    assert_int_equal(load_start(load, clock_monotonic() - 6 * SECOND, NULL), 0);
    load_join(load);
    load_destroy(load);
    fake_server_stop(server);
    results_assert_complete(results, 10);
    assert_true(results->tick_count >= 6);
    for (size_t i = 0; i < results->tick_count; i++)
        assert_int_equal(results->ticks[i].second, (int64_t)i);
    load_spec_release(&spec);
    results_release(results);
}

static void test_start_lies_ahead(void **state)
{
    (void)state;
    struct results *results = memory_allocate(1, sizeof *results);
    struct fake_server *server = fake_server_start(answer_ok, NULL);
    struct load_spec spec = results_spec(fake_server_port(server), "/", 20, SECOND / 2);
    const struct load_options options = {
        .spec = &spec, .transport = results_transport, .slow_over = SECOND, .sink = results_sink(results)};
    struct load *load = load_create(&options, NULL);
    int64_t start = clock_monotonic() + SECOND / 2;
    assert_int_equal(load_start(load, start, NULL), 0);
    load_join(load);
    assert_true(clock_monotonic() >= start + 450 * MILLISECOND);
    load_destroy(load);
    fake_server_stop(server);
    results_assert_complete(results, 10);
    assert_true(results->lateness.minimum >= 0);
    load_spec_release(&spec);
    results_release(results);
}

static void test_nothing_to_send(void **state)
{
    (void)state;
    struct results *results = memory_allocate(1, sizeof *results);
    struct load_spec spec = results_spec(9, "/", 0, SECOND);
    results_run(&spec, results);
    results_assert_complete(results, 0);
    load_spec_release(&spec);
    results_release(results);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_request_is_counted_once),
        cmocka_unit_test(test_ticks_hold_the_plan_of_each_second),
        cmocka_unit_test(test_kept_connections_are_used_again),
        cmocka_unit_test(test_reuse_never_connects_for_each_request),
        cmocka_unit_test(test_rows_are_told_by_pod_and_warmth),
        cmocka_unit_test(test_the_first_ten_answers_of_a_pod_are_kept),
        cmocka_unit_test(test_odd_headers_are_not_believed),
        cmocka_unit_test(test_the_request_is_what_the_spec_says),
        cmocka_unit_test(test_head_waits_for_no_body),
        cmocka_unit_test(test_burst),
        cmocka_unit_test(test_what_is_late_is_said),
        cmocka_unit_test(test_every_second_has_its_tick),
        cmocka_unit_test(test_start_lies_ahead),
        cmocka_unit_test(test_nothing_to_send),
    };
    return results_run_over_all_ways("engine", tests);
}
