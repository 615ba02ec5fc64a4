/* StatefulSets and the ControllerRevisions that keep their history. */
#include <string.h>

#include "cluster/api/kind.h"

static bool is_one_of(const char *text, const char *first, const char *second)
{
    return strcmp(text, first) == 0 || strcmp(text, second) == 0;
}

static void check_management(const cJSON *spec, const struct field_path *path, struct problems *problems)
{
    const char *policy = json_text(json_get(spec, "podManagementPolicy"), "");
    if (!is_one_of(policy, "OrderedReady", "Parallel"))
        problem_invalid_text(problems, PATH_CHILD(path, "podManagementPolicy"), policy, "must be 'OrderedReady' or 'Parallel'");
}

static void check_rolling_update(const cJSON *rolling_update, const struct field_path *path, struct problems *problems)
{
    const cJSON *unavailable = json_get(rolling_update, "maxUnavailable");
    validate_not_negative(rolling_update, "partition", path, problems);
    if (unavailable == NULL)
        return;
    validate_amount(unavailable, true, PATH_CHILD(path, "maxUnavailable"), problems);
    if (strcmp(json_text(unavailable, ""), "0%") == 0 || (cJSON_IsNumber(unavailable) && json_integer(unavailable, 1) == 0))
        problem_invalid_integer(problems, PATH_CHILD(path, "maxUnavailable"), 0, "cannot be 0");
}

static void check_strategy(const cJSON *spec, const struct field_path *path, struct problems *problems)
{
    const cJSON *strategy = json_get(spec, "updateStrategy");
    const cJSON *rolling_update = json_get(strategy, "rollingUpdate");
    const struct field_path *here = PATH_CHILD(path, "updateStrategy");
    const char *type = json_text(json_get(strategy, "type"), "");
    if (!is_one_of(type, "RollingUpdate", "OnDelete"))
        problem_invalid(problems, here, strategy, "must be 'RollingUpdate' or 'OnDelete'");
    else if (strcmp(type, "RollingUpdate") == 0)
        check_rolling_update(rolling_update, PATH_CHILD(here, "rollingUpdate"), problems);
    else if (rolling_update != NULL)
        problem_invalid(problems, PATH_CHILD(here, "rollingUpdate"), rolling_update,
                        "only allowed for updateStrategy 'RollingUpdate'");
}

static void check_retention(const cJSON *spec, const struct field_path *path, struct problems *problems)
{
    static const char *const members[] = {"whenDeleted", "whenScaled"};
    static const char *const policies[] = {"Retain", "Delete", NULL};
    const cJSON *retention = json_get(spec, "persistentVolumeClaimRetentionPolicy");
    for (size_t i = 0; i < 2; i++) {
        const char *policy = json_text(json_get(retention, members[i]), "");
        if (!is_one_of(policy, policies[0], policies[1]))
            problem_not_supported(problems, PATH_CHILD(PATH_CHILD(path, "persistentVolumeClaimRetentionPolicy"), members[i]),
                                  policy, policies);
    }
}

/* The template with a volume for each claim: containers mount both alike. */
static cJSON *with_claims(const cJSON *spec)
{
    cJSON *copy = json_copy(spec);
    cJSON *pod_spec = json_object_at(json_object_at(copy, "template"), "spec");
    const cJSON *claim = NULL;
    cJSON_ArrayForEach (claim, json_get(spec, "volumeClaimTemplates")) {
        const char *name = json_text(json_get(claim, "metadata", "name"), "");
        cJSON *volumes = json_array_at(pod_spec, "volumes");
        cJSON *volume = NULL;
        cJSON *same = NULL;
        cJSON_ArrayForEach (volume, volumes) {
            if (strcmp(json_text(json_get(volume, "name"), ""), name) == 0)
                same = volume;
        }
        cJSON_Delete(same != NULL ? cJSON_DetachItemViaPointer(volumes, same) : NULL);
        volume = cJSON_CreateObject();
        json_set_text(volume, "name", name);
        json_set_text(json_object_at(volume, "persistentVolumeClaim"), "claimName", name);
        cJSON_AddItemToArray(volumes, volume);
    }
    return copy;
}

void stateful_set_validate(const cJSON *stateful_set, struct problems *problems)
{
    const cJSON *spec = json_get(stateful_set, "spec");
    const struct field_path *path = PATH_ROOT("spec");
    AUTO_JSON cJSON *with_volumes = with_claims(spec);
    check_management(spec, path, problems);
    check_strategy(spec, path, problems);
    check_retention(spec, path, problems);
    validate_not_negative(spec, "replicas", path, problems);
    validate_not_negative(spec, "minReadySeconds", path, problems);
    validate_not_negative(spec, "revisionHistoryLimit", path, problems);
    validate_not_negative(json_get(spec, "ordinals"), "start", PATH_CHILD(path, "ordinals"), problems);
    validate_selector(spec, "statefulset", path, problems);
    validate_template(with_volumes, "StatefulSet", path, problems);
    int index = 0;
    const cJSON *claim = NULL;
    cJSON_ArrayForEach (claim, json_get(spec, "volumeClaimTemplates")) {
        const struct field_path *here = PATH_INDEX(PATH_CHILD(path, "volumeClaimTemplates"), index++);
        if (json_text(json_get(claim, "metadata", "name"), "")[0] == '\0')
            problem_required(problems, PATH_CHILD(PATH_CHILD(here, "metadata"), "name"), "");
        claim_spec_validate(json_get(claim, "spec"), PATH_CHILD(here, "spec"), problems);
    }
}

void stateful_set_validate_update(const cJSON *stateful_set, const cJSON *old, struct problems *problems)
{
    static const char *const mutable[] = {"replicas",
                                          "ordinals",
                                          "template",
                                          "updateStrategy",
                                          "revisionHistoryLimit",
                                          "persistentVolumeClaimRetentionPolicy",
                                          "minReadySeconds"};
    AUTO_JSON cJSON *spec = json_copy(json_get(stateful_set, "spec"));
    AUTO_JSON cJSON *old_spec = json_copy(json_get(old, "spec"));
    for (size_t i = 0; i < sizeof mutable / sizeof mutable[0]; i++) {
        json_remove(spec, mutable[i]);
        json_remove(old_spec, mutable[i]);
    }
    if (!json_equal(spec, old_spec))
        problem_forbidden(problems, PATH_ROOT("spec"),
                          "updates to statefulset spec for fields other than 'replicas', 'ordinals', 'template', "
                          "'updateStrategy', 'revisionHistoryLimit', 'persistentVolumeClaimRetentionPolicy' and "
                          "'minReadySeconds' are forbidden");
}

void stateful_set_validate_status(const cJSON *stateful_set, struct problems *problems)
{
    static const char *const counts[] = {"replicas",          "readyReplicas",      "currentReplicas", "updatedReplicas",
                                         "availableReplicas", "observedGeneration", "collisionCount"};
    const cJSON *status = json_get(stateful_set, "status");
    const struct field_path *path = PATH_ROOT("status");
    for (size_t i = 0; i < sizeof counts / sizeof counts[0]; i++)
        validate_not_negative(status, counts[i], path, problems);
    for (size_t i = 1; i < 5; i++) {
        if (json_integer(json_get(status, counts[i]), 0) > json_integer(json_get(status, "replicas"), 0))
            problem_invalid(problems, PATH_CHILD(path, counts[i]), json_get(status, counts[i]),
                            "cannot be greater than status.replicas");
    }
}

void controller_revision_validate(const cJSON *revision, struct problems *problems)
{
    if (json_get(revision, "data") == NULL)
        problem_required(problems, PATH_ROOT("data"), "data is mandatory");
    if (json_integer(json_get(revision, "revision"), 0) < 0)
        problem_invalid(problems, PATH_ROOT("revision"), json_get(revision, "revision"), "must be greater than or equal to 0");
}

void controller_revision_validate_update(const cJSON *revision, const cJSON *old, struct problems *problems)
{
    if (!json_equal(json_get(revision, "data"), json_get(old, "data")))
        problem_invalid(problems, PATH_ROOT("data"), json_get(revision, "data"), "field is immutable");
}
