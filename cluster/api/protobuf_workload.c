/* Namespaces, ConfigMaps, Services, Deployments, autoscalers and deletions in protobuf. */
#include <stddef.h>

#include "cluster/api/protobuf_tables.h"

static const struct proto_field owner_fields[] = {
    {1, "kind", PROTO_TEXT, false, NULL},
    {3, "name", PROTO_TEXT, false, NULL},
    {4, "uid", PROTO_TEXT, false, NULL},
    {5, "apiVersion", PROTO_TEXT, false, NULL},
    {6, "controller", PROTO_BOOLEAN, false, NULL},
    {7, "blockOwnerDeletion", PROTO_BOOLEAN, false, NULL},
    {0, NULL, PROTO_TEXT, false, NULL},
};

const struct proto_field protobuf_metadata_fields[] = {
    {1, "name", PROTO_TEXT, false, NULL},
    {2, "generateName", PROTO_TEXT, false, NULL},
    {3, "namespace", PROTO_TEXT, false, NULL},
    {8, "creationTimestamp", PROTO_PASSED_OVER, false, NULL},
    {11, "labels", PROTO_TEXT_MAP, false, NULL},
    {12, "annotations", PROTO_TEXT_MAP, false, NULL},
    {13, "ownerReferences", PROTO_MESSAGE, true, owner_fields},
    {14, "finalizers", PROTO_TEXT, true, NULL},
    {0, NULL, PROTO_TEXT, false, NULL},
};

static const struct proto_field namespace_fields[] = {
    {1, "metadata", PROTO_MESSAGE, false, protobuf_metadata_fields},
    {2, "spec", PROTO_PASSED_OVER, false, NULL},
    {3, "status", PROTO_PASSED_OVER, false, NULL},
    {0, NULL, PROTO_TEXT, false, NULL},
};

static const struct proto_field config_map_fields[] = {
    {1, "metadata", PROTO_MESSAGE, false, protobuf_metadata_fields},
    {2, "data", PROTO_TEXT_MAP, false, NULL},
    {3, "binaryData", PROTO_BYTES_MAP, false, NULL},
    {4, "immutable", PROTO_BOOLEAN, false, NULL},
    {0, NULL, PROTO_TEXT, false, NULL},
};

static const struct proto_field requirement_fields[] = {
    {1, "key", PROTO_TEXT, false, NULL},
    {2, "operator", PROTO_TEXT, false, NULL},
    {3, "values", PROTO_TEXT, true, NULL},
    {0, NULL, PROTO_TEXT, false, NULL},
};

const struct proto_field protobuf_selector_fields[] = {
    {1, "matchLabels", PROTO_TEXT_MAP, false, NULL},
    {2, "matchExpressions", PROTO_MESSAGE, true, requirement_fields},
    {0, NULL, PROTO_TEXT, false, NULL},
};

static const struct proto_field strategy_fields[] = {
    {1, "type", PROTO_TEXT, false, NULL},
    {0, NULL, PROTO_TEXT, false, NULL},
};

static const struct proto_field deployment_spec_fields[] = {
    {1, "replicas", PROTO_INTEGER_SET, false, NULL},
    {2, "selector", PROTO_MESSAGE, false, protobuf_selector_fields},
    {3, "template", PROTO_MESSAGE, false, protobuf_template_fields},
    {4, "strategy", PROTO_MESSAGE, false, strategy_fields},
    {5, "minReadySeconds", PROTO_INTEGER, false, NULL},
    {0, NULL, PROTO_TEXT, false, NULL},
};

static const struct proto_field deployment_fields[] = {
    {1, "metadata", PROTO_MESSAGE, false, protobuf_metadata_fields},
    {2, "spec", PROTO_MESSAGE, false, deployment_spec_fields},
    {3, "status", PROTO_PASSED_OVER, false, NULL},
    {0, NULL, PROTO_TEXT, false, NULL},
};

static const struct proto_field service_port_fields[] = {
    {1, "name", PROTO_TEXT, false, NULL},        {2, "protocol", PROTO_TEXT, false, NULL},
    {3, "port", PROTO_INTEGER, false, NULL},     {4, "targetPort", PROTO_INT_OR_TEXT, false, NULL},
    {5, "nodePort", PROTO_INTEGER, false, NULL}, {0, NULL, PROTO_TEXT, false, NULL},
};

static const struct proto_field service_spec_fields[] = {
    {1, "ports", PROTO_MESSAGE, true, service_port_fields},
    {2, "selector", PROTO_TEXT_MAP, false, NULL},
    {3, "clusterIP", PROTO_TEXT, false, NULL},
    {4, "type", PROTO_TEXT, false, NULL},
    {0, NULL, PROTO_TEXT, false, NULL},
};

static const struct proto_field service_fields[] = {
    {1, "metadata", PROTO_MESSAGE, false, protobuf_metadata_fields},
    {2, "spec", PROTO_MESSAGE, false, service_spec_fields},
    {3, "status", PROTO_PASSED_OVER, false, NULL},
    {0, NULL, PROTO_TEXT, false, NULL},
};

static const struct proto_field metric_target_fields[] = {
    {1, "type", PROTO_TEXT, false, NULL},
    {2, "value", PROTO_QUANTITY, false, NULL},
    {3, "averageValue", PROTO_QUANTITY, false, NULL},
    {4, "averageUtilization", PROTO_INTEGER_SET, false, NULL},
    {0, NULL, PROTO_TEXT, false, NULL},
};

static const struct proto_field resource_metric_fields[] = {
    {1, "name", PROTO_TEXT, false, NULL},
    {2, "target", PROTO_MESSAGE, false, metric_target_fields},
    {0, NULL, PROTO_TEXT, false, NULL},
};

static const struct proto_field metric_fields[] = {
    {1, "type", PROTO_TEXT, false, NULL},
    {4, "resource", PROTO_MESSAGE, false, resource_metric_fields},
    {0, NULL, PROTO_TEXT, false, NULL},
};

static const struct proto_field reference_fields[] = {
    {1, "kind", PROTO_TEXT, false, NULL},
    {2, "name", PROTO_TEXT, false, NULL},
    {3, "apiVersion", PROTO_TEXT, false, NULL},
    {0, NULL, PROTO_TEXT, false, NULL},
};

static const struct proto_field autoscaler_spec_fields[] = {
    {1, "scaleTargetRef", PROTO_MESSAGE, false, reference_fields},
    {2, "minReplicas", PROTO_INTEGER_SET, false, NULL},
    {3, "maxReplicas", PROTO_INTEGER, false, NULL},
    {4, "metrics", PROTO_MESSAGE, true, metric_fields},
    {0, NULL, PROTO_TEXT, false, NULL},
};

static const struct proto_field autoscaler_fields[] = {
    {1, "metadata", PROTO_MESSAGE, false, protobuf_metadata_fields},
    {2, "spec", PROTO_MESSAGE, false, autoscaler_spec_fields},
    {3, "status", PROTO_PASSED_OVER, false, NULL},
    {0, NULL, PROTO_TEXT, false, NULL},
};

static const struct proto_field autoscaler_v1_spec_fields[] = {
    {1, "scaleTargetRef", PROTO_MESSAGE, false, reference_fields},
    {2, "minReplicas", PROTO_INTEGER_SET, false, NULL},
    {3, "maxReplicas", PROTO_INTEGER, false, NULL},
    {4, "targetCPUUtilizationPercentage", PROTO_INTEGER_SET, false, NULL},
    {0, NULL, PROTO_TEXT, false, NULL},
};

static const struct proto_field autoscaler_v1_fields[] = {
    {1, "metadata", PROTO_MESSAGE, false, protobuf_metadata_fields},
    {2, "spec", PROTO_MESSAGE, false, autoscaler_v1_spec_fields},
    {3, "status", PROTO_PASSED_OVER, false, NULL},
    {0, NULL, PROTO_TEXT, false, NULL},
};

static const struct proto_field preconditions_fields[] = {
    {1, "uid", PROTO_TEXT, false, NULL},
    {0, NULL, PROTO_TEXT, false, NULL},
};

static const struct proto_field delete_options_fields[] = {
    {1, "gracePeriodSeconds", PROTO_INTEGER_SET, false, NULL},
    {2, "preconditions", PROTO_MESSAGE, false, preconditions_fields},
    {3, "orphanDependents", PROTO_BOOLEAN, false, NULL},
    {4, "propagationPolicy", PROTO_TEXT, false, NULL},
    {5, "dryRun", PROTO_TEXT, true, NULL},
    {0, NULL, PROTO_TEXT, false, NULL},
};

const struct proto_kind protobuf_workload_kinds[] = {
    {"v1", "Namespace", namespace_fields},
    {"v1", "ConfigMap", config_map_fields},
    {"v1", "Service", service_fields},
    {"apps/v1", "Deployment", deployment_fields},
    {"autoscaling/v2", "HorizontalPodAutoscaler", autoscaler_fields},
    {"autoscaling/v1", "HorizontalPodAutoscaler", autoscaler_v1_fields},
    {NULL, "DeleteOptions", delete_options_fields},
    {NULL, NULL, NULL},
};
