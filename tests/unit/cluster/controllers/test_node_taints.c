/* What taints do to nodes and to pods that are there, and what becomes of the pods of a node that is gone. */
#include "tests/unit/cluster/controllers/scheduling.h"

static bool has_taint(struct fixture *fixture, const char *node, const char *key, const char *effect)
{
    AUTO_OBJECT struct object *object = fixture_get(fixture, RESOURCE_NODES, "", node);
    const cJSON *taint = NULL;
    cJSON_ArrayForEach (taint, json_get(object_tree(object), "spec", "taints")) {
        if (strcmp(json_text(json_get(taint, "key"), ""), key) == 0 &&
            strcmp(json_text(json_get(taint, "effect"), ""), effect) == 0)
            return true;
    }
    return false;
}

static bool is_leaving(struct fixture *fixture, const char *pod)
{
    AUTO_OBJECT struct object *object = fixture_get(fixture, RESOURCE_PODS, "default", pod);
    return object == NULL || is_being_deleted(object_tree(object));
}

static void test_cordon_and_readiness(void **state)
{
    struct fixture *fixture = *state;
    make_node(fixture, "n1", "", "\"unschedulable\":true");
    fixture_settle(fixture);
    assert_true(has_taint(fixture, "n1", "node.kubernetes.io/unschedulable", "NoSchedule"));
    fixture_change(fixture, RESOURCE_NODES, "", "n1", SUBRESOURCE_NONE, "{\"spec\":{\"unschedulable\":null}}");
    fixture_settle(fixture);
    assert_false(has_taint(fixture, "n1", "node.kubernetes.io/unschedulable", "NoSchedule"));
    fixture_change(fixture, RESOURCE_NODES, "", "n1", SUBRESOURCE_STATUS,
                   "{\"status\":{\"conditions\":[{\"type\":\"Ready\",\"status\":\"Unknown\"}]}}");
    fixture_settle(fixture);
    assert_true(has_taint(fixture, "n1", "node.kubernetes.io/unreachable", "NoSchedule"));
    assert_true(has_taint(fixture, "n1", "node.kubernetes.io/unreachable", "NoExecute"));
    make_pod(fixture, "a", "1", "");
    fixture_settle(fixture);
    expect_message(fixture, "a", "0/1 nodes are available: 1 node(s) had untolerated taint(s)." DOES_NOT_HELP("1"));
}

static void taint(struct fixture *fixture, const char *taints)
{
    AUTO_FREE char *patch = memory_format("{\"spec\":{\"taints\":[%s]}}", taints);
    fixture_change(fixture, RESOURCE_NODES, "", "n1", SUBRESOURCE_NONE, patch);
    fixture_settle(fixture);
}

#define GONE_BAD "{\"key\":\"bad\",\"effect\":\"NoExecute\"}"
#define TOLERATES(more) "\"tolerations\":[{\"key\":\"bad\",\"operator\":\"Exists\",\"effect\":\"NoExecute\"" more "}],"

static void test_eviction(void **state)
{
    struct fixture *fixture = *state;
    make_node(fixture, "n1", "", "");
    make_pod(fixture, "at-once", "1m", "");
    make_pod(fixture, "later", "1m", TOLERATES(",\"tolerationSeconds\":30"));
    make_pod(fixture, "never", "1m", TOLERATES(""));
    fixture_converge(fixture);
    taint(fixture, GONE_BAD);
    assert_true(is_leaving(fixture, "at-once"));
    assert_true(fixture_has_event(fixture, "TaintManagerEviction", "Marking for deletion Pod default/at-once"));
    fixture_advance(fixture, 29);
    assert_false(is_leaving(fixture, "later"));
    fixture_advance(fixture, 2);
    assert_true(is_leaving(fixture, "later"));
    AUTO_OBJECT struct object *later = fixture_get(fixture, RESOURCE_PODS, "default", "later");
    const cJSON *condition = condition_find(json_get(object_tree(later), "status"), "DisruptionTarget");
    assert_true(condition_has_reason(condition, "DeletionByTaintManager"));
    fixture_advance(fixture, 3600);
    assert_false(is_leaving(fixture, "never"));
}

static void test_taint_that_goes_away_in_time(void **state)
{
    struct fixture *fixture = *state;
    make_node(fixture, "n1", "", "");
    make_pod(fixture, "a", "1m", TOLERATES(",\"tolerationSeconds\":30"));
    fixture_converge(fixture);
    taint(fixture, GONE_BAD);
    fixture_advance(fixture, 20);
    taint(fixture, "");
    assert_true(fixture_has_event(fixture, "TaintManagerEviction", "Cancelling deletion of Pod default/a"));
    fixture_advance(fixture, 20);
    assert_false(is_leaving(fixture, "a"));
    taint(fixture, GONE_BAD);
    fixture_advance(fixture, 20);
    assert_false(is_leaving(fixture, "a"));
    fixture_advance(fixture, 11);
    assert_true(is_leaving(fixture, "a"));
}

static void test_pods_of_a_node_that_is_gone(void **state)
{
    struct fixture *fixture = *state;
    make_node(fixture, "n1", "", "");
    make_pod(fixture, "a", "1m", "");
    fixture_converge(fixture);
    fixture_delete(fixture, RESOURCE_NODES, "", "n1", PROPAGATION_BACKGROUND);
    fixture_settle(fixture);
    fixture_advance(fixture, 39);
    assert_int_equal(fixture_count(fixture, RESOURCE_PODS, "default"), 1);
    fixture_advance(fixture, 2);
    assert_int_equal(fixture_count(fixture, RESOURCE_PODS, "default"), 0);
}

static void test_node_that_comes_back(void **state)
{
    struct fixture *fixture = *state;
    make_node(fixture, "n1", "", "");
    make_pod(fixture, "a", "1m", "");
    fixture_converge(fixture);
    fixture_delete(fixture, RESOURCE_NODES, "", "n1", PROPAGATION_BACKGROUND);
    fixture_settle(fixture);
    fixture_advance(fixture, 20);
    make_node(fixture, "n1", "", "");
    fixture_advance(fixture, 60);
    assert_int_equal(fixture_count(fixture, RESOURCE_PODS, "default"), 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {FIXTURE_TEST(test_cordon_and_readiness), FIXTURE_TEST(test_eviction),
                                       FIXTURE_TEST(test_taint_that_goes_away_in_time),
                                       FIXTURE_TEST(test_pods_of_a_node_that_is_gone), FIXTURE_TEST(test_node_that_comes_back)};
    return cmocka_run_group_tests_name("cluster/controllers/node_taints", tests, NULL, NULL);
}
