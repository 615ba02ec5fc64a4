#include <string.h>

#include "cluster/api/defaults.h"
#include "cluster/api/kind.h"

static void claim_spec_set_defaults(cJSON *spec)
{
    if (json_get(spec, "volumeMode") == NULL)
        json_set_text(spec, "volumeMode", "Filesystem");
}

void claim_set_defaults(cJSON *claim)
{
    claim_spec_set_defaults(json_object_at(claim, "spec"));
    default_text(json_object_at(claim, "status"), "phase", "Pending");
}

static void add_finalizer(cJSON *object, const char *name)
{
    cJSON *finalizers = json_array_at(json_object_at(object, "metadata"), "finalizers");
    const cJSON *finalizer = NULL;
    cJSON_ArrayForEach (finalizer, finalizers) {
        if (strcmp(json_text(finalizer, ""), name) == 0)
            return;
    }
    cJSON_AddItemToArray(finalizers, cJSON_CreateString(name));
}

void claim_prepare_create(cJSON *claim)
{
    reset_status(claim);
    add_finalizer(claim, CLAIM_PROTECTION);
}

void volume_prepare_create(cJSON *volume)
{
    reset_status(volume);
    add_finalizer(volume, VOLUME_PROTECTION);
}

void volume_set_defaults(cJSON *volume)
{
    cJSON *spec = json_object_at(volume, "spec");
    default_text(spec, "persistentVolumeReclaimPolicy", "Retain");
    claim_spec_set_defaults(spec);
    default_text(json_object_at(volume, "status"), "phase", "Pending");
}

void storage_class_set_defaults(cJSON *storage_class)
{
    default_text(storage_class, "reclaimPolicy", "Delete");
    default_text(storage_class, "volumeBindingMode", "Immediate");
}

static void default_claim_template(cJSON *template)
{
    default_text(template, "kind", "PersistentVolumeClaim");
    default_text(template, "apiVersion", "v1");
    claim_set_defaults(template);
}

static void default_strategy(cJSON *strategy)
{
    default_text(strategy, "type", "RollingUpdate");
    if (strcmp(json_text(json_get(strategy, "type"), ""), "RollingUpdate") == 0)
        default_integer(json_object_at(strategy, "rollingUpdate"), "partition", 0);
}

void stateful_set_set_defaults(cJSON *stateful_set)
{
    cJSON *spec = json_object_at(stateful_set, "spec");
    default_text(spec, "podManagementPolicy", "OrderedReady");
    default_strategy(json_object_at(spec, "updateStrategy"));
    default_integer(spec, "replicas", 1);
    default_integer(spec, "revisionHistoryLimit", 10);
    cJSON *retention = json_object_at(spec, "persistentVolumeClaimRetentionPolicy");
    default_text(retention, "whenDeleted", "Retain");
    default_text(retention, "whenScaled", "Retain");
    cJSON *template = NULL;
    cJSON_ArrayForEach (template, json_get(spec, "volumeClaimTemplates"))
        default_claim_template(template);
    pod_spec_set_defaults(json_object_at(json_object_at(spec, "template"), "spec"));
}
