/* The Kubernetes objects of a fleet. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "common/base64.h"
#include "common/clock.h"
#include "common/memory.h"
#include "driver/fleet/objects.h"

static const struct fleet_identity identity = {.run = "some-run",
                                               .fleet = "abc123",
                                               .lesson = "some-lesson",
                                               .name = "generators-abc123",
                                               .deadline = 90 * NANOSECONDS_PER_SECOND};

static cJSON *parse(const char *text)
{
    struct error error = ERROR_NONE;
    cJSON *tree = json_parse(text, strlen(text), &error);
    assert_non_null(tree);
    return tree;
}

static const cJSON *pod_of(const cJSON *workload)
{
    return json_get(workload, "spec", "template", "spec");
}

static const cJSON *container_of(const cJSON *workload)
{
    return cJSON_GetArrayItem(json_get(pod_of(workload), "containers"), 0);
}

static void assert_json(const cJSON *tree, const char *expected)
{
    AUTO_FREE char *text = json_print(tree);
    assert_string_equal(text, expected);
}

static void test_a_job_gives_each_index_one_try(void **state)
{
    (void)state;
    struct fleet_spec spec;
    fleet_spec_init(&spec);
    spec.parallelism = 4;
    AUTO_JSON cJSON *job = objects_workload(&identity, &spec);
    AUTO_JSON cJSON *settings = json_copy(json_get(job, "spec"));
    json_remove(settings, "template");
    assert_json(settings, "{\"suspend\":true,\"completionMode\":\"Indexed\",\"completions\":4,\"parallelism\":4,"
                          "\"backoffLimitPerIndex\":0,\"activeDeadlineSeconds\":90,\"ttlSecondsAfterFinished\":300}");
    assert_string_equal(json_text(json_get(pod_of(job), "restartPolicy"), ""), "Never");
    AUTO_JSON cJSON *release = objects_release(&spec);
    assert_json(release, "{\"spec\":{\"suspend\":false}}");
    fleet_spec_release(&spec);
}

static void test_a_deployment_waits_without_replicas(void **state)
{
    (void)state;
    struct fleet_spec spec;
    fleet_spec_init(&spec);
    spec.kind = FLEET_DEPLOYMENT;
    spec.parallelism = 2;
    AUTO_JSON cJSON *deployment = objects_workload(&identity, &spec);
    assert_string_equal(json_text(json_get(deployment, "apiVersion"), ""), "apps/v1");
    assert_int_equal(json_integer(json_get(deployment, "spec", "replicas"), -1), 0);
    const cJSON *label = NULL;
    cJSON_ArrayForEach (label, json_get(deployment, "spec", "selector", "matchLabels"))
        assert_string_equal(json_text(json_get(deployment, "spec", "template", "metadata", "labels", label->string), "none"),
                            label->valuestring);
    assert_string_equal(json_text(json_get(pod_of(deployment), "restartPolicy"), ""), "Always");
    AUTO_JSON cJSON *release = objects_release(&spec);
    assert_json(release, "{\"spec\":{\"replicas\":2}}");
    fleet_spec_release(&spec);
}

static void test_pods_are_restricted(void **state)
{
    (void)state;
    struct fleet_spec spec;
    fleet_spec_init(&spec);
    AUTO_JSON cJSON *job = objects_workload(&identity, &spec);
    assert_json(json_get(pod_of(job), "securityContext"),
                "{\"runAsNonRoot\":true,\"runAsUser\":65532,\"seccompProfile\":{\"type\":\"RuntimeDefault\"}}");
    assert_json(json_get(container_of(job), "securityContext"),
                "{\"allowPrivilegeEscalation\":false,\"readOnlyRootFilesystem\":true,\"capabilities\":{\"drop\":[\"ALL\"]}}");
    assert_true(cJSON_IsFalse(json_get(pod_of(job), "automountServiceAccountToken")));
    fleet_spec_release(&spec);
}

static void test_the_container(void **state)
{
    (void)state;
    struct fleet_spec spec;
    fleet_spec_init(&spec);
    spec.env = parse("[{\"name\":\"A\",\"value\":\"b\"}]");
    AUTO_JSON cJSON *job = objects_workload(&identity, &spec);
    const cJSON *container = container_of(job);
    assert_json(json_get(container, "command"), "[\"hpalab\",\"generator\",\"--listen\",\"$(HPALAB_POD_IP):8089\"]");
    assert_json(json_get(container, "ports"), "[{\"name\":\"control\",\"containerPort\":8089}]");
    assert_json(json_get(container, "readinessProbe", "httpGet"), "{\"path\":\"/healthz\",\"port\":\"control\"}");
    assert_json(json_get(container, "env"),
                "[{\"name\":\"HPALAB_POD_IP\",\"valueFrom\":{\"fieldRef\":{\"fieldPath\":\"status.podIP\"}}},"
                "{\"name\":\"HPALAB_GENERATOR_TOKEN\",\"valueFrom\":{\"secretKeyRef\":{\"name\":\"generators-abc123\","
                "\"key\":\"token\"}}},{\"name\":\"A\",\"value\":\"b\"}]");
    fleet_spec_release(&spec);
}

static void test_requests_are_always_there(void **state)
{
    (void)state;
    static const char *const told_and_made[][2] = {
        {"{}", "{\"requests\":{\"cpu\":\"100m\",\"memory\":\"64Mi\"}}"},
        {"{\"requests\":{\"cpu\":\"1\"}}", "{\"requests\":{\"cpu\":\"1\",\"memory\":\"64Mi\"}}"},
        {"{\"limits\":{\"cpu\":\"2\"}}", "{\"limits\":{\"cpu\":\"2\"},\"requests\":{\"memory\":\"64Mi\"}}"},
    };
    for (size_t i = 0; i < sizeof told_and_made / sizeof told_and_made[0]; i++) {
        struct fleet_spec spec;
        fleet_spec_init(&spec);
        spec.resources = parse(told_and_made[i][0]);
        AUTO_JSON cJSON *job = objects_workload(&identity, &spec);
        assert_json(json_get(container_of(job), "resources"), told_and_made[i][1]);
        fleet_spec_release(&spec);
    }
}

static void test_what_the_lesson_says_of_the_pods(void **state)
{
    (void)state;
    struct fleet_spec spec;
    fleet_spec_init(&spec);
    spec.separate = true;
    spec.labels = parse("{\"team\":\"load\",\"app.kubernetes.io/component\":\"mine\"}");
    spec.annotations = parse("{\"note\":\"yes\"}");
    spec.node_selector = parse("{\"disk\":\"fast\"}");
    spec.affinity =
        parse("{\"podAntiAffinity\":{\"requiredDuringSchedulingIgnoredDuringExecution\":[{\"topologyKey\":\"rack\"}]}}");
    spec.tolerations = parse("[{\"operator\":\"Exists\"}]");
    spec.spread = parse("[{\"maxSkew\":1}]");
    spec.priority_class = memory_copy_text("low");
    spec.service_account = memory_copy_text("runner");
    spec.image = memory_copy_text("example.com/hpalab:1");
    spec.pull_policy = memory_copy_text("Always");
    AUTO_JSON cJSON *job = objects_workload(&identity, &spec);
    const cJSON *labels = json_get(job, "spec", "template", "metadata", "labels");
    assert_string_equal(json_text(json_get(labels, "team"), ""), "load");
    assert_string_equal(json_text(json_get(labels, FLEET_COMPONENT_LABEL), ""), FLEET_COMPONENT);
    assert_string_equal(json_text(json_get(labels, FLEET_RUN_LABEL), ""), "some-run");
    assert_string_equal(json_text(json_get(job, "spec", "template", "metadata", "annotations", "note"), ""), "yes");
    const cJSON *terms = json_get(pod_of(job), "affinity", "podAntiAffinity", "requiredDuringSchedulingIgnoredDuringExecution");
    assert_int_equal(cJSON_GetArraySize(terms), 2);
    assert_string_equal(json_text(json_get(cJSON_GetArrayItem(terms, 1), "topologyKey"), ""), "kubernetes.io/hostname");
    assert_json(json_get(pod_of(job), "nodeSelector"), "{\"disk\":\"fast\"}");
    assert_json(json_get(pod_of(job), "tolerations"), "[{\"operator\":\"Exists\"}]");
    assert_json(json_get(pod_of(job), "topologySpreadConstraints"), "[{\"maxSkew\":1}]");
    assert_string_equal(json_text(json_get(pod_of(job), "priorityClassName"), ""), "low");
    assert_string_equal(json_text(json_get(pod_of(job), "serviceAccountName"), ""), "runner");
    assert_string_equal(json_text(json_get(container_of(job), "image"), ""), "example.com/hpalab:1");
    assert_string_equal(json_text(json_get(container_of(job), "imagePullPolicy"), ""), "Always");
    assert_int_equal(
        cJSON_GetArraySize(json_get(spec.affinity, "podAntiAffinity", "requiredDuringSchedulingIgnoredDuringExecution")), 1);
    fleet_spec_release(&spec);
}

static void test_the_secret_is_owned(void **state)
{
    (void)state;
    AUTO_JSON cJSON *owner =
        parse("{\"apiVersion\":\"batch/v1\",\"kind\":\"Job\",\"metadata\":{\"name\":\"generators-abc123\",\"uid\":\"u-1\"}}");
    AUTO_JSON cJSON *secret = objects_secret(&identity, owner, "sesame");
    assert_json(json_get(secret, "metadata", "ownerReferences"),
                "[{\"apiVersion\":\"batch/v1\",\"kind\":\"Job\",\"name\":\"generators-abc123\",\"uid\":\"u-1\"}]");
    assert_string_equal(json_text(json_get(secret, "metadata", "labels", FLEET_RUN_LABEL), ""), "some-run");
    AUTO_FREE char *token = base64_decode(json_text(json_get(secret, "data", "token"), ""), NULL, NULL);
    assert_string_equal(token, "sesame");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_job_gives_each_index_one_try),
        cmocka_unit_test(test_a_deployment_waits_without_replicas),
        cmocka_unit_test(test_pods_are_restricted),
        cmocka_unit_test(test_the_container),
        cmocka_unit_test(test_requests_are_always_there),
        cmocka_unit_test(test_what_the_lesson_says_of_the_pods),
        cmocka_unit_test(test_the_secret_is_owned),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
