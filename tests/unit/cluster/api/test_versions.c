/* Resources in versions beside the stored one: autoscaling/v1 against a real cluster's, events.k8s.io, leases, priorities. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "cluster/api/version.h"
#include "tests/support/data.h"
#include "tests/unit/cluster/api/server_fixture.h"

#define AUTOSCALERS "/apis/autoscaling/v1/namespaces/default/horizontalpodautoscalers"
#define EVENTS "/apis/events.k8s.io/v1/namespaces/default/events"
#define LEASES "/apis/coordination.k8s.io/v1/namespaces/default/leases"
#define CLASSES "/apis/scheduling.k8s.io/v1/priorityclasses"

static void assert_same(const cJSON *got, const cJSON *wanted, const char *what)
{
    AUTO_FREE char *got_text = json_print(got);
    AUTO_FREE char *wanted_text = json_print(wanted);
    if (!json_equal(got, wanted))
        fail_msg("%s\n got      %s\n expected %s", what, got_text, wanted_text);
}

/* The recorded object of v1 becomes v2 and v1 again: nothing is lost, and the annotations have the same text. */
static void test_autoscaler_golden(void **state)
{
    (void)state;
    const struct resource *version = resource_by_path("autoscaling", "v1", "horizontalpodautoscalers");
    AUTO_JSON cJSON *exchange = test_data_json("golden/lists/horizontalpodautoscalers-v1.json");
    AUTO_JSON cJSON *newer = test_data_json("golden/lists/horizontalpodautoscalers-v2.json");
    const cJSON *item = NULL;
    cJSON_ArrayForEach (item, json_get(exchange, "response", "body", "items")) {
        AUTO_STATUS struct status status = {0};
        AUTO_JSON cJSON *wanted = json_copy(item);
        json_remove(json_get(wanted, "metadata"), "managedFields");
        AUTO_JSON cJSON *stored = json_copy(wanted);
        assert_int_equal(version_take(version, &stored, &status), 0);
        const cJSON *annotations = json_get(stored, "metadata", "annotations");
        assert_int_equal(cJSON_GetArraySize(annotations), 1); /* the one that is the user's */
        const cJSON *real = cJSON_GetArrayItem(json_get(newer, "response", "body", "items"), 0);
        assert_same(json_get(stored, "spec"), json_get(real, "spec"), "spec of v2");
        json_remove(wanted, "apiVersion");
        AUTO_JSON cJSON *again = version_tree(version, stored);
        assert_string_equal(json_text(json_get(again, "apiVersion"), ""), "autoscaling/v1");
        json_remove(again, "apiVersion");
        json_remove(again, "kind");
        assert_same(again, wanted, "v1 again");
    }
}

static void test_autoscaler_all_metrics(void **state)
{
    (void)state;
    const struct resource *version = resource_by_path("autoscaling", "v1", "horizontalpodautoscalers");
    AUTO_JSON cJSON *exchange = test_data_json("golden/lists/horizontalpodautoscalers-more-v2.json");
    const cJSON *item = NULL;
    cJSON_ArrayForEach (item, json_get(exchange, "response", "body", "items")) {
        AUTO_STATUS struct status status = {0};
        AUTO_JSON cJSON *shown = version_tree(version, item);
        assert_null(json_get(shown, "spec", "metrics"));
        assert_int_equal(version_take(version, &shown, &status), 0);
        int count = cJSON_GetArraySize(json_get(item, "spec", "metrics"));
        assert_int_equal(cJSON_GetArraySize(json_get(shown, "spec", "metrics")), count);
        const cJSON *metric = NULL;
        cJSON_ArrayForEach (metric, json_get(item, "spec", "metrics")) {
            const cJSON *found = NULL;
            const cJSON *again = NULL;
            cJSON_ArrayForEach (again, json_get(shown, "spec", "metrics"))
                found = json_equal(again, metric) ? again : found;
            AUTO_FREE char *text = json_print(metric);
            if (found == NULL)
                fail_msg("lost: %s", text);
        }
        assert_same(json_get(shown, "status", "currentMetrics"), json_get(item, "status", "currentMetrics"), "currentMetrics");
        assert_same(json_get(shown, "status", "conditions"), json_get(item, "status", "conditions"), "conditions");
    }
}

static void test_autoscaler_requests(void **state)
{
    struct fixture *fixture = *state;
    AUTO_JSON cJSON *created = fixture_expect(
        fixture, "POST", AUTOSCALERS, "application/json",
        "{\"apiVersion\":\"autoscaling/v1\",\"kind\":\"HorizontalPodAutoscaler\",\"metadata\":{\"name\":\"web\"},\"spec\":{"
        "\"scaleTargetRef\":{\"apiVersion\":\"apps/v1\",\"kind\":\"Deployment\",\"name\":\"web\"},\"maxReplicas\":3,"
        "\"targetCPUUtilizationPercentage\":60}}",
        201);
    assert_string_equal(json_text(json_get(created, "apiVersion"), ""), "autoscaling/v1");
    assert_int_equal(json_integer(json_get(created, "spec", "targetCPUUtilizationPercentage"), 0), 60);
    AUTO_JSON cJSON *stored =
        fixture_expect(fixture, "GET", "/apis/autoscaling/v2/namespaces/default/horizontalpodautoscalers/web", NULL, NULL, 200);
    assert_int_equal(cJSON_GetArraySize(json_get(stored, "spec", "metrics")), 1);
    AUTO_JSON cJSON *patched = fixture_expect(fixture, "PATCH", AUTOSCALERS "/web", "application/strategic-merge-patch+json",
                                              "{\"spec\":{\"targetCPUUtilizationPercentage\":70,\"minReplicas\":2}}", 200);
    assert_int_equal(json_integer(json_get(patched, "spec", "targetCPUUtilizationPercentage"), 0), 70);
    AUTO_JSON cJSON *operated =
        fixture_expect(fixture, "PATCH", AUTOSCALERS "/web", "application/json-patch+json",
                       "[{\"op\":\"test\",\"path\":\"/spec/targetCPUUtilizationPercentage\",\"value\":70},"
                       "{\"op\":\"replace\",\"path\":\"/spec/targetCPUUtilizationPercentage\",\"value\":75}]",
                       200);
    assert_int_equal(json_integer(json_get(operated, "spec", "minReplicas"), 0), 2);
    fixture_check(fixture, "PATCH", AUTOSCALERS "/web", "application/merge-patch+json",
                  "{\"spec\":{\"targetCPUUtilizationPercentage\":\"a\"}}", 422);
    AUTO_JSON cJSON *applied = fixture_expect(
        fixture, "PATCH", AUTOSCALERS "/other?fieldManager=test", "application/apply-patch+yaml",
        "{\"apiVersion\":\"autoscaling/v1\",\"kind\":\"HorizontalPodAutoscaler\",\"metadata\":{"
        "\"name\":\"other\"},\"spec\":{\"scaleTargetRef\":{\"apiVersion\":\"apps/v1\",\"kind\":\"Deployment\",\"name\":\"x\"},"
        "\"maxReplicas\":2,\"targetCPUUtilizationPercentage\":33}}",
        201);
    assert_int_equal(json_integer(json_get(applied, "spec", "targetCPUUtilizationPercentage"), 0), 33);
    AUTO_JSON cJSON *list = fixture_expect(fixture, "GET", AUTOSCALERS, NULL, NULL, 200);
    assert_string_equal(json_text(json_get(list, "apiVersion"), ""), "autoscaling/v1");
    assert_int_equal(cJSON_GetArraySize(json_get(list, "items")), 2);
    assert_non_null(json_get(cJSON_GetArrayItem(json_get(list, "items"), 0), "spec", "targetCPUUtilizationPercentage"));
    AUTO_JSON cJSON *event = fixture_expect(
        fixture, "GET", AUTOSCALERS "?watch=1&timeoutSeconds=1&fieldSelector=metadata.name%3Dweb", NULL, NULL, 200);
    assert_string_equal(json_text(json_get(event, "type"), ""), "ADDED");
    assert_string_equal(json_text(json_get(event, "object", "apiVersion"), ""), "autoscaling/v1");
    assert_int_equal(json_integer(json_get(event, "object", "spec", "targetCPUUtilizationPercentage"), 0), 75);
}

static void test_autoscaler_table(void **state)
{
    struct fixture *fixture = *state;
    int code;
    AUTO_JSON cJSON *exchange = test_data_json("golden/tables/horizontalpodautoscalers-v1.json");
    fixture_check(
        fixture, "POST", AUTOSCALERS, "application/json",
        "{\"metadata\":{\"name\":\"web\"},\"spec\":{\"scaleTargetRef\":{\"apiVersion\":\"apps/v1\",\"kind\":\"Deployment\","
        "\"name\":\"web\"},\"maxReplicas\":6,\"targetCPUUtilizationPercentage\":50}}",
        201);
    AUTO_JSON cJSON *table = fixture_ask(
        fixture, &(struct ask){.path = AUTOSCALERS, .accept = json_text(json_get(exchange, "request", "accept"), "")}, &code);
    assert_string_equal(json_text(json_get(table, "kind"), ""), "Table");
    const cJSON *golden = json_get(exchange, "response", "body", "columnDefinitions");
    assert_int_equal(cJSON_GetArraySize(json_get(table, "columnDefinitions")), cJSON_GetArraySize(golden));
    const cJSON *cells = json_get(cJSON_GetArrayItem(json_get(table, "rows"), 0), "cells");
    assert_string_equal(json_text(cJSON_GetArrayItem(cells, 2), ""), "cpu: <unknown>/50%");
}

static void test_events(void **state)
{
    struct fixture *fixture = *state;
    AUTO_JSON cJSON *created = fixture_expect(
        fixture, "POST", EVENTS, "application/json",
        "{\"metadata\":{\"name\":\"e\"},\"eventTime\":\"2026-11-22T01:00:26.5Z\",\"reportingController\":\"example.com/c\","
        "\"reportingInstance\":\"c-0\",\"action\":\"Testing\",\"reason\":\"Test\",\"note\":\"hello\",\"type\":\"Normal\","
        "\"regarding\":{\"kind\":\"Pod\",\"namespace\":\"default\",\"name\":\"p\"}}",
        201);
    assert_string_equal(json_text(json_get(created, "note"), ""), "hello");
    AUTO_JSON cJSON *core = fixture_expect(fixture, "GET", "/api/v1/namespaces/default/events/e", NULL, NULL, 200);
    assert_string_equal(json_text(json_get(core, "message"), ""), "hello");
    assert_string_equal(json_text(json_get(core, "involvedObject", "name"), ""), "p");
    assert_string_equal(json_text(json_get(core, "reportingComponent"), ""), "example.com/c");
    AUTO_JSON cJSON *patched =
        fixture_expect(fixture, "PATCH", EVENTS "/e", "application/strategic-merge-patch+json",
                       "{\"series\":{\"count\":2,\"lastObservedTime\":\"2026-11-22T01:00:27.000000Z\"}}", 200);
    assert_int_equal(json_integer(json_get(patched, "series", "count"), 0), 2);
    AUTO_JSON cJSON *missing = fixture_expect(fixture, "GET", EVENTS "/nothing", NULL, NULL, 404);
    assert_string_equal(json_text(json_get(missing, "message"), ""), "events.events.k8s.io \"nothing\" not found");
}

static void test_leases(void **state)
{
    struct fixture *fixture = *state;
    AUTO_JSON cJSON *created =
        fixture_expect(fixture, "POST", LEASES, "application/json",
                       "{\"metadata\":{\"name\":\"lock\"},\"spec\":{\"holderIdentity\":\"a\",\"leaseDurationSeconds\":15,"
                       "\"acquireTime\":\"2026-11-22T01:00:26.123456Z\",\"leaseTransitions\":0}}",
                       201);
    assert_string_equal(json_text(json_get(created, "spec", "acquireTime"), ""), "2026-11-22T01:00:26.123456Z");
    AUTO_JSON cJSON *refused = fixture_expect(fixture, "PATCH", LEASES "/lock", "application/merge-patch+json",
                                              "{\"spec\":{\"leaseDurationSeconds\":0}}", 422);
    assert_non_null(strstr(json_text(json_get(refused, "message"), ""),
                           "spec.leaseDurationSeconds: Invalid value: 0: must be greater than 0"));
}

static void test_priority_classes(void **state)
{
    struct fixture *fixture = *state;
    AUTO_JSON cJSON *created =
        fixture_expect(fixture, "POST", CLASSES, "application/json", "{\"metadata\":{\"name\":\"high\"},\"value\":1000}", 201);
    assert_string_equal(json_text(json_get(created, "preemptionPolicy"), ""), "PreemptLowerPriority");
    AUTO_JSON cJSON *changed =
        fixture_expect(fixture, "PATCH", CLASSES "/high", "application/merge-patch+json", "{\"value\":5}", 422);
    assert_non_null(strstr(json_text(json_get(changed, "message"), ""), "value: Forbidden: may not be changed in an update."));
    fixture_check(fixture, "POST", CLASSES, "application/json", "{\"metadata\":{\"name\":\"system-mine\"},\"value\":1}", 422);
    AUTO_JSON cJSON *large = fixture_expect(fixture, "POST", CLASSES, "application/json",
                                            "{\"metadata\":{\"name\":\"huge\"},\"value\":1000000001}", 422);
    assert_non_null(strstr(json_text(json_get(large, "message"), ""), "maximum allowed value of a user defined priority"));
}

/* Members of any shape change into something or are refused; nothing crashes. */
static void test_hostile(void **state)
{
    static const char *const shapes[] = {
        "{}",
        ("{\"metadata\":{\"annotations\":{\"autoscaling.alpha.kubernetes.io/metrics\":\"[1,{\\\"type\\\":5,\\\"object\\\":[]}]\","
         "\"autoscaling.alpha.kubernetes.io/behavior\":\"{\\\"ScaleUp\\\":[[]],\\\"\\\":1}\","
         "\"autoscaling.alpha.kubernetes.io/conditions\":\"{}\",\"autoscaling.alpha.kubernetes.io/current-metrics\":\"[[]]\"}},"
         "\"spec\":{},\"status\":{}}"),
        "{\"metadata\":5,\"spec\":[],\"status\":7}",
        "{\"spec\":{\"metrics\":{\"a\":1},\"behavior\":[1]},\"status\":{\"currentMetrics\":[null,1,{\"resource\":[]}]}}",
        "{\"regarding\":5,\"note\":[],\"deprecatedCount\":\"x\"}",
    };
    (void)state;
    const struct resource *resource;
    for (size_t i = 0; (resource = resource_served(i)) != NULL; i++) {
        for (size_t j = 0; j < sizeof shapes / sizeof shapes[0]; j++) {
            AUTO_STATUS struct status status = {0};
            AUTO_JSON cJSON *tree = json_parse(shapes[j], strlen(shapes[j]), NULL);
            assert_non_null(tree);
            AUTO_JSON cJSON *partial = json_copy(tree);
            version_take_partial(resource, partial);
            cJSON_Delete(version_tree(resource, tree));
            if (version_take(resource, &tree, &status) != 0)
                assert_int_equal(status.code, 400);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_autoscaler_golden),
        cmocka_unit_test(test_autoscaler_all_metrics),
        cmocka_unit_test(test_hostile),
        cmocka_unit_test_setup_teardown(test_autoscaler_requests, fixture_open, fixture_close),
        cmocka_unit_test_setup_teardown(test_autoscaler_table, fixture_open, fixture_close),
        cmocka_unit_test_setup_teardown(test_events, fixture_open, fixture_close),
        cmocka_unit_test_setup_teardown(test_leases, fixture_open, fixture_close),
        cmocka_unit_test_setup_teardown(test_priority_classes, fixture_open, fixture_close),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
