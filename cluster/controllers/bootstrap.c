#include "cluster/controllers/bootstrap.h"

#include <string.h>

#include "cluster/api/kind.h"
#include "cluster/api/writer.h"
#include "common/version.h"

int bootstrap_create(struct registry *registry, enum resource_id resource, const char *namespace, char *text_take,
                     struct error *error)
{
    AUTO_FREE char *text = text_take;
    AUTO_STATUS struct status status = {0};
    cJSON *object = json_parse(text, strlen(text), error);
    if (object == NULL)
        return -1;
    writer_set("kube-apiserver", false);
    if (registry_create(registry, resource, namespace, object, NULL, &status) != 0)
        return error_set(error, "cannot create the cluster's own %s: %s", resource_by_id(resource)->plural,
                         status_message(&status));
    return 0;
}

int bootstrap_namespaces(struct registry *registry, struct error *error)
{
    static const char *const names[] = {"default", "kube-system", "kube-public", "kube-node-lease"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        char *text = memory_format("{\"apiVersion\":\"v1\",\"kind\":\"Namespace\",\"metadata\":{\"name\":\"%s\"}}", names[i]);
        if (bootstrap_create(registry, RESOURCE_NAMESPACES, "", text, error) != 0)
            return -1;
    }
    return 0;
}

int bootstrap_priority_classes(struct registry *registry, struct error *error)
{
    static const struct {
        const char *name;
        int value;
        const char *description;
    } classes[] = {
        {"system-cluster-critical", 2000000000,
         "Used for system critical pods that must run in the cluster, but can be moved to another node if necessary."},
        {"system-node-critical", 2000001000, "Used for system critical pods that must not be moved from their current node."},
    };
    for (size_t i = 0; i < sizeof classes / sizeof classes[0]; i++) {
        char *text = memory_format("{\"apiVersion\":\"scheduling.k8s.io/v1\",\"kind\":\"PriorityClass\",\"metadata\":{"
                                   "\"name\":\"%s\"},\"value\":%d,\"description\":\"%s\"}",
                                   classes[i].name, classes[i].value, classes[i].description);
        if (bootstrap_create(registry, RESOURCE_PRIORITYCLASSES, "", text, error) != 0)
            return -1;
    }
    return 0;
}

int bootstrap_server(struct registry *registry, const char *address, uint16_t port, struct error *error)
{
    char *service = memory_format(
        "{\"apiVersion\":\"v1\",\"kind\":\"Service\",\"metadata\":{\"name\":\"kubernetes\",\"namespace\":\"default\","
        "\"labels\":{\"component\":\"apiserver\",\"provider\":\"kubernetes\"}},\"spec\":{\"clusterIP\":\"%s\","
        "\"ports\":[{\"name\":\"https\",\"protocol\":\"TCP\",\"port\":%u,\"targetPort\":%u}]}}",
        address, port, port);
    if (bootstrap_create(registry, RESOURCE_SERVICES, "default", service, error) != 0)
        return -1;
    char *slice = memory_format(
        "{\"apiVersion\":\"discovery.k8s.io/v1\",\"kind\":\"EndpointSlice\",\"metadata\":{\"name\":\"kubernetes\","
        "\"namespace\":\"default\",\"labels\":{\"kubernetes.io/service-name\":\"kubernetes\"}},\"addressType\":\"IPv4\","
        "\"endpoints\":[{\"addresses\":[\"%s\"],\"conditions\":{\"ready\":true}}],"
        "\"ports\":[{\"name\":\"https\",\"protocol\":\"TCP\",\"port\":%u}]}",
        address, port);
    return bootstrap_create(registry, RESOURCE_ENDPOINTSLICES, "default", slice, error);
}

int bootstrap_metrics_server(struct registry *registry, struct error *error)
{
    char *text = memory_format(
        "{\"apiVersion\":\"apps/v1\",\"kind\":\"Deployment\",\"metadata\":{\"name\":\"metrics-server\","
        "\"namespace\":\"kube-system\",\"labels\":{\"k8s-app\":\"metrics-server\"}},\"spec\":{\"replicas\":1,"
        "\"selector\":{\"matchLabels\":{\"k8s-app\":\"metrics-server\"}},\"template\":{\"metadata\":{"
        "\"labels\":{\"k8s-app\":\"metrics-server\"}},\"spec\":{\"terminationGracePeriodSeconds\":2,\"containers\":[{"
        "\"name\":\"metrics-server\",\"image\":\"hpalab:%s\",\"imagePullPolicy\":\"IfNotPresent\","
        "\"command\":[\"labcluster\",\"pause\"]}]}}}}",
        HPALAB_VERSION);
    return bootstrap_create(registry, RESOURCE_DEPLOYMENTS, "kube-system", text, error);
}

int bootstrap_storage_class(struct registry *registry, struct error *error)
{
    char *text = memory_format("{\"apiVersion\":\"storage.k8s.io/v1\",\"kind\":\"StorageClass\",\"metadata\":{\"name\":"
                               "\"standard\",\"annotations\":{\"%s\":\"true\"}},\"provisioner\":\"" VOLUME_PROVISIONER "\"}",
                               DEFAULT_CLASS_ANNOTATION);
    return bootstrap_create(registry, RESOURCE_STORAGECLASSES, NULL, text, error);
}
