/*
 * A load from two generators in pods of the embedded cluster, through hpalab's own interface: each sends its half, and that one
 * is killed is a fault, with what was not sent; that a threshold fails ends the load of both.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "common/json.h"
#include "common/memory.h"
#include "tests/support/child.h"
#include "tests/support/folder.h"
#include "tests/support/leftovers.h"

#define TWO "tests/data/lessons/generators"
#define ABORTED "tests/data/lessons/generators/abort.yaml"
#define LONGEST_RUN 200.0
#define PATIENCE 60.0
#define PLANNED 160           /* requests of the lesson's load */
#define ABORTED_PLANNED 24000 /* of the load that is ended by its threshold */
#define EXIT_OF_THRESHOLDS 99

struct lab {
    char *folder;
    char *state; /* "XDG_STATE_HOME=..." */
};

static struct test_ended hpalab(const struct lab *lab, const char *const *arguments)
{
    const char *const environment[] = {lab->state, "NO_COLOR=1", NULL};
    return test_child_finish(test_child_start("hpalab", arguments, environment), LONGEST_RUN);
}

static void expect(const struct test_ended *ended, int code, const char *errors)
{
    if (ended->code != code || strstr(ended->errors, errors) == NULL)
        fail_msg("exit status %d, not %d, with \"%s\"\n%s\n%s", ended->code, code, errors, ended->output, ended->errors);
}

static int64_t number(const cJSON *tree, const char *key)
{
    return json_integer(json_get(tree, key), -1);
}

/* The first one sends all of its part. What the second one sent, what it did not, and what nobody knows make up its part. */
static void check_parts(const cJSON *variant)
{
    const cJSON *first = cJSON_GetArrayItem(json_get(variant, "generators"), 0);
    const cJSON *second = cJSON_GetArrayItem(json_get(variant, "generators"), 1);
    assert_int_equal(number(first, "part"), 1);
    assert_int_equal(number(first, "planned"), PLANNED / 2);
    assert_int_equal(number(first, "ok"), PLANNED / 2);
    assert_true(cJSON_IsNull(json_get(first, "lost_at_s")));
    assert_true(cJSON_IsNumber(json_get(second, "lost_at_s")));
    assert_string_equal(json_text(json_get(second, "reason"), ""), "its pod was deleted");
    int64_t all = number(second, "planned") + number(second, "unsent") + number(second, "unknown");
    assert_true(all >= PLANNED / 2 - 1 && all <= PLANNED / 2 + 1);
    assert_true(number(second, "planned") < PLANNED / 2);
}

static void test_two_generators(void **state)
{
    const struct lab *lab = *state;
    AUTO_FREE char *run = memory_format("%s/run", lab->folder);
    AUTO_ENDED struct test_ended ended = hpalab(lab, (const char *const[]){"run", TWO, "--out", run, NULL});
    expect(&ended, 1, "variant killed: 1 of 2 generators was lost (generator 2, pod generators-");
    assert_non_null(strstr(ended.output, "Generators of killed"));
    assert_true(test_no_leftovers(lab->folder, PATIENCE));
    AUTO_ENDED struct test_ended report = hpalab(lab, (const char *const[]){"report", run, "--format", "json", NULL});
    expect(&report, 0, "");
    AUTO_JSON cJSON *document = json_parse(report.output, strlen(report.output), NULL);
    assert_non_null(document);
    assert_int_equal(number(json_get(document, "expectations"), "pass"), 1);
    assert_true(cJSON_IsString(json_get(document, "fault")));
    assert_non_null(strstr(json_text(json_get(document, "verdict"), ""), ", but 1 of 2 generators was lost and "));
    check_parts(cJSON_GetArrayItem(json_get(document, "variants"), 0));
}

/* A threshold that fails ends the load of both: a finding, and no generator is lost by it. */
static void test_a_threshold_ends_the_load(void **state)
{
    const struct lab *lab = *state;
    AUTO_FREE char *run = memory_format("%s/aborted", lab->folder);
    AUTO_ENDED struct test_ended ended = hpalab(lab, (const char *const[]){"run", ABORTED, "--out", run, NULL});
    expect(&ended, EXIT_OF_THRESHOLDS, "");
    assert_non_null(strstr(ended.output, "Note: failing: the load was ended after"));
    assert_true(test_no_leftovers(lab->folder, PATIENCE));
    AUTO_ENDED struct test_ended report = hpalab(lab, (const char *const[]){"report", run, "--format", "json", NULL});
    AUTO_JSON cJSON *document = json_parse(report.output, strlen(report.output), NULL);
    assert_non_null(document);
    assert_false(cJSON_IsString(json_get(document, "fault")));
    assert_int_equal(number(json_get(document, "expectations"), "pass"), 1);
    assert_int_equal(number(json_get(document, "expectations"), "fail"), 1);
    const cJSON *generators = json_get(cJSON_GetArrayItem(json_get(document, "variants"), 0), "generators");
    assert_int_equal(cJSON_GetArraySize(generators), 2);
    const cJSON *generator = NULL;
    cJSON_ArrayForEach (generator, generators) {
        assert_true(cJSON_IsNull(json_get(generator, "lost_at_s")));
        assert_int_equal(number(generator, "ok"), 0);
        assert_in_range(number(generator, "planned"), 1, ABORTED_PLANNED / 2 / 4);
    }
}

static int set_up(void **state)
{
    struct lab *lab = memory_allocate(1, sizeof *lab);
    lab->folder = test_folder_create();
    lab->state = memory_format("XDG_STATE_HOME=%s/state", lab->folder);
    *state = lab;
    return 0;
}

static int tear_down(void **state)
{
    struct lab *lab = *state;
    test_folder_remove(lab->folder);
    free(lab->folder);
    free(lab->state);
    free(lab);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_two_generators),
        cmocka_unit_test(test_a_threshold_ends_the_load),
    };
    return cmocka_run_group_tests_name("fleet", tests, set_up, tear_down);
}
