#include "cluster/api/pod_security_checks.h"

#include <stdlib.h>
#include <string.h>

#include "cluster/api/pod_security_rules.h"
#include "common/buffer.h"
#include "common/memory.h"

#define VIOLATIONS_MAXIMUM (1024 * 1024)

void findings_release(struct findings *findings)
{
    text_set_release(&findings->names);
    text_set_release(&findings->values);
}

bool find_containers(const cJSON *pod, container_rule *rule, struct findings *findings)
{
    static const char *const lists[] = {"initContainers", "containers", "ephemeralContainers"};
    for (size_t i = 0; i < sizeof lists / sizeof lists[0]; i++) {
        const cJSON *container = NULL;
        cJSON_ArrayForEach (container, json_get(pod, "spec", lists[i])) {
            if (rule(container, findings))
                text_set_append(&findings->names, json_text(json_get(container, "name"), ""));
        }
    }
    return findings->names.count > 0;
}

const char *plural(const char *one, const char *many, size_t count)
{
    return count == 1 ? one : many;
}

bool text_is_among(const char *text, const char *const *texts)
{
    for (; *texts != NULL; texts++)
        if (strcmp(text, *texts) == 0)
            return true;
    return false;
}

char *containers_text(const struct findings *findings)
{
    AUTO_FREE char *quoted = text_set_join_quoted(&findings->names);
    return memory_format("%s %s", plural("container", "containers", findings->names.count), quoted);
}

char *setters_text(bool pod, const struct findings *findings)
{
    AUTO_FREE char *containers = containers_text(findings);
    if (findings->names.count == 0)
        return memory_copy_text("pod");
    return memory_format("%s%s", pod ? "pod and " : "", containers);
}

char *complain(const cJSON *pod, container_rule *rule, const char *complaint)
{
    AUTO_FINDINGS struct findings findings = {0};
    if (!find_containers(pod, rule, &findings))
        return NULL;
    AUTO_FREE char *who = containers_text(&findings);
    return memory_format("%s %s", who, complaint);
}

char *complain_of_values(const cJSON *pod, container_rule *rule, const char *before, const char *after)
{
    AUTO_FINDINGS struct findings findings = {0};
    if (!find_containers(pod, rule, &findings))
        return NULL;
    AUTO_FREE char *who = containers_text(&findings);
    AUTO_FREE char *what = text_set_join_quoted(&findings.values);
    return memory_format("%s %s%s%s", who, before, what, after);
}

/* In kube-apiserver's order: the baseline's by their ids, then those of restricted. `refined`: a check of restricted says the
 * same and more. */
static const struct {
    const char *reason;
    char *(*check)(const cJSON *pod);
    enum pod_security_level level;
    bool refined;
} checks[] = {
    {"forbidden AppArmor profile", check_app_armor, POD_SECURITY_BASELINE, false},
    {"non-default capabilities", check_default_capabilities, POD_SECURITY_BASELINE, true},
    {"host namespaces", check_host_namespaces, POD_SECURITY_BASELINE, false},
    {"hostPath volumes", check_host_paths, POD_SECURITY_BASELINE, true},
    {"hostPort", check_host_ports, POD_SECURITY_BASELINE, false},
    {"probe or lifecycle host", check_handler_hosts, POD_SECURITY_BASELINE, false},
    {"privileged", check_privileged, POD_SECURITY_BASELINE, false},
    {"procMount", check_proc_mount, POD_SECURITY_BASELINE, false},
    {"seLinuxOptions", check_se_linux, POD_SECURITY_BASELINE, false},
    {"seccompProfile", check_seccomp_if_set, POD_SECURITY_BASELINE, true},
    {"forbidden sysctls", check_sysctls, POD_SECURITY_BASELINE, false},
    {"hostProcess", check_host_process, POD_SECURITY_BASELINE, false},
    {"allowPrivilegeEscalation != false", check_privilege_escalation, POD_SECURITY_RESTRICTED, false},
    {"unrestricted capabilities", check_dropped_capabilities, POD_SECURITY_RESTRICTED, false},
    {"restricted volume types", check_volume_types, POD_SECURITY_RESTRICTED, false},
    {"runAsNonRoot != true", check_non_root, POD_SECURITY_RESTRICTED, false},
    {"runAsUser=0", check_user, POD_SECURITY_RESTRICTED, false},
    {"seccompProfile", check_seccomp, POD_SECURITY_RESTRICTED, false},
};

char *pod_security_violations(const cJSON *pod, enum pod_security_level level, bool detailed)
{
    AUTO_BUFFER struct buffer text = {0};
    buffer_init(&text, VIOLATIONS_MAXIMUM);
    for (size_t i = 0; i < sizeof checks / sizeof checks[0]; i++) {
        if (checks[i].level > level || (level == POD_SECURITY_RESTRICTED && checks[i].refined))
            continue;
        AUTO_FREE char *detail = checks[i].check(pod);
        if (detail == NULL)
            continue;
        buffer_append_format(&text, "%s%s", text.length > 0 ? ", " : "", checks[i].reason);
        if (detailed)
            buffer_append_format(&text, " (%s)", detail);
    }
    return text.length > 0 ? buffer_steal(&text) : NULL;
}
