/* StatefulSets: names, order, scaling, updates, revisions, claims. */
#include "cluster/controllers/stateful.h"
#include "tests/support/data.h"
#include "tests/unit/cluster/controllers/fixture.h"

#define CLAIMS                                                                                                                   \
    ",\"volumeClaimTemplates\":[{\"metadata\":{\"name\":\"data\"},\"spec\":{\"accessModes\":[\"ReadWriteOnce\"],\"resources\":{" \
    "\"requests\":{\"storage\":\"300Mi\"}}}}]"
#define PARALLEL ",\"podManagementPolicy\":\"Parallel\""

/* A StatefulSet "app"; rest: more members of its spec, "" or starting with a comma. */
static void make_set(struct fixture *fixture, int replicas, const char *rest)
{
    AUTO_FREE char *text = memory_format(
        "{\"metadata\":{\"name\":\"app\"},\"spec\":{\"replicas\":%d,\"serviceName\":\"app\",\"selector\":{\"matchLabels\":{"
        "\"app\":\"app\"}},\"template\":{\"metadata\":{\"labels\":{\"app\":\"app\"}},\"spec\":{\"containers\":[{\"name\":"
        "\"web\",\"image\":\"hpalab:1\",\"resources\":{\"requests\":{\"cpu\":\"100m\"}}}]}}%s}}",
        replicas, rest);
    fixture_node(fixture, "lab", "16", "100");
    fixture_make(fixture, RESOURCE_STATEFULSETS, "default", text);
}

static void change_set(struct fixture *fixture, const char *patch)
{
    fixture_change(fixture, RESOURCE_STATEFULSETS, "default", "app", SUBRESOURCE_NONE, patch);
}

static void change_image(struct fixture *fixture, const char *image)
{
    AUTO_FREE char *patch = memory_format("{\"spec\":{\"template\":{\"spec\":{\"containers\":[{\"name\":\"web\",\"image\":\"%s\","
                                          "\"resources\":{\"requests\":{\"cpu\":\"100m\"}}}]}}}}",
                                          image);
    change_set(fixture, patch);
}

static struct object *get_set(struct fixture *fixture)
{
    struct object *set = fixture_get(fixture, RESOURCE_STATEFULSETS, "default", "app");
    assert_non_null(set);
    return set;
}

static int64_t set_status(struct fixture *fixture, const char *member)
{
    AUTO_OBJECT struct object *set = get_set(fixture);
    return json_integer(cJSON_GetObjectItemCaseSensitive(json_get(object_tree(set), "status"), member), 0);
}

static bool pod_exists(struct fixture *fixture, const char *name)
{
    AUTO_OBJECT struct object *pod = fixture_get(fixture, RESOURCE_PODS, "default", name);
    return pod != NULL;
}

static bool pod_is_ending(struct fixture *fixture, const char *name)
{
    AUTO_OBJECT struct object *pod = fixture_get(fixture, RESOURCE_PODS, "default", name);
    return pod != NULL && is_being_deleted(object_tree(pod));
}

static void make_ready(struct fixture *fixture, const char *name, bool ready)
{
    AUTO_OBJECT struct object *pod = fixture_get(fixture, RESOURCE_PODS, "default", name);
    assert_non_null(pod);
    fixture_pod_ready(fixture, pod, ready);
    fixture_settle(fixture);
}

static void let_go(struct fixture *fixture, const char *name)
{
    struct delete_options options = DELETE_OPTIONS_DEFAULT;
    options.grace_seconds = 0;
    assert_true(pod_is_ending(fixture, name));
    assert_int_equal(registry_delete(fixture->registry, RESOURCE_PODS, "default", name, &options, NULL, NULL, NULL), 0);
    fixture_settle(fixture);
}

static void check_image(struct fixture *fixture, const char *name, const char *image)
{
    AUTO_OBJECT struct object *pod = fixture_get(fixture, RESOURCE_PODS, "default", name);
    assert_non_null(pod);
    assert_string_equal(json_text(json_get(json_get(object_tree(pod), "spec", "containers")->child, "image"), ""), image);
}

static void test_ordinals(void **state)
{
    (void)state;
    assert_int_equal(stateful_ordinal("app", "app-0"), 0);
    assert_int_equal(stateful_ordinal("app", "app-12"), 12);
    static const char *const strangers[] = {"app", "app-", "app-x", "app-1x", "web-1", "app-99999999999", "app-4294967296"};
    for (size_t i = 0; i < sizeof strangers / sizeof strangers[0]; i++)
        assert_int_equal(stateful_ordinal("app", strangers[i]), -1);
}

/* A status without what differs from cluster to cluster: the revisions' names become "revision". */
static char *plain_status(const cJSON *object)
{
    static const char *const names[] = {"currentRevision", "updateRevision"};
    AUTO_JSON cJSON *status = json_copy(json_get(object, "status"));
    for (size_t i = 0; i < 2; i++) {
        if (cJSON_GetObjectItemCaseSensitive(status, names[i]) != NULL)
            json_set_text(status, names[i], "revision");
    }
    return json_print(status);
}

/* The states that a real cluster's StatefulSet went through while it grew to two pods. */
static void test_recorded_states(void **state)
{
    struct fixture *fixture = *state;
    AUTO_FREE char *text = test_data_text("golden/scale-up-down/statefulsets.watch.jsonl");
    struct watch *watch = store_watch_open(fixture->store, RESOURCE_STATEFULSETS, NULL, 0);
    make_set(fixture, 2, CLAIMS);
    fixture_settle(fixture);
    make_ready(fixture, "app-0", true);
    make_ready(fixture, "app-1", true);
    char *rest = NULL;
    for (const char *line = strtok_r(text, "\n", &rest); line != NULL; line = strtok_r(NULL, "\n", &rest)) {
        AUTO_JSON cJSON *recorded = json_parse(line, strlen(line), NULL);
        struct watch_event event = {0};
        assert_int_equal(store_watch_next(watch, &event), 1);
        AUTO_FREE char *expected = plain_status(json_get(recorded, "object"));
        AUTO_FREE char *given = plain_status(object_tree(event.object));
        assert_string_equal(given, expected);
        watch_event_release(&event);
    }
    struct watch_event event = {0};
    assert_int_equal(store_watch_next(watch, &event), 0);
    store_watch_close(watch);
}

static void test_grows_in_order(void **state)
{
    struct fixture *fixture = *state;
    make_set(fixture, 2, CLAIMS);
    fixture_settle(fixture);
    assert_true(pod_exists(fixture, "app-0"));
    assert_false(pod_exists(fixture, "app-1"));
    assert_int_equal(set_status(fixture, "replicas"), 1);
    assert_int_equal(set_status(fixture, "currentReplicas"), 1);
    assert_int_equal(set_status(fixture, "readyReplicas"), 0);
    make_ready(fixture, "app-0", true);
    assert_true(pod_exists(fixture, "app-1"));
    assert_int_equal(set_status(fixture, "readyReplicas"), 1);
    make_ready(fixture, "app-1", true);
    static const char *const counts[] = {"replicas", "readyReplicas", "currentReplicas", "updatedReplicas", "availableReplicas"};
    for (size_t i = 0; i < sizeof counts / sizeof counts[0]; i++)
        assert_int_equal(set_status(fixture, counts[i]), 2);
    assert_int_equal(set_status(fixture, "observedGeneration"), 1);
    assert_true(fixture_has_event(fixture, "SuccessfulCreate", "Create Claim data-app-0 Pod app-0 in StatefulSet app success"));
    assert_true(fixture_has_event(fixture, "SuccessfulCreate", "Create Pod app-1 in StatefulSet app successful"));
}

static void test_identity(void **state)
{
    struct fixture *fixture = *state;
    make_set(fixture, 1, CLAIMS);
    fixture_settle(fixture);
    AUTO_OBJECT struct object *set = get_set(fixture);
    AUTO_OBJECT struct object *pod = fixture_get(fixture, RESOURCE_PODS, "default", "app-0");
    AUTO_OBJECT struct object *claim = fixture_get(fixture, RESOURCE_PERSISTENTVOLUMECLAIMS, "default", "data-app-0");
    assert_non_null(pod);
    assert_non_null(claim);
    const cJSON *metadata = json_get(object_tree(pod), "metadata");
    const cJSON *spec = json_get(object_tree(pod), "spec");
    const char *revision = json_text(json_get(object_tree(set), "status", "updateRevision"), "none");
    assert_string_equal(json_text(json_get(metadata, "generateName"), ""), "app-");
    assert_string_equal(json_text(json_get(metadata, "labels", "statefulset.kubernetes.io/pod-name"), ""), "app-0");
    assert_string_equal(json_text(json_get(metadata, "labels", "apps.kubernetes.io/pod-index"), ""), "0");
    assert_string_equal(json_text(json_get(metadata, "labels", "controller-revision-hash"), ""), revision);
    assert_memory_equal(revision, "app-", 4);
    assert_string_equal(json_text(json_get(spec, "hostname"), ""), "app-0");
    assert_string_equal(json_text(json_get(spec, "subdomain"), ""), "app");
    assert_string_equal(json_text(json_get(json_get(spec, "volumes")->child, "persistentVolumeClaim", "claimName"), ""),
                        "data-app-0");
    assert_string_equal(json_text(json_get(object_tree(claim), "metadata", "labels", "app"), ""), "app");
    assert_string_equal(json_text(json_get(object_tree(claim), "spec", "resources", "requests", "storage"), ""), "300Mi");
    assert_null(json_get(object_tree(claim), "metadata", "ownerReferences"));
}

static void test_shrinks_highest_first(void **state)
{
    struct fixture *fixture = *state;
    make_set(fixture, 3, CLAIMS);
    fixture_converge(fixture);
    change_set(fixture, "{\"spec\":{\"replicas\":1}}");
    fixture_settle(fixture);
    assert_true(pod_is_ending(fixture, "app-2"));
    assert_false(pod_is_ending(fixture, "app-1"));
    let_go(fixture, "app-2");
    assert_true(pod_is_ending(fixture, "app-1"));
    let_go(fixture, "app-1");
    assert_false(pod_is_ending(fixture, "app-0"));
    assert_int_equal(set_status(fixture, "replicas"), 1);
    assert_true(fixture_has_event(fixture, "SuccessfulDelete", "Delete Pod app-2 in StatefulSet app successful"));
    assert_int_equal(fixture_count(fixture, RESOURCE_PERSISTENTVOLUMECLAIMS, "default"), 3);
}

/* In order nothing is ended while a pod that stays is not ready; an unready pod that is to go is no hindrance. */
static void test_waits_for_the_others(void **state)
{
    struct fixture *fixture = *state;
    make_set(fixture, 3, "");
    fixture_converge(fixture);
    make_ready(fixture, "app-0", false);
    change_set(fixture, "{\"spec\":{\"replicas\":1}}");
    fixture_settle(fixture);
    assert_false(pod_is_ending(fixture, "app-2"));
    make_ready(fixture, "app-2", false);
    make_ready(fixture, "app-0", true);
    assert_true(pod_is_ending(fixture, "app-2"));
}

static void test_parallel(void **state)
{
    struct fixture *fixture = *state;
    make_set(fixture, 3, PARALLEL);
    fixture_settle(fixture);
    assert_int_equal(fixture_count(fixture, RESOURCE_PODS, "default"), 3);
    fixture_converge(fixture);
    change_set(fixture, "{\"spec\":{\"replicas\":0}}");
    fixture_settle(fixture);
    assert_true(pod_is_ending(fixture, "app-0") && pod_is_ending(fixture, "app-1") && pod_is_ending(fixture, "app-2"));
}

static void test_start_ordinal(void **state)
{
    struct fixture *fixture = *state;
    make_set(fixture, 2, ",\"ordinals\":{\"start\":5}");
    fixture_converge(fixture);
    assert_true(pod_exists(fixture, "app-5") && pod_exists(fixture, "app-6"));
    assert_int_equal(fixture_count(fixture, RESOURCE_PODS, "default"), 2);
    change_set(fixture, "{\"spec\":{\"ordinals\":{\"start\":6}}}");
    fixture_converge(fixture);
    assert_true(pod_exists(fixture, "app-6") && pod_exists(fixture, "app-7"));
    assert_false(pod_exists(fixture, "app-5"));
}

static void test_failed_pod_comes_again(void **state)
{
    struct fixture *fixture = *state;
    make_set(fixture, 1, "");
    fixture_converge(fixture);
    AUTO_OBJECT struct object *before = fixture_get(fixture, RESOURCE_PODS, "default", "app-0");
    fixture_change(fixture, RESOURCE_PODS, "default", "app-0", SUBRESOURCE_STATUS, "{\"status\":{\"phase\":\"Failed\"}}");
    fixture_converge(fixture);
    AUTO_OBJECT struct object *after = fixture_get(fixture, RESOURCE_PODS, "default", "app-0");
    assert_non_null(after);
    assert_string_not_equal(object_uid(before), object_uid(after));
}

static void test_minimum_ready_seconds(void **state)
{
    struct fixture *fixture = *state;
    make_set(fixture, 2, ",\"minReadySeconds\":10");
    fixture_converge(fixture);
    assert_int_equal(set_status(fixture, "readyReplicas"), 1);
    assert_int_equal(set_status(fixture, "availableReplicas"), 0);
    assert_false(pod_exists(fixture, "app-1"));
    fixture_advance(fixture, 11);
    assert_int_equal(set_status(fixture, "availableReplicas"), 1);
    assert_true(pod_exists(fixture, "app-1"));
}

static void test_rolling_update(void **state)
{
    struct fixture *fixture = *state;
    make_set(fixture, 3, "");
    fixture_converge(fixture);
    change_image(fixture, "hpalab:2");
    fixture_settle(fixture);
    assert_true(pod_is_ending(fixture, "app-2"));
    assert_false(pod_is_ending(fixture, "app-1"));
    let_go(fixture, "app-2");
    check_image(fixture, "app-2", "hpalab:2");
    assert_false(pod_is_ending(fixture, "app-1"));
    assert_int_equal(set_status(fixture, "currentReplicas"), 2);
    assert_int_equal(set_status(fixture, "updatedReplicas"), 1);
    make_ready(fixture, "app-2", true);
    assert_true(pod_is_ending(fixture, "app-1"));
    fixture_converge(fixture);
    check_image(fixture, "app-0", "hpalab:2");
    AUTO_OBJECT struct object *set = get_set(fixture);
    const cJSON *status = json_get(object_tree(set), "status");
    assert_string_equal(json_text(json_get(status, "currentRevision"), "a"), json_text(json_get(status, "updateRevision"), "b"));
    assert_int_equal(set_status(fixture, "currentReplicas"), 3);
}

static void test_partition(void **state)
{
    struct fixture *fixture = *state;
    make_set(fixture, 3, ",\"updateStrategy\":{\"rollingUpdate\":{\"partition\":2}}");
    fixture_converge(fixture);
    change_image(fixture, "hpalab:2");
    fixture_converge(fixture);
    check_image(fixture, "app-2", "hpalab:2");
    check_image(fixture, "app-1", "hpalab:1");
    assert_int_equal(set_status(fixture, "updatedReplicas"), 1);
    assert_int_equal(set_status(fixture, "currentReplicas"), 2);
    /* Below the partition a pod comes back as it was. */
    fixture_delete(fixture, RESOURCE_PODS, "default", "app-0", PROPAGATION_BACKGROUND);
    fixture_converge(fixture);
    check_image(fixture, "app-0", "hpalab:1");
    change_set(fixture, "{\"spec\":{\"updateStrategy\":{\"rollingUpdate\":{\"partition\":0}}}}");
    fixture_converge(fixture);
    check_image(fixture, "app-0", "hpalab:2");
}

static void test_on_delete(void **state)
{
    struct fixture *fixture = *state;
    make_set(fixture, 2, ",\"updateStrategy\":{\"type\":\"OnDelete\"}");
    fixture_converge(fixture);
    change_image(fixture, "hpalab:2");
    fixture_converge(fixture);
    check_image(fixture, "app-1", "hpalab:1");
    fixture_delete(fixture, RESOURCE_PODS, "default", "app-0", PROPAGATION_BACKGROUND);
    fixture_converge(fixture);
    check_image(fixture, "app-0", "hpalab:2");
    check_image(fixture, "app-1", "hpalab:1");
}

static void test_maximum_unavailable(void **state)
{
    struct fixture *fixture = *state;
    make_set(fixture, 4, PARALLEL ",\"updateStrategy\":{\"rollingUpdate\":{\"maxUnavailable\":\"50%\"}}");
    fixture_converge(fixture);
    change_image(fixture, "hpalab:2");
    fixture_settle(fixture);
    assert_true(pod_is_ending(fixture, "app-3") && pod_is_ending(fixture, "app-2"));
    assert_false(pod_is_ending(fixture, "app-1"));
    fixture_converge(fixture);
    check_image(fixture, "app-0", "hpalab:2");
}

static int64_t newest_revision(struct fixture *fixture)
{
    AUTO_OBJECT_LIST struct object_list revisions = {0};
    int64_t newest = 0;
    store_list(fixture->store, RESOURCE_CONTROLLERREVISIONS, "default", &revisions);
    for (size_t i = 0; i < revisions.count; i++) {
        int64_t number = json_integer(json_get(object_tree(revisions.objects[i]), "revision"), 0);
        newest = number > newest ? number : newest;
    }
    return newest;
}

/* What `kubectl rollout undo` does: the kept data is a patch of the set. */
static void test_undo(void **state)
{
    struct fixture *fixture = *state;
    AUTO_STATUS struct status status = {0};
    make_set(fixture, 1, "");
    fixture_converge(fixture);
    AUTO_OBJECT struct object *set = get_set(fixture);
    const char *first = json_text(json_get(object_tree(set), "status", "currentRevision"), "");
    AUTO_OBJECT struct object *revision = fixture_get(fixture, RESOURCE_CONTROLLERREVISIONS, "default", first);
    assert_non_null(revision);
    change_image(fixture, "hpalab:2");
    fixture_converge(fixture);
    assert_int_equal(newest_revision(fixture), 2);
    assert_int_equal(registry_patch(fixture->registry, RESOURCE_STATEFULSETS, "default", "app", SUBRESOURCE_NONE,
                                    PATCH_STRATEGIC_MERGE, json_get(object_tree(revision), "data"), NULL, &status),
                     0);
    fixture_converge(fixture);
    check_image(fixture, "app-0", "hpalab:1");
    assert_int_equal(newest_revision(fixture), 3);
    assert_int_equal(fixture_count(fixture, RESOURCE_CONTROLLERREVISIONS, "default"), 2);
    AUTO_OBJECT struct object *again = get_set(fixture);
    assert_string_equal(json_text(json_get(object_tree(again), "status", "currentRevision"), ""), first);
}

static void test_history_limit(void **state)
{
    struct fixture *fixture = *state;
    make_set(fixture, 1, ",\"revisionHistoryLimit\":1");
    for (int i = 2; i <= 5; i++) {
        AUTO_FREE char *image = memory_format("hpalab:%d", i);
        fixture_converge(fixture);
        change_image(fixture, image);
    }
    fixture_converge(fixture);
    assert_int_equal(fixture_count(fixture, RESOURCE_CONTROLLERREVISIONS, "default"), 2);
    assert_int_equal(newest_revision(fixture), 5);
}

/* A pod of another name is none of the set's, even with its labels. */
static void test_adoption(void **state)
{
    struct fixture *fixture = *state;
    fixture_make(fixture, RESOURCE_PODS, "default",
                 "{\"metadata\":{\"name\":\"stranger\",\"labels\":{\"app\":\"app\"}},\"spec\":{\"containers\":[{\"name\":\"web\","
                 "\"image\":\"i\"}]}}");
    fixture_make(fixture, RESOURCE_PODS, "default",
                 "{\"metadata\":{\"name\":\"app-0\",\"labels\":{\"app\":\"app\"}},\"spec\":{\"containers\":[{\"name\":\"web\","
                 "\"image\":\"i\"}]}}");
    make_set(fixture, 1, ",\"updateStrategy\":{\"type\":\"OnDelete\"}");
    fixture_converge(fixture);
    AUTO_OBJECT struct object *stranger = fixture_get(fixture, RESOURCE_PODS, "default", "stranger");
    AUTO_OBJECT struct object *member = fixture_get(fixture, RESOURCE_PODS, "default", "app-0");
    AUTO_OBJECT struct object *set = get_set(fixture);
    assert_null(json_get(object_tree(stranger), "metadata", "ownerReferences"));
    assert_true(is_controlled_by(object_tree(member), set));
    assert_int_equal(set_status(fixture, "replicas"), 1);
}

/* The headless Service of the set names each pod's endpoint, before it is ready too where it says so. */
static void test_headless_service(void **state)
{
    struct fixture *fixture = *state;
    fixture_make(fixture, RESOURCE_SERVICES, "default",
                 "{\"metadata\":{\"name\":\"app\"},\"spec\":{\"clusterIP\":\"None\",\"selector\":{\"app\":\"app\"},"
                 "\"publishNotReadyAddresses\":true}}");
    make_set(fixture, 1, "");
    fixture_settle(fixture);
    make_ready(fixture, "app-0", false);
    AUTO_OBJECT_LIST struct object_list slices = {0};
    store_list(fixture->store, RESOURCE_ENDPOINTSLICES, "default", &slices);
    assert_int_equal(slices.count, 1);
    const cJSON *slice = object_tree(slices.objects[0]);
    const cJSON *endpoint = json_get(slice, "endpoints")->child;
    assert_non_null(endpoint);
    assert_string_equal(json_text(json_get(endpoint, "hostname"), ""), "app-0");
    assert_true(json_boolean(json_get(endpoint, "conditions", "ready"), false));
    assert_false(json_boolean(json_get(endpoint, "conditions", "serving"), true));
    assert_non_null(json_get(slice, "metadata", "labels", "service.kubernetes.io/headless"));
}

static void test_labels_come_back(void **state)
{
    struct fixture *fixture = *state;
    const char *label = "statefulset.kubernetes.io/pod-name";
    make_set(fixture, 1, "");
    fixture_converge(fixture);
    fixture_change(fixture, RESOURCE_PODS, "default", "app-0", SUBRESOURCE_NONE,
                   "{\"metadata\":{\"labels\":{\"statefulset.kubernetes.io/pod-name\":null}}}");
    fixture_settle(fixture);
    AUTO_OBJECT struct object *pod = fixture_get(fixture, RESOURCE_PODS, "default", "app-0");
    assert_string_equal(json_text(json_get(object_tree(pod), "metadata", "labels", label), ""), "app-0");
    assert_true(fixture_has_event(fixture, "SuccessfulUpdate", "Update Pod app-0 in StatefulSet app successful"));
}

static void test_far_too_many_replicas(void **state)
{
    struct fixture *fixture = *state;
    make_set(fixture, 2147483647, "");
    fixture_settle(fixture);
    assert_int_equal(fixture_count(fixture, RESOURCE_PODS, "default"), 1);
}

static void test_autoscaled(void **state)
{
    struct fixture *fixture = *state;
    fixture->milli_per_pod = 200;
    make_set(fixture, 1, "");
    fixture_converge(fixture);
    fixture_make(fixture, RESOURCE_HORIZONTALPODAUTOSCALERS, "default",
                 "{\"metadata\":{\"name\":\"app\"},\"spec\":{\"maxReplicas\":5,\"scaleTargetRef\":{\"apiVersion\":\"apps/v1\","
                 "\"kind\":\"StatefulSet\",\"name\":\"app\"},\"metrics\":[{\"type\":\"Resource\",\"resource\":{\"name\":\"cpu\","
                 "\"target\":{\"type\":\"Utilization\",\"averageUtilization\":100}}}]}}");
    for (int i = 0; i < 40 && !pod_exists(fixture, "app-1"); i++) {
        fixture_advance(fixture, 15);
        fixture_converge(fixture);
    }
    assert_true(pod_exists(fixture, "app-1"));
}

static void test_claims_go_when_scaled(void **state)
{
    struct fixture *fixture = *state;
    make_set(fixture, 2, CLAIMS ",\"persistentVolumeClaimRetentionPolicy\":{\"whenScaled\":\"Delete\"}");
    fixture_converge(fixture);
    change_set(fixture, "{\"spec\":{\"replicas\":1}}");
    fixture_settle(fixture);
    AUTO_OBJECT struct object *claim = fixture_get(fixture, RESOURCE_PERSISTENTVOLUMECLAIMS, "default", "data-app-1");
    assert_string_equal(json_text(json_get(json_get(object_tree(claim), "metadata", "ownerReferences")->child, "kind"), ""),
                        "Pod");
    AUTO_OBJECT struct object *kept = fixture_get(fixture, RESOURCE_PERSISTENTVOLUMECLAIMS, "default", "data-app-0");
    assert_null(json_get(object_tree(kept), "metadata", "ownerReferences"));
    fixture_converge(fixture);
    assert_int_equal(fixture_count(fixture, RESOURCE_PERSISTENTVOLUMECLAIMS, "default"), 1);
    /* The pod that comes again gets a new claim. */
    change_set(fixture, "{\"spec\":{\"replicas\":2}}");
    fixture_converge(fixture);
    assert_int_equal(fixture_count(fixture, RESOURCE_PERSISTENTVOLUMECLAIMS, "default"), 2);
    assert_int_equal(set_status(fixture, "readyReplicas"), 2);
}

static void test_claims_go_with_the_set(void **state)
{
    struct fixture *fixture = *state;
    make_set(fixture, 1, CLAIMS ",\"persistentVolumeClaimRetentionPolicy\":{\"whenDeleted\":\"Delete\"}");
    fixture_converge(fixture);
    AUTO_OBJECT struct object *claim = fixture_get(fixture, RESOURCE_PERSISTENTVOLUMECLAIMS, "default", "data-app-0");
    AUTO_OBJECT struct object *set = get_set(fixture);
    assert_true(is_controlled_by(object_tree(claim), set));
    fixture_delete(fixture, RESOURCE_STATEFULSETS, "default", "app", PROPAGATION_BACKGROUND);
    fixture_converge(fixture);
    assert_int_equal(fixture_count(fixture, RESOURCE_PERSISTENTVOLUMECLAIMS, "default"), 0);
    assert_int_equal(fixture_count(fixture, RESOURCE_PERSISTENTVOLUMES, NULL), 0);
}

static void test_deletion(void **state)
{
    struct fixture *fixture = *state;
    make_set(fixture, 2, CLAIMS);
    fixture_converge(fixture);
    fixture_delete(fixture, RESOURCE_STATEFULSETS, "default", "app", PROPAGATION_BACKGROUND);
    fixture_converge(fixture);
    assert_int_equal(fixture_count(fixture, RESOURCE_PODS, "default"), 0);
    assert_int_equal(fixture_count(fixture, RESOURCE_CONTROLLERREVISIONS, "default"), 0);
    assert_int_equal(fixture_count(fixture, RESOURCE_PERSISTENTVOLUMECLAIMS, "default"), 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_ordinals),
        FIXTURE_TEST(test_recorded_states),
        FIXTURE_TEST(test_grows_in_order),
        FIXTURE_TEST(test_identity),
        FIXTURE_TEST(test_shrinks_highest_first),
        FIXTURE_TEST(test_waits_for_the_others),
        FIXTURE_TEST(test_parallel),
        FIXTURE_TEST(test_start_ordinal),
        FIXTURE_TEST(test_failed_pod_comes_again),
        FIXTURE_TEST(test_minimum_ready_seconds),
        FIXTURE_TEST(test_rolling_update),
        FIXTURE_TEST(test_partition),
        FIXTURE_TEST(test_on_delete),
        FIXTURE_TEST(test_maximum_unavailable),
        FIXTURE_TEST(test_undo),
        FIXTURE_TEST(test_history_limit),
        FIXTURE_TEST(test_adoption),
        FIXTURE_TEST(test_headless_service),
        FIXTURE_TEST(test_labels_come_back),
        FIXTURE_TEST(test_far_too_many_replicas),
        FIXTURE_TEST(test_autoscaled),
        FIXTURE_TEST(test_claims_go_when_scaled),
        FIXTURE_TEST(test_claims_go_with_the_set),
        FIXTURE_TEST(test_deletion),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
