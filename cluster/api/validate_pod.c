#include <string.h>

#include "cluster/api/kind.h"
#include "cluster/api/names.h"

static void check_choice(const cJSON *spec, const char *member, const char *const *supported, const struct field_path *path,
                         struct problems *problems)
{
    const char *value = json_text(json_get(spec, member), "");
    for (size_t i = 0; supported[i] != NULL; i++) {
        if (strcmp(value, supported[i]) == 0)
            return;
    }
    problem_not_supported(problems, PATH_CHILD(path, member), value, supported);
}

/* The name was used by an element before this one. */
static bool is_repeated(const cJSON *list, const cJSON *element)
{
    const char *name = json_text(json_get(element, "name"), "");
    for (const cJSON *before = list != NULL ? list->child : NULL; before != NULL && before != element; before = before->next) {
        if (name[0] != '\0' && strcmp(json_text(json_get(before, "name"), ""), name) == 0)
            return true;
    }
    return false;
}

static bool is_too_long(const cJSON *list, const struct field_path *path, struct problems *problems)
{
    if (cJSON_GetArraySize(list) <= POD_ITEMS_MAXIMUM)
        return false;
    problem_invalid_integer(problems, path, cJSON_GetArraySize(list), "must have at most %d items", POD_ITEMS_MAXIMUM);
    return true;
}

/* More than one source: every source after the first is one too many. */
static void check_volume_sources(const cJSON *volume, const struct field_path *path, struct problems *problems)
{
    int sources = 0;
    const cJSON *member = NULL;
    cJSON_ArrayForEach (member, volume) {
        if (strcmp(member->string, "name") != 0 && sources++ > 0)
            problem_forbidden(problems, PATH_CHILD(path, member->string), "may not specify more than 1 volume type");
    }
    if (sources == 0)
        problem_required(problems, path, "must specify a volume type");
    if (json_get(volume, "configMap") != NULL && json_text(json_get(volume, "configMap", "name"), "")[0] == '\0')
        problem_required(problems, PATH_CHILD(PATH_CHILD(path, "configMap"), "name"), "");
    if (json_get(volume, "persistentVolumeClaim") != NULL &&
        json_text(json_get(volume, "persistentVolumeClaim", "claimName"), "")[0] == '\0')
        problem_required(problems, PATH_CHILD(PATH_CHILD(path, "persistentVolumeClaim"), "claimName"), "");
}

static void check_token(const cJSON *token, const struct field_path *path, struct problems *problems)
{
    const cJSON *seconds = json_get(token, "expirationSeconds");
    if (json_integer(seconds, 600) < 600)
        problem_invalid(problems, PATH_CHILD(path, "expirationSeconds"), seconds,
                        "may not specify a duration less than 10 minutes");
    if (json_integer(seconds, 600) > INT64_C(1) << 32)
        problem_invalid(problems, PATH_CHILD(path, "expirationSeconds"), seconds,
                        "may not specify a duration larger than 2^32 seconds");
    if (json_text(json_get(token, "path"), "")[0] == '\0')
        problem_required(problems, PATH_CHILD(path, "path"), "");
}

static void check_projections(const cJSON *volume, const struct field_path *path, struct problems *problems)
{
    const cJSON *secret = json_get(volume, "secret");
    if (secret != NULL && json_text(json_get(secret, "secretName"), "")[0] == '\0')
        problem_required(problems, PATH_CHILD(PATH_CHILD(path, "secret"), "secretName"), "");
    const struct field_path *sources = PATH_CHILD(PATH_CHILD(path, "projected"), "sources");
    int index = 0;
    const cJSON *projection = NULL;
    cJSON_ArrayForEach (projection, json_get(volume, "projected", "sources")) {
        const struct field_path *here = PATH_INDEX(sources, index++);
        const cJSON *token = json_get(projection, "serviceAccountToken");
        if (token != NULL)
            check_token(token, PATH_CHILD(here, "serviceAccountToken"), problems);
    }
}

static void check_volumes(const cJSON *volumes, const struct field_path *path, struct problems *problems)
{
    int index = 0;
    const cJSON *volume = NULL;
    if (is_too_long(volumes, path, problems))
        return;
    cJSON_ArrayForEach (volume, volumes) {
        const struct field_path *here = PATH_INDEX(path, index++);
        const char *name = json_text(json_get(volume, "name"), "");
        const char *problem = name_label_problem(name);
        check_volume_sources(volume, here, problems);
        check_projections(volume, here, problems);
        if (name[0] == '\0')
            problem_required(problems, PATH_CHILD(here, "name"), "");
        else if (problem != NULL)
            problem_invalid_text(problems, PATH_CHILD(here, "name"), name, "%s", problem);
        if (is_repeated(volumes, volume))
            problem_duplicate(problems, PATH_CHILD(here, "name"), name);
    }
}

static void check_containers(const cJSON *spec, const char *member, const struct field_path *path, struct problems *problems)
{
    bool init = strcmp(member, "initContainers") == 0;
    const cJSON *containers = json_get(spec, member);
    const struct field_path *list = PATH_CHILD(path, member);
    if (!init && cJSON_GetArraySize(containers) == 0)
        problem_required(problems, list, "");
    if (is_too_long(containers, list, problems))
        return;
    int index = 0;
    const cJSON *container = NULL;
    cJSON_ArrayForEach (container, containers) {
        const struct field_path *here = PATH_INDEX(list, index++);
        validate_container(container, json_get(spec, "volumes"), init, here, problems);
        bool repeated = is_repeated(containers, container) || (init && is_repeated(json_get(spec, "containers"), container));
        if (repeated)
            problem_duplicate(problems, PATH_CHILD(here, "name"), json_text(json_get(container, "name"), ""));
    }
}

void validate_pod_spec(const cJSON *spec, const struct field_path *path, struct problems *problems)
{
    static const char *const restart_policies[] = {"Always", "OnFailure", "Never", NULL};
    static const char *const dns_policies[] = {"ClusterFirstWithHostNet", "ClusterFirst", "Default", "None", NULL};
    check_volumes(json_get(spec, "volumes"), PATH_CHILD(path, "volumes"), problems);
    check_containers(spec, "containers", path, problems);
    check_containers(spec, "initContainers", path, problems);
    validate_pod_scheduling(spec, path, problems);
    check_choice(spec, "restartPolicy", restart_policies, path, problems);
    check_choice(spec, "dnsPolicy", dns_policies, path, problems);
    name_check_labels(problems, PATH_CHILD(path, "nodeSelector"), json_get(spec, "nodeSelector"));
    const char *account = json_text(json_get(spec, "serviceAccountName"), "");
    const char *problem = account[0] != '\0' ? name_subdomain_problem(account) : NULL;
    if (problem != NULL)
        problem_invalid_text(problems, PATH_CHILD(path, "serviceAccountName"), account, "%s", problem);
    const char *node = json_text(json_get(spec, "nodeName"), "");
    problem = node[0] != '\0' ? name_subdomain_problem(node) : NULL;
    if (problem != NULL)
        problem_invalid_text(problems, PATH_CHILD(path, "nodeName"), node, "%s", problem);
    const cJSON *deadline = json_get(spec, "activeDeadlineSeconds");
    int64_t seconds = json_integer(deadline, 1);
    if (seconds < 1 || seconds > INT32_MAX)
        problem_invalid(problems, PATH_CHILD(path, "activeDeadlineSeconds"), deadline,
                        "must be between 1 and 2147483647, inclusive");
    if (json_get(spec, "resources") != NULL)
        validate_resources(json_get(spec, "resources"), PATH_CHILD(path, "resources"), problems);
}

void pod_validate(const cJSON *pod, struct problems *problems)
{
    validate_pod_spec(json_get(pod, "spec"), PATH_ROOT("spec"), problems);
}

static void copy_images(cJSON *containers, const cJSON *old_containers)
{
    const cJSON *old = old_containers != NULL ? old_containers->child : NULL;
    cJSON *container = NULL;
    cJSON_ArrayForEach (container, containers) {
        if (old == NULL)
            return;
        const cJSON *image = json_get(old, "image");
        if (image != NULL)
            json_set(container, "image", json_copy(image));
        old = old->next;
    }
}

static bool has_toleration(const cJSON *tolerations, const cJSON *wanted)
{
    static const char *const members[] = {"key", "operator", "value", "effect"};
    const cJSON *toleration = NULL;
    cJSON_ArrayForEach (toleration, tolerations) {
        bool same = true;
        for (size_t i = 0; i < sizeof members / sizeof members[0]; i++)
            same = same && json_equal(json_get(toleration, members[i]), json_get(wanted, members[i]));
        if (same)
            return true;
    }
    return false;
}

static void check_tolerations(const cJSON *spec, const cJSON *old, struct problems *problems)
{
    const cJSON *toleration = NULL;
    cJSON_ArrayForEach (toleration, json_get(old, "tolerations")) {
        if (!has_toleration(json_get(spec, "tolerations"), toleration)) {
            problem_forbidden(problems, PATH_CHILD(PATH_ROOT("spec"), "tolerations"),
                              "existing toleration can not be modified except its tolerationSeconds");
            return;
        }
    }
}

/* Gates open; none is added. */
static void check_gates(const cJSON *spec, const cJSON *old, struct problems *problems)
{
    const cJSON *gate = NULL;
    cJSON_ArrayForEach (gate, json_get(spec, "schedulingGates")) {
        const cJSON *present = json_get(old, "schedulingGates");
        present = present != NULL ? present->child : NULL;
        while (present != NULL && !json_equal(present, gate))
            present = present->next;
        if (present == NULL)
            problem_forbidden(problems, PATH_CHILD(PATH_ROOT("spec"), "schedulingGates"),
                              "only deletion is allowed, but found new scheduling gate '%s'",
                              json_text(json_get(gate, "name"), ""));
    }
}

void pod_validate_update(const cJSON *pod, const cJSON *old, struct problems *problems)
{
    static const char *const lists[] = {"containers", "initContainers"};
    const cJSON *old_spec = json_get(old, "spec");
    AUTO_JSON cJSON *spec = json_copy(json_get(pod, "spec"));
    const struct field_path *path = PATH_ROOT("spec");
    for (size_t i = 0; i < 2; i++) {
        if (cJSON_GetArraySize(json_get(spec, lists[i])) != cJSON_GetArraySize(json_get(old_spec, lists[i]))) {
            problem_forbidden(problems, PATH_CHILD(path, lists[i]), "pod updates may not add or remove containers");
            return;
        }
        copy_images(json_get(spec, lists[i]), json_get(old_spec, lists[i]));
    }
    check_tolerations(spec, old_spec, problems);
    json_copy_member(spec, old_spec, "tolerations");
    json_copy_member(spec, old_spec, "activeDeadlineSeconds");
    check_gates(spec, old_spec, problems);
    json_copy_member(spec, old_spec, "schedulingGates");
    if (json_get(old_spec, "nodeName") == NULL)
        json_remove(spec, "nodeName");
    if (json_integer(json_get(old_spec, "terminationGracePeriodSeconds"), 0) < 0 &&
        json_integer(json_get(spec, "terminationGracePeriodSeconds"), 0) == 1)
        json_copy_member(spec, old_spec, "terminationGracePeriodSeconds");
    if (!json_equal(spec, old_spec))
        problem_forbidden(problems, path,
                          "pod updates may not change fields other than `spec.containers[*].image`,"
                          "`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to "
                          "existing tolerations),`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was "
                          "previously negative)");
}
