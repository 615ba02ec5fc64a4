#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "common/random.h"

static void test_hex(void **state)
{
    (void)state;
    char text[HEX_TEXT_SIZE(4)];
    assert_string_equal(hex_format("\x00\x7f\x80\xff", 4, text), "007f80ff");
    assert_string_equal(hex_format("", 0, text), "");
}

static void test_every_byte_is_filled(void **state)
{
    (void)state;
    unsigned char bytes[5000];
    unsigned char seen[sizeof bytes] = {0};
    /* A byte that stayed 0 in eight fillings was not filled (or one run in 2^51 is unlucky). */
    for (int round = 0; round < 8; round++) {
        memset(bytes, 0, sizeof bytes);
        random_fill(bytes, sizeof bytes);
        for (size_t i = 0; i < sizeof bytes; i++)
            seen[i] |= bytes[i];
    }
    assert_null(memchr(seen, 0, sizeof seen));
}

static void test_random_digits(void **state)
{
    (void)state;
    char one[HEX_TEXT_SIZE(50)];
    char other[HEX_TEXT_SIZE(50)];
    assert_ptr_equal(random_hex(50, one), one);
    random_hex(50, other);
    assert_int_equal(strlen(one), 100);
    assert_int_equal(strspn(one, "0123456789abcdef"), 100);
    assert_string_not_equal(one, other);
    assert_string_equal(random_hex(0, one), "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_hex),
        cmocka_unit_test(test_every_byte_is_filled),
        cmocka_unit_test(test_random_digits),
    };
    return cmocka_run_group_tests_name("random", tests, NULL, NULL);
}
