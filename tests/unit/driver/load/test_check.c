/* Checks: how they are read, and what answers pass them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "driver/load/answer_checks.h"

static void see(struct answer_checks *checks, const char *name, const char *value)
{
    const struct header_line line = {.name = name, .name_length = strlen(name), .value = value, .value_length = strlen(value)};
    answer_checks_header(checks, &line);
}

/* Whether an answer passes a check; the body comes in pieces of a size. */
static bool passes(const char *text, int status, const char *body, size_t piece)
{
    struct parsed_check check;
    struct error error = ERROR_NONE;
    struct answer_checks checks = {.count = 0};
    if (parsed_check_read(text, &check, &error) < 0)
        fail_msg("%s: %s", text, error.text);
    answer_checks_begin(&checks, &check, 1);
    see(&checks, "x-cache", "HIT from edge");
    size_t length = strlen(body);
    for (size_t at = 0; at < length; at += piece)
        answer_checks_body(&checks, body + at, length - at < piece ? length - at : piece);
    bool passed = (answer_checks_end(&checks, status) & 1) != 0;
    parsed_check_release(&check);
    return passed;
}

static void test_what_passes(void **state)
{
    (void)state;
    static const struct {
        const char *check;
        int status;
        const char *body;
        bool expected;
    } rows[] = {
        {"status is 200", 200, "", true},
        {"status is 200", 201, "", false},
        {"status in 200-299, 304", 299, "", true},
        {"status in 200-299, 304", 304, "", true},
        {"status in 200-299, 304", 303, "", false},
        {"body contains ready", 500, "not yet rearea ready", true},
        {"body contains ready", 200, "not yet reread", false},
        {"body contains abababc", 200, "ababababababc", true},
        {"body contains aab", 200, "aaab", true},
        {"body contains a  b", 200, "a b", false},
        {"header X-Cache", 200, "", true},
        {"header X-Other", 200, "", false},
        {"header X-Cache is HIT from edge", 200, "", true},
        {"header X-Cache is HIT", 200, "", false},
        {"header X-CACHE contains from", 200, "", true},
        {"header X-Cache contains MISS", 200, "", false},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        for (size_t piece = 1; piece < 8; piece++)
            if (passes(rows[i].check, rows[i].status, rows[i].body, piece) != rows[i].expected)
                fail_msg("%s, in pieces of %zu", rows[i].check, piece);
}

/* Every text of three letters in every body of two, against strstr. */
static void test_texts_are_found_wherever_they_are(void **state)
{
    (void)state;
    char check[] = "body contains xxxx";
    char *wanted = check + strlen("body contains ");
    for (unsigned text = 0; text < 16; text++) {
        for (int i = 0; i < 4; i++)
            wanted[i] = (text >> i & 1) != 0 ? 'a' : 'b';
        for (unsigned bits = 0; bits < 512; bits++) {
            char body[10] = "";
            for (int i = 0; i < 9; i++)
                body[i] = (bits >> i & 1) != 0 ? 'a' : 'b';
            assert_int_equal(passes(check, 200, body, 1 + bits % 4), strstr(body, wanted) != NULL);
        }
    }
}

static void test_only_the_beginning_of_a_body_is_looked_through(void **state)
{
    (void)state;
    char *body = malloc(LOAD_CHECK_MOST_BODY + 10);
    memset(body, '.', LOAD_CHECK_MOST_BODY + 9);
    body[LOAD_CHECK_MOST_BODY + 9] = '\0';
    memcpy(body + LOAD_CHECK_MOST_BODY - 4, "here", 4);
    assert_true(passes("body contains here", 200, body, 5000));
    memcpy(body + LOAD_CHECK_MOST_BODY - 4, ".here", 5);
    assert_false(passes("body contains here", 200, body, 5000));
    free(body);
}

static void test_a_head_on_the_way_says_nothing(void **state)
{
    (void)state;
    struct parsed_check check;
    struct answer_checks checks = {.count = 0};
    assert_int_equal(parsed_check_read("header Link", &check, NULL), 0);
    answer_checks_begin(&checks, &check, 1);
    see(&checks, "Link", "x");
    answer_checks_head(&checks);
    assert_int_equal(answer_checks_end(&checks, 200), 0);
    parsed_check_release(&check);
}

static void test_wrong_checks(void **state)
{
    (void)state;
    static const char *const rows[] = {"",
                                       "status",
                                       "status 200",
                                       "status is",
                                       "status is 20",
                                       "status is 2000",
                                       "status is 200-",
                                       "status is 600",
                                       "status in 200,",
                                       "status in 300-200",
                                       "body",
                                       "body contains",
                                       "body is x",
                                       "header",
                                       "header X has y",
                                       "header X contains",
                                       "bodycontains x",
                                       "status is 200\n",
                                       "status in 200,200,200,200,200,200,200,200,200,200,200,200,200,200,200,200,200"};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct error error = ERROR_NONE;
        struct parsed_check check;
        if (parsed_check_read(rows[i], &check, &error) == 0)
            fail_msg("\"%s\" was read", rows[i]);
        assert_true(error.text[0] != '\0');
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_passes),
        cmocka_unit_test(test_texts_are_found_wherever_they_are),
        cmocka_unit_test(test_only_the_beginning_of_a_body_is_looked_through),
        cmocka_unit_test(test_a_head_on_the_way_says_nothing),
        cmocka_unit_test(test_wrong_checks),
    };
    return cmocka_run_group_tests_name("check", tests, NULL, NULL);
}
