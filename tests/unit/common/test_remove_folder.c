#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include <fcntl.h>
#include <stdbool.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/memory.h"
#include "common/remove_folder.h"
#include "tests/support/folder.h"

static bool exists(const char *path)
{
    struct stat about;
    return lstat(path, &about) == 0;
}

static void test_links_are_removed_not_followed(void **state)
{
    (void)state;
    AUTO_FREE char *folder = test_folder_create();
    AUTO_FREE char *precious = test_folder_create();
    AUTO_FREE char *file = memory_format("%s/keep", precious);
    AUTO_FREE char *link = memory_format("%s/link", folder);
    AUTO_FREE char *whole = memory_format("%s-link", folder);
    close(open(file, O_CREAT | O_WRONLY, 0600));
    assert_int_equal(symlink(precious, link), 0);
    assert_int_equal(symlink(precious, whole), 0);
    assert_int_equal(remove_folder(folder, NULL), 0);
    assert_int_equal(remove_folder(whole, NULL), -1);
    assert_false(exists(folder));
    assert_true(exists(file));
    assert_int_equal(unlink(whole), 0);
    assert_int_equal(remove_folder(precious, NULL), 0);
}

static void test_deep_and_locked_folders(void **state)
{
    (void)state;
    AUTO_FREE char *folder = test_folder_create();
    int at = open(folder, O_RDONLY | O_DIRECTORY);
    for (int level = 0; level < 700; level++) {
        assert_int_equal(mkdirat(at, "a-name-that-makes-the-path-long", 0700), 0);
        const int inner = openat(at, "a-name-that-makes-the-path-long", O_RDONLY | O_DIRECTORY);
        assert_true(inner >= 0);
        close(openat(inner, "file", O_CREAT | O_WRONLY, 0600));
        fchmod(at, 0500);
        close(at);
        at = inner;
    }
    close(at);
    assert_int_equal(remove_folder(folder, NULL), 0);
    assert_false(exists(folder));
    assert_int_equal(remove_folder(folder, NULL), 0); /* gone already */
}

static void test_what_names_no_folder(void **state)
{
    (void)state;
    struct error error = ERROR_NONE;
    assert_int_equal(remove_folder("/", &error), -1);
    assert_int_equal(remove_folder(".", &error), -1);
    assert_int_equal(remove_folder("tests/..", &error), -1);
    assert_int_equal(remove_folder("/nowhere/at/all", &error), 0);
    assert_true(exists("tests"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_links_are_removed_not_followed),
        cmocka_unit_test(test_deep_and_locked_folders),
        cmocka_unit_test(test_what_names_no_folder),
    };
    return cmocka_run_group_tests_name("remove folder", tests, NULL, NULL);
}
