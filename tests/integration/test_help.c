/* What every program says with --help fits a terminal of 80 columns. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "common/memory.h"
#include "tests/support/child.h"

#define WAIT 60.0 /* seconds; generous, for a busy machine */
#define COLUMNS 80
#define NAME_SIZE 32

/* The program's --help, with the subcommand before it unless that is NULL; no line is wider than a terminal. */
static char *read_help(const char *program, const char *subcommand)
{
    AUTO_ENDED struct test_ended ended = test_child_finish(
        subcommand != NULL ? test_child_run(program, subcommand, "--help") : test_child_run(program, "--help"), WAIT);
    assert_int_equal(ended.code, 0);
    assert_string_equal(ended.errors, "");
    assert_ptr_equal(strstr(ended.output, "Usage: "), ended.output);
    for (const char *line = ended.output; *line != '\0';) {
        size_t length = strcspn(line, "\n");
        if (length > COLUMNS)
            fail_msg("%s %s: %zu columns: %.*s", program, subcommand != NULL ? subcommand : "", length, (int)length, line);
        line += length + (line[length] == '\n');
    }
    char *help = ended.output;
    ended.output = NULL;
    return help;
}

static void help_fits_a_terminal(void **state)
{
    (void)state;
    const char *const programs[] = {"labcluster", "webapp", "memapp"};
    for (size_t i = 0; i < sizeof programs / sizeof programs[0]; i++)
        free(read_help(programs[i], NULL));
}

static void so_does_that_of_every_command(void **state)
{
    (void)state;
    AUTO_FREE char *list = read_help("hpalab", NULL);
    int commands = 0;
    for (const char *line = list; (line = strstr(line, "\n  ")) != NULL; line++) {
        char name[NAME_SIZE];
        assert_int_equal(sscanf(line, " %31[a-z-]", name), 1);
        free(read_help("hpalab", name));
        commands++;
    }
    assert_in_range(commands, 10, 100);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(help_fits_a_terminal),
        cmocka_unit_test(so_does_that_of_every_command),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
