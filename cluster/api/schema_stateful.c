#include "cluster/api/schema_tables.h"

static const struct schema_field rolling_update_fields[] = {
    F_INT32_SET("partition"),
    F_INT_OR_TEXT_SET("maxUnavailable"),
    F_END,
};
static const struct schema rolling_update = {"RollingUpdateStatefulSetStrategy", rolling_update_fields};
static const struct schema_field strategy_fields[] = {F_TEXT("type"), F_OBJECT("rollingUpdate", &rolling_update), F_END};
static const struct schema strategy = {"StatefulSetUpdateStrategy", strategy_fields};
static const struct schema_field retention_fields[] = {F_TEXT("whenDeleted"), F_TEXT("whenScaled"), F_END};
static const struct schema retention = {"StatefulSetPersistentVolumeClaimRetentionPolicy", retention_fields};
static const struct schema_field ordinals_fields[] = {F_INT32_ALWAYS("start"), F_END};
static const struct schema ordinals = {"StatefulSetOrdinals", ordinals_fields};

/* The one place where an object inside of another has a kind and an apiVersion of its own. */
static const struct schema_field claim_template_fields[] = {
    F_TEXT("kind"),
    F_TEXT("apiVersion"),
    F_OBJECT_ALWAYS("metadata", &schema_object_meta),
    F_OBJECT_ALWAYS("spec", &schema_claim_spec),
    F_OBJECT_ALWAYS("status", &schema_claim_status),
    F_END,
};
static const struct schema claim_template = {"PersistentVolumeClaim", claim_template_fields};

static const struct schema_field stateful_set_spec_fields[] = {
    F_INT32_SET("replicas"),
    {.name = "selector", .type = SCHEMA_OBJECT, .presence = SCHEMA_ALWAYS, .of = &schema_label_selector},
    F_OBJECT_ALWAYS("template", &schema_pod_template),
    F_LIST("volumeClaimTemplates", &claim_template, NULL),
    F_TEXT_ALWAYS("serviceName"),
    F_TEXT("podManagementPolicy"),
    F_OBJECT_ALWAYS("updateStrategy", &strategy),
    F_INT32_SET("revisionHistoryLimit"),
    F_INT32("minReadySeconds"),
    F_OBJECT("persistentVolumeClaimRetentionPolicy", &retention),
    F_OBJECT("ordinals", &ordinals),
    F_END,
};
static const struct schema stateful_set_spec = {"StatefulSetSpec", stateful_set_spec_fields};
static const struct schema_field stateful_set_status_fields[] = {
    F_INT64("observedGeneration"),
    F_INT32_ALWAYS("replicas"),
    F_INT32("readyReplicas"),
    F_INT32("currentReplicas"),
    F_INT32("updatedReplicas"),
    F_TEXT("currentRevision"),
    F_TEXT("updateRevision"),
    F_INT32_SET("collisionCount"),
    F_LIST("conditions", &schema_condition, "type"),
    F_INT32_ALWAYS("availableReplicas"),
    F_END,
};
static const struct schema stateful_set_status = {"StatefulSetStatus", stateful_set_status_fields};
static const struct schema_field stateful_set_fields[] = {
    F_OBJECT_ALWAYS("metadata", &schema_object_meta),
    F_OBJECT_ALWAYS("spec", &stateful_set_spec),
    F_OBJECT_ALWAYS("status", &stateful_set_status),
    F_END,
};
const struct schema schema_stateful_set = {"StatefulSet", stateful_set_fields};

static const struct schema_field controller_revision_fields[] = {
    F_OBJECT_ALWAYS("metadata", &schema_object_meta),
    F_ANY("data"),
    {.name = "revision", .type = SCHEMA_INT64, .presence = SCHEMA_ALWAYS},
    F_END,
};
const struct schema schema_controller_revision = {"ControllerRevision", controller_revision_fields};
