#include "cluster/api/resource.h"

#include <stdio.h>
#include <string.h>

#include "cluster/api/custom_resource.h"
#include "cluster/api/version.h"

static const struct resource resources[RESOURCE_COUNT] = {
    [RESOURCE_NAMESPACES] = {.id = RESOURCE_NAMESPACES,
                             .group = "",
                             .version = "v1",
                             .plural = "namespaces",
                             .singular = "namespace",
                             .kind = "Namespace",
                             .short_names = {"ns"},
                             .has_status = true},
    [RESOURCE_NODES] = {.id = RESOURCE_NODES,
                        .group = "",
                        .version = "v1",
                        .plural = "nodes",
                        .singular = "node",
                        .kind = "Node",
                        .short_names = {"no"},
                        .has_status = true},
    [RESOURCE_PODS] = {.id = RESOURCE_PODS,
                       .group = "",
                       .version = "v1",
                       .plural = "pods",
                       .singular = "pod",
                       .kind = "Pod",
                       .short_names = {"po"},
                       .categories = {"all"},
                       .namespaced = true,
                       .has_status = true},
    [RESOURCE_SERVICES] = {.id = RESOURCE_SERVICES,
                           .group = "",
                           .version = "v1",
                           .plural = "services",
                           .singular = "service",
                           .kind = "Service",
                           .short_names = {"svc"},
                           .categories = {"all"},
                           .namespaced = true,
                           .has_status = true},
    [RESOURCE_ENDPOINTSLICES] = {.id = RESOURCE_ENDPOINTSLICES,
                                 .group = "discovery.k8s.io",
                                 .version = "v1",
                                 .plural = "endpointslices",
                                 .singular = "endpointslice",
                                 .kind = "EndpointSlice",
                                 .namespaced = true},
    [RESOURCE_CONFIGMAPS] = {.id = RESOURCE_CONFIGMAPS,
                             .group = "",
                             .version = "v1",
                             .plural = "configmaps",
                             .singular = "configmap",
                             .kind = "ConfigMap",
                             .short_names = {"cm"},
                             .namespaced = true},
    [RESOURCE_EVENTS] = {.id = RESOURCE_EVENTS,
                         .group = "",
                         .version = "v1",
                         .plural = "events",
                         .singular = "event",
                         .kind = "Event",
                         .short_names = {"ev"},
                         .namespaced = true},
    [RESOURCE_DEPLOYMENTS] = {.id = RESOURCE_DEPLOYMENTS,
                              .group = "apps",
                              .version = "v1",
                              .plural = "deployments",
                              .singular = "deployment",
                              .kind = "Deployment",
                              .short_names = {"deploy"},
                              .categories = {"all"},
                              .namespaced = true,
                              .has_status = true,
                              .has_scale = true},
    [RESOURCE_REPLICASETS] = {.id = RESOURCE_REPLICASETS,
                              .group = "apps",
                              .version = "v1",
                              .plural = "replicasets",
                              .singular = "replicaset",
                              .kind = "ReplicaSet",
                              .short_names = {"rs"},
                              .categories = {"all"},
                              .namespaced = true,
                              .has_status = true,
                              .has_scale = true},
    [RESOURCE_HORIZONTALPODAUTOSCALERS] = {.id = RESOURCE_HORIZONTALPODAUTOSCALERS,
                                           .group = "autoscaling",
                                           .version = "v2",
                                           .plural = "horizontalpodautoscalers",
                                           .singular = "horizontalpodautoscaler",
                                           .kind = "HorizontalPodAutoscaler",
                                           .short_names = {"hpa"},
                                           .categories = {"all"},
                                           .namespaced = true,
                                           .has_status = true},
    [RESOURCE_SECRETS] = {.id = RESOURCE_SECRETS,
                          .group = "",
                          .version = "v1",
                          .plural = "secrets",
                          .singular = "secret",
                          .kind = "Secret",
                          .namespaced = true},
    [RESOURCE_SERVICEACCOUNTS] = {.id = RESOURCE_SERVICEACCOUNTS,
                                  .group = "",
                                  .version = "v1",
                                  .plural = "serviceaccounts",
                                  .singular = "serviceaccount",
                                  .kind = "ServiceAccount",
                                  .short_names = {"sa"},
                                  .namespaced = true},
    [RESOURCE_ROLES] = {.id = RESOURCE_ROLES,
                        .group = "rbac.authorization.k8s.io",
                        .version = "v1",
                        .plural = "roles",
                        .singular = "role",
                        .kind = "Role",
                        .namespaced = true},
    [RESOURCE_ROLEBINDINGS] = {.id = RESOURCE_ROLEBINDINGS,
                               .group = "rbac.authorization.k8s.io",
                               .version = "v1",
                               .plural = "rolebindings",
                               .singular = "rolebinding",
                               .kind = "RoleBinding",
                               .namespaced = true},
    [RESOURCE_CLUSTERROLES] = {.id = RESOURCE_CLUSTERROLES,
                               .group = "rbac.authorization.k8s.io",
                               .version = "v1",
                               .plural = "clusterroles",
                               .singular = "clusterrole",
                               .kind = "ClusterRole"},
    [RESOURCE_CLUSTERROLEBINDINGS] = {.id = RESOURCE_CLUSTERROLEBINDINGS,
                                      .group = "rbac.authorization.k8s.io",
                                      .version = "v1",
                                      .plural = "clusterrolebindings",
                                      .singular = "clusterrolebinding",
                                      .kind = "ClusterRoleBinding"},
    [RESOURCE_STATEFULSETS] = {.id = RESOURCE_STATEFULSETS,
                               .group = "apps",
                               .version = "v1",
                               .plural = "statefulsets",
                               .singular = "statefulset",
                               .kind = "StatefulSet",
                               .short_names = {"sts"},
                               .categories = {"all"},
                               .namespaced = true,
                               .has_status = true,
                               .has_scale = true},
    [RESOURCE_CONTROLLERREVISIONS] = {.id = RESOURCE_CONTROLLERREVISIONS,
                                      .group = "apps",
                                      .version = "v1",
                                      .plural = "controllerrevisions",
                                      .singular = "controllerrevision",
                                      .kind = "ControllerRevision",
                                      .namespaced = true},
    [RESOURCE_PERSISTENTVOLUMECLAIMS] = {.id = RESOURCE_PERSISTENTVOLUMECLAIMS,
                                         .group = "",
                                         .version = "v1",
                                         .plural = "persistentvolumeclaims",
                                         .singular = "persistentvolumeclaim",
                                         .kind = "PersistentVolumeClaim",
                                         .short_names = {"pvc"},
                                         .namespaced = true,
                                         .has_status = true},
    [RESOURCE_PERSISTENTVOLUMES] = {.id = RESOURCE_PERSISTENTVOLUMES,
                                    .group = "",
                                    .version = "v1",
                                    .plural = "persistentvolumes",
                                    .singular = "persistentvolume",
                                    .kind = "PersistentVolume",
                                    .short_names = {"pv"},
                                    .has_status = true},
    [RESOURCE_STORAGECLASSES] = {.id = RESOURCE_STORAGECLASSES,
                                 .group = "storage.k8s.io",
                                 .version = "v1",
                                 .plural = "storageclasses",
                                 .singular = "storageclass",
                                 .kind = "StorageClass",
                                 .short_names = {"sc"}},
    [RESOURCE_LEASES] = {.id = RESOURCE_LEASES,
                         .group = "coordination.k8s.io",
                         .version = "v1",
                         .plural = "leases",
                         .singular = "lease",
                         .kind = "Lease",
                         .namespaced = true},
    [RESOURCE_CUSTOMRESOURCEDEFINITIONS] = {.id = RESOURCE_CUSTOMRESOURCEDEFINITIONS,
                                            .group = "apiextensions.k8s.io",
                                            .version = "v1",
                                            .plural = "customresourcedefinitions",
                                            .singular = "customresourcedefinition",
                                            .kind = "CustomResourceDefinition",
                                            .short_names = {"crd", "crds"},
                                            .has_status = true},
    [RESOURCE_PRIORITYCLASSES] = {.id = RESOURCE_PRIORITYCLASSES,
                                  .group = "scheduling.k8s.io",
                                  .version = "v1",
                                  .plural = "priorityclasses",
                                  .singular = "priorityclass",
                                  .kind = "PriorityClass",
                                  .short_names = {"pc"}},
    [RESOURCE_CRONJOBS] = {.id = RESOURCE_CRONJOBS,
                           .group = "batch",
                           .version = "v1",
                           .plural = "cronjobs",
                           .singular = "cronjob",
                           .kind = "CronJob",
                           .short_names = {"cj"},
                           .categories = {"all"},
                           .namespaced = true,
                           .has_status = true},
    [RESOURCE_JOBS] = {.id = RESOURCE_JOBS,
                       .group = "batch",
                       .version = "v1",
                       .plural = "jobs",
                       .singular = "job",
                       .kind = "Job",
                       .categories = {"all"},
                       .namespaced = true,
                       .has_status = true},
};

/* Versions beside the stored ones. */
static const struct resource further_versions[] = {
    {.id = RESOURCE_HORIZONTALPODAUTOSCALERS,
     .group = "autoscaling",
     .version = "v1",
     .plural = "horizontalpodautoscalers",
     .singular = "horizontalpodautoscaler",
     .kind = "HorizontalPodAutoscaler",
     .short_names = {"hpa"},
     .categories = {"all"},
     .namespaced = true,
     .has_status = true,
     .conversion = &conversion_autoscaler_v1},
    {.id = RESOURCE_EVENTS,
     .group = "events.k8s.io",
     .version = "v1",
     .plural = "events",
     .singular = "event",
     .kind = "Event",
     .short_names = {"ev"},
     .namespaced = true,
     .conversion = &conversion_event_v1},
};
#define FURTHER_VERSIONS (sizeof further_versions / sizeof further_versions[0])

const struct resource *resource_by_id(enum resource_id id)
{
    return id < RESOURCE_COUNT ? &resources[id] : custom_resource_by_id(id);
}

const struct resource *resource_served(size_t number)
{
    if (number < RESOURCE_COUNT)
        return &resources[number];
    number -= RESOURCE_COUNT;
    return number < FURTHER_VERSIONS ? &further_versions[number] : custom_resource_served(number - FURTHER_VERSIONS);
}

const struct resource *resource_by_path(const char *group, const char *version, const char *plural)
{
    const struct resource *resource;
    for (size_t i = 0; (resource = resource_served(i)) != NULL; i++) {
        if (strcmp(resource->group, group) == 0 && strcmp(resource->version, version) == 0 &&
            strcmp(resource->plural, plural) == 0)
            return resource;
    }
    return NULL;
}

const struct resource *resource_by_kind(const char *api_version, const char *kind)
{
    char text[64];
    const struct resource *resource;
    for (size_t i = 0; (resource = resource_served(i)) != NULL; i++) {
        if (strcmp(resource->kind, kind) == 0 && strcmp(resource_api_version(resource, text), api_version) == 0)
            return resource;
    }
    return NULL;
}

const char *resource_api_version(const struct resource *resource, char text[64])
{
    if (resource->group[0] == '\0')
        snprintf(text, 64, "%s", resource->version);
    else
        snprintf(text, 64, "%s/%s", resource->group, resource->version);
    return text;
}
