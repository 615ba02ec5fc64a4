/* Jobs and CronJobs in the registry: what a real cluster made of the same manifests, and what it refuses. */
#include "tests/unit/cluster/api/registry_fixture.h"

#define TEMPLATE(rest)                                                                                                           \
    "\"template\":{\"spec\":{\"restartPolicy\":\"Never\",\"containers\":[{\"name\":\"h\",\"image\":\"i\"}]" rest "}}"
#define JOB(spec) "{\"metadata\":{\"name\":\"work\"},\"spec\":{" spec TEMPLATE("") "}}"
#define CRON_JOB(spec) "{\"metadata\":{\"name\":\"tick\"},\"spec\":{" spec ",\"jobTemplate\":{\"spec\":{" TEMPLATE("") "}}}}"

/* The item of a recorded list. */
static cJSON *recorded(const char *file, int index)
{
    AUTO_JSON cJSON *exchange = test_data_json("golden/lists/%s.json", file);
    return json_copy(cJSON_GetArrayItem(json_get(exchange, "response", "body", "items"), index));
}

static char *replace_all(const char *text, const char *from, const char *to)
{
    char *result = memory_copy_text("");
    for (const char *at = text; *at != '\0';) {
        const char *found = strstr(at, from);
        size_t length = found != NULL ? (size_t)(found - at) : strlen(at);
        char *longer = memory_format("%s%.*s%s", result, (int)length, at, found != NULL ? to : "");
        free(result);
        result = longer;
        at += length + (found != NULL ? strlen(from) : 0);
    }
    return result;
}

static void check_defaults(struct fixture *fixture, enum resource_id resource, const cJSON *item)
{
    static const char annotation[] = "kubectl.kubernetes.io/last-applied-configuration";
    const char *manifest = json_text(json_get(item, "metadata", "annotations", annotation), "");
    AUTO_OBJECT struct object *created = create(fixture, resource, "default", manifest);
    AUTO_FREE char *recorded_spec = json_print(json_get(item, "spec"));
    AUTO_FREE char *expected = replace_all(recorded_spec, json_text(json_get(item, "metadata", "uid"), ""), object_uid(created));
    AUTO_FREE char *spec = json_print(json_get(object_tree(created), "spec"));
    assert_string_equal(spec, expected);
    assert_int_equal(integer_at(created, "metadata", "generation"), 1);
}

static void test_defaults(void **state)
{
    struct fixture *fixture = *state;
    AUTO_JSON cJSON *job = recorded("jobs-v1", 0);
    AUTO_JSON cJSON *cron_job = recorded("cronjobs-v1", 0);
    check_defaults(fixture, RESOURCE_JOBS, job);
    check_defaults(fixture, RESOURCE_CRONJOBS, cron_job);
    /* A job without labels has those of its pods. */
    AUTO_OBJECT struct object *created = get(fixture, RESOURCE_JOBS, "default", "indexed");
    AUTO_FREE char *recorded_labels = json_print(json_get(job, "metadata", "labels"));
    AUTO_FREE char *expected = replace_all(recorded_labels, json_text(json_get(job, "metadata", "uid"), ""), object_uid(created));
    AUTO_FREE char *labels = json_print(json_get(object_tree(created), "metadata", "labels"));
    assert_string_equal(labels, expected);
}

static void test_other_defaults(void **state)
{
    struct fixture *fixture = *state;
    AUTO_OBJECT struct object *queue = create(fixture, RESOURCE_JOBS, "default",
                                              "{\"metadata\":{\"name\":\"queue\",\"labels\":{\"mine\":\"1\"}},\"spec\":{"
                                              "\"parallelism\":2," TEMPLATE("") "}}");
    assert_null(json_get(object_tree(queue), "spec", "completions"));
    assert_int_equal(cJSON_GetArraySize(json_get(object_tree(queue), "metadata", "labels")), 1);
    AUTO_OBJECT struct object *indexed =
        create(fixture, RESOURCE_JOBS, "default",
               JOB("\"completionMode\":\"Indexed\",\"completions\":2,\"backoffLimitPerIndex\":1,\"podFailurePolicy\":{\"rules\":["
                   "{\"action\":\"Ignore\",\"onPodConditions\":[{\"type\":\"DisruptionTarget\"}]}]},"));
    assert_int_equal(integer_at(indexed, "spec", "backoffLimit"), INT32_MAX);
    assert_string_equal(text_at(indexed, "spec", "podReplacementPolicy"), "Failed");
    const cJSON *rule = cJSON_GetArrayItem(json_get(object_tree(indexed), "spec", "podFailurePolicy", "rules"), 0);
    const cJSON *pattern = cJSON_GetArrayItem(json_get(rule, "onPodConditions"), 0);
    assert_string_equal(json_text(json_get(pattern, "status"), ""), "True");
}

#define JOB_INVALID "Job.batch \"work\" is invalid: "
#define INDEXED "\"completionMode\":\"Indexed\",\"completions\":3,"

static void test_refused_jobs(void **state)
{
    static const struct {
        const char *job;
        const char *message;
    } rows[] = {
        {"{\"metadata\":{\"name\":\"work\"},\"spec\":{\"template\":{\"spec\":{\"containers\":[{\"name\":\"h\",\"image\":\"i\"}]}}"
         "}}",
         JOB_INVALID "spec.template.spec.restartPolicy: Required value: valid values: \"OnFailure\", \"Never\""},
        {JOB("\"parallelism\":-1,"), JOB_INVALID "spec.parallelism: Invalid value: -1: must be greater than or equal to 0"},
        {JOB("\"completionMode\":\"Indexed\",\"parallelism\":2,"),
         JOB_INVALID "spec.completions: Required value: when completion mode is Indexed"},
        {JOB("\"completionMode\":\"Some\","),
         JOB_INVALID "spec.completionMode: Unsupported value: \"Some\": supported values: \"NonIndexed\", \"Indexed\""},
        {JOB("\"backoffLimitPerIndex\":1,"),
         JOB_INVALID "spec.backoffLimitPerIndex: Invalid value: 1: requires indexed completion mode"},
        {JOB(INDEXED "\"maxFailedIndexes\":1,"),
         JOB_INVALID "spec.backoffLimitPerIndex: Required value: when maxFailedIndexes is specified"},
        {JOB(INDEXED "\"backoffLimitPerIndex\":1,\"maxFailedIndexes\":4,"),
         JOB_INVALID "spec.maxFailedIndexes: Invalid value: 4: must be less than or equal to completions"},
        {JOB(INDEXED "\"parallelism\":100001,"),
         JOB_INVALID "spec.parallelism: Invalid value: 100001: must be less than or equal to 100000 when completion mode is "
                     "Indexed"},
        {JOB("\"podReplacementPolicy\":\"Never\","),
         JOB_INVALID "spec.podReplacementPolicy: Unsupported value: \"Never\": supported values: \"Failed\", "
                     "\"TerminatingOrFailed\""},
        {JOB("\"manualSelector\":true,"), JOB_INVALID "spec.selector: Required value"},
        {JOB("\"successPolicy\":{\"rules\":[{\"succeededCount\":1}]},"),
         JOB_INVALID "spec.successPolicy: Invalid value: {\"rules\":[{\"succeededCount\":1}]}: requires indexed completion mode"},
        {JOB(INDEXED "\"successPolicy\":{\"rules\":[{\"succeededIndexes\":\"2-1\"}]},"),
         JOB_INVALID "spec.successPolicy.rules[0].succeededIndexes: Invalid value: \"2-1\": error parsing succeededIndexes: "
                     "non-increasing order, previous: 2, current: 1"},
        {JOB(INDEXED "\"successPolicy\":{\"rules\":[{\"succeededCount\":4}]},"),
         JOB_INVALID "spec.successPolicy.rules[0].succeededCount: Invalid value: 4: must be less than or equal to 3 (the number "
                     "of specified completions)"},
        {JOB("\"podFailurePolicy\":{\"rules\":[{\"action\":\"FailJob\",\"onExitCodes\":{\"operator\":\"In\",\"values\":[0]}}]},"),
         JOB_INVALID "spec.podFailurePolicy.rules[0].onExitCodes.values[0]: Invalid value: 0: must not be 0 for the In operator"},
        {JOB("\"podFailurePolicy\":{\"rules\":[{\"action\":\"FailJob\",\"onExitCodes\":{\"operator\":\"In\",\"values\":[2,1]}}]}"
             ","),
         JOB_INVALID "spec.podFailurePolicy.rules[0].onExitCodes.values: Invalid value: [2,1]: must be ordered"},
        {JOB("\"podFailurePolicy\":{\"rules\":[{\"action\":\"FailIndex\",\"onPodConditions\":[{\"type\":\"Ready\"}]}]},"),
         JOB_INVALID "spec.podFailurePolicy.rules[0].action: Invalid value: \"FailIndex\": requires the backoffLimitPerIndex to "
                     "be set"},
    };
    struct fixture *fixture = *state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        check_refused(fixture, RESOURCE_JOBS, rows[i].job, rows[i].message);
    /* A selector of the user's own needs manualSelector. */
    AUTO_STATUS struct status status = {0};
    cJSON *selecting = parse(JOB("\"selector\":{\"matchLabels\":{\"a\":\"b\"}},"));
    assert_int_equal(registry_create(fixture->registry, RESOURCE_JOBS, "default", selecting, NULL, &status), -1);
    assert_non_null(strstr(status_message(&status), "`selector` not auto-generated"));
}

#define CRON_INVALID "CronJob.batch \"tick\" is invalid: "

static void test_refused_cron_jobs(void **state)
{
    static const struct {
        const char *cron_job;
        const char *message;
    } rows[] = {
        {CRON_JOB("\"schedule\":\"\""), CRON_INVALID "spec.schedule: Required value"},
        {CRON_JOB("\"schedule\":\"* * *\""),
         CRON_INVALID "spec.schedule: Invalid value: \"* * *\": expected exactly 5 fields, found 3: [* * *]"},
        {CRON_JOB("\"schedule\":\"TZ=UTC * * * * *\""),
         CRON_INVALID "spec.schedule: Invalid value: \"TZ=UTC * * * * *\": cannot use TZ or CRON_TZ in schedule, use timeZone "
                      "field instead"},
        {CRON_JOB("\"schedule\":\"@daily\",\"timeZone\":\"Mars/Phobos\""),
         CRON_INVALID "spec.timeZone: Invalid value: \"Mars/Phobos\": unknown time zone Mars/Phobos"},
        {CRON_JOB("\"schedule\":\"@daily\",\"timeZone\":\"../etc\""),
         CRON_INVALID "spec.timeZone: Invalid value: \"../etc\": unknown time zone ../etc"},
        {CRON_JOB("\"schedule\":\"@daily\",\"timeZone\":\"\""),
         CRON_INVALID "spec.timeZone: Invalid value: \"\": timeZone must be nil or non-empty string"},
        {CRON_JOB("\"schedule\":\"@daily\",\"timeZone\":\"Local\""),
         CRON_INVALID "spec.timeZone: Invalid value: \"Local\": timeZone must be an explicit time zone as defined in "
                      "https://www.iana.org/time-zones"},
        {CRON_JOB("\"schedule\":\"@daily\",\"concurrencyPolicy\":\"Maybe\""),
         CRON_INVALID "spec.concurrencyPolicy: Unsupported value: \"Maybe\": supported values: \"Allow\", \"Forbid\", "
                      "\"Replace\""},
        {CRON_JOB("\"schedule\":\"@daily\",\"startingDeadlineSeconds\":-1"),
         CRON_INVALID "spec.startingDeadlineSeconds: Invalid value: -1: must be greater than or equal to 0"},
    };
    struct fixture *fixture = *state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        check_refused(fixture, RESOURCE_CRONJOBS, rows[i].cron_job, rows[i].message);
    check_refused(
        fixture, RESOURCE_CRONJOBS,
        "{\"metadata\":{\"name\":\"a123456789b123456789c123456789d123456789e123456789f12\"},\"spec\":{\"schedule\":\"* * * "
        "* *\",\"jobTemplate\":{\"spec\":{" TEMPLATE("") "}}}}",
        "CronJob.batch \"a123456789b123456789c123456789d123456789e123456789f12\" is invalid: metadata.name: Invalid "
        "value: \"a123456789b123456789c123456789d123456789e123456789f12\": must be no more than 52 characters");
}

static int change(struct fixture *fixture, const char *patch_text, struct status *status)
{
    AUTO_JSON cJSON *patch = parse(patch_text);
    return registry_patch(fixture->registry, RESOURCE_JOBS, "default", "work", SUBRESOURCE_NONE, PATCH_MERGE, patch, NULL,
                          status);
}

static void test_what_may_change(void **state)
{
    struct fixture *fixture = *state;
    AUTO_STATUS struct status status = {0};
    create_only(fixture, RESOURCE_JOBS, "default", JOB("\"completions\":2,\"suspend\":true,"));
    assert_int_equal(change(fixture, "{\"spec\":{\"completions\":3}}", &status), -1);
    assert_string_equal(status_message(&status), JOB_INVALID "spec.completions: Invalid value: 3: field is immutable");
    assert_int_equal(change(fixture, "{\"spec\":{\"parallelism\":3,\"activeDeadlineSeconds\":60}}", NULL), 0);
    assert_int_equal(change(fixture, "{\"spec\":{\"template\":{\"spec\":{\"nodeSelector\":{\"a\":\"b\"}}}}}", NULL), 0);
    assert_int_equal(change(fixture, "{\"spec\":{\"template\":{\"spec\":{\"dnsPolicy\":\"Default\"}}}}", NULL), -1);
    assert_int_equal(change(fixture, "{\"spec\":{\"suspend\":false}}", NULL), 0);
    assert_int_equal(change(fixture, "{\"spec\":{\"template\":{\"spec\":{\"nodeSelector\":{\"a\":\"c\"}}}}}", NULL), -1);
}

static void test_indexed_completions(void **state)
{
    struct fixture *fixture = *state;
    AUTO_STATUS struct status status = {0};
    create_only(fixture, RESOURCE_JOBS, "default", JOB(INDEXED "\"parallelism\":3,"));
    assert_int_equal(change(fixture, "{\"spec\":{\"completions\":5}}", &status), -1);
    assert_string_equal(status_message(&status),
                        JOB_INVALID "spec.completions: Invalid value: 5: can only be modified in tandem with spec.parallelism");
    assert_int_equal(change(fixture, "{\"spec\":{\"completions\":5,\"parallelism\":5}}", NULL), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_defaults, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_other_defaults, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_refused_jobs, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_refused_cron_jobs, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_what_may_change, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_indexed_completions, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
