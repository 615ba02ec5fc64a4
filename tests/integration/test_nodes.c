/*
 * Three nodes of one labcluster: pods spread over them, leave one that is cordoned and tainted, and are counted for the
 * node that they are on.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <signal.h>
#include <unistd.h>

#include "common/clock.h"
#include "common/memory.h"
#include "common/version.h"
#include "kube/kube.h"
#include "tests/support/child.h"
#include "tests/support/folder.h"

#define SECOND NANOSECONDS_PER_SECOND
#define NODES 3
#define NODE(name) "{\"apiVersion\":\"v1\",\"kind\":\"Node\",\"metadata\":{\"name\":\"" name "\"}"

struct lab {
    struct test_child *child;
    char *parent;
    struct kube_client *client;
};

static void apply(const struct lab *lab, const char *text)
{
    struct error error = ERROR_NONE;
    AUTO_JSON cJSON *object = json_parse(text, strlen(text), &error);
    if (object == NULL || kube_apply(lab->client, object, "default", NULL, &error) < 0)
        fail_msg("%s", error.text);
}

static cJSON *get(const struct lab *lab, const char *path)
{
    struct kube_answer answer = {.code = 0};
    struct error error = ERROR_NONE;
    if (kube_request(lab->client, "GET", path, NULL, NULL, 10 * SECOND, &answer, &error) < 0)
        fail_msg("%s", error.text);
    return answer.body;
}

static void apply_web(const struct lab *lab, int replicas)
{
    AUTO_FREE char *text = memory_format(
        "{\"apiVersion\":\"apps/v1\",\"kind\":\"Deployment\",\"metadata\":{\"name\":\"web\"},\"spec\":{\"replicas\":%d,"
        "\"selector\":{\"matchLabels\":{\"app\":\"web\"}},\"template\":{\"metadata\":{\"labels\":{\"app\":\"web\"}},\"spec\":{"
        "\"terminationGracePeriodSeconds\":1,\"containers\":[{\"name\":\"web\",\"image\":\"hpalab:" HPALAB_VERSION
        "\",\"command\":[\"labcluster\",\"pause\"],\"resources\":{\"requests\":{\"cpu\":\"100m\"}}}]}}}}",
        replicas);
    apply(lab, text);
}

/* Running pods of the Deployment on each node. */
static void count_pods(const struct lab *lab, int counts[NODES])
{
    AUTO_JSON cJSON *pods = get(lab, "/api/v1/namespaces/default/pods?labelSelector=app%3Dweb");
    memset(counts, 0, NODES * sizeof counts[0]);
    const cJSON *pod = NULL;
    cJSON_ArrayForEach (pod, json_get(pods, "items")) {
        const char *node = json_text(json_get(pod, "spec", "nodeName"), "");
        const char *phase = json_text(json_get(pod, "status", "phase"), "");
        const bool leaves = json_get(pod, "metadata", "deletionTimestamp") != NULL;
        for (int i = 0; i < NODES; i++) {
            AUTO_FREE char *name = memory_format("lab-%d", i + 1);
            counts[i] += strcmp(name, node) == 0 && strcmp(phase, "Running") == 0 && !leaves;
        }
    }
}

static void wait_for_counts(const struct lab *lab, int first, int second, int third)
{
    int counts[NODES] = {0};
    for (int i = 0; i < 1200; i++) {
        count_pods(lab, counts);
        if (counts[0] == first && counts[1] == second && counts[2] == third)
            return;
        clock_sleep_until(clock_monotonic() + SECOND / 20);
    }
    fail_msg("pods: %d, %d, %d", counts[0], counts[1], counts[2]);
}

static int start(void **state)
{
    struct lab *lab = memory_allocate(1, sizeof *lab);
    struct error error = ERROR_NONE;
    lab->parent = test_folder_create();
    AUTO_FREE char *folder = memory_format("%s/cluster", lab->parent);
    AUTO_FREE char *path = memory_format("%s/cluster/kubeconfig", lab->parent);
    lab->child = test_child_run("labcluster", "--folder", folder, "--pace", "quick", "--nodes", "3", "--node-cpu", "1500m",
                                "--node-memory", "2Gi");
    for (int i = 0; i < 1500 && access(path, F_OK) != 0; i++)
        clock_sleep_until(clock_monotonic() + SECOND / 50);
    lab->client = kube_open(path, NULL, &error);
    if (lab->client == NULL)
        fail_msg("%s", error.text);
    kube_set_limit(lab->client, 0);
    *state = lab;
    return 0;
}

static int end(void **state)
{
    struct lab *lab = *state;
    kube_close(lab->client);
    test_child_signal(lab->child, SIGTERM);
    (void)test_child_wait(lab->child, 30);
    test_child_end(lab->child);
    test_folder_remove(lab->parent);
    free(lab->parent);
    free(lab);
    return 0;
}

static void test_each_node_is_its_own(void **state)
{
    static const char *const zones[NODES] = {"a", "b", "c"};
    const struct lab *lab = *state;
    AUTO_JSON cJSON *nodes = get(lab, "/api/v1/nodes");
    const cJSON *items = json_get(nodes, "items");
    assert_int_equal(cJSON_GetArraySize(items), NODES);
    for (int i = 0; i < NODES; i++) {
        const cJSON *node = cJSON_GetArrayItem(items, i);
        AUTO_FREE char *name = memory_format("lab-%d", i + 1);
        assert_string_equal(json_text(json_get(node, "metadata", "name"), ""), name);
        assert_string_equal(json_text(json_get(node, "metadata", "labels", "kubernetes.io/hostname"), ""), name);
        assert_string_equal(json_text(json_get(node, "metadata", "labels", "topology.kubernetes.io/zone"), ""), zones[i]);
        assert_string_equal(json_text(json_get(node, "status", "allocatable", "cpu"), ""), "1500m");
        assert_string_equal(json_text(json_get(node, "status", "allocatable", "memory"), ""), "2Gi");
    }
}

static void test_pods_go_where_they_may(void **state)
{
    const struct lab *lab = *state;
    apply_web(lab, 6);
    wait_for_counts(lab, 2, 2, 2);
    apply(lab, NODE("lab-2") ",\"spec\":{\"unschedulable\":true,\"taints\":[{\"key\":\"down\",\"effect\":\"NoExecute\"}]}}");
    wait_for_counts(lab, 3, 0, 3);
}

static void test_status_and_usage_are_those_of_the_node(void **state)
{
    const struct lab *lab = *state;
    AUTO_JSON cJSON *pods = get(lab, "/api/v1/namespaces/default/pods?fieldSelector=spec.nodeName%3Dlab-3");
    AUTO_JSON cJSON *node = get(lab, "/api/v1/nodes/lab-3");
    const cJSON *address = cJSON_GetArrayItem(json_get(node, "status", "addresses"), 0);
    const cJSON *pod = NULL;
    assert_true(cJSON_GetArraySize(json_get(pods, "items")) > 0);
    cJSON_ArrayForEach (pod, json_get(pods, "items"))
        assert_string_equal(json_text(json_get(pod, "status", "hostIP"), "?"), json_text(json_get(address, "address"), ""));
    for (int i = 0; i < 1200; i++) {
        AUTO_JSON cJSON *usage = get(lab, "/apis/metrics.k8s.io/v1beta1/nodes");
        if (cJSON_GetArraySize(json_get(usage, "items")) == NODES)
            return;
        clock_sleep_until(clock_monotonic() + SECOND / 20);
    }
    fail_msg("no metrics of the nodes");
}

#define LEASE_OF_FIRST "/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases/lab-1"

/* Waits for a Lease of the first node that was renewed at another time than this. */
static cJSON *wait_for_lease(const struct lab *lab, const char *renewed)
{
    for (int i = 0; i < 1200; i++) {
        struct kube_answer answer = {.code = 0};
        (void)kube_request(lab->client, "GET", LEASE_OF_FIRST, NULL, NULL, 10 * SECOND, &answer, NULL);
        const char *time = json_text(json_get(answer.body, "spec", "renewTime"), "");
        if (time[0] != '\0' && strcmp(time, renewed) != 0)
            return answer.body;
        kube_answer_release(&answer);
        clock_sleep_until(clock_monotonic() + SECOND / 20);
    }
    fail_msg("the lease is not renewed");
    return NULL;
}

static void test_each_node_renews_its_lease(void **state)
{
    const struct lab *lab = *state;
    AUTO_JSON cJSON *node = get(lab, "/api/v1/nodes/lab-1");
    AUTO_JSON cJSON *lease = wait_for_lease(lab, "");
    const cJSON *owner = cJSON_GetArrayItem(json_get(lease, "metadata", "ownerReferences"), 0);
    assert_string_equal(json_text(json_get(owner, "uid"), "?"), json_text(json_get(node, "metadata", "uid"), ""));
    assert_string_equal(json_text(json_get(lease, "spec", "holderIdentity"), ""), "lab-1");
    assert_int_equal(json_integer(json_get(lease, "spec", "leaseDurationSeconds"), 0), 40);
    AUTO_JSON cJSON *later = wait_for_lease(lab, json_text(json_get(lease, "spec", "renewTime"), ""));
    assert_int_equal(kube_request(lab->client, "DELETE", LEASE_OF_FIRST, NULL, NULL, 10 * SECOND, NULL, NULL), 0);
    cJSON_Delete(wait_for_lease(lab, json_text(json_get(later, "spec", "renewTime"), "")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_each_node_is_its_own), cmocka_unit_test(test_each_node_renews_its_lease),
        cmocka_unit_test(test_pods_go_where_they_may), cmocka_unit_test(test_status_and_usage_are_those_of_the_node)};
    return cmocka_run_group_tests_name("nodes", tests, start, end);
}
