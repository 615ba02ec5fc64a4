#include "cluster/controllers/endpointslice.h"

#include <stdlib.h>
#include <string.h>

#include "cluster/api/selector.h"
#include "cluster/controllers/ownership.h"
#include "cluster/controllers/pod.h"
#include "common/clock.h"

#define SERVICE_LABEL "kubernetes.io/service-name"
#define MANAGER_LABEL "endpointslice.kubernetes.io/managed-by"
#define MANAGER "endpointslice-controller.k8s.io"
#define HEADLESS_LABEL "service.kubernetes.io/headless"
#define TRIGGER_ANNOTATION "endpoints.kubernetes.io/last-change-trigger-time"

/* The pods of a Service whose ports have the same numbers: a named target port may be another number in another pod.
 * Each group is a slice. */
struct group {
    cJSON *ports;               /* owned */
    cJSON *endpoints;           /* owned */
    const struct object *slice; /* where it is written to; NULL: a new one */
};

struct service {
    struct runtime *runtime;
    const struct object *object;
    const cJSON *tree;
    struct group *groups;
    size_t group_count;
    const struct object **slices;
    size_t slice_count;
};

static void enqueue_selecting(struct controller *controller, const struct object *pod)
{
    struct view_list services = view_all(controller->runtime->view, RESOURCE_SERVICES, object_namespace(pod));
    for (size_t i = 0; i < services.count; i++) {
        const cJSON *map = json_get(object_tree(services.objects[i]), "spec", "selector");
        if (cJSON_GetArraySize(map) == 0)
            continue;
        AUTO_SELECTOR struct selector *selector = selector_from_map(map);
        if (selector_matches(selector, object_tree(pod)))
            controller_enqueue(controller, services.objects[i]);
    }
}

static bool is_ours(const struct object *slice)
{
    return strcmp(json_text(json_get(object_tree(slice), "metadata", "labels", MANAGER_LABEL), ""), MANAGER) == 0;
}

static void observe(struct controller *controller, const struct watch_event *event)
{
    enum resource_id resource = object_resource(event->object);
    if (resource == RESOURCE_SERVICES) {
        controller_enqueue(controller, event->object);
    } else if (resource == RESOURCE_PODS) {
        enqueue_selecting(controller, event->object);
        if (event->previous != NULL)
            enqueue_selecting(controller, event->previous);
    } else if (resource == RESOURCE_ENDPOINTSLICES && is_ours(event->object)) {
        /* Somebody else may have changed or deleted it. */
        controller_enqueue_name(controller, object_namespace(event->object),
                                json_text(json_get(object_tree(event->object), "metadata", "labels", SERVICE_LABEL), ""));
    }
}

static bool same_text(const cJSON *left, const cJSON *right, const char *fallback)
{
    return strcmp(json_text(left, fallback), json_text(right, fallback)) == 0;
}

/* The number of a named container port; 0 when the pod has none of that name and protocol. */
static int64_t find_named_port(const cJSON *pod, const char *name, const cJSON *protocol)
{
    const cJSON *container = NULL;
    cJSON_ArrayForEach (container, json_get(pod, "spec", "containers")) {
        const cJSON *port = NULL;
        cJSON_ArrayForEach (port, json_get(container, "ports")) {
            if (strcmp(json_text(json_get(port, "name"), ""), name) == 0 &&
                same_text(json_get(port, "protocol"), protocol, "TCP"))
                return json_integer(json_get(port, "containerPort"), 0);
        }
    }
    return 0;
}

static int64_t resolve_port(const cJSON *service_port, const cJSON *pod)
{
    const cJSON *target = json_get(service_port, "targetPort");
    if (json_text(target, NULL) != NULL)
        return find_named_port(pod, json_text(target, ""), json_get(service_port, "protocol"));
    return json_integer(target, json_integer(json_get(service_port, "port"), 0));
}

/* Ports that the pod does not have are left out. The caller deletes the array. */
static cJSON *resolve_ports(const cJSON *service, const cJSON *pod)
{
    cJSON *ports = cJSON_CreateArray();
    const cJSON *service_port = NULL;
    cJSON_ArrayForEach (service_port, json_get(service, "spec", "ports")) {
        int64_t number = resolve_port(service_port, pod);
        if (number == 0)
            continue;
        cJSON *port = cJSON_CreateObject();
        json_set_text(port, "name", json_text(json_get(service_port, "name"), ""));
        json_set_text(port, "protocol", json_text(json_get(service_port, "protocol"), "TCP"));
        json_set_integer(port, "port", number);
        const cJSON *application = json_get(service_port, "appProtocol");
        if (application != NULL)
            json_set(port, "appProtocol", json_copy(application));
        cJSON_AddItemToArray(ports, port);
    }
    return ports;
}

static cJSON *make_endpoint(const struct service *service, const struct object *object)
{
    const cJSON *pod = object_tree(object);
    bool serving = pod_is_ready(pod);
    bool terminating = is_being_deleted(pod);
    bool always = json_boolean(json_get(service->tree, "spec", "publishNotReadyAddresses"), false);
    cJSON *endpoint = cJSON_CreateObject();
    cJSON_AddItemToArray(json_array_at(endpoint, "addresses"),
                         cJSON_CreateString(json_text(json_get(pod, "status", "podIP"), "")));
    cJSON *conditions = json_object_at(endpoint, "conditions");
    json_set_boolean(conditions, "ready", always || (serving && !terminating));
    json_set_boolean(conditions, "serving", serving);
    json_set_boolean(conditions, "terminating", terminating);
    cJSON *reference = json_object_at(endpoint, "targetRef");
    json_set_text(reference, "kind", "Pod");
    json_set_text(reference, "namespace", object_namespace(object));
    json_set_text(reference, "name", object_name(object));
    json_set_text(reference, "uid", object_uid(object));
    if (node_of_pod(pod)[0] != '\0')
        json_set_text(endpoint, "nodeName", node_of_pod(pod));
    const char *host_name = json_text(json_get(pod, "spec", "hostname"), "");
    const char *subdomain = json_text(json_get(pod, "spec", "subdomain"), "");
    if (host_name[0] != '\0' && strcmp(subdomain, object_name(service->object)) == 0)
        json_set_text(endpoint, "hostname", host_name);
    return endpoint;
}

static struct group *group_of(struct service *service, cJSON *ports_take)
{
    for (size_t i = 0; i < service->group_count; i++) {
        if (json_equal(service->groups[i].ports, ports_take)) {
            cJSON_Delete(ports_take);
            return &service->groups[i];
        }
    }
    service->groups = memory_resize(service->groups, service->group_count + 1, sizeof(struct group));
    struct group *group = &service->groups[service->group_count++];
    *group = (struct group){.ports = ports_take, .endpoints = cJSON_CreateArray()};
    return group;
}

static int compare_names(const void *left, const void *right)
{
    return strcmp(object_name(*(struct object *const *)left), object_name(*(struct object *const *)right));
}

/* A pod that ended, or that has no address yet, is no endpoint; one that is ending still is. */
static bool is_endpoint(const cJSON *pod)
{
    return !pod_is_terminal(pod) && json_text(json_get(pod, "status", "podIP"), "")[0] != '\0';
}

static void gather_pods(struct service *service)
{
    AUTO_SELECTOR struct selector *selector = selector_from_map(json_get(service->tree, "spec", "selector"));
    struct view_list pods = view_all(service->runtime->view, RESOURCE_PODS, object_namespace(service->object));
    AUTO_FREE struct object **chosen = memory_allocate(pods.count + 1, sizeof(struct object *));
    size_t count = 0;
    for (size_t i = 0; i < pods.count; i++) {
        if (is_endpoint(object_tree(pods.objects[i])) && selector_matches(selector, object_tree(pods.objects[i])))
            chosen[count++] = pods.objects[i];
    }
    qsort(chosen, count, sizeof(struct object *), compare_names);
    for (size_t i = 0; i < count; i++) {
        struct group *group = group_of(service, resolve_ports(service->tree, object_tree(chosen[i])));
        cJSON_AddItemToArray(group->endpoints, make_endpoint(service, chosen[i]));
    }
}

static void gather_slices(struct service *service)
{
    struct view_list slices = view_all(service->runtime->view, RESOURCE_ENDPOINTSLICES, object_namespace(service->object));
    service->slices = memory_allocate(slices.count + 1, sizeof(struct object *));
    for (size_t i = 0; i < slices.count; i++) {
        const struct object *slice = slices.objects[i];
        const char *name = json_text(json_get(object_tree(slice), "metadata", "labels", SERVICE_LABEL), "");
        if (is_ours(slice) && strcmp(name, object_name(service->object)) == 0 && !is_being_deleted(object_tree(slice)))
            service->slices[service->slice_count++] = slice;
    }
}

static bool is_taken(const struct service *service, const struct object *slice)
{
    for (size_t i = 0; i < service->group_count; i++) {
        if (service->groups[i].slice == slice)
            return true;
    }
    return false;
}

/* Each group stays in the slice with its ports, or takes one that nothing else needs. */
static void match_slices(struct service *service)
{
    for (size_t i = 0; i < service->group_count; i++) {
        for (size_t j = 0; j < service->slice_count && service->groups[i].slice == NULL; j++) {
            if (json_equal(json_get(object_tree(service->slices[j]), "ports"), service->groups[i].ports))
                service->groups[i].slice = service->slices[j];
        }
    }
    for (size_t i = 0; i < service->group_count; i++) {
        for (size_t j = 0; j < service->slice_count && service->groups[i].slice == NULL; j++) {
            if (!is_taken(service, service->slices[j]))
                service->groups[i].slice = service->slices[j];
        }
    }
}

static cJSON *find_endpoint(const cJSON *endpoints, const cJSON *like)
{
    const char *uid = json_text(json_get(like, "targetRef", "uid"), "");
    cJSON *endpoint = NULL;
    cJSON_ArrayForEach (endpoint, endpoints) {
        if (strcmp(json_text(json_get(endpoint, "targetRef", "uid"), ""), uid) == 0)
            return endpoint;
    }
    return NULL;
}

/* Endpoints keep their places, new ones come last. *trigger says that one came, went, or changed its readiness (and not
 * only that it ends). The caller deletes the array. */
static cJSON *order_endpoints(const cJSON *present, const cJSON *wanted, bool *trigger)
{
    cJSON *ordered = cJSON_CreateArray();
    const cJSON *endpoint = NULL;
    *trigger = false;
    cJSON_ArrayForEach (endpoint, present) {
        const cJSON *now = find_endpoint(wanted, endpoint);
        if (now != NULL)
            cJSON_AddItemToArray(ordered, json_copy(now));
        if (now == NULL || !json_equal(json_get(now, "conditions", "serving"), json_get(endpoint, "conditions", "serving")))
            *trigger = true;
    }
    cJSON_ArrayForEach (endpoint, wanted) {
        if (find_endpoint(present, endpoint) != NULL)
            continue;
        cJSON_AddItemToArray(ordered, json_copy(endpoint));
        *trigger = true;
    }
    return ordered;
}

static cJSON *make_labels(const struct service *service)
{
    cJSON *labels = json_copy(json_get(service->tree, "metadata", "labels"));
    if (!cJSON_IsObject(labels)) {
        cJSON_Delete(labels);
        labels = cJSON_CreateObject();
    }
    json_set_text(labels, MANAGER_LABEL, MANAGER);
    json_set_text(labels, SERVICE_LABEL, object_name(service->object));
    if (strcmp(json_text(json_get(service->tree, "spec", "clusterIP"), ""), "None") == 0)
        json_set_text(labels, HEADLESS_LABEL, "");
    else
        json_remove(labels, HEADLESS_LABEL);
    return labels;
}

static cJSON *array_or_null(cJSON *array_take)
{
    if (cJSON_GetArraySize(array_take) > 0)
        return array_take;
    cJSON_Delete(array_take);
    return cJSON_CreateNull();
}

static bool is_empty(const cJSON *array)
{
    return cJSON_GetArraySize(array) == 0;
}

static bool same_list(const cJSON *left, const cJSON *right)
{
    return (is_empty(left) && is_empty(right)) || json_equal(left, right);
}

static void set_trigger_time(const struct service *service, cJSON *slice, bool trigger)
{
    char time[CLOCK_TEXT_SIZE];
    cJSON *metadata = json_object_at(slice, "metadata");
    cJSON *annotations = json_object_at(metadata, "annotations");
    if (trigger)
        json_set_text(annotations, TRIGGER_ANNOTATION, clock_format_seconds(service->runtime->wall, time));
    else
        json_remove(annotations, TRIGGER_ANNOTATION);
    if (cJSON_GetArraySize(annotations) == 0)
        json_remove(metadata, "annotations");
}

static int create_slice(const struct service *service, const struct group *group, struct status *status)
{
    cJSON *slice = cJSON_CreateObject();
    json_set_text(slice, "apiVersion", "discovery.k8s.io/v1");
    json_set_text(slice, "kind", "EndpointSlice");
    cJSON *metadata = json_object_at(slice, "metadata");
    AUTO_FREE char *prefix = memory_format("%s-", object_name(service->object));
    json_set_text(metadata, "generateName", prefix);
    json_set_text(metadata, "namespace", object_namespace(service->object));
    json_set(metadata, "labels", make_labels(service));
    set_trigger_time(service, slice, true);
    cJSON_AddItemToArray(json_array_at(metadata, "ownerReferences"), make_controller_reference(service->object));
    json_set_text(slice, "addressType", "IPv4");
    json_set(slice, "endpoints", array_or_null(json_copy(group->endpoints)));
    json_set(slice, "ports", array_or_null(json_copy(group->ports)));
    return registry_create(service->runtime->registry, RESOURCE_ENDPOINTSLICES, object_namespace(service->object), slice, NULL,
                           status);
}

static int update_slice(const struct service *service, const struct group *group, struct status *status)
{
    bool trigger = false;
    const cJSON *present = object_tree(group->slice);
    cJSON *endpoints = order_endpoints(json_get(present, "endpoints"), group->endpoints, &trigger);
    AUTO_JSON cJSON *labels = make_labels(service);
    if (same_list(json_get(present, "endpoints"), endpoints) && same_list(json_get(present, "ports"), group->ports) &&
        json_equal(json_get(present, "metadata", "labels"), labels)) {
        cJSON_Delete(endpoints);
        return 0;
    }
    cJSON *slice = json_copy(present);
    json_set(json_object_at(slice, "metadata"), "labels", steal_pointer(&labels));
    set_trigger_time(service, slice, trigger);
    json_set(slice, "endpoints", array_or_null(endpoints));
    json_set(slice, "ports", array_or_null(json_copy(group->ports)));
    return write_object(service->runtime, group->slice, slice, NULL, status);
}

static int delete_slice(const struct service *service, const struct object *slice, struct status *status)
{
    struct delete_options options = DELETE_OPTIONS_DEFAULT;
    options.uid = object_uid(slice);
    int outcome = registry_delete(service->runtime->registry, RESOURCE_ENDPOINTSLICES, object_namespace(slice),
                                  object_name(slice), &options, NULL, NULL, status);
    return outcome != 0 && status->code == 404 ? 0 : outcome;
}

static int bring_about(struct service *service, struct status *status)
{
    gather_pods(service);
    gather_slices(service);
    if (service->group_count == 0) /* a slice without endpoints shows that there are none */
        (void)group_of(service, cJSON_CreateArray());
    match_slices(service);
    for (size_t i = 0; i < service->group_count; i++) {
        const struct group *group = &service->groups[i];
        if ((group->slice == NULL ? create_slice : update_slice)(service, group, status) != 0)
            return -1;
    }
    for (size_t i = 0; i < service->slice_count; i++) {
        if (!is_taken(service, service->slices[i]) && delete_slice(service, service->slices[i], status) != 0)
            return -1;
    }
    return 0;
}

static bool is_leaving(const struct runtime *runtime, const struct object *service)
{
    const struct object *namespace = view_get(runtime->view, RESOURCE_NAMESPACES, "", object_namespace(service));
    return is_being_deleted(object_tree(service)) || namespace == NULL || is_being_deleted(object_tree(namespace));
}

static int sync(struct controller *controller, const char *key, struct status *status)
{
    const struct object *object = controller_object(controller, RESOURCE_SERVICES, key);
    if (object == NULL || cJSON_GetArraySize(json_get(object_tree(object), "spec", "selector")) == 0 ||
        is_leaving(controller->runtime, object))
        return 0;
    struct service service = {.runtime = controller->runtime, .object = object, .tree = object_tree(object)};
    int outcome = bring_about(&service, status);
    for (size_t i = 0; i < service.group_count; i++) {
        cJSON_Delete(service.groups[i].ports);
        cJSON_Delete(service.groups[i].endpoints);
    }
    free(service.groups);
    free(service.slices);
    return outcome;
}

const struct controller_functions endpointslice_functions = {.name = "endpointslice", .observe = observe, .sync = sync};
