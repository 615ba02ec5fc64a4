/*
 * A cluster without processes for the tests of controllers: store, registry and a runtime that the test steps by hand,
 * with a time that only moves when the test says so. A stand-in for the kubelet makes scheduled pods ready, and lets
 * those that are being deleted go.
 */
#ifndef TESTS_UNIT_CLUSTER_CONTROLLERS_FIXTURE_H
#define TESTS_UNIT_CLUSTER_CONTROLLERS_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "cluster/controllers/bootstrap.h"
#include "cluster/controllers/conditions.h"
#include "cluster/controllers/cron_job.h"
#include "cluster/controllers/deployment.h"
#include "cluster/controllers/endpointslice.h"
#include "cluster/controllers/garbage_collector.h"
#include "cluster/controllers/horizontal.h"
#include "cluster/controllers/job.h"
#include "cluster/controllers/job_time_to_live.h"
#include "cluster/controllers/namespace.h"
#include "cluster/controllers/node_lifecycle.h"
#include "cluster/controllers/ownership.h"
#include "cluster/controllers/pod.h"
#include "cluster/controllers/pod_disruption_budget.h"
#include "cluster/controllers/pod_garbage_collector.h"
#include "cluster/controllers/replicaset.h"
#include "cluster/controllers/runtime.h"
#include "cluster/controllers/scheduler.h"
#include "cluster/controllers/statefulset.h"
#include "cluster/controllers/taint_eviction.h"
#include "cluster/controllers/volume_binder.h"
#include "common/clock.h"

struct fixture {
    struct store *store;
    struct address_slice *slice;
    struct registry *registry;
    struct runtime *runtime;
    int64_t now;
    int64_t wall;
    int addresses;            /* given to pods so far */
    int64_t milli_per_pod;    /* cpu that the metrics tell of each ready pod; -1: the metrics API is down */
    int64_t requests_per_pod; /* milli-units of the metric "requests" that each ready pod shows; 0: none does */
    char removed_volume[64];  /* whose data was removed last */
};

static inline cJSON *fixture_metrics(void *context, const char *namespace, struct status *status)
{
    struct fixture *fixture = context;
    char time[CLOCK_TEXT_SIZE];
    if (fixture->milli_per_pod < 0) {
        (void)status_set(status, 503, "ServiceUnavailable",
                         "the server is currently unable to handle the request (get pods.metrics.k8s.io)");
        return NULL;
    }
    AUTO_OBJECT_LIST struct object_list pods = {0};
    store_list(fixture->store, RESOURCE_PODS, namespace, &pods);
    cJSON *items = cJSON_CreateArray();
    for (size_t i = 0; i < pods.count; i++) {
        if (!pod_is_ready(object_tree(pods.objects[i])))
            continue;
        AUTO_FREE char *text = memory_format(
            "{\"metadata\":{\"name\":\"%s\",\"namespace\":\"%s\"},\"timestamp\":\"%s\",\"window\":\"15s\",\"containers\":"
            "[{\"name\":\"web\",\"usage\":{\"cpu\":\"%lldm\",\"memory\":\"10Mi\"}}]}",
            object_name(pods.objects[i]), object_namespace(pods.objects[i]), clock_format_seconds(fixture->wall, time),
            (long long)fixture->milli_per_pod);
        cJSON_AddItemToArray(items, json_parse(text, strlen(text), NULL));
    }
    return items;
}

/* The metric has one series a pod, with the label code=200. */
static inline cJSON *fixture_scraped(void *context, const char *namespace, const char *metric, const struct selector *labels)
{
    struct fixture *fixture = context;
    char time[CLOCK_TEXT_SIZE];
    static const char text[] = "{\"metadata\":{\"labels\":{\"code\":\"200\"}}}";
    AUTO_JSON cJSON *series = json_parse(text, strlen(text), NULL);
    AUTO_OBJECT_LIST struct object_list pods = {0};
    if (fixture->requests_per_pod == 0 || strcmp(metric, "requests") != 0)
        return NULL;
    cJSON *values = cJSON_CreateArray();
    if (!selector_matches(labels, series))
        return values;
    store_list(fixture->store, RESOURCE_PODS, namespace, &pods);
    for (size_t i = 0; i < pods.count; i++) {
        if (!pod_is_ready(object_tree(pods.objects[i])))
            continue;
        cJSON *value = cJSON_CreateObject();
        json_set_text(value, "pod", object_name(pods.objects[i]));
        json_set_integer(value, "milli", fixture->requests_per_pod);
        json_set_text(value, "timestamp", clock_format_seconds(fixture->wall, time));
        cJSON_AddItemToArray(values, value);
    }
    return values;
}

static inline char *fixture_volume_path(void *context, const char *volume)
{
    (void)context;
    return memory_format("/volumes/%s", volume);
}

static inline int fixture_remove_volume(void *context, const char *volume, struct error *error)
{
    struct fixture *fixture = context;
    (void)error;
    snprintf(fixture->removed_volume, sizeof fixture->removed_volume, "%s", volume);
    return 0;
}

static inline struct object *fixture_create(struct fixture *fixture, enum resource_id resource, const char *namespace,
                                            const char *text)
{
    AUTO_STATUS struct status status = {0};
    struct object *created = NULL;
    cJSON *tree = json_parse(text, strlen(text), NULL);
    assert_non_null(tree);
    if (registry_create(fixture->registry, resource, namespace, tree, &created, &status) != 0)
        fail_msg("create: %s", status_message(&status));
    return created;
}

static inline void fixture_make(struct fixture *fixture, enum resource_id resource, const char *namespace, const char *text)
{
    object_release(fixture_create(fixture, resource, namespace, text));
}

struct fixture_merge {
    const cJSON *patch;
};

static inline bool fixture_apply_merge(cJSON *object, void *context)
{
    const struct fixture_merge *merge = context;
    const cJSON *member = NULL;
    cJSON_ArrayForEach (member, merge->patch)
        json_set(object, member->string,
                 json_merge_patch(cJSON_DetachItemFromObjectCaseSensitive(object, member->string), member));
    return true;
}

/* A merge patch, written as JSON text. */
static inline void fixture_change(struct fixture *fixture, enum resource_id resource, const char *namespace, const char *name,
                                  enum subresource subresource, const char *patch_text)
{
    AUTO_STATUS struct status status = {0};
    AUTO_JSON cJSON *patch = json_parse(patch_text, strlen(patch_text), NULL);
    assert_non_null(patch);
    struct fixture_merge merge = {.patch = patch};
    if (registry_mutate(fixture->registry, resource, namespace, name, subresource, fixture_apply_merge, &merge, NULL, &status) !=
        0)
        fail_msg("change %s: %s", name, status_message(&status));
}

static inline void fixture_delete(struct fixture *fixture, enum resource_id resource, const char *namespace, const char *name,
                                  enum deletion_propagation propagation)
{
    AUTO_STATUS struct status status = {0};
    struct delete_options options = DELETE_OPTIONS_DEFAULT;
    options.propagation = propagation;
    if (registry_delete(fixture->registry, resource, namespace, name, &options, NULL, NULL, &status) != 0)
        fail_msg("delete %s: %s", name, status_message(&status));
}

static inline void fixture_node(struct fixture *fixture, const char *name, const char *cpu, const char *pods)
{
    AUTO_FREE char *node = memory_format("{\"apiVersion\":\"v1\",\"kind\":\"Node\",\"metadata\":{\"name\":\"%s\",\"labels\":{"
                                         "\"kubernetes.io/hostname\":\"%s\"}}}",
                                         name, name);
    AUTO_FREE char *status =
        memory_format("{\"status\":{\"allocatable\":{\"cpu\":\"%s\",\"memory\":\"4Gi\",\"pods\":\"%s\"},\"conditions\":[{"
                      "\"type\":\"Ready\",\"status\":\"True\"}]}}",
                      cpu, pods);
    fixture_make(fixture, RESOURCE_NODES, "", node);
    fixture_change(fixture, RESOURCE_NODES, "", name, SUBRESOURCE_STATUS, status);
}

static inline struct fixture *fixture_open(void)
{
    static const struct controller_functions *const all[] = {
        &scheduler_functions,
        &namespace_functions,
        &garbage_collector_functions,
        &deployment_functions,
        &replicaset_functions,
        &endpointslice_functions,
        &horizontal_functions,
        &statefulset_functions,
        &job_functions,
        &job_time_to_live_functions,
        &cron_job_functions,
        &node_lifecycle_functions,
        &taint_eviction_functions,
        &pod_garbage_collector_functions,
        &volume_binder_functions,
        &pod_disruption_budget_functions,
    };
    struct fixture *fixture = memory_allocate(1, sizeof *fixture);
    struct cluster_periods periods = cluster_periods_at_pace(1);
    fixture->store = store_create();
    fixture->slice = address_slice_claim(NULL);
    assert_non_null(fixture->slice);
    fixture->registry = registry_open(fixture->store, fixture->slice);
    fixture->now = clock_monotonic();
    fixture->wall = clock_wall();
    fixture_make(fixture, RESOURCE_NAMESPACES, "",
                 "{\"apiVersion\":\"v1\",\"kind\":\"Namespace\",\"metadata\":{\"name\":\"default\"}}");
    assert_int_equal(bootstrap_storage_class(fixture->registry, NULL), 0);
    struct node_interface node = {.metrics = fixture,
                                  .pod_metrics = fixture_metrics,
                                  .scraper = fixture,
                                  .scraped_values = fixture_scraped,
                                  .kubelet = fixture,
                                  .volume_path = fixture_volume_path,
                                  .remove_volume = fixture_remove_volume};
    fixture->runtime =
        runtime_create(fixture->registry, &periods, &node, all, sizeof all / sizeof all[0], fixture->now, fixture->wall);
    return fixture;
}

static inline void fixture_close(struct fixture *fixture)
{
    runtime_destroy(fixture->runtime);
    registry_close(fixture->registry);
    store_destroy(fixture->store);
    address_slice_release(fixture->slice);
    free(fixture);
}

/* Everything that is due now. */
static inline void fixture_settle(struct fixture *fixture)
{
    int rounds = 0;
    while (runtime_step(fixture->runtime, fixture->now, fixture->wall) <= fixture->now)
        assert_true(++rounds < 100);
}

static inline void fixture_advance(struct fixture *fixture, double seconds)
{
    fixture->now += (int64_t)(seconds * 1e9);
    fixture->wall += (int64_t)(seconds * 1e9);
    fixture_settle(fixture);
}

/* Makes one pod ready, as the kubelet tells it. */
static inline void fixture_pod_ready(struct fixture *fixture, const struct object *pod, bool ready)
{
    char time[CLOCK_TEXT_SIZE];
    clock_format_seconds(fixture->wall, time);
    if (json_text(json_get(object_tree(pod), "status", "podIP"), NULL) == NULL)
        fixture->addresses++;
    AUTO_FREE char *address = memory_format("127.64.0.%d", fixture->addresses);
    AUTO_FREE char *patch = memory_format(
        "{\"status\":{\"phase\":\"Running\",\"startTime\":\"%s\",\"podIP\":\"%s\",\"conditions\":[{\"type\":\"PodScheduled\","
        "\"status\":\"True\"},{\"type\":\"Ready\",\"status\":\"%s\",\"lastTransitionTime\":\"%s\"}]}}",
        time, json_text(json_get(object_tree(pod), "status", "podIP"), address), ready ? "True" : "False", time);
    fixture_change(fixture, RESOURCE_PODS, object_namespace(pod), object_name(pod), SUBRESOURCE_STATUS, patch);
}

/* Scheduled pods become ready, deleted ones go. false when there was nothing to do. */
static inline bool fixture_run_pods(struct fixture *fixture)
{
    bool changed = false;
    AUTO_OBJECT_LIST struct object_list pods = {0};
    store_list(fixture->store, RESOURCE_PODS, NULL, &pods);
    for (size_t i = 0; i < pods.count; i++) {
        const cJSON *tree = object_tree(pods.objects[i]);
        if (is_being_deleted(tree)) {
            struct delete_options options = DELETE_OPTIONS_DEFAULT;
            options.grace_seconds = 0;
            (void)registry_delete(fixture->registry, RESOURCE_PODS, object_namespace(pods.objects[i]),
                                  object_name(pods.objects[i]), &options, NULL, NULL, NULL);
            changed = true;
        } else if (node_of_pod(tree)[0] != '\0' && !pod_is_terminal(tree) && !pod_is_ready(tree)) {
            fixture_pod_ready(fixture, pods.objects[i], true);
            changed = true;
        }
    }
    return changed;
}

/* Controllers and kubelet until nothing changes. */
static inline void fixture_converge(struct fixture *fixture)
{
    int rounds = 0;
    do {
        fixture_settle(fixture);
        assert_true(++rounds < 200);
    } while (fixture_run_pods(fixture));
}

static inline struct object *fixture_get(struct fixture *fixture, enum resource_id resource, const char *namespace,
                                         const char *name)
{
    return store_get(fixture->store, resource, namespace, name);
}

static inline size_t fixture_count(struct fixture *fixture, enum resource_id resource, const char *namespace)
{
    AUTO_OBJECT_LIST struct object_list list = {0};
    store_list(fixture->store, resource, namespace, &list);
    return list.count;
}

/* Whether there is an event with this reason and message. */
static inline bool fixture_has_event(struct fixture *fixture, const char *reason, const char *message)
{
    AUTO_OBJECT_LIST struct object_list events = {0};
    store_list(fixture->store, RESOURCE_EVENTS, NULL, &events);
    for (size_t i = 0; i < events.count; i++) {
        const cJSON *tree = object_tree(events.objects[i]);
        if (strcmp(json_text(json_get(tree, "reason"), ""), reason) == 0 &&
            strcmp(json_text(json_get(tree, "message"), ""), message) == 0)
            return true;
    }
    return false;
}

/* A Deployment "web" in default; spec_rest: more members of its spec, "" or starting with a comma. */
static inline void fixture_deployment(struct fixture *fixture, int replicas, const char *image_command, const char *spec_rest)
{
    AUTO_FREE char *text = memory_format(
        "{\"apiVersion\":\"apps/v1\",\"kind\":\"Deployment\",\"metadata\":{\"name\":\"web\"},\"spec\":{\"replicas\":%d,"
        "\"selector\":{\"matchLabels\":{\"app\":\"web\"}},\"template\":{\"metadata\":{\"labels\":{\"app\":\"web\"}},\"spec\":{"
        "\"containers\":[{\"name\":\"web\",\"image\":\"hpalab:0.1.0\",\"command\":[\"%s\"],\"ports\":[{\"name\":\"http\","
        "\"containerPort\":8080}],\"resources\":{\"requests\":{\"cpu\":\"100m\"}}}]}}%s}}",
        replicas, image_command, spec_rest);
    fixture_make(fixture, RESOURCE_DEPLOYMENTS, "default", text);
}

static inline int64_t fixture_deployment_status(struct fixture *fixture, const char *member)
{
    AUTO_OBJECT struct object *deployment = fixture_get(fixture, RESOURCE_DEPLOYMENTS, "default", "web");
    assert_non_null(deployment);
    return json_integer(json_get(object_tree(deployment), "status", member), 0);
}

static inline int fixture_setup(void **state)
{
    *state = fixture_open();
    return 0;
}

static inline int fixture_teardown(void **state)
{
    fixture_close(*state);
    return 0;
}

#define FIXTURE_TEST(test) cmocka_unit_test_setup_teardown(test, fixture_setup, fixture_teardown)

#endif
