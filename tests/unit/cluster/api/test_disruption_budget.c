/* PodDisruptionBudgets: what they count, and what an eviction is told. */
#include "cluster/api/disruption_budget.h"
#include "tests/unit/cluster/api/server_fixture.h"

#define BUDGET(spec) "{\"metadata\":{\"name\":\"b\"},\"spec\":{\"selector\":{\"matchLabels\":{\"app\":\"web\"}}," spec "}}"
#define POLICY "/apis/policy/v1/namespaces/default/poddisruptionbudgets"

/* A running pod of the ReplicaSet "rs". */
static void make_pod(struct fixture *fixture, const char *name, bool ready)
{
    AUTO_OBJECT struct object *set = store_get(fixture->store, RESOURCE_REPLICASETS, "default", "rs");
    AUTO_FREE char *owner =
        memory_format("\"ownerReferences\":[{\"apiVersion\":\"apps/v1\",\"kind\":\"ReplicaSet\",\"name\":\"rs\",\"uid\":\"%s\","
                      "\"controller\":true}],",
                      set != NULL ? object_uid(set) : "");
    AUTO_FREE char *pod =
        memory_format("{\"metadata\":{%s\"name\":\"%s\",\"labels\":{\"app\":\"web\"}},\"spec\":{\"nodeName\":\"n\","
                      "\"containers\":[{\"name\":\"c\",\"image\":\"i:1\"}]}}",
                      set != NULL ? owner : "", name);
    AUTO_FREE char *text = memory_format(
        "{\"status\":{\"phase\":\"Running\",\"conditions\":[{\"type\":\"Ready\",\"status\":\"%s\"}]}}", ready ? "True" : "False");
    AUTO_JSON cJSON *patch = json_parse(text, strlen(text), NULL);
    fixture_create(fixture, RESOURCE_PODS, "default", pod);
    assert_int_equal(
        registry_patch(fixture->registry, RESOURCE_PODS, "default", name, SUBRESOURCE_STATUS, PATCH_MERGE, patch, NULL, NULL), 0);
}

static void make_set(struct fixture *fixture, int replicas)
{
    AUTO_FREE char *set = memory_format(
        "{\"metadata\":{\"name\":\"rs\"},\"spec\":{\"replicas\":%d,\"selector\":{\"matchLabels\":{\"app\":\"web\"}},"
        "\"template\":{\"metadata\":{\"labels\":{\"app\":\"web\"}},\"spec\":{\"containers\":[{\"name\":\"c\",\"image\":"
        "\"i:1\"}]}}}}",
        replicas);
    fixture_create(fixture, RESOURCE_REPLICASETS, "default", set);
}

static void expect_count(struct fixture *fixture, const char *spec, int64_t expected, int64_t healthy, int64_t desired,
                         int64_t allowed)
{
    const struct delete_options options = DELETE_OPTIONS_DEFAULT;
    fixture_create(fixture, RESOURCE_PODDISRUPTIONBUDGETS, "default", spec);
    AUTO_OBJECT struct object *budget = store_get(fixture->store, RESOURCE_PODDISRUPTIONBUDGETS, "default", "b");
    AUTO_DISRUPTION_COUNT struct disruption_count count = {0};
    disruption_budget_count(fixture->store, budget, &count);
    if (count.expected != expected || count.healthy != healthy || count.desired != desired || count.allowed != allowed)
        fail_msg("%s: expected %ld, healthy %ld, desired %ld, allowed %ld", spec, (long)count.expected, (long)count.healthy,
                 (long)count.desired, (long)count.allowed);
    assert_int_equal(
        registry_delete(fixture->registry, RESOURCE_PODDISRUPTIONBUDGETS, "default", "b", &options, NULL, NULL, NULL), 0);
}

static void test_counts(void **state)
{
    struct fixture *fixture = *state;
    make_set(fixture, 5);
    make_pod(fixture, "a", true);
    make_pod(fixture, "b", true);
    make_pod(fixture, "c", true);
    make_pod(fixture, "d", false);
    expect_count(fixture, BUDGET("\"minAvailable\":2"), 4, 3, 2, 1);
    expect_count(fixture, BUDGET("\"minAvailable\":4"), 4, 3, 4, 0);
    expect_count(fixture, BUDGET("\"minAvailable\":0"), 4, 3, 0, 3);
    expect_count(fixture, BUDGET("\"maxUnavailable\":3"), 5, 3, 2, 1);
    expect_count(fixture, BUDGET("\"maxUnavailable\":\"50%\""), 5, 3, 2, 1);
    expect_count(fixture, BUDGET("\"minAvailable\":\"50%\""), 5, 3, 3, 0);
    expect_count(fixture, BUDGET("\"maxUnavailable\":7"), 5, 3, 0, 3);
    expect_count(fixture, "{\"metadata\":{\"name\":\"b\"},\"spec\":{\"selector\":{},\"minAvailable\":1}}", 4, 3, 1, 2);
    expect_count(fixture, "{\"metadata\":{\"name\":\"b\"},\"spec\":{\"minAvailable\":1}}", 0, 0, 1, 0);
}

static void test_pods_of_nobody(void **state)
{
    struct fixture *fixture = *state;
    make_pod(fixture, "lonely", true);
    expect_count(fixture, BUDGET("\"minAvailable\":0"), 1, 1, 0, 1);
    fixture_create(fixture, RESOURCE_PODDISRUPTIONBUDGETS, "default", BUDGET("\"maxUnavailable\":1"));
    AUTO_OBJECT struct object *budget = store_get(fixture->store, RESOURCE_PODDISRUPTIONBUDGETS, "default", "b");
    AUTO_DISRUPTION_COUNT struct disruption_count count = {0};
    disruption_budget_count(fixture->store, budget, &count);
    assert_int_equal(count.allowed, 0);
    assert_string_equal(count.failure, "found no controller ref for pod \"lonely\"");
}

static void expect_eviction(struct fixture *fixture, const char *pod, int code, const char *cause)
{
    AUTO_FREE char *path = memory_format("/api/v1/namespaces/default/pods/%s/eviction", pod);
    AUTO_JSON cJSON *answer = fixture_expect(fixture, "POST", path, "application/json", "{}", code);
    const cJSON *causes = json_get(answer, "details", "causes");
    if (cause == NULL)
        return;
    assert_string_equal(json_text(json_get(answer, "message"), ""),
                        "Cannot evict pod as it would violate the pod's disruption budget.");
    assert_string_equal(json_text(json_get(answer, "reason"), ""), "TooManyRequests");
    assert_string_equal(json_text(json_get(causes->child, "message"), ""), cause);
    assert_string_equal(json_text(json_get(causes->child, "reason"), ""), "DisruptionBudget");
}

static void test_evictions(void **state)
{
    struct fixture *fixture = *state;
    make_set(fixture, 3);
    make_pod(fixture, "a", true);
    make_pod(fixture, "b", true);
    make_pod(fixture, "c", true);
    make_pod(fixture, "sick", false);
    fixture_create(fixture, RESOURCE_PODDISRUPTIONBUDGETS, "default", BUDGET("\"minAvailable\":2"));
    expect_eviction(fixture, "a", 201, NULL);
    expect_eviction(fixture, "b", 429, "The disruption budget b needs 2 healthy pods and has 2 currently");
    /* One that goes already may be told again; one that does not serve is no loss while enough others do. */
    expect_eviction(fixture, "a", 201, NULL);
    expect_eviction(fixture, "sick", 201, NULL);
    /* A deletion is no eviction. */
    fixture_check(fixture, "DELETE", "/api/v1/namespaces/default/pods/b", NULL, NULL, 200);
    make_pod(fixture, "sicker", false);
    expect_eviction(fixture, "sicker", 429, "The disruption budget b needs 2 healthy pods and has 1 currently");
    fixture_check(fixture, "PATCH", POLICY "/b", "application/merge-patch+json",
                  "{\"spec\":{\"unhealthyPodEvictionPolicy\":\"AlwaysAllow\"}}", 200);
    expect_eviction(fixture, "sicker", 201, NULL);
    fixture_create(fixture, RESOURCE_PODDISRUPTIONBUDGETS, "default",
                   "{\"metadata\":{\"name\":\"other\"},\"spec\":{\"selector\":{},\"minAvailable\":0}}");
    AUTO_JSON cJSON *two =
        fixture_expect(fixture, "POST", "/api/v1/namespaces/default/pods/c/eviction", "application/json", "{}", 500);
    assert_string_equal(json_text(json_get(two, "message"), ""),
                        "This pod has more than one PodDisruptionBudget, which the eviction subresource does not support.");
}

static void test_refusals(void **state)
{
    static const char *const specs[] = {BUDGET("\"minAvailable\":1,\"maxUnavailable\":1"), BUDGET("\"minAvailable\":-1"),
                                        BUDGET("\"maxUnavailable\":\"101%\""), BUDGET("\"maxUnavailable\":\"x\""),
                                        BUDGET("\"minAvailable\":1,\"unhealthyPodEvictionPolicy\":\"Never\"")};
    for (size_t i = 0; i < sizeof specs / sizeof specs[0]; i++)
        fixture_check(*state, "POST", POLICY, "application/json", specs[i], 422);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_counts, fixture_open, fixture_close),
        cmocka_unit_test_setup_teardown(test_pods_of_nobody, fixture_open, fixture_close),
        cmocka_unit_test_setup_teardown(test_evictions, fixture_open, fixture_close),
        cmocka_unit_test_setup_teardown(test_refusals, fixture_open, fixture_close),
    };
    return cmocka_run_group_tests_name("cluster/api/disruption_budget", tests, NULL, NULL);
}
