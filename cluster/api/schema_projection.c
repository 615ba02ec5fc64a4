/* Volumes whose files are made of other objects: secret, downwardAPI and projected. */
#include "cluster/api/schema_tables.h"

static const struct schema_field secret_volume_fields[] = {
    F_TEXT("secretName"),
    F_LIST("items", &schema_key_to_path, NULL),
    F_INT32_SET("defaultMode"),
    F_BOOLEAN_SET("optional"),
    F_END,
};
const struct schema schema_secret_volume = {"SecretVolumeSource", secret_volume_fields};

static const struct schema_field downward_file_fields[] = {
    F_TEXT_ALWAYS("path"),
    F_OBJECT("fieldRef", &schema_field_selector),
    F_OBJECT("resourceFieldRef", &schema_resource_selector),
    F_INT32_SET("mode"),
    F_END,
};
static const struct schema downward_file = {"DownwardAPIVolumeFile", downward_file_fields};
static const struct schema_field downward_volume_fields[] = {
    F_LIST("items", &downward_file, NULL),
    F_INT32_SET("defaultMode"),
    F_END,
};
const struct schema schema_downward_volume = {"DownwardAPIVolumeSource", downward_volume_fields};

static const struct schema_field keys_projection_fields[] = {
    F_TEXT("name"),
    F_LIST("items", &schema_key_to_path, NULL),
    F_BOOLEAN_SET("optional"),
    F_END,
};
static const struct schema secret_projection = {"SecretProjection", keys_projection_fields};
static const struct schema config_map_projection = {"ConfigMapProjection", keys_projection_fields};
static const struct schema_field downward_projection_fields[] = {F_LIST("items", &downward_file, NULL), F_END};
static const struct schema downward_projection = {"DownwardAPIProjection", downward_projection_fields};
static const struct schema_field token_projection_fields[] = {
    F_TEXT("audience"),
    F_INT64_SET("expirationSeconds"),
    F_TEXT_ALWAYS("path"),
    F_END,
};
static const struct schema token_projection = {"ServiceAccountTokenProjection", token_projection_fields};
static const struct schema_field projection_fields[] = {
    F_OBJECT("secret", &secret_projection),
    F_OBJECT("downwardAPI", &downward_projection),
    F_OBJECT("configMap", &config_map_projection),
    F_OBJECT("serviceAccountToken", &token_projection),
    F_ANY("clusterTrustBundle"),
    F_ANY("podCertificate"),
    F_END,
};
static const struct schema projection = {"VolumeProjection", projection_fields};
static const struct schema_field projected_volume_fields[] = {
    F_LIST_ALWAYS("sources", &projection, NULL),
    F_INT32_SET("defaultMode"),
    F_END,
};
const struct schema schema_projected_volume = {"ProjectedVolumeSource", projected_volume_fields};
