/* Bodies in protobuf: what kubectl sends, what is not known, and bytes that are nothing. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "cluster/api/protobuf_body.h"

/* As `kubectl create configmap a --from-literal=x=y` sends it. */
#define TYPE                                                                                                                     \
    "\x0a\x0f\x0a\x02v1\x12\x09"                                                                                                 \
    "ConfigMap"
static const char config_map[] = "k8s\0" TYPE "\x12\x22"
                                 "\x0a\x18\x0a\x01"
                                 "a\x12\x00\x1a\x07"
                                 "default\x22\x00\x2a\x00\x32\x00"
                                 "\x38\x00\x42\x00"
                                 "\x12\x06\x0a\x01x\x12\x01y"
                                 "\x1a\x00";

static void test_config_map(void **state)
{
    (void)state;
    struct error error = ERROR_NONE;
    AUTO_JSON cJSON *tree = protobuf_body_decode(config_map, sizeof config_map - 1, &error);
    if (tree == NULL)
        fail_msg("%s", error.text);
    AUTO_FREE char *text = json_print(tree);
    assert_string_equal(text, "{\"apiVersion\":\"v1\",\"kind\":\"ConfigMap\",\"metadata\":{\"name\":\"a\",\"namespace\":"
                              "\"default\"},\"data\":{\"x\":\"y\"}}");
}

/* As `kubectl drain` sends it to delete a pod: a grace of 0 counts. */
static void test_delete_options(void **state)
{
    (void)state;
    static const char options[] = "k8s\0"
                                  "\x0a\x13\x0a\x02v1\x12\x0d"
                                  "DeleteOptions"
                                  "\x12\x12\x08\x00\x12\x04\x0a\x02\x75\x31\x18\x01\x22\x06Orphan"
                                  "\x1a\x00";
    struct error error = ERROR_NONE;
    AUTO_JSON cJSON *tree = protobuf_body_decode(options, sizeof options - 1, &error);
    if (tree == NULL)
        fail_msg("%s", error.text);
    AUTO_FREE char *text = json_print(tree);
    assert_string_equal(text, "{\"apiVersion\":\"v1\",\"kind\":\"DeleteOptions\",\"gracePeriodSeconds\":0,\"preconditions\":{"
                              "\"uid\":\"u1\"},\"orphanDependents\":true,\"propagationPolicy\":\"Orphan\"}");
}

/* A Job of a CronJob's template: owner, restart policy, an amount, and a limit of 0, which counts. */
static void test_job(void **state)
{
    (void)state;
    static const char job[] = "k8s\0"
                              "\x0a\x0f\x0a\x08"
                              "batch/v1\x12\x03"
                              "Job"
                              "\x12\x41"
                              "\x0a\x14\x0a\x01j\x6a\x0f\x0a\x07"
                              "CronJob\x22\x02u1\x30\x01"
                              "\x12\x27\x38\x00\x32\x23\x12\x21"
                              "\x12\x18\x0a\x01h\x42\x13\x12\x11\x0a\x06"
                              "memory\x12\x07\x0a\x05"
                              "100Mi"
                              "\x1a\x05Never"
                              "\x1a\x00";
    struct error error = ERROR_NONE;
    AUTO_JSON cJSON *tree = protobuf_body_decode(job, sizeof job - 1, &error);
    if (tree == NULL)
        fail_msg("%s", error.text);
    AUTO_FREE char *text = json_print(tree);
    assert_string_equal(text,
                        "{\"apiVersion\":\"batch/v1\",\"kind\":\"Job\",\"metadata\":{\"name\":\"j\",\"ownerReferences\":[{"
                        "\"kind\":\"CronJob\",\"uid\":\"u1\",\"controller\":true}]},\"spec\":{\"backoffLimit\":0,\"template\":{"
                        "\"spec\":{\"containers\":[{\"name\":\"h\",\"resources\":{\"requests\":{\"memory\":\"100Mi\"}}}],"
                        "\"restartPolicy\":\"Never\"}}}}");
}

static void check_refused(const char *bytes, size_t length, const char *part)
{
    struct error error = ERROR_NONE;
    AUTO_JSON cJSON *tree = protobuf_body_decode(bytes, length, &error);
    assert_null(tree);
    if (strstr(error.text, part) == NULL)
        fail_msg("%s, expected %s", error.text, part);
}

static void test_refused(void **state)
{
    (void)state;
    static const char unknown_field[] = "k8s\0" TYPE "\x12\x03\x9a\x06\x00"
                                        "\x12\x04\x9a\x06\x01z";
    static const char other_kind[] = "k8s\0\x0a\x0c\x0a\x02v1\x12\x06Gadget\x12\x00";
    check_refused("", 0, "not Kubernetes's");
    check_refused("{\"a\":1}", 7, "not Kubernetes's");
    check_refused(unknown_field, sizeof unknown_field - 1, "field 99");
    check_refused(other_kind, sizeof other_kind - 1, "Gadget");
    check_refused("k8s\0\x0a\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff", 16, "malformed");
}

/* Every prefix, and every byte changed: an object or an error, never a crash. */
static void test_damaged(void **state)
{
    (void)state;
    char bytes[sizeof config_map];
    for (size_t length = 0; length < sizeof config_map; length++) {
        char *exact = memory_copy_bytes(config_map, length);
        cJSON_Delete(protobuf_body_decode(exact, length, NULL));
        free(exact);
    }
    for (size_t i = 4; i < sizeof bytes; i++) {
        for (int value = 0; value < 256; value++) {
            memcpy(bytes, config_map, sizeof bytes);
            bytes[i] = (char)value;
            cJSON_Delete(protobuf_body_decode(bytes, sizeof bytes - 1, NULL));
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_config_map), cmocka_unit_test(test_delete_options), cmocka_unit_test(test_job),
        cmocka_unit_test(test_refused),    cmocka_unit_test(test_damaged),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
