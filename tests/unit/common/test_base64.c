/* Base64: the examples of RFC 4648, all bytes there and back, malformed texts. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "common/base64.h"
#include "common/memory.h"

static const char *const pairs[][2] = {{"", ""},
                                       {"f", "Zg=="},
                                       {"fo", "Zm8="},
                                       {"foo", "Zm9v"},
                                       {"foob", "Zm9vYg=="},
                                       {"fooba", "Zm9vYmE="},
                                       {"foobar", "Zm9vYmFy"},
                                       {"\xff\xef", "/+8="}};

static void test_examples(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof pairs / sizeof pairs[0]; i++) {
        size_t length = 0;
        AUTO_FREE char *text = base64_encode(pairs[i][0], strlen(pairs[i][0]));
        assert_string_equal(text, pairs[i][1]);
        AUTO_FREE char *bytes = base64_decode(pairs[i][1], &length, NULL);
        assert_non_null(bytes);
        assert_string_equal(bytes, pairs[i][0]);
        assert_int_equal(length, strlen(pairs[i][0]));
    }
}

static void test_all_bytes(void **state)
{
    (void)state;
    unsigned char all[256];
    for (size_t i = 0; i < sizeof all; i++)
        all[i] = (unsigned char)i;
    for (size_t length = 0; length <= sizeof all; length++) {
        size_t decoded = 0;
        AUTO_FREE char *text = base64_encode(all, length);
        AUTO_FREE char *bytes = base64_decode(text, &decoded, NULL);
        assert_int_equal(decoded, length);
        assert_memory_equal(bytes, all, length);
    }
}

static void test_white_space(void **state)
{
    (void)state;
    AUTO_FREE char *bytes = base64_decode(" Zm9v\r\n YmE=\n", NULL, NULL);
    assert_string_equal(bytes, "fooba");
}

static void test_malformed(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "Z", "Zg", "Zg=", "Zg===", "Zm8", "Zm9v=", "Zm9vY", "Zm-v", "Z=g=", "Zm9v====", "=", "Zg==Zg=="};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        struct error error = ERROR_NONE;
        AUTO_FREE char *bytes = base64_decode(texts[i], NULL, &error);
        if (bytes != NULL)
            fail_msg("accepted: %s", texts[i]);
        assert_non_null(strstr(error.text, "not base64"));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_examples),
        cmocka_unit_test(test_all_bytes),
        cmocka_unit_test(test_white_space),
        cmocka_unit_test(test_malformed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
