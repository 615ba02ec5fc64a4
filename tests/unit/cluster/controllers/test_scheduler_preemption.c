/* Priorities: whose turn it is, and who has to go for whom. */
#include "cluster/controllers/scheduler_queue.h"
#include "tests/unit/cluster/controllers/scheduling.h"

#define CLASS(name) "\"priorityClassName\":\"" name "\","

static void make_class(struct fixture *fixture, const char *name, int value, const char *policy)
{
    AUTO_FREE char *text = memory_format("{\"apiVersion\":\"scheduling.k8s.io/v1\",\"kind\":\"PriorityClass\",\"metadata\":{"
                                         "\"name\":\"%s\"},\"value\":%d,\"preemptionPolicy\":\"%s\"}",
                                         name, value, policy);
    fixture_make(fixture, RESOURCE_PRIORITYCLASSES, "", text);
}

static void make_classes(struct fixture *fixture)
{
    make_class(fixture, "low", 10, "PreemptLowerPriority");
    make_class(fixture, "middle", 100, "PreemptLowerPriority");
    make_class(fixture, "high", 1000, "PreemptLowerPriority");
    make_class(fixture, "polite", 1000, "Never");
}

static bool is_leaving(struct fixture *fixture, const char *pod)
{
    AUTO_OBJECT struct object *object = fixture_get(fixture, RESOURCE_PODS, "default", pod);
    return object == NULL || is_being_deleted(object_tree(object));
}

static void expect_nominated(struct fixture *fixture, const char *pod, const char *node)
{
    AUTO_OBJECT struct object *object = fixture_get(fixture, RESOURCE_PODS, "default", pod);
    assert_string_equal(json_text(json_get(object_tree(object), "status", "nominatedNodeName"), ""), node);
}

static void test_order_of_the_queue(void **state)
{
    (void)state;
    static const struct {
        const char *key;
        int64_t priority;
    } pods[] = {{"a", 0}, {"b", 5}, {"c", 0}, {"d", 9}, {"b", 100}, {"e", 5}};
    static const char *const wanted[] = {"d", "b", "e", "a", "c"};
    struct scheduling_queue *queue = scheduling_queue_create();
    for (size_t i = 0; i < sizeof pods / sizeof pods[0]; i++)
        scheduling_queue_add(queue, pods[i].key, pods[i].priority);
    for (size_t i = 0; i < sizeof wanted / sizeof wanted[0]; i++) {
        AUTO_FREE char *key = scheduling_queue_take(queue);
        assert_string_equal(key, wanted[i]);
    }
    assert_true(scheduling_queue_is_empty(queue));
    assert_null(scheduling_queue_take(queue));
    scheduling_queue_destroy(queue);
}

static void test_higher_priority_first(void **state)
{
    struct fixture *fixture = *state;
    make_classes(fixture);
    make_pod(fixture, "low", "3", CLASS("low"));
    make_pod(fixture, "high", "3", CLASS("high"));
    make_node(fixture, "n1", "", "");
    fixture_settle(fixture);
    expect_node(fixture, "high", "n1");
    expect_node(fixture, "low", "");
}

static void test_room_is_made(void **state)
{
    struct fixture *fixture = *state;
    make_classes(fixture);
    make_node(fixture, "n1", "", "");
    make_pod(fixture, "low", "2", CLASS("low"));
    make_pod(fixture, "middle", "2", CLASS("middle"));
    fixture_converge(fixture);
    make_pod(fixture, "high", "2", CLASS("high"));
    fixture_settle(fixture);
    expect_message(fixture, "high", "0/1 nodes are available: 1 Insufficient cpu.");
    expect_nominated(fixture, "high", "n1");
    assert_true(is_leaving(fixture, "low"));
    assert_false(is_leaving(fixture, "middle"));
    AUTO_OBJECT struct object *high = fixture_get(fixture, RESOURCE_PODS, "default", "high");
    AUTO_FREE char *message = memory_format("Preempted by pod %s on node n1", object_uid(high));
    assert_true(fixture_has_event(fixture, "Preempted", message));
    /* What becomes free is kept: a pod of lower priority does not slip in. */
    make_pod(fixture, "late", "2", CLASS("low"));
    fixture_converge(fixture);
    expect_node(fixture, "high", "n1");
    expect_nominated(fixture, "high", "");
    expect_node(fixture, "late", "");
}

static void test_cheapest_node(void **state)
{
    struct fixture *fixture = *state;
    make_classes(fixture);
    make_node(fixture, "n1", "", "");
    make_pod(fixture, "middle", "3", CLASS("middle"));
    fixture_converge(fixture);
    make_node(fixture, "n2", "", "");
    make_pod(fixture, "low", "3", CLASS("low"));
    fixture_converge(fixture);
    make_pod(fixture, "high", "3", CLASS("high"));
    fixture_settle(fixture);
    expect_nominated(fixture, "high", "n2");
    assert_false(is_leaving(fixture, "middle"));
}

static void test_nobody_to_go(void **state)
{
    struct fixture *fixture = *state;
    make_classes(fixture);
    make_node(fixture, "n1", "", "");
    make_pod(fixture, "first", "3", CLASS("middle"));
    fixture_converge(fixture);
    make_pod(fixture, "equal", "3", CLASS("middle"));
    make_pod(fixture, "polite", "3", CLASS("polite"));
    fixture_settle(fixture);
    expect_message(fixture, "equal", "0/1 nodes are available: 1 Insufficient cpu." NO_VICTIMS("1"));
    expect_message(fixture, "polite",
                   "0/1 nodes are available: 1 Insufficient cpu. no new claims to deallocate, preemption: not eligible due to "
                   "preemptionPolicy=Never.");
    assert_false(is_leaving(fixture, "first"));
}

static void test_priority_of_pods(void **state)
{
    struct fixture *fixture = *state;
    AUTO_STATUS struct status status = {0};
    static const char text[] = "{\"apiVersion\":\"v1\",\"kind\":\"Pod\",\"metadata\":{\"name\":\"a\"},\"spec\":{"
                               "\"priorityClassName\":\"none\",\"containers\":[{\"name\":\"c\",\"image\":\"i\"}]}}";
    make_classes(fixture);
    make_pod(fixture, "p", "1", CLASS("polite"));
    AUTO_OBJECT struct object *pod = fixture_get(fixture, RESOURCE_PODS, "default", "p");
    assert_int_equal(pod_priority(object_tree(pod)), 1000);
    assert_string_equal(json_text(json_get(object_tree(pod), "spec", "preemptionPolicy"), ""), "Never");
    assert_int_equal(
        registry_create(fixture->registry, RESOURCE_PODS, "default", json_parse(text, strlen(text), NULL), NULL, &status), -1);
    assert_int_equal(status.code, 403);
    assert_string_equal(status_message(&status), "pods \"a\" is forbidden: no PriorityClass with name none was found");
}

static void test_gates(void **state)
{
    struct fixture *fixture = *state;
    make_node(fixture, "n1", "", "");
    make_pod(fixture, "a", "1", "\"schedulingGates\":[{\"name\":\"example.com/wait\"}],");
    fixture_settle(fixture);
    AUTO_OBJECT struct object *pod = fixture_get(fixture, RESOURCE_PODS, "default", "a");
    const cJSON *condition = condition_find(json_get(object_tree(pod), "status"), "PodScheduled");
    assert_true(condition_has_reason(condition, "SchedulingGated"));
    expect_node(fixture, "a", "");
    fixture_change(fixture, RESOURCE_PODS, "default", "a", SUBRESOURCE_NONE, "{\"spec\":{\"schedulingGates\":null}}");
    fixture_settle(fixture);
    expect_node(fixture, "a", "n1");
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_order_of_the_queue),
                                       FIXTURE_TEST(test_higher_priority_first),
                                       FIXTURE_TEST(test_room_is_made),
                                       FIXTURE_TEST(test_cheapest_node),
                                       FIXTURE_TEST(test_nobody_to_go),
                                       FIXTURE_TEST(test_priority_of_pods),
                                       FIXTURE_TEST(test_gates)};
    return cmocka_run_group_tests_name("cluster/controllers/scheduler_preemption", tests, NULL, NULL);
}
