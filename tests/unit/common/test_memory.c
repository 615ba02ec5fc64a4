/* Memory, buffers, errors, files and base64: the small things that everything stands on. */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "common/base64.h"
#include "common/buffer.h"
#include "common/error.h"
#include "common/file.h"
#include "common/memory.h"
#include "tests/support/folder.h"

static void test_allocation(void **state)
{
    (void)state;
    AUTO_FREE char *nothing = memory_allocate(0, 0);
    assert_non_null(nothing);
    AUTO_FREE int *numbers = memory_allocate(100, sizeof *numbers);
    for (int i = 0; i < 100; i++)
        assert_int_equal(numbers[i], 0);
    assert_null(memory_copy_text(NULL));
    AUTO_FREE char *bytes = memory_copy_bytes("a\0b", 3);
    assert_memory_equal(bytes, "a\0b\0", 4);
    AUTO_FREE char *text = memory_format("%s-%d", "x", 7);
    assert_string_equal(text, "x-7");
    char *owned = memory_copy_text("mine");
    AUTO_FREE char *taken = steal_pointer(&owned);
    assert_null(owned);
    assert_string_equal(taken, "mine");
}

static void ask_too_much(void)
{
    free(memory_allocate(SIZE_MAX / 2, 4));
}

static void resize_too_much(void)
{
    free(memory_resize(NULL, SIZE_MAX / 2, 4));
}

/* Whether a process that calls the function comes to its end in good order. */
static bool survives(void (*function)(void))
{
    pid_t pid = fork();
    if (pid == 0) {
        const struct rlimit none = {0, 0};
        (void)setrlimit(RLIMIT_CORE, &none);
        (void)signal(SIGABRT, SIG_DFL);
        (void)close(STDERR_FILENO);
        function();
        _exit(0);
    }
    int status = 0;
    assert_int_equal(waitpid(pid, &status, 0), pid);
    return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

static void ask_little(void)
{
    free(memory_allocate(10, 4));
}

static void test_exhaustion_ends_the_program(void **state)
{
    (void)state;
    assert_true(survives(ask_little));
    assert_false(survives(ask_too_much));
    assert_false(survives(resize_too_much));
}

static void test_buffer_grows_to_its_maximum(void **state)
{
    (void)state;
    AUTO_BUFFER struct buffer buffer = {0};
    buffer_init(&buffer, 1000);
    for (int i = 0; i < 100; i++)
        assert_int_equal(buffer_append(&buffer, "0123456789", 10), 0);
    assert_int_equal(buffer.length, 1000);
    assert_int_equal(buffer.data[1000], '\0');
    assert_false(buffer.overflowed);
    assert_int_equal(buffer_append_character(&buffer, 'x'), -1);
    assert_int_equal(buffer_append_format(&buffer, "%d", 1), -1);
    assert_int_equal(buffer_append(&buffer, "", 0), 0);
    assert_true(buffer.overflowed);
    assert_int_equal(buffer.length, 1000);
    assert_int_equal(buffer_append(&buffer, "x", SIZE_MAX), -1);
    buffer_clear(&buffer);
    assert_false(buffer.overflowed);
    assert_string_equal(buffer.data, "");
    assert_int_equal(buffer_append_text(&buffer, "again"), 0);
}

static void test_buffer_front_and_steal(void **state)
{
    (void)state;
    AUTO_BUFFER struct buffer buffer = {0};
    buffer_init(&buffer, 100);
    (void)buffer_append_format(&buffer, "%s %d", "hello", 42);
    buffer_consume(&buffer, 6);
    assert_string_equal(buffer.data, "42");
    AUTO_FREE char *stolen = buffer_steal(&buffer);
    assert_string_equal(stolen, "42");
    assert_int_equal(buffer_append_text(&buffer, "on"), 0);
    assert_string_equal(buffer.data, "on");
    buffer_consume(&buffer, 1000);
    assert_string_equal(buffer.data, "");
    buffer_release(&buffer);
    buffer_release(&buffer);
    AUTO_FREE char *empty = buffer_steal(&buffer);
    assert_string_equal(empty, "");
}

static void test_errors(void **state)
{
    (void)state;
    struct error error = ERROR_NONE;
    assert_int_equal(error_set(&error, "no %s", "file"), -1);
    assert_int_equal(error_context(&error, "reading %d", 7), -1);
    assert_string_equal(error.text, "reading 7: no file");
    assert_int_equal(error_set(NULL, "nobody asks"), -1);
    assert_int_equal(error_context(NULL, "nobody asks"), -1);
    char large[3 * ERROR_TEXT_SIZE];
    memset(large, 'x', sizeof large - 1);
    large[sizeof large - 1] = '\0';
    assert_int_equal(error_set(&error, "%s", large), -1);
    assert_int_equal(strlen(error.text), ERROR_TEXT_SIZE - 1);
    assert_int_equal(error_context(&error, "here"), -1);
    assert_memory_equal(error.text, "here: xxx", 9);
    assert_int_equal(strlen(error.text), ERROR_TEXT_SIZE - 1);
    assert_int_equal(error_context(&error, "%s", large), -1);
    assert_int_equal(strlen(error.text), ERROR_TEXT_SIZE - 1);
}

static void test_files(void **state)
{
    (void)state;
    char *folder = test_folder_create();
    AUTO_FREE char *path = memory_format("%s/file", folder);
    AUTO_FREE char *missing = memory_format("%s/no/file", folder);
    struct error error = ERROR_NONE;
    size_t length = 0;
    assert_int_equal(file_write(path, "a\0b", 3, 0600, &error), 0);
    AUTO_FREE char *bytes = file_read(path, 3, &length, &error);
    assert_int_equal(length, 3);
    assert_memory_equal(bytes, "a\0b\0", 4);
    struct stat status;
    assert_int_equal(stat(path, &status), 0);
    assert_int_equal(status.st_mode & 0777, 0600);

    assert_null(file_read(path, 2, NULL, &error));
    assert_non_null(strstr(error.text, "/file: larger than 2 bytes"));
    assert_null(file_read(folder, 100, NULL, &error));
    assert_non_null(strstr(error.text, "expected a regular file"));
    assert_null(file_read(missing, 100, NULL, &error));
    assert_non_null(strstr(error.text, "/no/file: No such file"));
    assert_int_equal(file_write(missing, "x", 1, 0600, &error), -1);

    assert_int_equal(file_write(path, "new", 3, 0644, &error), 0);
    AUTO_FREE char *after = file_read(path, 100, NULL, &error);
    assert_string_equal(after, "new");
    test_folder_remove(folder);
    free(folder);
}

/* A write that fails leaves the old file and nothing beside it. */
static void test_a_failed_write_changes_nothing(void **state)
{
    (void)state;
    char *folder = test_folder_create();
    AUTO_FREE char *path = memory_format("%s/file", folder);
    AUTO_FREE char *beside = memory_format("%s/file.%ld.tmp", folder, (long)getpid());
    AUTO_FREE char *large = memory_allocate(100000, 1);
    test_folder_write_file(path, "old");
    struct rlimit before;
    struct error error = ERROR_NONE;
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
    const struct rlimit small = {.rlim_cur = 1000, .rlim_max = before.rlim_max};
    void (*handler)(int) = signal(SIGXFSZ, SIG_IGN);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
    int result = file_write(path, large, 100000, 0600, &error);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
    (void)signal(SIGXFSZ, handler);
    assert_int_equal(result, -1);
    assert_non_null(strstr(error.text, "File too large"));
    AUTO_FREE char *text = test_folder_read_file(path);
    assert_string_equal(text, "old");
    assert_int_equal(access(beside, F_OK), -1);
    test_folder_remove(folder);
    free(folder);
}

static const char *const pairs[][2] = {
    {"", ""}, {"f", "Zg=="}, {"fo", "Zm8="}, {"foo", "Zm9v"}, {"foob", "Zm9vYg=="}, {"\xff\xfe\xfd", "//79"},
};

static void test_base64(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof pairs / sizeof pairs[0]; i++) {
        size_t length = 99;
        AUTO_FREE char *text = base64_encode(pairs[i][0], strlen(pairs[i][0]));
        assert_string_equal(text, pairs[i][1]);
        AUTO_FREE char *bytes = base64_decode(pairs[i][1], &length, NULL);
        assert_non_null(bytes);
        assert_int_equal(length, strlen(pairs[i][0]));
        assert_memory_equal(bytes, pairs[i][0], length + 1);
    }
    static const char *const wrong[] = {"Z", "Zg=", "Zg", "Zg===", "Zm9v=", "Z!==", "Zg==Zg==", "-_-_"};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
        if (base64_decode(wrong[i], NULL, NULL) != NULL)
            fail_msg("\"%s\" was read", wrong[i]);
    AUTO_FREE char *spaced = base64_decode(" Zm\n9v \r\n", NULL, NULL);
    assert_string_equal(spaced, "foo");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_allocation),
        cmocka_unit_test(test_exhaustion_ends_the_program),
        cmocka_unit_test(test_buffer_grows_to_its_maximum),
        cmocka_unit_test(test_buffer_front_and_steal),
        cmocka_unit_test(test_errors),
        cmocka_unit_test(test_files),
        cmocka_unit_test(test_a_failed_write_changes_nothing),
        cmocka_unit_test(test_base64),
    };
    return cmocka_run_group_tests_name("memory", tests, NULL, NULL);
}
