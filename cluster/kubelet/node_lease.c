/* The Leases of the nodes: the light heartbeat beside the Node's status, as a kubelet keeps it in kube-node-lease. */
#include "cluster/kubelet/pod.h"
#include "common/clock.h"
#include "common/log.h"

#define LEASE_NAMESPACE "kube-node-lease"
#define LEASE_SECONDS 40

static cJSON *make_lease(const struct node *node, const char *now)
{
    cJSON *lease = cJSON_CreateObject();
    json_set_text(lease, "apiVersion", "coordination.k8s.io/v1");
    json_set_text(lease, "kind", "Lease");
    cJSON *metadata = json_object_at(lease, "metadata");
    json_set_text(metadata, "name", node->name);
    json_set_text(metadata, "namespace", LEASE_NAMESPACE);
    cJSON *owner = cJSON_CreateObject();
    json_set_text(owner, "apiVersion", "v1");
    json_set_text(owner, "kind", "Node");
    json_set_text(owner, "name", node->name);
    json_set_text(owner, "uid", json_text(json_get(object_tree(node->object), "metadata", "uid"), ""));
    cJSON_AddItemToArray(json_array_at(metadata, "ownerReferences"), owner);
    cJSON *spec = json_object_at(lease, "spec");
    json_set_text(spec, "holderIdentity", node->name);
    json_set_integer(spec, "leaseDurationSeconds", LEASE_SECONDS);
    json_set_text(spec, "renewTime", now);
    return lease;
}

static bool set_renew_time(cJSON *lease, void *context)
{
    json_set_text(json_object_at(lease, "spec"), "renewTime", context);
    return true;
}

void node_lease_renew(const struct kubelet *kubelet, const struct node *node)
{
    AUTO_STATUS struct status status = {0};
    struct registry *registry = kubelet->options.registry;
    char now[CLOCK_TEXT_SIZE];
    clock_format_microseconds(clock_wall(), now);
    int result = registry_mutate(registry, RESOURCE_LEASES, LEASE_NAMESPACE, node->name, SUBRESOURCE_NONE, set_renew_time, now,
                                 NULL, &status);
    if (result < 0 && status.code == 404)
        result = registry_create(registry, RESOURCE_LEASES, LEASE_NAMESPACE, make_lease(node, now), NULL, &status);
    if (result < 0)
        log_warning("kubelet", "cannot renew the lease of the node %s: %s", node->name, status_message(&status));
}
