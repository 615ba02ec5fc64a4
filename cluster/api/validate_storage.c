/* PersistentVolumeClaims, PersistentVolumes and StorageClasses. */
#include <string.h>

#include "cluster/api/kind.h"
#include "cluster/api/names.h"
#include "common/quantity.h"

static const char *const access_modes[] = {"ReadOnlyMany", "ReadWriteMany", "ReadWriteOnce", "ReadWriteOncePod", NULL};
static const char *const volume_modes[] = {"Block", "Filesystem", NULL};

static bool is_in(const char *text, const char *const *texts)
{
    for (size_t i = 0; texts[i] != NULL; i++) {
        if (strcmp(texts[i], text) == 0)
            return true;
    }
    return false;
}

static struct quantity quantity_at(const cJSON *node)
{
    struct quantity quantity = {0};
    (void)quantity_parse(json_text(node, "0"), &quantity, NULL);
    return quantity;
}

static void check_modes(const cJSON *modes, const struct field_path *path, struct problems *problems)
{
    bool once_pod = false;
    bool others = false;
    const cJSON *mode = NULL;
    if (cJSON_GetArraySize(modes) == 0)
        problem_required(problems, path, "at least 1 access mode is required");
    cJSON_ArrayForEach (mode, modes) {
        const char *text = json_text(mode, "");
        if (!is_in(text, access_modes))
            problem_not_supported(problems, path, text, access_modes);
        else if (strcmp(text, "ReadWriteOncePod") == 0)
            once_pod = true;
        else
            others = true;
    }
    if (once_pod && others)
        problem_forbidden(problems, path, "may not use ReadWriteOncePod with other access modes");
}

static void check_size(const cJSON *size, const struct field_path *path, struct problems *problems)
{
    if (size == NULL)
        problem_required(problems, path, "");
    else if (quantity_sign(quantity_at(size)) <= 0)
        problem_invalid(problems, path, size, "must be greater than zero");
}

static void check_class(const cJSON *spec, const struct field_path *path, struct problems *problems)
{
    const char *name = json_text(json_get(spec, "storageClassName"), "");
    const char *problem = name[0] != '\0' ? name_subdomain_problem(name) : NULL;
    if (problem != NULL)
        problem_invalid_text(problems, PATH_CHILD(path, "storageClassName"), name, "%s", problem);
    const char *mode = json_text(json_get(spec, "volumeMode"), "Filesystem");
    if (!is_in(mode, volume_modes))
        problem_not_supported(problems, PATH_CHILD(path, "volumeMode"), mode, volume_modes);
}

void claim_spec_validate(const cJSON *spec, const struct field_path *path, struct problems *problems)
{
    check_modes(json_get(spec, "accessModes"), PATH_CHILD(path, "accessModes"), problems);
    if (json_get(spec, "selector") != NULL)
        validate_label_selector(json_get(spec, "selector"), PATH_CHILD(path, "selector"), problems);
    check_size(json_get(spec, "resources", "requests", "storage"), PATH_KEY(PATH_CHILD(path, "resources"), "storage"), problems);
    check_class(spec, path, problems);
}

void claim_validate(const cJSON *claim, struct problems *problems)
{
    claim_spec_validate(json_get(claim, "spec"), PATH_ROOT("spec"), problems);
}

/* Puts the old value of a member where only a first value may be set: it was left open. */
static void forgive_first_value(cJSON *spec, const cJSON *old_spec, const char *member)
{
    if (json_get(old_spec, member) == NULL)
        json_remove(spec, member);
}

void claim_validate_update(const cJSON *claim, const cJSON *old, struct problems *problems)
{
    const struct field_path *path = PATH_ROOT("spec");
    const cJSON *old_spec = json_get(old, "spec");
    const cJSON *old_size = json_get(old_spec, "resources", "requests", "storage");
    const cJSON *size = json_get(claim, "spec", "resources", "requests", "storage");
    AUTO_JSON cJSON *spec = json_copy(json_get(claim, "spec"));
    forgive_first_value(spec, old_spec, "volumeName");
    forgive_first_value(spec, old_spec, "storageClassName");
    if (strcmp(json_text(json_get(old, "status", "phase"), ""), "Bound") == 0 && old_size != NULL)
        json_set(json_object_at(json_object_at(spec, "resources"), "requests"), "storage", json_copy(old_size));
    if (!json_equal(spec, old_spec))
        problem_forbidden(problems, path,
                          "spec is immutable after creation except resources.requests and volumeAttributesClassName for bound "
                          "claims");
    const struct quantity capacity = quantity_at(json_get(old, "status", "capacity", "storage"));
    if (quantity_compare(quantity_at(size), quantity_at(old_size)) < 0 && quantity_compare(quantity_at(size), capacity) <= 0)
        problem_forbidden(problems, PATH_CHILD(PATH_CHILD(PATH_CHILD(path, "resources"), "requests"), "storage"),
                          "field can not be less than status.capacity");
}

void volume_validate(const cJSON *volume, struct problems *problems)
{
    static const char *const policies[] = {"Delete", "Recycle", "Retain", NULL};
    static const char *const sources[] = {"nfs", "csi", "local", "hostPath"};
    const cJSON *spec = json_get(volume, "spec");
    const struct field_path *path = PATH_ROOT("spec");
    int found = 0;
    check_modes(json_get(spec, "accessModes"), PATH_CHILD(path, "accessModes"), problems);
    check_size(json_get(spec, "capacity", "storage"), PATH_KEY(PATH_CHILD(path, "capacity"), "storage"), problems);
    for (size_t i = 0; i < sizeof sources / sizeof sources[0]; i++) {
        if (json_get(spec, sources[i]) != NULL && found++ > 0)
            problem_forbidden(problems, PATH_CHILD(path, sources[i]), "may not specify more than 1 volume type");
    }
    if (found == 0)
        problem_required(problems, path, "must specify a volume type");
    const char *policy = json_text(json_get(spec, "persistentVolumeReclaimPolicy"), "");
    if (!is_in(policy, policies))
        problem_not_supported(problems, PATH_CHILD(path, "persistentVolumeReclaimPolicy"), policy, policies);
    check_class(spec, path, problems);
}

void volume_validate_update(const cJSON *volume, const cJSON *old, struct problems *problems)
{
    static const char *const sources[] = {"nfs", "csi", "local", "hostPath"};
    for (size_t i = 0; i < sizeof sources / sizeof sources[0]; i++) {
        if (!json_equal(json_get(volume, "spec", sources[i]), json_get(old, "spec", sources[i]))) {
            problem_forbidden(problems, PATH_CHILD(PATH_ROOT("spec"), "persistentvolumesource"),
                              "spec.persistentvolumesource is immutable after creation");
            return;
        }
    }
}

void storage_class_validate(const cJSON *storage_class, struct problems *problems)
{
    static const char *const policies[] = {"Delete", "Retain", NULL};
    static const char *const binding_modes[] = {"Immediate", "WaitForFirstConsumer", NULL};
    const char *policy = json_text(json_get(storage_class, "reclaimPolicy"), "");
    const char *mode = json_text(json_get(storage_class, "volumeBindingMode"), "");
    if (json_text(json_get(storage_class, "provisioner"), "")[0] == '\0')
        problem_required(problems, PATH_ROOT("provisioner"), "");
    if (!is_in(policy, policies))
        problem_not_supported(problems, PATH_ROOT("reclaimPolicy"), policy, policies);
    if (!is_in(mode, binding_modes))
        problem_not_supported(problems, PATH_ROOT("volumeBindingMode"), mode, binding_modes);
}

void storage_class_validate_update(const cJSON *storage_class, const cJSON *old, struct problems *problems)
{
    static const char *const members[] = {"parameters", "provisioner", "reclaimPolicy", "volumeBindingMode"};
    for (size_t i = 0; i < sizeof members / sizeof members[0]; i++) {
        if (!json_equal(json_get(storage_class, members[i]), json_get(old, members[i])))
            problem_forbidden(problems, PATH_ROOT(members[i]), "updates to %s are forbidden.", members[i]);
    }
}
