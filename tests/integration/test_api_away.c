/*
 * A run whose API server goes away in the middle of the load and comes back: the load goes on, the gap is marked in the report,
 * and what the cluster did meanwhile is in it.
 */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "common/clock.h"
#include "common/json.h"
#include "common/memory.h"
#include "kube/kube.h"
#include "tests/support/child.h"
#include "tests/support/folder.h"
#include "tests/support/forwarder.h"
#include "tests/support/wait.h"

#define SECOND NANOSECONDS_PER_SECOND
#define AWAY (4 * SECOND)
#define NAMESPACE "hpalab-small-one"

struct lab {
    char *folder;
    char *kubeconfig; /* through the forwarder */
    struct test_child *cluster;
    struct kube_client *direct;
    struct test_forwarder *forwarder;
};

static int start(void **state)
{
    struct lab *lab = memory_allocate(1, sizeof *lab);
    struct error error = ERROR_NONE;
    lab->folder = test_folder_create();
    AUTO_FREE char *folder = memory_format("%s/cluster", lab->folder);
    AUTO_FREE char *path = memory_format("%s/cluster/kubeconfig", lab->folder);
    lab->cluster = test_child_run("labcluster", "--folder", folder, "--pace", "quick");
    assert_true(test_wait_until(access(path, F_OK) == 0, 60));
    lab->kubeconfig = memory_format("%s/kubeconfig", lab->folder);
    lab->forwarder = test_forwarder_before(path, lab->kubeconfig);
    lab->direct = kube_open(path, NULL, &error);
    if (lab->direct == NULL)
        fail_msg("%s", error.text);
    *state = lab;
    return 0;
}

static int end(void **state)
{
    struct lab *lab = *state;
    kube_close(lab->direct);
    test_forwarder_stop(lab->forwarder);
    test_child_signal(lab->cluster, SIGTERM);
    (void)test_child_wait(lab->cluster, 30);
    test_child_end(lab->cluster);
    test_folder_remove(lab->folder);
    free(lab->folder);
    free(lab->kubeconfig);
    free(lab);
    return 0;
}

static void wait_for_line(const struct test_child *child, const char *part)
{
    bool there = test_wait_until(({
                                     AUTO_FREE char *output = test_child_output(child);
                                     strstr(output, part) != NULL;
                                 }),
                                 60);
    if (!there) {
        AUTO_FREE char *output = test_child_output(child);
        AUTO_FREE char *errors = test_child_errors(child);
        fail_msg("\"%s\" was never written: %s%s", part, output, errors);
    }
}

static void scale(const struct lab *lab, int replicas)
{
    struct error error = ERROR_NONE;
    AUTO_FREE char *body = memory_format("{\"spec\":{\"replicas\":%d}}", replicas);
    if (kube_request(lab->direct, "PATCH", "/apis/apps/v1/namespaces/" NAMESPACE "/deployments/webapp",
                     "application/merge-patch+json", body, 10 * SECOND, NULL, &error) < 0)
        fail_msg("%s", error.text);
}

static void check_report(const char *folder)
{
    struct test_child *child = test_child_run("hpalab", "report", folder, "--format", "json");
    assert_int_equal(test_child_wait(child, 60), 0);
    AUTO_FREE char *text = test_child_output(child);
    test_child_end(child);
    AUTO_JSON cJSON *report = json_parse(text, strlen(text), NULL);
    const cJSON *variant = cJSON_GetArrayItem(json_get(report, "variants"), 0);
    const cJSON *gap = cJSON_GetArrayItem(json_get(variant, "gaps"), 0);
    assert_int_equal(json_integer(json_get(variant, "observation_gaps"), 0), 1);
    double from = cJSON_GetNumberValue(json_get(gap, "from_s"));
    double until = cJSON_GetNumberValue(json_get(gap, "until_s"));
    assert_true(from > 0);
    assert_true(until - from > (double)AWAY / (double)SECOND - 1);
    const char *note = json_text(cJSON_GetArrayItem(json_get(report, "run", "notes"), 0), "");
    assert_non_null(strstr(note, "one: the API was away from "));
    assert_string_equal(json_text(json_get(variant, "outcome"), ""), "completed");
    assert_int_equal(json_integer(json_get(variant, "requests", "sent"), 0), 240);
    assert_true(json_integer(json_get(variant, "api_requests", "watches"), 0) > 9);
    assert_true(json_integer(json_get(variant, "api_requests", "writes"), 0) > 0);
    /* Both pods that were made while nobody could see it. */
    assert_true(cJSON_GetArraySize(json_get(variant, "pods")) >= 2);
}

static void check_that_nothing_is_in_the_way(const char *const *environment)
{
    const char *const arguments[] = {"check", "tests/data/lessons/small", NULL};
    struct test_child *child = test_child_start("hpalab", arguments, environment);
    int code = test_child_wait(child, 60);
    AUTO_FREE char *output = test_child_output(child);
    test_child_end(child);
    assert_string_equal(output, "Nothing is in the way.\n");
    assert_int_equal(code, 0);
}

static void test_api_away_during_the_load(void **state)
{
    const struct lab *lab = *state;
    AUTO_FREE char *run = memory_format("%s/run", lab->folder);
    AUTO_FREE char *config = memory_format("KUBECONFIG=%s", lab->kubeconfig);
    AUTO_FREE char *home = memory_format("XDG_STATE_HOME=%s", lab->folder);
    const char *const arguments[] = {
        "run", "tests/data/lessons/small", "--target", "hpalab", "--pace", "quick", "--out", run, "--yes", NULL};
    const char *const environment[] = {config, home, "NO_COLOR=1", NULL};
    check_that_nothing_is_in_the_way(environment);
    struct test_child *child = test_child_start("hpalab", arguments, environment);
    wait_for_line(child, "one: 0:00 of");
    clock_sleep_until(clock_monotonic() + SECOND);
    test_forwarder_leave(lab->forwarder);
    scale(lab, 2);
    clock_sleep_until(clock_monotonic() + AWAY);
    test_forwarder_return(lab->forwarder);
    int code = test_child_wait(child, 120);
    AUTO_FREE char *output = test_child_output(child);
    AUTO_FREE char *errors = test_child_errors(child);
    test_child_end(child);
    if (code != 0)
        fail_msg("exit status %d: %s%s", code, output, errors);
    if (strstr(output, "the API was away from ") == NULL)
        fail_msg("the report says nothing of the gap: %s", output);
    check_report(run);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_api_away_during_the_load, start, end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
