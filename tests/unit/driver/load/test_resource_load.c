/* Loads on memory and CPU against servers that stand for pods: who is told what, when pods come, go and fail. */
#include <pthread.h>
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
#include "driver/load/resource_load.h"
#include "tests/support/fake_server.h"
#include "tests/support/wait.h"

#define PATIENCE 60

/* Pods are told apart by their names alone: all of them have the server's address. */
struct lab {
    struct fake_server *server;
    char name[8];
    struct load_spec spec;
    struct load_stage stage;
    struct resource_load *load;
    atomic_int code; /* of every answer */
    atomic_int requests;
    atomic_long last_amount;
    atomic_int zeros; /* PUT /size?mib=0 */
    atomic_int shares;
    atomic_int failures;
    atomic_long given; /* of the last share */
    atomic_int pods_of_second;
    atomic_long last_second;
    atomic_int nobody; /* shares without a pod */
};

static void serve(struct fake_connection *connection, const struct fake_request *request, void *context)
{
    struct lab *lab = context;
    long amount = 0;
    int seconds = 0;
    if (sscanf(request->path, "/size?mib=%ld", &amount) == 1)
        assert_string_equal(request->method, "PUT");
    else if (sscanf(request->path, "/load/cpu?millicores=%ld&seconds=%d", &amount, &seconds) == 2)
        assert_string_equal(request->method, "POST");
    else
        fail_msg("unexpected path %s", request->path);
    atomic_store(&lab->last_amount, amount);
    atomic_fetch_add(&lab->zeros, amount == 0);
    atomic_fetch_add(&lab->requests, 1);
    fake_answer(connection, atomic_load(&lab->code), "application/json", "", "{\"error\": \"no\"}");
}

static void see_share(void *context, const struct load_spec *spec, const struct load_share *share)
{
    struct lab *lab = context;
    (void)spec;
    atomic_fetch_add(&lab->failures, (int)share->failures);
    atomic_store(&lab->given, (long)share->given);
    atomic_fetch_add(&lab->nobody, share->server[0] == '\0');
    if (atomic_exchange(&lab->last_second, (long)share->second) != (long)share->second)
        atomic_store(&lab->pods_of_second, 0);
    atomic_fetch_add(&lab->pods_of_second, 1);
    atomic_fetch_add(&lab->shares, 1);
}

static void begin(struct lab *lab, enum load_type type, int64_t duration)
{
    *lab = (struct lab){.code = 200, .last_second = -1, .name = "load"};
    lab->server = fake_server_start(serve, lab);
    lab->stage = (struct load_stage){.duration = duration, .target = 90};
    lab->spec = (struct load_spec){.name = lab->name,
                                   .type = type,
                                   .start_rate = 90,
                                   .stage_count = 1,
                                   .stages = &lab->stage,
                                   .port = (uint16_t)fake_server_port(lab->server)};
    lab->load = resource_load_create(&lab->spec, (struct load_sink){.context = lab, .share = see_share});
}

static void set_pods(struct lab *lab, size_t count)
{
    struct resource_pod pods[3];
    for (size_t i = 0; i < count; i++) {
        (void)snprintf(pods[i].name, sizeof pods[i].name, "app-%zu", i);
        (void)snprintf(pods[i].address, sizeof pods[i].address, "127.0.0.1");
    }
    resource_load_set_pods(lab->load, pods, count);
}

static void start(struct lab *lab)
{
    assert_int_equal(resource_load_start(lab->load, clock_monotonic(), NULL), 0);
}

static void end(struct lab *lab)
{
    resource_load_destroy(lab->load);
    fake_server_stop(lab->server);
}

#define WAIT_FOR(condition) assert_true(test_wait_until(condition, PATIENCE))

static void test_memory_is_told_once_and_spread_anew(void **state)
{
    (void)state;
    struct lab lab;
    begin(&lab, LOAD_MEMORY, 600 * NANOSECONDS_PER_SECOND);
    set_pods(&lab, 1);
    start(&lab);
    WAIT_FOR(atomic_load(&lab.last_amount) == 90);
    WAIT_FOR(atomic_load(&lab.given) == 90 && atomic_load(&lab.shares) >= 2);
    assert_int_equal(atomic_load(&lab.requests), 1);
    set_pods(&lab, 3);
    WAIT_FOR(atomic_load(&lab.requests) == 4);
    assert_int_equal(atomic_load(&lab.last_amount), 30);
    WAIT_FOR(atomic_load(&lab.given) == 30 && atomic_load(&lab.pods_of_second) == 3);
    set_pods(&lab, 2);
    WAIT_FOR(atomic_load(&lab.requests) == 6);
    assert_int_equal(atomic_load(&lab.last_amount), 45);
    assert_int_equal(atomic_load(&lab.failures), 0);
    end(&lab);
    assert_int_equal(atomic_load(&lab.zeros), 2);
}

static void test_memory_ends_with_its_stages(void **state)
{
    (void)state;
    struct lab lab;
    begin(&lab, LOAD_MEMORY, NANOSECONDS_PER_SECOND);
    set_pods(&lab, 2);
    start(&lab);
    WAIT_FOR(resource_load_finished(lab.load));
    assert_int_equal(atomic_load(&lab.zeros), 2);
    end(&lab);
}

static void test_pod_that_fails_is_counted_and_told_again(void **state)
{
    (void)state;
    struct lab lab;
    begin(&lab, LOAD_MEMORY, 600 * NANOSECONDS_PER_SECOND);
    atomic_store(&lab.code, 500);
    set_pods(&lab, 1);
    start(&lab);
    WAIT_FOR(atomic_load(&lab.failures) >= 2);
    assert_int_equal(atomic_load(&lab.given), 0);
    atomic_store(&lab.code, 200);
    WAIT_FOR(atomic_load(&lab.given) == 90);
    end(&lab);
}

static void test_nobody_is_there(void **state)
{
    (void)state;
    struct lab lab;
    begin(&lab, LOAD_CPU, 600 * NANOSECONDS_PER_SECOND);
    start(&lab);
    WAIT_FOR(atomic_load(&lab.nobody) >= 2);
    assert_int_equal(atomic_load(&lab.requests), 0);
    end(&lab);
}

static void test_cpu_is_leased_again_and_again(void **state)
{
    (void)state;
    struct lab lab;
    begin(&lab, LOAD_CPU, 600 * NANOSECONDS_PER_SECOND);
    set_pods(&lab, 1);
    start(&lab);
    WAIT_FOR(atomic_load(&lab.shares) >= 4);
    WAIT_FOR(atomic_load(&lab.requests) >= 6);
    WAIT_FOR(atomic_load(&lab.given) >= 90);
    assert_int_equal(atomic_load(&lab.zeros), 0);
    end(&lab);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_memory_is_told_once_and_spread_anew),
        cmocka_unit_test(test_memory_ends_with_its_stages),
        cmocka_unit_test(test_pod_that_fails_is_counted_and_told_again),
        cmocka_unit_test(test_nobody_is_there),
        cmocka_unit_test(test_cpu_is_leased_again_and_again),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
