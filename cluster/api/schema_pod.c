#include "cluster/api/schema_tables.h"

static const struct schema_field key_selector_fields[] = {
    F_TEXT("name"),
    F_TEXT_ALWAYS("key"),
    F_BOOLEAN_SET("optional"),
    F_END,
};
static const struct schema key_selector = {"ConfigMapKeySelector", key_selector_fields};
static const struct schema_field field_selector_fields[] = {F_TEXT("apiVersion"), F_TEXT_ALWAYS("fieldPath"), F_END};
const struct schema schema_field_selector = {"ObjectFieldSelector", field_selector_fields};
static const struct schema_field resource_selector_fields[] = {
    F_TEXT("containerName"),
    F_TEXT_ALWAYS("resource"),
    F_QUANTITY_ALWAYS("divisor"),
    F_END,
};
const struct schema schema_resource_selector = {"ResourceFieldSelector", resource_selector_fields};
static const struct schema_field environment_source_fields[] = {
    F_OBJECT("fieldRef", &schema_field_selector),
    F_OBJECT("resourceFieldRef", &schema_resource_selector),
    F_OBJECT("configMapKeyRef", &key_selector),
    F_OBJECT("secretKeyRef", &key_selector),
    F_END,
};
static const struct schema environment_source = {"EnvVarSource", environment_source_fields};
static const struct schema_field environment_fields[] = {
    F_TEXT_ALWAYS("name"),
    F_TEXT("value"),
    F_OBJECT("valueFrom", &environment_source),
    F_END,
};
static const struct schema environment = {"EnvVar", environment_fields};
static const struct schema_field source_reference_fields[] = {F_TEXT("name"), F_BOOLEAN_SET("optional"), F_END};
static const struct schema source_reference = {"ConfigMapEnvSource", source_reference_fields};
static const struct schema_field environment_from_fields[] = {
    F_TEXT("prefix"),
    F_OBJECT("configMapRef", &source_reference),
    F_OBJECT("secretRef", &source_reference),
    F_END,
};
static const struct schema environment_from = {"EnvFromSource", environment_from_fields};

static const struct schema_field container_port_fields[] = {
    F_TEXT("name"), F_INT32("hostPort"), F_INT32_ALWAYS("containerPort"), F_TEXT("protocol"), F_TEXT("hostIP"), F_END,
};
static const struct schema container_port = {"ContainerPort", container_port_fields};
static const struct schema_field resources_fields[] = {F_QUANTITIES("limits"), F_QUANTITIES("requests"), F_ANY("claims"), F_END};
static const struct schema resources = {"ResourceRequirements", resources_fields};
static const struct schema_field volume_mount_fields[] = {
    F_TEXT_ALWAYS("name"), F_BOOLEAN("readOnly"),          F_TEXT_SET("recursiveReadOnly"), F_TEXT_ALWAYS("mountPath"),
    F_TEXT("subPath"),     F_TEXT_SET("mountPropagation"), F_TEXT("subPathExpr"),           F_END,
};
static const struct schema volume_mount = {"VolumeMount", volume_mount_fields};

static const struct schema_field exec_fields[] = {F_TEXTS("command"), F_END};
static const struct schema exec_action = {"ExecAction", exec_fields};
static const struct schema_field http_header_fields[] = {F_TEXT_ALWAYS("name"), F_TEXT_ALWAYS("value"), F_END};
static const struct schema http_header = {"HTTPHeader", http_header_fields};
static const struct schema_field http_get_fields[] = {
    F_TEXT("path"), F_INT_OR_TEXT_ALWAYS("port"), F_TEXT("host"), F_TEXT("scheme"), F_LIST("httpHeaders", &http_header, NULL),
    F_END,
};
static const struct schema http_get = {"HTTPGetAction", http_get_fields};
static const struct schema_field tcp_socket_fields[] = {F_INT_OR_TEXT_ALWAYS("port"), F_TEXT("host"), F_END};
static const struct schema tcp_socket = {"TCPSocketAction", tcp_socket_fields};
static const struct schema_field grpc_fields[] = {F_INT32_ALWAYS("port"), F_TEXT_SET("service"), F_END};
static const struct schema grpc_action = {"GRPCAction", grpc_fields};
static const struct schema_field probe_fields[] = {
    F_OBJECT("exec", &exec_action),
    F_OBJECT("httpGet", &http_get),
    F_OBJECT("tcpSocket", &tcp_socket),
    F_OBJECT("grpc", &grpc_action),
    F_INT32("initialDelaySeconds"),
    F_INT32("timeoutSeconds"),
    F_INT32("periodSeconds"),
    F_INT32("successThreshold"),
    F_INT32("failureThreshold"),
    F_INT64_SET("terminationGracePeriodSeconds"),
    F_END,
};
static const struct schema probe = {"Probe", probe_fields};
static const struct schema_field sleep_fields[] = {F_INT64_SET("seconds"), F_END};
static const struct schema sleep_action = {"SleepAction", sleep_fields};
static const struct schema_field handler_fields[] = {
    F_OBJECT("exec", &exec_action),
    F_OBJECT("httpGet", &http_get),
    F_OBJECT("tcpSocket", &tcp_socket),
    F_OBJECT("sleep", &sleep_action),
    F_END,
};
static const struct schema handler = {"LifecycleHandler", handler_fields};
static const struct schema_field lifecycle_fields[] = {
    F_OBJECT("postStart", &handler),
    F_OBJECT("preStop", &handler),
    F_TEXT_SET("stopSignal"),
    F_END,
};
static const struct schema lifecycle = {"Lifecycle", lifecycle_fields};

static const struct schema_field container_fields[] = {
    F_TEXT_ALWAYS("name"),
    F_TEXT("image"),
    F_TEXTS("command"),
    F_TEXTS("args"),
    F_TEXT("workingDir"),
    F_LIST2("ports", &container_port, "containerPort", "protocol"),
    F_LIST("envFrom", &environment_from, NULL),
    F_LIST("env", &environment, "name"),
    F_OBJECT_ALWAYS("resources", &resources),
    F_ANY("resizePolicy"),
    F_TEXT_SET("restartPolicy"),
    F_ANY("restartPolicyRules"),
    F_LIST("volumeMounts", &volume_mount, "mountPath"),
    F_ANY("volumeDevices"),
    F_OBJECT("livenessProbe", &probe),
    F_OBJECT("readinessProbe", &probe),
    F_OBJECT("startupProbe", &probe),
    F_OBJECT("lifecycle", &lifecycle),
    F_TEXT("terminationMessagePath"),
    F_TEXT("terminationMessagePolicy"),
    F_TEXT("imagePullPolicy"),
    F_OBJECT("securityContext", &schema_security_context),
    F_BOOLEAN("stdin"),
    F_BOOLEAN("stdinOnce"),
    F_BOOLEAN("tty"),
    F_END,
};
static const struct schema container = {"Container", container_fields};

static const struct schema_field key_to_path_fields[] = {
    F_TEXT_ALWAYS("key"),
    F_TEXT_ALWAYS("path"),
    F_INT32_SET("mode"),
    F_END,
};
const struct schema schema_key_to_path = {"KeyToPath", key_to_path_fields};
static const struct schema_field empty_dir_fields[] = {F_TEXT("medium"), F_QUANTITY_SET("sizeLimit"), F_END};
static const struct schema empty_dir = {"EmptyDirVolumeSource", empty_dir_fields};
static const struct schema_field config_map_volume_fields[] = {
    F_TEXT("name"), F_LIST("items", &schema_key_to_path, NULL), F_INT32_SET("defaultMode"), F_BOOLEAN_SET("optional"), F_END,
};
static const struct schema config_map_volume = {"ConfigMapVolumeSource", config_map_volume_fields};
static const struct schema_field claim_volume_fields[] = {F_TEXT_ALWAYS("claimName"), F_BOOLEAN("readOnly"), F_END};
static const struct schema claim_volume = {"PersistentVolumeClaimVolumeSource", claim_volume_fields};
static const struct schema_field volume_fields[] = {
    F_TEXT_ALWAYS("name"),
    F_ANY("hostPath"),
    F_OBJECT("emptyDir", &empty_dir),
    F_OBJECT("secret", &schema_secret_volume),
    F_ANY("nfs"),
    F_OBJECT("persistentVolumeClaim", &claim_volume),
    F_OBJECT("downwardAPI", &schema_downward_volume),
    F_OBJECT("configMap", &config_map_volume),
    F_OBJECT("projected", &schema_projected_volume),
    F_ANY("csi"),
    F_ANY("ephemeral"),
    F_ANY("image"),
    F_END,
};
static const struct schema volume = {"Volume", volume_fields};

static const struct schema_field local_reference_fields[] = {F_TEXT("name"), F_END};
static const struct schema local_reference = {"LocalObjectReference", local_reference_fields};

static const struct schema_field pod_spec_fields[] = {
    F_LIST("volumes", &volume, "name"),
    F_LIST("initContainers", &container, "name"),
    F_LIST_ALWAYS("containers", &container, "name"),
    F_ANY("ephemeralContainers"),
    F_TEXT("restartPolicy"),
    F_INT64_SET("terminationGracePeriodSeconds"),
    F_INT64_SET("activeDeadlineSeconds"),
    F_TEXT("dnsPolicy"),
    F_MAP_ATOMIC("nodeSelector"),
    F_TEXT("serviceAccountName"),
    F_TEXT("serviceAccount"),
    F_BOOLEAN_SET("automountServiceAccountToken"),
    F_TEXT("nodeName"),
    F_BOOLEAN("hostNetwork"),
    F_BOOLEAN("hostPID"),
    F_BOOLEAN("hostIPC"),
    F_BOOLEAN_SET("shareProcessNamespace"),
    F_OBJECT("securityContext", &schema_pod_security_context),
    F_LIST("imagePullSecrets", &local_reference, "name"),
    F_TEXT("hostname"),
    F_TEXT("subdomain"),
    F_OBJECT("affinity", &schema_affinity),
    F_TEXT("schedulerName"),
    F_LIST("tolerations", &schema_toleration, NULL),
    F_ANY("hostAliases"),
    F_TEXT("priorityClassName"),
    F_INT32_SET("priority"),
    F_ANY("dnsConfig"),
    F_ANY("readinessGates"),
    F_TEXT_SET("runtimeClassName"),
    F_BOOLEAN_SET("enableServiceLinks"),
    F_TEXT_SET("preemptionPolicy"),
    F_QUANTITIES("overhead"),
    F_LIST2("topologySpreadConstraints", &schema_spread_constraint, "topologyKey", "whenUnsatisfiable"),
    F_BOOLEAN_SET("setHostnameAsFQDN"),
    F_ANY("os"),
    F_BOOLEAN_SET("hostUsers"),
    F_LIST("schedulingGates", &schema_scheduling_gate, "name"),
    F_ANY("resourceClaims"),
    F_OBJECT("resources", &resources),
    F_END,
};
static const struct schema pod_spec = {"PodSpec", pod_spec_fields};

static const struct schema_field pod_template_fields[] = {
    F_OBJECT_ALWAYS("metadata", &schema_object_meta),
    F_OBJECT_ALWAYS("spec", &pod_spec),
    F_END,
};
const struct schema schema_pod_template = {"PodTemplateSpec", pod_template_fields};

static const struct schema_field pod_condition_fields[] = {
    F_TEXT_ALWAYS("type"),
    F_INT64("observedGeneration"),
    F_TEXT_ALWAYS("status"),
    F_TIME_ALWAYS("lastProbeTime"),
    F_TIME_ALWAYS("lastTransitionTime"),
    F_TEXT("reason"),
    F_TEXT("message"),
    F_END,
};
static const struct schema pod_condition = {"PodCondition", pod_condition_fields};
static const struct schema_field waiting_fields[] = {F_TEXT("reason"), F_TEXT("message"), F_END};
static const struct schema waiting = {"ContainerStateWaiting", waiting_fields};
static const struct schema_field running_fields[] = {F_TIME_ALWAYS("startedAt"), F_END};
static const struct schema running = {"ContainerStateRunning", running_fields};
static const struct schema_field terminated_fields[] = {
    F_INT32_ALWAYS("exitCode"), F_INT32("signal"),           F_TEXT("reason"),      F_TEXT("message"),
    F_TIME_ALWAYS("startedAt"), F_TIME_ALWAYS("finishedAt"), F_TEXT("containerID"), F_END,
};
static const struct schema terminated = {"ContainerStateTerminated", terminated_fields};
static const struct schema_field state_fields[] = {
    F_OBJECT("waiting", &waiting),
    F_OBJECT("running", &running),
    F_OBJECT("terminated", &terminated),
    F_END,
};
static const struct schema state = {"ContainerState", state_fields};
static const struct schema_field container_status_fields[] = {
    F_TEXT_ALWAYS("name"),
    F_OBJECT_ALWAYS("state", &state),
    F_OBJECT_ALWAYS("lastState", &state),
    F_BOOLEAN_ALWAYS("ready"),
    F_INT32_ALWAYS("restartCount"),
    F_TEXT_ALWAYS("image"),
    F_TEXT_ALWAYS("imageID"),
    F_TEXT("containerID"),
    F_BOOLEAN_SET("started"),
    F_QUANTITIES("allocatedResources"),
    F_OBJECT("resources", &resources),
    F_ANY("volumeMounts"),
    F_ANY("user"),
    F_ANY("allocatedResourcesStatus"),
    F_TEXT_SET("stopSignal"),
    F_END,
};
static const struct schema container_status = {"ContainerStatus", container_status_fields};
static const struct schema_field pod_address_fields[] = {F_TEXT_ALWAYS("ip"), F_END};
static const struct schema pod_address = {"PodIP", pod_address_fields};

static const struct schema_field pod_status_fields[] = {
    F_INT64("observedGeneration"),
    F_TEXT("phase"),
    F_LIST("conditions", &pod_condition, "type"),
    F_TEXT("message"),
    F_TEXT("reason"),
    F_TEXT("nominatedNodeName"),
    F_TEXT("hostIP"),
    F_LIST("hostIPs", &pod_address, NULL),
    F_TEXT("podIP"),
    F_LIST("podIPs", &pod_address, "ip"),
    F_TIME("startTime"),
    F_LIST("initContainerStatuses", &container_status, NULL),
    F_LIST("containerStatuses", &container_status, NULL),
    F_TEXT("qosClass"),
    F_ANY("ephemeralContainerStatuses"),
    F_TEXT("resize"),
    F_ANY("resourceClaimStatuses"),
    F_ANY("extendedResourceClaimStatus"),
    F_QUANTITIES("allocatedResources"),
    F_OBJECT("resources", &resources),
    F_END,
};
static const struct schema pod_status = {"PodStatus", pod_status_fields};
static const struct schema_field pod_fields[] = {
    F_OBJECT_ALWAYS("metadata", &schema_object_meta),
    F_OBJECT_ALWAYS("spec", &pod_spec),
    F_OBJECT_ALWAYS("status", &pod_status),
    F_END,
};
const struct schema schema_pod = {"Pod", pod_fields};
