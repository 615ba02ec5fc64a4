/* The rules of the level restricted: what is not needed is given up; and those on seccomp, which both levels have. */
#include <string.h>

#include "cluster/api/pod_security_rules.h"
#include "common/memory.h"

static bool escalation_rule(const cJSON *container, struct findings *findings)
{
    (void)findings;
    return json_boolean(json_get(container, "securityContext", "allowPrivilegeEscalation"), true);
}

char *check_privilege_escalation(const cJSON *pod)
{
    return complain(pod, escalation_rule, "must set securityContext.allowPrivilegeEscalation=false");
}

static bool dropping_rule(const cJSON *container, struct findings *findings)
{
    const cJSON *dropped = NULL;
    (void)findings;
    cJSON_ArrayForEach (dropped, json_get(container, "securityContext", "capabilities", "drop")) {
        if (strcmp(json_text(dropped, ""), "ALL") == 0)
            return false;
    }
    return true;
}

static bool adding_rule(const cJSON *container, struct findings *findings)
{
    const cJSON *added = NULL;
    bool bad = false;
    cJSON_ArrayForEach (added, json_get(container, "securityContext", "capabilities", "add")) {
        if (strcmp(json_text(added, ""), "NET_BIND_SERVICE") == 0)
            continue;
        text_set_insert(&findings->values, json_text(added, ""));
        bad = true;
    }
    return bad;
}

char *check_dropped_capabilities(const cJSON *pod)
{
    AUTO_FREE char *kept = complain(pod, dropping_rule, "must set securityContext.capabilities.drop=[\"ALL\"]");
    AUTO_FREE char *added = complain_of_values(pod, adding_rule, "must not include ", " in securityContext.capabilities.add");
    if (kept != NULL && added != NULL)
        return memory_format("%s; %s", kept, added);
    return kept != NULL ? steal_pointer(&kept) : steal_pointer(&added);
}

/* The type of a volume: its member beside the name. */
static const char *volume_type(const cJSON *volume)
{
    const cJSON *member = NULL;
    cJSON_ArrayForEach (member, volume) {
        if (strcmp(member->string, "name") != 0)
            return member->string;
    }
    return "unknown";
}

char *check_volume_types(const cJSON *pod)
{
    static const char *const allowed[] = {"configMap", "csi",    "downwardAPI", "emptyDir", "ephemeral", "persistentVolumeClaim",
                                          "projected", "secret", "image",       NULL};
    AUTO_TEXT_SET struct text_set names = {0};
    AUTO_TEXT_SET struct text_set types = {0};
    const cJSON *volume = NULL;
    cJSON_ArrayForEach (volume, json_get(pod, "spec", "volumes")) {
        if (text_is_among(volume_type(volume), allowed))
            continue;
        text_set_append(&names, json_text(json_get(volume, "name"), ""));
        text_set_insert(&types, volume_type(volume));
    }
    if (names.count == 0)
        return NULL;
    AUTO_FREE char *who = text_set_join_quoted(&names);
    AUTO_FREE char *what = text_set_join_quoted(&types);
    return memory_format("%s %s %s %s %s", plural("volume", "volumes", names.count), who, plural("uses", "use", names.count),
                         plural("restricted volume type", "restricted volume types", types.count), what);
}

/* ---- what a pod may say for its containers ---- */

static bool root_rule(const cJSON *container, struct findings *findings)
{
    (void)findings;
    return !json_boolean(json_get(container, "securityContext", "runAsNonRoot"), true);
}

static bool no_user_rule(const cJSON *container, struct findings *findings)
{
    (void)findings;
    return json_get(container, "securityContext", "runAsNonRoot") == NULL;
}

char *check_non_root(const cJSON *pod)
{
    AUTO_FINDINGS struct findings findings = {0};
    const cJSON *spec = json_get(pod, "spec");
    const bool by_pod = root_rule(spec, &findings);
    if (find_containers(pod, root_rule, &findings) || by_pod) {
        AUTO_FREE char *who = setters_text(by_pod, &findings);
        return memory_format("%s must not set securityContext.runAsNonRoot=false", who);
    }
    if (!no_user_rule(spec, &findings) || !find_containers(pod, no_user_rule, &findings))
        return NULL;
    AUTO_FREE char *who = containers_text(&findings);
    return memory_format("pod or %s must set securityContext.runAsNonRoot=true", who);
}

static bool user_rule(const cJSON *container, struct findings *findings)
{
    (void)findings;
    return json_integer(json_get(container, "securityContext", "runAsUser"), 1) == 0;
}

char *check_user(const cJSON *pod)
{
    AUTO_FINDINGS struct findings findings = {0};
    const bool by_pod = user_rule(json_get(pod, "spec"), &findings);
    if (!find_containers(pod, user_rule, &findings) && !by_pod)
        return NULL;
    AUTO_FREE char *who = setters_text(by_pod, &findings);
    return memory_format("%s must not set runAsUser=0", who);
}

static bool seccomp_rule(const cJSON *container, struct findings *findings)
{
    static const char *const allowed[] = {"RuntimeDefault", "Localhost", NULL};
    const cJSON *profile = json_get(container, "securityContext", "seccompProfile");
    const char *type = json_text(json_get(profile, "type"), "");
    if (profile == NULL || text_is_among(type, allowed))
        return false;
    text_set_insert(&findings->values, type);
    return true;
}

static bool no_seccomp_rule(const cJSON *container, struct findings *findings)
{
    (void)findings;
    return json_get(container, "securityContext", "seccompProfile") == NULL;
}

char *check_seccomp_if_set(const cJSON *pod)
{
    AUTO_FINDINGS struct findings findings = {0};
    const bool by_pod = seccomp_rule(json_get(pod, "spec"), &findings);
    if (!find_containers(pod, seccomp_rule, &findings) && !by_pod)
        return NULL;
    AUTO_FREE char *who = setters_text(by_pod, &findings);
    AUTO_FREE char *what = text_set_join_quoted(&findings.values);
    return memory_format("%s must not set securityContext.seccompProfile.type to %s", who, what);
}

char *check_seccomp(const cJSON *pod)
{
    AUTO_FINDINGS struct findings findings = {0};
    char *bad = check_seccomp_if_set(pod);
    if (bad != NULL || !no_seccomp_rule(json_get(pod, "spec"), &findings) || !find_containers(pod, no_seccomp_rule, &findings))
        return bad;
    AUTO_FREE char *who = containers_text(&findings);
    return memory_format("pod or %s must set securityContext.seccompProfile.type to \"RuntimeDefault\" or \"Localhost\"", who);
}
