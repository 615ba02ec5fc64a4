/* StatefulSets, ControllerRevisions, claims, volumes and storage classes: defaults, refusals, the scale subresource. */
#include "tests/unit/cluster/api/registry_fixture.h"

#define TEMPLATE                                                                                                                 \
    "\"selector\":{\"matchLabels\":{\"app\":\"app\"}},\"template\":{\"metadata\":{\"labels\":{\"app\":\"app\"}},\"spec\":{"      \
    "\"containers\":[{\"name\":\"c\",\"image\":\"i\",\"volumeMounts\":[{\"name\":\"data\",\"mountPath\":\"/data\"}]}]}}"
#define CLAIM_SPEC "{\"accessModes\":[\"ReadWriteOnce\"],\"resources\":{\"requests\":{\"storage\":\"1Gi\"}}}"
#define CLAIMS "\"volumeClaimTemplates\":[{\"metadata\":{\"name\":\"data\"},\"spec\":" CLAIM_SPEC "}]"
#define STATEFUL_SET(rest) "{\"metadata\":{\"name\":\"app\"},\"spec\":{" TEMPLATE "," CLAIMS rest "}}"
#define CLAIM(name) "{\"metadata\":{\"name\":\"" name "\"},\"spec\":" CLAIM_SPEC "}"

static int patch(struct fixture *fixture, enum resource_id resource, const char *name, const char *text, struct status *status)
{
    AUTO_JSON cJSON *tree = parse(text);
    const char *namespace = resource_by_id(resource)->namespaced ? "default" : NULL;
    return registry_patch(fixture->registry, resource, namespace, name, SUBRESOURCE_NONE, PATCH_MERGE, tree, NULL, status);
}

static void check_unchangeable(struct fixture *fixture, enum resource_id resource, const char *name, const char *text,
                               const char *message)
{
    AUTO_STATUS struct status status = {0};
    assert_int_equal(patch(fixture, resource, name, text, &status), -1);
    assert_int_equal(status.code, 422);
    assert_string_equal(status_message(&status), message);
}

static void test_new_stateful_set(void **state)
{
    AUTO_OBJECT struct object *set = create(*state, RESOURCE_STATEFULSETS, "default", STATEFUL_SET(""));
    AUTO_JSON cJSON *expected = parse("{\"replicas\":0,\"availableReplicas\":0}");
    assert_json_equal(json_get(object_tree(set), "status"), expected, "status");
    assert_int_equal(integer_at(set, "metadata", "generation"), 1);
    assert_int_equal(integer_at(set, "spec", "replicas"), 1);
    const cJSON *claim = json_get(object_tree(set), "spec", "volumeClaimTemplates")->child;
    assert_string_equal(json_text(json_get(claim, "kind"), ""), "PersistentVolumeClaim");
    assert_string_equal(json_text(json_get(claim, "status", "phase"), ""), "Pending");
}

static void test_refused_stateful_sets(void **state)
{
    check_refused(*state, RESOURCE_STATEFULSETS, STATEFUL_SET(",\"podManagementPolicy\":\"Any\""),
                  "StatefulSet.apps \"app\" is invalid: spec.podManagementPolicy: Invalid value: \"Any\": must be "
                  "'OrderedReady' or 'Parallel'");
    check_refused(*state, RESOURCE_STATEFULSETS, STATEFUL_SET(",\"updateStrategy\":{\"type\":\"Recreate\"}"),
                  "StatefulSet.apps \"app\" is invalid: spec.updateStrategy: Invalid value: {\"type\":\"Recreate\"}: must be "
                  "'RollingUpdate' or 'OnDelete'");
    check_refused(*state, RESOURCE_STATEFULSETS, STATEFUL_SET(",\"updateStrategy\":{\"rollingUpdate\":{\"partition\":-1}}"),
                  "StatefulSet.apps \"app\" is invalid: spec.updateStrategy.rollingUpdate.partition: Invalid value: -1: must be "
                  "greater than or equal to 0");
    check_refused(*state, RESOURCE_STATEFULSETS, STATEFUL_SET(",\"updateStrategy\":{\"rollingUpdate\":{\"maxUnavailable\":0}}"),
                  "StatefulSet.apps \"app\" is invalid: spec.updateStrategy.rollingUpdate.maxUnavailable: Invalid value: 0: "
                  "cannot be 0");
    check_refused(*state, RESOURCE_STATEFULSETS,
                  STATEFUL_SET(",\"persistentVolumeClaimRetentionPolicy\":{\"whenDeleted\":\"Keep\"}"),
                  "StatefulSet.apps \"app\" is invalid: spec.persistentVolumeClaimRetentionPolicy.whenDeleted: Unsupported "
                  "value: \"Keep\": supported values: \"Retain\", \"Delete\"");
    check_refused(*state, RESOURCE_STATEFULSETS, "{\"metadata\":{\"name\":\"app\"},\"spec\":{" TEMPLATE "}}",
                  "StatefulSet.apps \"app\" is invalid: spec.template.spec.containers[0].volumeMounts[0].name: Not found: "
                  "\"data\"");
}

static void test_immutable_stateful_set(void **state)
{
    AUTO_STATUS struct status status = {0};
    create_only(*state, RESOURCE_STATEFULSETS, "default", STATEFUL_SET(""));
    check_unchangeable(*state, RESOURCE_STATEFULSETS, "app", "{\"spec\":{\"serviceName\":\"other\"}}",
                       "StatefulSet.apps \"app\" is invalid: spec: Forbidden: updates to statefulset spec for fields other than "
                       "'replicas', 'ordinals', 'template', 'updateStrategy', 'revisionHistoryLimit', "
                       "'persistentVolumeClaimRetentionPolicy' and 'minReadySeconds' are forbidden");
    assert_int_equal(patch(*state, RESOURCE_STATEFULSETS, "app",
                           "{\"spec\":{\"replicas\":3,\"minReadySeconds\":4,\"ordinals\":{\"start\":2},"
                           "\"revisionHistoryLimit\":1,\"updateStrategy\":{\"type\":\"OnDelete\",\"rollingUpdate\":null},"
                           "\"persistentVolumeClaimRetentionPolicy\":{\"whenScaled\":\"Delete\"}}}",
                           &status),
                     0);
}

static void test_scale(void **state)
{
    struct fixture *fixture = *state;
    AUTO_STATUS struct status status = {0};
    AUTO_JSON cJSON *golden = test_data_json("golden/objects/statefulset-app-scale.json");
    cJSON *expected = json_get(golden, "response", "body");
    create_only(fixture, RESOURCE_STATEFULSETS, "default", STATEFUL_SET(",\"replicas\":2"));
    AUTO_JSON cJSON *set = parse("{\"metadata\":{\"name\":\"app\"},\"status\":{\"replicas\":2}}");
    assert_int_equal(registry_update(fixture->registry, RESOURCE_STATEFULSETS, "default", "app", SUBRESOURCE_STATUS,
                                     steal_pointer(&set), NULL, &status),
                     0);
    AUTO_JSON cJSON *scale = registry_scale(fixture->registry, RESOURCE_STATEFULSETS, "default", "app", &status);
    static const char *const own[] = {"uid", "resourceVersion", "creationTimestamp"};
    for (size_t i = 0; i < sizeof own / sizeof own[0]; i++)
        json_set_text(json_get(expected, "metadata"), own[i], json_text(json_get(scale, "metadata", own[i]), ""));
    AUTO_FREE char *scale_text = json_print(scale);
    AUTO_FREE char *expected_text = json_print(expected);
    assert_string_equal(scale_text, expected_text);
}

static void test_status_bounds(void **state)
{
    struct fixture *fixture = *state;
    AUTO_STATUS struct status status = {0};
    create_only(fixture, RESOURCE_STATEFULSETS, "default", STATEFUL_SET(""));
    assert_int_equal(registry_update(fixture->registry, RESOURCE_STATEFULSETS, "default", "app", SUBRESOURCE_STATUS,
                                     parse("{\"metadata\":{\"name\":\"app\"},\"status\":{\"replicas\":1,\"readyReplicas\":2}}"),
                                     NULL, &status),
                     -1);
    assert_string_equal(status_message(&status), "StatefulSet.apps \"app\" is invalid: status.readyReplicas: Invalid value: 2: "
                                                 "cannot be greater than status.replicas");
}

static void test_controller_revisions(void **state)
{
    create_only(*state, RESOURCE_CONTROLLERREVISIONS, "default",
                "{\"metadata\":{\"name\":\"r\"},\"data\":{\"spec\":{\"a\":1}},\"revision\":1}");
    check_refused(*state, RESOURCE_CONTROLLERREVISIONS, "{\"metadata\":{\"name\":\"s\"},\"revision\":1}",
                  "ControllerRevision.apps \"s\" is invalid: data: Required value: data is mandatory");
    check_unchangeable(*state, RESOURCE_CONTROLLERREVISIONS, "r", "{\"data\":{\"spec\":{\"a\":2}}}",
                       "ControllerRevision.apps \"r\" is invalid: data: Invalid value: {\"spec\":{\"a\":2}}: field is immutable");
}

static void test_claims(void **state)
{
    AUTO_OBJECT struct object *claim = create(*state, RESOURCE_PERSISTENTVOLUMECLAIMS, "default", CLAIM("data"));
    assert_string_equal(text_at(claim, "status", "phase"), "Pending");
    assert_string_equal(text_at(claim, "spec", "volumeMode"), "Filesystem");
    assert_string_equal(json_text(json_get(object_tree(claim), "metadata", "finalizers")->child, ""),
                        "kubernetes.io/pvc-protection");
    check_refused(*state, RESOURCE_PERSISTENTVOLUMECLAIMS, "{\"metadata\":{\"name\":\"x\"}}",
                  "PersistentVolumeClaim \"x\" is invalid: [spec.accessModes: Required value: at least 1 access mode is "
                  "required, spec.resources[storage]: Required value]");
    check_refused(*state, RESOURCE_PERSISTENTVOLUMECLAIMS,
                  "{\"metadata\":{\"name\":\"x\"},\"spec\":{\"accessModes\":[\"Any\"],\"resources\":{\"requests\":{\"storage\":"
                  "\"0\"}}}}",
                  "PersistentVolumeClaim \"x\" is invalid: [spec.accessModes: Unsupported value: \"Any\": supported values: "
                  "\"ReadOnlyMany\", \"ReadWriteMany\", \"ReadWriteOnce\", \"ReadWriteOncePod\", spec.resources[storage]: "
                  "Invalid value: \"0\": must be greater than zero]");
}

static void test_immutable_claim(void **state)
{
    AUTO_STATUS struct status status = {0};
    create_only(*state, RESOURCE_PERSISTENTVOLUMECLAIMS, "default", CLAIM("data"));
    assert_int_equal(patch(*state, RESOURCE_PERSISTENTVOLUMECLAIMS, "data",
                           "{\"spec\":{\"volumeName\":\"pvc-1\",\"storageClassName\":\"standard\"}}", &status),
                     0);
    static const char *const changes[] = {"{\"spec\":{\"volumeName\":\"pvc-2\"}}", "{\"spec\":{\"storageClassName\":\"other\"}}",
                                          "{\"spec\":{\"resources\":{\"requests\":{\"storage\":\"2Gi\"}}}}"};
    for (size_t i = 0; i < sizeof changes / sizeof changes[0]; i++)
        check_unchangeable(*state, RESOURCE_PERSISTENTVOLUMECLAIMS, "data", changes[i],
                           "PersistentVolumeClaim \"data\" is invalid: spec: Forbidden: spec is immutable after creation except "
                           "resources.requests and volumeAttributesClassName for bound claims");
}

static void test_storage_classes(void **state)
{
    AUTO_OBJECT struct object *class =
        create(*state, RESOURCE_STORAGECLASSES, NULL, "{\"metadata\":{\"name\":\"fast\"},\"provisioner\":\"a.b/c\"}");
    assert_string_equal(json_text(json_get(object_tree(class), "reclaimPolicy"), ""), "Delete");
    assert_string_equal(json_text(json_get(object_tree(class), "volumeBindingMode"), ""), "Immediate");
    check_unchangeable(*state, RESOURCE_STORAGECLASSES, "fast", "{\"reclaimPolicy\":\"Retain\"}",
                       "StorageClass.storage.k8s.io \"fast\" is invalid: reclaimPolicy: Forbidden: updates to reclaimPolicy are "
                       "forbidden.");
}

static void test_volumes(void **state)
{
    create_only(*state, RESOURCE_PERSISTENTVOLUMES, NULL,
                "{\"metadata\":{\"name\":\"v\"},\"spec\":{\"accessModes\":[\"ReadWriteOnce\"],\"capacity\":{\"storage\":\"1Gi\"},"
                "\"hostPath\":{\"path\":\"/x\"}}}");
    check_unchangeable(*state, RESOURCE_PERSISTENTVOLUMES, "v", "{\"spec\":{\"hostPath\":{\"path\":\"/y\"}}}",
                       "PersistentVolume \"v\" is invalid: spec.persistentvolumesource: Forbidden: spec.persistentvolumesource "
                       "is immutable after creation");
    check_refused(*state, RESOURCE_PERSISTENTVOLUMES,
                  "{\"metadata\":{\"name\":\"w\"},\"spec\":{\"accessModes\":[\"ReadWriteOnce\"],\"capacity\":{\"storage\":"
                  "\"1Gi\"}}}",
                  "PersistentVolume \"w\" is invalid: spec: Required value: must specify a volume type");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_new_stateful_set, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_refused_stateful_sets, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_immutable_stateful_set, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_scale, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_status_bounds, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_controller_revisions, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_claims, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_immutable_claim, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_storage_classes, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_volumes, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
