/* Names of images. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "common/image_reference.h"

static void test_complete(void **state)
{
    static const char *const pairs[][2] = {
        {"web", "docker.io/library/web:latest"},
        {"web:1.0-a_b", "docker.io/library/web:1.0-a_b"},
        {"me/web:1", "docker.io/me/web:1"},
        {"docker.io/web", "docker.io/library/web:latest"},
        {"docker.io/library/web:1", "docker.io/library/web:1"},
        {"registry.example/a/b--c__d.e:1", "registry.example/a/b--c__d.e:1"},
        {"localhost:5000/web", "localhost:5000/web:latest"},
        {"localhost/web:2", "localhost/web:2"},
        {"web@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
         "docker.io/library/web@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof pairs / sizeof pairs[0]; i++) {
        char full[IMAGE_REFERENCE_SIZE];
        assert_int_equal(image_reference_complete(pairs[i][0], full, NULL), 0);
        assert_string_equal(full, pairs[i][1]);
    }
}

static void test_bad_names(void **state)
{
    static const char *const names[] = {"",      "Web",  "web:", ":1",    "web:-1",        "web:1:2",          "a//b",
                                        "/web",  "web/", "a_-b", "a___b", "web@sha256:12", "../../etc/passwd", "a b",
                                        "web\n", "a,b",  "-a/b", ".:/a",  "a..b"};
    (void)state;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        char full[IMAGE_REFERENCE_SIZE];
        struct error error = ERROR_NONE;
        if (image_reference_complete(names[i], full, &error) == 0)
            fail_msg("\"%s\" was taken as %s", names[i], full);
        assert_string_equal(error.text, "invalid reference format");
    }
    char longest[400];
    char full[IMAGE_REFERENCE_SIZE];
    memset(longest, 'a', sizeof longest - 1);
    longest[sizeof longest - 1] = '\0';
    assert_int_equal(image_reference_complete(longest, full, NULL), -1);
    longest[IMAGE_REFERENCE_SIZE - 10] = '\0'; /* too long with what is added */
    assert_int_equal(image_reference_complete(longest, full, NULL), -1);
}

static void test_folders(void **state)
{
    (void)state;
    char folder[IMAGE_REFERENCE_SIZE];
    char full[IMAGE_REFERENCE_SIZE];
    image_reference_to_folder("docker.io/library/web:1", folder);
    assert_string_equal(folder, "docker.io,library,web:1");
    image_reference_from_folder(folder, full);
    assert_string_equal(full, "docker.io/library/web:1");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_complete),
        cmocka_unit_test(test_bad_names),
        cmocka_unit_test(test_folders),
    };
    return cmocka_run_group_tests_name("common/image_reference", tests, NULL, NULL);
}
