/* Loopback slices: claims that do not meet, addresses in turn. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <arpa/inet.h>

#include "cluster/api/addresses.h"

static uint32_t number(const char *text)
{
    struct in_addr address;
    assert_int_equal(inet_pton(AF_INET, text, &address), 1);
    return ntohl(address.s_addr);
}

static void check_range(const char *text, const char *low, const char *high)
{
    assert_in_range(number(text), number(low), number(high));
}

static void test_ranges(void **state)
{
    (void)state;
    char pod[ADDRESS_TEXT_SIZE];
    char service[ADDRESS_TEXT_SIZE];
    struct address_slice *slice = address_slice_claim(NULL);
    assert_non_null(slice);
    assert_int_equal(address_take_pod(slice, pod, NULL), 0);
    assert_int_equal(address_take_service(slice, service, NULL), 0);
    check_range(pod, "127.64.0.0", "127.127.255.255");
    check_range(service, "127.32.0.0", "127.63.255.255");
    check_range(address_of_server(slice), "127.32.0.0", "127.63.255.255");
    assert_string_not_equal(service, address_of_server(slice));
    address_slice_release(slice);
}

static void test_two_slices_do_not_meet(void **state)
{
    (void)state;
    char one[ADDRESS_TEXT_SIZE];
    char two[ADDRESS_TEXT_SIZE];
    struct address_slice *first = address_slice_claim(NULL);
    struct address_slice *second = address_slice_claim(NULL);
    assert_non_null(first);
    assert_non_null(second);
    assert_string_not_equal(address_of_server(first), address_of_server(second));
    assert_int_equal(address_take_pod(first, one, NULL), 0);
    assert_int_equal(address_take_pod(second, two, NULL), 0);
    assert_int_not_equal(number(one) >> 16, number(two) >> 16);
    address_slice_release(second);
    address_slice_release(first);
}

static void test_all_different_and_none_used_again_soon(void **state)
{
    (void)state;
    static uint8_t seen[65536];
    char text[ADDRESS_TEXT_SIZE];
    memset(seen, 0, sizeof seen);
    struct address_slice *slice = address_slice_claim(NULL);
    for (int i = 0; i < 1000; i++) {
        assert_int_equal(address_take_pod(slice, text, NULL), 0);
        uint32_t host = number(text) & 65535;
        assert_int_equal(seen[host], 0);
        assert_true((host & 255) != 0 && (host & 255) != 255);
        seen[host] = 1;
        address_return_pod(slice, text);
    }
    address_slice_release(slice);
}

static void test_exhaustion(void **state)
{
    (void)state;
    struct error error = ERROR_NONE;
    char first[ADDRESS_TEXT_SIZE];
    char text[ADDRESS_TEXT_SIZE];
    int taken = 0;
    struct address_slice *slice = address_slice_claim(NULL);
    assert_int_equal(address_take_service(slice, first, NULL), 0);
    while (address_take_service(slice, text, &error) == 0)
        taken++;
    assert_true(taken > 30000);
    assert_non_null(strstr(error.text, "no loopback address"));
    address_return_service(slice, "10.0.0.1");
    address_return_service(slice, "nonsense");
    assert_int_equal(address_take_service(slice, text, NULL), -1);
    address_return_service(slice, first);
    assert_int_equal(address_take_service(slice, text, NULL), 0);
    assert_string_equal(text, first);
    address_slice_release(slice);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_ranges),
        cmocka_unit_test(test_two_slices_do_not_meet),
        cmocka_unit_test(test_all_different_and_none_used_again_soon),
        cmocka_unit_test(test_exhaustion),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
