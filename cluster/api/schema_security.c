#include "cluster/api/schema_tables.h"

static const struct schema_field se_linux_fields[] = {F_TEXT("user"), F_TEXT("role"), F_TEXT("type"), F_TEXT("level"), F_END};
static const struct schema se_linux = {"SELinuxOptions", se_linux_fields};

static const struct schema_field windows_fields[] = {
    F_TEXT_SET("gmsaCredentialSpecName"),
    F_TEXT_SET("gmsaCredentialSpec"),
    F_TEXT_SET("runAsUserName"),
    F_BOOLEAN_SET("hostProcess"),
    F_END,
};
static const struct schema windows = {"WindowsSecurityContextOptions", windows_fields};

static const struct schema_field profile_fields[] = {F_TEXT_ALWAYS("type"), F_TEXT_SET("localhostProfile"), F_END};
static const struct schema seccomp_profile = {"SeccompProfile", profile_fields};
static const struct schema app_armor_profile = {"AppArmorProfile", profile_fields};

static const struct schema_field sysctl_fields[] = {F_TEXT_ALWAYS("name"), F_TEXT_ALWAYS("value"), F_END};
static const struct schema sysctl = {"Sysctl", sysctl_fields};

static const struct schema_field pod_fields[] = {
    F_OBJECT("seLinuxOptions", &se_linux),
    F_OBJECT("windowsOptions", &windows),
    F_INT64_SET("runAsUser"),
    F_INT64_SET("runAsGroup"),
    F_BOOLEAN_SET("runAsNonRoot"),
    F_ANY("supplementalGroups"),
    F_TEXT_SET("supplementalGroupsPolicy"),
    F_INT64_SET("fsGroup"),
    F_LIST("sysctls", &sysctl, NULL),
    F_TEXT_SET("fsGroupChangePolicy"),
    F_OBJECT("seccompProfile", &seccomp_profile),
    F_OBJECT("appArmorProfile", &app_armor_profile),
    F_TEXT_SET("seLinuxChangePolicy"),
    F_END,
};
const struct schema schema_pod_security_context = {"PodSecurityContext", pod_fields};

static const struct schema_field capabilities_fields[] = {F_TEXTS("add"), F_TEXTS("drop"), F_END};
static const struct schema capabilities = {"Capabilities", capabilities_fields};

static const struct schema_field container_fields[] = {
    F_OBJECT("capabilities", &capabilities),
    F_BOOLEAN_SET("privileged"),
    F_OBJECT("seLinuxOptions", &se_linux),
    F_OBJECT("windowsOptions", &windows),
    F_INT64_SET("runAsUser"),
    F_INT64_SET("runAsGroup"),
    F_BOOLEAN_SET("runAsNonRoot"),
    F_BOOLEAN_SET("readOnlyRootFilesystem"),
    F_BOOLEAN_SET("allowPrivilegeEscalation"),
    F_TEXT_SET("procMount"),
    F_OBJECT("seccompProfile", &seccomp_profile),
    F_OBJECT("appArmorProfile", &app_armor_profile),
    F_END,
};
const struct schema schema_security_context = {"SecurityContext", container_fields};
