/*
 * webapp's flags and environment variables.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "common/memory.h"
#include "tests/support/webapp.h"

#define AUTO_WEBAPP CLEANUP(test_webapp_end)
#define AUTO_ANSWER CLEANUP(test_http_release)
#define NAME_SIZE 64

static void wrong_options_end_with_2(void **state)
{
    (void)state;
    const char *const cases[][2] = {
        {"--port", "65536"},
        {"--port", "-1"},
        {"--port", "80a"},
        {"--address", "localhost"},
        {"--address", ""},
        {"--boot", "5"},
        {"--boot", "2h"},
        {"--boot", "-1s"},
        {"--boot-mode", "slow"},
        {"--boot-cpu", "0x1"},
        {"--boot-cpu", "nan"},
        {"--boot-cpu", "17"},
        {"--cache-entries", "1.5"},
        {"--cache-entries", "1e9"},
        {"--cache-cpu", "fast"},
        {"--cache-wait", "-5"},
        {"--request-cpu", ""},
        {"--request-wait", "5 s"},
        {"--term", "gently"},
        {"--drain", "soon"},
        {"--finish", "x"},
        {"--connections", "0"},
        {"--idle-timeout", "0s"},
        {"--pod-name", "a b"},
        {"--pod-name", "a\r\nX: b"},
        {"--nonsense", "1"},
        {"stray", "1"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct test_child *child = test_child_run("webapp", cases[i][0], cases[i][1]);
        int status = test_child_wait(child, 10);
        AUTO_FREE char *errors = test_child_errors(child);
        test_child_end(child);
        if (status != 2 || strncmp(errors, "webapp: ", 8) != 0 || strstr(errors, cases[i][0]) == NULL)
            fail_msg("%s %s: exit %d, %s", cases[i][0], cases[i][1], status, errors);
    }
}

static void a_flag_without_value_ends_with_2(void **state)
{
    (void)state;
    struct test_child *child = test_child_run("webapp", "--port");
    assert_int_equal(test_child_wait(child, 10), 2);
    test_child_end(child);
}

static void flags_win_over_variables(void **state)
{
    (void)state;
    char address[TEST_LOOPBACK_TEXT_SIZE];
    char url[TEST_URL_SIZE];
    char name[NAME_SIZE];
    AUTO_FREE char *variable = memory_format("WEBAPP_ADDRESS=%s", test_loopback_address(address));
    const char *const environment[] = {variable, "POD_NAME=from-variable", "WEBAPP_LISTEN_PORT=1", "WEBAPP_DRAIN=", NULL};
    struct test_child *child = test_child_start("webapp", (const char *const[]){"--port=8080", NULL}, environment);
    assert_true(test_tcp_wait(address, TEST_WEBAPP_PORT, 10));
    (void)snprintf(url, sizeof url, "http://%s:%d/livez", address, TEST_WEBAPP_PORT);
    AUTO_ANSWER struct test_http_answer answer = {.status = 0};
    test_http_get(url, &answer);
    assert_int_equal(answer.status, 200);
    assert_string_equal(test_http_header(&answer, "X-Pod-Name", name, sizeof name), "from-variable");
    test_child_end(child);
}

static void wrong_variables_are_named(void **state)
{
    (void)state;
    const char *const environment[] = {"WEBAPP_BOOT=soon", NULL};
    struct test_child *child = test_child_start("webapp", (const char *const[]){NULL}, environment);
    assert_int_equal(test_child_wait(child, 10), 2);
    AUTO_FREE char *errors = test_child_errors(child);
    assert_non_null(strstr(errors, "WEBAPP_BOOT: \"soon\""));
    test_child_end(child);
}

static void a_taken_port_ends_with_1(void **state)
{
    (void)state;
    AUTO_WEBAPP struct test_webapp webapp = test_webapp_run("--port", "8080");
    struct test_child *second = test_child_run("webapp", "--address", webapp.address, "--port", "8080");
    assert_int_equal(test_child_wait(second, 10), 1);
    AUTO_FREE char *errors = test_child_errors(second);
    assert_non_null(strstr(errors, "cannot take"));
    test_child_end(second);
}

static void help_names_every_variable(void **state)
{
    (void)state;
    static const char *const names[] = {"WEBAPP_ADDRESS",
                                        "WEBAPP_LISTEN_PORT",
                                        "POD_NAME",
                                        "WEBAPP_BOOT",
                                        "WEBAPP_BOOT_MODE",
                                        "WEBAPP_BOOT_CPU",
                                        "WEBAPP_CACHE_CPU",
                                        "WEBAPP_CACHE_ENTRIES",
                                        "WEBAPP_CACHE_WAIT",
                                        "WEBAPP_REQUEST_CPU",
                                        "WEBAPP_REQUEST_WAIT",
                                        "WEBAPP_TERM",
                                        "WEBAPP_DRAIN",
                                        "WEBAPP_FINISH",
                                        "WEBAPP_CONNECTIONS",
                                        "WEBAPP_IDLE_TIMEOUT",
                                        "WEBAPP_CONNECTION_REQUESTS"};
    struct test_child *child = test_child_run("webapp", "--help");
    assert_int_equal(test_child_wait(child, 10), 0);
    AUTO_FREE char *output = test_child_output(child);
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        assert_non_null(strstr(output, names[i]));
    test_child_end(child);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(wrong_options_end_with_2), cmocka_unit_test(a_flag_without_value_ends_with_2),
        cmocka_unit_test(flags_win_over_variables), cmocka_unit_test(wrong_variables_are_named),
        cmocka_unit_test(a_taken_port_ends_with_1), cmocka_unit_test(help_names_every_variable),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
