#include <string.h>

#include "cluster/api/authorization.h"
#include "cluster/api/front.h"
#include "cluster/api/review.h"

void answer_no_such_resource(struct answer *answer)
{
    AUTO_STATUS struct status status = {0};
    status_set(&status, 404, "NotFound", "the server could not find the requested resource");
    status.details = cJSON_CreateObject();
    answer_status(answer, &status);
}

void answer_method_not_allowed(struct answer *answer)
{
    AUTO_STATUS struct status status = {0};
    status_set(&status, 405, "MethodNotAllowed", "the server does not allow this method on the requested resource");
    status.details = cJSON_CreateObject();
    answer_status(answer, &status);
}

bool front_is_public(const struct http_request *request)
{
    static const char *const public[] = {"livez", "readyz", "healthz", "version"};
    for (size_t i = 0; i < sizeof public / sizeof public[0]; i++)
        if (request->segment_count == 1 && strcmp(request->segments[0], public[i]) == 0)
            return true;
    return false;
}

/* Is this group and version one that is served? */
static bool is_served(const char *group, const char *version)
{
    const struct resource *resource;
    for (size_t i = 0; (resource = resource_served(i)) != NULL; i++) {
        if (strcmp(resource->group, group) == 0 && strcmp(resource->version, version) == 0)
            return true;
    }
    return false;
}

/* The path after the version: [namespaces NS] PLURAL [NAME [SUBRESOURCE]]. */
struct resource_path {
    const char *namespace;
    const char *plural;
    const char *name;
    const char *subresource;
};

static bool read_resource_path(char *const *segments, size_t count, struct resource_path *path)
{
    *path = (struct resource_path){.namespace = ""};
    if (count >= 3 && strcmp(segments[0], "namespaces") == 0 && strcmp(segments[2], "status") != 0 &&
        strcmp(segments[2], "finalize") != 0) {
        path->namespace = segments[1];
        segments += 2;
        count -= 2;
    }
    if (count < 1 || count > 3)
        return false;
    path->plural = segments[0];
    path->name = count > 1 ? segments[1] : NULL;
    path->subresource = count > 2 ? segments[2] : NULL;
    return true;
}

static bool find_subresource(const struct resource *resource, const char *text, enum subresource *subresource)
{
    *subresource = SUBRESOURCE_NONE;
    if (text == NULL)
        return true;
    if (strcmp(text, "status") == 0 && resource->has_status)
        *subresource = SUBRESOURCE_STATUS;
    else if (strcmp(text, "scale") == 0 && resource->has_scale)
        *subresource = SUBRESOURCE_SCALE;
    else
        return false;
    return true;
}

static bool is_method(const struct http_request *request, const char *method)
{
    return strcmp(request->method, method) == 0;
}

static void dispatch_collection(struct front *front, const struct route *route, const struct http_request *request,
                                struct answer *answer)
{
    bool across_namespaces = route->resource->namespaced && route->namespace[0] == '\0';
    if (is_method(request, "GET") && http_request_flag(request, "watch"))
        collection_watch(front, route, request, answer);
    else if (is_method(request, "GET"))
        collection_list(front, route, request, answer);
    else if (is_method(request, "POST") && !across_namespaces)
        object_create_request(front, route, request, answer);
    else if (is_method(request, "DELETE") && !across_namespaces && route->resource->id != RESOURCE_NAMESPACES)
        collection_delete(front, route, request, answer);
    else
        answer_method_not_allowed(answer);
}

static void dispatch_object(struct front *front, const struct route *route, const struct http_request *request,
                            struct answer *answer)
{
    if (is_method(request, "GET"))
        object_get(front, route, request, answer);
    else if (is_method(request, "PUT"))
        object_update(front, route, request, answer);
    else if (is_method(request, "PATCH"))
        object_patch(front, route, request, answer);
    else if (is_method(request, "DELETE") && route->subresource == SUBRESOURCE_NONE)
        object_delete(front, route, request, answer);
    else
        answer_method_not_allowed(answer);
}

static void dispatch_log(struct front *front, const struct resource_path *path, const struct http_request *request,
                         struct answer *answer)
{
    if (is_method(request, "GET"))
        log_read(front, path->namespace, path->name, request, answer);
    else
        answer_method_not_allowed(answer);
}

static void dispatch_eviction(struct front *front, const struct resource_path *path, const struct http_request *request,
                              struct answer *answer)
{
    const struct route route = {.namespace = path->namespace, .name = path->name};
    if (is_method(request, "POST"))
        pod_evict(front, &route, request, answer);
    else
        answer_method_not_allowed(answer);
}

/* Subresources that pods alone have. False when it is none of them. */
static bool dispatch_pod(struct front *front, const struct resource_path *path, const struct http_request *request,
                         struct answer *answer)
{
    if (path->subresource == NULL)
        return false;
    if (strcmp(path->subresource, "log") == 0)
        dispatch_log(front, path, request, answer);
    else if (strcmp(path->subresource, "eviction") == 0)
        dispatch_eviction(front, path, request, answer);
    else if (connect_is_refused(path->subresource))
        connect_refuse(front, path->namespace, path->name, path->subresource, answer);
    else
        return false;
    return true;
}

static void dispatch_resource(struct front *front, const char *group, const char *version, char *const *segments, size_t count,
                              const struct http_request *request, struct answer *answer)
{
    struct resource_path path;
    struct route route;
    if (!read_resource_path(segments, count, &path)) {
        answer_no_such_resource(answer);
        return;
    }
    route.resource = resource_by_path(group, version, path.plural);
    if (route.resource == NULL || (!route.resource->namespaced && path.namespace[0] != '\0') ||
        (route.resource->namespaced && path.namespace[0] == '\0' && path.name != NULL)) {
        answer_no_such_resource(answer);
        return;
    }
    if (route.resource->id == RESOURCE_PODS && dispatch_pod(front, &path, request, answer))
        return;
    route.namespace = path.namespace;
    route.name = path.name;
    if (!find_subresource(route.resource, path.subresource, &route.subresource))
        answer_no_such_resource(answer);
    else if (route.name == NULL)
        dispatch_collection(front, &route, request, answer);
    else
        dispatch_object(front, &route, request, answer);
}

static void not_found(struct answer *answer)
{
    answer_text(answer, 404, "404 page not found\n");
}

void front_dispatch(struct front *front, const struct http_request *request, struct answer *answer)
{
    char *const *segments = request->segments;
    size_t count = request->segment_count;
    if (!authorization_check(registry_store(front->registry), request, answer))
        return;
    if (discovery_answer(front, request, answer) || review_answer(front, request, answer) || proxy_answer(front, request, answer))
        return;
    if (count >= 3 && strcmp(segments[0], "api") == 0 && strcmp(segments[1], "v1") == 0)
        dispatch_resource(front, "", "v1", segments + 2, count - 2, request, answer);
    else if (count >= 4 && strcmp(segments[0], "apis") == 0 && strcmp(segments[1], "metrics.k8s.io") == 0 &&
             strcmp(segments[2], "v1beta1") == 0)
        metrics_get(front, request, answer);
    else if (count >= 4 && strcmp(segments[0], "apis") == 0 && custom_metrics_is_version(segments[1], segments[2]))
        custom_metrics_get(front, request, answer);
    else if (count >= 4 && strcmp(segments[0], "apis") == 0 && segments[1][0] != '\0' && is_served(segments[1], segments[2]))
        dispatch_resource(front, segments[1], segments[2], segments + 3, count - 3, request, answer);
    else
        not_found(answer);
}
