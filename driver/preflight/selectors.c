#include <string.h>

#include "driver/preflight/checks.h"
#include "driver/preflight/workload.h"

/* Everything that will be in the namespace: what is there, and what is applied. */
struct scene {
    const cJSON *hpas;
    const cJSON *workloads;
    const struct preflight_variant *variant;
};

typedef void visit_object(const struct scene *scene, const cJSON *object, const void *context, struct obstacles *obstacles);

static bool is_applied(const struct scene *scene, const char *kind, const cJSON *object)
{
    for (size_t i = 0; i < scene->variant->object_count; i++) {
        const cJSON *applied = scene->variant->objects[i];
        if (strcmp(workload_kind(applied), kind) == 0 && strcmp(workload_name(applied), workload_name(object)) == 0)
            return true;
    }
    return false;
}

static bool is_owned(const cJSON *object)
{
    return cJSON_GetArraySize(json_get(object, "metadata", "ownerReferences")) > 0;
}

static void each_workload(const struct scene *scene, visit_object *visit, const void *context, struct obstacles *obstacles)
{
    const cJSON *object = NULL;
    for (size_t i = 0; i < scene->variant->object_count; i++) {
        if (json_get(workload_template(scene->variant->objects[i]), "spec", "containers") != NULL)
            visit(scene, scene->variant->objects[i], context, obstacles);
    }
    cJSON_ArrayForEach (object, scene->workloads) {
        if (!is_owned(object) && !is_applied(scene, workload_kind(object), object))
            visit(scene, object, context, obstacles);
    }
}

static void each_hpa(const struct scene *scene, visit_object *visit, const void *context, struct obstacles *obstacles)
{
    const cJSON *object = NULL;
    for (size_t i = 0; i < scene->variant->object_count; i++) {
        if (strcmp(workload_kind(scene->variant->objects[i]), "HorizontalPodAutoscaler") == 0)
            visit(scene, scene->variant->objects[i], context, obstacles);
    }
    cJSON_ArrayForEach (object, json_get(scene->hpas, "items")) {
        if (!is_applied(scene, "HorizontalPodAutoscaler", object))
            visit(scene, object, context, obstacles);
    }
}

struct pair {
    const cJSON *hpa;
    const cJSON *target;
};

static bool is_same(const cJSON *left, const cJSON *right)
{
    return strcmp(workload_kind(left), workload_kind(right)) == 0 && strcmp(workload_name(left), workload_name(right)) == 0;
}

/* A workload whose pods the HPA of another would count. */
static void see_neighbour(const struct scene *scene, const cJSON *object, const void *context, struct obstacles *obstacles)
{
    const struct pair *pair = context;
    (void)scene;
    const cJSON *labels = strcmp(workload_kind(object), "Pod") == 0 ? json_get(object, "metadata", "labels")
                                                                    : json_get(workload_template(object), "metadata", "labels");
    if (is_same(object, pair->target) || !label_selector_matches(json_get(pair->target, "spec", "selector"), labels))
        return;
    obstacles_add(
        obstacles, true,
        "HPA \"%s\" would count the pods of %s \"%s\" too, which the selector of %s \"%s\" selects: give each workload a "
        "label of its own in its selector and its pods",
        workload_name(pair->hpa), workload_kind(object), workload_name(object), workload_kind(pair->target),
        workload_name(pair->target));
}

static void see_target(const struct scene *scene, const cJSON *object, const void *context, struct obstacles *obstacles)
{
    const struct pair pair = {.hpa = context, .target = object};
    if (hpa_targets(pair.hpa, object) && json_get(object, "spec", "selector") != NULL)
        each_workload(scene, see_neighbour, &pair, obstacles);
}

static void see_rival(const struct scene *scene, const cJSON *object, const void *context, struct obstacles *obstacles)
{
    const cJSON *hpa = context;
    (void)scene;
    if (strcmp(workload_name(hpa), workload_name(object)) >= 0 ||
        !json_equal(json_get(hpa, "spec", "scaleTargetRef", "kind"), json_get(object, "spec", "scaleTargetRef", "kind")) ||
        !json_equal(json_get(hpa, "spec", "scaleTargetRef", "name"), json_get(object, "spec", "scaleTargetRef", "name")))
        return;
    obstacles_add(obstacles, true, "HPAs \"%s\" and \"%s\" scale the same %s \"%s\" (AmbiguousSelector): delete one of them",
                  workload_name(hpa), workload_name(object), json_text(json_get(hpa, "spec", "scaleTargetRef", "kind"), ""),
                  json_text(json_get(hpa, "spec", "scaleTargetRef", "name"), ""));
}

static void see_hpa(const struct scene *scene, const cJSON *object, const void *context, struct obstacles *obstacles)
{
    (void)context;
    each_workload(scene, see_target, object, obstacles);
    each_hpa(scene, see_rival, object, obstacles);
}

void check_selectors(const cJSON *hpas, const cJSON *workloads, const struct preflight_variant *variant,
                     struct obstacles *obstacles)
{
    const struct scene scene = {.hpas = hpas, .workloads = workloads, .variant = variant};
    each_hpa(&scene, see_hpa, NULL, obstacles);
}
