#include <string.h>

#include "cluster/api/kind.h"
#include "cluster/api/names.h"

#define FINALIZERS_MAXIMUM 1000
#define ANNOTATIONS_MAXIMUM ((size_t)256 * 1024)

void validate_annotations(const cJSON *annotations, const struct field_path *path, struct problems *problems)
{
    size_t size = 0;
    const cJSON *annotation = NULL;
    cJSON_ArrayForEach (annotation, annotations) {
        AUTO_FREE char *lower = memory_copy_text(annotation->string);
        for (char *at = lower; *at != '\0'; at++) {
            if (*at >= 'A' && *at <= 'Z')
                *at = (char)(*at - 'A' + 'a');
        }
        name_check_qualified(problems, path, lower);
        size += strlen(annotation->string) + strlen(json_text(annotation, ""));
    }
    if (size > ANNOTATIONS_MAXIMUM)
        problem_too_long(problems, path, ANNOTATIONS_MAXIMUM);
}

static void require_member(const cJSON *reference, const char *member, const char *message, const struct field_path *path,
                           struct problems *problems)
{
    if (json_text(json_get(reference, member), "")[0] == '\0')
        problem_invalid_text(problems, PATH_CHILD(path, member), "", "%s", message);
}

static void validate_owners(const cJSON *owners, const struct field_path *path, struct problems *problems)
{
    const char *controller = NULL;
    int index = 0;
    const cJSON *owner = NULL;
    cJSON_ArrayForEach (owner, owners) {
        const struct field_path *here = PATH_INDEX(path, index++);
        require_member(owner, "apiVersion", "version must not be empty", here, problems);
        require_member(owner, "kind", "must not be empty", here, problems);
        require_member(owner, "name", "must not be empty", here, problems);
        require_member(owner, "uid", "must not be empty", here, problems);
        if (!json_boolean(json_get(owner, "controller"), false))
            continue;
        const char *name = json_text(json_get(owner, "name"), "");
        if (controller != NULL)
            problem_invalid(problems, path, owners,
                            "Only one reference can have Controller set to true. Found \"true\" in references for %s and %s",
                            controller, name);
        controller = name;
    }
}

static void validate_finalizers(const cJSON *finalizers, const struct field_path *path, struct problems *problems)
{
    static const char *const standard[] = {"kubernetes", "orphan", "foregroundDeletion"};
    int index = 0;
    const cJSON *finalizer = NULL;
    if (cJSON_GetArraySize(finalizers) > FINALIZERS_MAXIMUM) {
        problem_invalid_integer(problems, path, cJSON_GetArraySize(finalizers), "must have at most %d items", FINALIZERS_MAXIMUM);
        return;
    }
    cJSON_ArrayForEach (finalizer, finalizers) {
        const struct field_path *here = PATH_INDEX(path, index++);
        const char *name = json_text(finalizer, "");
        bool known = strchr(name, '/') != NULL;
        for (size_t i = 0; i < sizeof standard / sizeof standard[0]; i++)
            known = known || strcmp(standard[i], name) == 0;
        name_check_qualified(problems, here, name);
        if (!known)
            problem_invalid_text(problems, here, name, "name is neither a standard finalizer name nor is it fully qualified");
    }
}

static void validate_name(const struct kind *kind, const cJSON *metadata, const struct field_path *path,
                          struct problems *problems)
{
    const char *prefix = json_text(json_get(metadata, "generateName"), "");
    const char *name = json_text(json_get(metadata, "name"), "");
    if (name[0] == '\0') {
        problem_required(problems, PATH_CHILD(path, "name"), "name or generateName is required");
        return;
    }
    const char *problem = kind->name_problem(name);
    if (problem != NULL)
        problem_invalid_text(problems, PATH_CHILD(path, prefix[0] != '\0' ? "generateName" : "name"),
                             prefix[0] != '\0' ? prefix : name, "%s", problem);
}

void validate_metadata(const struct kind *kind, bool namespaced, const cJSON *object, struct problems *problems)
{
    const cJSON *metadata = json_get(object, "metadata");
    const struct field_path *path = PATH_ROOT("metadata");
    validate_name(kind, metadata, path, problems);
    if (namespaced) {
        const char *namespace = json_text(json_get(metadata, "namespace"), "");
        const char *problem = name_label_problem(namespace);
        if (namespace[0] == '\0')
            problem_required(problems, PATH_CHILD(path, "namespace"), "");
        else if (problem != NULL)
            problem_invalid_text(problems, PATH_CHILD(path, "namespace"), namespace, "%s", problem);
    }
    name_check_labels(problems, PATH_CHILD(path, "labels"), json_get(metadata, "labels"));
    validate_annotations(json_get(metadata, "annotations"), PATH_CHILD(path, "annotations"), problems);
    validate_owners(json_get(metadata, "ownerReferences"), PATH_CHILD(path, "ownerReferences"), problems);
    validate_finalizers(json_get(metadata, "finalizers"), PATH_CHILD(path, "finalizers"), problems);
}

static bool contains(const cJSON *texts, const char *text)
{
    const cJSON *item = NULL;
    cJSON_ArrayForEach (item, texts) {
        if (strcmp(json_text(item, ""), text) == 0)
            return true;
    }
    return false;
}

void validate_metadata_update(const cJSON *object, const cJSON *old, struct problems *problems)
{
    const struct field_path *path = PATH_CHILD(PATH_ROOT("metadata"), "finalizers");
    if (json_get(old, "metadata", "deletionTimestamp") == NULL || problems->count > 0)
        return;
    const cJSON *finalizer = NULL;
    cJSON_ArrayForEach (finalizer, json_get(object, "metadata", "finalizers")) {
        const char *name = json_text(finalizer, "");
        if (!contains(json_get(old, "metadata", "finalizers"), name))
            problem_forbidden(problems, path,
                              "no new finalizers can be added if the object is being deleted, found new finalizers "
                              "[]string{\"%s\"}",
                              name);
    }
}

static void validate_expression(const cJSON *expression, const struct field_path *path, struct problems *problems)
{
    const char *relation = json_text(json_get(expression, "operator"), "");
    bool has_values = cJSON_GetArraySize(json_get(expression, "values")) > 0;
    if (strcmp(relation, "In") == 0 || strcmp(relation, "NotIn") == 0) {
        if (!has_values)
            problem_required(problems, PATH_CHILD(path, "values"), "must be specified when `operator` is 'In' or 'NotIn'");
    } else if (strcmp(relation, "Exists") == 0 || strcmp(relation, "DoesNotExist") == 0) {
        if (has_values)
            problem_forbidden(problems, PATH_CHILD(path, "values"),
                              "may not be specified when `operator` is 'Exists' or 'DoesNotExist'");
    } else {
        problem_invalid_text(problems, PATH_CHILD(path, "operator"), relation, "not a valid selector operator");
    }
    name_check_qualified(problems, PATH_CHILD(path, "key"), json_text(json_get(expression, "key"), ""));
}

void validate_label_selector(const cJSON *selector, const struct field_path *path, struct problems *problems)
{
    name_check_labels(problems, PATH_CHILD(path, "matchLabels"), json_get(selector, "matchLabels"));
    int index = 0;
    const cJSON *expression = NULL;
    cJSON_ArrayForEach (expression, json_get(selector, "matchExpressions"))
        validate_expression(expression, PATH_INDEX(PATH_CHILD(path, "matchExpressions"), index++), problems);
}
