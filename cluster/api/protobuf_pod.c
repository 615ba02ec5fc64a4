/* Pod templates in protobuf, whole but for what no node here has (other kinds of volumes, Windows, devices). */
#include <stddef.h>

#include "cluster/api/protobuf_tables.h"

/* LocalObjectReference, of which other messages are made. */
static const struct proto_field name_fields[] = {
    {1, "name", PROTO_TEXT, false, NULL},
    {0, NULL, PROTO_TEXT, false, NULL},
};

static const struct proto_field port_fields[] = {
    {1, "name", PROTO_TEXT, false, NULL},
    {2, "hostPort", PROTO_INTEGER, false, NULL},
    {3, "containerPort", PROTO_INTEGER, false, NULL},
    {4, "protocol", PROTO_TEXT, false, NULL},
    {5, "hostIP", PROTO_TEXT, false, NULL},
    {0, NULL, PROTO_TEXT, false, NULL},
};

static const struct proto_field field_reference_fields[] = {
    {1, "apiVersion", PROTO_TEXT, false, NULL},
    {2, "fieldPath", PROTO_TEXT, false, NULL},
    {0, NULL, PROTO_TEXT, false, NULL},
};

static const struct proto_field resource_reference_fields[] = {
    {1, "containerName", PROTO_TEXT, false, NULL},
    {2, "resource", PROTO_TEXT, false, NULL},
    {3, "divisor", PROTO_QUANTITY, false, NULL},
    {0, NULL, PROTO_TEXT, false, NULL},
};

/* Of a ConfigMap or a Secret. */
static const struct proto_field key_reference_fields[] = {
    {1, "", PROTO_INLINE, false, name_fields},
    {2, "key", PROTO_TEXT, false, NULL},
    {3, "optional", PROTO_BOOLEAN, false, NULL},
    {0, NULL, PROTO_TEXT, false, NULL},
};

static const struct proto_field variable_source_fields[] = {
    {1, "fieldRef", PROTO_MESSAGE, false, field_reference_fields},
    {2, "resourceFieldRef", PROTO_MESSAGE, false, resource_reference_fields},
    {3, "configMapKeyRef", PROTO_MESSAGE, false, key_reference_fields},
    {4, "secretKeyRef", PROTO_MESSAGE, false, key_reference_fields},
    {0, NULL, PROTO_TEXT, false, NULL},
};

static const struct proto_field variable_fields[] = {
    {1, "name", PROTO_TEXT, false, NULL},
    {2, "value", PROTO_TEXT, false, NULL},
    {3, "valueFrom", PROTO_MESSAGE, false, variable_source_fields},
    {0, NULL, PROTO_TEXT, false, NULL},
};

static const struct proto_field all_keys_fields[] = {
    {1, "", PROTO_INLINE, false, name_fields},
    {2, "optional", PROTO_BOOLEAN, false, NULL},
    {0, NULL, PROTO_TEXT, false, NULL},
};

static const struct proto_field variables_source_fields[] = {
    {1, "prefix", PROTO_TEXT, false, NULL},
    {2, "configMapRef", PROTO_MESSAGE, false, all_keys_fields},
    {3, "secretRef", PROTO_MESSAGE, false, all_keys_fields},
    {0, NULL, PROTO_TEXT, false, NULL},
};

static const struct proto_field resources_fields[] = {
    {1, "limits", PROTO_QUANTITY_MAP, false, NULL},
    {2, "requests", PROTO_QUANTITY_MAP, false, NULL},
    {0, NULL, PROTO_TEXT, false, NULL},
};

static const struct proto_field mount_fields[] = {
    {1, "name", PROTO_TEXT, false, NULL},
    {2, "readOnly", PROTO_FLAG, false, NULL},
    {3, "mountPath", PROTO_TEXT, false, NULL},
    {4, "subPath", PROTO_TEXT, false, NULL},
    {5, "mountPropagation", PROTO_TEXT, false, NULL},
    {6, "subPathExpr", PROTO_TEXT, false, NULL},
    {7, "recursiveReadOnly", PROTO_TEXT, false, NULL},
    {0, NULL, PROTO_TEXT, false, NULL},
};

static const struct proto_field header_fields[] = {
    {1, "name", PROTO_TEXT, false, NULL},
    {2, "value", PROTO_TEXT, false, NULL},
    {0, NULL, PROTO_TEXT, false, NULL},
};

static const struct proto_field command_fields[] = {
    {1, "command", PROTO_TEXT, true, NULL},
    {0, NULL, PROTO_TEXT, false, NULL},
};

static const struct proto_field http_get_fields[] = {
    {1, "path", PROTO_TEXT, false, NULL},
    {2, "port", PROTO_INT_OR_TEXT, false, NULL},
    {3, "host", PROTO_TEXT, false, NULL},
    {4, "scheme", PROTO_TEXT, false, NULL},
    {5, "httpHeaders", PROTO_MESSAGE, true, header_fields},
    {0, NULL, PROTO_TEXT, false, NULL},
};

static const struct proto_field socket_fields[] = {
    {1, "port", PROTO_INT_OR_TEXT, false, NULL},
    {2, "host", PROTO_TEXT, false, NULL},
    {0, NULL, PROTO_TEXT, false, NULL},
};

static const struct proto_field grpc_fields[] = {
    {1, "port", PROTO_INTEGER, false, NULL},
    {2, "service", PROTO_TEXT, false, NULL},
    {0, NULL, PROTO_TEXT, false, NULL},
};

static const struct proto_field sleep_fields[] = {
    {1, "seconds", PROTO_INTEGER, false, NULL},
    {0, NULL, PROTO_TEXT, false, NULL},
};

static const struct proto_field handler_fields[] = {
    {1, "exec", PROTO_MESSAGE, false, command_fields},
    {2, "httpGet", PROTO_MESSAGE, false, http_get_fields},
    {3, "tcpSocket", PROTO_MESSAGE, false, socket_fields},
    {4, "grpc", PROTO_MESSAGE, false, grpc_fields},
    {0, NULL, PROTO_TEXT, false, NULL},
};

static const struct proto_field probe_fields[] = {
    {1, "", PROTO_INLINE, false, handler_fields},
    {2, "initialDelaySeconds", PROTO_INTEGER, false, NULL},
    {3, "timeoutSeconds", PROTO_INTEGER, false, NULL},
    {4, "periodSeconds", PROTO_INTEGER, false, NULL},
    {5, "successThreshold", PROTO_INTEGER, false, NULL},
    {6, "failureThreshold", PROTO_INTEGER, false, NULL},
    {7, "terminationGracePeriodSeconds", PROTO_INTEGER_SET, false, NULL},
    {0, NULL, PROTO_TEXT, false, NULL},
};

static const struct proto_field hook_fields[] = {
    {1, "exec", PROTO_MESSAGE, false, command_fields},
    {2, "httpGet", PROTO_MESSAGE, false, http_get_fields},
    {3, "tcpSocket", PROTO_MESSAGE, false, socket_fields},
    {4, "sleep", PROTO_MESSAGE, false, sleep_fields},
    {0, NULL, PROTO_TEXT, false, NULL},
};

static const struct proto_field lifecycle_fields[] = {
    {1, "postStart", PROTO_MESSAGE, false, hook_fields},
    {2, "preStop", PROTO_MESSAGE, false, hook_fields},
    {3, "stopSignal", PROTO_TEXT, false, NULL},
    {0, NULL, PROTO_TEXT, false, NULL},
};

static const struct proto_field capabilities_fields[] = {
    {1, "add", PROTO_TEXT, true, NULL},
    {2, "drop", PROTO_TEXT, true, NULL},
    {0, NULL, PROTO_TEXT, false, NULL},
};

/* Of seccomp or AppArmor. */
static const struct proto_field profile_fields[] = {
    {1, "type", PROTO_TEXT, false, NULL},
    {2, "localhostProfile", PROTO_TEXT, false, NULL},
    {0, NULL, PROTO_TEXT, false, NULL},
};

static const struct proto_field linux_label_fields[] = {
    {1, "user", PROTO_TEXT, false, NULL},  {2, "role", PROTO_TEXT, false, NULL}, {3, "type", PROTO_TEXT, false, NULL},
    {4, "level", PROTO_TEXT, false, NULL}, {0, NULL, PROTO_TEXT, false, NULL},
};

static const struct proto_field container_security_fields[] = {
    {1, "capabilities", PROTO_MESSAGE, false, capabilities_fields},
    {2, "privileged", PROTO_BOOLEAN, false, NULL},
    {3, "seLinuxOptions", PROTO_MESSAGE, false, linux_label_fields},
    {4, "runAsUser", PROTO_INTEGER_SET, false, NULL},
    {5, "runAsNonRoot", PROTO_BOOLEAN, false, NULL},
    {6, "readOnlyRootFilesystem", PROTO_BOOLEAN, false, NULL},
    {7, "allowPrivilegeEscalation", PROTO_BOOLEAN, false, NULL},
    {8, "runAsGroup", PROTO_INTEGER_SET, false, NULL},
    {9, "procMount", PROTO_TEXT, false, NULL},
    {11, "seccompProfile", PROTO_MESSAGE, false, profile_fields},
    {12, "appArmorProfile", PROTO_MESSAGE, false, profile_fields},
    {0, NULL, PROTO_TEXT, false, NULL},
};

static const struct proto_field container_fields[] = {
    {1, "name", PROTO_TEXT, false, NULL},
    {2, "image", PROTO_TEXT, false, NULL},
    {3, "command", PROTO_TEXT, true, NULL},
    {4, "args", PROTO_TEXT, true, NULL},
    {5, "workingDir", PROTO_TEXT, false, NULL},
    {6, "ports", PROTO_MESSAGE, true, port_fields},
    {7, "env", PROTO_MESSAGE, true, variable_fields},
    {8, "resources", PROTO_MESSAGE, false, resources_fields},
    {9, "volumeMounts", PROTO_MESSAGE, true, mount_fields},
    {10, "livenessProbe", PROTO_MESSAGE, false, probe_fields},
    {11, "readinessProbe", PROTO_MESSAGE, false, probe_fields},
    {12, "lifecycle", PROTO_MESSAGE, false, lifecycle_fields},
    {13, "terminationMessagePath", PROTO_TEXT, false, NULL},
    {14, "imagePullPolicy", PROTO_TEXT, false, NULL},
    {15, "securityContext", PROTO_MESSAGE, false, container_security_fields},
    {16, "stdin", PROTO_FLAG, false, NULL},
    {17, "stdinOnce", PROTO_FLAG, false, NULL},
    {18, "tty", PROTO_FLAG, false, NULL},
    {19, "envFrom", PROTO_MESSAGE, true, variables_source_fields},
    {20, "terminationMessagePolicy", PROTO_TEXT, false, NULL},
    {22, "startupProbe", PROTO_MESSAGE, false, probe_fields},
    {24, "restartPolicy", PROTO_TEXT, false, NULL},
    {0, NULL, PROTO_TEXT, false, NULL},
};

static const struct proto_field sysctl_fields[] = {
    {1, "name", PROTO_TEXT, false, NULL},
    {2, "value", PROTO_TEXT, false, NULL},
    {0, NULL, PROTO_TEXT, false, NULL},
};

static const struct proto_field pod_security_fields[] = {
    {1, "seLinuxOptions", PROTO_MESSAGE, false, linux_label_fields},
    {2, "runAsUser", PROTO_INTEGER_SET, false, NULL},
    {3, "runAsNonRoot", PROTO_BOOLEAN, false, NULL},
    {4, "supplementalGroups", PROTO_INTEGER_SET, true, NULL},
    {5, "fsGroup", PROTO_INTEGER_SET, false, NULL},
    {6, "runAsGroup", PROTO_INTEGER_SET, false, NULL},
    {7, "sysctls", PROTO_MESSAGE, true, sysctl_fields},
    {9, "fsGroupChangePolicy", PROTO_TEXT, false, NULL},
    {10, "seccompProfile", PROTO_MESSAGE, false, profile_fields},
    {11, "appArmorProfile", PROTO_MESSAGE, false, profile_fields},
    {12, "supplementalGroupsPolicy", PROTO_TEXT, false, NULL},
    {13, "seLinuxChangePolicy", PROTO_TEXT, false, NULL},
    {0, NULL, PROTO_TEXT, false, NULL},
};

static const struct proto_field item_fields[] = {
    {1, "key", PROTO_TEXT, false, NULL},
    {2, "path", PROTO_TEXT, false, NULL},
    {3, "mode", PROTO_INTEGER_SET, false, NULL},
    {0, NULL, PROTO_TEXT, false, NULL},
};

static const struct proto_field host_path_fields[] = {
    {1, "path", PROTO_TEXT, false, NULL},
    {2, "type", PROTO_TEXT, false, NULL},
    {0, NULL, PROTO_TEXT, false, NULL},
};

static const struct proto_field empty_fields[] = {
    {1, "medium", PROTO_TEXT, false, NULL},
    {2, "sizeLimit", PROTO_QUANTITY, false, NULL},
    {0, NULL, PROTO_TEXT, false, NULL},
};

static const struct proto_field secret_volume_fields[] = {
    {1, "secretName", PROTO_TEXT, false, NULL},
    {2, "items", PROTO_MESSAGE, true, item_fields},
    {3, "defaultMode", PROTO_INTEGER_SET, false, NULL},
    {4, "optional", PROTO_BOOLEAN, false, NULL},
    {0, NULL, PROTO_TEXT, false, NULL},
};

static const struct proto_field config_map_volume_fields[] = {
    {1, "", PROTO_INLINE, false, name_fields},
    {2, "items", PROTO_MESSAGE, true, item_fields},
    {3, "defaultMode", PROTO_INTEGER_SET, false, NULL},
    {4, "optional", PROTO_BOOLEAN, false, NULL},
    {0, NULL, PROTO_TEXT, false, NULL},
};

static const struct proto_field claim_fields[] = {
    {1, "claimName", PROTO_TEXT, false, NULL},
    {2, "readOnly", PROTO_FLAG, false, NULL},
    {0, NULL, PROTO_TEXT, false, NULL},
};

static const struct proto_field downward_item_fields[] = {
    {1, "path", PROTO_TEXT, false, NULL},
    {2, "fieldRef", PROTO_MESSAGE, false, field_reference_fields},
    {3, "resourceFieldRef", PROTO_MESSAGE, false, resource_reference_fields},
    {4, "mode", PROTO_INTEGER_SET, false, NULL},
    {0, NULL, PROTO_TEXT, false, NULL},
};

static const struct proto_field downward_fields[] = {
    {1, "items", PROTO_MESSAGE, true, downward_item_fields},
    {2, "defaultMode", PROTO_INTEGER_SET, false, NULL},
    {0, NULL, PROTO_TEXT, false, NULL},
};

/* Of a ConfigMap or a Secret in a projected volume. */
static const struct proto_field keys_fields[] = {
    {1, "", PROTO_INLINE, false, name_fields},
    {2, "items", PROTO_MESSAGE, true, item_fields},
    {4, "optional", PROTO_BOOLEAN, false, NULL},
    {0, NULL, PROTO_TEXT, false, NULL},
};

static const struct proto_field token_fields[] = {
    {1, "audience", PROTO_TEXT, false, NULL},
    {2, "expirationSeconds", PROTO_INTEGER_SET, false, NULL},
    {3, "path", PROTO_TEXT, false, NULL},
    {0, NULL, PROTO_TEXT, false, NULL},
};

static const struct proto_field projection_fields[] = {
    {1, "secret", PROTO_MESSAGE, false, keys_fields},
    {2, "downwardAPI", PROTO_MESSAGE, false, downward_fields},
    {3, "configMap", PROTO_MESSAGE, false, keys_fields},
    {4, "serviceAccountToken", PROTO_MESSAGE, false, token_fields},
    {0, NULL, PROTO_TEXT, false, NULL},
};

static const struct proto_field projected_fields[] = {
    {1, "sources", PROTO_MESSAGE, true, projection_fields},
    {2, "defaultMode", PROTO_INTEGER_SET, false, NULL},
    {0, NULL, PROTO_TEXT, false, NULL},
};

static const struct proto_field volume_source_fields[] = {
    {1, "hostPath", PROTO_MESSAGE, false, host_path_fields},    {2, "emptyDir", PROTO_MESSAGE, false, empty_fields},
    {6, "secret", PROTO_MESSAGE, false, secret_volume_fields},  {10, "persistentVolumeClaim", PROTO_MESSAGE, false, claim_fields},
    {16, "downwardAPI", PROTO_MESSAGE, false, downward_fields}, {19, "configMap", PROTO_MESSAGE, false, config_map_volume_fields},
    {26, "projected", PROTO_MESSAGE, false, projected_fields},  {0, NULL, PROTO_TEXT, false, NULL},
};

static const struct proto_field volume_fields[] = {
    {1, "name", PROTO_TEXT, false, NULL},
    {2, "", PROTO_INLINE, false, volume_source_fields},
    {0, NULL, PROTO_TEXT, false, NULL},
};

static const struct proto_field toleration_fields[] = {
    {1, "key", PROTO_TEXT, false, NULL},
    {2, "operator", PROTO_TEXT, false, NULL},
    {3, "value", PROTO_TEXT, false, NULL},
    {4, "effect", PROTO_TEXT, false, NULL},
    {5, "tolerationSeconds", PROTO_INTEGER_SET, false, NULL},
    {0, NULL, PROTO_TEXT, false, NULL},
};

static const struct proto_field node_requirement_fields[] = {
    {1, "key", PROTO_TEXT, false, NULL},
    {2, "operator", PROTO_TEXT, false, NULL},
    {3, "values", PROTO_TEXT, true, NULL},
    {0, NULL, PROTO_TEXT, false, NULL},
};

static const struct proto_field node_term_fields[] = {
    {1, "matchExpressions", PROTO_MESSAGE, true, node_requirement_fields},
    {2, "matchFields", PROTO_MESSAGE, true, node_requirement_fields},
    {0, NULL, PROTO_TEXT, false, NULL},
};

static const struct proto_field node_terms_fields[] = {
    {1, "nodeSelectorTerms", PROTO_MESSAGE, true, node_term_fields},
    {0, NULL, PROTO_TEXT, false, NULL},
};

static const struct proto_field preferred_node_fields[] = {
    {1, "weight", PROTO_INTEGER, false, NULL},
    {2, "preference", PROTO_MESSAGE, false, node_term_fields},
    {0, NULL, PROTO_TEXT, false, NULL},
};

static const struct proto_field node_affinity_fields[] = {
    {1, "requiredDuringSchedulingIgnoredDuringExecution", PROTO_MESSAGE, false, node_terms_fields},
    {2, "preferredDuringSchedulingIgnoredDuringExecution", PROTO_MESSAGE, true, preferred_node_fields},
    {0, NULL, PROTO_TEXT, false, NULL},
};

static const struct proto_field pod_term_fields[] = {
    {1, "labelSelector", PROTO_MESSAGE, false, protobuf_selector_fields},
    {2, "namespaces", PROTO_TEXT, true, NULL},
    {3, "topologyKey", PROTO_TEXT, false, NULL},
    {4, "namespaceSelector", PROTO_MESSAGE, false, protobuf_selector_fields},
    {5, "matchLabelKeys", PROTO_TEXT, true, NULL},
    {6, "mismatchLabelKeys", PROTO_TEXT, true, NULL},
    {0, NULL, PROTO_TEXT, false, NULL},
};

static const struct proto_field preferred_pod_fields[] = {
    {1, "weight", PROTO_INTEGER, false, NULL},
    {2, "podAffinityTerm", PROTO_MESSAGE, false, pod_term_fields},
    {0, NULL, PROTO_TEXT, false, NULL},
};

static const struct proto_field pod_affinity_fields[] = {
    {1, "requiredDuringSchedulingIgnoredDuringExecution", PROTO_MESSAGE, true, pod_term_fields},
    {2, "preferredDuringSchedulingIgnoredDuringExecution", PROTO_MESSAGE, true, preferred_pod_fields},
    {0, NULL, PROTO_TEXT, false, NULL},
};

static const struct proto_field affinity_fields[] = {
    {1, "nodeAffinity", PROTO_MESSAGE, false, node_affinity_fields},
    {2, "podAffinity", PROTO_MESSAGE, false, pod_affinity_fields},
    {3, "podAntiAffinity", PROTO_MESSAGE, false, pod_affinity_fields},
    {0, NULL, PROTO_TEXT, false, NULL},
};

static const struct proto_field spread_fields[] = {
    {1, "maxSkew", PROTO_INTEGER, false, NULL},
    {2, "topologyKey", PROTO_TEXT, false, NULL},
    {3, "whenUnsatisfiable", PROTO_TEXT, false, NULL},
    {4, "labelSelector", PROTO_MESSAGE, false, protobuf_selector_fields},
    {5, "minDomains", PROTO_INTEGER_SET, false, NULL},
    {6, "nodeAffinityPolicy", PROTO_TEXT, false, NULL},
    {7, "nodeTaintsPolicy", PROTO_TEXT, false, NULL},
    {8, "matchLabelKeys", PROTO_TEXT, true, NULL},
    {0, NULL, PROTO_TEXT, false, NULL},
};

static const struct proto_field pod_spec_fields[] = {
    {1, "volumes", PROTO_MESSAGE, true, volume_fields},
    {2, "containers", PROTO_MESSAGE, true, container_fields},
    {3, "restartPolicy", PROTO_TEXT, false, NULL},
    {4, "terminationGracePeriodSeconds", PROTO_INTEGER_SET, false, NULL},
    {5, "activeDeadlineSeconds", PROTO_INTEGER_SET, false, NULL},
    {6, "dnsPolicy", PROTO_TEXT, false, NULL},
    {7, "nodeSelector", PROTO_TEXT_MAP, false, NULL},
    {8, "serviceAccountName", PROTO_TEXT, false, NULL},
    {9, "serviceAccount", PROTO_TEXT, false, NULL},
    {10, "nodeName", PROTO_TEXT, false, NULL},
    {11, "hostNetwork", PROTO_FLAG, false, NULL},
    {12, "hostPID", PROTO_FLAG, false, NULL},
    {13, "hostIPC", PROTO_FLAG, false, NULL},
    {14, "securityContext", PROTO_MESSAGE, false, pod_security_fields},
    {15, "imagePullSecrets", PROTO_MESSAGE, true, name_fields},
    {16, "hostname", PROTO_TEXT, false, NULL},
    {17, "subdomain", PROTO_TEXT, false, NULL},
    {18, "affinity", PROTO_MESSAGE, false, affinity_fields},
    {19, "schedulerName", PROTO_TEXT, false, NULL},
    {20, "initContainers", PROTO_MESSAGE, true, container_fields},
    {21, "automountServiceAccountToken", PROTO_BOOLEAN, false, NULL},
    {22, "tolerations", PROTO_MESSAGE, true, toleration_fields},
    {24, "priorityClassName", PROTO_TEXT, false, NULL},
    {25, "priority", PROTO_INTEGER_SET, false, NULL},
    {27, "shareProcessNamespace", PROTO_BOOLEAN, false, NULL},
    {30, "enableServiceLinks", PROTO_BOOLEAN, false, NULL},
    {31, "preemptionPolicy", PROTO_TEXT, false, NULL},
    {33, "topologySpreadConstraints", PROTO_MESSAGE, true, spread_fields},
    {0, NULL, PROTO_TEXT, false, NULL},
};

const struct proto_field protobuf_template_fields[] = {
    {1, "metadata", PROTO_MESSAGE, false, protobuf_metadata_fields},
    {2, "spec", PROTO_MESSAGE, false, pod_spec_fields},
    {0, NULL, PROTO_TEXT, false, NULL},
};
