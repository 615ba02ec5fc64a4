/*
 * Wrong lessons, a file each in tests/data/lessons/wrong. What must be said stands in the file's first line behind
 * "# " (a NAME.expect beside it where that cannot be), without the file's name in front.
 */
#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

#include "common/buffer.h"
#include "common/clock.h"
#include "common/memory.h"
#include "driver/analyze/expectation.h"
#include "driver/lesson/lesson.h"
#include "tests/support/folder.h"

#define WRONG "tests/data/lessons/wrong"

static char *expected_text(const char *path)
{
    AUTO_FREE char *beside = memory_format("%.*s.expect", (int)(strlen(path) - strlen(".yaml")), path);
    AUTO_FREE char *text = test_folder_read_file(beside);
    if (text == NULL)
        text = test_folder_read_file(path);
    assert_non_null(text);
    const char *begin = strncmp(text, "# ", 2) == 0 ? text + 2 : text;
    return memory_copy_bytes(begin, strcspn(begin, "\n"));
}

static int check_one(const char *path)
{
    AUTO_FREE char *expected = expected_text(path);
    AUTO_FREE char *line = memory_format("%s:%s", path, expected);
    struct error error = ERROR_NONE;
    struct lesson *lesson = lesson_read(path, "quick", expectation_check, &error);
    if (lesson == NULL && strcmp(error.text, line) == 0)
        return 0;
    print_error("%s\n  expected: %s\n  but:      %s\n", path, line, lesson == NULL ? error.text : "it was read");
    lesson_destroy(lesson);
    return 1;
}

static int is_yaml(const struct dirent *entry)
{
    const char *dot = strrchr(entry->d_name, '.');
    return dot != NULL && strcmp(dot, ".yaml") == 0;
}

static void test_each_mistake_is_named_by_line_and_column(void **state)
{
    (void)state;
    struct dirent **entries = NULL;
    int count = scandir(WRONG, &entries, is_yaml, alphasort);
    assert_true(count > 100);
    int failed = 0;
    for (int i = 0; i < count; i++) {
        AUTO_FREE char *path = memory_format("%s/%s", WRONG, entries[i]->d_name);
        failed += check_one(path);
        free(entries[i]);
    }
    free(entries);
    assert_int_equal(failed, 0);
}

static void expect_error(const char *path, const char *part)
{
    struct error error = ERROR_NONE;
    struct lesson *lesson = lesson_read(path, "quick", expectation_check, &error);
    assert_null(lesson);
    if (strstr(error.text, part) == NULL)
        fail_msg("%s: \"%s\" does not say \"%s\"", path, error.text, part);
}

static void test_what_is_no_lesson_file(void **state)
{
    (void)state;
    char *folder = test_folder_create();
    AUTO_FREE char *pipe = memory_format("%s/pipe.yaml", folder);
    AUTO_FREE char *huge = memory_format("%s/huge.yaml", folder);
    assert_int_equal(mkfifo(pipe, 0600), 0);
    AUTO_BUFFER struct buffer text = {0};
    buffer_init(&text, 2 << 20);
    while (text.length <= 1 << 20)
        assert_int_equal(buffer_append_text(&text, "# a comment that goes on and on\n"), 0);
    test_folder_write_file(huge, text.data);

    expect_error("tests/data/lessons/nothing-here", "nothing-here: No such file");
    expect_error(folder, "/lesson.yaml: No such file");
    expect_error("/dev/null", "/dev/null: expected a regular file");
    expect_error(pipe, "pipe.yaml: expected a regular file");
    expect_error(huge, "huge.yaml: larger than 1048576 bytes");
    test_folder_remove(folder);
    free(folder);
}

/* A mapping of very many keys is refused, or read, in a time that grows with its size and not with its square. */
static void test_many_keys(void **state)
{
    (void)state;
    char *folder = test_folder_create();
    AUTO_FREE char *path = memory_format("%s/keys.yaml", folder);
    AUTO_BUFFER struct buffer text = {0};
    buffer_init(&text, 1 << 20);
    for (int i = 0; i < 49000; i++)
        assert_int_equal(buffer_append_format(&text, "key-%d: 1\n", i), 0);
    test_folder_write_file(path, text.data);
    expect_error(path, "keys.yaml:1:1: lesson: unknown field \"key-0\"");
    assert_int_equal(buffer_append_text(&text, "key-7: 1\n"), 0);
    test_folder_write_file(path, text.data);
    expect_error(path, "keys.yaml:49001:1: key \"key-7\" stands here a second time (first on line 8)");
    test_folder_remove(folder);
    free(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_each_mistake_is_named_by_line_and_column),
        cmocka_unit_test(test_what_is_no_lesson_file),
        cmocka_unit_test(test_many_keys),
    };
    return cmocka_run_group_tests_name("wrong lessons", tests, NULL, NULL);
}
