/*
 * What the tests of the scheduler share: pods with a request and more members of their spec, nodes with labels and taints,
 * and where a pod went or why it did not.
 */
#ifndef TESTS_UNIT_CLUSTER_CONTROLLERS_SCHEDULING_H
#define TESTS_UNIT_CLUSTER_CONTROLLERS_SCHEDULING_H

#include "tests/unit/cluster/controllers/fixture.h"

#define DOES_NOT_HELP(nodes)                                                                                                     \
    " no new claims to deallocate, preemption: 0/" nodes " nodes are available: " nodes                                          \
    " Preemption is not helpful for scheduling."
#define NO_VICTIMS(nodes)                                                                                                        \
    " no new claims to deallocate, preemption: 0/" nodes " nodes are available: " nodes                                          \
    " No preemption victims found for incoming pod."

/* more: members of the spec, "" or with a comma at the end. */
static inline void make_labelled_pod(struct fixture *fixture, const char *name, const char *labels, const char *cpu,
                                     const char *more)
{
    AUTO_FREE char *text = memory_format(
        "{\"apiVersion\":\"v1\",\"kind\":\"Pod\",\"metadata\":{\"name\":\"%s\",\"labels\":{%s}},\"spec\":{%s\"containers\":[{"
        "\"name\":\"c\",\"image\":\"i\",\"resources\":{\"requests\":{\"cpu\":\"%s\"}}}]}}",
        name, labels, more, cpu);
    fixture_make(fixture, RESOURCE_PODS, "default", text);
}

static inline void make_pod(struct fixture *fixture, const char *name, const char *cpu, const char *more)
{
    make_labelled_pod(fixture, name, "", cpu, more);
}

/* spec: of the node, such as taints; labels beside its host name. */
static inline void make_node(struct fixture *fixture, const char *name, const char *labels, const char *spec)
{
    AUTO_FREE char *patch = memory_format("{\"metadata\":{\"labels\":{%s%s\"kubernetes.io/hostname\":\"%s\"}},\"spec\":{%s}}",
                                          labels, labels[0] != '\0' ? "," : "", name, spec);
    fixture_node(fixture, name, "4", "110");
    fixture_change(fixture, RESOURCE_NODES, "", name, SUBRESOURCE_NONE, patch);
}

static inline const char *node_name_of(struct fixture *fixture, const char *pod)
{
    static char name[64];
    AUTO_OBJECT struct object *object = fixture_get(fixture, RESOURCE_PODS, "default", pod);
    assert_non_null(object);
    (void)snprintf(name, sizeof name, "%s", node_of_pod(object_tree(object)));
    return name;
}

static inline void expect_node(struct fixture *fixture, const char *pod, const char *node)
{
    AUTO_OBJECT struct object *object = fixture_get(fixture, RESOURCE_PODS, "default", pod);
    assert_string_equal(node_of_pod(object_tree(object)), node);
    const cJSON *condition = condition_find(json_get(object_tree(object), "status"), "PodScheduled");
    assert_true(condition_is(condition, node[0] != '\0' ? "True" : "False"));
}

static inline void expect_message(struct fixture *fixture, const char *pod, const char *message)
{
    AUTO_OBJECT struct object *object = fixture_get(fixture, RESOURCE_PODS, "default", pod);
    const cJSON *condition = condition_find(json_get(object_tree(object), "status"), "PodScheduled");
    assert_string_equal(json_text(json_get(condition, "message"), ""), message);
    assert_string_equal(json_text(json_get(condition, "reason"), ""), "Unschedulable");
    assert_true(fixture_has_event(fixture, "FailedScheduling", message));
}

#endif
