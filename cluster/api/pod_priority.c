/* The number behind a pod's priorityClassName, as the admission plugin Priority fills it in. */
#include <inttypes.h>
#include <string.h>

#include "cluster/api/registry_internal.h"
#include "common/memory.h"

/* What a pod without a class gets: of several global defaults the lowest counts. NULL when there is none. */
static struct object *find_default(struct registry *registry)
{
    struct object *found = NULL;
    AUTO_OBJECT_LIST struct object_list classes = {0};
    store_list(registry->store, RESOURCE_PRIORITYCLASSES, NULL, &classes);
    for (size_t i = 0; i < classes.count; i++) {
        const cJSON *tree = object_tree(classes.objects[i]);
        if (!json_boolean(json_get(tree, "globalDefault"), false))
            continue;
        if (found != NULL && json_integer(json_get(tree, "value"), 0) >= json_integer(json_get(object_tree(found), "value"), 0))
            continue;
        object_release(found);
        found = object_reference(classes.objects[i]);
    }
    return found;
}

static int check_number(const cJSON *spec, const char *pod, int64_t computed, struct status *status)
{
    const cJSON *given = json_get(spec, "priority");
    if (given == NULL || json_integer(given, 0) == computed)
        return 0;
    AUTO_FREE char *why = memory_format("the integer value of priority (%" PRId64
                                        ") must not be provided in pod spec; priority admission controller computed %" PRId64
                                        " from the given PriorityClass name",
                                        json_integer(given, 0), computed);
    return fail_forbidden(status, resource_by_id(RESOURCE_PODS), pod, why);
}

int pod_resolve_priority(struct registry *registry, cJSON *pod, struct status *status)
{
    cJSON *spec = json_object_at(pod, "spec");
    const char *pod_name = json_text(json_get(pod, "metadata", "name"), "");
    const char *name = json_text(json_get(spec, "priorityClassName"), "");
    AUTO_OBJECT struct object *class =
        name[0] != '\0' ? store_get(registry->store, RESOURCE_PRIORITYCLASSES, "", name) : find_default(registry);
    if (name[0] != '\0' && class == NULL) {
        AUTO_FREE char *why = memory_format("no PriorityClass with name %s was found", name);
        return fail_forbidden(status, resource_by_id(RESOURCE_PODS), pod_name, why);
    }
    const cJSON *tree = class != NULL ? object_tree(class) : NULL;
    const int64_t value = json_integer(json_get(tree, "value"), 0);
    if (check_number(spec, pod_name, value, status) < 0)
        return -1;
    json_set_integer(spec, "priority", value);
    if (class != NULL && name[0] == '\0')
        json_set_text(spec, "priorityClassName", object_name(class));
    const char *policy = json_text(json_get(tree, "preemptionPolicy"), "PreemptLowerPriority");
    if (json_get(spec, "preemptionPolicy") == NULL)
        json_set_text(spec, "preemptionPolicy", policy);
    return 0;
}
