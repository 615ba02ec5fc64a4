/* The load engine against answers that are unusual, or wrong in their form: over both transports with the same outcomes. */
#include <setjmp.h>
#include <stdarg.h>
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
#define REQUESTS 4
#define OK_HEAD "HTTP/1.1 200 OK\r\n"

enum manner {
    AT_ONCE,
    IN_BYTES,      /* each byte in a packet of its own */
    AND_CLOSE,     /* at once, and the connection is closed */
    WITH_LONG_HEAD /* AT_ONCE, behind an answer head of many lines that stays open */
};

/* What a server answers, and what becomes of every request to it. */
struct answer_row {
    const char *name;
    const char *bytes;
    enum manner manner;
    enum load_outcome outcome;
    bool reused; /* the connection, for the next request */
};

static const struct answer_row rows[] = {
    {"chunked", OK_HEAD "Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\nA;x=y\r\n0123456789\r\n0\r\n\r\n", AT_ONCE, OUTCOME_OK,
     true},
    {"chunked in bytes", OK_HEAD "Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\nX-After: 1\r\n\r\n", IN_BYTES, OUTCOME_OK,
     true},
    {"a chunk too short", OK_HEAD "Transfer-Encoding: chunked\r\n\r\n8\r\nabc", AND_CLOSE, OUTCOME_TRUNCATED, false},
    {"a chunk size of letters", OK_HEAD "Transfer-Encoding: chunked\r\n\r\nxyz\r\nabc", AT_ONCE, OUTCOME_TRUNCATED, false},
    {"length in bytes", OK_HEAD "Content-Length: 20\r\nX-Pod-Name: slow\r\n\r\n01234567890123456789", IN_BYTES, OUTCOME_OK, true},
    {"an error in bytes", "HTTP/1.1 503 Busy\r\nContent-Length: 4\r\n\r\nbusy", IN_BYTES, OUTCOME_STATUS, true},
    {"to the end", OK_HEAD "\r\nwhatever comes", AND_CLOSE, OUTCOME_OK, false},
    {"100-continue first", "HTTP/1.1 100 Continue\r\n\r\n" OK_HEAD "Content-Length: 1\r\n\r\na", AT_ONCE, OUTCOME_OK, true},
    {"hints in bytes first", "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n" OK_HEAD "Content-Length: 1\r\n\r\na", IN_BYTES,
     OUTCOME_OK, true},
    {"bytes behind the answer", OK_HEAD "Content-Length: 1\r\n\r\nabcdef", AT_ONCE, OUTCOME_OK, false},
    {"another answer behind it", OK_HEAD "Content-Length: 1\r\n\r\naHTTP/1.1 503 Busy\r\nContent-Length: 0\r\n\r\n", AT_ONCE,
     OUTCOME_OK, false},
    {"a long head", OK_HEAD "Content-Length: 2\r\n", WITH_LONG_HEAD, OUTCOME_OK, true},
    {"half a length", OK_HEAD "Content-Length: 9\r\n\r\nabc", AND_CLOSE, OUTCOME_TRUNCATED, false},
    {"a length of words", OK_HEAD "Content-Length: many\r\n\r\nabc", AND_CLOSE, OUTCOME_TRUNCATED, false},
    {"a length beyond all", OK_HEAD "Content-Length: 99999999999999999999\r\n\r\nabc", AND_CLOSE, OUTCOME_TRUNCATED, false},
    {"nothing but line ends", "\r\n\r\n\r\n", AND_CLOSE, OUTCOME_RESET, false},
};

static void send_in_bytes(struct fake_connection *connection, const char *bytes)
{
    for (const char *at = bytes; *at != '\0'; at++) {
        fake_send_bytes(connection, at, 1);
        (void)fake_wait(connection, 0.0005);
    }
}

/* 40 KB of header lines, in parts. */
static void send_long_head(struct fake_connection *connection, const char *begin)
{
    char line[1024];
    fake_send(connection, begin);
    for (int i = 0; i < 40; i++) {
        int length = snprintf(line, sizeof line, "X-Long-%d: ", i);
        memset(line + length, 'v', 1000 - (size_t)length);
        (void)snprintf(line + 1000, sizeof line - 1000, "\r\n");
        fake_send(connection, line);
    }
    fake_send(connection, "\r\nok");
}

static void answer_as_told(struct fake_connection *connection, const struct fake_request *request, void *context)
{
    (void)request;
    const struct answer_row *row = context;
    if (row->manner == IN_BYTES)
        send_in_bytes(connection, row->bytes);
    else if (row->manner == WITH_LONG_HEAD)
        send_long_head(connection, row->bytes);
    else
        fake_send(connection, row->bytes);
    if (row->manner == AND_CLOSE)
        fake_close(connection);
}

/* One VU, so that each request comes when the one before has its outcome. */
static struct load_spec one_by_one(int port)
{
    struct load_spec spec = results_spec(port, "/", 1, 600 * SECOND);
    spec.executor = EXECUTOR_SHARED_ITERATIONS;
    spec.iterations = REQUESTS;
    return spec;
}

static void check_row(const struct answer_row *row)
{
    struct answer_row told = *row;
    struct results *results = memory_allocate(1, sizeof *results);
    struct fake_server *server = fake_server_start(answer_as_told, &told);
    struct load_spec spec = one_by_one(fake_server_port(server));
    results_run(&spec, results);
    results_assert_complete(results, REQUESTS);
    if (results->outcomes[row->outcome] != REQUESTS)
        for (int outcome = 0; outcome < OUTCOME_COUNT; outcome++)
            if (results->outcomes[outcome] > 0)
                print_error("%s: %d x %s\n", row->name, (int)results->outcomes[outcome],
                            load_outcome_name((enum load_outcome)outcome));
    int connections = fake_server_connections(server);
    if (connections != (row->reused ? 1 : REQUESTS))
        print_error("%s: %d connections\n", row->name, connections);
    assert_int_equal(results->outcomes[row->outcome], REQUESTS);
    assert_int_equal(connections, row->reused ? 1 : REQUESTS);
    assert_int_equal(fake_server_requests(server), REQUESTS);
    fake_server_stop(server);
    load_spec_release(&spec);
    results_release(results);
}

static void test_each_answer_has_its_outcome(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        check_row(&rows[i]);
}

/* An endless head is not waited for. */
static void answer_endless_head(struct fake_connection *connection, const struct fake_request *request, void *context)
{
    (void)request;
    (void)context;
    char lines[4096];
    for (size_t at = 0; at < sizeof lines - 1; at += 64)
        (void)snprintf(lines + at, sizeof lines - at, "X: %059d\r\n", 0);
    fake_send(connection, OK_HEAD);
    for (int i = 0; i < 200; i++)
        fake_send(connection, lines);
    fake_close(connection);
}

static void test_heads_without_end_are_given_up(void **state)
{
    (void)state;
    struct results *results = memory_allocate(1, sizeof *results);
    struct fake_server *server = fake_server_start(answer_endless_head, NULL);
    struct load_spec spec = one_by_one(fake_server_port(server));
    results_run(&spec, results);
    results_assert_complete(results, REQUESTS);
    assert_int_equal(results->outcomes[OUTCOME_TRUNCATED], REQUESTS);
    fake_server_stop(server);
    load_spec_release(&spec);
    results_release(results);
}

/* A body that comes more slowly than the time limit allows, though a byte comes all the time. */
static void drip(struct fake_connection *connection, const struct fake_request *request, void *context)
{
    (void)request;
    (void)context;
    fake_send(connection, OK_HEAD "Content-Length: 1000\r\n\r\n");
    while (fake_wait(connection, 0.02))
        fake_send(connection, "x");
    fake_close(connection);
}

static void test_the_time_limit_is_for_the_whole_answer(void **state)
{
    (void)state;
    struct results *results = memory_allocate(1, sizeof *results);
    struct fake_server *server = fake_server_start(drip, NULL);
    struct load_spec spec = one_by_one(fake_server_port(server));
    spec.timeout = 200 * MILLISECOND;
    results_run(&spec, results);
    results_assert_complete(results, REQUESTS);
    assert_int_equal(results->outcomes[OUTCOME_TIMEOUT], REQUESTS);
    fake_server_stop(server);
    load_spec_release(&spec);
    results_release(results);
}

static void answer_after_its_number(struct fake_connection *connection, const struct fake_request *request, void *context)
{
    static const double delays[] = {0.0002, 0.001, 0.01, 0.1};
    (void)context;
    (void)fake_wait(connection, delays[request->number % 4]);
    fake_answer(connection, 200, "text/plain", "", "x");
}

/* Four delays in turn: a quarter of the answers each, and none shorter than what the server took. */
static void test_known_delays(void **state)
{
    (void)state;
    struct results *results = memory_allocate(1, sizeof *results);
    struct load_spec spec = results_spec(0, "/", 200, SECOND);
    results_run_against(answer_after_its_number, NULL, &spec, results);
    results_assert_complete(results, 200);
    assert_int_equal(results->outcomes[OUTCOME_OK], 200);
    assert_true(histogram_count_above(&results->service, 99 * MILLISECOND) >= 50);
    assert_true(histogram_count_above(&results->service, 9900000) >= 100);
    assert_true(histogram_count_above(&results->service, 990000) >= 150);
    assert_true(histogram_percentile(&results->response, 0.99) >= 99 * MILLISECOND);
    load_spec_release(&spec);
    results_release(results);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_each_answer_has_its_outcome),
        cmocka_unit_test(test_heads_without_end_are_given_up),
        cmocka_unit_test(test_the_time_limit_is_for_the_whole_answer),
        cmocka_unit_test(test_known_delays),
    };
    return results_run_over_all_ways("engine answers", tests);
}
