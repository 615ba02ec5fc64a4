/*
 * Bodies in Kubernetes's protobuf encoding, as kubectl sends them for what its `create` and `autoscale` subcommands make
 * (Namespace, ConfigMap, Deployment, Service, HorizontalPodAutoscaler), and the DeleteOptions of its `drain`: the members
 * that those set. The field numbers are those of the generated.proto files of k8s.io/api and k8s.io/apimachinery.
 */
#ifndef CLUSTER_API_PROTOBUF_BODY_H
#define CLUSTER_API_PROTOBUF_BODY_H

#include <stddef.h>

#include "common/error.h"
#include "common/json.h"

#define PROTOBUF_CONTENT_TYPE "application/vnd.kubernetes.protobuf"

/* The object as a JSON tree with apiVersion and kind; the caller deletes it. NULL when the bytes are malformed, of
 * another kind, or set a member that is not known here. */
cJSON *protobuf_body_decode(const char *bytes, size_t length, struct error *error);

#endif
