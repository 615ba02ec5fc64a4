/*
 * labcluster killed at random moments, the cluster process or its supervisor, while it starts and while it runs
 * Deployments with exec probes, StatefulSets with claims and Jobs: no process, no listening port and no file is left. The moments
 * come from a seed that a failure names (HPALAB_SEED repeats it).
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <arpa/inet.h>
#include <signal.h>
#include <unistd.h>

#include "common/clock.h"
#include "common/memory.h"
#include "common/version.h"
#include "kube/kube.h"
#include "tests/support/child.h"
#include "tests/support/folder.h"
#include "tests/support/leftovers.h"
#include "tests/support/wait.h"

#define ROUNDS 12
#define LATEST_KILL (800 * NANOSECONDS_PER_MILLISECOND)
#define PATIENCE 60
#define LOOK (PATIENCE * NANOSECONDS_PER_SECOND)

#define WEBAPP                                                                                                                   \
    "\"name\":\"web\",\"image\":\"hpalab:" HPALAB_VERSION "\",\"command\":[\"webapp\"],\"env\":["                                \
    "{\"name\":\"WEBAPP_ADDRESS\",\"valueFrom\":{\"fieldRef\":{\"fieldPath\":\"status.podIP\"}}}]"
#define LABELS(name)                                                                                                             \
    "\"selector\":{\"matchLabels\":{\"app\":\"" name "\"}},\"template\":{\"metadata\":{\"labels\":{\"app\":\"" name "\"}},"

/* What the cluster is given to run: pods with probes that are processes which do not end, pods with claims, pods of a Job. */
static const char *const workloads[][2] = {
    {"/apis/apps/v1/namespaces/default/deployments",
     "{\"apiVersion\":\"apps/v1\",\"kind\":\"Deployment\",\"metadata\":{\"name\":\"web\"},\"spec\":{\"replicas\":2," LABELS(
         "web") "\"spec\":{\"containers\":[{" WEBAPP ",\"readinessProbe\":{\"exec\":{\"command\":[\"sleep\",\"300\"]},"
                "\"timeoutSeconds\":300}}]}}}}"},
    {"/apis/apps/v1/namespaces/default/statefulsets",
     "{\"apiVersion\":\"apps/v1\",\"kind\":\"StatefulSet\",\"metadata\":{\"name\":\"own\"},\"spec\":{\"replicas\":2,"
     "\"podManagementPolicy\":\"Parallel\",\"serviceName\":\"own\"," LABELS(
         "own") "\"spec\":{\"containers\":[{" WEBAPP ",\"volumeMounts\":[{\"name\":\"data\",\"mountPath\":\"/data\"}]}]}},"
                "\"volumeClaimTemplates\":[{\"metadata\":{\"name\":\"data\"},\"spec\":{\"accessModes\":[\"ReadWriteOnce\"],"
                "\"resources\":{\"requests\":{\"storage\":\"1Mi\"}}}}]}}"},
    {"/apis/batch/v1/namespaces/default/jobs",
     "{\"apiVersion\":\"batch/v1\",\"kind\":\"Job\",\"metadata\":{\"name\":\"work\"},\"spec\":{\"parallelism\":2,\"template\":{"
     "\"spec\":{\"restartPolicy\":\"Never\",\"containers\":[{" WEBAPP "}]}}}}"},
};
#define PODS_WANTED 6
#define PROBES_WANTED 2

/* Whether somebody listens on the address of a URL "https://ADDRESS:PORT". */
static bool is_listening(const char *url)
{
    char address[64];
    unsigned port = 0;
    struct in_addr number;
    assert_int_equal(sscanf(url, "https://%63[0-9.]:%u", address, &port), 2);
    assert_int_equal(inet_pton(AF_INET, address, &number), 1);
    AUTO_FREE char *sockets = test_folder_read_file("/proc/net/tcp");
    assert_non_null(sockets);
    AUTO_FREE char *listener = memory_format(": %08X:%04X 00000000:0000 0A", number.s_addr, port);
    return strstr(sockets, listener) != NULL;
}

struct round {
    char *parent, *folder, *kubeconfig, *url;
    struct test_child *child;
};

static void round_release(struct round *round)
{
    test_child_end(round->child);
    test_folder_remove(round->parent);
    free(round->parent);
    free(round->folder);
    free(round->kubeconfig);
    free(round->url);
}

/* Starts a cluster. */
static void begin(struct round *round)
{
    round->parent = test_folder_create();
    round->folder = memory_format("%s/cluster", round->parent);
    round->kubeconfig = memory_format("%s/kubeconfig", round->folder);
    round->child = test_child_run("labcluster", "--folder", round->folder, "--pace", "quick", "--node-cpu", "16");
}

static int count(const char *text, const char *part)
{
    int number = 0;
    for (text = strstr(text, part); text != NULL; text = strstr(text + strlen(part), part))
        number++;
    return number;
}

static bool all_run(const struct round *round)
{
    char text[2048];
    (void)test_leftovers(round->folder, text, sizeof text);
    return count(text, "webapp") >= PODS_WANTED && count(text, "sleep") >= PROBES_WANTED;
}

/* Gives the cluster its work, and waits until every process of that is there. */
static void give_work(struct round *round)
{
    struct error error = ERROR_NONE;
    assert_true(test_wait_until(access(round->kubeconfig, R_OK) == 0, PATIENCE));
    struct kube_client *client = kube_open(round->kubeconfig, NULL, &error);
    if (client == NULL)
        fail_msg("%s", error.text);
    round->url = memory_copy_text(kube_server(client));
    for (size_t i = 0; i < sizeof workloads / sizeof workloads[0]; i++)
        if (kube_request(client, "POST", workloads[i][0], "application/json", workloads[i][1], LOOK, NULL, &error) < 0)
            fail_msg("%s", error.text);
    kube_close(client);
    assert_true(is_listening(round->url));
    assert_true(test_wait_until(all_run(round), PATIENCE));
}

static void assert_nothing_left(const struct round *round)
{
    assert_true(test_no_leftovers(round->folder, PATIENCE));
    assert_true(test_wait_until(access(round->folder, F_OK) != 0, PATIENCE));
    assert_false(round->url != NULL && is_listening(round->url));
}

/* Before the two are there, one process is alone with its folder: the next start on that folder empties it. */
static bool are_both_there(const struct round *round)
{
    return test_process_child(test_child_pid(round->child)) > 0;
}

/* Half of the kills come while the cluster starts, half while it works; half of each hit the cluster, half its supervisor. */
static void test_random_kills(void **state)
{
    (void)state;
    const char *wanted = getenv("HPALAB_SEED");
    const unsigned seed = wanted != NULL ? (unsigned)strtoul(wanted, NULL, 10) : (unsigned)clock_wall();
    struct random_data random = {0};
    char random_state[64];
    initstate_r(seed, random_state, sizeof random_state, &random);
    print_message("# HPALAB_SEED=%u\n", seed);
    for (int i = 0; i < ROUNDS; i++) {
        int32_t number;
        struct round round = {0};
        random_r(&random, &number);
        begin(&round);
        if (i % 2 == 1)
            give_work(&round);
        clock_sleep_until(clock_monotonic() + number % LATEST_KILL);
        assert_true(test_wait_until(are_both_there(&round), PATIENCE));
        const pid_t supervisor = test_child_pid(round.child), cluster = test_process_child(supervisor);
        assert_true(cluster > 1);
        assert_int_equal(kill(i % 4 < 2 ? cluster : supervisor, SIGKILL), 0);
        assert_int_not_equal(test_child_wait(round.child, PATIENCE), TEST_CHILD_RUNNING);
        assert_nothing_left(&round);
        round_release(&round);
    }
}

static void test_terminated(void **state)
{
    (void)state;
    struct round round = {0};
    begin(&round);
    give_work(&round);
    test_child_signal(round.child, SIGTERM);
    assert_int_equal(test_child_wait(round.child, PATIENCE), 0);
    assert_nothing_left(&round);
    round_release(&round);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_terminated),
        cmocka_unit_test(test_random_kills),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
