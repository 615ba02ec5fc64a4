/*
 * The resources that the embedded API serves: names, groups, scope, verbs, subresources. Discovery, paths, tables and
 * controllers all read this one table.
 */
#ifndef CLUSTER_API_RESOURCE_H
#define CLUSTER_API_RESOURCE_H

#include <stdbool.h>
#include <stddef.h>

#define CUSTOM_RESOURCES_MAXIMUM 256

enum resource_id {
    RESOURCE_NAMESPACES,
    RESOURCE_NODES,
    RESOURCE_PODS,
    RESOURCE_SERVICES,
    RESOURCE_ENDPOINTSLICES,
    RESOURCE_CONFIGMAPS,
    RESOURCE_EVENTS,
    RESOURCE_DEPLOYMENTS,
    RESOURCE_REPLICASETS,
    RESOURCE_HORIZONTALPODAUTOSCALERS,
    RESOURCE_SECRETS,
    RESOURCE_SERVICEACCOUNTS,
    RESOURCE_ROLES,
    RESOURCE_ROLEBINDINGS,
    RESOURCE_CLUSTERROLES,
    RESOURCE_CLUSTERROLEBINDINGS,
    RESOURCE_STATEFULSETS,
    RESOURCE_CONTROLLERREVISIONS,
    RESOURCE_PERSISTENTVOLUMECLAIMS,
    RESOURCE_PERSISTENTVOLUMES,
    RESOURCE_STORAGECLASSES,
    RESOURCE_LEASES,
    RESOURCE_PRIORITYCLASSES,
    RESOURCE_PODDISRUPTIONBUDGETS,
    RESOURCE_CRONJOBS,
    RESOURCE_JOBS,
    RESOURCE_CUSTOMRESOURCEDEFINITIONS,
    RESOURCE_COUNT,                /* of the built-in ones */
    RESOURCE_ANY = RESOURCE_COUNT, /* for watches over everything */
    RESOURCE_CUSTOM,               /* the first of those that are defined while the cluster runs: custom_resource.h */
    RESOURCE_END = RESOURCE_CUSTOM + CUSTOM_RESOURCES_MAXIMUM
};

enum subresource { SUBRESOURCE_NONE, SUBRESOURCE_STATUS, SUBRESOURCE_SCALE };

struct conversion;
struct custom_version;

/* One version of a resource. The same objects may be served in several: the ids are then equal. */
struct resource {
    enum resource_id id;
    const char *group;    /* "" for core */
    const char *version;  /* such as "v2" */
    const char *plural;   /* "pods" */
    const char *singular; /* "pod" */
    const char *kind;     /* "Pod" */
    const char *short_names[8];
    const char *categories[4];
    bool namespaced;
    bool has_status;
    bool has_scale;
    const struct conversion *conversion; /* version.h; NULL: the version that is stored */
    const struct custom_version *custom; /* custom_resource.h; NULL: built in */
};

/* The stored version. Never NULL for an id below RESOURCE_COUNT, nor for that of an object; beyond, NULL when the id
 * stands for nothing. */
const struct resource *resource_by_id(enum resource_id id);

/* Every version that is served, by a number from 0 on; NULL after the last. */
const struct resource *resource_served(size_t number);

/* NULL when not served. */
const struct resource *resource_by_path(const char *group, const char *version, const char *plural);
const struct resource *resource_by_kind(const char *api_version, const char *kind);

/* "v1" or "apps/v1" into text (at least 64 bytes); returns text. */
const char *resource_api_version(const struct resource *resource, char text[64]);

#endif
