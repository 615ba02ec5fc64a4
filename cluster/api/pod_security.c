#include "cluster/api/pod_security.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "cluster/api/pod_security_checks.h"
#include "cluster/api/registry_internal.h"
#include "cluster/api/text_set.h"
#include "common/log.h"

#define LABEL_PREFIX "pod-security.kubernetes.io/"
#define PODS_LOOKED_AT 3000 /* as kube-apiserver, when a level becomes stricter */

struct policy {
    enum pod_security_level level;
    const char *level_text;
    const char *version; /* belongs to the namespace */
};

/* ---- labels ---- */

static const char *label_of(const cJSON *namespace, const char *mode, const char *suffix)
{
    AUTO_FREE char *name = memory_format(LABEL_PREFIX "%s%s", mode, suffix);
    const cJSON *label = json_get(namespace, "metadata", "labels", name);
    return label != NULL ? json_text(label, "") : NULL;
}

static bool read_level(const char *text, enum pod_security_level *level)
{
    static const char *const names[] = {"privileged", "baseline", "restricted"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        if (strcmp(text, names[i]) == 0) {
            *level = (enum pod_security_level)i;
            return true;
        }
    }
    return false;
}

/* "latest", or "v1." and a number without leading zeros. */
static bool is_version(const char *text)
{
    if (strcmp(text, "latest") == 0)
        return true;
    if (strncmp(text, "v1.", 3) != 0)
        return false;
    const char *number = text + 3;
    const size_t digits = strspn(number, "0123456789");
    return digits > 0 && digits < 6 && number[digits] == '\0' && (number[0] != '0' || digits == 1);
}

static struct policy policy_of(const cJSON *namespace, const char *mode)
{
    struct policy policy = {.level_text = "privileged", .version = "latest"};
    const char *level = label_of(namespace, mode, "");
    const char *version = label_of(namespace, mode, "-version");
    if (level != NULL && read_level(level, &policy.level))
        policy.level_text = level;
    if (version != NULL && is_version(version))
        policy.version = version;
    return policy;
}

void pod_security_validate_labels(const cJSON *namespace, struct problems *problems)
{
    static const char *const modes[] = {"enforce", "audit", "warn"};
    for (size_t i = 0; i < sizeof modes / sizeof modes[0]; i++) {
        enum pod_security_level ignored;
        AUTO_FREE char *level_label = memory_format(LABEL_PREFIX "%s", modes[i]);
        AUTO_FREE char *version_label = memory_format(LABEL_PREFIX "%s-version", modes[i]);
        const struct field_path *labels = PATH_CHILD(PATH_ROOT("metadata"), "labels");
        const char *level = label_of(namespace, modes[i], "");
        const char *version = label_of(namespace, modes[i], "-version");
        if (level != NULL && !read_level(level, &ignored))
            problem_invalid_text(problems, PATH_KEY(labels, level_label), level,
                                 "must be one of privileged, baseline, restricted");
        if (version != NULL && !is_version(version))
            problem_invalid_text(problems, PATH_KEY(labels, version_label), version, "must be \"latest\" or \"v1.x\"");
    }
}

/* ---- pods ---- */

static struct object *namespace_of(struct store *store, const cJSON *object)
{
    return store_get(store, RESOURCE_NAMESPACES, "", json_text(json_get(object, "metadata", "namespace"), ""));
}

int pod_security_admit(struct store *store, const cJSON *pod, struct status *status)
{
    AUTO_OBJECT struct object *namespace = namespace_of(store, pod);
    if (namespace == NULL)
        return 0;
    const struct policy policy = policy_of(object_tree(namespace), "enforce");
    AUTO_FREE char *violations = pod_security_violations(pod, policy.level, true);
    if (violations == NULL)
        return 0;
    AUTO_FREE char *why = memory_format("violates PodSecurity \"%s:%s\": %s", policy.level_text, policy.version, violations);
    return fail_forbidden(status, resource_by_id(RESOURCE_PODS), json_text(json_get(pod, "metadata", "name"), ""), why);
}

static bool images_differ(const cJSON *containers, const cJSON *old)
{
    if (cJSON_GetArraySize(containers) != cJSON_GetArraySize(old))
        return true;
    const cJSON *container = containers != NULL ? containers->child : NULL;
    const cJSON *before = old != NULL ? old->child : NULL;
    for (; container != NULL && before != NULL; container = container->next, before = before->next) {
        if (strcmp(json_text(json_get(container, "image"), ""), json_text(json_get(before, "image"), "")) != 0)
            return true;
    }
    return false;
}

bool pod_security_is_concerned(const cJSON *pod, const cJSON *old)
{
    static const char *const lists[] = {"initContainers", "containers", "ephemeralContainers"};
    for (size_t i = 0; i < sizeof lists / sizeof lists[0]; i++) {
        if (images_differ(json_get(pod, "spec", lists[i]), json_get(old, "spec", lists[i])))
            return true;
    }
    return false;
}

/* The pod, or the template of the pods that an object makes; NULL when it makes none. */
static const cJSON *pod_of(enum resource_id resource, const cJSON *object)
{
    switch (resource) {
    case RESOURCE_PODS:
        return object;
    case RESOURCE_DEPLOYMENTS:
    case RESOURCE_REPLICASETS:
    case RESOURCE_STATEFULSETS:
    case RESOURCE_JOBS:
        return json_get(object, "spec", "template");
    case RESOURCE_CRONJOBS:
        return json_get(object, "spec", "jobTemplate", "spec", "template");
    default:
        return NULL;
    }
}

static cJSON *warn_of_pod(struct store *store, enum resource_id resource, const cJSON *object)
{
    const cJSON *pod = pod_of(resource, object);
    AUTO_OBJECT struct object *namespace = pod != NULL ? namespace_of(store, object) : NULL;
    if (namespace == NULL)
        return NULL;
    const struct policy audit = policy_of(object_tree(namespace), "audit");
    const struct policy warn = policy_of(object_tree(namespace), "warn");
    AUTO_FREE char *noted = pod_security_violations(pod, audit.level, true);
    AUTO_FREE char *told = pod_security_violations(pod, warn.level, true);
    if (noted != NULL)
        log_info("api", "audit: %s %s/%s would violate PodSecurity \"%s:%s\": %s", resource_by_id(resource)->singular,
                 object_name(namespace), json_text(json_get(object, "metadata", "name"), ""), audit.level_text, audit.version,
                 noted);
    if (told == NULL)
        return NULL;
    AUTO_FREE char *text = memory_format("would violate PodSecurity \"%s:%s\": %s", warn.level_text, warn.version, told);
    cJSON *warnings = cJSON_CreateArray();
    cJSON_AddItemToArray(warnings, cJSON_CreateString(text));
    return warnings;
}

/* ---- a namespace that becomes stricter ---- */

/* reason -> {first, count}: pods for which it is the same are told together. */
static void count_reason(cJSON *reasons, const char *reason, const char *pod)
{
    cJSON *entry = json_object_at(reasons, reason);
    const char *first = json_text(json_get(entry, "first"), "");
    if (first[0] == '\0' || strcmp(pod, first) < 0)
        json_set_text(entry, "first", pod);
    json_set_integer(entry, "count", json_integer(json_get(entry, "count"), 0) + 1);
}

static char *reason_text(const cJSON *entry)
{
    const char *first = json_text(json_get(entry, "first"), "");
    const long long others = json_integer(json_get(entry, "count"), 1) - 1;
    if (others == 0)
        return memory_format("%s: %s", first, entry->string);
    return memory_format("%s (and %lld other pod%s): %s", first, others, others == 1 ? "" : "s", entry->string);
}

static cJSON *tell_reasons(const cJSON *reasons, const char *namespace, const struct policy *policy)
{
    AUTO_TEXT_SET struct text_set texts = {0};
    const cJSON *entry = NULL;
    cJSON *warnings = cJSON_CreateArray();
    AUTO_FREE char *head = memory_format("existing pods in namespace \"%s\" violate the new PodSecurity enforce level \"%s:%s\"",
                                         namespace, policy->level_text, policy->version);
    cJSON_AddItemToArray(warnings, cJSON_CreateString(head));
    cJSON_ArrayForEach (entry, reasons) {
        AUTO_FREE char *text = reason_text(entry);
        text_set_insert(&texts, text);
    }
    for (size_t i = 0; i < texts.count; i++)
        cJSON_AddItemToArray(warnings, cJSON_CreateString(texts.texts[i]));
    return warnings;
}

static cJSON *warn_of_namespace(struct store *store, const cJSON *namespace, const cJSON *old)
{
    const struct policy policy = policy_of(namespace, "enforce");
    const struct policy before = policy_of(old, "enforce");
    const char *name = json_text(json_get(namespace, "metadata", "name"), "");
    const bool same_version = strcmp(policy.version, before.version) == 0;
    if (policy.level == POD_SECURITY_PRIVILEGED || (same_version && policy.level <= before.level))
        return NULL;
    AUTO_JSON cJSON *reasons = cJSON_CreateObject();
    AUTO_OBJECT_LIST struct object_list pods = {0};
    store_list(store, RESOURCE_PODS, name, &pods);
    for (size_t i = 0; i < pods.count && i < PODS_LOOKED_AT; i++) {
        AUTO_FREE char *reason = pod_security_violations(object_tree(pods.objects[i]), policy.level, false);
        if (reason != NULL)
            count_reason(reasons, reason, object_name(pods.objects[i]));
    }
    return reasons->child != NULL ? tell_reasons(reasons, name, &policy) : NULL;
}

cJSON *pod_security_warnings(struct store *store, enum resource_id resource, const cJSON *object, const cJSON *old)
{
    if (resource == RESOURCE_NAMESPACES)
        return old != NULL ? warn_of_namespace(store, object, old) : NULL;
    if (resource == RESOURCE_PODS && old != NULL && !pod_security_is_concerned(object, old))
        return NULL;
    return warn_of_pod(store, resource, object);
}
