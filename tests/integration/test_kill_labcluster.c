/*
 * labcluster killed at random moments, the cluster process or its supervisor: no process, no listening port and no file
 * is left. The moments come from a seed that a failure names (HPALAB_SEED repeats it).
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
#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include "common/clock.h"
#include "common/memory.h"
#include "common/version.h"
#include "kube/kube.h"
#include "tests/support/child.h"
#include "tests/support/folder.h"

#define ROUNDS 20
#define LATEST_KILL (1200 * NANOSECONDS_PER_MILLISECOND)
#define PATIENCE (10 * NANOSECONDS_PER_SECOND)

static const char deployment[] =
    "{\"apiVersion\":\"apps/v1\",\"kind\":\"Deployment\",\"metadata\":{\"name\":\"web\"},\"spec\":{\"replicas\":4,"
    "\"selector\":{\"matchLabels\":{\"app\":\"web\"}},\"template\":{\"metadata\":{\"labels\":{\"app\":\"web\"}},\"spec\":{"
    "\"containers\":[{\"name\":\"web\",\"image\":\"hpalab:" HPALAB_VERSION "\",\"command\":[\"webapp\"],\"env\":["
    "{\"name\":\"WEBAPP_ADDRESS\",\"valueFrom\":{\"fieldRef\":{\"fieldPath\":\"status.podIP\"}}}]}]}}}}";

/* What a cluster's processes have in common: the cluster's folder in their command line or working directory, or the
 * mark of a container whose working directory was in that folder. */
static bool belongs(const char *pid, const char *folder)
{
    static char text[65536];
    AUTO_FREE char *link_path = memory_format("/proc/%s/cwd", pid);
    AUTO_FREE char *line_path = memory_format("/proc/%s/cmdline", pid);
    ssize_t length = readlink(link_path, text, sizeof text - 1);
    if (length > 0 && memmem(text, (size_t)length, folder, strlen(folder)) != NULL)
        return true;
    const int file = open(line_path, O_RDONLY | O_CLOEXEC);
    if (file < 0)
        return false;
    length = read(file, text, sizeof text - 1);
    close(file);
    return length > 0 && memmem(text, (size_t)length, folder, strlen(folder)) != NULL;
}

static int count_processes(const char *folder)
{
    DIR *proc = opendir("/proc");
    assert_non_null(proc);
    int count = 0;
    const struct dirent *item;
    while ((item = readdir(proc)) != NULL)
        if (item->d_name[0] >= '1' && item->d_name[0] <= '9' && belongs(item->d_name, folder))
            count++;
    closedir(proc);
    return count;
}

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

/* Starts a cluster; when it gets ready before `deadline` it is given pods to run. */
static void begin(struct round *round, int64_t deadline)
{
    round->parent = test_folder_create();
    round->folder = memory_format("%s/cluster", round->parent);
    round->kubeconfig = memory_format("%s/kubeconfig", round->folder);
    round->child = test_child_run("labcluster", "--folder", round->folder, "--pace", "quick", "--node-cpu", "16");
    while (access(round->kubeconfig, R_OK) != 0 && clock_monotonic() < deadline)
        clock_sleep_until(clock_monotonic() + 5 * NANOSECONDS_PER_MILLISECOND);
    struct kube_client *client = clock_monotonic() < deadline ? kube_open(round->kubeconfig, NULL, NULL) : NULL;
    if (client == NULL)
        return;
    round->url = memory_copy_text(kube_server(client));
    assert_int_equal(kube_request(client, "POST", "/apis/apps/v1/namespaces/default/deployments", "application/json", deployment,
                                  PATIENCE, NULL, NULL),
                     0);
    kube_close(client);
}

static void assert_nothing_left(const struct round *round)
{
    const int64_t deadline = clock_monotonic() + PATIENCE;
    while ((count_processes(round->folder) > 0 || access(round->folder, F_OK) == 0) && clock_monotonic() < deadline)
        clock_sleep_until(clock_monotonic() + 10 * NANOSECONDS_PER_MILLISECOND);
    assert_int_equal(count_processes(round->folder), 0);
    assert_int_not_equal(access(round->folder, F_OK), 0);
    assert_false(round->url != NULL && is_listening(round->url));
}

static void test_random_kills(void **state)
{
    (void)state;
    const char *wanted = getenv("HPALAB_SEED");
    const unsigned seed = wanted != NULL ? (unsigned)strtoul(wanted, NULL, 10) : (unsigned)clock_wall();
    struct random_data random = {0};
    char random_state[64];
    int with_pods = 0;
    initstate_r(seed, random_state, sizeof random_state, &random);
    print_message("# HPALAB_SEED=%u\n", seed);
    for (int i = 0; i < ROUNDS; i++) {
        int32_t number;
        struct round round = {0};
        random_r(&random, &number);
        const int64_t kill_at = clock_monotonic() + number % LATEST_KILL;
        begin(&round, kill_at);
        with_pods += round.url != NULL;
        clock_sleep_until(kill_at);
        /* Before the two are there, one process is alone with its folder: the next start on that folder empties it. */
        const pid_t supervisor = test_child_pid(round.child);
        while (test_process_child(supervisor) == 0 && test_child_wait(round.child, 0) == TEST_CHILD_RUNNING)
            clock_sleep_until(clock_monotonic() + NANOSECONDS_PER_MILLISECOND / 10);
        kill(i % 2 == 0 ? test_process_child(supervisor) : supervisor, SIGKILL);
        assert_int_not_equal(test_child_wait(round.child, 20), TEST_CHILD_RUNNING);
        assert_nothing_left(&round);
        round_release(&round);
    }
    assert_true(with_pods > 0);
}

static void test_terminated(void **state)
{
    (void)state;
    struct round round = {0};
    begin(&round, clock_monotonic() + PATIENCE);
    assert_non_null(round.url);
    assert_true(is_listening(round.url));
    test_child_signal(round.child, SIGTERM);
    assert_int_equal(test_child_wait(round.child, 20), 0);
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
