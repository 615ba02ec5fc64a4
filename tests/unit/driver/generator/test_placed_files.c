/* Files that travel with a plan: read where the plan is made, and there for the engine where it is carried out. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "common/file.h"
#include "common/memory.h"
#include "driver/generator/placed_files.h"
#include "tests/support/folder.h"

static void test_files_travel(void **state)
{
    (void)state;
    struct error error = ERROR_NONE;
    struct placed_files placed;
    AUTO_FREE char *folder = test_folder_create();
    AUTO_FREE char *ca = memory_format("%s/ca.pem", folder);
    AUTO_FREE char *key = memory_format("%s/key.pem", folder);
    assert_int_equal(file_write(ca, "authority\n", 10, 0600, &error), 0);
    assert_int_equal(file_write(key, "secret\n", 7, 0600, &error), 0);
    struct wire_load load = {.slow_over = 0};
    load.spec.tls.ca_file = memory_copy_text(ca);
    load.spec.tls.key_file = memory_copy_text(key);
    assert_int_equal(wire_files_read(&load.spec, &load.files, &error), 0);
    assert_string_equal(load.files.ca, "authority\n");
    assert_null(load.files.certificate);
    test_folder_remove(folder);
    assert_int_equal(placed_files_create(&load, &placed, &error), 0);
    assert_null(load.spec.tls.certificate_file);
    for (int twice = 0; twice < 2; twice++) {
        AUTO_FREE char *text = file_read(load.spec.tls.key_file, 100, NULL, &error);
        assert_string_equal(text, "secret\n");
    }
    placed_files_release(&placed);
    wire_files_release(&load.files);
    load_spec_release(&load.spec);
}

static void test_files_that_are_no_text_are_refused(void **state)
{
    (void)state;
    struct error error = ERROR_NONE;
    struct wire_files files;
    AUTO_FREE char *folder = test_folder_create();
    AUTO_FREE char *path = memory_format("%s/der", folder);
    struct load_spec spec = {.tls = {.ca_file = path}};
    assert_int_equal(file_write(path, "\xff\x00", 2, 0600, &error), 0);
    assert_int_equal(wire_files_read(&spec, &files, &error), -1);
    assert_non_null(strstr(error.text, "der: expected PEM, which is text"));
    test_folder_remove(folder);
    assert_int_equal(wire_files_read(&spec, &files, &error), -1);
    assert_null(files.ca);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_files_travel),
        cmocka_unit_test(test_files_that_are_no_text_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
