/* Where lines are broken, and where not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "common/fold.h"

static char *folded(size_t column, size_t indent, const char *text)
{
    char *result = NULL;
    size_t length = 0;
    FILE *stream = open_memstream(&result, &length);
    assert_non_null(stream);
    fold_print(stream, column, indent, text);
    (void)fclose(stream);
    return result;
}

static void expect(size_t column, size_t indent, const char *text, const char *wanted)
{
    char *result = folded(column, indent, text);
    assert_string_equal(result, wanted);
    free(result);
}

#define TEN "123456789 "
#define SEVENTY TEN TEN TEN TEN TEN TEN TEN

static void a_line_that_fits_stays(void **state)
{
    (void)state;
    expect(0, 4, "", "\n");
    expect(0, 4, "one two", "one two\n");
    expect(0, 4, SEVENTY "123456789", SEVENTY "123456789\n");
    expect(9, 4, TEN "a", TEN "a\n");
}

static void a_longer_one_is_broken_at_a_space(void **state)
{
    (void)state;
    expect(0, 2, SEVENTY "1234567890", TEN TEN TEN TEN TEN TEN "123456789\n  1234567890\n");
    expect(70, 2, "123456789 b", "123456789\n  b\n");
}

static void brackets_stay_whole(void **state)
{
    (void)state;
    expect(70, 2, "a [--nodes N [--cpu Q]] b", "a\n  [--nodes N [--cpu Q]] b\n");
    expect(0, 0, "a] b", "a] b\n");
}

static void a_word_longer_than_a_line_is_a_line(void **state)
{
    (void)state;
    char word[201], wanted[300];
    memset(word, 'x', sizeof word - 1);
    word[sizeof word - 1] = '\0';
    char text[300];
    (void)snprintf(text, sizeof text, "a %s b", word);
    (void)snprintf(wanted, sizeof wanted, "a\n %s\n b\n", word);
    expect(0, 1, text, wanted);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_line_that_fits_stays),
        cmocka_unit_test(a_longer_one_is_broken_at_a_space),
        cmocka_unit_test(brackets_stay_whole),
        cmocka_unit_test(a_word_longer_than_a_line_is_a_line),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
