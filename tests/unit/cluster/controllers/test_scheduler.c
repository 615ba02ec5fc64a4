#include "tests/unit/cluster/controllers/scheduling.h"

static void test_the_least_loaded_node(void **state)
{
    struct fixture *fixture = *state;
    fixture_node(fixture, "n1", "4", "110");
    fixture_node(fixture, "n2", "4", "110");
    make_pod(fixture, "a", "2", "");
    fixture_settle(fixture);
    make_pod(fixture, "b", "1", "");
    fixture_settle(fixture);
    AUTO_OBJECT struct object *a = fixture_get(fixture, RESOURCE_PODS, "default", "a");
    AUTO_OBJECT struct object *b = fixture_get(fixture, RESOURCE_PODS, "default", "b");
    assert_string_not_equal(node_of_pod(object_tree(a)), node_of_pod(object_tree(b)));
    AUTO_FREE char *message = memory_format("Successfully assigned default/a to %s", node_of_pod(object_tree(a)));
    assert_true(fixture_has_event(fixture, "Scheduled", message));
}

static void test_no_room_and_room_again(void **state)
{
    struct fixture *fixture = *state;
    fixture_node(fixture, "n1", "1", "110");
    make_pod(fixture, "a", "700m", "");
    fixture_converge(fixture);
    make_pod(fixture, "b", "700m", "");
    fixture_settle(fixture);
    expect_node(fixture, "b", "");
    expect_message(fixture, "b", "0/1 nodes are available: 1 Insufficient cpu." NO_VICTIMS("1"));
    fixture_delete(fixture, RESOURCE_PODS, "default", "a", PROPAGATION_BACKGROUND);
    fixture_converge(fixture);
    expect_node(fixture, "b", "n1");
}

static void test_reasons_of_several_nodes(void **state)
{
    struct fixture *fixture = *state;
    make_pod(fixture, "early", "1", "");
    fixture_settle(fixture);
    expect_message(fixture, "early", "no nodes available to schedule pods");
    fixture_delete(fixture, RESOURCE_PODS, "default", "early", PROPAGATION_BACKGROUND);
    fixture_node(fixture, "n1", "1", "0");
    fixture_node(fixture, "n2", "1", "110");
    make_pod(fixture, "a", "2", "\"nodeSelector\":{\"kubernetes.io/hostname\":\"n1\"},");
    fixture_settle(fixture);
    expect_message(fixture, "a",
                   "0/2 nodes are available: 1 Insufficient cpu, 1 Too many pods, 1 node(s) didn't match Pod's node "
                   "affinity/selector." DOES_NOT_HELP("2"));
    fixture_node(fixture, "n3", "4", "110");
    fixture_change(fixture, RESOURCE_NODES, "", "n3", SUBRESOURCE_NONE,
                   "{\"metadata\":{\"labels\":{\"kubernetes.io/hostname\":\"n1\"}}}");
    fixture_settle(fixture);
    expect_node(fixture, "a", "n3");
}

/* Whoever watches never sees one without the other. */
static void test_binding_and_condition_are_one_change(void **state)
{
    struct fixture *fixture = *state;
    fixture_node(fixture, "n1", "1", "110");
    struct watch *watch = store_watch_open(fixture->store, RESOURCE_PODS, "default", 0);
    make_pod(fixture, "a", "100m", "");
    fixture_settle(fixture);
    int changes = 0;
    for (struct watch_event event; store_watch_next(watch, &event) > 0; changes++) {
        const cJSON *tree = object_tree(event.object);
        const bool bound = node_of_pod(tree)[0] != '\0';
        assert_int_equal(bound, condition_is(condition_find(json_get(tree, "status"), "PodScheduled"), "True"));
        watch_event_release(&event);
    }
    assert_int_equal(changes, 2);
    store_watch_close(watch);
    expect_node(fixture, "a", "n1");
}

int main(void)
{
    const struct CMUnitTest tests[] = {FIXTURE_TEST(test_the_least_loaded_node), FIXTURE_TEST(test_no_room_and_room_again),
                                       FIXTURE_TEST(test_reasons_of_several_nodes),
                                       FIXTURE_TEST(test_binding_and_condition_are_one_change)};
    return cmocka_run_group_tests_name("cluster/controllers/scheduler", tests, NULL, NULL);
}
