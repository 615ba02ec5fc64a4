#include <inttypes.h>
#include <string.h>

#include "cluster/controllers/ownership.h"
#include "cluster/controllers/stateful.h"

char *stateful_claim_name(const struct stateful *stateful, const cJSON *template, int64_t ordinal)
{
    return memory_format("%s-%s-%" PRId64, json_text(json_get(template, "metadata", "name"), ""), object_name(stateful->set),
                         ordinal);
}

static const cJSON *claim_templates(const struct stateful *stateful)
{
    return json_get(stateful->tree, "spec", "volumeClaimTemplates");
}

/* NULL when it does not exist. */
static const struct object *find_claim(const struct stateful *stateful, const cJSON *template, int64_t ordinal)
{
    AUTO_FREE char *name = stateful_claim_name(stateful, template, ordinal);
    return view_get(stateful->runtime->view, RESOURCE_PERSISTENTVOLUMECLAIMS, object_namespace(stateful->set), name);
}

static cJSON *make_claim(const struct stateful *stateful, const cJSON *template, const char *name)
{
    cJSON *claim = json_copy(template);
    cJSON *metadata = json_object_at(claim, "metadata");
    json_remove(claim, "status");
    json_set_text(metadata, "name", name);
    json_set_text(metadata, "namespace", object_namespace(stateful->set));
    const cJSON *label = NULL;
    cJSON_ArrayForEach (label, json_get(stateful->tree, "spec", "selector", "matchLabels"))
        json_set_text(json_object_at(metadata, "labels"), label->string, json_text(label, ""));
    return claim;
}

static int create_claim(const struct stateful *stateful, const cJSON *template, int64_t ordinal, struct status *status)
{
    AUTO_FREE char *name = stateful_claim_name(stateful, template, ordinal);
    struct registry *registry = stateful->runtime->registry;
    const char *set_name = object_name(stateful->set);
    if (registry_create(registry, RESOURCE_PERSISTENTVOLUMECLAIMS, object_namespace(stateful->set),
                        make_claim(stateful, template, name), NULL, status) == 0) {
        record_event(registry, stateful->set, NULL, "Normal", "SuccessfulCreate", STATEFUL_COMPONENT, NULL,
                     "Create Claim %s Pod %s-%" PRId64 " in StatefulSet %s success", name, set_name, ordinal, set_name);
        return 0;
    }
    if (status->code == 409)
        return 0;
    record_event(registry, stateful->set, NULL, "Warning", "FailedCreate", STATEFUL_COMPONENT, NULL,
                 "Create Claim %s for Pod %s-%" PRId64 " in StatefulSet %s failed error: %s", name, set_name, ordinal, set_name,
                 status_message(status));
    return -1;
}

int stateful_create_claims(const struct stateful *stateful, int64_t ordinal, struct status *status)
{
    const cJSON *template = NULL;
    cJSON_ArrayForEach (template, claim_templates(stateful)) {
        const struct object *claim = find_claim(stateful, template, ordinal);
        if (claim != NULL && is_being_deleted(object_tree(claim)))
            return status_set(status, 409, "Conflict", "pvc %s is being deleted", object_name(claim));
        if (claim == NULL && create_claim(stateful, template, ordinal, status) != 0)
            return -1;
    }
    return 0;
}

static bool deletes_when(const struct stateful *stateful, const char *moment)
{
    const cJSON *policy = json_get(stateful->tree, "spec", "persistentVolumeClaimRetentionPolicy");
    return strcmp(json_text(cJSON_GetObjectItemCaseSensitive(policy, moment), ""), "Delete") == 0;
}

bool stateful_claim_is_stale(const struct stateful *stateful, int64_t ordinal)
{
    const cJSON *template = NULL;
    if (!deletes_when(stateful, "whenScaled"))
        return false;
    cJSON_ArrayForEach (template, claim_templates(stateful)) {
        const struct object *claim = find_claim(stateful, template, ordinal);
        const cJSON *owner = NULL;
        cJSON_ArrayForEach (owner, json_get(claim != NULL ? object_tree(claim) : NULL, "metadata", "ownerReferences")) {
            if (strcmp(json_text(json_get(owner, "kind"), ""), "Pod") == 0)
                return true;
        }
    }
    return false;
}

static bool is_owned_by(const cJSON *tree, const char *uid)
{
    const cJSON *owner = NULL;
    cJSON_ArrayForEach (owner, json_get(tree, "metadata", "ownerReferences")) {
        if (strcmp(json_text(json_get(owner, "uid"), ""), uid) == 0)
            return true;
    }
    return false;
}

static void set_owner(cJSON *tree, const struct object *owner, bool owned)
{
    if (!owned)
        (void)remove_owner(tree, object_uid(owner));
    else if (!is_owned_by(tree, object_uid(owner)))
        cJSON_AddItemToArray(json_array_at(json_object_at(tree, "metadata"), "ownerReferences"),
                             make_controller_reference(owner));
}

/* A claim goes with its owner: with the pod that is scaled away, or else with the set. */
int stateful_own_claims(const struct stateful *stateful, const struct member *member, bool condemned, struct status *status)
{
    bool by_pod = condemned && deletes_when(stateful, "whenScaled");
    bool by_set = !by_pod && deletes_when(stateful, "whenDeleted");
    const cJSON *template = NULL;
    cJSON_ArrayForEach (template, claim_templates(stateful)) {
        const struct object *claim = find_claim(stateful, template, member->ordinal);
        if (claim == NULL || (is_owned_by(object_tree(claim), object_uid(member->pod)) == by_pod &&
                              is_owned_by(object_tree(claim), object_uid(stateful->set)) == by_set))
            continue;
        cJSON *tree = json_copy(object_tree(claim));
        set_owner(tree, member->pod, by_pod);
        set_owner(tree, stateful->set, by_set);
        if (write_object(stateful->runtime, claim, tree, NULL, status) != 0)
            return -1;
    }
    return 0;
}
