/* Claims get volumes, hold back pods that wait for them, are kept while in use, and take their data with them. */
#include "tests/unit/cluster/controllers/fixture.h"

static void make_claim(struct fixture *fixture, const char *class_member)
{
    AUTO_FREE char *text = memory_format("{\"metadata\":{\"name\":\"data\"},\"spec\":{\"accessModes\":[\"ReadWriteOnce\"],"
                                         "\"resources\":{\"requests\":{\"storage\":\"300Mi\"}}%s}}",
                                         class_member);
    fixture_make(fixture, RESOURCE_PERSISTENTVOLUMECLAIMS, "default", text);
    fixture_settle(fixture);
}

static void make_class(struct fixture *fixture, const char *members)
{
    AUTO_FREE char *text = memory_format("{\"metadata\":{\"name\":\"own\"},%s}", members);
    fixture_make(fixture, RESOURCE_STORAGECLASSES, NULL, text);
}

static void make_pod(struct fixture *fixture, const char *name)
{
    AUTO_FREE char *text = memory_format("{\"metadata\":{\"name\":\"%s\"},\"spec\":{\"containers\":[{\"name\":\"web\",\"image\":"
                                         "\"i\"}],\"volumes\":[{\"name\":\"v\",\"persistentVolumeClaim\":{\"claimName\":"
                                         "\"data\"}}]}}",
                                         name);
    fixture_make(fixture, RESOURCE_PODS, "default", text);
    fixture_settle(fixture);
}

static struct object *get_claim(struct fixture *fixture)
{
    return fixture_get(fixture, RESOURCE_PERSISTENTVOLUMECLAIMS, "default", "data");
}

static void check_phase(struct fixture *fixture, const char *phase)
{
    AUTO_OBJECT struct object *claim = get_claim(fixture);
    assert_non_null(claim);
    assert_string_equal(json_text(json_get(object_tree(claim), "status", "phase"), ""), phase);
}

static const char *text_at(const struct object *object, const char *first, const char *second)
{
    return json_text(json_get(object_tree(object), first, second), "");
}

static void test_bound(void **state)
{
    struct fixture *fixture = *state;
    make_claim(fixture, "");
    AUTO_OBJECT struct object *claim = get_claim(fixture);
    AUTO_FREE char *name = memory_format("pvc-%s", object_uid(claim));
    AUTO_OBJECT struct object *volume = fixture_get(fixture, RESOURCE_PERSISTENTVOLUMES, "", name);
    assert_non_null(volume);
    assert_string_equal(text_at(claim, "status", "phase"), "Bound");
    assert_string_equal(text_at(claim, "spec", "volumeName"), name);
    assert_string_equal(text_at(claim, "spec", "storageClassName"), "standard");
    assert_string_equal(json_text(json_get(object_tree(claim), "status", "capacity", "storage"), ""), "300Mi");
    const cJSON *annotations = json_get(object_tree(claim), "metadata", "annotations");
    assert_string_equal(json_text(json_get(annotations, "pv.kubernetes.io/bind-completed"), ""), "yes");
    assert_string_equal(text_at(volume, "status", "phase"), "Bound");
    assert_string_equal(json_text(json_get(object_tree(volume), "spec", "claimRef", "uid"), ""), object_uid(claim));
    AUTO_FREE char *message = memory_format("Successfully provisioned volume %s using hpalab/folder", name);
    assert_true(fixture_has_event(fixture, "ProvisioningSucceeded", message));
}

static void test_no_class(void **state)
{
    make_claim(*state, ",\"storageClassName\":\"\"");
    check_phase(*state, "Pending");
    assert_true(
        fixture_has_event(*state, "FailedBinding", "no persistent volumes available for this claim and no storage class is set"));
}

static void test_missing_class_that_comes(void **state)
{
    struct fixture *fixture = *state;
    make_claim(fixture, ",\"storageClassName\":\"own\"");
    check_phase(fixture, "Pending");
    assert_true(fixture_has_event(fixture, "ProvisioningFailed", "storageclass.storage.k8s.io \"own\" not found"));
    make_class(fixture, "\"provisioner\":\"hpalab/folder\"");
    fixture_settle(fixture);
    check_phase(fixture, "Bound");
}

static void test_strange_provisioner(void **state)
{
    struct fixture *fixture = *state;
    make_class(fixture, "\"provisioner\":\"example.com/disk\"");
    make_claim(fixture, ",\"storageClassName\":\"own\"");
    check_phase(fixture, "Pending");
}

static void test_first_consumer(void **state)
{
    struct fixture *fixture = *state;
    make_class(fixture, "\"provisioner\":\"hpalab/folder\",\"volumeBindingMode\":\"WaitForFirstConsumer\"");
    make_claim(fixture, ",\"storageClassName\":\"own\"");
    check_phase(fixture, "Pending");
    fixture_node(fixture, "lab", "4", "10");
    make_pod(fixture, "web");
    check_phase(fixture, "Bound");
}

static void test_pod_waits_for_its_claim(void **state)
{
    struct fixture *fixture = *state;
    fixture_node(fixture, "lab", "4", "10");
    make_pod(fixture, "web");
    AUTO_OBJECT struct object *waiting = fixture_get(fixture, RESOURCE_PODS, "default", "web");
    assert_string_equal(node_of_pod(object_tree(waiting)), "");
    assert_true(fixture_has_event(fixture, "FailedScheduling",
                                  "0/1 nodes are available: persistentvolumeclaim \"data\" not found. not found"));
    make_claim(fixture, ",\"storageClassName\":\"own\"");
    assert_true(fixture_has_event(fixture, "FailedScheduling",
                                  "0/1 nodes are available: pod has unbound immediate PersistentVolumeClaims. not found"));
    make_class(fixture, "\"provisioner\":\"hpalab/folder\"");
    fixture_settle(fixture);
    AUTO_OBJECT struct object *placed = fixture_get(fixture, RESOURCE_PODS, "default", "web");
    assert_string_equal(node_of_pod(object_tree(placed)), "lab");
}

static void test_kept_while_in_use(void **state)
{
    struct fixture *fixture = *state;
    fixture_node(fixture, "lab", "4", "10");
    make_claim(fixture, "");
    make_pod(fixture, "web");
    fixture_converge(fixture);
    AUTO_OBJECT struct object *claim = get_claim(fixture);
    fixture_delete(fixture, RESOURCE_PERSISTENTVOLUMECLAIMS, "default", "data", PROPAGATION_BACKGROUND);
    fixture_converge(fixture);
    AUTO_OBJECT struct object *kept = get_claim(fixture);
    assert_non_null(kept);
    assert_string_equal(fixture->removed_volume, "");
    fixture_delete(fixture, RESOURCE_PODS, "default", "web", PROPAGATION_BACKGROUND);
    fixture_converge(fixture);
    assert_null(get_claim(fixture));
    assert_string_equal(fixture->removed_volume, text_at(claim, "spec", "volumeName"));
    assert_int_equal(fixture_count(fixture, RESOURCE_PERSISTENTVOLUMES, NULL), 0);
}

static void test_retained_volume(void **state)
{
    struct fixture *fixture = *state;
    make_class(fixture, "\"provisioner\":\"hpalab/folder\",\"reclaimPolicy\":\"Retain\"");
    make_claim(fixture, ",\"storageClassName\":\"own\"");
    AUTO_OBJECT struct object *claim = get_claim(fixture);
    fixture_delete(fixture, RESOURCE_PERSISTENTVOLUMECLAIMS, "default", "data", PROPAGATION_BACKGROUND);
    fixture_settle(fixture);
    AUTO_OBJECT struct object *volume =
        fixture_get(fixture, RESOURCE_PERSISTENTVOLUMES, "", text_at(claim, "spec", "volumeName"));
    assert_non_null(volume);
    assert_string_equal(text_at(volume, "status", "phase"), "Released");
    assert_string_equal(fixture->removed_volume, "");
}

static int grow(struct fixture *fixture, struct status *status)
{
    const char *text = "{\"spec\":{\"resources\":{\"requests\":{\"storage\":\"1Gi\"}}}}";
    AUTO_JSON cJSON *patch = json_parse(text, strlen(text), NULL);
    return registry_patch(fixture->registry, RESOURCE_PERSISTENTVOLUMECLAIMS, "default", "data", SUBRESOURCE_NONE, PATCH_MERGE,
                          patch, NULL, status);
}

static void test_growing(void **state)
{
    struct fixture *fixture = *state;
    AUTO_STATUS struct status status = {0};
    make_class(fixture, "\"provisioner\":\"hpalab/folder\"");
    make_claim(fixture, ",\"storageClassName\":\"own\"");
    assert_int_equal(grow(fixture, &status), -1);
    assert_int_equal(status.code, 403);
    assert_string_equal(status_message(&status),
                        "persistentvolumeclaims \"data\" is forbidden: only dynamically provisioned pvc "
                        "can be resized and the storageclass that provisions the pvc must support resize");
    fixture_change(fixture, RESOURCE_STORAGECLASSES, NULL, "own", SUBRESOURCE_NONE, "{\"allowVolumeExpansion\":true}");
    assert_int_equal(grow(fixture, &status), 0);
    fixture_settle(fixture);
    AUTO_OBJECT struct object *claim = get_claim(fixture);
    AUTO_OBJECT struct object *volume =
        fixture_get(fixture, RESOURCE_PERSISTENTVOLUMES, "", text_at(claim, "spec", "volumeName"));
    assert_string_equal(json_text(json_get(object_tree(claim), "status", "capacity", "storage"), ""), "1Gi");
    assert_string_equal(json_text(json_get(object_tree(volume), "spec", "capacity", "storage"), ""), "1Gi");
}

/* A volume that somebody wrote, of a claim that never was, is nobody's data. */
static void test_strange_volume(void **state)
{
    struct fixture *fixture = *state;
    fixture_make(fixture, RESOURCE_PERSISTENTVOLUMES, NULL,
                 "{\"metadata\":{\"name\":\"mine\"},\"spec\":{\"accessModes\":[\"ReadWriteOnce\"],\"capacity\":{\"storage\":"
                 "\"1Gi\"},\"hostPath\":{\"path\":\"/x\"}}}");
    fixture_settle(fixture);
    AUTO_OBJECT struct object *volume = fixture_get(fixture, RESOURCE_PERSISTENTVOLUMES, "", "mine");
    assert_string_equal(text_at(volume, "status", "phase"), "Available");
    fixture_delete(fixture, RESOURCE_PERSISTENTVOLUMES, NULL, "mine", PROPAGATION_BACKGROUND);
    fixture_settle(fixture);
    assert_null(fixture_get(fixture, RESOURCE_PERSISTENTVOLUMES, "", "mine"));
    assert_string_equal(fixture->removed_volume, "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        FIXTURE_TEST(test_bound),
        FIXTURE_TEST(test_no_class),
        FIXTURE_TEST(test_missing_class_that_comes),
        FIXTURE_TEST(test_strange_provisioner),
        FIXTURE_TEST(test_first_consumer),
        FIXTURE_TEST(test_pod_waits_for_its_claim),
        FIXTURE_TEST(test_kept_while_in_use),
        FIXTURE_TEST(test_retained_volume),
        FIXTURE_TEST(test_growing),
        FIXTURE_TEST(test_strange_volume),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
