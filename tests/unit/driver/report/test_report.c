/* Reports of a run of test data (tests/unit/driver/example). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "common/json.h"
#include "driver/analyze/analyze.h"
#include "driver/report/number_text.h"
#include "driver/report/report.h"
#include "driver/report/terminal_text.h"
#include "tests/unit/driver/example/example_run.h"

static struct run_figures *figures;
static struct run_figures *hostile;

static struct run_figures *make(const struct example_options *options)
{
    char parent[] = "/tmp/hpalab-test-report-XXXXXX";
    if (mkdtemp(parent) == NULL)
        return NULL;
    AUTO_FREE char *folder = memory_format("%s/run", parent);
    example_run_write(folder, options);
    struct run_store *store = run_store_open(folder, NULL);
    struct run_figures *made = store != NULL ? analyze_run(store, NULL) : NULL;
    run_store_close(store);
    AUTO_FREE char *command = memory_format("rm -rf -- '%s'", parent);
    return system(command) == 0 ? made : NULL;
}

static int make_figures(void **state)
{
    (void)state;
    figures = make(&(struct example_options){0});
    hostile = make(&(struct example_options){.hostile_text = true, .killed = true});
    return figures != NULL && hostile != NULL ? 0 : -1;
}

static int release_figures(void **state)
{
    (void)state;
    run_figures_destroy(figures);
    run_figures_destroy(hostile);
    return 0;
}

static void write_report(enum report_format format, const struct run_figures *of, int columns, bool color, struct buffer *output)
{
    struct error error = ERROR_NONE;
    struct report_options options = {.columns = columns, .color = color, .command = "hpalab report 'runs/<x>'"};
    buffer_init(output, 8 << 20);
    if (report_write(format, of, &options, output, &error) < 0)
        fail_msg("%s", error.text);
}

static void assert_has(const struct buffer *output, const char *words)
{
    if (strstr(output->data, words) == NULL)
        fail_msg("\"%s\" is missing", words);
}

static void assert_has_not(const struct buffer *output, const char *words)
{
    if (strstr(output->data, words) != NULL)
        fail_msg("\"%s\" is there", words);
}

static void test_numbers(void **state)
{
    (void)state;
    static const struct {
        double value;
        const char *text;
    } cases[] = {{0, "0"},         {6745.879, "6,750"},    {7.1649, "7.16"},  {0.00412, "0.00412"},
                 {999.6, "1,000"}, {1234567, "1,230,000"}, {-5940, "-5,940"}, {12.34, "12.3"}};
    char text[NUMBER_TEXT_SIZE];
    for (size_t index = 0; index < sizeof cases / sizeof *cases; index++)
        assert_string_equal(number_rounded(cases[index].value, text), cases[index].text);
    assert_string_equal(number_count(0, text), "0");
    assert_string_equal(number_count(1885, text), "1,885");
    assert_string_equal(number_count(UINT64_MAX, text), "18,446,744,073,709,551,615");
}

static void test_text(void **state)
{
    (void)state;
    struct buffer output;
    write_report(REPORT_TEXT, figures, 80, false, &output);
    assert_has(&output, "What a readiness probe saves\n");
    assert_has(&output, "Without a probe: 352 requests waited up to 6.75 s while 5 new pods booted and 5\n");
    assert_has(&output, "Requests lost                        5             0 *           0 *\n");
    assert_has(&output, "Longest response (ms)            6,750           807          7.16 *\n");
    assert_has(&output, "Expectations: 9 pass, 0 fail, 0 no data\n");
    assert_has(&output, "  pass     spikes.max > 4s                              6.75 s\n");
    assert_has(&output, "hash 3f1c9a5e0b7d.");
    assert_has_not(&output, "\033");
    buffer_release(&output);
}

static void assert_lines_fit(const char *text, int columns)
{
    AUTO_FREE char *copy = memory_copy_text(text);
    char *rest = NULL;
    for (char *line = strtok_r(copy, "\n", &rest); line != NULL; line = strtok_r(NULL, "\n", &rest)) {
        if (terminal_width(line) > columns)
            fail_msg("longer than %d: %s", columns, line);
    }
}

static void test_text_fits(void **state)
{
    (void)state;
    static const int widths[] = {60, 80, 120};
    for (size_t index = 0; index < 3; index++) {
        struct buffer output;
        write_report(REPORT_TEXT, figures, widths[index], false, &output);
        assert_lines_fit(output.data, widths[index]);
        buffer_release(&output);
    }
}

static void test_color(void **state)
{
    (void)state;
    struct buffer output;
    write_report(REPORT_TEXT, figures, 80, true, &output);
    assert_has(&output, "\033[32mpass\033[0m");
    assert_has(&output, "\033[1m0\033[0m *");
    buffer_release(&output);
}

static void test_control_characters_stay_out_of_terminals(void **state)
{
    (void)state;
    struct buffer output;
    buffer_init(&output, 1000);
    struct terminal terminal = {.output = &output, .columns = 80};
    terminal_text(&terminal,
                  "a\033[2Jb\xc2\x9b"
                  "c\xff\xc3\xa9",
                  80, STYLE_PLAIN);
    assert_string_equal(output.data, "a?[2Jb??c?\xc3\xa9");
    buffer_clear(&output);
    terminal_right(&terminal, "\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9", 3, STYLE_PLAIN);
    assert_string_equal(output.data, "\xc3\xa9\xc3\xa9~");
    buffer_release(&output);
}

static void test_json(void **state)
{
    (void)state;
    struct buffer output;
    struct error error = ERROR_NONE;
    write_report(REPORT_JSON, figures, 80, false, &output);
    AUTO_JSON cJSON *document = json_parse(output.data, output.length, &error);
    assert_non_null(document);
    assert_string_equal(json_text(json_get(document, "format"), ""), "hpalab-report/v1");
    assert_int_equal(json_integer(json_get(document, "expectations", "pass"), -1), 9);
    const cJSON *variant = cJSON_GetArrayItem(json_get(document, "variants"), 0);
    assert_string_equal(json_text(json_get(variant, "name"), ""), "no-probe");
    assert_int_equal(json_integer(json_get(variant, "requests", "lost"), -1), 5);
    assert_int_equal(json_integer(json_get(variant, "phases", "terminating", "lost"), -1), 5);
    assert_int_equal(cJSON_GetArraySize(json_get(variant, "spikes", "rows")), 357);
    assert_int_equal(cJSON_GetArraySize(json_get(variant, "seconds", "rows")), 38);
    assert_int_equal(cJSON_GetArraySize(json_get(variant, "pods")), 6);
    assert_int_equal(cJSON_GetArraySize(json_get(variant, "decisions")), 3);
    assert_string_equal(json_text(json_get(cJSON_GetArrayItem(json_get(variant, "decisions"), 2), "reason"), ""),
                        "All metrics below target");
    buffer_release(&output);
}

static void test_csv(void **state)
{
    (void)state;
    struct buffer output;
    write_report(REPORT_CSV, hostile, 80, false, &output);
    assert_int_equal(strncmp(output.data, "variant,second,", 15), 0);
    assert_has(&output, "\r\n\"</script><img src=x onerror=alert(1)>\",0,3.750,3,0,0,");
    size_t lines = 0;
    for (const char *at = output.data; (at = strstr(at, "\r\n")) != NULL; at += 2)
        lines++;
    assert_int_equal(lines, 1 + 3 * 38);
    buffer_release(&output);
}

static void assert_holds(const char *text, const char *part)
{
    if (strstr(text, part) == NULL)
        fail_msg("\"%s\" is not in:\n%s", part, text);
}

static void test_junit(void **state)
{
    (void)state;
    AUTO_BUFFER struct buffer output = {0};
    struct expectation_figures *failing = &figures->variants[0].expectations[0];
    const struct expectation_figures kept = *failing;
    failing->result = EXPECTATION_FAIL;
    failing->observed = "\"<3>\" & \x01\xff";
    write_report(REPORT_JUNIT, figures, 80, false, &output);
    *failing = kept;
    assert_holds(output.data, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"readiness-probe\" tests=\"12\" "
                              "failures=\"1\" errors=\"0\"");
    assert_holds(output.data, "<testsuite name=\"no-probe\" tests=\"3\" failures=\"1\" errors=\"0\" time=\"38.000\" "
                              "timestamp=\"2026-11-22T02:00:00Z\">");
    assert_holds(output.data, "<testcase classname=\"readiness-probe.no-probe\" name=\"comes to its end\"/>");
    assert_holds(output.data, "name=\"spikes.booting.count &gt; 0\">\n      <failure type=\"fail\" "
                              "message=\"observed: &quot;&lt;3&gt;&quot; &amp; ??\"/>\n    </testcase>");
    assert_holds(output.data, "<testcase classname=\"readiness-probe.no-probe\" name=\"spikes.max &gt; 4s\"/>");
}

static void test_junit_of_a_killed_run(void **state)
{
    (void)state;
    AUTO_BUFFER struct buffer output = {0};
    write_report(REPORT_JUNIT, hostile, 80, false, &output);
    for (const char *at = output.data; *at != '\0'; at++)
        assert_true((unsigned char)*at >= ' ' || *at == '\n');
    assert_null(strstr(output.data, "<script"));
    assert_holds(output.data, "<error message=\"incomplete\"/>");
}

static void test_html(void **state)
{
    (void)state;
    struct buffer output;
    write_report(REPORT_HTML, hostile, 80, false, &output);
    assert_has_not(&output, "<img");
    assert_has_not(&output, "<script>");
    assert_has_not(&output, "<b onmouseover");
    assert_has(&output, "&lt;script&gt;alert(&quot;title&quot;)&lt;/script&gt;");
    assert_has(&output, "This run has no end");
    assert_has(&output, "hpalab report &#39;runs/&lt;x&gt;&#39;");
    assert_has(&output, "<code>&lt;b&gt;</code>");
    assert_has(&output, "default-src 'none'");
    const char *data = strstr(output.data, "id=\"run-data\">");
    assert_non_null(data);
    const char *end = strstr(data, "</script>");
    assert_non_null(end);
    data += strlen("id=\"run-data\">");
    AUTO_JSON cJSON *document = json_parse(data, (size_t)(end - data), NULL);
    assert_string_equal(json_text(json_get(document, "run", "title"), ""), "<script>alert(\"title\")</script>");
    buffer_release(&output);
}

static void test_no_room(void **state)
{
    (void)state;
    struct error error = ERROR_NONE;
    struct buffer output;
    struct report_options options = {.columns = 80};
    buffer_init(&output, 1000);
    assert_int_equal(report_write(REPORT_HTML, figures, &options, &output, &error), -1);
    assert_non_null(strstr(error.text, "larger than 1000 bytes"));
    buffer_release(&output);
}

static void test_runs_without_anything(void **state)
{
    (void)state;
    static const struct example_options cases[] = {{.empty = true}, {.bare = true}};
    for (size_t index = 0; index < 2; index++) {
        struct run_figures *nothing = make(&cases[index]);
        assert_non_null(nothing);
        for (int format = REPORT_HTML; format <= REPORT_CSV; format++) {
            struct buffer output;
            write_report((enum report_format)format, nothing, 80, false, &output);
            assert_true(output.length > 50);
            buffer_release(&output);
        }
        assert_int_equal(nothing->passed + nothing->failed, 0);
        run_figures_destroy(nothing);
    }
}

static void test_comparison(void **state)
{
    (void)state;
    struct error error = ERROR_NONE;
    struct buffer output;
    struct report_options options = {.columns = 120};
    buffer_init(&output, 8 << 20);
    assert_int_equal(report_compare(REPORT_TEXT, figures, figures, &options, &output, &error), 0);
    assert_has(&output, "no-probe (A)");
    assert_has(&output, "warm-probe (B)");
    assert_has(&output, "Expectations: 18 pass, 0 fail, 0 no data");
    assert_has(&output, "Note: A: readiness-probe, ");
    buffer_clear(&output);
    assert_int_equal(report_compare(REPORT_HTML, figures, hostile, &options, &output, &error), 0);
    assert_has(&output, "Two runs compared");
    buffer_clear(&output);
    assert_int_equal(report_compare(REPORT_CSV, figures, figures, &options, &output, &error), -1);
    buffer_release(&output);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_numbers),
        cmocka_unit_test(test_text),
        cmocka_unit_test(test_text_fits),
        cmocka_unit_test(test_color),
        cmocka_unit_test(test_control_characters_stay_out_of_terminals),
        cmocka_unit_test(test_json),
        cmocka_unit_test(test_csv),
        cmocka_unit_test(test_junit),
        cmocka_unit_test(test_junit_of_a_killed_run),
        cmocka_unit_test(test_html),
        cmocka_unit_test(test_no_room),
        cmocka_unit_test(test_runs_without_anything),
        cmocka_unit_test(test_comparison),
    };
    return cmocka_run_group_tests(tests, make_figures, release_figures);
}
