/*
 * The programs of the image as their manifests run them: nothing of the file system can be written but the volumes, and the
 * user is not root. Landlock sees to it, which takes no rights; where the kernel has none, there is nothing to test.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/landlock.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cmocka.h>

#include "common/memory.h"
#include "tests/support/child.h"
#include "tests/support/folder.h"
#include "tests/support/http.h"
#include "tests/support/network.h"
#include "tests/support/wait.h"

#define SOMEBODY 65532 /* the image's user */
#define CONFINED "--confined"
#define WAIT_SECONDS 30
#define CHANGES                                                                                                                  \
    (LANDLOCK_ACCESS_FS_WRITE_FILE | LANDLOCK_ACCESS_FS_REMOVE_DIR | LANDLOCK_ACCESS_FS_REMOVE_FILE |                            \
     LANDLOCK_ACCESS_FS_MAKE_CHAR | LANDLOCK_ACCESS_FS_MAKE_DIR | LANDLOCK_ACCESS_FS_MAKE_REG | LANDLOCK_ACCESS_FS_MAKE_SOCK |   \
     LANDLOCK_ACCESS_FS_MAKE_FIFO | LANDLOCK_ACCESS_FS_MAKE_BLOCK | LANDLOCK_ACCESS_FS_MAKE_SYM)

static const char *self;

/* ---- inside the child ---- */

static int allow_changes(int rules, const char *folder)
{
    struct landlock_path_beneath_attr below = {.allowed_access = CHANGES, .parent_fd = open(folder, O_PATH | O_CLOEXEC)};
    if (below.parent_fd < 0)
        return -1;
    return (int)syscall(SYS_landlock_add_rule, rules, LANDLOCK_RULE_PATH_BENEATH, &below, 0);
}

/* arguments: the folder that can be written ("" = none), the program's path, its arguments. */
static int become_confined(char **arguments)
{
    const struct landlock_ruleset_attr attributes = {.handled_access_fs = CHANGES};
    /* Opened before: nobody else may be let into the folders above it. */
    const int program = open(arguments[1], O_PATH | O_CLOEXEC);
    const int rules = (int)syscall(SYS_landlock_create_ruleset, &attributes, sizeof attributes, 0);
    if (program < 0 || rules < 0 || (arguments[0][0] != '\0' && allow_changes(rules, arguments[0]) < 0) ||
        prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 || syscall(SYS_landlock_restrict_self, rules, 0) != 0 ||
        (geteuid() == 0 && (setresgid(SOMEBODY, SOMEBODY, SOMEBODY) != 0 || setresuid(SOMEBODY, SOMEBODY, SOMEBODY) != 0)) ||
        chdir("/") != 0)
        return EXIT_FAILURE;
    (void)fexecve(program, arguments + 1, environ);
    return EXIT_FAILURE;
}

/* ---- the tests ---- */

static void need_landlock(void)
{
    if (syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION) < 1)
        skip();
}

static char *absolute_program(const char *name)
{
    const char *build = getenv("HPALAB_BUILD");
    AUTO_FREE char *path = memory_format("%s/bin/%s", build == NULL || build[0] == '\0' ? "build" : build, name);
    char *absolute = realpath(path, NULL);
    if (absolute == NULL)
        fail_msg("no program %s", path);
    return absolute;
}

static bool answers(const char *url)
{
    struct test_http_answer answer;
    test_http_get(url, &answer);
    const bool good = answer.result == 0 && answer.status == 200;
    test_http_release(&answer);
    return good;
}

static void expect_answer(struct test_child *child, const char *url)
{
    if (!test_wait_until(answers(url) || test_child_wait(child, 0) != TEST_CHILD_RUNNING, WAIT_SECONDS) || !answers(url)) {
        AUTO_FREE char *errors = test_child_errors(child);
        fail_msg("%s: %s", url, errors);
    }
}

static void test_webapp_and_load(void **state)
{
    (void)state;
    char address[TEST_LOOPBACK_TEXT_SIZE];
    need_landlock();
    test_loopback_address(address);
    AUTO_FREE char *webapp = absolute_program("webapp");
    AUTO_FREE char *hpalab = absolute_program("hpalab");
    AUTO_FREE char *url = memory_format("http://%s:8080/post/1", address);
    struct test_child *server =
        test_child_run(self, CONFINED, "", webapp, "--address", address, "--pod-name", "web", "--cache-entries", "3");
    expect_answer(server, url);
    struct test_child *load = test_child_run(self, CONFINED, "", hpalab, "load", url, "--rate", "50", "--duration", "1s");
    const int code = test_child_wait(load, WAIT_SECONDS);
    if (code != 0) {
        AUTO_FREE char *errors = test_child_errors(load);
        fail_msg("hpalab load: %d: %s", code, errors);
    }
    test_child_end(load);
    test_child_end(server);
}

/* It writes to its volume and nowhere else. */
static void test_memapp(void **state)
{
    (void)state;
    char address[TEST_LOOPBACK_TEXT_SIZE];
    need_landlock();
    test_loopback_address(address);
    AUTO_FREE char *memapp = absolute_program("memapp");
    AUTO_FREE char *folder = test_folder_create();
    AUTO_FREE char *file = memory_format("%s/memory", folder);
    AUTO_FREE char *url = memory_format("http://%s:8080/readyz", address);
    assert_int_equal(chmod(folder, 0777), 0);
    struct test_child *child = test_child_run(self, CONFINED, folder, memapp, "--address", address, file, "3");
    expect_answer(child, url);
    AUTO_FREE char *size_url = memory_format("http://%s:8080/size?mib=2", address);
    struct test_http_answer answer;
    test_http_send(&(struct test_http_request){.method = "PUT", .url = size_url}, &answer);
    assert_int_equal(answer.status / 100, 2);
    test_http_release(&answer);
    assert_int_equal(access(file, F_OK), 0);
    test_child_end(child);
    test_folder_remove(folder);
}

int main(int count, char **arguments)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_webapp_and_load), cmocka_unit_test(test_memapp)};
    if (count > 3 && strcmp(arguments[1], CONFINED) == 0)
        return become_confined(arguments + 2);
    self = arguments[0];
    return cmocka_run_group_tests_name("read-only root", tests, NULL, NULL);
}
