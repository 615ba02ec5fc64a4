#include <string.h>

#include "cluster/api/schema_tables.h"
#include "cluster/api/version.h"

static const struct schema_field owner_reference_fields[] = {
    F_TEXT_ALWAYS("apiVersion"),
    F_TEXT_ALWAYS("kind"),
    F_TEXT_ALWAYS("name"),
    F_TEXT_ALWAYS("uid"),
    F_BOOLEAN_SET("controller"),
    F_BOOLEAN_SET("blockOwnerDeletion"),
    F_END,
};
static const struct schema owner_reference = {"OwnerReference", owner_reference_fields};

static const struct schema_field managed_fields_fields[] = {
    F_TEXT("manager"),    F_TEXT("operation"), F_TEXT("apiVersion"),  F_TIME("time"),
    F_TEXT("fieldsType"), F_ANY("fieldsV1"),   F_TEXT("subresource"), F_END,
};
static const struct schema managed_fields_entry = {"ManagedFieldsEntry", managed_fields_fields};

static const struct schema_field object_meta_fields[] = {
    F_TEXT("name"),
    F_TEXT("generateName"),
    F_TEXT("namespace"),
    F_TEXT("uid"),
    F_TEXT("resourceVersion"),
    F_INT64("generation"),
    F_TIME("creationTimestamp"),
    F_TIME("deletionTimestamp"),
    F_INT64_SET("deletionGracePeriodSeconds"),
    F_MAP("labels"),
    F_MAP("annotations"),
    F_LIST("ownerReferences", &owner_reference, "uid"),
    F_TEXTS_MERGED("finalizers"),
    {.name = "managedFields", .type = SCHEMA_MANAGED_FIELDS, .of = &managed_fields_entry},
    F_NEVER("selfLink"),
    F_END,
};
const struct schema schema_object_meta = {"ObjectMeta", object_meta_fields};

static const struct schema_field requirement_fields[] = {
    F_TEXT_ALWAYS("key"),
    F_TEXT_ALWAYS("operator"),
    F_TEXTS("values"),
    F_END,
};
static const struct schema requirement = {"LabelSelectorRequirement", requirement_fields};

static const struct schema_field label_selector_fields[] = {
    F_MAP("matchLabels"),
    F_LIST("matchExpressions", &requirement, NULL),
    F_END,
};
const struct schema schema_label_selector = {"LabelSelector", label_selector_fields};

static const struct schema_field object_reference_fields[] = {
    F_TEXT("kind"),       F_TEXT("namespace"),       F_TEXT("name"),      F_TEXT("uid"),
    F_TEXT("apiVersion"), F_TEXT("resourceVersion"), F_TEXT("fieldPath"), F_END,
};
const struct schema schema_object_reference = {"ObjectReference", object_reference_fields};

static const struct schema *const schemas[RESOURCE_COUNT] = {
    [RESOURCE_NAMESPACES] = &schema_namespace,
    [RESOURCE_NODES] = &schema_node,
    [RESOURCE_PODS] = &schema_pod,
    [RESOURCE_SERVICES] = &schema_service,
    [RESOURCE_ENDPOINTSLICES] = &schema_endpoint_slice,
    [RESOURCE_CONFIGMAPS] = &schema_config_map,
    [RESOURCE_EVENTS] = &schema_event,
    [RESOURCE_DEPLOYMENTS] = &schema_deployment,
    [RESOURCE_REPLICASETS] = &schema_replica_set,
    [RESOURCE_HORIZONTALPODAUTOSCALERS] = &schema_horizontal_pod_autoscaler,
    [RESOURCE_SECRETS] = &schema_secret,
    [RESOURCE_SERVICEACCOUNTS] = &schema_service_account,
    [RESOURCE_ROLES] = &schema_role,
    [RESOURCE_ROLEBINDINGS] = &schema_role_binding,
    [RESOURCE_CLUSTERROLES] = &schema_cluster_role,
    [RESOURCE_CLUSTERROLEBINDINGS] = &schema_cluster_role_binding,
    [RESOURCE_STATEFULSETS] = &schema_stateful_set,
    [RESOURCE_CONTROLLERREVISIONS] = &schema_controller_revision,
    [RESOURCE_PERSISTENTVOLUMECLAIMS] = &schema_persistent_volume_claim,
    [RESOURCE_PERSISTENTVOLUMES] = &schema_persistent_volume,
    [RESOURCE_STORAGECLASSES] = &schema_storage_class,
    [RESOURCE_LEASES] = &schema_lease,
    [RESOURCE_CUSTOMRESOURCEDEFINITIONS] = &schema_custom_resource_definition,
    [RESOURCE_PRIORITYCLASSES] = &schema_priority_class,
    [RESOURCE_PODDISRUPTIONBUDGETS] = &schema_pod_disruption_budget,
    [RESOURCE_CRONJOBS] = &schema_cron_job,
    [RESOURCE_JOBS] = &schema_job,
};

const struct schema *schema_of(enum resource_id resource)
{
    return resource < RESOURCE_COUNT ? schemas[resource] : &schema_custom;
}

const struct schema_field *schema_find(const struct schema *schema, const char *name)
{
    if (name == NULL)
        return NULL;
    for (const struct schema_field *field = schema->fields; field->type != SCHEMA_END; field++) {
        if (strcmp(field->name, name) == 0)
            return field;
    }
    return NULL;
}
