/* Which of the nodes that fit is taken. */
#include "tests/unit/cluster/controllers/scheduling.h"

#define WEB "\"app\":\"web\""
#define PREFERS(kind)                                                                                                            \
    "\"affinity\":{\"" kind "\":{\"preferredDuringSchedulingIgnoredDuringExecution\":[{\"weight\":50,\"podAffinityTerm\":{"      \
    "\"topologyKey\":\"kubernetes.io/hostname\",\"labelSelector\":{\"matchLabels\":{" WEB "}}}}]}},"

static void test_soft_taints_are_avoided(void **state)
{
    struct fixture *fixture = *state;
    make_node(fixture, "n1", "", "\"taints\":[{\"key\":\"old\",\"effect\":\"PreferNoSchedule\"}]");
    make_node(fixture, "n2", "", "");
    make_pod(fixture, "a", "1", "");
    make_pod(fixture, "b", "1", "");
    fixture_settle(fixture);
    expect_node(fixture, "a", "n2");
    expect_node(fixture, "b", "n2");
    make_pod(fixture, "tolerant", "1", "\"tolerations\":[{\"key\":\"old\",\"operator\":\"Exists\"}],");
    fixture_settle(fixture);
    expect_node(fixture, "tolerant", "n1");
}

static void test_preferred_nodes(void **state)
{
    struct fixture *fixture = *state;
    make_node(fixture, "n1", "", "");
    make_node(fixture, "n2", "\"disk\":\"ssd\"", "");
    make_pod(
        fixture, "a", "1",
        "\"affinity\":{\"nodeAffinity\":{\"preferredDuringSchedulingIgnoredDuringExecution\":[{\"weight\":10,\"preference\":{"
        "\"matchExpressions\":[{\"key\":\"disk\",\"operator\":\"In\",\"values\":[\"ssd\"]}]}}]}},");
    fixture_settle(fixture);
    expect_node(fixture, "a", "n2");
}

static void test_preferred_company(void **state)
{
    struct fixture *fixture = *state;
    make_node(fixture, "n1", "", "");
    make_node(fixture, "n2", "", "");
    make_labelled_pod(fixture, "web", WEB, "100m", "\"nodeSelector\":{\"kubernetes.io/hostname\":\"n2\"},");
    fixture_settle(fixture);
    make_pod(fixture, "near", "100m", PREFERS("podAffinity"));
    fixture_settle(fixture);
    make_pod(fixture, "far", "10m", PREFERS("podAntiAffinity"));
    fixture_settle(fixture);
    expect_node(fixture, "near", "n2");
    expect_node(fixture, "far", "n1");
}

static void test_like_pods_spread_without_being_told(void **state)
{
    struct fixture *fixture = *state;
    size_t counts[3] = {0};
    make_node(fixture, "n1", "\"topology.kubernetes.io/zone\":\"a\"", "");
    make_node(fixture, "n2", "\"topology.kubernetes.io/zone\":\"b\"", "");
    make_node(fixture, "n3", "\"topology.kubernetes.io/zone\":\"c\"", "");
    fixture_deployment(fixture, 9, "webapp", "");
    fixture_converge(fixture);
    AUTO_OBJECT_LIST struct object_list pods = {0};
    store_list(fixture->store, RESOURCE_PODS, "default", &pods);
    assert_int_equal(pods.count, 9);
    for (size_t i = 0; i < pods.count; i++)
        counts[node_of_pod(object_tree(pods.objects[i]))[1] - '1']++;
    for (size_t i = 0; i < 3; i++)
        assert_int_equal(counts[i], 3);
}

/* hpa.md: on the way down, the more crowded node gives first. */
static void test_scale_down_takes_from_the_crowded_node(void **state)
{
    struct fixture *fixture = *state;
    make_node(fixture, "n1", "", "");
    fixture_deployment(fixture, 3, "webapp", "");
    fixture_converge(fixture);
    make_node(fixture, "n2", "", "");
    fixture_change(fixture, RESOURCE_DEPLOYMENTS, "default", "web", SUBRESOURCE_NONE, "{\"spec\":{\"replicas\":4}}");
    fixture_converge(fixture);
    fixture_change(fixture, RESOURCE_DEPLOYMENTS, "default", "web", SUBRESOURCE_NONE, "{\"spec\":{\"replicas\":2}}");
    fixture_converge(fixture);
    AUTO_OBJECT_LIST struct object_list pods = {0};
    store_list(fixture->store, RESOURCE_PODS, "default", &pods);
    assert_int_equal(pods.count, 2);
    assert_string_not_equal(node_of_pod(object_tree(pods.objects[0])), node_of_pod(object_tree(pods.objects[1])));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        FIXTURE_TEST(test_soft_taints_are_avoided), FIXTURE_TEST(test_preferred_nodes), FIXTURE_TEST(test_preferred_company),
        FIXTURE_TEST(test_like_pods_spread_without_being_told), FIXTURE_TEST(test_scale_down_takes_from_the_crowded_node)};
    return cmocka_run_group_tests_name("cluster/controllers/scheduler_scores", tests, NULL, NULL);
}
