/* The verbs on one object. */
#include <stdio.h>
#include <string.h>

#include "cluster/api/field_validation.h"
#include "cluster/api/front.h"
#include "cluster/api/representation.h"
#include "cluster/api/request_body.h"
#include "cluster/api/selection.h"
#include "cluster/api/version.h"

static void set_not_found(const struct resource *resource, const char *name, struct status *status)
{
    bool grouped = resource->group[0] != '\0';
    status_set(status, 404, "NotFound", "%s%s%s \"%s\" not found", resource->plural, grouped ? "." : "", resource->group, name);
    status_set_details(status, name, resource->group, resource->plural);
}

/* Answers 400 and returns false when the client asks for a dry run. */
static bool refuse_dry_run(const struct http_request *request, struct answer *answer)
{
    const char *dry_run = http_request_parameter(request, "dryRun");
    if (dry_run == NULL || dry_run[0] == '\0')
        return true;
    answer_error(answer, 400, "BadRequest", "dryRun is not supported by this cluster");
    return false;
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

/* The object of the body, which must be of the route's kind and namespace. NULL with Status. */
static cJSON *read_object(const struct route *route, const struct http_request *request, struct status *status)
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
    else if (route->subresource != SUBRESOURCE_SCALE)
        (void)field_validation_check(request, route->resource, tree, status);
    return status->code == 0 ? steal_pointer(&tree) : NULL;
}

/* The same in the stored version. */
static cJSON *read_stored(const struct route *route, const struct http_request *request, struct status *status)
{
    AUTO_JSON cJSON *tree = read_object(route, request, status);
    if (tree == NULL || (route->subresource != SUBRESOURCE_SCALE && version_take(route->resource, &tree, status) != 0))
        return NULL;
    return steal_pointer(&tree);
}

static void answer_written(struct front *front, const struct route *route, const struct representation *representation,
                           struct object *object, int code, struct answer *answer)
{
    if (route->subresource == SUBRESOURCE_SCALE)
        answer_scale(front, route, answer);
    else
        represent_object(representation, object, answer, code);
}

void object_create_request(struct front *front, const struct route *route, const struct http_request *request,
                           struct answer *answer)
{
    struct representation representation;
    AUTO_STATUS struct status status = {0};
    AUTO_OBJECT struct object *created = NULL;
    if (!representation_of(request, route->resource, &representation, answer) || !refuse_dry_run(request, answer))
        return;
    cJSON *tree = read_stored(route, request, &status);
    if (tree == NULL || registry_create(front->registry, route->resource->id, route->namespace, tree, &created, &status) != 0)
        answer_status(answer, &status);
    else
        represent_object(&representation, created, answer, 201);
}

void object_update(struct front *front, const struct route *route, const struct http_request *request, struct answer *answer)
{
    struct representation representation;
    AUTO_STATUS struct status status = {0};
    AUTO_OBJECT struct object *updated = NULL;
    if (!representation_of(request, route->resource, &representation, answer) || !refuse_dry_run(request, answer))
        return;
    cJSON *tree = read_stored(route, request, &status);
    if (tree == NULL || registry_update(front->registry, route->resource->id, route->namespace, route->name, route->subresource,
                                        tree, &updated, &status) != 0)
        answer_status(answer, &status);
    else
        answer_written(front, route, &representation, updated, 200, answer);
}

static void object_apply(struct front *front, const struct route *route, const struct http_request *request,
                         const struct representation *representation, struct answer *answer)
{
    AUTO_STATUS struct status status = {0};
    AUTO_OBJECT struct object *applied = NULL;
    bool created = false;
    const char *manager = http_request_parameter(request, "fieldManager");
    if (route->subresource != SUBRESOURCE_NONE) {
        answer_error(answer, 400, "BadRequest", "apply patches of subresources are not supported by this cluster");
        return;
    }
    if (manager == NULL || manager[0] == '\0') {
        answer_error(answer, 422, "Invalid",
                     "PatchOptions.meta.k8s.io \"\" is invalid: fieldManager: Required value: "
                     "is required for apply patch");
        return;
    }
    cJSON *tree = read_object(route, request, &status);
    if (tree != NULL)
        version_take_partial(route->resource, tree);
    if (tree == NULL || registry_apply(front->registry, route->resource->id, route->namespace, route->name, tree, manager,
                                       &created, &applied, &status) != 0)
        answer_status(answer, &status);
    else
        represent_object(representation, applied, answer, created ? 201 : 200);
}

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
    if (!representation_of(request, route->resource, &representation, answer) || !refuse_dry_run(request, answer))
        return;
    if (request->content_type != NULL && strcmp(request->content_type, "application/apply-patch+yaml") == 0) {
        object_apply(front, route, request, &representation, answer);
        return;
    }
    if (read_patch_type(request->content_type, &type) != 0) {
        answer_error(answer, 415, "UnsupportedMediaType",
                     "the body of the request was in an unknown format - accepted media types include: "
                     "application/json-patch+json, application/merge-patch+json, application/strategic-merge-patch+json, "
                     "application/apply-patch+yaml");
        return;
    }
    AUTO_JSON cJSON *patch = request_body_tree(request, false, &status);
    bool checked = patch != NULL && (type == PATCH_JSON || route->subresource == SUBRESOURCE_SCALE ||
                                     field_validation_check(request, route->resource, patch, &status) == 0);
    if (!checked || registry_patch_version(front->registry, route->resource, route->namespace, route->name, route->subresource,
                                           type, patch, &patched, &status) != 0)
        answer_status(answer, &status);
    else
        answer_written(front, route, &representation, patched, 200, answer);
}

static int read_propagation(const char *text, struct delete_options *options, struct status *status)
{
    if (text == NULL || text[0] == '\0')
        return 0;
    if (strcmp(text, "Background") == 0)
        options->propagation = PROPAGATION_BACKGROUND;
    else if (strcmp(text, "Foreground") == 0)
        options->propagation = PROPAGATION_FOREGROUND;
    else if (strcmp(text, "Orphan") == 0)
        options->propagation = PROPAGATION_ORPHAN;
    else
        return status_set(status, 422, "Invalid",
                          "DeleteOptions.meta.k8s.io \"\" is invalid: propagationPolicy: Unsupported value: \"%.100s\": "
                          "supported values: \"Background\", \"Foreground\", \"Orphan\"",
                          text);
    return 0;
}

/* From the body (a DeleteOptions; *body keeps what the options borrow) and the query. */
static int read_delete_options(const struct http_request *request, struct delete_options *options, cJSON **body,
                               struct status *status)
{
    *options = DELETE_OPTIONS_DEFAULT;
    if (http_request_integer(request, "gracePeriodSeconds", &options->grace_seconds) != 0)
        return status_set(status, 400, "BadRequest", "gracePeriodSeconds is no number");
    if (read_propagation(http_request_parameter(request, "propagationPolicy"), options, status) != 0)
        return -1;
    if (request->body.length == 0)
        return 0;
    *body = request_body_delete_options(request, status);
    if (*body == NULL)
        return -1;
    options->grace_seconds = json_integer(json_get(*body, "gracePeriodSeconds"), options->grace_seconds);
    options->uid = json_text(json_get(*body, "preconditions", "uid"), NULL);
    if (cJSON_IsTrue(json_get(*body, "orphanDependents")))
        options->propagation = PROPAGATION_ORPHAN;
    if (cJSON_GetArraySize(json_get(*body, "dryRun")) > 0)
        return status_set(status, 400, "BadRequest", "dryRun is not supported by this cluster");
    return read_propagation(json_text(json_get(*body, "propagationPolicy"), NULL), options, status);
}

/* Kinds whose last state is the answer to their deletion; for others it is a Status once they are gone. */
static bool gives_deleted_object(enum resource_id resource)
{
    return resource == RESOURCE_PODS || resource == RESOURCE_SERVICES || resource == RESOURCE_NAMESPACES ||
           resource == RESOURCE_SERVICEACCOUNTS;
}

static void answer_deleted(const struct resource *resource, const struct object *last, struct answer *answer)
{
    AUTO_JSON cJSON *tree = cJSON_CreateObject();
    json_set_text(tree, "kind", "Status");
    json_set_text(tree, "apiVersion", "v1");
    json_object_at(tree, "metadata");
    json_set_text(tree, "status", "Success");
    cJSON *details = json_object_at(tree, "details");
    json_set_text(details, "name", object_name(last));
    if (resource->group[0] != '\0')
        json_set_text(details, "group", resource->group);
    json_set_text(details, "kind", resource->plural);
    json_set_text(details, "uid", object_uid(last));
    answer_tree(answer, 200, tree);
}

void object_delete(struct front *front, const struct route *route, const struct http_request *request, struct answer *answer)
{
    AUTO_STATUS struct status status = {0};
    AUTO_OBJECT struct object *last = NULL;
    AUTO_JSON cJSON *body = NULL;
    struct delete_options options;
    struct representation plain = {.resource = route->resource};
    bool gone = false;
    if (!refuse_dry_run(request, answer))
        return;
    if (read_delete_options(request, &options, &body, &status) != 0 ||
        registry_delete(front->registry, route->resource->id, route->namespace, route->name, &options, &gone, &last, &status) !=
            0)
        answer_status(answer, &status);
    else if (gone && !gives_deleted_object(route->resource->id))
        answer_deleted(route->resource, last, answer);
    else
        represent_object(&plain, last, answer, 200);
}

void collection_delete(struct front *front, const struct route *route, const struct http_request *request, struct answer *answer)
{
    AUTO_STATUS struct status status = {0};
    AUTO_JSON cJSON *body = NULL;
    AUTO_OBJECT_LIST struct object_list list = {0};
    struct delete_options options;
    if (!refuse_dry_run(request, answer))
        return;
    if (read_delete_options(request, &options, &body, &status) != 0 ||
        selection_read(front, route, request, &list, &status) != 0) {
        answer_status(answer, &status);
        return;
    }
    for (size_t i = 0; i < list.count; i++) {
        const struct object *object = list.objects[i];
        if (registry_delete(front->registry, route->resource->id, object_namespace(object), object_name(object), &options, NULL,
                            NULL, &status) != 0 &&
            status.code != 404) {
            answer_status(answer, &status);
            return;
        }
    }
    selection_answer(route, &list, answer);
}
