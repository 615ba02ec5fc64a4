/* Mixes of requests, variables, bodies and checks, over both transports, against a server that looks at what it gets. */
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
#include "driver/load/segment.h"
#include "tests/unit/driver/load/results.h"

#define SECOND NANOSECONDS_PER_SECOND
#define MILLISECOND NANOSECONDS_PER_MILLISECOND
#define MOST_SEEN 256

/* What a server got, by the path's first letter. */
struct seen {
    atomic_int paths[128];
    atomic_int wrong;
    atomic_int words[MOST_SEEN]; /* numbers that came as a variable */
};

static void add_request(struct load_spec *spec, const char *name, uint32_t weight, const char *method, char *url)
{
    spec->requests = memory_resize(spec->requests, spec->request_count + 1, sizeof *spec->requests);
    spec->requests[spec->request_count++] = (struct request_spec){.name = memory_copy_text(name),
                                                                  .weight = weight,
                                                                  .method = memory_copy_text(method),
                                                                  .url = url,
                                                                  .timeout = spec->timeout};
}

static void add_check(struct request_spec *request, const char *text)
{
    request->checks = memory_resize(request->checks, request->check_count + 1, sizeof *request->checks);
    request->checks[request->check_count++] = (struct load_check){memory_copy_text(text), memory_copy_text(text)};
}

static void see_path(struct fake_connection *connection, const struct fake_request *request, void *context)
{
    struct seen *seen = context;
    atomic_fetch_add(&seen->paths[request->path[1] & 127], 1);
    bool head = strcmp(request->method, "HEAD") == 0;
    if (request->path[1] == 'p' && (strcmp(request->method, "POST") != 0 || strcmp(request->body, "x=1") != 0))
        atomic_fetch_add(&seen->wrong, 1);
    if (request->path[1] == 'h' && !head)
        atomic_fetch_add(&seen->wrong, 1);
    if (request->path[1] == 'g' && (strcmp(request->method, "GET") != 0 || request->body[0] != '\0'))
        atomic_fetch_add(&seen->wrong, 1);
    if (head)
        fake_send(connection, "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nX-Kind: head\r\n\r\n");
    else
        fake_answer(connection, request->path[1] == 'p' ? 503 : 200, "text/plain", "X-Kind: body\r\n", "hello");
}

/* GET 5 : POST 2 : HEAD 1, over the same connections. */
static void mix_of_three(struct load_spec *spec, int port)
{
    add_request(spec, "get", 5, "GET", memory_format("http://127.0.0.1:%d/get", port));
    add_request(spec, "post", 2, "POST", memory_format("http://127.0.0.1:%d/post", port));
    add_request(spec, "head", 1, "HEAD", memory_format("http://127.0.0.1:%d/head", port));
    spec->requests[1].body = memory_copy_text("x=1");
    spec->requests[1].body_length = 3;
    add_check(&spec->requests[0], "status is 200");
    add_check(&spec->requests[0], "body contains ell");
    add_check(&spec->requests[0], "header X-Kind is head");
    add_check(&spec->requests[1], "status is 200");
    add_check(&spec->requests[2], "header X-Kind is head");
}

static uint64_t count_of(const struct results *results, const char *request, enum load_outcome outcome)
{
    uint64_t count = 0;
    for (size_t i = 0; i < results->row_count; i++)
        if (strcmp(results->rows[i].request, request) == 0)
            count += results->rows[i].outcomes[outcome];
    return count;
}

static void assert_check(const struct results *results, const char *request, size_t check, uint64_t passes, uint64_t fails)
{
    uint64_t passed = 0;
    uint64_t failed = 0;
    for (size_t i = 0; i < results->row_count; i++) {
        const struct load_row *row = &results->rows[i];
        if (strcmp(row->request, request) != 0)
            continue;
        assert_true(check < row->check_count);
        passed += row->checks[check].passes;
        failed += row->checks[check].fails;
    }
    assert_int_equal(passed, passes);
    assert_int_equal(failed, fails);
}

static void test_a_mix_is_sent_by_its_weights(void **state)
{
    (void)state;
    struct seen seen = {.wrong = 0};
    struct results *results = memory_allocate(1, sizeof *results);
    struct fake_server *server = fake_server_start(see_path, &seen);
    struct load_spec spec = results_spec(fake_server_port(server), "/", 320, SECOND / 2);
    mix_of_three(&spec, fake_server_port(server));
    results_run(&spec, results);
    results_assert_complete(results, 160);
    assert_int_equal(atomic_load(&seen.wrong), 0);
    assert_int_equal(atomic_load(&seen.paths['g']), 100);
    assert_int_equal(atomic_load(&seen.paths['p']), 40);
    assert_int_equal(atomic_load(&seen.paths['h']), 20);
    assert_int_equal(count_of(results, "get", OUTCOME_OK), 100);
    assert_int_equal(count_of(results, "post", OUTCOME_STATUS), 40);
    assert_int_equal(count_of(results, "head", OUTCOME_OK), 20);
    assert_check(results, "get", 0, 100, 0);
    assert_check(results, "get", 1, 100, 0);
    assert_check(results, "get", 2, 0, 100);
    assert_check(results, "post", 0, 0, 40);
    assert_check(results, "head", 0, 20, 0);
    fake_server_stop(server);
    load_spec_release(&spec);
    results_release(results);
}

/* Three generators together send what one would. */
static void test_generators_send_one_mix_together(void **state)
{
    (void)state;
    for (int choice = 0; choice < 2; choice++) {
        uint64_t alone[3] = {0};
        uint64_t together[3] = {0};
        static const char *const names[] = {"get", "post", "head"};
        for (size_t part = 0; part < 4; part++) {
            struct seen seen = {.wrong = 0};
            struct results *results = memory_allocate(1, sizeof *results);
            struct fake_server *server = fake_server_start(see_path, &seen);
            struct load_spec spec = results_spec(fake_server_port(server), "/", 500, SECOND / 5);
            mix_of_three(&spec, fake_server_port(server));
            spec.choice = (enum load_choice)choice;
            struct segment *segment = part < 3 ? segment_create(part, 3, NULL, NULL) : NULL;
            const struct load_options options = {.spec = &spec,
                                                 .transport = results_transport,
                                                 .segment = segment,
                                                 .slow_over = SECOND,
                                                 .sink = results_sink(results)};
            struct load *load = load_create(&options, NULL);
            assert_int_equal(load_start(load, clock_monotonic(), NULL), 0);
            load_join(load);
            load_destroy(load);
            for (size_t i = 0; i < 3; i++)
                for (int outcome = 0; outcome < OUTCOME_COUNT; outcome++)
                    (part < 3 ? together : alone)[i] += count_of(results, names[i], (enum load_outcome)outcome);
            segment_destroy(segment);
            fake_server_stop(server);
            load_spec_release(&spec);
            results_release(results);
        }
        assert_memory_equal(alone, together, sizeof alone);
        assert_int_equal(alone[0] + alone[1] + alone[2], 100);
        if (choice == CHOICE_ROUND_ROBIN)
            assert_true(alone[0] == 62 && alone[1] == 25 && alone[2] == 13);
        else
            assert_true(alone[0] > alone[1] && alone[1] > 0 && alone[2] > 0);
    }
}

/* "/item/N?user=ada" with the header and the body that belong to it. */
static void see_variables(struct fake_connection *connection, const struct fake_request *request, void *context)
{
    struct seen *seen = context;
    int number = -1;
    char user[16] = "";
    char expected[128];
    if (sscanf(request->path, "/item/%d?user=%15s", &number, user) != 2 || number < 0 || number >= MOST_SEEN) {
        atomic_fetch_add(&seen->wrong, 1);
    } else {
        const char *word = strcmp(user, "ada") == 0 ? "a b" : "c";
        (void)snprintf(expected, sizeof expected, "{\"word\": \"%s\", \"n\": %d, \"r\": 5}", word, number);
        char header[64];
        (void)snprintf(header, sizeof header, "\r\nX-Number: n%d\r\n", number);
        if (strcmp(request->body, expected) != 0 || strstr(request->headers, header) == NULL ||
            (number % 2 == 0) != (strcmp(user, "ada") == 0))
            atomic_fetch_add(&seen->wrong, 1);
        atomic_fetch_add(&seen->words[number], 1);
    }
    fake_answer(connection, 200, "text/plain", "", "x");
}

static void test_variables_are_in_urls_headers_and_bodies(void **state)
{
    (void)state;
    struct seen seen = {.wrong = 0};
    struct results *results = memory_allocate(1, sizeof *results);
    struct fake_server *server = fake_server_start(see_variables, &seen);
    struct load_spec spec = results_spec(fake_server_port(server), "/item/{iteration}?user={csv:user}", 200, SECOND / 4);
    free(spec.method);
    spec.method = memory_copy_text("PUT");
    spec.csv = memory_copy_text("user,word\nada,a b\ngrace,c\n");
    spec.body = memory_copy_text("{\"word\": \"{csv:word}\", \"n\": {0..999}, \"r\": {random:5..5}}");
    spec.body_length = strlen(spec.body);
    spec.header_count = 1;
    spec.headers = memory_allocate(1, sizeof *spec.headers);
    spec.headers[0] = (struct load_header){memory_copy_text("X-Number"), memory_copy_text("n{iteration}")};
    results_run(&spec, results);
    results_assert_complete(results, 50);
    assert_int_equal(atomic_load(&seen.wrong), 0);
    for (int i = 0; i < 50; i++)
        assert_int_equal(atomic_load(&seen.words[i]), 1);
    fake_server_stop(server);
    load_spec_release(&spec);
    results_release(results);
}

static void test_each_vu_says_its_number(void **state)
{
    (void)state;
    struct seen seen = {.wrong = 0};
    struct results *results = memory_allocate(1, sizeof *results);
    struct fake_server *server = fake_server_start(see_path, &seen);
    struct load_spec spec = results_spec(fake_server_port(server), "/{vu}", 3, 600 * SECOND);
    spec.executor = EXECUTOR_PER_VU_ITERATIONS;
    spec.iterations = 4;
    spec.maximum_connections = 3;
    results_run(&spec, results);
    results_assert_complete(results, 12);
    for (int vu = 1; vu <= 3; vu++)
        assert_int_equal(atomic_load(&seen.paths['0' + vu]), 4);
    fake_server_stop(server);
    load_spec_release(&spec);
    results_release(results);
}

/* A slow one that has time, and a slow one that has none. */
static void answer_late(struct fake_connection *connection, const struct fake_request *request, void *context)
{
    (void)request;
    (void)context;
    (void)fake_wait(connection, 1);
    fake_answer(connection, 200, "text/plain", "", "x");
}

static void test_each_request_has_its_own_timeout(void **state)
{
    (void)state;
    struct results *results = memory_allocate(1, sizeof *results);
    struct fake_server *server = fake_server_start(answer_late, NULL);
    struct load_spec spec = results_spec(fake_server_port(server), "/", 40, SECOND / 2);
    add_request(&spec, "patient", 1, "GET", memory_format("http://127.0.0.1:%d/a", fake_server_port(server)));
    add_request(&spec, "hasty", 1, "GET", memory_format("http://127.0.0.1:%d/b", fake_server_port(server)));
    spec.requests[0].timeout = 30 * SECOND;
    spec.requests[1].timeout = 100 * MILLISECOND;
    add_check(&spec.requests[1], "status is 200");
    results_run(&spec, results);
    results_assert_complete(results, 20);
    assert_int_equal(count_of(results, "patient", OUTCOME_OK), 10);
    assert_int_equal(count_of(results, "hasty", OUTCOME_TIMEOUT), 10);
    assert_check(results, "hasty", 0, 0, 10);
    fake_server_stop(server);
    load_spec_release(&spec);
    results_release(results);
}

static void test_phases_label_seconds(void **state)
{
    (void)state;
    struct seen seen = {.wrong = 0};
    struct results *results = memory_allocate(1, sizeof *results);
    struct fake_server *server = fake_server_start(see_path, &seen);
    struct load_spec spec = results_spec(fake_server_port(server), "/g", 10, SECOND);
    spec.executor = EXECUTOR_RAMPING_ARRIVAL_RATE;
    spec.stage_count = 3;
    spec.stages = memory_resize(spec.stages, 3, sizeof *spec.stages);
    spec.stages[0] = (struct load_stage){.duration = SECOND, .target = 10, .phase = memory_copy_text(LOAD_PHASE_WARM_UP)};
    spec.stages[1] = (struct load_stage){.duration = 0, .target = 40}; /* a jump */
    spec.stages[2] = (struct load_stage){.duration = SECOND, .target = 40, .phase = memory_copy_text("peak")};
    results_run(&spec, results);
    results_assert_complete(results, 50);
    uint64_t peak = 0;
    for (size_t i = 0; i < results->row_count; i++) {
        const struct load_row *row = &results->rows[i];
        assert_string_equal(row->phase, row->second == 0 ? LOAD_PHASE_WARM_UP : "peak");
        peak += row->second > 0 ? row->outcomes[OUTCOME_OK] : 0;
    }
    assert_int_equal(peak, 41); /* the tenth of the first second is due at its end */
    for (size_t i = 0; i < results->tick_count; i++)
        assert_string_equal(results->ticks[i].phase, i == 0 ? LOAD_PHASE_WARM_UP : "peak");
    fake_server_stop(server);
    load_spec_release(&spec);
    results_release(results);
}

/* Bytes with NULs go out as they are, and what was sent is counted. */
static void see_body(struct fake_connection *connection, const struct fake_request *request, void *context)
{
    struct seen *seen = context;
    if (strstr(request->headers, "Content-Length: 6\r\n") == NULL || memcmp(request->body, "a\0{vu}", 2) != 0)
        atomic_fetch_add(&seen->wrong, 1);
    fake_answer(connection, 200, "text/plain", "", "x");
}

static void test_binary_bodies_and_bytes_sent(void **state)
{
    (void)state;
    struct seen seen = {.wrong = 0};
    struct results *results = memory_allocate(1, sizeof *results);
    struct fake_server *server = fake_server_start(see_body, &seen);
    struct load_spec spec = results_spec(fake_server_port(server), "/", 40, SECOND / 4);
    free(spec.method);
    spec.method = memory_copy_text("POST");
    spec.body_length = 7;
    spec.body = memory_copy_bytes("a\0\\{vu}", 7);
    results_run(&spec, results);
    results_assert_complete(results, 10);
    assert_int_equal(atomic_load(&seen.wrong), 0);
    uint64_t sent = 0;
    for (size_t i = 0; i < results->row_count; i++)
        sent += results->rows[i].bytes_sent;
    uint64_t least = strlen("POST / HTTP/1.1\r\nHost: 127.0.0.1:1\r\nAccept: */*\r\nContent-Length: 6\r\n\r\n") + 6;
    assert_true(sent >= 10 * least && sent < 10 * (least + 100));
    fake_server_stop(server);
    load_spec_release(&spec);
    results_release(results);
}

static void test_wrong_mixes(void **state)
{
    (void)state;
    static const struct {
        const char *first, *second, *words;
        uint32_t weight;
    } rows[] = {
        {"http://a/", "http://b/", "another server", 1},
        {"http://a/", "https://a/", "another server", 1},
        {"http://a/", "http://a/", "weights of the requests", 10000},
        {"http://a/", "http://a/{vu}", "no VUs", 1},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct error error = ERROR_NONE;
        struct results *results = memory_allocate(1, sizeof *results);
        struct load_spec spec = results_spec(9, "/", 10, SECOND);
        add_request(&spec, "a", 1, "GET", memory_copy_text(rows[i].first));
        add_request(&spec, "b", rows[i].weight, "GET", memory_copy_text(rows[i].second));
        const struct load_options options = {.spec = &spec, .sink = results_sink(results)};
        assert_null(load_create(&options, &error));
        assert_non_null(strstr(error.text, rows[i].words));
        load_spec_release(&spec);
        results_release(results);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_mix_is_sent_by_its_weights),
        cmocka_unit_test(test_generators_send_one_mix_together),
        cmocka_unit_test(test_variables_are_in_urls_headers_and_bodies),
        cmocka_unit_test(test_each_vu_says_its_number),
        cmocka_unit_test(test_each_request_has_its_own_timeout),
        cmocka_unit_test(test_phases_label_seconds),
        cmocka_unit_test(test_binary_bodies_and_bytes_sent),
        cmocka_unit_test(test_wrong_mixes),
    };
    results_transport = TRANSPORT_LEAN;
    int failed = cmocka_run_group_tests_name("requests, lean", tests, NULL, NULL);
    results_transport = TRANSPORT_CURL;
    return failed + cmocka_run_group_tests_name("requests, libcurl", tests, NULL, NULL);
}
