/*
 * Whatever pods and nodes come: a pod that was placed fits where it is (its selector holds, no taint keeps it away, those
 * of its kind that must be apart are apart), no node is promised to more than it has, and a pod that waits has a reason.
 */
#include "cluster/controllers/taints.h"
#include "common/quantity.h"
#include "tests/unit/cluster/controllers/scheduling.h"

#define ROUNDS 30
#define NODES 5
#define PODS 30

/* xorshift: the same run every time. */
static uint32_t draw(uint32_t *seed, uint32_t below)
{
    *seed ^= *seed << 13;
    *seed ^= *seed >> 17;
    *seed ^= *seed << 5;
    return *seed % below;
}

static void make_random_node(struct fixture *fixture, int index, uint32_t *seed)
{
    static const char *const specs[] = {"", "", "\"taints\":[{\"key\":\"x\",\"value\":\"1\",\"effect\":\"NoSchedule\"}]",
                                        "\"unschedulable\":true"};
    AUTO_FREE char *name = memory_format("n%d", index);
    AUTO_FREE char *labels =
        memory_format("\"topology.kubernetes.io/zone\":\"%u\",\"disk\":\"%u\"", draw(seed, 3), draw(seed, 2));
    make_node(fixture, name, labels, specs[draw(seed, 4)]);
}

static void make_random_pod(struct fixture *fixture, int index, uint32_t *seed)
{
    static const char apart[] =
        "\"affinity\":{\"podAntiAffinity\":{\"requiredDuringSchedulingIgnoredDuringExecution\":[{\"topologyKey\":"
        "\"kubernetes.io/hostname\",\"labelSelector\":{\"matchLabels\":{\"apart\":\"yes\"}}}]}},";
    static const char *const wishes[] = {"", "\"nodeSelector\":{\"disk\":\"1\"},",
                                         "\"tolerations\":[{\"key\":\"x\",\"operator\":\"Exists\"}],", apart};
    const uint32_t wish = draw(seed, 4);
    AUTO_FREE char *name = memory_format("p%d", index);
    AUTO_FREE char *cpu = memory_format("%um", draw(seed, 2000));
    make_labelled_pod(fixture, name, wish == 3 ? "\"apart\":\"yes\"" : "", cpu, wishes[wish]);
}

static void check_pod(struct fixture *fixture, const struct object *pod, const struct object_list *pods)
{
    const cJSON *tree = object_tree(pod);
    if (node_of_pod(tree)[0] == '\0') {
        const cJSON *condition = condition_find(json_get(tree, "status"), "PodScheduled");
        assert_true(condition_has_reason(condition, "Unschedulable"));
        return;
    }
    AUTO_OBJECT struct object *node = fixture_get(fixture, RESOURCE_NODES, "", node_of_pod(tree));
    assert_null(untolerated_taint(object_tree(node), tree));
    const char *disk = json_text(json_get(tree, "spec", "nodeSelector", "disk"), NULL);
    if (disk != NULL)
        assert_string_equal(json_text(json_get(object_tree(node), "metadata", "labels", "disk"), ""), disk);
    for (size_t i = 0; i < pods->count && json_get(tree, "metadata", "labels", "apart") != NULL; i++) {
        const cJSON *other = object_tree(pods->objects[i]);
        if (pods->objects[i] != pod && json_get(other, "metadata", "labels", "apart") != NULL)
            assert_string_not_equal(node_of_pod(other), node_of_pod(tree));
    }
}

static void check_nodes(const struct object_list *pods)
{
    for (int i = 0; i < NODES; i++) {
        int64_t sum = 0;
        AUTO_FREE char *name = memory_format("n%d", i);
        for (size_t j = 0; j < pods->count; j++) {
            if (strcmp(node_of_pod(object_tree(pods->objects[j])), name) == 0)
                sum += pod_requests(object_tree(pods->objects[j])).cpu_millicores;
        }
        assert_true(sum <= 4000);
    }
}

static void run_round(uint32_t seed)
{
    struct fixture *fixture = fixture_open();
    for (int i = 0; i < NODES; i++)
        make_random_node(fixture, i, &seed);
    fixture_settle(fixture);
    for (int i = 0; i < PODS; i++) {
        make_random_pod(fixture, i, &seed);
        if (draw(&seed, 3) == 0)
            fixture_settle(fixture);
    }
    fixture_settle(fixture);
    AUTO_OBJECT_LIST struct object_list pods = {0};
    store_list(fixture->store, RESOURCE_PODS, "default", &pods);
    assert_int_equal(pods.count, PODS);
    for (size_t i = 0; i < pods.count; i++)
        check_pod(fixture, pods.objects[i], &pods);
    check_nodes(&pods);
    fixture_close(fixture);
}

static void test_what_always_holds(void **state)
{
    (void)state;
    for (uint32_t round = 1; round <= ROUNDS; round++)
        run_round(round * 2654435761U);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_what_always_holds)};
    return cmocka_run_group_tests_name("cluster/controllers/scheduler_properties", tests, NULL, NULL);
}
