#include "cluster/api/schema_tables.h"

static const struct schema_field resources_fields[] = {F_QUANTITIES("limits"), F_QUANTITIES("requests"), F_END};
static const struct schema resources = {"VolumeResourceRequirements", resources_fields};
static const struct schema_field claim_spec_fields[] = {
    F_TEXTS("accessModes"),
    F_OBJECT("selector", &schema_label_selector),
    F_OBJECT_ALWAYS("resources", &resources),
    F_TEXT("volumeName"),
    F_TEXT_SET("storageClassName"),
    F_TEXT_SET("volumeMode"),
    F_ANY("dataSource"),
    F_ANY("dataSourceRef"),
    F_TEXT_SET("volumeAttributesClassName"),
    F_END,
};
const struct schema schema_claim_spec = {"PersistentVolumeClaimSpec", claim_spec_fields};
static const struct schema_field claim_status_fields[] = {
    F_TEXT("phase"),
    F_TEXTS("accessModes"),
    F_QUANTITIES("capacity"),
    F_LIST("conditions", &schema_condition, "type"),
    F_QUANTITIES("allocatedResources"),
    F_MAP("allocatedResourceStatuses"),
    F_TEXT_SET("currentVolumeAttributesClassName"),
    F_ANY("modifyVolumeStatus"),
    F_END,
};
const struct schema schema_claim_status = {"PersistentVolumeClaimStatus", claim_status_fields};
static const struct schema_field claim_fields[] = {
    F_OBJECT_ALWAYS("metadata", &schema_object_meta),
    F_OBJECT_ALWAYS("spec", &schema_claim_spec),
    F_OBJECT_ALWAYS("status", &schema_claim_status),
    F_END,
};
const struct schema schema_persistent_volume_claim = {"PersistentVolumeClaim", claim_fields};

static const struct schema_field host_path_fields[] = {F_TEXT_ALWAYS("path"), F_TEXT_SET("type"), F_END};
static const struct schema host_path = {"HostPathVolumeSource", host_path_fields};
static const struct schema_field volume_spec_fields[] = {
    F_QUANTITIES("capacity"),
    F_ANY("nfs"),
    F_ANY("csi"),
    F_ANY("local"),
    F_OBJECT("hostPath", &host_path),
    F_TEXTS("accessModes"),
    F_OBJECT("claimRef", &schema_object_reference),
    F_TEXT("persistentVolumeReclaimPolicy"),
    F_TEXT("storageClassName"),
    F_TEXTS("mountOptions"),
    F_TEXT_SET("volumeMode"),
    F_ANY("nodeAffinity"),
    F_TEXT_SET("volumeAttributesClassName"),
    F_END,
};
static const struct schema volume_spec = {"PersistentVolumeSpec", volume_spec_fields};
static const struct schema_field volume_status_fields[] = {
    F_TEXT("phase"), F_TEXT("message"), F_TEXT("reason"), F_TIME("lastPhaseTransitionTime"), F_END,
};
static const struct schema volume_status = {"PersistentVolumeStatus", volume_status_fields};
static const struct schema_field volume_fields[] = {
    F_OBJECT_ALWAYS("metadata", &schema_object_meta),
    F_OBJECT_ALWAYS("spec", &volume_spec),
    F_OBJECT_ALWAYS("status", &volume_status),
    F_END,
};
const struct schema schema_persistent_volume = {"PersistentVolume", volume_fields};

static const struct schema_field storage_class_fields[] = {
    F_OBJECT_ALWAYS("metadata", &schema_object_meta),
    F_TEXT_ALWAYS("provisioner"),
    F_MAP("parameters"),
    F_TEXT_SET("reclaimPolicy"),
    F_TEXTS("mountOptions"),
    F_BOOLEAN_SET("allowVolumeExpansion"),
    F_TEXT_SET("volumeBindingMode"),
    F_ANY("allowedTopologies"),
    F_END,
};
const struct schema schema_storage_class = {"StorageClass", storage_class_fields};
