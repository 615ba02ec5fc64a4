#include "cluster/api/schema_tables.h"

static const struct schema_field condition_fields[] = {
    F_TEXT_ALWAYS("type"),        F_TEXT_ALWAYS("status"), F_TIME("lastHeartbeatTime"), F_TIME("lastUpdateTime"),
    F_TIME("lastTransitionTime"), F_TEXT("reason"),        F_TEXT("message"),           F_END,
};
const struct schema schema_condition = {"Condition", condition_fields};

static const struct schema_field namespace_spec_fields[] = {F_TEXTS("finalizers"), F_END};
static const struct schema namespace_spec = {"NamespaceSpec", namespace_spec_fields};
static const struct schema_field namespace_status_fields[] = {
    F_TEXT("phase"),
    F_LIST("conditions", &schema_condition, "type"),
    F_END,
};
static const struct schema namespace_status = {"NamespaceStatus", namespace_status_fields};
static const struct schema_field namespace_fields[] = {
    F_OBJECT_ALWAYS("metadata", &schema_object_meta),
    F_OBJECT_ALWAYS("spec", &namespace_spec),
    F_OBJECT_ALWAYS("status", &namespace_status),
    F_END,
};
const struct schema schema_namespace = {"Namespace", namespace_fields};

static const struct schema_field taint_fields[] = {
    F_TEXT_ALWAYS("key"), F_TEXT("value"), F_TEXT_ALWAYS("effect"), F_TIME("timeAdded"), F_END,
};
static const struct schema taint = {"Taint", taint_fields};
static const struct schema_field node_spec_fields[] = {
    F_TEXT("podCIDR"),
    F_TEXTS_MERGED("podCIDRs"),
    F_TEXT("providerID"),
    F_BOOLEAN("unschedulable"),
    F_LIST("taints", &taint, NULL),
    F_TEXT("externalID"),
    F_END,
};
static const struct schema node_spec = {"NodeSpec", node_spec_fields};
static const struct schema_field node_address_fields[] = {F_TEXT_ALWAYS("type"), F_TEXT_ALWAYS("address"), F_END};
static const struct schema node_address = {"NodeAddress", node_address_fields};
static const struct schema_field node_status_fields[] = {
    F_QUANTITIES("capacity"),
    F_QUANTITIES("allocatable"),
    F_TEXT("phase"),
    F_LIST("conditions", &schema_condition, "type"),
    F_LIST("addresses", &node_address, "type"),
    F_ANY("daemonEndpoints"),
    F_ANY("nodeInfo"),
    F_ANY("images"),
    F_TEXTS("volumesInUse"),
    F_ANY("volumesAttached"),
    F_ANY("config"),
    F_ANY("runtimeHandlers"),
    F_ANY("features"),
    F_TEXTS("declaredFeatures"),
    F_END,
};
static const struct schema node_status = {"NodeStatus", node_status_fields};
static const struct schema_field node_fields[] = {
    F_OBJECT_ALWAYS("metadata", &schema_object_meta),
    F_OBJECT_ALWAYS("spec", &node_spec),
    F_OBJECT_ALWAYS("status", &node_status),
    F_END,
};
const struct schema schema_node = {"Node", node_fields};

static const struct schema_field service_port_fields[] = {
    F_TEXT("name"),
    F_TEXT("protocol"),
    F_TEXT_SET("appProtocol"),
    F_INT32_ALWAYS("port"),
    F_INT_OR_TEXT_ALWAYS("targetPort"),
    F_INT32("nodePort"),
    F_END,
};
static const struct schema service_port = {"ServicePort", service_port_fields};
static const struct schema_field service_spec_fields[] = {
    F_LIST2("ports", &service_port, "port", "protocol"),
    F_MAP_ATOMIC("selector"),
    F_TEXT("clusterIP"),
    F_TEXTS("clusterIPs"),
    F_TEXT("type"),
    F_TEXTS("externalIPs"),
    F_TEXT("sessionAffinity"),
    F_TEXT("loadBalancerIP"),
    F_TEXTS("loadBalancerSourceRanges"),
    F_TEXT("externalName"),
    F_TEXT("externalTrafficPolicy"),
    F_INT32("healthCheckNodePort"),
    F_BOOLEAN("publishNotReadyAddresses"),
    F_ANY("sessionAffinityConfig"),
    F_TEXTS("ipFamilies"),
    F_TEXT_SET("ipFamilyPolicy"),
    F_BOOLEAN_SET("allocateLoadBalancerNodePorts"),
    F_TEXT_SET("loadBalancerClass"),
    F_TEXT_SET("internalTrafficPolicy"),
    F_TEXT_SET("trafficDistribution"),
    F_END,
};
static const struct schema service_spec = {"ServiceSpec", service_spec_fields};
static const struct schema_field load_balancer_fields[] = {F_ANY("ingress"), F_END};
static const struct schema load_balancer = {"LoadBalancerStatus", load_balancer_fields};
static const struct schema_field service_status_fields[] = {
    F_OBJECT_ALWAYS("loadBalancer", &load_balancer),
    F_LIST("conditions", &schema_condition, "type"),
    F_END,
};
static const struct schema service_status = {"ServiceStatus", service_status_fields};
static const struct schema_field service_fields[] = {
    F_OBJECT_ALWAYS("metadata", &schema_object_meta),
    F_OBJECT_ALWAYS("spec", &service_spec),
    F_OBJECT_ALWAYS("status", &service_status),
    F_END,
};
const struct schema schema_service = {"Service", service_fields};

static const struct schema_field endpoint_conditions_fields[] = {
    F_BOOLEAN_SET("ready"),
    F_BOOLEAN_SET("serving"),
    F_BOOLEAN_SET("terminating"),
    F_END,
};
static const struct schema endpoint_conditions = {"EndpointConditions", endpoint_conditions_fields};
static const struct schema_field endpoint_fields[] = {
    {.name = "addresses", .type = SCHEMA_TEXT_LIST, .presence = SCHEMA_ALWAYS},
    F_OBJECT_ALWAYS("conditions", &endpoint_conditions),
    F_TEXT_SET("hostname"),
    F_OBJECT("targetRef", &schema_object_reference),
    F_MAP("deprecatedTopology"),
    F_TEXT_SET("nodeName"),
    F_TEXT_SET("zone"),
    F_ANY("hints"),
    F_END,
};
static const struct schema endpoint = {"Endpoint", endpoint_fields};
static const struct schema_field endpoint_port_fields[] = {
    F_TEXT_SET("name"), F_TEXT_SET("protocol"), F_INT32_SET("port"), F_TEXT_SET("appProtocol"), F_END,
};
static const struct schema endpoint_port = {"EndpointPort", endpoint_port_fields};
static const struct schema_field endpoint_slice_fields[] = {
    F_OBJECT_ALWAYS("metadata", &schema_object_meta),
    F_TEXT_ALWAYS("addressType"),
    F_LIST_ALWAYS("endpoints", &endpoint, NULL),
    F_LIST_ALWAYS("ports", &endpoint_port, NULL),
    F_END,
};
const struct schema schema_endpoint_slice = {"EndpointSlice", endpoint_slice_fields};

static const struct schema_field config_map_fields[] = {
    F_OBJECT_ALWAYS("metadata", &schema_object_meta), F_BOOLEAN_SET("immutable"), F_MAP("data"), F_BYTES_MAP("binaryData"), F_END,
};
const struct schema schema_config_map = {"ConfigMap", config_map_fields};

static const struct schema_field event_source_fields[] = {F_TEXT("component"), F_TEXT("host"), F_END};
static const struct schema event_source = {"EventSource", event_source_fields};
static const struct schema_field event_fields[] = {
    F_OBJECT_ALWAYS("metadata", &schema_object_meta),
    F_OBJECT_ALWAYS("involvedObject", &schema_object_reference),
    F_TEXT("reason"),
    F_TEXT("message"),
    F_OBJECT_ALWAYS("source", &event_source),
    F_TIME_ALWAYS("firstTimestamp"),
    F_TIME_ALWAYS("lastTimestamp"),
    F_INT32("count"),
    F_TEXT("type"),
    F_MICRO_TIME_ALWAYS("eventTime"),
    F_ANY("series"),
    F_TEXT("action"),
    F_OBJECT("related", &schema_object_reference),
    F_TEXT_ALWAYS("reportingComponent"),
    F_TEXT_ALWAYS("reportingInstance"),
    F_END,
};
const struct schema schema_event = {"Event", event_fields};
