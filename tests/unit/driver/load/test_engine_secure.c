/* The load engine over TLS and HTTP/2: who is trusted, who it is, which name it asks for, and which HTTP is spoken. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "common/clock.h"
#include "common/memory.h"
#include "tests/support/certificates.h"
#include "tests/support/folder.h"
#include "tests/support/secure_server.h"
#include "tests/unit/driver/load/results.h"

#define SECOND NANOSECONDS_PER_SECOND
#define REQUESTS 10

struct fixture {
    char *folder;
    struct test_certificates certificates;
};

static int set_up(void **state)
{
    struct fixture *fixture = memory_allocate(1, sizeof *fixture);
    fixture->folder = test_folder_create();
    fixture->certificates = test_certificates_create(fixture->folder, "shop.test");
    *state = fixture;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *fixture = *state;
    test_certificates_release(&fixture->certificates);
    test_folder_remove(fixture->folder);
    free(fixture->folder);
    free(fixture);
    return 0;
}

static struct secure_server *start_server(const struct fixture *fixture, bool http2, bool wants_client)
{
    const struct secure_server_options options = {
        .certificate = fixture->certificates.server_certificate,
        .key = fixture->certificates.server_key,
        .client_authority = wants_client ? fixture->certificates.authority : NULL,
        .http2 = http2,
    };
    return secure_server_start(&options);
}

static struct load_spec secure_spec(const struct fixture *fixture, const struct secure_server *server, const char *scheme)
{
    struct load_spec spec = results_spec(0, "/", 20, SECOND / 2);
    free(spec.url);
    spec.url = memory_format("%s://127.0.0.1:%d/", scheme, secure_server_port(server));
    spec.tls.ca_file = memory_copy_text(fixture->certificates.authority);
    return spec;
}

/* All requests of the load have that outcome; the spec is released. */
static void check(struct load_spec *spec, enum load_outcome outcome)
{
    struct results *results = memory_allocate(1, sizeof *results);
    results_run(spec, results);
    results_assert_complete(results, REQUESTS);
    assert_int_equal(results->outcomes[outcome], REQUESTS);
    load_spec_release(spec);
    results_release(results);
}

static void test_who_is_trusted(void **state)
{
    const struct fixture *fixture = *state;
    struct secure_server *server = start_server(fixture, false, false);
    struct load_spec spec = secure_spec(fixture, server, "https");
    check(&spec, OUTCOME_OK);
    assert_int_equal(secure_server_seen(server).requests, REQUESTS);
    spec = secure_spec(fixture, server, "https");
    free(spec.tls.ca_file);
    spec.tls.ca_file = memory_copy_text(fixture->certificates.client_certificate);
    check(&spec, OUTCOME_REFUSED);
    spec = secure_spec(fixture, server, "https");
    free(spec.tls.ca_file);
    spec.tls.ca_file = NULL;
    spec.tls.insecure = true;
    check(&spec, OUTCOME_OK);
    assert_int_equal(secure_server_seen(server).requests, 2 * REQUESTS);
    secure_server_stop(server);
}

static void test_client_certificates(void **state)
{
    const struct fixture *fixture = *state;
    struct secure_server *server = start_server(fixture, false, true);
    struct load_spec spec = secure_spec(fixture, server, "https");
    spec.tls.certificate_file = memory_copy_text(fixture->certificates.client_certificate);
    spec.tls.key_file = memory_copy_text(fixture->certificates.client_key);
    check(&spec, OUTCOME_OK);
    assert_string_equal(secure_server_seen(server).client_name, "client");
    assert_int_equal(secure_server_seen(server).requests, REQUESTS);
    struct results *results = memory_allocate(1, sizeof *results);
    spec = secure_spec(fixture, server, "https");
    results_run(&spec, results);
    results_assert_complete(results, REQUESTS);
    assert_int_equal(results->outcomes[OUTCOME_OK], 0);
    assert_int_equal(secure_server_seen(server).requests, REQUESTS);
    load_spec_release(&spec);
    results_release(results);
    secure_server_stop(server);
}

static void test_the_name_in_the_handshake(void **state)
{
    const struct fixture *fixture = *state;
    struct secure_server *server = start_server(fixture, false, false);
    struct load_spec spec = secure_spec(fixture, server, "https");
    check(&spec, OUTCOME_OK);
    assert_string_equal(secure_server_seen(server).server_name, "");
    spec = secure_spec(fixture, server, "https");
    spec.tls.server_name = memory_copy_text("shop.test");
    check(&spec, OUTCOME_OK);
    assert_string_equal(secure_server_seen(server).server_name, "shop.test");
    spec = secure_spec(fixture, server, "https");
    spec.tls.server_name = memory_copy_text("other.test");
    check(&spec, OUTCOME_REFUSED);
    assert_string_equal(secure_server_seen(server).server_name, "shop.test");
    spec = secure_spec(fixture, server, "https");
    spec.tls.server_name = memory_copy_text("other.test");
    spec.tls.insecure = true;
    check(&spec, OUTCOME_OK);
    assert_string_equal(secure_server_seen(server).server_name, "other.test");
    secure_server_stop(server);
}

/* The URL's host goes into the handshake, wherever the connection goes. */
static void test_the_host_is_the_name_in_the_handshake(void **state)
{
    const struct fixture *fixture = *state;
    struct secure_server *server = start_server(fixture, false, false);
    struct results *results = memory_allocate(1, sizeof *results);
    struct load_spec spec = secure_spec(fixture, server, "https");
    free(spec.url);
    spec.url = memory_copy_text("https://shop.test/");
    const struct load_options options = {.spec = &spec,
                                         .resolve_address = "127.0.0.1",
                                         .resolve_port = (uint16_t)secure_server_port(server),
                                         .slow_over = SECOND,
                                         .sink = results_sink(results)};
    struct load *load = load_create(&options, NULL);
    assert_non_null(load);
    assert_int_equal(load_start(load, clock_monotonic(), NULL), 0);
    load_join(load);
    load_destroy(load);
    results_assert_complete(results, REQUESTS);
    assert_int_equal(results->outcomes[OUTCOME_OK], REQUESTS);
    assert_string_equal(secure_server_seen(server).server_name, "shop.test");
    load_spec_release(&spec);
    results_release(results);
    secure_server_stop(server);
}

static void test_http2_by_agreement(void **state)
{
    const struct fixture *fixture = *state;
    static const struct {
        bool offered;
        enum load_http http;
        int http2_requests;
    } rows[] = {{true, HTTP_AS_AGREED, REQUESTS}, {true, HTTP_2, REQUESTS}, {true, HTTP_1_1, 0}, {false, HTTP_2, 0}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct secure_server *server = start_server(fixture, rows[i].offered, false);
        struct load_spec spec = secure_spec(fixture, server, "https");
        spec.http = rows[i].http;
        check(&spec, OUTCOME_OK);
        assert_int_equal(secure_server_seen(server).requests, REQUESTS);
        assert_int_equal(secure_server_seen(server).http2_requests, rows[i].http2_requests);
        secure_server_stop(server);
    }
}

/* Users that ask at the same time share a connection; without TLS as far as libcurl's version can. */
static void test_http2_carries_many_at_a_time(void **state)
{
    const struct fixture *fixture = *state;
    static const char *const schemes[] = {"https", "http"};
    for (size_t i = 0; i < 2; i++) {
        const struct secure_server_options clear = {.http2 = true};
        struct secure_server *server = i == 0 ? start_server(fixture, true, false) : secure_server_start(&clear);
        struct results *results = memory_allocate(1, sizeof *results);
        struct load_spec spec = secure_spec(fixture, server, schemes[i]);
        spec.http = HTTP_2;
        spec.executor = EXECUTOR_PER_VU_ITERATIONS;
        spec.start_rate = spec.stages[0].target = REQUESTS;
        spec.iterations = 5;
        spec.stages[0].duration = 600 * SECOND;
        results_run(&spec, results);
        results_assert_complete(results, 5 * REQUESTS);
        assert_int_equal(results->outcomes[OUTCOME_OK], 5 * REQUESTS);
        assert_int_equal(secure_server_seen(server).http2_requests, 5 * REQUESTS);
        assert_in_range(secure_server_seen(server).connections, 1, i == 0 ? 1 : 5 * REQUESTS);
        assert_int_equal(results->connections, secure_server_seen(server).connections);
        load_spec_release(&spec);
        results_release(results);
        secure_server_stop(server);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_who_is_trusted),
        cmocka_unit_test(test_client_certificates),
        cmocka_unit_test(test_the_name_in_the_handshake),
        cmocka_unit_test(test_the_host_is_the_name_in_the_handshake),
        cmocka_unit_test(test_http2_by_agreement),
        cmocka_unit_test(test_http2_carries_many_at_a_time),
    };
    return cmocka_run_group_tests_name("engine, TLS and HTTP/2", tests, set_up, tear_down);
}
