/*
 * hpalab killed in the middle of a lesson on a cluster that it shares with others: `hpalab restore` puts back what it had
 * changed, and `hpalab clean` takes away all that it had made.
 */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "common/memory.h"
#include "tests/integration/shared_cluster.h"
#include "tests/support/folder.h"
#include "tests/support/wait.h"

#define METRICS_SERVER "/apis/apps/v1/namespaces/kube-system/deployments/metrics-server"
#define PATIENCE 90.0

/* The object at a path; what kube_request answered else. The caller releases it. */
static struct kube_answer get(const struct shared_cluster *cluster, const char *path)
{
    struct kube_answer answer = {0};
    (void)kube_request(cluster->administrator, "GET", path, NULL, NULL, SHARED_CLUSTER_DEADLINE, &answer, NULL);
    return answer;
}

static int64_t replicas_of_metrics_server(const struct shared_cluster *cluster)
{
    AUTO_KUBE_ANSWER struct kube_answer answer = get(cluster, METRICS_SERVER);
    return json_integer(json_get(answer.body, "spec", "replicas"), -1);
}

static bool is_there(const struct shared_cluster *cluster, const char *path)
{
    AUTO_KUBE_ANSWER struct kube_answer answer = get(cluster, path);
    return answer.code == 200;
}

/* Begins a run of a lesson of this text into runs/NAME. */
static struct test_child *begin(const struct shared_cluster *cluster, const char *name, const char *text)
{
    AUTO_FREE char *lesson = memory_format("%s.yaml", name);
    AUTO_FREE char *run = memory_format("runs/%s", name);
    test_folder_write_file(lesson, text);
    return shared_cluster_begin(cluster, "own", (const char *const[]){"run", lesson, "--target", "hpalab", "--out", run, NULL});
}

#define HEAD "apiVersion: hpalab/v1\nkind: Lesson\nmetadata: {name: %s}\nspec:\n  watch: {hpa: webapp}\n"
#define LOAD                                                                                                                     \
    "  load:\n  - {name: visitors, executor: constant-arrival-rate, url: 'http://webapp:8080/post/1', rate: 10, duration: %s}\n"
#define GENERATORS "  generators: {parallelism: 2, resources: {requests: {cpu: 50m}}}\n"
#define SCALED                                                                                                                   \
    HEAD "  variants:\n  - name: blind\n    manifests: [webapp.yaml]\n"                                                          \
         "    scale: [{namespace: kube-system, deployment: metrics-server, replicas: 0}]\n"                                      \
         "  start: {when: ready, timeout: 60s}\n" LOAD
#define EXISTING HEAD "  namespace: shop\n  variants: [{name: live}]\n" GENERATORS LOAD

static bool loads(const struct test_child *child)
{
    AUTO_FREE char *output = test_child_output(child);
    return strstr(output, "0:00 of 1:00") != NULL;
}

static void wait_for_load(const struct test_child *child)
{
    if (test_wait_until(loads(child), PATIENCE))
        return;
    AUTO_FREE char *output = test_child_output(child);
    fail_msg("the load did not begin: %s", output);
}

/* Without metrics no lesson begins. */
static void wait_for_metrics(const struct shared_cluster *cluster)
{
    assert_true(test_wait_until(is_there(cluster, "/apis/metrics.k8s.io/v1beta1/nodes"), PATIENCE));
}

/* `hpalab` ended by kill -9. */
static void kill_it(struct test_child *child)
{
    assert_int_equal(test_child_wait(child, 0), TEST_CHILD_RUNNING);
    test_child_signal(child, SIGKILL);
    AUTO_ENDED struct test_ended ended = test_child_finish(child, PATIENCE);
    assert_int_equal(ended.code, -SIGKILL);
}

/* ---- what it had changed is put back, what it had made is removed ---- */

/* Objects of the whole cluster that carry a run's label; their kinds are added to the text. */
static size_t count_labelled(const struct shared_cluster *cluster, char *kinds, size_t size)
{
    static const char *const collections[] = {
        "/api/v1/namespaces",
        "/api/v1/pods",
        "/api/v1/services",
        "/api/v1/secrets",
        "/api/v1/configmaps",
        "/apis/apps/v1/deployments",
        "/apis/apps/v1/replicasets",
        "/apis/apps/v1/statefulsets",
        "/apis/batch/v1/jobs",
        "/apis/batch/v1/cronjobs",
        "/apis/autoscaling/v2/horizontalpodautoscalers",
        "/apis/discovery.k8s.io/v1/endpointslices",
        "/apis/networking.k8s.io/v1/networkpolicies",
        "/apis/policy/v1/poddisruptionbudgets",
    };
    size_t count = 0;
    size_t length = 0;
    kinds[0] = '\0';
    for (size_t i = 0; i < sizeof collections / sizeof collections[0]; i++) {
        AUTO_FREE char *path = memory_format("%s?labelSelector=hpalab%%2Frun", collections[i]);
        AUTO_KUBE_ANSWER struct kube_answer answer = get(cluster, path);
        const int here = cJSON_GetArraySize(json_get(answer.body, "items"));
        count += (size_t)here;
        if (here > 0 && length < size)
            length += (size_t)snprintf(kinds + length, size - length, " %s", strrchr(collections[i], '/') + 1);
    }
    return count;
}

static void check_clean(const struct shared_cluster *cluster)
{
    AUTO_ENDED struct test_ended clean = shared_cluster_run(cluster, "own", "clean", "--yes");
    shared_cluster_assert_ended(&clean, 0, "namespace hpalab-scaled-blind (lesson scaled, run scaled-");
    shared_cluster_assert_ended(&clean, 0, " in shop (lesson existing, run existing-");
    shared_cluster_assert_ended(
        &clean, 0, "runs/scaled has changed something that is not put back yet: `hpalab restore runs/scaled` does it");
}

static void check_restore(const struct shared_cluster *cluster)
{
    AUTO_ENDED struct test_ended restore = shared_cluster_run(cluster, "own", "restore");
    shared_cluster_assert_ended(&restore, 0, METRICS_SERVER "/scale is as it was before the run");
    AUTO_ENDED struct test_ended again = shared_cluster_run(cluster, "own", "restore", "runs/scaled");
    shared_cluster_assert_ended(&again, 0, "There is nothing to put back");
    AUTO_ENDED struct test_ended nothing = shared_cluster_run(cluster, "own", "clean");
    shared_cluster_assert_ended(&nothing, 0, "Nothing of hpalab is left on hpalab");
    assert_null(strstr(nothing.output, "runs/scaled"));
}

static void test_nothing_is_left_of_killed_runs(void **state)
{
    const struct shared_cluster *cluster = *state;
    char kinds[400];
    AUTO_FREE char *manifests = test_folder_read_file("webapp.yaml");
    const int64_t replicas = replicas_of_metrics_server(cluster);
    assert_true(replicas > 0);
    shared_cluster_apply(cluster, "shop", "namespace", "apiVersion: v1\nkind: Namespace\nmetadata: {name: shop}\n");
    shared_cluster_apply(cluster, "shop", "webapp", manifests);
    assert_int_equal(count_labelled(cluster, kinds, sizeof kinds), 0);
    AUTO_FREE char *scaled = memory_format(SCALED, "scaled", "60s");
    AUTO_FREE char *existing = memory_format(EXISTING, "existing", "60s");
    wait_for_metrics(cluster);
    struct test_child *first = begin(cluster, "existing", existing);
    wait_for_load(first);
    struct test_child *second = begin(cluster, "scaled", scaled);
    wait_for_load(second);
    kill_it(first);
    kill_it(second);
    assert_int_equal(replicas_of_metrics_server(cluster), 0);
    (void)count_labelled(cluster, kinds, sizeof kinds);
    assert_string_equal(kinds,
                        " namespaces pods services secrets deployments replicasets jobs horizontalpodautoscalers endpointslices");
    check_clean(cluster);
    if (!test_wait_until(count_labelled(cluster, kinds, sizeof kinds) == 0, PATIENCE))
        fail_msg("these are left:%s", kinds);
    assert_true(is_there(cluster, "/apis/apps/v1/namespaces/shop/deployments/webapp"));
    assert_int_equal(replicas_of_metrics_server(cluster), 0);
    check_restore(cluster);
    assert_int_equal(replicas_of_metrics_server(cluster), replicas);
}

/* ---- a run that comes to its end ---- */

static void test_replicas_are_put_back_by_the_run(void **state)
{
    const struct shared_cluster *cluster = *state;
    const int64_t before = replicas_of_metrics_server(cluster);
    wait_for_metrics(cluster);
    AUTO_FREE char *text = memory_format(SCALED, "whole", "1s");
    AUTO_ENDED struct test_ended ended = test_child_finish(begin(cluster, "whole", text), PATIENCE);
    shared_cluster_assert_ended(&ended, 0, "Requests answered");
    assert_null(strstr(ended.output, "NOT put back"));
    assert_int_equal(replicas_of_metrics_server(cluster), before);
    AUTO_ENDED struct test_ended restore = shared_cluster_run(cluster, "own", "restore", "runs/whole");
    shared_cluster_assert_ended(&restore, 0, "There is nothing to put back");
}

/* From here on in the cluster's folder, whose runs/ is then what hpalab looks through. */
static void work_in_folder(const struct shared_cluster *cluster)
{
    const char *build = getenv("HPALAB_BUILD");
    AUTO_FREE char *absolute = realpath(build != NULL ? build : "build", NULL);
    assert_non_null(absolute);
    assert_int_equal(setenv("HPALAB_BUILD", absolute, 1), 0);
    assert_int_equal(chdir(cluster->folder), 0);
}

static int set_up(void **state)
{
    struct shared_cluster *cluster = memory_allocate(1, sizeof *cluster);
    shared_cluster_up(cluster, "1");
    *state = cluster;
    AUTO_FREE char *manifests = test_folder_read_file("tests/data/lessons/small/manifests/webapp.yaml");
    AUTO_FREE char *copy = memory_format("%s/webapp.yaml", cluster->folder);
    assert_non_null(manifests);
    test_folder_write_file(copy, manifests);
    work_in_folder(cluster);
    return 0;
}

static int tear_down(void **state)
{
    struct shared_cluster *cluster = *state;
    shared_cluster_down(cluster);
    free(cluster);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_replicas_are_put_back_by_the_run),
        cmocka_unit_test(test_nothing_is_left_of_killed_runs),
    };
    return cmocka_run_group_tests_name("killed run", tests, set_up, tear_down);
}
