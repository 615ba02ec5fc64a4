#include "cluster/controllers/service_account.h"

#include <string.h>

#include "cluster/controllers/ownership.h"

#define ACCOUNT "default"
#define AUTHORITY "kube-root-ca.crt"
#define AUTHORITY_KEY "ca.crt"
#define DESCRIPTION_KEY "kubernetes.io/description"
#define DESCRIPTION                                                                                                              \
    "Contains a CA bundle that can be used to verify the kube-apiserver when using internal endpoints such as the internal "     \
    "service IP or kubernetes.default.svc. No other usage is guaranteed across distributions of Kubernetes clusters."

/* All namespaces are looked at together, so that each has its account before other controllers make pods in it. */
#define KEY "namespaces"

static void observe(struct controller *controller, const struct watch_event *event)
{
    enum resource_id resource = object_resource(event->object);
    const char *name = object_name(event->object);
    if (resource == RESOURCE_NAMESPACES || (resource == RESOURCE_SERVICEACCOUNTS && strcmp(name, ACCOUNT) == 0) ||
        (resource == RESOURCE_CONFIGMAPS && strcmp(name, AUTHORITY) == 0))
        controller_enqueue_name(controller, "", KEY);
}

/* Somebody else may have made it at the same moment. */
static int create(struct controller *controller, enum resource_id resource, const char *namespace, cJSON *tree_take,
                  struct status *status)
{
    int outcome = registry_create(controller->runtime->registry, resource, namespace, tree_take, NULL, status);
    return outcome == 0 || status->code == 409 ? 0 : -1;
}

static int keep_account(struct controller *controller, const char *namespace, struct status *status)
{
    if (view_get(controller->runtime->view, RESOURCE_SERVICEACCOUNTS, namespace, ACCOUNT) != NULL)
        return 0;
    cJSON *account = cJSON_CreateObject();
    json_set_text(json_object_at(account, "metadata"), "name", ACCOUNT);
    return create(controller, RESOURCE_SERVICEACCOUNTS, namespace, account, status);
}

static int keep_authority(struct controller *controller, const char *namespace, struct status *status)
{
    const char *certificate = controller->runtime->authority_certificate;
    const struct object *present = view_get(controller->runtime->view, RESOURCE_CONFIGMAPS, namespace, AUTHORITY);
    if (certificate == NULL)
        return 0;
    AUTO_JSON cJSON *data = cJSON_CreateObject();
    json_set_text(data, AUTHORITY_KEY, certificate);
    if (present != NULL && json_equal(json_get(object_tree(present), "data"), data))
        return 0;
    cJSON *map = present != NULL ? json_copy(object_tree(present)) : cJSON_CreateObject();
    json_set(map, "data", steal_pointer(&data));
    if (present != NULL)
        return write_object(controller->runtime, present, map, NULL, status);
    cJSON *metadata = json_object_at(map, "metadata");
    json_set_text(metadata, "name", AUTHORITY);
    json_set_text(json_object_at(metadata, "annotations"), DESCRIPTION_KEY, DESCRIPTION);
    return create(controller, RESOURCE_CONFIGMAPS, namespace, map, status);
}

static int sync(struct controller *controller, const char *key, struct status *status)
{
    struct view_list namespaces = view_all(controller->runtime->view, RESOURCE_NAMESPACES, NULL);
    int outcome = 0;
    (void)key;
    for (size_t i = 0; i < namespaces.count; i++) {
        const char *name = object_name(namespaces.objects[i]);
        if (is_being_deleted(object_tree(namespaces.objects[i])))
            continue;
        if (keep_account(controller, name, status) != 0 || keep_authority(controller, name, status) != 0)
            outcome = -1;
    }
    return outcome;
}

const struct controller_functions service_account_functions = {.name = "serviceaccount", .observe = observe, .sync = sync};
