/*
 * hpalab demo: a lesson on the embedded cluster, and its report as a page.
 */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "common/memory.h"
#include "tests/support/child.h"
#include "tests/support/folder.h"
#include "tests/support/http.h"
#include "tests/support/wait.h"

#define LESSON "tests/data/lessons/small"
#define PATIENCE 60.0
#define LONGEST_RUN 200.0

/* The address that the program names, once it does; the caller frees it. */
static char *address_behind(const struct test_child *child, const char *words)
{
    char *address = NULL;
    AUTO_FREE char *output = test_child_output(child);
    const char *at = strstr(output, words);
    if (at != NULL && strchr(at, '\n') != NULL) {
        at += strlen(words);
        address = memory_copy_bytes(at, strcspn(at, "\n"));
    }
    return address;
}

static void assert_page_says(const char *url, const char *text)
{
    struct test_http_answer answer;
    test_http_get(url, &answer);
    assert_int_equal(answer.status, 200);
    if (memmem(answer.body.data, answer.body.length, text, strlen(text)) == NULL)
        fail_msg("\"%s\" is not on the page", text);
    test_http_release(&answer);
}

static void test_the_page_becomes_the_report(void **state)
{
    AUTO_FREE char *folder = test_folder_create();
    AUTO_FREE char *run = memory_format("%s/run", folder);
    (void)state;
    struct test_child *child = test_child_run("hpalab", "demo", LESSON, "--listen", "127.0.0.1:0", "--out", run);
    char *url = NULL;
    assert_true(test_wait_until((url = address_behind(child, "The report will be at ")) != NULL, PATIENCE));
    assert_page_says(url, "The lesson small is running");
    free(url);
    assert_true(test_wait_until((url = address_behind(child, "The report is at ")) != NULL, LONGEST_RUN));
    assert_page_says(url, "A lesson for tests");
    free(url);
    assert_int_equal(test_child_wait(child, 0), TEST_CHILD_RUNNING);
    test_child_signal(child, SIGINT);
    assert_int_equal(test_child_wait(child, PATIENCE), 0);
    test_child_end(child);
    test_folder_remove(folder);
}

static void assert_ends(int code, const char *words, const char *variable, const char *const *arguments)
{
    const char *const environment[] = {variable, NULL};
    struct test_child *child = test_child_start("hpalab", arguments, environment);
    assert_int_equal(test_child_wait(child, PATIENCE), code);
    AUTO_FREE char *errors = test_child_errors(child);
    if (strstr(errors, words) == NULL)
        fail_msg("\"%s\" is not in: %s", words, errors);
    test_child_end(child);
}

static void test_what_cannot_work_is_told_at_once(void **state)
{
    (void)state;
    assert_ends(2, "demo: --listen: expected ADDRESS:PORT", "A=b", (const char *const[]){"demo", "--listen", "localhost", NULL});
    assert_ends(2, "demo: HPALAB_DEMO_LISTEN: expected ADDRESS:PORT", "HPALAB_DEMO_LISTEN=8000",
                (const char *const[]){"demo", LESSON, NULL});
    assert_ends(2, "no-such-lesson", "A=b", (const char *const[]){"demo", "no-such-lesson", NULL});
    assert_ends(1, "--listen ADDRESS:PORT chooses another", "A=b",
                (const char *const[]){"demo", LESSON, "--listen", "192.0.2.1:80", "--out", "/nonexistent/run", NULL});
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_page_becomes_the_report),
        cmocka_unit_test(test_what_cannot_work_is_told_at_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
