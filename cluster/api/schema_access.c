/* Secrets, service accounts and the kinds of rbac.authorization.k8s.io. */
#include "cluster/api/schema_tables.h"

static const struct schema_field secret_fields[] = {
    F_OBJECT_ALWAYS("metadata", &schema_object_meta),
    F_BOOLEAN_SET("immutable"),
    F_BYTES_MAP("data"),
    F_MAP("stringData"),
    F_TEXT("type"),
    F_END,
};
const struct schema schema_secret = {"Secret", secret_fields};

static const struct schema_field local_reference_fields[] = {F_TEXT("name"), F_END};
static const struct schema local_reference = {"LocalObjectReference", local_reference_fields};
static const struct schema_field service_account_fields[] = {
    F_OBJECT_ALWAYS("metadata", &schema_object_meta),
    F_LIST("secrets", &schema_object_reference, "name"),
    F_LIST("imagePullSecrets", &local_reference, NULL),
    F_BOOLEAN_SET("automountServiceAccountToken"),
    F_END,
};
const struct schema schema_service_account = {"ServiceAccount", service_account_fields};

static const struct schema_field policy_rule_fields[] = {
    {.name = "verbs", .type = SCHEMA_TEXT_LIST, .presence = SCHEMA_ALWAYS},
    F_TEXTS("apiGroups"),
    F_TEXTS("resources"),
    F_TEXTS("resourceNames"),
    F_TEXTS("nonResourceURLs"),
    F_END,
};
static const struct schema policy_rule = {"PolicyRule", policy_rule_fields};
static const struct schema_field role_fields[] = {
    F_OBJECT_ALWAYS("metadata", &schema_object_meta),
    F_LIST_ALWAYS("rules", &policy_rule, NULL),
    F_END,
};
const struct schema schema_role = {"Role", role_fields};

static const struct schema_field aggregation_fields[] = {
    F_LIST("clusterRoleSelectors", &schema_label_selector, NULL),
    F_END,
};
static const struct schema aggregation = {"AggregationRule", aggregation_fields};
static const struct schema_field cluster_role_fields[] = {
    F_OBJECT_ALWAYS("metadata", &schema_object_meta),
    F_LIST_ALWAYS("rules", &policy_rule, NULL),
    F_OBJECT("aggregationRule", &aggregation),
    F_END,
};
const struct schema schema_cluster_role = {"ClusterRole", cluster_role_fields};

static const struct schema_field subject_fields[] = {
    F_TEXT_ALWAYS("kind"), F_TEXT("apiGroup"), F_TEXT_ALWAYS("name"), F_TEXT("namespace"), F_END,
};
static const struct schema subject = {"Subject", subject_fields};
static const struct schema_field role_reference_fields[] = {
    F_TEXT_ALWAYS("apiGroup"),
    F_TEXT_ALWAYS("kind"),
    F_TEXT_ALWAYS("name"),
    F_END,
};
static const struct schema role_reference = {"RoleRef", role_reference_fields};
static const struct schema_field role_binding_fields[] = {
    F_OBJECT_ALWAYS("metadata", &schema_object_meta),
    F_LIST("subjects", &subject, NULL),
    F_OBJECT_ALWAYS("roleRef", &role_reference),
    F_END,
};
const struct schema schema_role_binding = {"RoleBinding", role_binding_fields};
const struct schema schema_cluster_role_binding = {"ClusterRoleBinding", role_binding_fields};
