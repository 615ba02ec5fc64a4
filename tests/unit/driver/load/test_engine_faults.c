/* The load engine against servers that fail in every way: each failure has its outcome, and none is hidden. */
#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "common/clock.h"
#include "common/memory.h"
#include "tests/support/wait.h"
#include "tests/unit/driver/load/results.h"

#define SECOND NANOSECONDS_PER_SECOND
#define MILLISECOND NANOSECONDS_PER_MILLISECOND

static void reset_at_once(struct fake_connection *connection, const struct fake_request *request, void *context)
{
    (void)request;
    (void)context;
    fake_reset(connection);
}

static void close_at_once(struct fake_connection *connection, const struct fake_request *request, void *context)
{
    (void)request;
    (void)context;
    fake_close(connection);
}

static void say_garbage(struct fake_connection *connection, const struct fake_request *request, void *context)
{
    (void)request;
    (void)context;
    fake_send(connection, "\x01\x02 this is no HTTP \xff\r\n\r\n\r\n");
    fake_close(connection);
}

static void answer_half_a_body(struct fake_connection *connection, const struct fake_request *request, void *context)
{
    (void)request;
    (void)context;
    fake_send(connection, "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nonly this");
    fake_close(connection);
}

static void answer_half_a_chunk(struct fake_connection *connection, const struct fake_request *request, void *context)
{
    (void)request;
    (void)context;
    fake_send(connection, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n50\r\nonly this");
    fake_close(connection);
}

static void answer_half_a_head(struct fake_connection *connection, const struct fake_request *request, void *context)
{
    (void)request;
    (void)context;
    fake_send(connection, "HTTP/1.1 200 OK\r\nContent-Le");
    fake_reset(connection);
}

static void never_answer(struct fake_connection *connection, const struct fake_request *request, void *context)
{
    (void)request;
    (void)context;
    (void)fake_wait(connection, 20);
    fake_close(connection);
}

static void begin_and_stop(struct fake_connection *connection, const struct fake_request *request, void *context)
{
    (void)request;
    (void)context;
    fake_send(connection, "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc");
    (void)fake_wait(connection, 20);
    fake_close(connection);
}

static void answer_503(struct fake_connection *connection, const struct fake_request *request, void *context)
{
    (void)request;
    (void)context;
    fake_answer(connection, 503, "text/plain", "X-Pod-Name: p\r\n", "busy");
}

static void answer_after_300_ms(struct fake_connection *connection, const struct fake_request *request, void *context)
{
    (void)request;
    (void)context;
    (void)fake_wait(connection, 0.3);
    fake_answer(connection, 200, "text/plain", "X-Pod-Name: slow\r\n", "x");
}

/* Longer than a busy machine takes for what is not to run into its timeout. */
#define NO_TIMEOUT (20 * SECOND)

/* A server's behaviour, and the outcome of every request to it. */
struct fault_row {
    const char *name;
    fake_handler *handler;
    enum load_outcome outcome;
    int http_status;
    int64_t timeout;
};

static void test_each_failure_has_its_outcome(void **state)
{
    (void)state;
    static const struct fault_row rows[] = {
        {"reset", reset_at_once, OUTCOME_RESET, 0, NO_TIMEOUT},
        {"closed", close_at_once, OUTCOME_RESET, 0, NO_TIMEOUT},
        {"garbage", say_garbage, OUTCOME_RESET, 0, NO_TIMEOUT},
        {"half a body", answer_half_a_body, OUTCOME_TRUNCATED, 200, NO_TIMEOUT},
        {"half a chunk", answer_half_a_chunk, OUTCOME_TRUNCATED, 200, NO_TIMEOUT},
        {"half a head", answer_half_a_head, OUTCOME_TRUNCATED, 200, NO_TIMEOUT},
        {"no answer", never_answer, OUTCOME_TIMEOUT, 0, 300 * MILLISECOND},
        {"no end", begin_and_stop, OUTCOME_TIMEOUT, 200, 2 * SECOND},
        {"503", answer_503, OUTCOME_STATUS, 503, NO_TIMEOUT},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct results *results = memory_allocate(1, sizeof *results);
        struct load_spec spec = results_spec(0, "/", 100, SECOND / 5);
        spec.timeout = rows[i].timeout;
        results_run_against(rows[i].handler, NULL, &spec, results);
        results_assert_complete(results, 20);
        if (results->outcomes[rows[i].outcome] != 20)
            fail_msg("%s: %d of 20 are %s", rows[i].name, (int)results->outcomes[rows[i].outcome],
                     load_outcome_name(rows[i].outcome));
        assert_int_equal(results->exemplar_count, 20);
        for (size_t at = 0; at < 20; at++) {
            assert_int_equal(results->exemplars[at].reason, EXEMPLAR_LOST);
            assert_int_equal(results->exemplars[at].outcome, rows[i].outcome);
            if (results->exemplars[at].http_status != rows[i].http_status && strcmp(rows[i].name, "half a head") != 0)
                fail_msg("%s: status %d", rows[i].name, results->exemplars[at].http_status);
        }
        load_spec_release(&spec);
        results_release(results);
    }
}

/* A port on which nothing listens: bound, so that nobody else takes it. */
static int closed_port(int *port)
{
    int descriptor = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t length = sizeof address;
    assert_int_equal(bind(descriptor, (struct sockaddr *)&address, sizeof address), 0);
    assert_int_equal(getsockname(descriptor, (struct sockaddr *)&address, &length), 0);
    *port = ntohs(address.sin_port);
    return descriptor;
}

static void test_refused(void **state)
{
    (void)state;
    int port = 0;
    AUTO_CLOSE int descriptor = closed_port(&port);
    assert_true(descriptor >= 0);
    struct results *results = memory_allocate(1, sizeof *results);
    struct load_spec spec = results_spec(port, "/", 100, SECOND / 2);
    results_run(&spec, results);
    results_assert_complete(results, 50);
    assert_int_equal(results->outcomes[OUTCOME_REFUSED], 50);
    for (size_t i = 0; i < results->exemplar_count; i++)
        assert_int_equal(results->exemplars[i].http_status, 0);
    load_spec_release(&spec);
    results_release(results);
}

/* Listens and never accepts: the backlog is full after a while, what comes then waits for a connection. */
static void test_no_connection_in_time(void **state)
{
    (void)state;
    int port = 0;
    AUTO_CLOSE int descriptor = closed_port(&port);
    assert_int_equal(listen(descriptor, 1), 0);
    struct results *results = memory_allocate(1, sizeof *results);
    struct load_spec spec = results_spec(port, "/", 20, SECOND / 2);
    spec.timeout = 300 * MILLISECOND;
    results_run(&spec, results);
    results_assert_complete(results, 10);
    assert_int_equal(results->outcomes[OUTCOME_TIMEOUT], 10);
    load_spec_release(&spec);
    results_release(results);
}

static void test_tls_without_tls(void **state)
{
    (void)state;
    struct results *results = memory_allocate(1, sizeof *results);
    struct fake_server *server = fake_server_start(say_garbage, NULL);
    struct load_spec spec = results_spec(0, "/", 20, SECOND / 2);
    free(spec.url);
    spec.url = memory_format("https://127.0.0.1:%d/", fake_server_port(server));
    spec.timeout = 300 * MILLISECOND;
    results_run(&spec, results);
    fake_server_stop(server);
    results_assert_complete(results, 10);
    assert_int_equal(results->outcomes[OUTCOME_OK] + results->outcomes[OUTCOME_STATUS], 0);
    load_spec_release(&spec);
    results_release(results);
}

/* Answers the first request of a connection and cuts it when the second one comes: libcurl would send that again on a
 * connection of its own and report an answer. */
static void cut_the_second(struct fake_connection *connection, const struct fake_request *request, void *context)
{
    (void)context;
    if (strstr(request->path, "first") != NULL || request->number % 2 == 1)
        fake_answer(connection, 200, "text/plain", "", "x");
    else
        fake_reset(connection);
}

static void test_no_retry_behind_our_back(void **state)
{
    (void)state;
    struct results *results = memory_allocate(1, sizeof *results);
    struct fake_server *server = fake_server_start(cut_the_second, NULL);
    struct load_spec spec = results_spec(fake_server_port(server), "/post/{1..10}", 20, SECOND);
    spec.maximum_connections = 1;
    results_run(&spec, results);
    results_assert_complete(results, 20);
    assert_int_equal(fake_server_requests(server), (int)results->sent);
    assert_true(results->outcomes[OUTCOME_RESET] >= 1);
    assert_int_equal(results->outcomes[OUTCOME_OK] + results->outcomes[OUTCOME_RESET], results->sent);
    assert_int_equal(results->outcomes[OUTCOME_RESET], results->sent / 2);
    fake_server_stop(server);
    load_spec_release(&spec);
    results_release(results);
}

/* Closes a kept connection while it is idle. The client may notice before its next request or not; either way no request
 * is sent twice and each outcome is true. */
static void close_when_idle(struct fake_connection *connection, const struct fake_request *request, void *context)
{
    (void)request;
    (void)context;
    fake_answer(connection, 200, "text/plain", "", "x");
    fake_close(connection);
}

static void test_connections_closed_between_requests(void **state)
{
    (void)state;
    struct results *results = memory_allocate(1, sizeof *results);
    struct fake_server *server = fake_server_start(close_when_idle, NULL);
    struct load_spec spec = results_spec(fake_server_port(server), "/", 200, SECOND / 2);
    results_run(&spec, results);
    results_assert_complete(results, 100);
    assert_int_equal(results->outcomes[OUTCOME_OK] + results->outcomes[OUTCOME_RESET], 100);
    assert_int_equal(fake_server_requests(server), (int)results->outcomes[OUTCOME_OK]);
    fake_server_stop(server);
    load_spec_release(&spec);
    results_release(results);
}

static void answer_and_count(struct fake_connection *connection, const struct fake_request *request, void *context)
{
    answer_after_300_ms(connection, request, NULL);
    (void)atomic_fetch_add((atomic_int *)context, 1);
}

/* The server dies with the request: the kept connection is cut, and the retry would be refused. */
static void test_server_dies_under_a_kept_connection(void **state)
{
    (void)state;
    struct results *results = memory_allocate(1, sizeof *results);
    atomic_int answers = 0;
    struct fake_server *server = fake_server_start(answer_and_count, &answers);
    struct load_spec spec = results_spec(fake_server_port(server), "/", 10, 3 * SECOND);
    const struct load_options options = {
        .spec = &spec, .transport = results_transport, .slow_over = SECOND, .sink = results_sink(results)};
    struct load *load = load_create(&options, NULL);
    assert_int_equal(load_start(load, clock_monotonic(), NULL), 0);
    assert_true(test_wait_until(atomic_load(&answers) > 0 && fake_server_requests(server) > atomic_load(&answers), 60));
    fake_server_stop(server);
    load_join(load);
    load_destroy(load);
    results_assert_complete(results, 30);
    assert_true(results->outcomes[OUTCOME_OK] >= 1);
    assert_true(results->outcomes[OUTCOME_RESET] >= 1);
    assert_true(results->outcomes[OUTCOME_REFUSED] >= 1);
    assert_int_equal(results->outcomes[OUTCOME_OK] + results->outcomes[OUTCOME_RESET] + results->outcomes[OUTCOME_REFUSED], 30);
    load_spec_release(&spec);
    results_release(results);
}

static void test_slow_answers_are_kept_and_do_not_slow_the_schedule(void **state)
{
    (void)state;
    struct results *results = memory_allocate(1, sizeof *results);
    struct load_spec spec = results_spec(0, "/", 40, SECOND / 2);
    results_run_against(answer_after_300_ms, NULL, &spec, results);
    results_assert_complete(results, 20);
    assert_int_equal(results->outcomes[OUTCOME_OK], 20);
    assert_int_equal(results->exemplar_count, 20);
    for (size_t i = 0; i < 20; i++) {
        assert_int_equal(results->exemplars[i].reason, EXEMPLAR_SLOW);
        assert_string_equal(results->exemplars[i].server, "slow");
    }
    assert_true(results->response.minimum >= 290 * MILLISECOND);
    assert_true(results->connections >= 2);
    load_spec_release(&spec);
    results_release(results);
}

static void test_drops_at_the_limit(void **state)
{
    (void)state;
    struct results *results = memory_allocate(1, sizeof *results);
    struct fake_server *server = fake_server_start(never_answer, NULL);
    struct load_spec spec = results_spec(fake_server_port(server), "/", 500, SECOND / 10);
    spec.maximum_connections = 3;
    spec.timeout = 3 * SECOND;
    results_run(&spec, results);
    results_assert_complete(results, 50);
    assert_int_equal(results->outcomes[OUTCOME_TIMEOUT], 3);
    assert_int_equal(results->outcomes[OUTCOME_DROPPED], 47);
    assert_int_equal(fake_server_connections(server), 3);
    assert_int_equal(results->connections, 3);
    assert_int_equal(results->exemplar_count, 3);
    fake_server_stop(server);
    load_spec_release(&spec);
    results_release(results);
}

static void test_stop_aborts_what_is_in_flight(void **state)
{
    (void)state;
    struct results *results = memory_allocate(1, sizeof *results);
    struct fake_server *server = fake_server_start(never_answer, NULL);
    struct load_spec spec = results_spec(fake_server_port(server), "/", 20, 20 * SECOND);
    spec.timeout = 20 * SECOND;
    const struct load_options options = {
        .spec = &spec, .transport = results_transport, .slow_over = SECOND, .sink = results_sink(results)};
    struct load *load = load_create(&options, NULL);
    assert_int_equal(load_start(load, clock_monotonic(), NULL), 0);
    assert_true(test_wait_until(fake_server_requests(server) >= 3, 60));
    assert_false(load_finished(load));
    int64_t stopped = clock_monotonic();
    load_stop(load);
    load_stop(load);
    load_join(load);
    assert_true(clock_monotonic() - stopped < 15 * SECOND);
    assert_true(load_finished(load));
    load_destroy(load);
    fake_server_stop(server);
    results_assert_complete(results, results->planned);
    assert_true(results->planned >= 1 && results->planned < 400);
    assert_int_equal(results->outcomes[OUTCOME_ABORTED], results->planned);
    load_spec_release(&spec);
    results_release(results);
}

static void test_stop_before_start(void **state)
{
    (void)state;
    struct results *results = memory_allocate(1, sizeof *results);
    struct load_spec spec = results_spec(9, "/", 20, 20 * SECOND);
    const struct load_options options = {
        .spec = &spec, .transport = results_transport, .slow_over = SECOND, .sink = results_sink(results)};
    struct load *load = load_create(&options, NULL);
    load_stop(load);
    assert_int_equal(load_start(load, clock_monotonic() + 10 * SECOND, NULL), 0);
    load_join(load);
    assert_true(load_finished(load));
    load_destroy(load);
    results_assert_complete(results, 0);

    load = load_create(&options, NULL);
    assert_int_equal(load_start(load, clock_monotonic() + 20 * SECOND, NULL), 0);
    load_stop(load);
    load_join(load);
    load_destroy(load);
    results_assert_complete(results, 0);

    load_destroy(load_create(&options, NULL));
    load_destroy(NULL);
    load_spec_release(&spec);
    results_release(results);
}

static void test_too_few_descriptors_are_told_before(void **state)
{
    (void)state;
    struct rlimit before;
    assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
    struct results *results = memory_allocate(1, sizeof *results);
    struct load_spec spec = results_spec(9, "/", 20, SECOND);
    const struct load_options options = {
        .spec = &spec, .transport = results_transport, .slow_over = SECOND, .sink = results_sink(results)};
    struct error error = ERROR_NONE;
    spec.maximum_connections = 2000000000;
    assert_null(load_create(&options, &error));
    assert_non_null(strstr(error.text, "2000000000 connections need 2000000064 open files"));

    /* A low soft limit is raised. */
    spec.maximum_connections = 500;
    const struct rlimit low = {.rlim_cur = 256, .rlim_max = before.rlim_max};
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &low), 0);
    struct load *load = load_create(&options, &error);
    assert_non_null(load);
    load_destroy(load);
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
    load_spec_release(&spec);
    results_release(results);
}

static void test_wrong_url(void **state)
{
    (void)state;
    struct results *results = memory_allocate(1, sizeof *results);
    struct load_spec spec = results_spec(9, "/{1..}", 20, SECOND);
    const struct load_options options = {
        .spec = &spec, .transport = results_transport, .slow_over = SECOND, .sink = results_sink(results)};
    struct error error = ERROR_NONE;
    assert_null(load_create(&options, &error));
    assert_non_null(strstr(error.text, "expected {1..10}"));
    load_spec_release(&spec);
    results_release(results);
}

/* Every kind of failure mixed, connections and descriptors given back and taken anew all the time. */
static const struct {
    fake_handler *handler;
    enum load_outcome outcome;
} turns[] = {
    {answer_503, OUTCOME_STATUS},   {reset_at_once, OUTCOME_RESET},           {close_when_idle, OUTCOME_OK},
    {say_garbage, OUTCOME_RESET},   {answer_half_a_body, OUTCOME_TRUNCATED},  {answer_503, OUTCOME_STATUS},
    {close_at_once, OUTCOME_RESET}, {answer_half_a_chunk, OUTCOME_TRUNCATED}, {answer_after_300_ms, OUTCOME_OK},
};
#define TURNS (sizeof turns / sizeof turns[0])

static void fail_in_turn(struct fake_connection *connection, const struct fake_request *request, void *context)
{
    turns[(size_t)request->number % TURNS].handler(connection, request, context);
}

/* A request that is sent just when the server closes a kept connection never reaches it, and is a reset. */
static void test_all_failures_mixed(void **state)
{
    (void)state;
    struct results *results = memory_allocate(1, sizeof *results);
    struct fake_server *server = fake_server_start(fail_in_turn, NULL);
    struct load_spec spec = results_spec(fake_server_port(server), "/", 200, 2 * SECOND);
    results_run(&spec, results);
    results_assert_complete(results, 400);
    size_t seen = (size_t)fake_server_requests(server);
    assert_true(seen <= results->sent);
    uint64_t expected[OUTCOME_COUNT] = {[OUTCOME_RESET] = results->sent - seen, [OUTCOME_DROPPED] = results->dropped};
    for (size_t number = 1; number <= seen; number++)
        expected[turns[number % TURNS].outcome]++;
    for (int outcome = 0; outcome < OUTCOME_COUNT; outcome++)
        assert_int_equal(results->outcomes[outcome], expected[outcome]);
    fake_server_stop(server);
    load_spec_release(&spec);
    results_release(results);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_each_failure_has_its_outcome),
        cmocka_unit_test(test_refused),
        cmocka_unit_test(test_no_connection_in_time),
        cmocka_unit_test(test_tls_without_tls),
        cmocka_unit_test(test_no_retry_behind_our_back),
        cmocka_unit_test(test_connections_closed_between_requests),
        cmocka_unit_test(test_server_dies_under_a_kept_connection),
        cmocka_unit_test(test_slow_answers_are_kept_and_do_not_slow_the_schedule),
        cmocka_unit_test(test_drops_at_the_limit),
        cmocka_unit_test(test_stop_aborts_what_is_in_flight),
        cmocka_unit_test(test_stop_before_start),
        cmocka_unit_test(test_too_few_descriptors_are_told_before),
        cmocka_unit_test(test_wrong_url),
        cmocka_unit_test(test_all_failures_mixed),
    };
    return results_run_over_all_ways("engine faults", tests);
}
