#include "tests/unit/cluster/controllers/fixture.h"

static void expect_condition(struct fixture *fixture, const char *type, const char *value, const char *reason)
{
    AUTO_OBJECT struct object *deployment = fixture_get(fixture, RESOURCE_DEPLOYMENTS, "default", "web");
    const cJSON *condition = condition_find(json_get(object_tree(deployment), "status"), type);
    assert_non_null(condition);
    assert_string_equal(json_text(json_get(condition, "status"), ""), value);
    assert_string_equal(json_text(json_get(condition, "reason"), ""), reason);
}

static void change_command(struct fixture *fixture, const char *command)
{
    AUTO_FREE char *patch = memory_format("{\"spec\":{\"template\":{\"spec\":{\"containers\":[{\"name\":\"web\",\"image\":"
                                          "\"hpalab:0.1.0\",\"command\":[\"%s\"]}]}}}}",
                                          command);
    fixture_change(fixture, RESOURCE_DEPLOYMENTS, "default", "web", SUBRESOURCE_NONE, patch);
}

static void test_from_nothing_to_complete(void **state)
{
    struct fixture *fixture = *state;
    fixture_node(fixture, "n1", "4", "110");
    fixture_deployment(fixture, 3, "webapp", "");
    fixture_settle(fixture);
    assert_int_equal(fixture_count(fixture, RESOURCE_PODS, "default"), 3);
    expect_condition(fixture, "Available", "False", "MinimumReplicasUnavailable");
    expect_condition(fixture, "Progressing", "True", "ReplicaSetUpdated");
    assert_int_equal(fixture_deployment_status(fixture, "unavailableReplicas"), 3);
    fixture_converge(fixture);
    expect_condition(fixture, "Available", "True", "MinimumReplicasAvailable");
    expect_condition(fixture, "Progressing", "True", "NewReplicaSetAvailable");
    assert_int_equal(fixture_deployment_status(fixture, "availableReplicas"), 3);
    assert_int_equal(fixture_deployment_status(fixture, "unavailableReplicas"), 0);
    AUTO_OBJECT struct object *deployment = fixture_get(fixture, RESOURCE_DEPLOYMENTS, "default", "web");
    const cJSON *metadata = json_get(object_tree(deployment), "metadata");
    assert_int_equal(json_integer(json_get(metadata, "generation"), 0), 1);
    assert_string_equal(json_text(json_get(metadata, "annotations", "deployment.kubernetes.io/revision"), ""), "1");
    AUTO_OBJECT_LIST struct object_list sets = {0};
    store_list(fixture->store, RESOURCE_REPLICASETS, "default", &sets);
    assert_int_equal(sets.count, 1);
    const cJSON *annotations = json_get(object_tree(sets.objects[0]), "metadata", "annotations");
    assert_string_equal(json_text(json_get(annotations, "deployment.kubernetes.io/desired-replicas"), ""), "3");
    assert_string_equal(json_text(json_get(annotations, "deployment.kubernetes.io/max-replicas"), ""), "4");
    AUTO_FREE char *message = memory_format("Scaled up replica set %s from 0 to 3", object_name(sets.objects[0]));
    assert_true(fixture_has_event(fixture, "ScalingReplicaSet", message));
}

/* Sizes never leave [replicas - unavailable, replicas + surge] while pods become ready one by one. */
static void roll_within_limits(struct fixture *fixture, int64_t least, int64_t most)
{
    for (int round = 0; round < 200; round++) {
        fixture_settle(fixture);
        AUTO_OBJECT_LIST struct object_list pods = {0};
        store_list(fixture->store, RESOURCE_PODS, "default", &pods);
        int64_t active = 0;
        int64_t ready = 0;
        const struct object *next = NULL;
        for (size_t i = 0; i < pods.count; i++) {
            const cJSON *tree = object_tree(pods.objects[i]);
            active += pod_is_active(tree);
            ready += pod_is_active(tree) && pod_is_ready(tree);
            if (pod_is_active(tree) && !pod_is_ready(tree) && next == NULL)
                next = pods.objects[i];
        }
        assert_in_range((unsigned long long)active, (unsigned long long)least, (unsigned long long)most);
        assert_true(ready >= least);
        if (next == NULL)
            return;
        fixture_pod_ready(fixture, next, true);
    }
    fail_msg("the rollout does not end");
}

static void test_rolling_update_keeps_its_limits(void **state)
{
    struct fixture *fixture = *state;
    fixture_node(fixture, "n1", "8", "110");
    fixture_deployment(fixture, 10, "webapp",
                       ",\"strategy\":{\"rollingUpdate\":{\"maxSurge\":\"25%\",\"maxUnavailable\":\"25%\"}}");
    fixture_converge(fixture);
    change_command(fixture, "memapp");
    roll_within_limits(fixture, 8, 13); /* 25% of 10: up 3, down 2 */
    fixture_converge(fixture);
    assert_int_equal(fixture_deployment_status(fixture, "updatedReplicas"), 10);
    assert_int_equal(fixture_deployment_status(fixture, "replicas"), 10);
    expect_condition(fixture, "Progressing", "True", "NewReplicaSetAvailable");
    assert_int_equal(fixture_count(fixture, RESOURCE_REPLICASETS, "default"), 2);
}

/* Pods that are not ready go before those that are, and none but those stays that is asked for. */
static void test_many_pods_that_do_not_fit_go_together(void **state)
{
    struct fixture *fixture = *state;
    fixture_node(fixture, "n1", "4", "4");
    fixture_deployment(fixture, 600, "webapp", "");
    fixture_converge(fixture);
    assert_int_equal(fixture_count(fixture, RESOURCE_PODS, "default"), 600);
    assert_int_equal(fixture_deployment_status(fixture, "readyReplicas"), 4);
    fixture_change(fixture, RESOURCE_DEPLOYMENTS, "default", "web", SUBRESOURCE_NONE, "{\"spec\":{\"replicas\":3}}");
    fixture_converge(fixture);
    assert_int_equal(fixture_count(fixture, RESOURCE_PODS, "default"), 3);
    assert_int_equal(fixture_deployment_status(fixture, "readyReplicas"), 3);
}

static void test_going_back_uses_the_old_set(void **state)
{
    struct fixture *fixture = *state;
    fixture_node(fixture, "n1", "8", "110");
    fixture_deployment(fixture, 2, "webapp", "");
    fixture_converge(fixture);
    change_command(fixture, "memapp");
    fixture_converge(fixture);
    fixture_change(fixture, RESOURCE_DEPLOYMENTS, "default", "web", SUBRESOURCE_NONE,
                   "{\"spec\":{\"template\":{\"spec\":{\"containers\":[{\"name\":\"web\",\"image\":\"hpalab:0.1.0\","
                   "\"command\":[\"webapp\"],\"ports\":[{\"name\":\"http\",\"containerPort\":8080}],\"resources\":{\"requests\":{"
                   "\"cpu\":\"100m\"}}}]}}}}");
    fixture_converge(fixture);
    assert_int_equal(fixture_count(fixture, RESOURCE_REPLICASETS, "default"), 2);
    AUTO_OBJECT struct object *deployment = fixture_get(fixture, RESOURCE_DEPLOYMENTS, "default", "web");
    assert_string_equal(
        json_text(json_get(object_tree(deployment), "metadata", "annotations", "deployment.kubernetes.io/revision"), ""), "3");
}

static void test_history_limit(void **state)
{
    struct fixture *fixture = *state;
    fixture_node(fixture, "n1", "8", "110");
    fixture_deployment(fixture, 1, "a", ",\"revisionHistoryLimit\":2");
    fixture_converge(fixture);
    static const char *const commands[] = {"b", "c", "d", "e"};
    for (size_t i = 0; i < 4; i++) {
        change_command(fixture, commands[i]);
        fixture_converge(fixture);
    }
    assert_int_equal(fixture_count(fixture, RESOURCE_REPLICASETS, "default"), 3);
}

static void test_recreate_waits_for_the_old_pods(void **state)
{
    struct fixture *fixture = *state;
    fixture_node(fixture, "n1", "8", "110");
    fixture_deployment(fixture, 2, "a", ",\"strategy\":{\"type\":\"Recreate\"}");
    fixture_converge(fixture);
    change_command(fixture, "b");
    fixture_settle(fixture);
    AUTO_OBJECT_LIST struct object_list pods = {0};
    store_list(fixture->store, RESOURCE_PODS, "default", &pods);
    assert_int_equal(pods.count, 2);
    for (size_t i = 0; i < pods.count; i++)
        assert_true(is_being_deleted(object_tree(pods.objects[i])));
    fixture_converge(fixture);
    assert_int_equal(fixture_deployment_status(fixture, "updatedReplicas"), 2);
    assert_int_equal(fixture_deployment_status(fixture, "availableReplicas"), 2);
}

static void test_scaled_during_a_rollout_in_proportion(void **state)
{
    struct fixture *fixture = *state;
    fixture_node(fixture, "n1", "8", "110");
    fixture_deployment(fixture, 10, "a", ",\"strategy\":{\"rollingUpdate\":{\"maxSurge\":3,\"maxUnavailable\":2}}");
    fixture_converge(fixture);
    change_command(fixture, "b");
    fixture_settle(fixture); /* 8 old and 5 new, as in Kubernetes's documentation */
    fixture_change(fixture, RESOURCE_DEPLOYMENTS, "default", "web", SUBRESOURCE_NONE, "{\"spec\":{\"replicas\":15}}");
    fixture_settle(fixture);
    AUTO_OBJECT_LIST struct object_list sets = {0};
    store_list(fixture->store, RESOURCE_REPLICASETS, "default", &sets);
    int64_t larger = 0;
    int64_t smaller = INT64_MAX;
    for (size_t i = 0; i < sets.count; i++) {
        int64_t wanted = json_integer(json_get(object_tree(sets.objects[i]), "spec", "replicas"), 0);
        larger = wanted > larger ? wanted : larger;
        smaller = wanted < smaller ? wanted : smaller;
    }
    assert_int_equal(larger, 11);
    assert_int_equal(smaller, 7);
}

static void test_paused_makes_no_step(void **state)
{
    struct fixture *fixture = *state;
    fixture_node(fixture, "n1", "8", "110");
    fixture_deployment(fixture, 2, "a", "");
    fixture_converge(fixture);
    fixture_change(fixture, RESOURCE_DEPLOYMENTS, "default", "web", SUBRESOURCE_NONE, "{\"spec\":{\"paused\":true}}");
    change_command(fixture, "b");
    fixture_converge(fixture);
    assert_int_equal(fixture_count(fixture, RESOURCE_REPLICASETS, "default"), 1);
    expect_condition(fixture, "Progressing", "Unknown", "DeploymentPaused");
    fixture_change(fixture, RESOURCE_DEPLOYMENTS, "default", "web", SUBRESOURCE_NONE, "{\"spec\":{\"replicas\":4}}");
    fixture_converge(fixture);
    assert_int_equal(fixture_deployment_status(fixture, "availableReplicas"), 4);
    fixture_change(fixture, RESOURCE_DEPLOYMENTS, "default", "web", SUBRESOURCE_NONE, "{\"spec\":{\"paused\":null}}");
    fixture_converge(fixture);
    assert_int_equal(fixture_count(fixture, RESOURCE_REPLICASETS, "default"), 2);
    assert_int_equal(fixture_deployment_status(fixture, "updatedReplicas"), 4);
}

static void test_progress_deadline(void **state)
{
    struct fixture *fixture = *state;
    fixture_deployment(fixture, 1, "a", ",\"progressDeadlineSeconds\":30"); /* no node: never ready */
    fixture_settle(fixture);
    fixture_advance(fixture, 20);
    expect_condition(fixture, "Progressing", "True", "ReplicaSetUpdated");
    fixture_advance(fixture, 15);
    expect_condition(fixture, "Progressing", "False", "ProgressDeadlineExceeded");
}

static void test_minimum_ready_seconds(void **state)
{
    struct fixture *fixture = *state;
    fixture_node(fixture, "n1", "8", "110");
    fixture_deployment(fixture, 1, "a", ",\"minReadySeconds\":10");
    fixture_converge(fixture);
    assert_int_equal(fixture_deployment_status(fixture, "readyReplicas"), 1);
    assert_int_equal(fixture_deployment_status(fixture, "availableReplicas"), 0);
    fixture_advance(fixture, 11);
    assert_int_equal(fixture_deployment_status(fixture, "availableReplicas"), 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        FIXTURE_TEST(test_from_nothing_to_complete),
        FIXTURE_TEST(test_rolling_update_keeps_its_limits),
        FIXTURE_TEST(test_many_pods_that_do_not_fit_go_together),
        FIXTURE_TEST(test_going_back_uses_the_old_set),
        FIXTURE_TEST(test_history_limit),
        FIXTURE_TEST(test_recreate_waits_for_the_old_pods),
        FIXTURE_TEST(test_scaled_during_a_rollout_in_proportion),
        FIXTURE_TEST(test_paused_makes_no_step),
        FIXTURE_TEST(test_progress_deadline),
        FIXTURE_TEST(test_minimum_ready_seconds),
    };
    return cmocka_run_group_tests_name("cluster/controllers/deployment", tests, NULL, NULL);
}
