/* The members of a pod's spec that say where it may run. */
#include "cluster/api/schema_tables.h"

static const struct schema_field requirement_fields[] = {
    F_TEXT_ALWAYS("key"),
    F_TEXT_ALWAYS("operator"),
    F_TEXTS("values"),
    F_END,
};
static const struct schema requirement = {"NodeSelectorRequirement", requirement_fields};
static const struct schema_field node_term_fields[] = {
    F_LIST("matchExpressions", &requirement, NULL),
    F_LIST("matchFields", &requirement, NULL),
    F_END,
};
static const struct schema node_term = {"NodeSelectorTerm", node_term_fields};
static const struct schema_field node_selector_fields[] = {F_LIST_ALWAYS("nodeSelectorTerms", &node_term, NULL), F_END};
static const struct schema node_selector = {"NodeSelector", node_selector_fields};
static const struct schema_field preferred_node_fields[] = {
    F_INT32_ALWAYS("weight"),
    F_OBJECT_ALWAYS("preference", &node_term),
    F_END,
};
static const struct schema preferred_node = {"PreferredSchedulingTerm", preferred_node_fields};
static const struct schema_field node_affinity_fields[] = {
    F_OBJECT("requiredDuringSchedulingIgnoredDuringExecution", &node_selector),
    F_LIST("preferredDuringSchedulingIgnoredDuringExecution", &preferred_node, NULL),
    F_END,
};
static const struct schema node_affinity = {"NodeAffinity", node_affinity_fields};

static const struct schema_field pod_term_fields[] = {
    F_OBJECT("labelSelector", &schema_label_selector),
    F_TEXTS("namespaces"),
    F_TEXT_ALWAYS("topologyKey"),
    F_OBJECT("namespaceSelector", &schema_label_selector),
    F_TEXTS("matchLabelKeys"),
    F_TEXTS("mismatchLabelKeys"),
    F_END,
};
static const struct schema pod_term = {"PodAffinityTerm", pod_term_fields};
static const struct schema_field preferred_pod_fields[] = {
    F_INT32_ALWAYS("weight"),
    F_OBJECT_ALWAYS("podAffinityTerm", &pod_term),
    F_END,
};
static const struct schema preferred_pod = {"WeightedPodAffinityTerm", preferred_pod_fields};
static const struct schema_field pod_affinity_fields[] = {
    F_LIST("requiredDuringSchedulingIgnoredDuringExecution", &pod_term, NULL),
    F_LIST("preferredDuringSchedulingIgnoredDuringExecution", &preferred_pod, NULL),
    F_END,
};
static const struct schema pod_affinity = {"PodAffinity", pod_affinity_fields};
static const struct schema pod_anti_affinity = {"PodAntiAffinity", pod_affinity_fields};

static const struct schema_field affinity_fields[] = {
    F_OBJECT("nodeAffinity", &node_affinity),
    F_OBJECT("podAffinity", &pod_affinity),
    F_OBJECT("podAntiAffinity", &pod_anti_affinity),
    F_END,
};
const struct schema schema_affinity = {"Affinity", affinity_fields};

static const struct schema_field toleration_fields[] = {
    F_TEXT("key"), F_TEXT("operator"), F_TEXT("value"), F_TEXT("effect"), F_INT64_SET("tolerationSeconds"), F_END,
};
const struct schema schema_toleration = {"Toleration", toleration_fields};

static const struct schema_field spread_fields[] = {
    F_INT32_ALWAYS("maxSkew"),
    F_TEXT_ALWAYS("topologyKey"),
    F_TEXT_ALWAYS("whenUnsatisfiable"),
    F_OBJECT("labelSelector", &schema_label_selector),
    F_INT32_SET("minDomains"),
    F_TEXT_SET("nodeAffinityPolicy"),
    F_TEXT_SET("nodeTaintsPolicy"),
    F_TEXTS("matchLabelKeys"),
    F_END,
};
const struct schema schema_spread_constraint = {"TopologySpreadConstraint", spread_fields};

static const struct schema_field gate_fields[] = {F_TEXT_ALWAYS("name"), F_END};
const struct schema schema_scheduling_gate = {"PodSchedulingGate", gate_fields};
