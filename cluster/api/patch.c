#include <string.h>

#include "cluster/api/list_merge.h"
#include "cluster/api/problem.h"
#include "cluster/api/registry_internal.h"
#include "cluster/api/version.h"
#include "common/memory.h"

/* The most bytes of a patch that an error shows. */
#define PATCH_SHOWN 1024

/* The most members of one object or list of a patch: each is looked up in the object that is there. */
#define PATCH_WIDTH_MAXIMUM 10000

struct patch_request {
    const struct resource *resource;
    const char *namespace;
    const char *name;
    enum subresource subresource;
    enum patch_type type;
    const cJSON *patch;
};

static cJSON *patch_tree(const struct patch_request *request, cJSON *base_take, struct status *status)
{
    const struct schema *schema = request->subresource == SUBRESOURCE_SCALE ? NULL : version_schema(request->resource);
    if (request->type == PATCH_JSON)
        return patch_json(base_take, request->patch, status);
    if (request->type == PATCH_STRATEGIC_MERGE)
        return patch_strategic_merge(schema, base_take, request->patch, status);
    if (cJSON_IsObject(request->patch))
        return json_merge_patch(base_take, request->patch);
    (void)status_set(status, 400, "BadRequest",
                     "error decoding patch: json: cannot unmarshal value into Go value of type "
                     "map[string]interface {}");
    cJSON_Delete(base_take);
    return NULL;
}

/* A patched object of the wrong shape is the patch's fault: 422, as Kubernetes has it. */
static int judge_shape(const struct patch_request *request, const cJSON *tree, struct status *status)
{
    struct error error = ERROR_NONE;
    if (!cJSON_IsObject(tree))
        return status_set(status, 422, "Invalid", "the server rejected our request due to an error in our request");
    if (request->subresource == SUBRESOURCE_SCALE)
        return 0;
    AUTO_JSON cJSON *copy = json_copy(tree);
    if (schema_normalize(version_schema(request->resource), &copy, &error) == 0)
        return 0;
    AUTO_FREE char *text = json_print(request->patch);
    AUTO_JSON cJSON *shown = cJSON_CreateString(text);
    AUTO_PROBLEMS struct problems problems = {0};
    if (strlen(text) > PATCH_SHOWN)
        shown->valuestring[PATCH_SHOWN] = '\0';
    problem_invalid(&problems, PATH_ROOT("patch"), shown, "%s", error.text);
    return problems_to_status(&problems, request->resource, "", status);
}

static cJSON *base_tree(struct registry *registry, const struct patch_request *request, struct status *status)
{
    if (request->subresource == SUBRESOURCE_SCALE)
        return registry_scale(registry, request->resource->id, request->namespace, request->name, status);
    AUTO_OBJECT struct object *present = find_object(registry, request->resource, request->namespace, request->name, status);
    return present != NULL ? version_tree(request->resource, object_tree(present)) : NULL;
}

static int patch_once(struct registry *registry, const struct patch_request *request, struct object **patched,
                      struct status *status)
{
    cJSON *base = base_tree(registry, request, status);
    cJSON *tree = base != NULL ? patch_tree(request, base, status) : NULL;
    if (tree == NULL)
        return -1;
    if (judge_shape(request, tree, status) < 0) {
        cJSON_Delete(tree);
        return -1;
    }
    if (request->subresource != SUBRESOURCE_SCALE)
        version_take_partial(request->resource, tree);
    return registry_update(registry, request->resource->id, request->namespace, request->name, request->subresource, tree,
                           patched, status);
}

/* Whether the patch names the version that it is meant for: then a conflict is the answer, not a reason to try again. */
static bool names_version(const struct patch_request *request)
{
    if (request->type != PATCH_JSON)
        return json_get(request->patch, "metadata", "resourceVersion") != NULL;
    const cJSON *operation = NULL;
    cJSON_ArrayForEach (operation, request->patch) {
        if (strcmp(json_text(json_get(operation, "path"), ""), "/metadata/resourceVersion") == 0)
            return true;
    }
    return false;
}

int registry_patch(struct registry *registry, enum resource_id resource, const char *namespace, const char *name,
                   enum subresource subresource, enum patch_type type, const cJSON *patch, struct object **patched,
                   struct status *status)
{
    return registry_patch_version(registry, resource_by_id(resource), namespace, name, subresource, type, patch, patched, status);
}

int registry_patch_version(struct registry *registry, const struct resource *version, const char *namespace, const char *name,
                           enum subresource subresource, enum patch_type type, const cJSON *patch, struct object **patched,
                           struct status *status)
{
    const struct patch_request request = {
        .resource = version, .namespace = namespace, .name = name, .subresource = subresource, .type = type, .patch = patch};
    if (patched != NULL)
        *patched = NULL;
    if (list_is_wide(patch, PATCH_WIDTH_MAXIMUM))
        return status_set(status, 413, "RequestEntityTooLarge", "a list or an object of the patch has more than %d members",
                          PATCH_WIDTH_MAXIMUM);
    int attempts = names_version(&request) ? 1 : WRITE_ATTEMPTS;
    for (int attempt = 1;; attempt++) {
        struct status failure = {0};
        if (patch_once(registry, &request, patched, &failure) == 0)
            return 0;
        if (failure.code == 409 && attempt < attempts) {
            status_release(&failure);
            continue;
        }
        if (status == NULL) {
            status_release(&failure);
            return -1;
        }
        status_release(status);
        *status = failure;
        return -1;
    }
}
