/* Deleting one object, or those of a collection, and evicting a pod. */
#include <pthread.h>
#include <string.h>

#include "cluster/api/disruption_budget.h"
#include "cluster/api/front.h"
#include "cluster/api/representation.h"
#include "cluster/api/request_body.h"
#include "cluster/api/selection.h"
#include "cluster/api/write_options.h"
#include "cluster/api/writer.h"

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

/* In the body it is a list. */
static int judge_dry_run(const cJSON *list, struct status *status)
{
    const cJSON *value = NULL;
    cJSON_ArrayForEach (value, list) {
        if (strcmp(json_text(value, ""), "All") != 0)
            return status_set(status, 422, "Invalid",
                              "DeleteOptions.meta.k8s.io \"\" is invalid: dryRun: Unsupported value: \"%.100s\": supported "
                              "values: \"All\"",
                              json_text(value, ""));
        writer_set(writer_manager(), true);
    }
    return 0;
}

/* From a DeleteOptions, from which the options borrow. */
static int take_delete_options(const cJSON *tree, struct delete_options *options, struct status *status)
{
    options->grace_seconds = json_integer(json_get(tree, "gracePeriodSeconds"), options->grace_seconds);
    options->uid = json_text(json_get(tree, "preconditions", "uid"), NULL);
    options->version = json_text(json_get(tree, "preconditions", "resourceVersion"), NULL);
    if (cJSON_IsTrue(json_get(tree, "orphanDependents")))
        options->propagation = PROPAGATION_ORPHAN;
    if (judge_dry_run(json_get(tree, "dryRun"), status) < 0)
        return -1;
    return read_propagation(json_text(json_get(tree, "propagationPolicy"), NULL), options, status);
}

/* From the body (a DeleteOptions; *body keeps what the options borrow) and the query. */
static int read_delete_options(const struct http_request *request, struct delete_options *options, cJSON **body,
                               struct status *status)
{
    *options = DELETE_OPTIONS_DEFAULT;
    if (write_options_take(request, "DeleteOptions", false, status) < 0)
        return -1;
    if (http_request_integer(request, "gracePeriodSeconds", &options->grace_seconds) != 0)
        return status_set(status, 400, "BadRequest", "gracePeriodSeconds is no number");
    if (read_propagation(http_request_parameter(request, "propagationPolicy"), options, status) != 0)
        return -1;
    if (request->body.length == 0)
        return 0;
    *body = request_body_delete_options(request, status);
    if (*body == NULL)
        return -1;
    return take_delete_options(*body, options, status);
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

/* The pod that an Eviction means, judged; its options borrow from it. NULL with Status. */
static cJSON *read_eviction(const char *name, const struct http_request *request, struct delete_options *options,
                            struct status *status)
{
    *options = DELETE_OPTIONS_DEFAULT;
    if (write_options_take(request, "CreateOptions", false, status) < 0)
        return NULL;
    AUTO_JSON cJSON *tree = request_body_object(request, "policy/v1", "Eviction", status);
    const char *wanted = json_text(json_get(tree, "metadata", "name"), "");
    if (tree == NULL || take_delete_options(json_get(tree, "deleteOptions"), options, status) < 0)
        return NULL;
    if (wanted[0] != '\0' && strcmp(wanted, name) != 0) {
        (void)status_set(status, 400, "BadRequest", "name in URL does not match name in Eviction object: %.253s: %.253s", name,
                         wanted);
        return NULL;
    }
    return steal_pointer(&tree);
}

/* One after the other: each is counted before the next is judged. */
static int evict(struct front *front, const struct route *route, const struct delete_options *options, struct status *status)
{
    static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
    struct store *store = registry_store(front->registry);
    pthread_mutex_lock(&lock);
    AUTO_OBJECT struct object *pod = store_get(store, RESOURCE_PODS, route->namespace, route->name);
    int outcome = pod != NULL ? disruption_budget_check(store, pod, status) : 0;
    if (outcome == 0)
        outcome = registry_delete(front->registry, RESOURCE_PODS, route->namespace, route->name, options, NULL, NULL, status);
    pthread_mutex_unlock(&lock);
    return outcome;
}

void pod_evict(struct front *front, const struct route *route, const struct http_request *request, struct answer *answer)
{
    AUTO_STATUS struct status status = {0};
    struct delete_options options;
    AUTO_JSON cJSON *eviction = read_eviction(route->name, request, &options, &status);
    if (eviction == NULL || evict(front, route, &options, &status) != 0) {
        answer_status(answer, &status);
        return;
    }
    AUTO_JSON cJSON *tree = cJSON_CreateObject();
    json_set_text(tree, "kind", "Status");
    json_set_text(tree, "apiVersion", "v1");
    json_object_at(tree, "metadata");
    json_set_text(tree, "status", "Success");
    json_set_integer(tree, "code", 201);
    answer_tree(answer, 201, tree);
}
