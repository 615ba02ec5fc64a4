/* Secrets, service accounts, roles, bindings and reviews in protobuf, as kubectl's `create` and `auth` send them. */
#include <stddef.h>

#include "cluster/api/protobuf_tables.h"

static const struct proto_field secret_fields[] = {
    {1, "metadata", PROTO_MESSAGE, false, protobuf_metadata_fields},
    {2, "data", PROTO_BYTES_MAP, false, NULL},
    {3, "type", PROTO_TEXT, false, NULL},
    {4, "stringData", PROTO_TEXT_MAP, false, NULL},
    {5, "immutable", PROTO_BOOLEAN, false, NULL},
    {0, NULL, PROTO_TEXT, false, NULL},
};

static const struct proto_field reference_fields[] = {
    {1, "kind", PROTO_TEXT, false, NULL},       {2, "namespace", PROTO_TEXT, false, NULL},
    {3, "name", PROTO_TEXT, false, NULL},       {4, "uid", PROTO_TEXT, false, NULL},
    {5, "apiVersion", PROTO_TEXT, false, NULL}, {6, "resourceVersion", PROTO_TEXT, false, NULL},
    {7, "fieldPath", PROTO_TEXT, false, NULL},  {0, NULL, PROTO_TEXT, false, NULL},
};

static const struct proto_field local_reference_fields[] = {
    {1, "name", PROTO_TEXT, false, NULL},
    {0, NULL, PROTO_TEXT, false, NULL},
};

static const struct proto_field service_account_fields[] = {
    {1, "metadata", PROTO_MESSAGE, false, protobuf_metadata_fields},
    {2, "secrets", PROTO_MESSAGE, true, reference_fields},
    {3, "imagePullSecrets", PROTO_MESSAGE, true, local_reference_fields},
    {4, "automountServiceAccountToken", PROTO_BOOLEAN, false, NULL},
    {0, NULL, PROTO_TEXT, false, NULL},
};

static const struct proto_field rule_fields[] = {
    {1, "verbs", PROTO_TEXT, true, NULL},           {2, "apiGroups", PROTO_TEXT, true, NULL},
    {3, "resources", PROTO_TEXT, true, NULL},       {4, "resourceNames", PROTO_TEXT, true, NULL},
    {5, "nonResourceURLs", PROTO_TEXT, true, NULL}, {0, NULL, PROTO_TEXT, false, NULL},
};

static const struct proto_field role_fields[] = {
    {1, "metadata", PROTO_MESSAGE, false, protobuf_metadata_fields},
    {2, "rules", PROTO_MESSAGE, true, rule_fields},
    {0, NULL, PROTO_TEXT, false, NULL},
};

static const struct proto_field aggregation_fields[] = {
    {1, "clusterRoleSelectors", PROTO_MESSAGE, true, protobuf_selector_fields},
    {0, NULL, PROTO_TEXT, false, NULL},
};

static const struct proto_field cluster_role_fields[] = {
    {1, "metadata", PROTO_MESSAGE, false, protobuf_metadata_fields},
    {2, "rules", PROTO_MESSAGE, true, rule_fields},
    {3, "aggregationRule", PROTO_MESSAGE, false, aggregation_fields},
    {0, NULL, PROTO_TEXT, false, NULL},
};

static const struct proto_field subject_fields[] = {
    {1, "kind", PROTO_TEXT, false, NULL},      {2, "apiGroup", PROTO_TEXT, false, NULL}, {3, "name", PROTO_TEXT, false, NULL},
    {4, "namespace", PROTO_TEXT, false, NULL}, {0, NULL, PROTO_TEXT, false, NULL},
};

static const struct proto_field role_reference_fields[] = {
    {1, "apiGroup", PROTO_TEXT, false, NULL},
    {2, "kind", PROTO_TEXT, false, NULL},
    {3, "name", PROTO_TEXT, false, NULL},
    {0, NULL, PROTO_TEXT, false, NULL},
};

static const struct proto_field binding_fields[] = {
    {1, "metadata", PROTO_MESSAGE, false, protobuf_metadata_fields},
    {2, "subjects", PROTO_MESSAGE, true, subject_fields},
    {3, "roleRef", PROTO_MESSAGE, false, role_reference_fields},
    {0, NULL, PROTO_TEXT, false, NULL},
};

static const struct proto_field resource_attributes_fields[] = {
    {1, "namespace", PROTO_TEXT, false, NULL}, {2, "verb", PROTO_TEXT, false, NULL},
    {3, "group", PROTO_TEXT, false, NULL},     {4, "version", PROTO_TEXT, false, NULL},
    {5, "resource", PROTO_TEXT, false, NULL},  {6, "subresource", PROTO_TEXT, false, NULL},
    {7, "name", PROTO_TEXT, false, NULL},      {0, NULL, PROTO_TEXT, false, NULL},
};

static const struct proto_field path_attributes_fields[] = {
    {1, "path", PROTO_TEXT, false, NULL},
    {2, "verb", PROTO_TEXT, false, NULL},
    {0, NULL, PROTO_TEXT, false, NULL},
};

static const struct proto_field access_spec_fields[] = {
    {1, "resourceAttributes", PROTO_MESSAGE, false, resource_attributes_fields},
    {2, "nonResourceAttributes", PROTO_MESSAGE, false, path_attributes_fields},
    {3, "user", PROTO_TEXT, false, NULL},
    {4, "groups", PROTO_TEXT, true, NULL},
    {5, "extra", PROTO_PASSED_OVER, false, NULL},
    {6, "uid", PROTO_TEXT, false, NULL},
    {0, NULL, PROTO_TEXT, false, NULL},
};

static const struct proto_field access_fields[] = {
    {1, "metadata", PROTO_MESSAGE, false, protobuf_metadata_fields},
    {2, "spec", PROTO_MESSAGE, false, access_spec_fields},
    {3, "status", PROTO_PASSED_OVER, false, NULL},
    {0, NULL, PROTO_TEXT, false, NULL},
};

static const struct proto_field rules_spec_fields[] = {
    {1, "namespace", PROTO_TEXT, false, NULL},
    {0, NULL, PROTO_TEXT, false, NULL},
};

static const struct proto_field rules_fields[] = {
    {1, "metadata", PROTO_MESSAGE, false, protobuf_metadata_fields},
    {2, "spec", PROTO_MESSAGE, false, rules_spec_fields},
    {3, "status", PROTO_PASSED_OVER, false, NULL},
    {0, NULL, PROTO_TEXT, false, NULL},
};

static const struct proto_field self_fields[] = {
    {1, "metadata", PROTO_MESSAGE, false, protobuf_metadata_fields},
    {2, "status", PROTO_PASSED_OVER, false, NULL},
    {0, NULL, PROTO_TEXT, false, NULL},
};

static const struct proto_field bound_fields[] = {
    {1, "kind", PROTO_TEXT, false, NULL}, {2, "apiVersion", PROTO_TEXT, false, NULL}, {3, "name", PROTO_TEXT, false, NULL},
    {4, "uid", PROTO_TEXT, false, NULL},  {0, NULL, PROTO_TEXT, false, NULL},
};

static const struct proto_field token_spec_fields[] = {
    {1, "audiences", PROTO_TEXT, true, NULL},
    {3, "boundObjectRef", PROTO_MESSAGE, false, bound_fields},
    {4, "expirationSeconds", PROTO_INTEGER_SET, false, NULL},
    {0, NULL, PROTO_TEXT, false, NULL},
};

static const struct proto_field token_fields[] = {
    {1, "metadata", PROTO_MESSAGE, false, protobuf_metadata_fields},
    {2, "spec", PROTO_MESSAGE, false, token_spec_fields},
    {3, "status", PROTO_PASSED_OVER, false, NULL},
    {0, NULL, PROTO_TEXT, false, NULL},
};

static const struct proto_field token_review_spec_fields[] = {
    {1, "token", PROTO_TEXT, false, NULL},
    {2, "audiences", PROTO_TEXT, true, NULL},
    {0, NULL, PROTO_TEXT, false, NULL},
};

static const struct proto_field token_review_fields[] = {
    {1, "metadata", PROTO_MESSAGE, false, protobuf_metadata_fields},
    {2, "spec", PROTO_MESSAGE, false, token_review_spec_fields},
    {3, "status", PROTO_PASSED_OVER, false, NULL},
    {0, NULL, PROTO_TEXT, false, NULL},
};

const struct proto_kind protobuf_access_kinds[] = {
    {"v1", "Secret", secret_fields},
    {"v1", "ServiceAccount", service_account_fields},
    {"rbac.authorization.k8s.io/v1", "Role", role_fields},
    {"rbac.authorization.k8s.io/v1", "ClusterRole", cluster_role_fields},
    {"rbac.authorization.k8s.io/v1", "RoleBinding", binding_fields},
    {"rbac.authorization.k8s.io/v1", "ClusterRoleBinding", binding_fields},
    {"authentication.k8s.io/v1", "SelfSubjectReview", self_fields},
    {"authentication.k8s.io/v1", "TokenReview", token_review_fields},
    {"authentication.k8s.io/v1", "TokenRequest", token_fields},
    {"authorization.k8s.io/v1", "SelfSubjectAccessReview", access_fields},
    {"authorization.k8s.io/v1", "SubjectAccessReview", access_fields},
    {"authorization.k8s.io/v1", "LocalSubjectAccessReview", access_fields},
    {"authorization.k8s.io/v1", "SelfSubjectRulesReview", rules_fields},
    {NULL, NULL, NULL},
};
