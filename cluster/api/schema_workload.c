#include "cluster/api/schema_tables.h"

static const struct schema_field rolling_update_fields[] = {
    F_INT_OR_TEXT_SET("maxUnavailable"),
    F_INT_OR_TEXT_SET("maxSurge"),
    F_END,
};
static const struct schema rolling_update = {"RollingUpdateDeployment", rolling_update_fields};
static const struct schema_field strategy_fields[] = {F_TEXT("type"), F_OBJECT("rollingUpdate", &rolling_update), F_END};
static const struct schema strategy = {"DeploymentStrategy", strategy_fields};
static const struct schema_field deployment_spec_fields[] = {
    F_INT32_SET("replicas"),
    {.name = "selector", .type = SCHEMA_OBJECT, .presence = SCHEMA_ALWAYS, .of = &schema_label_selector},
    F_OBJECT_ALWAYS("template", &schema_pod_template),
    F_OBJECT_ALWAYS("strategy", &strategy),
    F_INT32("minReadySeconds"),
    F_INT32_SET("revisionHistoryLimit"),
    F_BOOLEAN("paused"),
    F_INT32_SET("progressDeadlineSeconds"),
    F_END,
};
static const struct schema deployment_spec = {"DeploymentSpec", deployment_spec_fields};
static const struct schema_field deployment_status_fields[] = {
    F_INT64("observedGeneration"),      F_INT32("replicas"),
    F_INT32("updatedReplicas"),         F_INT32("readyReplicas"),
    F_INT32("availableReplicas"),       F_INT32("unavailableReplicas"),
    F_INT32_SET("terminatingReplicas"), F_LIST("conditions", &schema_condition, "type"),
    F_INT32_SET("collisionCount"),      F_END,
};
static const struct schema deployment_status = {"DeploymentStatus", deployment_status_fields};
static const struct schema_field deployment_fields[] = {
    F_OBJECT_ALWAYS("metadata", &schema_object_meta),
    F_OBJECT_ALWAYS("spec", &deployment_spec),
    F_OBJECT_ALWAYS("status", &deployment_status),
    F_END,
};
const struct schema schema_deployment = {"Deployment", deployment_fields};

static const struct schema_field replica_set_spec_fields[] = {
    F_INT32_SET("replicas"),
    F_INT32("minReadySeconds"),
    {.name = "selector", .type = SCHEMA_OBJECT, .presence = SCHEMA_ALWAYS, .of = &schema_label_selector},
    F_OBJECT_ALWAYS("template", &schema_pod_template),
    F_END,
};
static const struct schema replica_set_spec = {"ReplicaSetSpec", replica_set_spec_fields};
static const struct schema_field replica_set_status_fields[] = {
    F_INT32_ALWAYS("replicas"),
    F_INT32("fullyLabeledReplicas"),
    F_INT32("readyReplicas"),
    F_INT32("availableReplicas"),
    F_INT32_SET("terminatingReplicas"),
    F_INT64("observedGeneration"),
    F_LIST("conditions", &schema_condition, "type"),
    F_END,
};
static const struct schema replica_set_status = {"ReplicaSetStatus", replica_set_status_fields};
static const struct schema_field replica_set_fields[] = {
    F_OBJECT_ALWAYS("metadata", &schema_object_meta),
    F_OBJECT_ALWAYS("spec", &replica_set_spec),
    F_OBJECT_ALWAYS("status", &replica_set_status),
    F_END,
};
const struct schema schema_replica_set = {"ReplicaSet", replica_set_fields};

static const struct schema_field cross_reference_fields[] = {
    F_TEXT_ALWAYS("kind"),
    F_TEXT_ALWAYS("name"),
    F_TEXT("apiVersion"),
    F_END,
};
static const struct schema cross_reference = {"CrossVersionObjectReference", cross_reference_fields};
static const struct schema_field metric_identifier_fields[] = {
    F_TEXT_ALWAYS("name"),
    F_OBJECT("selector", &schema_label_selector),
    F_END,
};
static const struct schema metric_identifier = {"MetricIdentifier", metric_identifier_fields};
static const struct schema_field metric_target_fields[] = {
    F_TEXT_ALWAYS("type"), F_QUANTITY_SET("value"), F_QUANTITY_SET("averageValue"), F_INT32_SET("averageUtilization"), F_END,
};
static const struct schema metric_target = {"MetricTarget", metric_target_fields};
static const struct schema_field object_source_fields[] = {
    F_OBJECT_ALWAYS("describedObject", &cross_reference),
    F_OBJECT_ALWAYS("target", &metric_target),
    F_OBJECT_ALWAYS("metric", &metric_identifier),
    F_END,
};
static const struct schema object_source = {"ObjectMetricSource", object_source_fields};
static const struct schema_field pods_source_fields[] = {
    F_OBJECT_ALWAYS("metric", &metric_identifier),
    F_OBJECT_ALWAYS("target", &metric_target),
    F_END,
};
static const struct schema pods_source = {"PodsMetricSource", pods_source_fields};
static const struct schema external_source = {"ExternalMetricSource", pods_source_fields};
static const struct schema_field resource_source_fields[] = {
    F_TEXT_ALWAYS("name"),
    F_OBJECT_ALWAYS("target", &metric_target),
    F_END,
};
static const struct schema resource_source = {"ResourceMetricSource", resource_source_fields};
static const struct schema_field container_source_fields[] = {
    F_TEXT_ALWAYS("name"),
    F_OBJECT_ALWAYS("target", &metric_target),
    F_TEXT_ALWAYS("container"),
    F_END,
};
static const struct schema container_source = {"ContainerResourceMetricSource", container_source_fields};
static const struct schema_field metric_spec_fields[] = {
    F_TEXT_ALWAYS("type"),
    F_OBJECT("object", &object_source),
    F_OBJECT("pods", &pods_source),
    F_OBJECT("resource", &resource_source),
    F_OBJECT("containerResource", &container_source),
    F_OBJECT("external", &external_source),
    F_END,
};
static const struct schema metric_spec = {"MetricSpec", metric_spec_fields};

static const struct schema_field policy_fields[] = {
    F_TEXT_ALWAYS("type"),
    F_INT32_ALWAYS("value"),
    F_INT32_ALWAYS("periodSeconds"),
    F_END,
};
static const struct schema policy = {"HPAScalingPolicy", policy_fields};
static const struct schema_field rules_fields[] = {
    F_INT32_SET("stabilizationWindowSeconds"),
    F_TEXT_SET("selectPolicy"),
    F_LIST("policies", &policy, NULL),
    F_QUANTITY_SET("tolerance"),
    F_END,
};
static const struct schema rules = {"HPAScalingRules", rules_fields};
static const struct schema_field behavior_fields[] = {
    F_OBJECT("scaleUp", &rules),
    F_OBJECT("scaleDown", &rules),
    F_END,
};
static const struct schema behavior = {"HorizontalPodAutoscalerBehavior", behavior_fields};
static const struct schema_field autoscaler_spec_fields[] = {
    F_OBJECT_ALWAYS("scaleTargetRef", &cross_reference),
    F_INT32_SET("minReplicas"),
    F_INT32_ALWAYS("maxReplicas"),
    F_LIST("metrics", &metric_spec, NULL),
    F_OBJECT("behavior", &behavior),
    F_END,
};
static const struct schema autoscaler_spec = {"HorizontalPodAutoscalerSpec", autoscaler_spec_fields};

static const struct schema_field metric_value_fields[] = {
    F_QUANTITY_SET("value"),
    F_QUANTITY_SET("averageValue"),
    F_INT32_SET("averageUtilization"),
    F_END,
};
static const struct schema metric_value = {"MetricValueStatus", metric_value_fields};
static const struct schema_field object_current_fields[] = {
    F_OBJECT_ALWAYS("metric", &metric_identifier),
    F_OBJECT_ALWAYS("current", &metric_value),
    F_OBJECT_ALWAYS("describedObject", &cross_reference),
    F_END,
};
static const struct schema object_current = {"ObjectMetricStatus", object_current_fields};
static const struct schema_field pods_current_fields[] = {
    F_OBJECT_ALWAYS("metric", &metric_identifier),
    F_OBJECT_ALWAYS("current", &metric_value),
    F_END,
};
static const struct schema pods_current = {"PodsMetricStatus", pods_current_fields};
static const struct schema_field resource_current_fields[] = {
    F_TEXT_ALWAYS("name"),
    F_OBJECT_ALWAYS("current", &metric_value),
    F_END,
};
static const struct schema resource_current = {"ResourceMetricStatus", resource_current_fields};
static const struct schema_field container_current_fields[] = {
    F_TEXT_ALWAYS("name"),
    F_OBJECT_ALWAYS("current", &metric_value),
    F_TEXT_ALWAYS("container"),
    F_END,
};
static const struct schema container_current = {"ContainerResourceMetricStatus", container_current_fields};
static const struct schema_field metric_current_fields[] = {
    F_TEXT_ALWAYS("type"),
    F_OBJECT("object", &object_current),
    F_OBJECT("pods", &pods_current),
    F_OBJECT("resource", &resource_current),
    F_OBJECT("containerResource", &container_current),
    F_OBJECT("external", &pods_current),
    F_END,
};
static const struct schema metric_current = {"MetricStatus", metric_current_fields};
static const struct schema_field autoscaler_status_fields[] = {
    F_INT64_SET("observedGeneration"),
    F_TIME("lastScaleTime"),
    F_INT32("currentReplicas"),
    F_INT32_ALWAYS("desiredReplicas"),
    F_LIST_ALWAYS("currentMetrics", &metric_current, NULL),
    F_LIST("conditions", &schema_condition, "type"),
    F_END,
};
static const struct schema autoscaler_status = {"HorizontalPodAutoscalerStatus", autoscaler_status_fields};
static const struct schema_field autoscaler_fields[] = {
    F_OBJECT_ALWAYS("metadata", &schema_object_meta),
    F_OBJECT_ALWAYS("spec", &autoscaler_spec),
    F_OBJECT_ALWAYS("status", &autoscaler_status),
    F_END,
};
const struct schema schema_horizontal_pod_autoscaler = {"HorizontalPodAutoscaler", autoscaler_fields};
