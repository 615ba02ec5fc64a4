/* Jobs: how many pods, when new ones, when it is over, what is told. */
#include "cluster/controllers/job_back_off.h"
#include "tests/unit/cluster/controllers/fixture.h"

#define FINALIZER "batch.kubernetes.io/job-tracking"

static void make_job(struct fixture *fixture, const char *spec, const char *pod_spec)
{
    AUTO_FREE char *text =
        memory_format("{\"metadata\":{\"name\":\"work\"},\"spec\":{%s\"template\":{\"spec\":{%s\"restartPolicy\":"
                      "\"Never\",\"containers\":[{\"name\":\"w\",\"image\":\"hpalab:0.1.0\"}]}}}}",
                      spec, pod_spec);
    fixture_node(fixture, "n1", "4", "50");
    fixture_make(fixture, RESOURCE_JOBS, "default", text);
    fixture_converge(fixture);
}

static struct object *job(struct fixture *fixture)
{
    return fixture_get(fixture, RESOURCE_JOBS, "default", "work");
}

static int64_t count(struct fixture *fixture, const char *member)
{
    AUTO_OBJECT struct object *object = job(fixture);
    return json_integer(json_get(object_tree(object), "status", member), 0);
}

static void check_text(struct fixture *fixture, const char *member, const char *expected)
{
    AUTO_OBJECT struct object *object = job(fixture);
    const char *text = json_text(json_get(object_tree(object), "status", member), NULL);
    if (expected == NULL)
        assert_null(text);
    else
        assert_string_equal(text, expected);
}

static void check_condition(struct fixture *fixture, const char *type, const char *reason, const char *message)
{
    AUTO_OBJECT struct object *object = job(fixture);
    const cJSON *condition = condition_find(json_get(object_tree(object), "status"), type);
    assert_true(condition_is(condition, "True"));
    assert_string_equal(json_text(json_get(condition, "reason"), ""), reason);
    assert_string_equal(json_text(json_get(condition, "message"), ""), message);
}

static bool has_condition(struct fixture *fixture, const char *type)
{
    AUTO_OBJECT struct object *object = job(fixture);
    return condition_is(condition_find(json_get(object_tree(object), "status"), type), "True");
}

static bool is_active(const struct object *pod, const char *index)
{
    const char *own = json_text(json_get(object_tree(pod), "metadata", "labels", "batch.kubernetes.io/job-completion-index"), "");
    return pod_is_active(object_tree(pod)) && (index == NULL || strcmp(own, index) == 0);
}

static size_t active_pods(struct fixture *fixture, const char *index)
{
    size_t found = 0;
    AUTO_OBJECT_LIST struct object_list pods = {0};
    store_list(fixture->store, RESOURCE_PODS, "default", &pods);
    for (size_t i = 0; i < pods.count; i++)
        found += is_active(pods.objects[i], index);
    return found;
}

/* One active pod (of this index, NULL: any) ends with this exit code. */
static void end_pod(struct fixture *fixture, const char *index, int code)
{
    char time[CLOCK_TEXT_SIZE];
    AUTO_OBJECT_LIST struct object_list pods = {0};
    store_list(fixture->store, RESOURCE_PODS, "default", &pods);
    for (size_t i = 0; i < pods.count; i++) {
        if (!is_active(pods.objects[i], index))
            continue;
        AUTO_FREE char *patch = memory_format(
            "{\"status\":{\"phase\":\"%s\",\"conditions\":[{\"type\":\"Ready\",\"status\":\"False\"}],\"containerStatuses\":[{"
            "\"name\":\"w\",\"state\":{\"terminated\":{\"exitCode\":%d,\"finishedAt\":\"%s\"}}}]}}",
            code == 0 ? "Succeeded" : "Failed", code, clock_format_seconds(fixture->wall, time));
        fixture_change(fixture, RESOURCE_PODS, "default", object_name(pods.objects[i]), SUBRESOURCE_STATUS, patch);
        fixture_converge(fixture);
        return;
    }
    fail_msg("no active pod%s%s", index != NULL ? " of index " : "", index != NULL ? index : "");
}

static void check_no_finalizer(struct fixture *fixture)
{
    AUTO_OBJECT_LIST struct object_list pods = {0};
    store_list(fixture->store, RESOURCE_PODS, "default", &pods);
    for (size_t i = 0; i < pods.count; i++)
        assert_false(has_finalizer(object_tree(pods.objects[i]), FINALIZER));
}

static void test_completions(void **state)
{
    struct fixture *fixture = *state;
    make_job(fixture, "\"completions\":3,\"parallelism\":2,", "");
    assert_int_equal(active_pods(fixture, NULL), 2);
    assert_int_equal(count(fixture, "active"), 2);
    assert_int_equal(count(fixture, "ready"), 2);
    end_pod(fixture, NULL, 0);
    assert_int_equal(active_pods(fixture, NULL), 2);
    assert_int_equal(count(fixture, "succeeded"), 1);
    end_pod(fixture, NULL, 0);
    assert_int_equal(active_pods(fixture, NULL), 1);
    assert_false(has_condition(fixture, "Complete"));
    end_pod(fixture, NULL, 0);
    assert_int_equal(count(fixture, "succeeded"), 3);
    assert_int_equal(count(fixture, "active"), 0);
    check_condition(fixture, "SuccessCriteriaMet", "CompletionsReached", "Reached expected number of succeeded pods");
    check_condition(fixture, "Complete", "CompletionsReached", "Reached expected number of succeeded pods");
    assert_true(fixture_has_event(fixture, "Completed", "Job completed"));
    check_no_finalizer(fixture);
    AUTO_OBJECT struct object *done = job(fixture);
    assert_non_null(json_get(object_tree(done), "status", "completionTime"));
    assert_int_equal(cJSON_GetArraySize(json_get(object_tree(done), "status", "uncountedTerminatedPods")), 0);
    assert_int_equal(fixture_count(fixture, RESOURCE_PODS, "default"), 3);
}

static void test_work_queue(void **state)
{
    struct fixture *fixture = *state;
    make_job(fixture, "\"parallelism\":3,", "");
    assert_int_equal(active_pods(fixture, NULL), 3);
    end_pod(fixture, NULL, 0);
    assert_int_equal(active_pods(fixture, NULL), 2);
    assert_false(has_condition(fixture, "Complete"));
    end_pod(fixture, NULL, 0);
    end_pod(fixture, NULL, 1);
    assert_true(has_condition(fixture, "Complete"));
    assert_int_equal(count(fixture, "succeeded"), 2);
    assert_int_equal(count(fixture, "failed"), 1);
}

static void test_indexed(void **state)
{
    struct fixture *fixture = *state;
    make_job(fixture, "\"completionMode\":\"Indexed\",\"completions\":4,\"parallelism\":3,", "");
    assert_int_equal(active_pods(fixture, "0") + active_pods(fixture, "1") + active_pods(fixture, "2"), 3);
    AUTO_OBJECT_LIST struct object_list pods = {0};
    store_list(fixture->store, RESOURCE_PODS, "default", &pods);
    for (size_t i = 0; i < pods.count; i++) {
        const cJSON *pod = object_tree(pods.objects[i]);
        const char *index = json_text(json_get(pod, "metadata", "annotations", "batch.kubernetes.io/job-completion-index"), "");
        AUTO_FREE char *host = memory_format("work-%s", index);
        assert_string_equal(json_text(json_get(pod, "spec", "hostname"), ""), host);
        assert_int_equal(strncmp(object_name(pods.objects[i]), host, strlen(host)), 0);
        const cJSON *variable = json_get(cJSON_GetArrayItem(json_get(pod, "spec", "containers"), 0), "env")->child;
        assert_string_equal(json_text(json_get(variable, "name"), ""), "JOB_COMPLETION_INDEX");
        assert_string_equal(json_text(json_get(variable, "valueFrom", "fieldRef", "fieldPath"), ""),
                            "metadata.labels['batch.kubernetes.io/job-completion-index']");
        assert_true(has_finalizer(pod, FINALIZER));
    }
    end_pod(fixture, "2", 0);
    check_text(fixture, "completedIndexes", "2");
    end_pod(fixture, "0", 0);
    end_pod(fixture, "3", 0);
    check_text(fixture, "completedIndexes", "0,2,3");
    /* A failed index is tried again, after a while. */
    end_pod(fixture, "1", 1);
    assert_int_equal(active_pods(fixture, "1"), 0);
    fixture_advance(fixture, 11);
    fixture_converge(fixture);
    end_pod(fixture, "1", 0);
    check_text(fixture, "completedIndexes", "0-3");
    assert_true(has_condition(fixture, "Complete"));
    assert_int_equal(count(fixture, "failed"), 1);
}

static void test_back_off(void **state)
{
    struct fixture *fixture = *state;
    make_job(fixture, "\"backoffLimit\":2,", "");
    end_pod(fixture, NULL, 1);
    assert_int_equal(active_pods(fixture, NULL), 0);
    fixture_advance(fixture, 8);
    assert_int_equal(active_pods(fixture, NULL), 0);
    fixture_advance(fixture, 3);
    fixture_converge(fixture);
    assert_int_equal(active_pods(fixture, NULL), 1);
    end_pod(fixture, NULL, 1);
    fixture_advance(fixture, 18);
    assert_int_equal(active_pods(fixture, NULL), 0);
    fixture_advance(fixture, 3);
    fixture_converge(fixture);
    assert_int_equal(active_pods(fixture, NULL), 1);
    end_pod(fixture, NULL, 1);
    check_condition(fixture, "FailureTarget", "BackoffLimitExceeded", "Job has reached the specified backoff limit");
    check_condition(fixture, "Failed", "BackoffLimitExceeded", "Job has reached the specified backoff limit");
    assert_true(fixture_has_event(fixture, "BackoffLimitExceeded", "Job has reached the specified backoff limit"));
    assert_int_equal(count(fixture, "failed"), 3);
    assert_int_equal(fixture_count(fixture, RESOURCE_PODS, "default"), 3);
    check_no_finalizer(fixture);
}

static void test_failure_ends_other_pods(void **state)
{
    struct fixture *fixture = *state;
    make_job(fixture, "\"backoffLimit\":0,\"completions\":3,\"parallelism\":3,", "");
    end_pod(fixture, NULL, 1);
    assert_true(has_condition(fixture, "Failed"));
    assert_int_equal(active_pods(fixture, NULL), 0);
    assert_int_equal(count(fixture, "failed"), 3);
    assert_int_equal(count(fixture, "terminating"), 0);
    assert_int_equal(fixture_count(fixture, RESOURCE_PODS, "default"), 1);
}

static void test_deadline(void **state)
{
    struct fixture *fixture = *state;
    make_job(fixture, "\"activeDeadlineSeconds\":30,", "");
    fixture_advance(fixture, 28);
    fixture_converge(fixture);
    assert_false(has_condition(fixture, "FailureTarget"));
    fixture_advance(fixture, 3);
    fixture_converge(fixture);
    check_condition(fixture, "Failed", "DeadlineExceeded", "Job was active longer than specified deadline");
    assert_true(fixture_has_event(fixture, "DeadlineExceeded", "Job was active longer than specified deadline"));
    assert_int_equal(fixture_count(fixture, RESOURCE_PODS, "default"), 0);
}

static void test_suspend(void **state)
{
    struct fixture *fixture = *state;
    make_job(fixture, "\"suspend\":true,\"parallelism\":2,\"completions\":2,", "");
    assert_int_equal(fixture_count(fixture, RESOURCE_PODS, "default"), 0);
    check_condition(fixture, "Suspended", "JobSuspended", "Job suspended");
    check_text(fixture, "startTime", NULL);
    fixture_change(fixture, RESOURCE_JOBS, "default", "work", SUBRESOURCE_NONE, "{\"spec\":{\"suspend\":false}}");
    fixture_converge(fixture);
    assert_int_equal(active_pods(fixture, NULL), 2);
    assert_false(has_condition(fixture, "Suspended"));
    assert_true(fixture_has_event(fixture, "Resumed", "Job resumed"));
    fixture_change(fixture, RESOURCE_JOBS, "default", "work", SUBRESOURCE_NONE, "{\"spec\":{\"suspend\":true}}");
    fixture_converge(fixture);
    assert_int_equal(fixture_count(fixture, RESOURCE_PODS, "default"), 0);
    assert_int_equal(count(fixture, "failed"), 0);
}

static void test_less_parallelism(void **state)
{
    struct fixture *fixture = *state;
    make_job(fixture, "\"parallelism\":4,\"completions\":8,", "");
    fixture_change(fixture, RESOURCE_JOBS, "default", "work", SUBRESOURCE_NONE, "{\"spec\":{\"parallelism\":1}}");
    fixture_converge(fixture);
    assert_int_equal(active_pods(fixture, NULL), 1);
    assert_int_equal(count(fixture, "active"), 1);
    assert_int_equal(count(fixture, "failed"), 0);
}

#define BY_INDEX "\"completionMode\":\"Indexed\",\"completions\":2,\"parallelism\":2,\"backoffLimitPerIndex\":1,"

static void test_back_off_per_index(void **state)
{
    struct fixture *fixture = *state;
    make_job(fixture, BY_INDEX, "");
    end_pod(fixture, "0", 1);
    assert_int_equal(active_pods(fixture, "0"), 0);
    check_text(fixture, "failedIndexes", "");
    fixture_advance(fixture, 11);
    fixture_converge(fixture);
    assert_int_equal(active_pods(fixture, "0"), 1);
    end_pod(fixture, "0", 1);
    check_text(fixture, "failedIndexes", "0");
    fixture_advance(fixture, 60);
    fixture_converge(fixture);
    assert_int_equal(active_pods(fixture, "0"), 0);
    assert_false(has_condition(fixture, "FailureTarget"));
    end_pod(fixture, "1", 0);
    check_condition(fixture, "Failed", "FailedIndexes", "Job has failed indexes");
    check_text(fixture, "completedIndexes", "1");
    assert_int_equal(count(fixture, "failed"), 2);
    check_no_finalizer(fixture);
}

static void test_most_failed_indexes(void **state)
{
    struct fixture *fixture = *state;
    make_job(
        fixture,
        "\"completionMode\":\"Indexed\",\"completions\":3,\"parallelism\":3,\"backoffLimitPerIndex\":0,\"maxFailedIndexes\":1,",
        "");
    end_pod(fixture, "0", 1);
    assert_false(has_condition(fixture, "FailureTarget"));
    end_pod(fixture, "1", 1);
    check_condition(fixture, "Failed", "MaxFailedIndexesExceeded",
                    "Job has exceeded the specified maximal number of failed indexes");
    check_text(fixture, "failedIndexes", "0,1");
}

static void test_failure_policy(void **state)
{
    struct fixture *fixture = *state;
    make_job(fixture,
             "\"backoffLimit\":0,\"podFailurePolicy\":{\"rules\":[{\"action\":\"Ignore\",\"onExitCodes\":{\"operator\":\"In\","
             "\"values\":[7]}},{\"action\":\"FailJob\",\"onExitCodes\":{\"operator\":\"In\",\"values\":[42]}}]},",
             "");
    end_pod(fixture, NULL, 7);
    assert_int_equal(count(fixture, "failed"), 0);
    assert_false(has_condition(fixture, "FailureTarget"));
    fixture_advance(fixture, 11);
    fixture_converge(fixture);
    end_pod(fixture, NULL, 42);
    AUTO_OBJECT struct object *failed = job(fixture);
    const cJSON *condition = condition_find(json_get(object_tree(failed), "status"), "Failed");
    assert_string_equal(json_text(json_get(condition, "reason"), ""), "PodFailurePolicy");
    const char *message = json_text(json_get(condition, "message"), "");
    assert_non_null(strstr(message, "Container w for pod default/work-"));
    assert_non_null(strstr(message, " failed with exit code 42 matching FailJob rule at index 1"));
}

static void test_success_policy(void **state)
{
    struct fixture *fixture = *state;
    make_job(fixture,
             "\"completionMode\":\"Indexed\",\"completions\":3,\"parallelism\":3,\"successPolicy\":{\"rules\":[{"
             "\"succeededIndexes\":\"0-1\",\"succeededCount\":1}]},",
             "");
    end_pod(fixture, "2", 0);
    assert_false(has_condition(fixture, "SuccessCriteriaMet"));
    end_pod(fixture, "1", 0);
    check_condition(fixture, "SuccessCriteriaMet", "SuccessPolicy", "Matched rules at index 0");
    check_condition(fixture, "Complete", "SuccessPolicy", "Matched rules at index 0");
    assert_int_equal(count(fixture, "failed"), 0);
    assert_int_equal(count(fixture, "succeeded"), 2);
    assert_int_equal(active_pods(fixture, NULL), 0);
}

static void test_time_to_live(void **state)
{
    struct fixture *fixture = *state;
    make_job(fixture, "\"ttlSecondsAfterFinished\":20,", "");
    fixture_advance(fixture, 60);
    fixture_converge(fixture);
    end_pod(fixture, NULL, 0);
    fixture_advance(fixture, 18);
    fixture_converge(fixture);
    assert_int_equal(fixture_count(fixture, RESOURCE_JOBS, "default"), 1);
    fixture_advance(fixture, 3);
    fixture_converge(fixture);
    assert_int_equal(fixture_count(fixture, RESOURCE_JOBS, "default"), 0);
    assert_int_equal(fixture_count(fixture, RESOURCE_PODS, "default"), 0);
}

static void test_deletion(void **state)
{
    struct fixture *fixture = *state;
    make_job(fixture, "\"parallelism\":2,\"completions\":2,", "");
    fixture_delete(fixture, RESOURCE_JOBS, "default", "work", PROPAGATION_BACKGROUND);
    fixture_converge(fixture);
    assert_int_equal(fixture_count(fixture, RESOURCE_PODS, "default"), 0);
}

static void test_foreground_deletion(void **state)
{
    struct fixture *fixture = *state;
    make_job(fixture, "\"parallelism\":2,\"completions\":2,", "");
    fixture_delete(fixture, RESOURCE_JOBS, "default", "work", PROPAGATION_FOREGROUND);
    fixture_converge(fixture);
    assert_int_equal(fixture_count(fixture, RESOURCE_PODS, "default"), 0);
    assert_int_equal(fixture_count(fixture, RESOURCE_JOBS, "default"), 0);
}

static void test_orphans(void **state)
{
    struct fixture *fixture = *state;
    make_job(fixture, "\"parallelism\":2,\"completions\":2,", "");
    fixture_delete(fixture, RESOURCE_JOBS, "default", "work", PROPAGATION_ORPHAN);
    fixture_converge(fixture);
    assert_int_equal(active_pods(fixture, NULL), 2);
    assert_int_equal(fixture_count(fixture, RESOURCE_JOBS, "default"), 0);
    check_no_finalizer(fixture);
}

static void test_restarts_in_place(void **state)
{
    struct fixture *fixture = *state;
    fixture_node(fixture, "n1", "4", "50");
    fixture_make(fixture, RESOURCE_JOBS, "default",
                 "{\"metadata\":{\"name\":\"work\"},\"spec\":{\"backoffLimit\":2,\"template\":{\"spec\":{\"restartPolicy\":"
                 "\"OnFailure\",\"containers\":[{\"name\":\"w\",\"image\":\"hpalab:0.1.0\"}]}}}}");
    fixture_converge(fixture);
    AUTO_OBJECT_LIST struct object_list pods = {0};
    store_list(fixture->store, RESOURCE_PODS, "default", &pods);
    fixture_change(fixture, RESOURCE_PODS, "default", object_name(pods.objects[0]), SUBRESOURCE_STATUS,
                   "{\"status\":{\"containerStatuses\":[{\"name\":\"w\",\"restartCount\":1}]}}");
    fixture_converge(fixture);
    assert_false(has_condition(fixture, "Failed"));
    fixture_change(fixture, RESOURCE_PODS, "default", object_name(pods.objects[0]), SUBRESOURCE_STATUS,
                   "{\"status\":{\"containerStatuses\":[{\"name\":\"w\",\"restartCount\":2}]}}");
    fixture_converge(fixture);
    check_condition(fixture, "Failed", "BackoffLimitExceeded", "Job has reached the specified backoff limit");
}

static void test_back_off_times(void **state)
{
    (void)state;
    const int64_t second = NANOSECONDS_PER_SECOND;
    assert_int_equal(job_back_off_remaining(0, 0, 10 * second, 600 * second, second), 0);
    assert_int_equal(job_back_off_remaining(1, 100 * second, 10 * second, 600 * second, 104 * second), 6 * second);
    assert_int_equal(job_back_off_remaining(3, 100 * second, 10 * second, 600 * second, 100 * second), 40 * second);
    assert_int_equal(job_back_off_remaining(1000, 100 * second, 10 * second, 600 * second, 100 * second), 600 * second);
    assert_int_equal(job_back_off_remaining(1, 100 * second, 10 * second, 600 * second, 50 * second), 10 * second);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        FIXTURE_TEST(test_completions),
        FIXTURE_TEST(test_work_queue),
        FIXTURE_TEST(test_indexed),
        FIXTURE_TEST(test_back_off),
        FIXTURE_TEST(test_failure_ends_other_pods),
        FIXTURE_TEST(test_deadline),
        FIXTURE_TEST(test_suspend),
        FIXTURE_TEST(test_less_parallelism),
        FIXTURE_TEST(test_back_off_per_index),
        FIXTURE_TEST(test_most_failed_indexes),
        FIXTURE_TEST(test_failure_policy),
        FIXTURE_TEST(test_success_policy),
        FIXTURE_TEST(test_time_to_live),
        FIXTURE_TEST(test_deletion),
        FIXTURE_TEST(test_foreground_deletion),
        FIXTURE_TEST(test_orphans),
        FIXTURE_TEST(test_restarts_in_place),
        cmocka_unit_test(test_back_off_times),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
