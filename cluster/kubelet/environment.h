/*
 * The environment of a container: its own and nothing of labcluster's. Values may use $(NAME) of what stands before
 * them, may come from the pod's fields, from its resources, from ConfigMaps and Secrets, as the kubelet makes them.
 */
#ifndef CLUSTER_KUBELET_ENVIRONMENT_H
#define CLUSTER_KUBELET_ENVIRONMENT_H

#include <stddef.h>

#include "common/error.h"
#include "common/json.h"

/* Text that one container may carry in its environment and arguments, each. */
#define ENVIRONMENT_MAXIMUM (256 * 1024)

struct environment {
    char **entries; /* "NAME=value"; a NULL follows the last */
    size_t count;
};

/* How ConfigMaps and Secrets are read: the object's tree (which the caller deletes), or NULL when there is none of that name. */
typedef cJSON *object_reader(void *context, const char *name);

struct environment_source {
    const cJSON *pod;       /* the object, with what the fields show */
    const cJSON *container; /* of its spec */
    const char *pod_address;
    const char *host_address;
    const char *server_host, *server_port; /* of the API server, for KUBERNETES_SERVICE_*; NULL = they are left out */
    int64_t node_millicores;               /* for limits that are not set */
    int64_t node_bytes;
    object_reader *read_config_map, *read_secret;
    cJSON *(*list_services)(void *context); /* of the pod's namespace, an array that the caller deletes; NULL = there are none */
    void *context;
};

/* 0, or -1 with the kubelet's words for a value that cannot be made (configmap "x" not found; ...).
 * Release with environment_release. */
int environment_make(const struct environment_source *source, struct environment *environment, struct error *error);
void environment_release(struct environment *environment);

/* NULL when there is none. Belongs to the environment. */
const char *environment_get(const struct environment *environment, const char *name);

/* Sets (replaces) one variable. */
void environment_set(struct environment *environment, const char *name, const char *value);

/* $(NAME) becomes the variable's value, $$ a $; what is not known stays as it is. The caller frees it. NULL when the
 * result would be longer than ENVIRONMENT_MAXIMUM. */
char *environment_expand(const struct environment *environment, const char *text);

/* The container's command and arguments, expanded; a NULL follows the last. Without a command, the image's program runs
 * (NULL: it has none). NULL when there is neither, or all of it is too long. */
char **environment_arguments(const struct environment *environment, const cJSON *container, const char *program,
                             struct error *error);
void environment_free_arguments(char **arguments);

#endif
