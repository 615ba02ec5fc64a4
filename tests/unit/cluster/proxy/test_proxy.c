/* The service proxy on a store of its own, with real sockets on loopback addresses. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <arpa/inet.h>
#include <cmocka.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <sys/socket.h>
#include <unistd.h>

#include "cluster/proxy/proxy.h"
#include "common/buffer.h"
#include "common/clock.h"
#include "common/memory.h"
#include "tests/support/network.h"

#define PORT 8080
#define BACKENDS 3
#define LIMIT 10.0 /* seconds for what takes milliseconds */
#define BIG (8u * 1024 * 1024)

struct lab {
    struct store *store;
    struct proxy *proxy;
    char service[TEST_LOOPBACK_TEXT_SIZE];
    char addresses[BACKENDS][TEST_LOOPBACK_TEXT_SIZE];
    int listeners[BACKENDS]; /* -1 = closed */
};

static void put(struct store *store, enum resource_id resource, const char *text)
{
    cJSON *tree = json_parse(text, strlen(text), NULL);
    assert_non_null(tree);
    struct object *object = store_put(store, resource, tree, 0);
    assert_non_null(object);
    object_release(object);
}

/* Makes the first `count` backends ready. */
static void put_slice(struct lab *lab, int count)
{
    AUTO_BUFFER struct buffer text;
    buffer_init(&text, 65536);
    (void)buffer_append_text(
        &text,
        "{\"apiVersion\":\"discovery.k8s.io/v1\",\"kind\":\"EndpointSlice\",\"metadata\":{\"name\":\"web-1\",\"namespace\":"
        "\"a\",\"labels\":{\"kubernetes.io/service-name\":\"web\"}},\"addressType\":\"IPv4\",\"endpoints\":[");
    for (int i = 0; i < count; i++)
        (void)buffer_append_format(&text, "%s{\"addresses\":[\"%s\"],\"conditions\":{\"ready\":true}}", i > 0 ? "," : "",
                                   lab->addresses[i]);
    (void)buffer_append_format(&text, "],\"ports\":[{\"name\":\"\",\"protocol\":\"TCP\",\"port\":%d}]}", PORT);
    put(lab->store, RESOURCE_ENDPOINTSLICES, text.data);
}

static int listen_at(const char *address)
{
    int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_port = htons(PORT)};
    const int on = 1;
    assert_int_equal(inet_pton(AF_INET, address, &at.sin_addr), 1);
    (void)setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    assert_int_equal(bind(listener, (struct sockaddr *)&at, sizeof at), 0);
    assert_int_equal(listen(listener, 1024), 0);
    return listener;
}

static void start(struct lab *lab, int64_t period, int ready)
{
    *lab = (struct lab){.store = store_create()};
    (void)test_loopback_address(lab->service);
    for (int i = 0; i < BACKENDS; i++)
        lab->listeners[i] = listen_at(test_loopback_address(lab->addresses[i]));
    AUTO_FREE char *service =
        memory_format("{\"apiVersion\":\"v1\",\"kind\":\"Service\",\"metadata\":{\"name\":\"web\",\"namespace\":\"a\"},"
                      "\"spec\":{\"clusterIP\":\"%s\",\"ports\":[{\"port\":%d}]}}",
                      lab->service, PORT);
    put(lab->store, RESOURCE_SERVICES, service);
    put_slice(lab, ready);
    struct cluster_periods periods = cluster_periods_at_pace(1);
    periods.proxy_minimum_sync_period = period;
    struct error error = ERROR_NONE;
    lab->proxy = proxy_start_on_store(lab->store, &periods, &error);
    if (lab->proxy == NULL)
        fail_msg("%s", error.text);
}

static void stop(struct lab *lab)
{
    proxy_stop(lab->proxy);
    for (int i = 0; i < BACKENDS; i++) {
        if (lab->listeners[i] >= 0)
            (void)close(lab->listeners[i]);
    }
    store_destroy(lab->store);
}

/* A connection through the proxy. */
static int connect_client(const struct lab *lab)
{
    int client = test_tcp_connect(lab->service, PORT, LIMIT);
    assert_true(client >= 0);
    return client;
}

/* Waits until the service is (or is not) listened on. */
static void wait_listening(const struct lab *lab, bool wanted)
{
    for (int i = 0; i < 500; i++) {
        int client = test_tcp_connect(lab->service, PORT, LIMIT);
        bool there = client >= 0;
        if (there)
            (void)close(client);
        if (there == wanted)
            return;
        clock_sleep_until(clock_monotonic() + 20 * NANOSECONDS_PER_MILLISECOND);
    }
    fail_msg("the service is %s", wanted ? "not listened on" : "still listened on");
}

/* The next connection of any backend that is not the probe of wait_listening; which tells the backend's number. */
static int accept_any(struct lab *lab, int *which)
{
    struct pollfd waits[BACKENDS];
    for (int i = 0; i < BACKENDS; i++)
        waits[i] = (struct pollfd){.fd = lab->listeners[i], .events = POLLIN};
    assert_true(poll(waits, BACKENDS, (int)(LIMIT * 1000)) > 0);
    for (int i = 0; i < BACKENDS; i++) {
        if ((waits[i].revents & POLLIN) != 0) {
            *which = i;
            int server = accept4(lab->listeners[i], NULL, NULL, SOCK_CLOEXEC);
            assert_true(server >= 0);
            return server;
        }
    }
    fail_msg("no connection came");
    return -1;
}

/* The backend's end of a client's connection, found by what the client says first. */
static int accept_of(struct lab *lab, int client, int *which)
{
    assert_int_equal(test_tcp_send(client, "hello"), 0);
    for (;;) {
        char text[6];
        int server = accept_any(lab, which);
        if (test_tcp_receive(server, text, sizeof text, LIMIT) == 5)
            return server;
        (void)close(server);
    }
}

static void pass(int from, int to, const char *text)
{
    char received[64];
    assert_int_equal(test_tcp_send(from, text), 0);
    assert_int_equal(test_tcp_receive(to, received, strlen(text) + 1, LIMIT), (long)strlen(text));
    assert_string_equal(received, text);
}

static void test_random_endpoint_for_each_connection(void **state)
{
    (void)state;
    struct lab lab;
    start(&lab, NANOSECONDS_PER_SECOND, BACKENDS);
    wait_listening(&lab, true);
    int counts[BACKENDS] = {0};
    for (int i = 0; i < 600; i++) {
        int which = 0;
        int client = connect_client(&lab);
        int server = accept_of(&lab, client, &which);
        counts[which]++;
        (void)close(client);
        (void)close(server);
    }
    for (int i = 0; i < BACKENDS; i++)
        assert_in_range(counts[i], 120, 282); /* 20% and 47%; the deviation is 1.9% */
    stop(&lab);
}

static void test_no_endpoint_is_refused(void **state)
{
    (void)state;
    struct lab lab;
    start(&lab, 20 * NANOSECONDS_PER_MILLISECOND, 0);
    assert_int_equal(test_tcp_connect(lab.service, PORT, 1), -1);
    put_slice(&lab, 1);
    wait_listening(&lab, true);
    put_slice(&lab, 0);
    wait_listening(&lab, false);
    stop(&lab);
}

static void test_removed_service_is_refused(void **state)
{
    (void)state;
    struct lab lab;
    start(&lab, 20 * NANOSECONDS_PER_MILLISECOND, 1);
    wait_listening(&lab, true);
    assert_true(store_remove(lab.store, RESOURCE_SERVICES, "a", "web", 0, NULL));
    wait_listening(&lab, false);
    stop(&lab);
}

static void test_connections_outlive_their_endpoint(void **state)
{
    (void)state;
    struct lab lab;
    int which = 0;
    start(&lab, 20 * NANOSECONDS_PER_MILLISECOND, 1);
    wait_listening(&lab, true);
    int client = connect_client(&lab);
    int server = accept_of(&lab, client, &which);
    put_slice(&lab, 0);
    wait_listening(&lab, false);
    pass(client, server, "still here");
    pass(server, client, "so am I");
    (void)close(client);
    (void)close(server);
    stop(&lab);
}

static void test_half_close(void **state)
{
    (void)state;
    struct lab lab;
    char text[64];
    int which = 0;
    start(&lab, NANOSECONDS_PER_SECOND, 1);
    wait_listening(&lab, true);
    int client = connect_client(&lab);
    int server = accept_of(&lab, client, &which);
    assert_int_equal(shutdown(client, SHUT_WR), 0);
    assert_int_equal(test_tcp_receive(server, text, sizeof text, LIMIT), 0);
    pass(server, client, "an answer after the end of the question");
    (void)close(server);
    assert_int_equal(test_tcp_receive(client, text, sizeof text, LIMIT), 0);
    (void)close(client);
    stop(&lab);
}

static void reset(int descriptor)
{
    const struct linger at_once = {.l_onoff = 1, .l_linger = 0};
    (void)setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
    (void)close(descriptor);
}

static void test_resets_are_passed_on(void **state)
{
    (void)state;
    struct lab lab;
    char text[64];
    int which = 0;
    start(&lab, NANOSECONDS_PER_SECOND, 1);
    wait_listening(&lab, true);
    int client = connect_client(&lab);
    int server = accept_of(&lab, client, &which);
    reset(server);
    assert_int_equal(test_tcp_receive(client, text, sizeof text, LIMIT), -1);
    (void)close(client);

    client = connect_client(&lab);
    server = accept_of(&lab, client, &which);
    reset(client);
    assert_int_equal(test_tcp_receive(server, text, sizeof text, LIMIT), -1);
    (void)close(server);
    stop(&lab);
}

static void test_bytes_before_a_reset_arrive(void **state)
{
    (void)state;
    struct lab lab;
    char text[64];
    int which = 0;
    start(&lab, NANOSECONDS_PER_SECOND, 1);
    wait_listening(&lab, true);
    int client = connect_client(&lab);
    int server = accept_of(&lab, client, &which);
    /* Closing with unread bytes sends a reset behind the answer. */
    assert_int_equal(test_tcp_send(client, "unread"), 0);
    char peeked[6];
    assert_int_equal(recv(server, peeked, sizeof peeked, MSG_PEEK | MSG_WAITALL), 6);
    assert_int_equal(test_tcp_send(server, "the answer"), 0);
    (void)close(server);
    assert_int_equal(test_tcp_receive(client, text, sizeof text, LIMIT), -1);
    assert_string_equal(text, "the answer");
    (void)close(client);
    stop(&lab);
}

static void test_endpoint_that_refuses(void **state)
{
    (void)state;
    struct lab lab;
    char text[8];
    start(&lab, NANOSECONDS_PER_SECOND, 1);
    wait_listening(&lab, true);
    (void)close(lab.listeners[0]);
    lab.listeners[0] = -1;
    int client = test_tcp_connect(lab.service, PORT, LIMIT);
    if (client >= 0) {
        assert_int_equal(test_tcp_receive(client, text, sizeof text, LIMIT), -1);
        (void)close(client);
    }
    stop(&lab);
}

static void test_minimum_sync_period(void **state)
{
    (void)state;
    struct lab lab;
    const int64_t period = 1500 * NANOSECONDS_PER_MILLISECOND;
    int64_t before = clock_monotonic();
    start(&lab, period, 1);
    wait_listening(&lab, true);
    put_slice(&lab, 0);
    wait_listening(&lab, false);
    /* The sync that opened the listener came after `before`, the one that closed it a period later. */
    assert_true(clock_monotonic() - before >= period);
    stop(&lab);
}

struct sender {
    int descriptor;
    size_t sent;
};

static void *send_much(void *context)
{
    struct sender *sender = context;
    char block[65536];
    for (size_t i = 0; i < sizeof block; i++)
        block[i] = (char)(i % 251);
    while (sender->sent < BIG) {
        ssize_t count = send(sender->descriptor, block + sender->sent % sizeof block, sizeof block - sender->sent % sizeof block,
                             MSG_NOSIGNAL);
        if (count <= 0)
            break;
        sender->sent += (size_t)count;
    }
    (void)shutdown(sender->descriptor, SHUT_WR);
    return NULL;
}

static void test_slow_reader_gets_everything(void **state)
{
    (void)state;
    struct lab lab;
    int which = 0;
    start(&lab, NANOSECONDS_PER_SECOND, 1);
    wait_listening(&lab, true);
    int client = connect_client(&lab);
    int server = accept_of(&lab, client, &which);
    struct sender sender = {.descriptor = server};
    pthread_t thread;
    assert_int_equal(pthread_create(&thread, NULL, send_much, &sender), 0);
    assert_int_equal(fcntl(client, F_SETFL, 0), 0); /* recv waits */
    /* Nothing is read until every buffer on the way is full. */
    clock_sleep_until(clock_monotonic() + 200 * NANOSECONDS_PER_MILLISECOND);
    char block[4096];
    size_t received = 0;
    ssize_t count = 0;
    while ((count = recv(client, block, sizeof block, 0)) > 0) {
        for (ssize_t i = 0; i < count; i++, received++)
            assert_int_equal(block[i], (char)(received % 65536 % 251));
    }
    assert_int_equal(count, 0);
    assert_int_equal(received, BIG);
    (void)pthread_join(thread, NULL);
    (void)close(client);
    (void)close(server);
    stop(&lab);
}

static void test_many_connections(void **state)
{
    (void)state;
    enum { MANY = 400 };
    struct lab lab;
    int clients[MANY];
    int servers[MANY];
    int which = 0;
    start(&lab, NANOSECONDS_PER_SECOND, BACKENDS);
    wait_listening(&lab, true);
    for (int i = 0; i < MANY; i++) {
        clients[i] = connect_client(&lab);
        servers[i] = accept_of(&lab, clients[i], &which);
    }
    for (int i = 0; i < MANY; i++) {
        char text[16];
        (void)snprintf(text, sizeof text, "number %d", i);
        pass(clients[i], servers[i], text);
        pass(servers[i], clients[i], text);
    }
    for (int i = 0; i < MANY; i++) {
        (void)close(clients[i]);
        (void)close(servers[i]);
    }
    stop(&lab);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_random_endpoint_for_each_connection),
        cmocka_unit_test(test_no_endpoint_is_refused),
        cmocka_unit_test(test_removed_service_is_refused),
        cmocka_unit_test(test_connections_outlive_their_endpoint),
        cmocka_unit_test(test_half_close),
        cmocka_unit_test(test_resets_are_passed_on),
        cmocka_unit_test(test_bytes_before_a_reset_arrive),
        cmocka_unit_test(test_endpoint_that_refuses),
        cmocka_unit_test(test_minimum_sync_period),
        cmocka_unit_test(test_slow_reader_gets_everything),
        cmocka_unit_test(test_many_connections),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
