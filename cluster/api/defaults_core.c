#include <string.h>

#include "cluster/api/defaults.h"
#include "cluster/api/kind.h"

void namespace_set_defaults(cJSON *namespace)
{
    cJSON *metadata = json_object_at(namespace, "metadata");
    const char *name = json_text(json_get(metadata, "name"), "");
    if (name[0] != '\0')
        json_set_text(json_object_at(metadata, "labels"), "kubernetes.io/metadata.name", name);
}

void namespace_prepare_create(cJSON *namespace)
{
    json_remove(namespace, "status");
    json_set_text(json_object_at(namespace, "status"), "phase", "Active");
    cJSON *finalizers = json_array_at(json_object_at(namespace, "spec"), "finalizers");
    const cJSON *finalizer = NULL;
    cJSON_ArrayForEach (finalizer, finalizers) {
        if (strcmp(json_text(finalizer, ""), "kubernetes") == 0)
            return;
    }
    cJSON_AddItemToArray(finalizers, cJSON_CreateString("kubernetes"));
}

static void default_service_port(cJSON *port)
{
    default_text(port, "protocol", "TCP");
    const cJSON *target = json_get(port, "targetPort");
    bool open = (cJSON_IsNumber(target) && json_integer(target, 0) == 0) || json_text(target, "x")[0] == '\0';
    if (target == NULL || open)
        json_set_integer(port, "targetPort", json_integer(json_get(port, "port"), 0));
}

static void default_families(cJSON *spec)
{
    if (json_get(spec, "ipFamilies") == NULL)
        cJSON_AddItemToArray(json_array_at(spec, "ipFamilies"), cJSON_CreateString("IPv4"));
    default_text(spec, "ipFamilyPolicy", "SingleStack");
}

/* NodePort and LoadBalancer services are taken and work through their cluster address; no port of the node is opened
 * and no balancer made, so their own members are left as they are given. */
void service_set_defaults(cJSON *service)
{
    cJSON *spec = json_object_at(service, "spec");
    default_text(spec, "sessionAffinity", "None");
    default_text(spec, "type", "ClusterIP");
    cJSON *port = NULL;
    cJSON_ArrayForEach (port, json_get(spec, "ports"))
        default_service_port(port);
    if (strcmp(json_text(json_get(spec, "type"), ""), "ExternalName") == 0)
        return;
    default_text(spec, "internalTrafficPolicy", "Cluster");
    default_families(spec);
    const char *first = json_text(cJSON_GetArrayItem(json_get(spec, "clusterIPs"), 0), "");
    if (first[0] != '\0' && json_get(spec, "clusterIP") == NULL) {
        AUTO_FREE char *address = memory_copy_text(first);
        json_set_text(spec, "clusterIP", address);
    }
    const char *address = json_text(json_get(spec, "clusterIP"), "");
    if (address[0] != '\0' && json_get(spec, "clusterIPs") == NULL)
        cJSON_AddItemToArray(json_array_at(spec, "clusterIPs"), cJSON_CreateString(address));
}

void endpoint_slice_set_defaults(cJSON *slice)
{
    cJSON *port = NULL;
    cJSON_ArrayForEach (port, json_get(slice, "ports")) {
        if (json_get(port, "name") == NULL)
            json_set_text(port, "name", "");
        if (json_get(port, "protocol") == NULL)
            json_set_text(port, "protocol", "TCP");
    }
}
