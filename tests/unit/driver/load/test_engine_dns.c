/* Names that become addresses during a load, by a resolver of the test's own. */
#include <arpa/inet.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "common/clock.h"
#include "common/memory.h"
#include "driver/load/addresses.h"
#include "tests/support/wait.h"
#include "tests/unit/driver/load/results.h"

#define SECOND NANOSECONDS_PER_SECOND
#define MILLISECOND NANOSECONDS_PER_MILLISECOND

/* Knows one address, which the test changes, or none. */
struct names {
    _Atomic(const char *) address;
    atomic_int lookups;
};

static size_t look_up(void *context, const char *host, struct in_addr addresses[LOAD_MOST_ADDRESSES])
{
    struct names *names = context;
    const char *address = atomic_load(&names->address);
    assert_string_equal(host, "shop.test");
    (void)atomic_fetch_add(&names->lookups, 1);
    return address != NULL && inet_pton(AF_INET, address, &addresses[0]) == 1 ? 1 : 0;
}

static size_t look_up_three(void *context, const char *host, struct in_addr addresses[LOAD_MOST_ADDRESSES])
{
    (void)context;
    (void)host;
    for (uint32_t i = 0; i < 3; i++)
        addresses[i].s_addr = htonl(INADDR_LOOPBACK + i);
    return 3;
}

static uint32_t picked(struct addresses *addresses)
{
    return ntohl(addresses_pick(addresses).s_addr) - INADDR_LOOPBACK;
}

static void test_which_address(void **state)
{
    (void)state;
    struct load_dns dns = {.select = DNS_ROUND_ROBIN};
    struct addresses *addresses = addresses_create("shop.test", &dns, look_up_three, NULL);
    for (uint32_t i = 0; i < 7; i++)
        assert_int_equal(picked(addresses), i % 3);
    addresses_destroy(addresses);
    dns.select = DNS_FIRST;
    addresses = addresses_create("shop.test", &dns, look_up_three, NULL);
    for (int i = 0; i < 7; i++)
        assert_int_equal(picked(addresses), 0);
    addresses_destroy(addresses);
    dns.select = DNS_RANDOM;
    addresses = addresses_create("shop.test", &dns, look_up_three, NULL);
    int seen[3] = {0};
    for (int i = 0; i < 1000; i++)
        seen[picked(addresses)]++;
    for (int i = 0; i < 3; i++)
        assert_in_range(seen[i], 100, 600);
    addresses_destroy(addresses);
    addresses_destroy(NULL);
}

static void test_a_lookup_that_fails_changes_nothing(void **state)
{
    (void)state;
    struct names names = {.address = NULL};
    const struct load_dns dns = {.ttl = MILLISECOND};
    assert_null(addresses_create("shop.test", &dns, look_up, &names));
    atomic_store(&names.address, "127.0.0.3");
    struct addresses *addresses = addresses_create("shop.test", &dns, look_up, &names);
    assert_int_equal(picked(addresses), 2);
    atomic_store(&names.address, NULL);
    int lookups = atomic_load(&names.lookups);
    assert_true(test_wait_until(atomic_load(&names.lookups) > lookups + 3, 60));
    assert_int_equal(picked(addresses), 2);
    atomic_store(&names.address, "127.0.0.1");
    assert_true(test_wait_until(picked(addresses) == 0, 60));
    addresses_destroy(addresses);
}

static void answer_ok(struct fake_connection *connection, const struct fake_request *request, void *context)
{
    bool right = strstr(request->headers, "Host: shop.test") != NULL;
    (void)atomic_fetch_add((atomic_int *)context, right ? 1 : 0);
    fake_answer(connection, 200, "text/plain", "", "hello");
}

static atomic_int refused;

static void see_refused(void *context, const struct load_spec *spec, const struct load_exemplar *exemplar)
{
    (void)context;
    (void)spec;
    if (exemplar->outcome == OUTCOME_REFUSED)
        (void)atomic_fetch_add(&refused, 1);
}

/* The load begins where nobody listens; then the name gets the server's address. */
static void test_new_addresses_are_found_during_a_load(void **state)
{
    (void)state;
    struct results *results = memory_allocate(1, sizeof *results);
    struct names names = {.address = "127.0.0.2"};
    atomic_int answered = 0;
    struct fake_server *server = fake_server_start(answer_ok, &answered);
    struct load_spec spec = results_spec(0, "/", 50, 300 * SECOND);
    free(spec.url);
    spec.url = memory_format("http://shop.test:%d/", fake_server_port(server));
    spec.dns.ttl = 10 * MILLISECOND;
    struct load_options options = {.spec = &spec,
                                   .transport = results_transport,
                                   .resolve = look_up,
                                   .resolve_context = &names,
                                   .slow_over = 60 * SECOND,
                                   .sink = results_sink(results)};
    options.sink.exemplar = see_refused;
    atomic_store(&refused, 0);
    struct load *load = load_create(&options, NULL);
    assert_non_null(load);
    assert_int_equal(load_start(load, clock_monotonic(), NULL), 0);
    assert_true(test_wait_until(atomic_load(&refused) > 0, 60));
    assert_int_equal(atomic_load(&answered), 0);
    atomic_store(&names.address, "127.0.0.1");
    assert_true(test_wait_until(atomic_load(&answered) > 5, 60));
    load_stop(load);
    load_join(load);
    load_destroy(load);
    fake_server_stop(server);
    results_assert_complete(results, results->planned);
    assert_true(results->outcomes[OUTCOME_OK] >= 5);
    assert_true(results->outcomes[OUTCOME_REFUSED] >= 1);
    load_spec_release(&spec);
    results_release(results);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_which_address),
        cmocka_unit_test(test_a_lookup_that_fails_changes_nothing),
        cmocka_unit_test(test_new_addresses_are_found_during_a_load),
    };
    return results_run_over_all_ways("engine, names", tests);
}
