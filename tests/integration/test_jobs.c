/*
 * Jobs with real processes: an Indexed Job of three, and a CronJob that makes a Job that makes a pod that succeeds.
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
#include "common/json.h"
#include "common/version.h"
#include "kube/kube.h"
#include "tests/support/child.h"
#include "tests/support/folder.h"
#include "tests/support/wait.h"

#define JOBS "/apis/batch/v1/namespaces/default/jobs"
#define CRON_JOBS "/apis/batch/v1/namespaces/default/cronjobs"
#define PODS "/api/v1/namespaces/default/pods"
#define DEADLINE (10 * NANOSECONDS_PER_SECOND)
#define TEMPLATE(policy)                                                                                                         \
    "\"template\":{\"spec\":{\"restartPolicy\":\"" policy                                                                        \
    "\",\"containers\":[{\"name\":\"h\",\"image\":\"hpalab:" HPALAB_VERSION "\",\"command\":[\"hpalab\",\"--version\"]}]}}"

struct lab {
    struct test_child *child;
    char *parent;
    struct kube_client *client;
};

static int lab_start(void **state)
{
    struct lab *lab = memory_allocate(1, sizeof *lab);
    struct error error = ERROR_NONE;
    lab->parent = test_folder_create();
    AUTO_FREE char *folder = memory_format("%s/cluster", lab->parent);
    AUTO_FREE char *kubeconfig = memory_format("%s/kubeconfig", folder);
    lab->child = test_child_run("labcluster", "--folder", folder, "--pace", "quick");
    if (!test_wait_until(access(kubeconfig, R_OK) == 0, 60))
        fail_msg("labcluster did not get ready: %s", test_child_errors(lab->child));
    lab->client = kube_open(kubeconfig, NULL, &error);
    if (lab->client == NULL)
        fail_msg("%s", error.text);
    kube_set_limit(lab->client, 0);
    *state = lab;
    return 0;
}

static int lab_end(void **state)
{
    struct lab *lab = *state;
    kube_close(lab->client);
    test_child_signal(lab->child, SIGTERM);
    assert_int_equal(test_child_wait(lab->child, 20), 0);
    test_child_end(lab->child);
    test_folder_remove(lab->parent);
    free(lab->parent);
    free(lab);
    return 0;
}

static void create(const struct lab *lab, const char *path, const char *body)
{
    struct error error = ERROR_NONE;
    if (kube_request(lab->client, "POST", path, "application/json", body, DEADLINE, NULL, &error) < 0)
        fail_msg("%s", error.text);
}

/* The caller deletes it. */
static cJSON *get(const struct lab *lab, const char *path)
{
    struct error error = ERROR_NONE;
    AUTO_KUBE_ANSWER struct kube_answer answer = {0};
    if (kube_request(lab->client, "GET", path, NULL, NULL, DEADLINE, &answer, &error) < 0)
        fail_msg("%s", error.text);
    return steal_pointer(&answer.body);
}

static bool has_condition(const cJSON *job, const char *type)
{
    const cJSON *condition = NULL;
    cJSON_ArrayForEach (condition, json_get(job, "status", "conditions")) {
        if (strcmp(json_text(json_get(condition, "type"), ""), type) == 0)
            return strcmp(json_text(json_get(condition, "status"), ""), "True") == 0;
    }
    return false;
}

static bool is_over(const struct lab *lab, const char *name, const char *condition)
{
    AUTO_FREE char *path = memory_format(JOBS "/%s", name);
    AUTO_JSON cJSON *job = get(lab, path);
    return has_condition(job, condition);
}

static void test_indexed(void **state)
{
    const struct lab *lab = *state;
    create(lab, JOBS,
           "{\"apiVersion\":\"batch/"
           "v1\",\"kind\":\"Job\",\"metadata\":{\"name\":\"three\"},\"spec\":{\"completionMode\":\"Indexed\","
           "\"completions\":3,\"parallelism\":3," TEMPLATE("Never") "}}");
    assert_true(test_wait_until(is_over(lab, "three", "Complete"), 60));
    AUTO_JSON cJSON *job = get(lab, JOBS "/three");
    assert_string_equal(json_text(json_get(job, "status", "completedIndexes"), ""), "0-2");
    assert_int_equal(json_integer(json_get(job, "status", "succeeded"), 0), 3);
    AUTO_JSON cJSON *pods = get(lab, PODS "?labelSelector=job-name%3Dthree");
    assert_int_equal(cJSON_GetArraySize(json_get(pods, "items")), 3);
    const cJSON *pod = NULL;
    cJSON_ArrayForEach (pod, json_get(pods, "items")) {
        assert_string_equal(json_text(json_get(pod, "status", "phase"), ""), "Succeeded");
        assert_null(json_get(pod, "metadata", "finalizers"));
    }
}

static void test_failure(void **state)
{
    const struct lab *lab = *state;
    create(
        lab, JOBS,
        "{\"apiVersion\":\"batch/v1\",\"kind\":\"Job\",\"metadata\":{\"name\":\"wrong\"},\"spec\":{\"backoffLimit\":0,"
        "\"template\":{\"spec\":{\"restartPolicy\":\"Never\",\"containers\":[{\"name\":\"h\",\"image\":\"hpalab:" HPALAB_VERSION
        "\",\"command\":[\"hpalab\",\"--nonsense\"]}]}}}}");
    assert_true(test_wait_until(is_over(lab, "wrong", "Failed"), 60));
    AUTO_JSON cJSON *job = get(lab, JOBS "/wrong");
    assert_int_equal(json_integer(json_get(job, "status", "failed"), 0), 1);
}

static bool has_succeeded(const struct lab *lab)
{
    AUTO_JSON cJSON *cron_job = get(lab, CRON_JOBS "/tick");
    return json_get(cron_job, "status", "lastSuccessfulTime") != NULL;
}

/* A minute of the schedule lasts twelve seconds. */
static void test_cron_job(void **state)
{
    const struct lab *lab = *state;
    create(
        lab, CRON_JOBS,
        "{\"apiVersion\":\"batch/v1\",\"kind\":\"CronJob\",\"metadata\":{\"name\":\"tick\"},\"spec\":{\"schedule\":\"* * * * *\","
        "\"concurrencyPolicy\":\"Forbid\",\"jobTemplate\":{\"spec\":{" TEMPLATE("OnFailure") "}}}}");
    assert_true(test_wait_until(has_succeeded(lab), 60));
    AUTO_JSON cJSON *jobs = get(lab, JOBS);
    const cJSON *job = NULL;
    bool found = false;
    cJSON_ArrayForEach (job, json_get(jobs, "items")) {
        const cJSON *owner = cJSON_GetArrayItem(json_get(job, "metadata", "ownerReferences"), 0);
        found = found || (strcmp(json_text(json_get(owner, "kind"), ""), "CronJob") == 0 && has_condition(job, "Complete"));
    }
    assert_true(found);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_indexed),
        cmocka_unit_test(test_failure),
        cmocka_unit_test(test_cron_job),
    };
    return cmocka_run_group_tests(tests, lab_start, lab_end);
}
