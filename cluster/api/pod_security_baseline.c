/* The rules of the level baseline: no known way to more rights. */
#include <string.h>

#include "cluster/api/pod_security_rules.h"
#include "common/memory.h"

#define APP_ARMOR_ANNOTATION "container.apparmor.security.beta.kubernetes.io/"

static bool app_armor_rule(const cJSON *container, struct findings *findings)
{
    static const char *const allowed[] = {"RuntimeDefault", "Localhost", "", NULL};
    const char *type = json_text(json_get(container, "securityContext", "appArmorProfile", "type"), "");
    if (text_is_among(type, allowed))
        return false;
    text_set_insert(&findings->values, type);
    return true;
}

/* The way of Kubernetes before 1.30. */
static void find_app_armor_annotations(const cJSON *pod, struct text_set *found)
{
    const cJSON *annotation = NULL;
    cJSON_ArrayForEach (annotation, json_get(pod, "metadata", "annotations")) {
        const char *value = json_text(annotation, "");
        if (strncmp(annotation->string, APP_ARMOR_ANNOTATION, sizeof APP_ARMOR_ANNOTATION - 1) != 0 || value[0] == '\0' ||
            strcmp(value, "runtime/default") == 0 || strncmp(value, "localhost/", sizeof "localhost/" - 1) == 0)
            continue;
        AUTO_FREE char *text = memory_format("%s=\"%s\"", annotation->string, value);
        text_set_insert(found, text);
    }
}

char *check_app_armor(const cJSON *pod)
{
    AUTO_FINDINGS struct findings findings = {0};
    AUTO_TEXT_SET struct text_set annotations = {0};
    AUTO_TEXT_SET struct text_set setters = {0};
    const bool by_pod = app_armor_rule(json_get(pod, "spec"), &findings);
    if (find_containers(pod, app_armor_rule, &findings) || by_pod) {
        AUTO_FREE char *text = setters_text(by_pod, &findings);
        text_set_append(&setters, text);
    }
    find_app_armor_annotations(pod, &annotations);
    if (annotations.count > 0)
        text_set_append(&setters, plural("annotation", "annotations", annotations.count));
    for (size_t i = 0; i < annotations.count; i++)
        text_set_append(&findings.values, annotations.texts[i]);
    if (setters.count == 0)
        return NULL;
    AUTO_FREE char *who = text_set_join(&setters, " and ");
    AUTO_FREE char *what = text_set_join_quoted(&findings.values);
    return memory_format("%s must not set AppArmor profile type to %s", who, what);
}

static bool default_capabilities_rule(const cJSON *container, struct findings *findings)
{
    static const char *const allowed[] = {"AUDIT_WRITE", "CHOWN",      "DAC_OVERRIDE",     "FOWNER",  "FSETID",
                                          "KILL",        "MKNOD",      "SETFCAP",          "SETPCAP", "SETGID",
                                          "SETUID",      "SYS_CHROOT", "NET_BIND_SERVICE", NULL};
    const cJSON *added = NULL;
    bool bad = false;
    cJSON_ArrayForEach (added, json_get(container, "securityContext", "capabilities", "add")) {
        if (text_is_among(json_text(added, ""), allowed))
            continue;
        text_set_insert(&findings->values, json_text(added, ""));
        bad = true;
    }
    return bad;
}

char *check_default_capabilities(const cJSON *pod)
{
    return complain_of_values(pod, default_capabilities_rule, "must not include ", " in securityContext.capabilities.add");
}

char *check_host_namespaces(const cJSON *pod)
{
    static const char *const members[] = {"hostNetwork", "hostPID", "hostIPC"};
    AUTO_TEXT_SET struct text_set found = {0};
    for (size_t i = 0; i < sizeof members / sizeof members[0]; i++) {
        AUTO_FREE char *text = memory_format("%s=true", members[i]);
        if (json_boolean(json_get(pod, "spec", members[i]), false))
            text_set_append(&found, text);
    }
    return found.count > 0 ? text_set_join(&found, ", ") : NULL;
}

char *check_host_paths(const cJSON *pod)
{
    AUTO_TEXT_SET struct text_set names = {0};
    const cJSON *volume = NULL;
    cJSON_ArrayForEach (volume, json_get(pod, "spec", "volumes")) {
        if (json_get(volume, "hostPath") != NULL)
            text_set_append(&names, json_text(json_get(volume, "name"), ""));
    }
    if (names.count == 0)
        return NULL;
    AUTO_FREE char *quoted = text_set_join_quoted(&names);
    return memory_format("%s %s", plural("volume", "volumes", names.count), quoted);
}

static bool host_port_rule(const cJSON *container, struct findings *findings)
{
    const cJSON *port = NULL;
    bool bad = false;
    cJSON_ArrayForEach (port, json_get(container, "ports")) {
        const int64_t number = json_integer(json_get(port, "hostPort"), 0);
        AUTO_FREE char *text = memory_format("%lld", (long long)number);
        if (number == 0)
            continue;
        text_set_insert(&findings->values, text);
        bad = true;
    }
    return bad;
}

char *check_host_ports(const cJSON *pod)
{
    AUTO_FINDINGS struct findings findings = {0};
    if (!find_containers(pod, host_port_rule, &findings))
        return NULL;
    AUTO_FREE char *who = containers_text(&findings);
    AUTO_FREE char *what = text_set_join(&findings.values, ", ");
    return memory_format("%s %s %s %s", who, plural("uses", "use", findings.names.count),
                         plural("hostPort", "hostPorts", findings.values.count), what);
}

static bool names_host(const cJSON *handler, struct findings *findings)
{
    static const char *const kinds[] = {"httpGet", "tcpSocket"};
    bool bad = false;
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        const char *host = json_text(json_get(handler, kinds[i], "host"), "");
        if (host[0] == '\0')
            continue;
        text_set_insert(&findings->values, host);
        bad = true;
    }
    return bad;
}

static bool handler_host_rule(const cJSON *container, struct findings *findings)
{
    static const char *const probes[] = {"livenessProbe", "readinessProbe", "startupProbe"};
    static const char *const hooks[] = {"postStart", "preStop"};
    bool bad = false;
    for (size_t i = 0; i < sizeof probes / sizeof probes[0]; i++)
        bad = names_host(json_get(container, probes[i]), findings) || bad;
    for (size_t i = 0; i < sizeof hooks / sizeof hooks[0]; i++)
        bad = names_host(json_get(container, "lifecycle", hooks[i]), findings) || bad;
    return bad;
}

char *check_handler_hosts(const cJSON *pod)
{
    AUTO_FINDINGS struct findings findings = {0};
    if (!find_containers(pod, handler_host_rule, &findings))
        return NULL;
    AUTO_FREE char *who = containers_text(&findings);
    AUTO_FREE char *what = text_set_join_quoted(&findings.values);
    return memory_format("%s %s %s %s", who, plural("uses", "use", findings.names.count),
                         plural("probe or lifecycle host", "probe or lifecycle hosts", findings.values.count), what);
}

static bool privileged_rule(const cJSON *container, struct findings *findings)
{
    (void)findings;
    return json_boolean(json_get(container, "securityContext", "privileged"), false);
}

char *check_privileged(const cJSON *pod)
{
    return complain(pod, privileged_rule, "must not set securityContext.privileged=true");
}

static bool proc_mount_rule(const cJSON *container, struct findings *findings)
{
    const char *mount = json_text(json_get(container, "securityContext", "procMount"), "Default");
    if (strcmp(mount, "Default") == 0)
        return false;
    text_set_insert(&findings->values, mount);
    return true;
}

char *check_proc_mount(const cJSON *pod)
{
    return complain_of_values(pod, proc_mount_rule, "must not set securityContext.procMount to ", "");
}

static bool se_linux_rule(const cJSON *container, struct findings *findings)
{
    static const char *const allowed[] = {"", "container_t", "container_init_t", "container_kvm_t", "container_engine_t", NULL};
    const cJSON *options = json_get(container, "securityContext", "seLinuxOptions");
    const char *type = json_text(json_get(options, "type"), "");
    const bool bad_type = !text_is_among(type, allowed);
    const bool user = json_text(json_get(options, "user"), "")[0] != '\0';
    const bool role = json_text(json_get(options, "role"), "")[0] != '\0';
    if (bad_type)
        text_set_insert(&findings->values, type);
    findings->user = findings->user || user;
    findings->role = findings->role || role;
    return bad_type || user || role;
}

char *check_se_linux(const cJSON *pod)
{
    AUTO_FINDINGS struct findings findings = {0};
    AUTO_TEXT_SET struct text_set data = {0};
    const bool by_pod = se_linux_rule(json_get(pod, "spec"), &findings);
    if (!find_containers(pod, se_linux_rule, &findings) && !by_pod)
        return NULL;
    if (findings.values.count > 0) {
        AUTO_FREE char *quoted = text_set_join_quoted(&findings.values);
        AUTO_FREE char *text = memory_format("%s %s", plural("type", "types", findings.values.count), quoted);
        text_set_append(&data, text);
    }
    if (findings.user)
        text_set_append(&data, "user may not be set");
    if (findings.role)
        text_set_append(&data, "role may not be set");
    AUTO_FREE char *who = setters_text(by_pod, &findings);
    AUTO_FREE char *what = text_set_join(&data, "; ");
    return memory_format("%s set forbidden securityContext.seLinuxOptions: %s", who, what);
}

char *check_sysctls(const cJSON *pod)
{
    static const char *const allowed[] = {"kernel.shm_rmid_forced",
                                          "net.ipv4.ip_local_port_range",
                                          "net.ipv4.ip_local_reserved_ports",
                                          "net.ipv4.ip_unprivileged_port_start",
                                          "net.ipv4.ping_group_range",
                                          "net.ipv4.tcp_fin_timeout",
                                          "net.ipv4.tcp_keepalive_intvl",
                                          "net.ipv4.tcp_keepalive_probes",
                                          "net.ipv4.tcp_keepalive_time",
                                          "net.ipv4.tcp_rmem",
                                          "net.ipv4.tcp_syncookies",
                                          "net.ipv4.tcp_wmem",
                                          NULL};
    AUTO_TEXT_SET struct text_set found = {0};
    const cJSON *sysctl = NULL;
    cJSON_ArrayForEach (sysctl, json_get(pod, "spec", "securityContext", "sysctls")) {
        const char *name = json_text(json_get(sysctl, "name"), "");
        if (!text_is_among(name, allowed))
            text_set_append(&found, name);
    }
    return found.count > 0 ? text_set_join(&found, ", ") : NULL;
}

static bool host_process_rule(const cJSON *container, struct findings *findings)
{
    (void)findings;
    return json_boolean(json_get(container, "securityContext", "windowsOptions", "hostProcess"), false);
}

char *check_host_process(const cJSON *pod)
{
    AUTO_FINDINGS struct findings findings = {0};
    const bool by_pod = host_process_rule(json_get(pod, "spec"), &findings);
    if (!find_containers(pod, host_process_rule, &findings) && !by_pod)
        return NULL;
    AUTO_FREE char *who = setters_text(by_pod, &findings);
    return memory_format("%s must not set securityContext.windowsOptions.hostProcess=true", who);
}
