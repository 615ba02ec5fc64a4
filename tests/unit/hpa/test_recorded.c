/* What the HPA controller of Kubernetes 1.36 did in 150 recorded scenarios, in every field; and that the comparison
 * itself sees differences. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "common/json.h"
#include "tests/vectors/difference.h"
#include "tests/vectors/pod_choice.h"
#include "tests/vectors/scenario.h"

#define RECORDED "gzip -dc tests/data/hpa/reconcile-small.jsonl.gz"

static void test_recorded_scenarios(void **state)
{
    (void)state;
    FILE *file = popen(RECORDED, "r");
    assert_non_null(file);
    struct scenario_counts counts = scenario_run_file(file, stderr);
    assert_int_equal(pclose(file), 0);
    assert_int_equal(counts.failed, 0);
    assert_int_equal(counts.passed, 150);
}

static char *first_scenario(void)
{
    char *line = NULL;
    size_t capacity = 0;
    FILE *file = popen(RECORDED, "r");
    assert_non_null(file);
    assert_true(getline(&line, &capacity, file) > 0);
    pclose(file);
    return line;
}

/* Runs the scenario with one member of its last step's expectation changed. */
static int mismatches_when(const char *line, const char *member, cJSON *value)
{
    size_t choices = 0;
    cJSON *scenario AUTO_JSON = json_parse(line, strlen(line), NULL);
    cJSON *steps = json_get(scenario, "steps");
    cJSON *expect = json_get(cJSON_GetArrayItem(steps, cJSON_GetArraySize(steps) - 1), "expect");
    json_set(expect, member, value);
    char *changed AUTO_FREE = json_print(scenario);
    FILE *nowhere = fopen("/dev/null", "w");
    assert_non_null(nowhere);
    int mismatches = scenario_run(changed, strlen(changed), nowhere, &choices, NULL);
    fclose(nowhere);
    return mismatches;
}

static void test_comparison_sees_differences(void **state)
{
    (void)state;
    char *line AUTO_FREE = first_scenario();
    assert_true(mismatches_when(line, "scaledTo", cJSON_CreateNumber(77)) == 1);
    assert_true(mismatches_when(line, "error", cJSON_CreateString("another")) == 1);
    assert_true(mismatches_when(line, "unexpected", cJSON_CreateString("there")) == 1);
    assert_true(mismatches_when(line, "status", cJSON_CreateObject()) > 1);
    assert_true(mismatches_when(line, "events", cJSON_CreateNull()) == 1);
}

static void test_what_is_no_scenario(void **state)
{
    (void)state;
    static const char *const lines[] = {
        "",
        "[]",
        "{",
        "{\"steps\":1}",
        "{\"steps\":[{}]}",
        "{\"steps\":[],\"hpaSpec\":{\"metrics\":[{\"type\":\"Other\"}]}}",
        "{\"steps\":[{\"at\":\"noon\"}],\"hpaSpec\":{}}",
        "{\"steps\":[{\"at\":\"2026-01-01T12:00:15Z\",\"pods\":[{\"containers\":[{\"cpuRequest\":\"much\"}]}]}],\"hpaSpec\":{}}",
    };
    for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
        size_t choices = 0;
        struct error error = ERROR_NONE;
        int result = scenario_run(lines[i], strlen(lines[i]), stderr, &choices, &error);
        if (result == 0 || (result < 0 && error.text[0] == '\0')) {
            fail_msg("%s: %d %s", lines[i], result, error.text);
        }
    }
}

static void test_pod_choice(void **state)
{
    (void)state;
    const char *text =
        "[{\"name\":\"a\",\"containers\":[{\"name\":\"app\"}]},{\"name\":\"b\",\"containers\":[{\"name\":\"app\"}]},"
        "{\"name\":\"c\",\"containers\":[{\"name\":\"app\",\"cpuRequest\":\"1\"}]}]";
    cJSON *pods AUTO_JSON = json_parse(text, strlen(text), NULL);
    const char *a = "failed: missing request for cpu in container app of Pod a";
    assert_true(same_but_for_pod_choice(a, "failed: missing request for cpu in container app of Pod b", pods));
    assert_false(same_but_for_pod_choice(a, "failed: missing request for cpu in container app of Pod c", pods));
    assert_false(same_but_for_pod_choice(a, "failed: missing request for cpu in container app of Pod d", pods));
    assert_false(same_but_for_pod_choice(a, "failed: missing request for memory in container app of Pod b", pods));
    assert_false(same_but_for_pod_choice(a, "refused: missing request for cpu in container app of Pod b", pods));
    assert_false(same_but_for_pod_choice(a, "failed", pods));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_recorded_scenarios),
        cmocka_unit_test(test_comparison_sees_differences),
        cmocka_unit_test(test_what_is_no_scenario),
        cmocka_unit_test(test_pod_choice),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
