/*
 * The inside of the HTTP front: what its handlers share. A handler reads a request and fills an answer; it may run on
 * any thread, several at a time.
 */
#ifndef CLUSTER_API_FRONT_H
#define CLUSTER_API_FRONT_H

#include "cluster/api/answer.h"
#include "cluster/api/credentials.h"
#include "cluster/api/http_request.h"
#include "cluster/api/node_interface.h"
#include "cluster/api/registry.h"

struct front {
    struct registry *registry;
    struct node_interface node;
    char address[64]; /* host:port, for discovery */
    const struct credentials *credentials;
    int stop_descriptor; /* readable from the moment the server stops */
};

/* A request for one of the stored resources. */
struct route {
    const struct resource *resource;
    const char *namespace; /* "" = none given: cluster-scoped, or all namespaces */
    const char *name;      /* NULL = the collection */
    enum subresource subresource;
};

/* Finds the handler of any path, when who asks may have it. */
void front_dispatch(struct front *front, const struct http_request *request, struct answer *answer);

/* Paths that answer without a token. */
bool front_is_public(const struct http_request *request);

/* One object: GET, PUT, PATCH, DELETE; and POST on a collection. */
void object_get(struct front *front, const struct route *route, const struct http_request *request, struct answer *answer);
void object_create_request(struct front *front, const struct route *route, const struct http_request *request,
                           struct answer *answer);
void object_update(struct front *front, const struct route *route, const struct http_request *request, struct answer *answer);
void object_patch(struct front *front, const struct route *route, const struct http_request *request, struct answer *answer);
void object_delete(struct front *front, const struct route *route, const struct http_request *request, struct answer *answer);

/* Collections. */
void collection_list(struct front *front, const struct route *route, const struct http_request *request, struct answer *answer);
void collection_watch(struct front *front, const struct route *route, const struct http_request *request, struct answer *answer);
void collection_delete(struct front *front, const struct route *route, const struct http_request *request, struct answer *answer);

/* Pods' logs; rest of the path checked. */
void log_read(struct front *front, const char *namespace, const char *name, const struct http_request *request,
              struct answer *answer);

/* Subresources of pods that connect to their processes: not served, the Status says what to do instead. */
bool connect_is_refused(const char *subresource);
void connect_refuse(struct front *front, const char *namespace, const char *name, const char *subresource, struct answer *answer);

/* .../pods/[SCHEME:]NAME[:PORT]/proxy/PATH and the same of services: passed on to the pod's own server. False when the path is
 * none of them. */
bool proxy_is_meant(const struct http_request *request);
bool proxy_answer(struct front *front, const struct http_request *request, struct answer *answer);

/* The subresource eviction of a pod: deletes it by the Eviction's deleteOptions, when its
 * PodDisruptionBudget allows that. */
void pod_evict(struct front *front, const struct route *route, const struct http_request *request, struct answer *answer);

/* metrics.k8s.io/v1beta1; segments after the version. */
void metrics_get(struct front *front, const struct http_request *request, struct answer *answer);

/* custom.metrics.k8s.io and external.metrics.k8s.io; segments after the version. */
void custom_metrics_get(struct front *front, const struct http_request *request, struct answer *answer);
bool custom_metrics_is_version(const char *group, const char *version);
/* The APIResources of one of the two groups: one for each metric that there is now. The caller deletes the array. */
cJSON *custom_metrics_resources(const struct front *front, const char *group);

/* Documents about the API itself. False when the path is none of them. */
bool discovery_answer(const struct front *front, const struct http_request *request, struct answer *answer);

/* Status answers that the API's own router gives. */
void answer_no_such_resource(struct answer *answer);
void answer_method_not_allowed(struct answer *answer);

#endif
