/* A lesson on a cluster where it cannot work: `hpalab check` and `hpalab run` say why, and nothing is made. */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "common/memory.h"
#include "kube/kube.h"
#include "tests/support/child.h"
#include "tests/support/folder.h"
#include "tests/support/wait.h"

#define LESSON "tests/data/lessons/small"
#define PROBLEM "Deployment \"webapp\" asks for "
#define CURE "make the request smaller, or the nodes larger"

struct lab {
    char *folder;
    char *kubeconfig;
    struct test_child *cluster;
};

static int start(void **state)
{
    struct lab *lab = memory_allocate(1, sizeof *lab);
    lab->folder = test_folder_create();
    AUTO_FREE char *folder = memory_format("%s/cluster", lab->folder);
    lab->kubeconfig = memory_format("%s/kubeconfig", folder);
    lab->cluster = test_child_run("labcluster", "--folder", folder, "--pace", "quick", "--node-cpu", "30m");
    assert_true(test_wait_until(access(lab->kubeconfig, F_OK) == 0, 60));
    *state = lab;
    return 0;
}

static int end(void **state)
{
    struct lab *lab = *state;
    test_child_signal(lab->cluster, SIGTERM);
    (void)test_child_wait(lab->cluster, 30);
    test_child_end(lab->cluster);
    test_folder_remove(lab->folder);
    free(lab->folder);
    free(lab->kubeconfig);
    free(lab);
    return 0;
}

/* The exit status of hpalab; *said gets all that it wrote. */
static int hpalab(const struct lab *lab, const char *const *arguments, char **said)
{
    AUTO_FREE char *config = memory_format("KUBECONFIG=%s", lab->kubeconfig);
    AUTO_FREE char *home = memory_format("XDG_STATE_HOME=%s", lab->folder);
    const char *const environment[] = {config, home, "NO_COLOR=1", NULL};
    struct test_child *child = test_child_start("hpalab", arguments, environment);
    int code = test_child_wait(child, 120);
    AUTO_FREE char *output = test_child_output(child);
    AUTO_FREE char *errors = test_child_errors(child);
    *said = memory_format("%s%s", output, errors);
    test_child_end(child);
    return code;
}

static void assert_says(const char *said, const char *part)
{
    if (strstr(said, part) == NULL)
        fail_msg("\"%s\" is not in: %s", part, said);
}

static void test_check_tells_the_problem(void **state)
{
    const struct lab *lab = *state;
    AUTO_FREE char *said = NULL;
    const char *const arguments[] = {"check", LESSON, NULL};
    int code = hpalab(lab, arguments, &said);
    assert_says(said, "problem: " PROBLEM);
    assert_says(said, CURE);
    assert_int_equal(code, 1);
}

static void test_run_makes_nothing(void **state)
{
    const struct lab *lab = *state;
    AUTO_FREE char *said = NULL;
    AUTO_FREE char *run = memory_format("%s/run", lab->folder);
    const char *const arguments[] = {"run", LESSON, "--target", "hpalab", "--yes", "--out", run, NULL};
    int code = hpalab(lab, arguments, &said);
    assert_says(said, "hpalab: " PROBLEM);
    assert_says(said, "hpalab: the lesson cannot work on this cluster: ");
    assert_int_equal(code, 1);
    assert_int_equal(access(run, F_OK), -1);
    AUTO_KUBE_ANSWER struct kube_answer answer = {0};
    struct kube_client *client = kube_open(lab->kubeconfig, NULL, NULL);
    assert_non_null(client);
    (void)kube_get_once(client, "/api/v1/namespaces/hpalab-small-one", 10 * NANOSECONDS_PER_SECOND, NULL, &answer, NULL);
    assert_int_equal(answer.code, 404);
    kube_close(client);
}

static void test_wrong_usage(void **state)
{
    const struct lab *lab = *state;
    AUTO_FREE char *said = NULL;
    const char *const nothing[] = {"check", NULL};
    assert_int_equal(hpalab(lab, nothing, &said), 2);
    AUTO_FREE char *other = NULL;
    const char *const unknown[] = {"check", LESSON, "--context", "elsewhere", NULL};
    assert_int_equal(hpalab(lab, unknown, &other), 1);
    assert_says(other, "contexts: there is none named \"elsewhere\" (there are: hpalab)");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_check_tells_the_problem),
        cmocka_unit_test(test_run_makes_nothing),
        cmocka_unit_test(test_wrong_usage),
    };
    return cmocka_run_group_tests(tests, start, end);
}
