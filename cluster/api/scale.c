#include <string.h>

#include "cluster/api/custom_resource.h"
#include "cluster/api/problem.h"
#include "cluster/api/registry_internal.h"
#include "cluster/api/schema_tables.h"
#include "cluster/api/selector.h"
#include "common/memory.h"

static const struct schema_field scale_spec_fields[] = {F_INT32("replicas"), F_END};
static const struct schema scale_spec = {"ScaleSpec", scale_spec_fields};
static const struct schema_field scale_fields[] = {
    F_OBJECT_ALWAYS("metadata", &schema_object_meta),
    F_OBJECT_ALWAYS("spec", &scale_spec),
    F_END,
};
static const struct schema scale_schema = {"Scale", scale_fields};

/* For the words of a refused Scale. */
static const struct resource scale_resource = {.group = "autoscaling", .version = "v1", .plural = "scales", .kind = "Scale"};

/* The member at a path such as ".spec.replicas"; NULL when it is not there. */
static const cJSON *member_at(const cJSON *tree, const char *path)
{
    const cJSON *value = path != NULL ? tree : NULL;
    while (value != NULL && *path == '.') {
        size_t length = strcspn(path + 1, ".");
        AUTO_FREE char *name = memory_copy_bytes(path + 1, length);
        value = cJSON_GetObjectItemCaseSensitive(value, name);
        path += 1 + length;
    }
    return value;
}

/* Sets the number at such a path; objects on the way are made. */
static void set_member(cJSON *tree, const char *path, int64_t number)
{
    cJSON *parent = tree;
    if (path == NULL)
        return;
    while (*path == '.') {
        size_t length = strcspn(path + 1, ".");
        AUTO_FREE char *name = memory_copy_bytes(path + 1, length);
        path += 1 + length;
        if (*path == '.')
            parent = json_object_at(parent, name);
        else
            json_set_integer(parent, name, number);
    }
}

/* Custom resources say themselves where the numbers are. */
static void fill_custom_scale(const struct custom_version *version, const cJSON *tree, cJSON *scale)
{
    const char *selector = json_text(member_at(tree, version->scale.selector), "");
    int64_t wanted = json_integer(member_at(tree, version->scale.wanted), 0);
    if (wanted != 0)
        json_set_integer(json_object_at(scale, "spec"), "replicas", wanted);
    else
        json_object_at(scale, "spec");
    cJSON *status = json_object_at(scale, "status");
    json_set_integer(status, "replicas", json_integer(member_at(tree, version->scale.current), 0));
    if (selector[0] != '\0')
        json_set_text(status, "selector", selector);
}

static void set_replicas(const struct resource *resource, cJSON *tree, int64_t replicas)
{
    set_member(tree, resource->custom != NULL ? resource->custom->scale.wanted : ".spec.replicas", replicas);
}

cJSON *scale_of_object(const struct object *object)
{
    static const char *const kept[] = {"name", "namespace", "uid", "resourceVersion", "creationTimestamp"};
    const cJSON *tree = object_tree(object);
    cJSON *scale = cJSON_CreateObject();
    json_set_text(scale, "kind", "Scale");
    json_set_text(scale, "apiVersion", "autoscaling/v1");
    cJSON *metadata = json_object_at(scale, "metadata");
    for (size_t i = 0; i < sizeof kept / sizeof kept[0]; i++)
        json_copy_member(metadata, json_get(tree, "metadata"), kept[i]);
    const struct resource *resource = resource_by_id(object_resource(object));
    if (resource->custom != NULL) {
        fill_custom_scale(resource->custom, tree, scale);
        return scale;
    }
    cJSON *spec = json_object_at(scale, "spec");
    if (json_integer(json_get(tree, "spec", "replicas"), 0) != 0)
        json_copy_member(spec, json_get(tree, "spec"), "replicas");
    cJSON *status = json_object_at(scale, "status");
    json_set_integer(status, "replicas", json_integer(json_get(tree, "status", "replicas"), 0));
    AUTO_SELECTOR struct selector *selector = selector_from_label_selector(json_get(tree, "spec", "selector"));
    AUTO_FREE char *text = selector_to_text(selector);
    if (text[0] != '\0')
        json_set_text(status, "selector", text);
    return scale;
}

static struct object *find_scalable(struct registry *registry, enum resource_id resource, const char *namespace, const char *name,
                                    struct status *status)
{
    const struct resource *description = resource_by_id(resource);
    if (!description->has_scale) {
        (void)status_set(status, 404, "NotFound", "the server could not find the requested resource");
        return NULL;
    }
    return find_object(registry, description, namespace, name, status);
}

/* For the words about a scale of a kind whose object is not there: the subresource's own for some kinds. */
static struct resource missing_resource(const struct resource *resource)
{
    struct resource named = *resource;
    if (resource->id == RESOURCE_DEPLOYMENTS)
        named.plural = "deployments/scale";
    else if (resource->id == RESOURCE_REPLICASETS)
        named.plural = "replicasets/scale";
    return named;
}

cJSON *registry_scale(struct registry *registry, enum resource_id resource, const char *namespace, const char *name,
                      struct status *status)
{
    AUTO_OBJECT struct object *object = find_scalable(registry, resource, namespace, name, status);
    if (object != NULL)
        return scale_of_object(object);
    const struct resource missing = missing_resource(resource_by_id(resource));
    if (missing.has_scale)
        (void)fail_not_found(status, &missing, name);
    return NULL;
}

static int decode_scale(cJSON **scale, struct status *status)
{
    const char *kind = json_text(json_get(*scale, "kind"), "Scale");
    const char *api_version = json_text(json_get(*scale, "apiVersion"), "autoscaling/v1");
    if (!cJSON_IsObject(*scale) || strcmp(kind, "Scale") != 0 || strcmp(api_version, "autoscaling/v1") != 0)
        return status_set(status, 400, "BadRequest",
                          "%.100s in version \"%.100s\" cannot be handled as a Scale: no such conversion", kind, api_version);
    struct error error = ERROR_NONE;
    if (schema_normalize(&scale_schema, scale, &error) < 0)
        return status_set(status, 400, "BadRequest", "Scale in version \"v1\" cannot be handled as a Scale: %s", error.text);
    return 0;
}

static int judge_scale(const cJSON *scale, const char *name, struct status *status)
{
    AUTO_PROBLEMS struct problems problems = {0};
    int64_t replicas = json_integer(json_get(scale, "spec", "replicas"), 0);
    if (replicas < 0)
        problem_invalid_integer(&problems, PATH_CHILD(PATH_ROOT("spec"), "replicas"), replicas,
                                "must be greater than or equal to 0");
    return problems_to_status(&problems, &scale_resource, name, status);
}

int update_scale(struct registry *registry, enum resource_id resource, const char *namespace, const char *name,
                 const cJSON *scale, struct object **updated, struct status *status)
{
    AUTO_JSON cJSON *given = scale != NULL ? json_copy(scale) : cJSON_CreateNull();
    AUTO_OBJECT struct object *old = find_scalable(registry, resource, namespace, name, status);
    if (old == NULL || decode_scale(&given, status) < 0 ||
        decode_check_location(resource_by_id(resource), given, namespace, name, status) < 0 ||
        check_preconditions(old, given, status) < 0 || judge_scale(given, name, status) < 0)
        return -1;
    cJSON *tree = json_copy(object_tree(old));
    set_replicas(resource_by_id(resource), tree, json_integer(json_get(given, "spec", "replicas"), 0));
    return write_update(registry, old, tree, SUBRESOURCE_SCALE, updated, status);
}
