/* The labels of what a run makes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "common/json.h"
#include "common/memory.h"
#include "driver/run/labels.h"

/* Whether Kubernetes takes it as a label's value. */
static void assert_is_value(const char *label)
{
    static const char ends[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
    const size_t length = strlen(label);
    assert_in_range(length, 8, LABEL_SIZE - 1);
    assert_non_null(strchr(ends, label[0]));
    assert_non_null(strchr(ends, label[length - 1]));
    for (size_t i = 0; i < length; i++)
        assert_true(strchr(ends, label[i]) != NULL || strchr("-_.", label[i]) != NULL);
}

static void test_a_run_is_named_after_its_folder(void **state)
{
    (void)state;
    static const char *const folders[][2] = {
        {"runs/20261122-090000-spike/", "20261122-090000-spike-"},
        {"/tmp/_a run", "a-run-"},
        {"..", ""},
        {"", ""},
        {"/", ""},
        {"runs/\xc3\xa4", ""},
        {"a-name-that-is-much-longer-than-what-a-label-of-kubernetes-may-hold-at-all",
         "a-name-that-is-much-longer-than-what-a-label-of-"},
    };
    for (size_t i = 0; i < sizeof folders / sizeof folders[0]; i++) {
        char label[LABEL_SIZE];
        char other[LABEL_SIZE];
        labels_name_run(folders[i][0], label);
        labels_name_run(folders[i][0], other);
        assert_is_value(label);
        assert_int_equal(strncmp(label, folders[i][1], strlen(folders[i][1])), 0);
        assert_string_not_equal(label, other);
    }
}

#define ADDED "\"hpalab/lesson\":\"spike\",\"hpalab/run\":\"r1\"}}"

static void test_objects_and_their_pods_are_labelled(void **state)
{
    (void)state;
    static const char *const objects[][2] = {
        {"{\"apiVersion\":\"v1\",\"kind\":\"Service\"}",
         "{\"apiVersion\":\"v1\",\"kind\":\"Service\",\"metadata\":{\"labels\":{" ADDED "}"},
        {"{\"apiVersion\":\"apps/v1\",\"metadata\":{\"labels\":{\"app\":\"a\"}},\"spec\":{\"template\":{}}}",
         "{\"apiVersion\":\"apps/v1\",\"metadata\":{\"labels\":{\"app\":\"a\"," ADDED
         ",\"spec\":{\"template\":{\"metadata\":{\"labels\":{" ADDED "}}}"},
        {"{\"apiVersion\":\"batch/v1\",\"metadata\":{},\"spec\":{\"jobTemplate\":{\"metadata\":{},\"spec\":{\"template\":{}}}}}",
         "{\"apiVersion\":\"batch/v1\",\"metadata\":{\"labels\":{" ADDED
         ",\"spec\":{\"jobTemplate\":{\"metadata\":{\"labels\":{" ADDED
         ",\"spec\":{\"template\":{\"metadata\":{\"labels\":{" ADDED "}}}}}"},
        {"{\"apiVersion\":\"example.com/v1\",\"metadata\":{},\"spec\":{\"template\":{}}}",
         "{\"apiVersion\":\"example.com/v1\",\"metadata\":{\"labels\":{" ADDED ",\"spec\":{\"template\":{}}}"},
        {"{\"apiVersion\":\"apps/v1\",\"metadata\":{},\"spec\":{\"template\":7}}",
         "{\"apiVersion\":\"apps/v1\",\"metadata\":{\"labels\":{" ADDED ",\"spec\":{\"template\":7}}"},
    };
    for (size_t i = 0; i < sizeof objects / sizeof objects[0]; i++) {
        AUTO_JSON cJSON *object = json_parse(objects[i][0], strlen(objects[i][0]), NULL);
        assert_non_null(object);
        labels_add(object, "spike", "r1");
        AUTO_FREE char *text = json_print(object);
        assert_string_equal(text, objects[i][1]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_run_is_named_after_its_folder),
        cmocka_unit_test(test_objects_and_their_pods_are_labelled),
    };
    return cmocka_run_group_tests_name("labels", tests, NULL, NULL);
}
