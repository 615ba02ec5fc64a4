/*
 * Reading flags, variables and operands by a table.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "common/memory.h"
#include "common/settings.h"

struct target {
    int64_t count;
    int64_t wait;
    const char *address;
    char pod_name[POD_NAME_MAXIMUM + 1];
};

static const struct setting table[] = {
    {"count", "TEST_SETTINGS_COUNT", "N", "3", settings_read_count, offsetof(struct target, count), 1, 9, "how many"},
    {"wait", "TEST_SETTINGS_WAIT", "DURATION", "2s", settings_read_duration, offsetof(struct target, wait), 0, 5000000000,
     "how long in all"},
    {"address", "TEST_SETTINGS_ADDRESS", "IP", NULL, settings_read_address, offsetof(struct target, address), 0, 0, "where"},
    {"name", "TEST_SETTINGS_NAME", "NAME", NULL, settings_read_pod_name, offsetof(struct target, pod_name), 0, 0, "who"},
};

static const struct settings settings = {.table = table, .count = sizeof table / sizeof table[0], .operands_maximum = 1};

struct outcome {
    int result;
    struct target target;
    struct settings_operands operands;
    enum settings_request request;
    struct error error;
};

static struct outcome read_arguments(const char *const *arguments)
{
    struct outcome outcome = {.error = ERROR_NONE};
    int count = 0;
    while (arguments[count] != NULL)
        count++;
    outcome.result = settings_read(&settings, count, (char *const *)(uintptr_t)arguments, &outcome.target, &outcome.operands,
                                   &outcome.request, &outcome.error);
    return outcome;
}

#define READ(...) read_arguments((const char *const[]){__VA_ARGS__, NULL})

static int forget_variables(void **state)
{
    (void)state;
    for (size_t i = 0; i < settings.count; i++)
        (void)unsetenv(table[i].variable);
    return 0;
}

static void defaults_fill_what_is_not_given(void **state)
{
    (void)state;
    struct outcome outcome = READ(NULL);
    assert_int_equal(outcome.result, 0);
    assert_int_equal(outcome.request, SETTINGS_RUN);
    assert_int_equal(outcome.target.count, 3);
    assert_true(outcome.target.wait == 2000000000);
    assert_null(outcome.target.address);
    assert_int_equal(outcome.operands.count, 0);
}

static void flags_win_over_variables(void **state)
{
    (void)state;
    assert_int_equal(setenv("TEST_SETTINGS_COUNT", "wrong", 1), 0);
    assert_int_equal(setenv("TEST_SETTINGS_WAIT", "4s", 1), 0);
    assert_int_equal(setenv("TEST_SETTINGS_NAME", "", 1), 0);
    struct outcome outcome = READ("--count=4", "operand", "--address", "::1", "--count", "5");
    assert_int_equal(outcome.result, 0);
    assert_int_equal(outcome.target.count, 5);
    assert_true(outcome.target.wait == 4000000000);
    assert_string_equal(outcome.target.address, "::1");
    assert_string_equal(outcome.target.pod_name, "");
    assert_int_equal(outcome.operands.count, 1);
    assert_string_equal(outcome.operands.texts[0], "operand");
    outcome = READ(NULL);
    assert_int_equal(outcome.result, -1);
    assert_string_equal(outcome.error.text, "TEST_SETTINGS_COUNT: \"wrong\" is no whole number from 1 to 9");
}

static void mistakes_are_named(void **state)
{
    (void)state;
    static const char *const cases[][4] = {
        {"unexpected argument \"two\"", "one", "two"},
        {"unexpected argument \"-c\"", "-c"},
        {"unknown flag --coun=1", "--coun=1"},
        {"unknown flag --;", "--"},
        {"--count needs a value: --count N", "--count"},
        {"--count: \"0\" is no", "--count", "0"},
        {"--count: \"\" is no", "--count="},
        {"--count: \"1 \" is no", "--count", "1 "},
        {"--wait: \"6s\" is not within", "--wait", "6s"},
        {"--wait: ", "--wait", "6"},
        {"--address: \"host\"", "--address", "host"},
        {"--name: \"a/b\"", "--name", "a/b"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct outcome outcome = read_arguments(cases[i] + 1);
        if (outcome.result != -1 || strncmp(outcome.error.text, cases[i][0], strlen(cases[i][0])) != 0)
            fail_msg("expected %s: %d %s", cases[i][0], outcome.result, outcome.error.text);
    }
}

static void help_and_version_are_asked_for(void **state)
{
    (void)state;
    assert_int_equal(READ("operand", "--help", "--nonsense").request, SETTINGS_HELP);
    assert_int_equal(READ("--version").request, SETTINGS_VERSION);
}

static void help_lists_every_setting(void **state)
{
    (void)state;
    char *text = NULL;
    size_t length = 0;
    FILE *stream = open_memstream(&text, &length);
    assert_non_null(stream);
    settings_print(&settings, stream);
    (void)fclose(stream);
    assert_string_equal(text, "  --count N  (TEST_SETTINGS_COUNT, default 3)\n      how many\n"
                              "  --wait DURATION  (TEST_SETTINGS_WAIT, default 2s)\n      how long in all\n"
                              "  --address IP  (TEST_SETTINGS_ADDRESS)\n      where\n"
                              "  --name NAME  (TEST_SETTINGS_NAME)\n      who\n");
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(defaults_fill_what_is_not_given, forget_variables),
        cmocka_unit_test_setup(flags_win_over_variables, forget_variables),
        cmocka_unit_test_setup(mistakes_are_named, forget_variables),
        cmocka_unit_test_setup(help_and_version_are_asked_for, forget_variables),
        cmocka_unit_test(help_lists_every_setting),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
