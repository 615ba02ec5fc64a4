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

static char *write_lesson(const struct shared_cluster *cluster, const char *text)
{
    char *path = memory_format("%s/lesson.yaml", cluster->folder);
    test_folder_write_file(path, text);
    return path;
}

/* `hpalab` ended by kill -9. */
static void kill_it(struct test_child *child)
{
    test_child_signal(child, SIGKILL);
    AUTO_ENDED struct test_ended ended = test_child_finish(child, PATIENCE);
    assert_int_equal(ended.code, -SIGKILL);
}

/* ---- replicas ---- */

#define SCALED                                                                                                                   \
    "apiVersion: hpalab/v1\nkind: Lesson\nmetadata: {name: scaled}\nspec:\n  watch: {hpa: webapp}\n"                             \
    "  variants:\n  - name: blind\n    manifests: [webapp.yaml]\n"                                                               \
    "    scale: [{namespace: kube-system, deployment: metrics-server, replicas: 0}]\n"                                           \
    "  load:\n  - {name: visitors, executor: constant-arrival-rate, url: 'http://webapp:8080/post/1', rate: 10, duration: %s}\n" \
    "  start: {when: ready, timeout: 60s}\n"

static void test_replicas_are_put_back_after_a_kill(void **state)
{
    const struct shared_cluster *cluster = *state;
    AUTO_FREE char *text = memory_format(SCALED, "60s");
    AUTO_FREE char *lesson = write_lesson(cluster, text);
    static const char run[] = "runs/scaled";
    const int64_t before = replicas_of_metrics_server(cluster);
    assert_true(before > 0);
    struct test_child *child =
        shared_cluster_begin(cluster, "own", (const char *const[]){"run", lesson, "--target", "hpalab", "--out", run, NULL});
    if (!test_wait_until(is_there(cluster, "/apis/apps/v1/namespaces/hpalab-scaled-blind/deployments/webapp"), PATIENCE))
        fail_msg("nothing was applied");
    kill_it(child);
    assert_int_equal(replicas_of_metrics_server(cluster), 0);
    AUTO_ENDED struct test_ended clean = shared_cluster_run(cluster, "own", "clean", "--yes");
    shared_cluster_assert_ended(&clean, 0, "removed namespace hpalab-scaled-blind");
    shared_cluster_assert_ended(&clean, 0,
                                "runs/scaled has changed something that is not put back yet: `hpalab restore runs/scaled`");
    AUTO_ENDED struct test_ended restore = shared_cluster_run(cluster, "own", "restore");
    shared_cluster_assert_ended(&restore, 0, METRICS_SERVER "/scale is as it was before the run");
    assert_int_equal(replicas_of_metrics_server(cluster), before);
    AUTO_ENDED struct test_ended again = shared_cluster_run(cluster, "own", "restore", run);
    shared_cluster_assert_ended(&again, 0, "There is nothing to put back");
    AUTO_ENDED struct test_ended nothing = shared_cluster_run(cluster, "own", "clean");
    shared_cluster_assert_ended(&nothing, 0, "Nothing of hpalab is left on hpalab");
    assert_null(strstr(nothing.output, "runs/scaled"));
}

static void test_replicas_are_put_back_by_the_run(void **state)
{
    const struct shared_cluster *cluster = *state;
    AUTO_FREE char *text = memory_format(SCALED, "1s");
    AUTO_FREE char *lesson = write_lesson(cluster, text);
    AUTO_FREE char *run = memory_format("%s/whole", cluster->folder);
    const int64_t before = replicas_of_metrics_server(cluster);
    AUTO_ENDED struct test_ended ended = shared_cluster_run(cluster, "own", "run", lesson, "--target", "hpalab", "--out", run);
    shared_cluster_assert_ended(&ended, 0, "Requests answered");
    assert_null(strstr(ended.output, "NOT put back"));
    assert_int_equal(replicas_of_metrics_server(cluster), before);
    AUTO_ENDED struct test_ended restore = shared_cluster_run(cluster, "own", "restore", run);
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
    shared_cluster_up(cluster);
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
        cmocka_unit_test(test_replicas_are_put_back_after_a_kill),
        cmocka_unit_test(test_replicas_are_put_back_by_the_run),
    };
    return cmocka_run_group_tests_name("killed run", tests, set_up, tear_down);
}
