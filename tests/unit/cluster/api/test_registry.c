/* Life of an object: creation, changes, generations, deletion, finalizers, addresses, events. */
#include "tests/unit/cluster/api/registry_fixture.h"

#include <pthread.h>

#include "cluster/api/recorder.h"
#include "common/clock.h"

static void delete_with(struct fixture *fixture, enum resource_id resource, const char *namespace, const char *name,
                        struct delete_options options, bool expected_gone, struct object **last)
{
    AUTO_STATUS struct status status = {0};
    bool gone = !expected_gone;
    if (registry_delete(fixture->registry, resource, namespace, name, &options, &gone, last, &status) < 0)
        fail_msg("%s", status_message(&status));
    assert_int_equal(gone, expected_gone);
}

static bool set_node(cJSON *object, void *context)
{
    json_set_text(json_object_at(object, "spec"), "nodeName", context);
    return true;
}

static struct object *bound_pod(struct fixture *fixture, const char *name, const char *text)
{
    static char node[] = "node1";
    AUTO_STATUS struct status status = {0};
    struct object *bound = NULL;
    create_only(fixture, RESOURCE_PODS, "default", text);
    assert_int_equal(
        registry_mutate(fixture->registry, RESOURCE_PODS, "default", name, SUBRESOURCE_NONE, set_node, node, &bound, &status), 0);
    return bound;
}

static void test_generated_name(void **state)
{
    struct fixture *fixture = *state;
    AUTO_OBJECT struct object *pod =
        create(fixture, RESOURCE_PODS, "default", "{\"metadata\":{\"generateName\":\"web-\",\"uid\":\"mine\"}," POD_SPEC "}");
    const char *name = object_name(pod);
    assert_int_equal(strlen(name), strlen("web-") + 5);
    assert_int_equal(strspn(name + 4, "bcdfghjklmnpqrstvwxz2456789"), 5);
    assert_int_equal(strlen(object_uid(pod)), 36);
    assert_int_equal(object_uid(pod)[14], '4');
    assert_int_equal(integer_at(pod, "metadata", "generation"), 1);
    assert_string_equal(text_at(pod, "status", "phase"), "Pending");
    assert_string_equal(text_at(pod, "status", "qosClass"), "BestEffort");
}

static void test_binding(void **state)
{
    struct fixture *fixture = *state;
    AUTO_OBJECT struct object *pod = bound_pod(fixture, "x", POD("x"));
    const cJSON *condition = json_get(object_tree(pod), "status", "conditions")->child;
    assert_string_equal(json_text(json_get(condition, "type"), ""), "PodScheduled");
    assert_string_equal(json_text(json_get(condition, "status"), ""), "True");
    assert_int_equal(integer_at(pod, "metadata", "generation"), 1);
    AUTO_STATUS struct status status = {0};
    static char other[] = "node2";
    assert_int_equal(
        registry_mutate(fixture->registry, RESOURCE_PODS, "default", "x", SUBRESOURCE_NONE, set_node, other, NULL, &status), -1);
    assert_int_equal(status.code, 422);
}

static void test_graceful_deletion(void **state)
{
    struct fixture *fixture = *state;
    int64_t created = clock_wall();
    object_release(bound_pod(fixture, "x", POD("x")));
    AUTO_OBJECT struct object *marked = NULL;
    delete_with(fixture, RESOURCE_PODS, "default", "x", DELETE_OPTIONS_DEFAULT, false, &marked);
    int64_t ends = 0;
    assert_int_equal(clock_parse(text_at(marked, "metadata", "deletionTimestamp"), &ends, NULL), 0);
    assert_true(ends >= created + 29 * NANOSECONDS_PER_SECOND);
    assert_int_equal(integer_at(marked, "metadata", "deletionGracePeriodSeconds"), 30);
    assert_int_equal(integer_at(marked, "metadata", "generation"), 2);
    AUTO_OBJECT struct object *longer = NULL;
    delete_with(fixture, RESOURCE_PODS, "default", "x", (struct delete_options){.grace_seconds = 60}, false, &longer);
    assert_int_equal(object_version(longer), object_version(marked));
    AUTO_OBJECT struct object *shorter = NULL;
    delete_with(fixture, RESOURCE_PODS, "default", "x", (struct delete_options){.grace_seconds = 5}, false, &shorter);
    int64_t ends_earlier = 0;
    assert_int_equal(clock_parse(text_at(shorter, "metadata", "deletionTimestamp"), &ends_earlier, NULL), 0);
    assert_int_equal(ends - ends_earlier, 25 * NANOSECONDS_PER_SECOND);
    assert_int_equal(integer_at(shorter, "metadata", "generation"), 2);
    AUTO_OBJECT struct object *last = NULL;
    delete_with(fixture, RESOURCE_PODS, "default", "x", (struct delete_options){.grace_seconds = 0}, true, &last);
    assert_int_equal(integer_at(last, "metadata", "deletionGracePeriodSeconds"), 0);
    assert_null(get(fixture, RESOURCE_PODS, "default", "x"));
}

static void test_unscheduled_pod_goes_at_once(void **state)
{
    struct fixture *fixture = *state;
    create_only(fixture, RESOURCE_PODS, "default", POD("x"));
    delete_with(fixture, RESOURCE_PODS, "default", "x", DELETE_OPTIONS_DEFAULT, true, NULL);
}

static bool drop_finalizers(cJSON *object, void *context)
{
    (void)context;
    json_remove(json_get(object, "metadata"), "finalizers");
    return true;
}

static void test_finalizers(void **state)
{
    struct fixture *fixture = *state;
    AUTO_STATUS struct status status = {0};
    create_only(fixture, RESOURCE_CONFIGMAPS, "default", "{\"metadata\":{\"name\":\"x\",\"finalizers\":[\"a.b/c\"]}}");
    AUTO_OBJECT struct object *waiting = NULL;
    delete_with(fixture, RESOURCE_CONFIGMAPS, "default", "x", DELETE_OPTIONS_DEFAULT, false, &waiting);
    assert_string_not_equal(text_at(waiting, "metadata", "deletionTimestamp"), "");
    AUTO_JSON cJSON *more = parse("{\"metadata\":{\"finalizers\":[\"d.e/f\"]}}");
    assert_int_equal(registry_patch(fixture->registry, RESOURCE_CONFIGMAPS, "default", "x", SUBRESOURCE_NONE,
                                    PATCH_STRATEGIC_MERGE, more, NULL, &status),
                     -1);
    assert_int_equal(status.code, 422);
    assert_int_equal(registry_mutate(fixture->registry, RESOURCE_CONFIGMAPS, "default", "x", SUBRESOURCE_NONE, drop_finalizers,
                                     NULL, NULL, &status),
                     0);
    assert_null(get(fixture, RESOURCE_CONFIGMAPS, "default", "x"));
}

static void test_foreground_deletion(void **state)
{
    struct fixture *fixture = *state;
    create_only(fixture, RESOURCE_DEPLOYMENTS, "default", DEPLOYMENT("x"));
    AUTO_OBJECT struct object *waiting = NULL;
    const struct delete_options options = {.grace_seconds = -1, .propagation = PROPAGATION_FOREGROUND};
    delete_with(fixture, RESOURCE_DEPLOYMENTS, "default", "x", options, false, &waiting);
    assert_string_equal(json_text(json_get(object_tree(waiting), "metadata", "finalizers")->child, ""), "foregroundDeletion");
    assert_int_equal(integer_at(waiting, "metadata", "deletionGracePeriodSeconds"), 0);
    AUTO_STATUS struct status status = {0};
    assert_int_equal(registry_mutate(fixture->registry, RESOURCE_DEPLOYMENTS, "default", "x", SUBRESOURCE_NONE, drop_finalizers,
                                     NULL, NULL, &status),
                     0);
    assert_null(get(fixture, RESOURCE_DEPLOYMENTS, "default", "x"));
}

static void test_deletion_preconditions(void **state)
{
    struct fixture *fixture = *state;
    AUTO_STATUS struct status status = {0};
    create_only(fixture, RESOURCE_PODS, "default", POD("x"));
    const struct delete_options options = {.grace_seconds = -1, .uid = "another"};
    assert_int_equal(registry_delete(fixture->registry, RESOURCE_PODS, "default", "x", &options, NULL, NULL, &status), -1);
    assert_int_equal(status.code, 409);
    const struct delete_options plain = DELETE_OPTIONS_DEFAULT;
    assert_int_equal(registry_delete(fixture->registry, RESOURCE_NAMESPACES, "", "default", &plain, NULL, NULL, &status), -1);
    assert_string_equal(status_message(&status), "namespaces \"default\" is forbidden: this namespace may not be deleted");
}

static bool drop_spec_finalizers(cJSON *namespace, void *context)
{
    (void)context;
    json_remove(json_object_at(namespace, "spec"), "finalizers");
    return true;
}

static void test_namespace_terminates(void **state)
{
    struct fixture *fixture = *state;
    AUTO_STATUS struct status status = {0};
    AUTO_OBJECT struct object *terminating = NULL;
    delete_with(fixture, RESOURCE_NAMESPACES, "", "other", DELETE_OPTIONS_DEFAULT, false, &terminating);
    assert_string_equal(text_at(terminating, "status", "phase"), "Terminating");
    assert_int_equal(registry_create(fixture->registry, RESOURCE_PODS, "other", parse(POD("x")), NULL, &status), -1);
    assert_int_equal(status.code, 403);
    assert_string_equal(status_message(&status),
                        "pods \"x\" is forbidden: unable to create new content in namespace other because "
                        "it is being terminated");
    assert_string_equal(json_text(json_get(json_get(status.details, "causes")->child, "reason"), ""), "NamespaceTerminating");
    assert_int_equal(registry_mutate(fixture->registry, RESOURCE_NAMESPACES, "", "other", SUBRESOURCE_NONE, drop_spec_finalizers,
                                     NULL, NULL, &status),
                     0);
    assert_null(get(fixture, RESOURCE_NAMESPACES, "", "other"));
}

static void test_status_alone(void **state)
{
    struct fixture *fixture = *state;
    AUTO_STATUS struct status status = {0};
    create_only(fixture, RESOURCE_DEPLOYMENTS, "default", DEPLOYMENT("x"));
    AUTO_JSON cJSON *patch =
        parse("{\"metadata\":{\"labels\":{\"a\":\"b\"},\"annotations\":{\"r\":\"1\"}},\"spec\":{\"replicas\":9},"
              "\"status\":{\"replicas\":3}}");
    AUTO_OBJECT struct object *changed = NULL;
    assert_int_equal(registry_patch(fixture->registry, RESOURCE_DEPLOYMENTS, "default", "x", SUBRESOURCE_STATUS, PATCH_MERGE,
                                    patch, &changed, &status),
                     0);
    assert_int_equal(integer_at(changed, "spec", "replicas"), 1);
    assert_int_equal(integer_at(changed, "status", "replicas"), 3);
    assert_int_equal(integer_at(changed, "metadata", "generation"), 1);
    assert_null(json_get(object_tree(changed), "metadata", "labels"));
    assert_string_equal(json_text(json_get(object_tree(changed), "metadata", "annotations", "r"), ""), "1");
    AUTO_OBJECT struct object *spec = NULL;
    assert_int_equal(registry_patch(fixture->registry, RESOURCE_DEPLOYMENTS, "default", "x", SUBRESOURCE_NONE, PATCH_MERGE, patch,
                                    &spec, &status),
                     0);
    assert_int_equal(integer_at(spec, "spec", "replicas"), 9);
    assert_int_equal(integer_at(spec, "metadata", "generation"), 2);
}

static void test_same_again_is_no_change(void **state)
{
    struct fixture *fixture = *state;
    AUTO_STATUS struct status status = {0};
    AUTO_OBJECT struct object *created = create(fixture, RESOURCE_DEPLOYMENTS, "default", DEPLOYMENT("x"));
    AUTO_OBJECT struct object *updated = NULL;
    assert_int_equal(registry_update(fixture->registry, RESOURCE_DEPLOYMENTS, "default", "x", SUBRESOURCE_NONE,
                                     parse(DEPLOYMENT("x")), &updated, &status),
                     0);
    assert_int_equal(object_version(updated), object_version(created));
    assert_int_equal(store_version(fixture->store), object_version(created));
}

static const char *cluster_address(const struct object *service)
{
    return text_at(service, "spec", "clusterIP");
}

#define SERVICE(name, more) "{\"metadata\":{\"name\":\"" name "\"},\"spec\":{" more "\"ports\":[{\"port\":8080}]}}"

static void test_service_addresses(void **state)
{
    struct fixture *fixture = *state;
    AUTO_STATUS struct status status = {0};
    AUTO_OBJECT struct object *first = create(fixture, RESOURCE_SERVICES, "default", SERVICE("a", ""));
    AUTO_OBJECT struct object *second = create(fixture, RESOURCE_SERVICES, "default", SERVICE("b", ""));
    AUTO_OBJECT struct object *headless = create(fixture, RESOURCE_SERVICES, "default", SERVICE("c", "\"clusterIP\":\"None\","));
    assert_int_equal(strncmp(cluster_address(first), "127.", 4), 0);
    assert_string_not_equal(cluster_address(first), cluster_address(second));
    assert_string_equal(cluster_address(headless), "None");
    AUTO_OBJECT struct object *updated = NULL;
    assert_int_equal(registry_update(fixture->registry, RESOURCE_SERVICES, "default", "a", SUBRESOURCE_NONE,
                                     parse(SERVICE("a", "\"selector\":{\"app\":\"web\"},")), &updated, &status),
                     0);
    assert_string_equal(cluster_address(updated), cluster_address(first));
    AUTO_FREE char *taken = memory_format(SERVICE("d", "\"clusterIP\":\"%s\","), cluster_address(first));
    assert_int_equal(registry_create(fixture->registry, RESOURCE_SERVICES, "default", parse(taken), NULL, &status), -1);
    assert_int_equal(status.code, 422);
    delete_with(fixture, RESOURCE_SERVICES, "default", "a", DELETE_OPTIONS_DEFAULT, true, NULL);
    AUTO_OBJECT struct object *given = create(fixture, RESOURCE_SERVICES, "default", taken);
    assert_string_equal(cluster_address(given), cluster_address(first));
}

static void test_events_are_counted(void **state)
{
    struct fixture *fixture = *state;
    AUTO_OBJECT struct object *pod = create(fixture, RESOURCE_PODS, "default", POD("x"));
    for (int i = 0; i < 3; i++)
        record_event(fixture->registry, pod, "spec.containers{web}", "Warning", "Unhealthy", "kubelet", "node1", "probe %s",
                     "failed");
    record_event(fixture->registry, pod, NULL, "Normal", "Scheduled", "default-scheduler", NULL, "assigned");
    AUTO_OBJECT_LIST struct object_list events = {0};
    store_list(fixture->store, RESOURCE_EVENTS, "default", &events);
    assert_int_equal(events.count, 2);
    assert_int_equal(json_integer(json_get(object_tree(events.objects[0]), "count"), 0), 3);
    assert_string_equal(text_at(events.objects[0], "involvedObject", "fieldPath"), "spec.containers{web}");
    assert_string_equal(text_at(events.objects[0], "involvedObject", "uid"), object_uid(pod));
    assert_string_equal(json_text(json_get(object_tree(events.objects[0]), "message"), ""), "probe failed");
    assert_string_equal(json_text(json_get(object_tree(events.objects[1]), "reportingComponent"), ""), "default-scheduler");
}

#define WRITERS 4
#define WRITES 50

static bool count_up(cJSON *object, void *context)
{
    (void)context;
    cJSON *data = json_object_at(object, "data");
    AUTO_FREE char *text = memory_format("%ld", strtol(json_text(json_get(data, "n"), "0"), NULL, 10) + 1);
    json_set_text(data, "n", text);
    return true;
}

static void *write_often(void *context)
{
    struct fixture *fixture = context;
    for (int i = 0; i < WRITES; i++) {
        while (registry_mutate(fixture->registry, RESOURCE_CONFIGMAPS, "default", "x", SUBRESOURCE_NONE, count_up, NULL, NULL,
                               NULL) < 0)
            ;
    }
    return NULL;
}

static void test_writers_do_not_lose_changes(void **state)
{
    struct fixture *fixture = *state;
    pthread_t threads[WRITERS];
    create_only(fixture, RESOURCE_CONFIGMAPS, "default", "{\"metadata\":{\"name\":\"x\"}}");
    for (int i = 0; i < WRITERS; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, write_often, fixture), 0);
    for (int i = 0; i < WRITERS; i++)
        pthread_join(threads[i], NULL);
    AUTO_OBJECT struct object *written = get(fixture, RESOURCE_CONFIGMAPS, "default", "x");
    assert_string_equal(text_at(written, "data", "n"), "200");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_generated_name, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_binding, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_graceful_deletion, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_unscheduled_pod_goes_at_once, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_finalizers, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_foreground_deletion, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_deletion_preconditions, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_namespace_terminates, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_status_alone, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_same_again_is_no_change, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_service_addresses, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_events_are_counted, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_writers_do_not_lose_changes, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
