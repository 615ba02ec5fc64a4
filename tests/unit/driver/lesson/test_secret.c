/* Headers whose values stand in no lesson. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "common/memory.h"
#include "driver/lesson/lesson.h"
#include "tests/support/folder.h"

#define TEXT                                                                                                                     \
    "apiVersion: hpalab/v1\nkind: Lesson\nmetadata: {name: sample}\nspec:\n  namespace: shop\n  watch: {hpa: cart}\n"            \
    "  variants: [{name: one}]\n  load:\n  - {name: a, executor: constant-vus, duration: 1s, url: 'http://cart/',\n"             \
    "     headers: %s}\n"

static struct lesson *read_lesson(const char *headers, struct error *error)
{
    AUTO_FREE char *text = memory_format(TEXT, headers);
    return lesson_parse("sample", text, "quick", NULL, error);
}

static void assert_header(const struct lesson *lesson, size_t index, const char *name, const char *value)
{
    const struct load_header *header = &lesson->loads[0].headers[index];
    assert_string_equal(header->name, name);
    assert_string_equal(header->value, value);
}

static void test_from_the_environment_and_a_file(void **state)
{
    (void)state;
    struct error error = ERROR_NONE;
    char *folder = test_folder_create();
    AUTO_FREE char *path = memory_format("%s/key", folder);
    test_folder_write_file(path, "open {vu} sesame\r\n");
    assert_int_equal(setenv("HPALAB_TEST_TOKEN", "t0ken", 1), 0);
    AUTO_FREE char *headers = memory_format("{Authorization: {prefix: 'Bearer ', valueFrom: {env: HPALAB_TEST_TOKEN}},"
                                            " X-Key: {valueFrom: {file: '%s'}}, X-Plain: said}",
                                            path);
    struct lesson *lesson = read_lesson(headers, &error);
    if (lesson == NULL) {
        fail_msg("%s", error.text);
        return;
    }
    assert_int_equal(lesson->loads[0].header_count, 3);
    assert_header(lesson, 0, "Authorization", "Bearer t0ken");
    assert_header(lesson, 1, "X-Key", "open \\{vu} sesame"); /* sent as it is: no variable */
    assert_header(lesson, 2, "X-Plain", "said");
    assert_null(strstr(lesson->text, "t0ken"));
    lesson_destroy(lesson);
    test_folder_remove(folder);
    free(folder);
}

/* What a secret is, is in no error. */
static void test_a_secret_of_two_lines(void **state)
{
    (void)state;
    struct error error = ERROR_NONE;
    assert_int_equal(setenv("HPALAB_TEST_TOKEN", "t0ken\nX-Other: 1", 1), 0);
    struct lesson *lesson = read_lesson("{X-Key: {valueFrom: {env: HPALAB_TEST_TOKEN}}}", &error);
    assert_null(lesson);
    assert_non_null(strstr(error.text, "headers: expected one line of text in HPALAB_TEST_TOKEN"));
    assert_null(strstr(error.text, "t0ken"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_from_the_environment_and_a_file),
        cmocka_unit_test(test_a_secret_of_two_lines),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
