/* The verbs on one object. */
#include <stdio.h>
#include <string.h>

#include "cluster/api/field_validation.h"
#include "cluster/api/front.h"
#include "cluster/api/pod_security.h"
#include "cluster/api/representation.h"
#include "cluster/api/request_body.h"
#include "cluster/api/service_account_admission.h"
#include "cluster/api/version.h"
#include "cluster/api/write_options.h"

static void set_not_found(const struct resource *resource, const char *name, struct status *status)
{
    bool grouped = resource->group[0] != '\0';
    status_set(status, 404, "NotFound", "%s%s%s \"%s\" not found", resource->plural, grouped ? "." : "", resource->group, name);
    status_set_details(status, name, resource->group, resource->plural);
}

static void answer_scale(struct front *front, const struct route *route, struct answer *answer)
{
    AUTO_STATUS struct status status = {0};
    AUTO_JSON cJSON *scale = registry_scale(front->registry, route->resource->id, route->namespace, route->name, &status);
    if (scale == NULL)
        answer_status(answer, &status);
    else
        answer_tree(answer, 200, scale);
}

void object_get(struct front *front, const struct route *route, const struct http_request *request, struct answer *answer)
{
    struct representation representation;
    if (!representation_of(request, route->resource, &representation, answer))
        return;
    if (route->subresource == SUBRESOURCE_SCALE) {
        answer_scale(front, route, answer);
        return;
    }
    AUTO_OBJECT struct object *object =
        store_get(registry_store(front->registry), route->resource->id, route->namespace, route->name);
    if (object != NULL) {
        represent_object(&representation, object, answer, 200);
        return;
    }
    AUTO_STATUS struct status status = {0};
    set_not_found(route->resource, route->name, &status);
    answer_status(answer, &status);
}

static bool is_apply(const struct http_request *request)
{
    return request->content_type != NULL && strcmp(request->content_type, "application/apply-patch+yaml") == 0;
}

/* The object of the body, which must be of the route's kind and namespace. NULL with Status. */
static cJSON *read_object(const struct route *route, const struct http_request *request, struct answer *answer,
                          struct status *status)
{
    char version[64];
    resource_api_version(route->resource, version);
    const char *kind = route->resource->kind;
    if (route->subresource == SUBRESOURCE_SCALE) {
        snprintf(version, sizeof version, "autoscaling/v1");
        kind = "Scale";
    }
    AUTO_JSON cJSON *tree = request_body_object(request, version, kind, status);
    if (tree == NULL)
        return NULL;
    const char *namespace = json_text(json_get(tree, "metadata", "namespace"), "");
    const char *name = json_text(json_get(tree, "metadata", "name"), "");
    if (route->resource->namespaced && namespace[0] != '\0' && strcmp(namespace, route->namespace) != 0)
        status_set(status, 400, "BadRequest",
                   "the namespace of the provided object does not match the namespace sent on the request");
    else if (route->name != NULL && name[0] != '\0' && strcmp(name, route->name) != 0)
        status_set(status, 400, "BadRequest", "the name of the object (%.253s) does not match the name on the URL (%.253s)", name,
                   route->name);
    else if (route->subresource != SUBRESOURCE_SCALE && !is_apply(request))
        (void)field_validation_check(request, route->resource, tree, answer, status);
    return status->code == 0 ? steal_pointer(&tree) : NULL;
}

/* The same in the stored version. */
static cJSON *read_stored(const struct route *route, const struct http_request *request, struct answer *answer,
                          struct status *status)
{
    AUTO_JSON cJSON *tree = read_object(route, request, answer, status);
    if (tree == NULL || (route->subresource != SUBRESOURCE_SCALE && version_take(route->resource, &tree, status) != 0))
        return NULL;
    return steal_pointer(&tree);
}

/* The object before it is written, where that matters for warnings; NULL when there is none. */
static struct object *object_before(struct front *front, const struct route *route)
{
    if (route->subresource != SUBRESOURCE_NONE || route->resource->custom != NULL)
        return NULL;
    return store_get(registry_store(front->registry), route->resource->id, route->namespace, route->name);
}

static void warn_of_security(struct front *front, const struct route *route, const struct object *written,
                             const struct object *before, struct answer *answer)
{
    if (route->subresource != SUBRESOURCE_NONE || route->resource->custom != NULL)
        return;
    AUTO_JSON cJSON *warnings = pod_security_warnings(registry_store(front->registry), route->resource->id, object_tree(written),
                                                      before != NULL ? object_tree(before) : NULL);
    if (warnings != NULL)
        answer_warn(answer, warnings);
}

/* What was written, or, in a dry run, what would have been. */
static void answer_written(const struct route *route, const struct representation *representation, struct object *object,
                           struct answer *answer)
{
    if (route->subresource != SUBRESOURCE_SCALE) {
        represent_object(representation, object, answer, 200);
        return;
    }
    AUTO_JSON cJSON *scale = scale_of_object(object);
    answer_tree(answer, 200, scale);
}

void object_create_request(struct front *front, const struct route *route, const struct http_request *request,
                           struct answer *answer)
{
    struct representation representation;
    AUTO_STATUS struct status status = {0};
    AUTO_OBJECT struct object *created = NULL;
    if (!representation_of(request, route->resource, &representation, answer))
        return;
    cJSON *tree =
        write_options_take(request, "CreateOptions", false, &status) == 0 ? read_stored(route, request, answer, &status) : NULL;
    if (route->resource->id == RESOURCE_PODS)
        service_account_await(front->registry, route->namespace);
    if (tree == NULL || registry_create(front->registry, route->resource->id, route->namespace, tree, &created, &status) != 0)
        answer_status(answer, &status);
    else {
        warn_of_security(front, route, created, NULL, answer);
        represent_object(&representation, created, answer, 201);
    }
}

void object_update(struct front *front, const struct route *route, const struct http_request *request, struct answer *answer)
{
    struct representation representation;
    AUTO_STATUS struct status status = {0};
    AUTO_OBJECT struct object *updated = NULL;
    if (!representation_of(request, route->resource, &representation, answer))
        return;
    AUTO_OBJECT struct object *before = object_before(front, route);
    cJSON *tree =
        write_options_take(request, "UpdateOptions", false, &status) == 0 ? read_stored(route, request, answer, &status) : NULL;
    if (tree == NULL || registry_update(front->registry, route->resource->id, route->namespace, route->name, route->subresource,
                                        tree, &updated, &status) != 0)
        answer_status(answer, &status);
    else {
        warn_of_security(front, route, updated, before, answer);
        answer_written(route, &representation, updated, answer);
    }
}

static void object_apply(struct front *front, const struct route *route, const struct http_request *request,
                         const struct representation *representation, struct answer *answer)
{
    AUTO_STATUS struct status status = {0};
    AUTO_OBJECT struct object *applied = NULL;
    bool created = false;
    if (route->subresource == SUBRESOURCE_SCALE) {
        answer_error(answer, 400, "BadRequest", "apply patches of scales are not supported by this cluster");
        return;
    }
    AUTO_OBJECT struct object *before = object_before(front, route);
    cJSON *tree = read_object(route, request, answer, &status);
    if (tree != NULL)
        version_take_partial(route->resource, tree);
    if (route->resource->id == RESOURCE_PODS)
        service_account_await(front->registry, route->namespace);
    if (tree == NULL || registry_apply(front->registry, route->resource->id, route->namespace, route->name, route->subresource,
                                       tree, http_request_flag(request, "force"), &created, &applied, &status) != 0)
        answer_status(answer, &status);
    else {
        warn_of_security(front, route, applied, before, answer);
        represent_object(representation, applied, answer, created ? 201 : 200);
    }
}

#define PATCH_REFUSAL "the body of the request was in an unknown format - accepted media types include: "
#define PATCH_TYPES                                                                                                              \
    "application/json-patch+json, application/merge-patch+json, application/strategic-merge-patch+json, "                        \
    "application/apply-patch+yaml"
/* Without Go types, nothing is known of how lists merge. */
#define CUSTOM_PATCH_TYPES "application/json-patch+json, application/merge-patch+json, application/apply-patch+yaml"

/* -1 when the content type is none of a patch. */
static int read_patch_type(const char *content_type, enum patch_type *type)
{
    if (content_type == NULL)
        return -1;
    if (strcmp(content_type, "application/merge-patch+json") == 0)
        *type = PATCH_MERGE;
    else if (strcmp(content_type, "application/strategic-merge-patch+json") == 0)
        *type = PATCH_STRATEGIC_MERGE;
    else if (strcmp(content_type, "application/json-patch+json") == 0)
        *type = PATCH_JSON;
    else
        return -1;
    return 0;
}

void object_patch(struct front *front, const struct route *route, const struct http_request *request, struct answer *answer)
{
    struct representation representation;
    AUTO_STATUS struct status status = {0};
    AUTO_OBJECT struct object *patched = NULL;
    enum patch_type type;
    if (!representation_of(request, route->resource, &representation, answer))
        return;
    if (write_options_take(request, "PatchOptions", is_apply(request), &status) < 0) {
        answer_status(answer, &status);
        return;
    }
    if (is_apply(request)) {
        object_apply(front, route, request, &representation, answer);
        return;
    }
    if (read_patch_type(request->content_type, &type) != 0 ||
        (type == PATCH_STRATEGIC_MERGE && route->resource->custom != NULL)) {
        answer_error(answer, 415, "UnsupportedMediaType",
                     route->resource->custom != NULL ? PATCH_REFUSAL CUSTOM_PATCH_TYPES : PATCH_REFUSAL PATCH_TYPES);
        return;
    }
    AUTO_OBJECT struct object *before = object_before(front, route);
    AUTO_JSON cJSON *patch = request_body_tree(request, false, &status);
    bool checked = patch != NULL && (type == PATCH_JSON || route->subresource == SUBRESOURCE_SCALE ||
                                     field_validation_check(request, route->resource, patch, answer, &status) == 0);
    if (!checked || registry_patch_version(front->registry, route->resource, route->namespace, route->name, route->subresource,
                                           type, patch, &patched, &status) != 0)
        answer_status(answer, &status);
    else {
        warn_of_security(front, route, patched, before, answer);
        answer_written(route, &representation, patched, answer);
    }
}
