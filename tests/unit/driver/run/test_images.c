/* Images that a user loads into a cluster's folder. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "common/file.h"
#include "common/remove_folder.h"
#include "driver/run/images.h"

static char folder[32];
static char *program;

static int make_folder(void **state)
{
    (void)state;
    snprintf(folder, sizeof folder, "/tmp/hpalab-test-XXXXXX");
    assert_non_null(mkdtemp(folder));
    AUTO_FREE char *images = memory_format("%s/images", folder);
    assert_int_equal(mkdir(images, 0700), 0);
    program = memory_format("%s/counter", folder);
    return file_write(program, "one", 3, 0700, NULL);
}

static int remove_folders(void **state)
{
    (void)state;
    free(program);
    return remove_folder(folder, NULL);
}

static void expect_list(const char *wanted)
{
    AUTO_JSON cJSON *list = images_list(folder, NULL);
    AUTO_FREE char *text = json_print(list);
    assert_string_equal(text, wanted);
}

static void expect_refusal(const char *reference, const char *file, const char *wanted)
{
    struct error error = ERROR_NONE;
    assert_int_equal(images_load(folder, reference, file, &error), -1);
    assert_string_equal(error.text, wanted);
}

static void test_load_and_remove(void **state)
{
    (void)state;
    struct stat about;
    struct error error = ERROR_NONE;
    AUTO_FREE char *copy = memory_format("%s/images/docker.io,library,tool:1/counter", folder);
    expect_list("[]");
    assert_int_equal(images_load(folder, "tool:1", program, &error), 0);
    assert_int_equal(stat(copy, &about), 0);
    assert_int_equal(about.st_mode & 07777, 0755);
    assert_int_equal(file_write(program, "second", 6, 0700, NULL), 0);
    assert_int_equal(images_load(folder, "docker.io/library/tool:1", program, &error), 0);
    AUTO_FREE char *text = file_read(copy, 100, NULL, NULL);
    assert_string_equal(text, "second");
    expect_list("[{\"name\":\"docker.io/library/tool:1\",\"program\":\"counter\",\"bytes\":6}]");
    assert_int_equal(images_remove(folder, "tool:1", &error), 0);
    expect_list("[]");
    assert_int_equal(images_remove(folder, "tool:1", &error), -1);
    assert_string_equal(error.text, "there is no image tool:1");
}

static void test_refusals(void **state)
{
    (void)state;
    AUTO_FREE char *none = memory_format("%s/none", folder);
    AUTO_FREE char *text = memory_format("%s/text", folder);
    AUTO_FREE char *no_program = memory_format("cannot read %s: No such file or directory", none);
    AUTO_FREE char *not_executable = memory_format("%s is not executable", text);
    AUTO_FREE char *no_file = memory_format("%s is no regular file", folder);
    assert_int_equal(file_write(text, "x", 1, 0600, NULL), 0);
    expect_refusal("Tool:1", program, "\"Tool:1\" is no image name: expected NAME:TAG such as web:1");
    expect_refusal("../x", program, "\"../x\" is no image name: expected NAME:TAG such as web:1");
    expect_refusal("tool:1", none, no_program);
    expect_refusal("tool:1", text, not_executable);
    expect_refusal("tool:1", folder, no_file);
    expect_list("[]");
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_load_and_remove), cmocka_unit_test(test_refusals)};
    return cmocka_run_group_tests_name("driver/run/images", tests, make_folder, remove_folders);
}
