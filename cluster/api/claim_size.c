#include "cluster/api/registry_internal.h"
#include "common/quantity.h"

static struct quantity size_of(const cJSON *claim)
{
    struct quantity size = {0};
    (void)quantity_parse(json_text(json_get(claim, "spec", "resources", "requests", "storage"), "0"), &size, NULL);
    return size;
}

/* As the admission plugin PersistentVolumeClaimResize. */
int claim_check_size(struct registry *registry, const struct object *old, const cJSON *claim, struct status *status)
{
    if (quantity_compare(size_of(claim), size_of(object_tree(old))) <= 0)
        return 0;
    const char *name = json_text(json_get(claim, "spec", "storageClassName"), "");
    AUTO_OBJECT struct object *storage_class = store_get(registry->store, RESOURCE_STORAGECLASSES, "", name);
    if (storage_class != NULL && json_boolean(json_get(object_tree(storage_class), "allowVolumeExpansion"), false))
        return 0;
    return fail_forbidden(status, resource_by_id(RESOURCE_PERSISTENTVOLUMECLAIMS), object_name(old),
                          "only dynamically provisioned pvc can be resized and the storageclass that provisions the pvc must "
                          "support resize");
}
