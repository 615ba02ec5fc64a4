/* Variables in requests: what they become, and what stays text. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "common/memory.h"
#include "driver/load/text_template.h"

static const char csv[] = "user,word\nada,\"a b&\"\ngrace,c\n";

struct fixture {
    struct load_data data;
    struct template_values values;
};

static void setup(struct fixture *fixture)
{
    *fixture = (struct fixture){.values = {.turn = 4, .iteration = 9, .vu = 3, .seed = 1, .data = &fixture->data}};
    assert_int_equal(load_data_parse(csv, strlen(csv), &fixture->data, NULL), 0);
}

/* What a template becomes; the caller frees it. */
static char *expand(const struct fixture *fixture, const char *text, enum template_use use)
{
    struct error error = ERROR_NONE;
    struct text_template template = {.part_count = 0};
    if (text_template_add(&template, text, strlen(text), use, &fixture->data, &error) < 0)
        fail_msg("%s: %s", text, error.text);
    AUTO_FREE char *out = memory_allocate(template.longest + 1, 1);
    size_t length = text_template_write(&template, &fixture->values, out);
    assert_true(length <= template.longest);
    assert_int_equal(length, text_template_length(&template, &fixture->values));
    text_template_release(&template);
    return memory_copy_bytes(out, length);
}

static void test_variables_become_values(void **state)
{
    (void)state;
    static const struct {
        const char *text, *expected;
        enum template_use use;
    } rows[] = {
        {"", "", TEMPLATE_TEXT},
        {"plain", "plain", TEMPLATE_TEXT},
        {"/post/{1..3}?x={0..0}", "/post/2?x=0", TEMPLATE_URL},
        {"{iteration}-{vu}", "9-3", TEMPLATE_TEXT},
        {"{random:7..7}", "7", TEMPLATE_TEXT},
        {"{csv:user}={csv:word}", "ada=a b&", TEMPLATE_TEXT},
        {"/{csv:user}?q={csv:word}", "/ada?q=a%20b%26", TEMPLATE_URL},
        {"{\"id\": {1..10}, \"deep\": {\"a\": {}}}", "{\"id\": 5, \"deep\": {\"a\": {}}}", TEMPLATE_TEXT},
        {"\\{1..3} \\\\{vu} \\x", "{1..3} \\{vu} \\x", TEMPLATE_TEXT},
        {"{user} {1..} {..2} {random:a} {csv:} {", "{user} {1..} {..2} {random:a} {csv:} {", TEMPLATE_TEXT},
    };
    struct fixture fixture;
    setup(&fixture);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        AUTO_FREE char *got = expand(&fixture, rows[i].text, rows[i].use);
        assert_string_equal(got, rows[i].expected);
    }
    load_data_release(&fixture.data);
}

static void test_rows_by_iteration_and_at_random(void **state)
{
    (void)state;
    struct fixture fixture;
    setup(&fixture);
    fixture.data.order = ROWS_ITERATION;
    AUTO_FREE char *by_iteration = expand(&fixture, "{csv:user}", TEMPLATE_TEXT);
    assert_string_equal(by_iteration, "grace");
    fixture.data.order = ROWS_RANDOM;
    int ada = 0;
    for (int i = 0; i < 1000; i++) {
        fixture.values.iteration = (uint64_t)i;
        AUTO_FREE char *got = expand(&fixture, "{csv:user}/{csv:word}", TEMPLATE_TEXT);
        ada += strcmp(got, "ada/a b&") == 0;
        assert_true(strcmp(got, "ada/a b&") == 0 || strcmp(got, "grace/c") == 0); /* one row for both columns */
    }
    assert_true(ada > 400 && ada < 600);
    load_data_release(&fixture.data);
}

static void test_random_numbers_follow_from_the_seed(void **state)
{
    (void)state;
    struct fixture fixture;
    setup(&fixture);
    int seen[10] = {0};
    for (int i = 0; i < 1000; i++) {
        fixture.values.iteration = (uint64_t)i;
        AUTO_FREE char *one = expand(&fixture, "{random:0..9}", TEMPLATE_TEXT);
        AUTO_FREE char *again = expand(&fixture, "{random:0..9}", TEMPLATE_TEXT);
        assert_string_equal(one, again);
        seen[one[0] - '0']++;
    }
    for (int i = 0; i < 10; i++)
        assert_true(seen[i] > 50 && seen[i] < 200);
    AUTO_FREE char *two = expand(&fixture, "{random:0..1000000000} {random:0..1000000000}", TEMPLATE_TEXT);
    char *space = strchr(two, ' ');
    *space = '\0';
    assert_string_not_equal(two, space + 1);
    load_data_release(&fixture.data);
}

static void test_mistakes(void **state)
{
    (void)state;
    static const struct {
        const char *text, *words;
        enum template_use use;
    } rows[] = {
        {"/{user}", "expected {1..10}", TEMPLATE_URL},
        {"{5..1}", "rising range", TEMPLATE_TEXT},
        {"{1..99999999999999999999}", "rising range", TEMPLATE_TEXT},
        {"{random:2..1}", "rising range", TEMPLATE_TEXT},
        {"{csv:nobody}", "no column \"nobody\"", TEMPLATE_TEXT},
    };
    struct fixture fixture;
    setup(&fixture);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct error error = ERROR_NONE;
        struct text_template template = {.part_count = 0};
        assert_int_equal(text_template_add(&template, rows[i].text, strlen(rows[i].text), rows[i].use, &fixture.data, &error),
                         -1);
        assert_non_null(strstr(error.text, rows[i].words));
        text_template_release(&template);
    }
    struct text_template template = {.part_count = 0};
    assert_int_equal(text_template_add(&template, "{csv:a}", 7, TEMPLATE_TEXT, NULL, NULL), -1);
    text_template_release(&template);
    load_data_release(&fixture.data);
}

static void test_escaped_bytes_come_out_as_they_were(void **state)
{
    (void)state;
    static const char bytes[] = "\0{1..3}\\{vu}\\\\{csv:user}{x}\xff{";
    struct fixture fixture;
    setup(&fixture);
    AUTO_BUFFER struct buffer escaped = {0};
    buffer_init(&escaped, 1000);
    text_template_escape(bytes, sizeof bytes, &escaped);
    struct text_template template = {.part_count = 0};
    assert_int_equal(text_template_add(&template, escaped.data, escaped.length, TEMPLATE_TEXT, &fixture.data, NULL), 0);
    assert_true(text_template_is_fixed(&template));
    assert_int_equal(template.longest, sizeof bytes);
    char out[sizeof bytes];
    assert_int_equal(text_template_write(&template, &fixture.values, out), sizeof bytes);
    assert_memory_equal(out, bytes, sizeof bytes);
    text_template_release(&template);
    load_data_release(&fixture.data);
}

static void test_queries_are_encoded_but_for_variables(void **state)
{
    (void)state;
    AUTO_BUFFER struct buffer out = {0};
    buffer_init(&out, 1000);
    text_template_encode("a b/{1..3}&\\{vu}{x}", &out);
    assert_string_equal(out.data, "a%20b%2F{1..3}%26%7Bvu%7D%7Bx%7D");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_variables_become_values),
        cmocka_unit_test(test_rows_by_iteration_and_at_random),
        cmocka_unit_test(test_random_numbers_follow_from_the_seed),
        cmocka_unit_test(test_mistakes),
        cmocka_unit_test(test_escaped_bytes_come_out_as_they_were),
        cmocka_unit_test(test_queries_are_encoded_but_for_variables),
    };
    return cmocka_run_group_tests_name("text template", tests, NULL, NULL);
}
