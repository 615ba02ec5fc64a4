#include "cluster/controllers/volume_binder.h"

#include <string.h>

#include "cluster/api/kind.h"
#include "cluster/controllers/bootstrap.h"
#include "cluster/controllers/claims.h"
#include "cluster/controllers/ownership.h"
#include "cluster/controllers/pod.h"
#include "common/log.h"

#define COMPONENT "persistentvolume-controller"
#define BOUND_ANNOTATION "pv.kubernetes.io/bind-completed"
#define BOUND_BY_ANNOTATION "pv.kubernetes.io/bound-by-controller"
#define PROVISIONED_BY_ANNOTATION "pv.kubernetes.io/provisioned-by"
#define PROVISIONER_ANNOTATION "volume.kubernetes.io/storage-provisioner"

/* Kubernetes spells out both the old and the new name. */
#define BETA_PROVISIONER_ANNOTATION "volume.beta.kubernetes.io/storage-provisioner"

struct naming {
    struct controller *controller;
    const char *namespace;
};

static void enqueue_claim(const char *claim, void *context)
{
    const struct naming *naming = context;
    controller_enqueue_name(naming->controller, naming->namespace, claim);
}

static void enqueue_all_claims(struct controller *controller)
{
    struct view_list claims = view_all(controller->runtime->view, RESOURCE_PERSISTENTVOLUMECLAIMS, NULL);
    for (size_t i = 0; i < claims.count; i++)
        controller_enqueue(controller, claims.objects[i]);
}

static void observe(struct controller *controller, const struct watch_event *event)
{
    const cJSON *tree = object_tree(event->object);
    const char *volume = json_text(json_get(tree, "spec", "volumeName"), "");
    struct naming naming = {.controller = controller, .namespace = object_namespace(event->object)};
    switch (object_resource(event->object)) {
    case RESOURCE_PERSISTENTVOLUMECLAIMS:
        controller_enqueue(controller, event->object);
        if (volume[0] != '\0')
            controller_enqueue_name(controller, "", volume);
        break;
    case RESOURCE_PERSISTENTVOLUMES:
        controller_enqueue(controller, event->object);
        break;
    case RESOURCE_STORAGECLASSES:
        enqueue_all_claims(controller);
        break;
    case RESOURCE_PODS:
        pod_visit_claims(tree, enqueue_claim, &naming);
        break;
    default:
        break;
    }
}

static void tell(struct runtime *runtime, const struct object *claim, const char *type, const char *reason, const char *message)
{
    record_event(runtime->registry, claim, NULL, type, reason, COMPONENT, NULL, "%s", message);
}

/* A pod that has a node and has not ended. any: one without a node counts too. */
static bool is_used(const struct view *view, const struct object *claim, bool any)
{
    struct view_list pods = view_all(view, RESOURCE_PODS, object_namespace(claim));
    for (size_t i = 0; i < pods.count; i++) {
        const cJSON *pod = object_tree(pods.objects[i]);
        if (pod_uses_claim(pod, object_name(claim)) && !pod_is_terminal(pod) && (any || node_of_pod(pod)[0] != '\0'))
            return true;
    }
    return false;
}

static int drop_finalizer(struct runtime *runtime, const struct object *object, const char *finalizer, struct status *status)
{
    if (!has_finalizer(object_tree(object), finalizer))
        return 0;
    cJSON *tree = json_copy(object_tree(object));
    remove_finalizer(tree, finalizer);
    return write_object(runtime, object, tree, NULL, status);
}

static const struct object *default_class(const struct view *view)
{
    struct view_list classes = view_all(view, RESOURCE_STORAGECLASSES, NULL);
    for (size_t i = 0; i < classes.count; i++) {
        const cJSON *annotation = json_get(object_tree(classes.objects[i]), "metadata", "annotations", DEFAULT_CLASS_ANNOTATION);
        if (strcmp(json_text(annotation, ""), "true") == 0)
            return classes.objects[i];
    }
    return NULL;
}

static char *volume_name_of(const struct object *claim)
{
    return memory_format("pvc-%s", object_uid(claim));
}

static cJSON *make_volume(const struct runtime *runtime, const struct object *claim, const struct object *storage_class,
                          const char *name)
{
    const cJSON *asked = json_get(object_tree(claim), "spec");
    cJSON *volume = cJSON_CreateObject();
    json_set_text(volume, "apiVersion", "v1");
    json_set_text(volume, "kind", "PersistentVolume");
    cJSON *metadata = json_object_at(volume, "metadata");
    json_set_text(metadata, "name", name);
    json_set_text(json_object_at(metadata, "annotations"), PROVISIONED_BY_ANNOTATION, VOLUME_PROVISIONER);
    cJSON *spec = json_object_at(volume, "spec");
    json_set(json_object_at(spec, "capacity"), "storage", json_copy(json_get(asked, "resources", "requests", "storage")));
    AUTO_FREE char *path = runtime->node.volume_path(runtime->node.kubelet, name);
    json_set_text(json_object_at(spec, "hostPath"), "path", path);
    json_set(spec, "accessModes", json_copy(json_get(asked, "accessModes")));
    cJSON *reference = json_object_at(spec, "claimRef");
    json_set_text(reference, "kind", "PersistentVolumeClaim");
    json_set_text(reference, "namespace", object_namespace(claim));
    json_set_text(reference, "name", object_name(claim));
    json_set_text(reference, "uid", object_uid(claim));
    json_set_text(reference, "apiVersion", "v1");
    json_set(spec, "persistentVolumeReclaimPolicy", json_copy(json_get(object_tree(storage_class), "reclaimPolicy")));
    json_set_text(spec, "storageClassName", object_name(storage_class));
    json_set_text(spec, "volumeMode", "Filesystem");
    return volume;
}

static int set_phase(struct runtime *runtime, const struct object *object, const char *phase, struct status *status)
{
    cJSON *wanted = json_copy(json_get(object_tree(object), "status"));
    json_set_text(wanted, "phase", phase);
    return write_status(runtime, object, wanted, status);
}

static int write_bound_status(struct runtime *runtime, const struct object *claim, struct status *status)
{
    const cJSON *spec = json_get(object_tree(claim), "spec");
    cJSON *wanted = json_copy(json_get(object_tree(claim), "status"));
    json_set_text(wanted, "phase", "Bound");
    json_set(wanted, "accessModes", json_copy(json_get(spec, "accessModes")));
    json_set(json_object_at(wanted, "capacity"), "storage", json_copy(json_get(spec, "resources", "requests", "storage")));
    return write_status(runtime, claim, wanted, status);
}

static int bind(struct runtime *runtime, const struct object *claim, const char *volume, struct status *status)
{
    static const char *const marks[][2] = {{BOUND_ANNOTATION, "yes"},
                                           {BOUND_BY_ANNOTATION, "yes"},
                                           {BETA_PROVISIONER_ANNOTATION, VOLUME_PROVISIONER},
                                           {PROVISIONER_ANNOTATION, VOLUME_PROVISIONER}};
    AUTO_OBJECT struct object *bound = NULL;
    cJSON *tree = json_copy(object_tree(claim));
    cJSON *annotations = json_object_at(json_object_at(tree, "metadata"), "annotations");
    for (size_t i = 0; i < sizeof marks / sizeof marks[0]; i++)
        json_set_text(annotations, marks[i][0], marks[i][1]);
    json_set_text(json_object_at(tree, "spec"), "volumeName", volume);
    if (write_object(runtime, claim, tree, &bound, status) != 0)
        return -1;
    return write_bound_status(runtime, bound, status);
}

static int provision(struct runtime *runtime, const struct object *claim, const struct object *storage_class,
                     struct status *status)
{
    AUTO_FREE char *name = volume_name_of(claim);
    if (registry_create(runtime->registry, RESOURCE_PERSISTENTVOLUMES, NULL, make_volume(runtime, claim, storage_class, name),
                        NULL, status) != 0 &&
        status->code != 409)
        return -1;
    AUTO_FREE char *message = memory_format("Successfully provisioned volume %s using " VOLUME_PROVISIONER, name);
    tell(runtime, claim, "Normal", "ProvisioningSucceeded", message);
    return bind(runtime, claim, name, status);
}

/* With a class of its own: the class's provisioner makes the volume, if that is this one. */
static int provision_of_class(struct runtime *runtime, const struct object *claim, const char *class_name, struct status *status)
{
    const struct object *storage_class = view_get(runtime->view, RESOURCE_STORAGECLASSES, "", class_name);
    if (storage_class == NULL) {
        AUTO_FREE char *message = memory_format("storageclass.storage.k8s.io \"%s\" not found", class_name);
        tell(runtime, claim, "Warning", "ProvisioningFailed", message);
        return 0;
    }
    const cJSON *tree = object_tree(storage_class);
    const char *provisioner = json_text(json_get(tree, "provisioner"), "");
    if (strcmp(provisioner, VOLUME_PROVISIONER) != 0) {
        AUTO_FREE char *message = memory_format(
            "Waiting for a volume to be created either by the external provisioner '%s' or manually by the system administrator. "
            "If volume creation is delayed, please verify that the provisioner is running and correctly registered.",
            provisioner);
        tell(runtime, claim, "Normal", "ExternalProvisioning", message);
        return 0;
    }
    if (strcmp(json_text(json_get(tree, "volumeBindingMode"), ""), "WaitForFirstConsumer") == 0 &&
        !is_used(runtime->view, claim, true)) {
        tell(runtime, claim, "Normal", "WaitForFirstConsumer", "waiting for first consumer to be created before binding");
        return 0;
    }
    if (strcmp(json_text(json_get(object_tree(claim), "spec", "volumeMode"), ""), "Block") == 0) {
        AUTO_FREE char *message =
            memory_format("Failed to provision volume with StorageClass \"%s\": block volumes are not supported", class_name);
        tell(runtime, claim, "Warning", "ProvisioningFailed", message);
        return 0;
    }
    return provision(runtime, claim, storage_class, status);
}

/* A claim that names no class gets the default one; the change that this makes goes on from there. */
static int give_default_class(struct runtime *runtime, const struct object *claim, struct status *status)
{
    const struct object *storage_class = default_class(runtime->view);
    if (storage_class == NULL) {
        tell(runtime, claim, "Normal", "FailedBinding",
             "no persistent volumes available for this claim and no storage class is set");
        return 0;
    }
    cJSON *tree = json_copy(object_tree(claim));
    json_set_text(json_object_at(tree, "spec"), "storageClassName", object_name(storage_class));
    return write_object(runtime, claim, tree, NULL, status);
}

static int sync_claim(struct runtime *runtime, const struct object *claim, struct status *status)
{
    const cJSON *tree = object_tree(claim);
    const char *class_name = json_text(json_get(tree, "spec", "storageClassName"), NULL);
    if (is_being_deleted(tree))
        return is_used(runtime->view, claim, false) ? 0 : drop_finalizer(runtime, claim, CLAIM_PROTECTION, status);
    AUTO_FREE char *own = volume_name_of(claim);
    const char *volume = json_text(json_get(tree, "spec", "volumeName"), "");
    if (strcmp(volume, own) == 0) /* its size may have grown, where the class allows it */
        return write_bound_status(runtime, claim, status);
    if (volume[0] != '\0') /* one that somebody made: not bound here */
        return 0;
    if (class_name == NULL)
        return give_default_class(runtime, claim, status);
    if (class_name[0] != '\0')
        return provision_of_class(runtime, claim, class_name, status);
    tell(runtime, claim, "Normal", "FailedBinding", "no persistent volumes available for this claim and no storage class is set");
    return 0;
}

/* The claim that the volume belongs to; NULL when it is gone, even if another has its name now. */
static const struct object *claim_of(const struct view *view, const cJSON *volume)
{
    const cJSON *reference = json_get(volume, "spec", "claimRef");
    const struct object *claim = view_by_uid(view, json_text(json_get(reference, "uid"), ""));
    return claim != NULL && object_resource(claim) == RESOURCE_PERSISTENTVOLUMECLAIMS ? claim : NULL;
}

/* The data goes first, then the object that tells of it. */
static int remove_volume(struct runtime *runtime, const struct object *volume, struct status *status)
{
    struct error error = ERROR_NONE;
    const struct delete_options options = DELETE_OPTIONS_DEFAULT;
    if (runtime->node.remove_volume(runtime->node.kubelet, object_name(volume), &error) != 0) {
        record_event(runtime->registry, volume, NULL, "Warning", "VolumeFailedDelete", COMPONENT, NULL, "%s", error.text);
        return status_set(status, 500, "InternalError", "%s", error.text);
    }
    if (is_being_deleted(object_tree(volume)))
        return drop_finalizer(runtime, volume, VOLUME_PROTECTION, status);
    return registry_delete(runtime->registry, RESOURCE_PERSISTENTVOLUMES, NULL, object_name(volume), &options, NULL, NULL,
                           status);
}

static int keep_size(struct runtime *runtime, const struct object *volume, const struct object *claim, struct status *status)
{
    const cJSON *size = json_get(object_tree(claim), "status", "capacity", "storage");
    if (size == NULL || json_equal(size, json_get(object_tree(volume), "spec", "capacity", "storage")))
        return set_phase(runtime, volume, "Bound", status);
    cJSON *tree = json_copy(object_tree(volume));
    json_set(json_object_at(json_object_at(tree, "spec"), "capacity"), "storage", json_copy(size));
    return write_object(runtime, volume, tree, NULL, status);
}

static int sync_volume(struct runtime *runtime, const struct object *volume, struct status *status)
{
    const cJSON *tree = object_tree(volume);
    bool has_claim = json_get(tree, "spec", "claimRef") != NULL;
    const struct object *claim = claim_of(runtime->view, tree);
    if (claim != NULL)
        return keep_size(runtime, volume, claim, status);
    bool ours = strcmp(json_text(json_get(tree, "metadata", "annotations", PROVISIONED_BY_ANNOTATION), ""), //
                       VOLUME_PROVISIONER) == 0;
    bool goes = strcmp(json_text(json_get(tree, "spec", "persistentVolumeReclaimPolicy"), ""), "Delete") == 0;
    if (has_claim && ours && goes)
        return remove_volume(runtime, volume, status);
    if (is_being_deleted(tree))
        return drop_finalizer(runtime, volume, VOLUME_PROTECTION, status);
    return set_phase(runtime, volume, has_claim ? "Released" : "Available", status);
}

static int sync(struct controller *controller, const char *key, struct status *status)
{
    bool is_claim = strchr(key, '/') != NULL;
    const struct object *object =
        controller_object(controller, is_claim ? RESOURCE_PERSISTENTVOLUMECLAIMS : RESOURCE_PERSISTENTVOLUMES, key);
    if (object == NULL)
        return 0;
    return is_claim ? sync_claim(controller->runtime, object, status) : sync_volume(controller->runtime, object, status);
}

const struct controller_functions volume_binder_functions = {.name = "persistentvolume-binder", .observe = observe, .sync = sync};
