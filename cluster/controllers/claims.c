#include "cluster/controllers/claims.h"

#include <string.h>

#include "cluster/controllers/ownership.h"

static const char *claim_of_volume(const cJSON *volume)
{
    return json_text(json_get(volume, "persistentVolumeClaim", "claimName"), NULL);
}

bool pod_uses_claim(const cJSON *pod, const char *claim)
{
    const cJSON *volume = NULL;
    cJSON_ArrayForEach (volume, json_get(pod, "spec", "volumes")) {
        const char *name = claim_of_volume(volume);
        if (name != NULL && strcmp(name, claim) == 0)
            return true;
    }
    return false;
}

void pod_visit_claims(const cJSON *pod, void (*visit)(const char *claim, void *context), void *context)
{
    const cJSON *volume = NULL;
    cJSON_ArrayForEach (volume, json_get(pod, "spec", "volumes")) {
        const char *name = claim_of_volume(volume);
        if (name != NULL)
            visit(name, context);
    }
}

static bool claim_is_bound(const cJSON *claim)
{
    return strcmp(json_text(json_get(claim, "status", "phase"), ""), "Bound") == 0;
}

char *claims_problem(const struct view *view, const struct object *pod)
{
    bool unbound = false;
    const cJSON *volume = NULL;
    cJSON_ArrayForEach (volume, json_get(object_tree(pod), "spec", "volumes")) {
        const char *name = claim_of_volume(volume);
        if (name == NULL)
            continue;
        const struct object *claim = view_get(view, RESOURCE_PERSISTENTVOLUMECLAIMS, object_namespace(pod), name);
        if (claim == NULL)
            return memory_format("persistentvolumeclaim \"%s\" not found", name);
        if (is_being_deleted(object_tree(claim)))
            return memory_format("persistentvolumeclaim \"%s\" is being deleted", name);
        unbound = unbound || !claim_is_bound(object_tree(claim));
    }
    return unbound ? memory_copy_text("pod has unbound immediate PersistentVolumeClaims") : NULL;
}
