#include "driver/fleet/objects.h"

#include <stdlib.h>
#include <string.h>

#include "common/base64.h"
#include "common/clock.h"
#include "common/memory.h"
#include "common/version.h"

#define IMAGE "hpalab:" HPALAB_VERSION
#define TOKEN_KEY "token"
#define DEFAULT_CPU "100m"
#define DEFAULT_MEMORY "64Mi"
#define ORDINARY_USER 65532 /* of images without users, as it is usual */

static cJSON *new_object(const char *api_version, const char *kind, const struct fleet_identity *identity)
{
    cJSON *object = cJSON_CreateObject();
    json_set_text(object, "apiVersion", api_version);
    json_set_text(object, "kind", kind);
    cJSON *metadata = json_object_at(object, "metadata");
    json_set_text(metadata, "name", identity->name);
    cJSON *labels = json_object_at(metadata, "labels");
    json_set_text(labels, "app.kubernetes.io/name", "hpalab-generator");
    json_set_text(labels, "app.kubernetes.io/part-of", "hpalab");
    json_set_text(labels, "app.kubernetes.io/managed-by", "hpalab");
    json_set_text(labels, FLEET_COMPONENT_LABEL, FLEET_COMPONENT);
    json_set_text(labels, FLEET_LESSON_LABEL, identity->lesson);
    json_set_text(labels, FLEET_RUN_LABEL, identity->run);
    json_set_text(labels, FLEET_LABEL, identity->fleet);
    return object;
}

/* Members of `from` that are not there yet. */
static void add_missing(cJSON *to, const cJSON *from)
{
    const cJSON *member = NULL;
    cJSON_ArrayForEach (member, from)
        if (json_get(to, member->string) == NULL)
            json_set(to, member->string, json_copy(member));
}

static void set_copy(cJSON *object, const char *key, const cJSON *tree)
{
    if (tree != NULL)
        json_set(object, key, json_copy(tree));
}

static void set_optional(cJSON *object, const char *key, const char *text)
{
    if (text != NULL)
        json_set_text(object, key, text);
}

static cJSON *add_entry(cJSON *list, const char *name)
{
    cJSON *entry = cJSON_CreateObject();
    json_set_text(entry, "name", name);
    (void)cJSON_AddItemToArray(list, entry);
    return entry;
}

static void set_environment(cJSON *container, const struct fleet_identity *identity, const struct fleet_spec *spec)
{
    cJSON *list = json_array_at(container, "env");
    cJSON *address = json_object_at(json_object_at(add_entry(list, "HPALAB_POD_IP"), "valueFrom"), "fieldRef");
    json_set_text(address, "fieldPath", "status.podIP");
    cJSON *token = json_object_at(json_object_at(add_entry(list, "HPALAB_GENERATOR_TOKEN"), "valueFrom"), "secretKeyRef");
    json_set_text(token, "name", identity->name);
    json_set_text(token, "key", TOKEN_KEY);
    const cJSON *entry = NULL;
    cJSON_ArrayForEach (entry, spec->env)
        (void)cJSON_AddItemToArray(list, json_copy(entry));
}

/* What is not told is requested all the same: a pod without requests is the first to be evicted, and no HPA can scale it. What
 * only has a limit is requested by the API. */
static void set_resources(cJSON *container, const struct fleet_spec *spec)
{
    static const char *const defaults[][2] = {{"cpu", DEFAULT_CPU}, {"memory", DEFAULT_MEMORY}};
    set_copy(container, "resources", spec->resources);
    cJSON *resources = json_object_at(container, "resources");
    cJSON *requests = json_object_at(resources, "requests");
    for (size_t i = 0; i < sizeof defaults / sizeof defaults[0]; i++)
        if (json_get(requests, defaults[i][0]) == NULL && json_get(resources, "limits", defaults[i][0]) == NULL)
            json_set_text(requests, defaults[i][0], defaults[i][1]);
}

static void restrict_container(cJSON *container)
{
    cJSON *context = json_object_at(container, "securityContext");
    json_set_boolean(context, "allowPrivilegeEscalation", false);
    json_set_boolean(context, "readOnlyRootFilesystem", true);
    (void)cJSON_AddItemToArray(json_array_at(json_object_at(context, "capabilities"), "drop"), cJSON_CreateString("ALL"));
}

static void restrict_pod(cJSON *pod)
{
    cJSON *context = json_object_at(pod, "securityContext");
    json_set_boolean(context, "runAsNonRoot", true);
    json_set_integer(context, "runAsUser", ORDINARY_USER);
    json_set_text(json_object_at(context, "seccompProfile"), "type", "RuntimeDefault");
    json_set_boolean(pod, "automountServiceAccountToken", false);
}

static void set_command(cJSON *container, uint16_t port)
{
    AUTO_FREE char *listen = memory_format("$(HPALAB_POD_IP):%u", port);
    const char *const words[] = {"hpalab", "generator", "--listen", listen};
    json_set(container, "command", cJSON_CreateStringArray(words, sizeof words / sizeof words[0]));
}

static cJSON *new_container(const struct fleet_identity *identity, const struct fleet_spec *spec)
{
    cJSON *container = cJSON_CreateObject();
    json_set_text(container, "name", "generator");
    json_set_text(container, "image", spec->image != NULL ? spec->image : IMAGE);
    json_set_text(container, "imagePullPolicy", spec->pull_policy != NULL ? spec->pull_policy : "IfNotPresent");
    json_set_text(container, "terminationMessagePolicy", "FallbackToLogsOnError");
    set_command(container, spec->port);
    cJSON *port = add_entry(json_array_at(container, "ports"), FLEET_CONTROL_PORT);
    json_set_integer(port, "containerPort", spec->port);
    set_environment(container, identity, spec);
    set_resources(container, spec);
    cJSON *probe = json_object_at(container, "readinessProbe");
    json_set_text(json_object_at(probe, "httpGet"), "path", "/healthz");
    json_set_text(json_object_at(probe, "httpGet"), "port", FLEET_CONTROL_PORT);
    json_set_integer(probe, "periodSeconds", 1);
    json_set_integer(probe, "timeoutSeconds", 1);
    restrict_container(container);
    return container;
}

/* No two generators of the fleet on one node, beside what the lesson says of affinity. */
static void separate_pods(cJSON *pod, const struct fleet_identity *identity)
{
    cJSON *term = cJSON_CreateObject();
    cJSON *labels = json_object_at(json_object_at(term, "labelSelector"), "matchLabels");
    json_set_text(labels, FLEET_LABEL, identity->fleet);
    json_set_text(labels, FLEET_COMPONENT_LABEL, FLEET_COMPONENT);
    json_set_text(term, "topologyKey", "kubernetes.io/hostname");
    cJSON *anti_affinity = json_object_at(json_object_at(pod, "affinity"), "podAntiAffinity");
    (void)cJSON_AddItemToArray(json_array_at(anti_affinity, "requiredDuringSchedulingIgnoredDuringExecution"), term);
}

/* A Prometheus without the operator finds its targets by these. */
static cJSON *scrape_annotations(uint16_t port)
{
    AUTO_FREE char *number = memory_format("%u", port);
    cJSON *annotations = cJSON_CreateObject();
    json_set_text(annotations, "prometheus.io/scrape", "true");
    json_set_text(annotations, "prometheus.io/port", number);
    json_set_text(annotations, "prometheus.io/path", "/metrics");
    return annotations;
}

static void set_template(cJSON *template, const cJSON *own_labels, const struct fleet_identity *identity,
                         const struct fleet_spec *spec)
{
    cJSON *metadata = json_object_at(template, "metadata");
    json_set(metadata, "labels", json_copy(own_labels));
    add_missing(json_get(metadata, "labels"), spec->labels);
    set_copy(metadata, "annotations", spec->annotations);
    AUTO_JSON cJSON *scraping = scrape_annotations(spec->port);
    add_missing(json_object_at(metadata, "annotations"), scraping);
    cJSON *pod = json_object_at(template, "spec");
    (void)cJSON_AddItemToArray(json_array_at(pod, "containers"), new_container(identity, spec));
    json_set_text(pod, "restartPolicy", spec->kind == FLEET_JOB ? "Never" : "Always");
    set_copy(pod, "nodeSelector", spec->node_selector);
    set_copy(pod, "affinity", spec->affinity);
    set_copy(pod, "tolerations", spec->tolerations);
    set_copy(pod, "topologySpreadConstraints", spec->spread);
    set_optional(pod, "priorityClassName", spec->priority_class);
    set_optional(pod, "serviceAccountName", spec->service_account);
    if (spec->separate)
        separate_pods(pod, identity);
    restrict_pod(pod);
}

static int64_t whole_seconds(int64_t nanoseconds)
{
    return (nanoseconds + NANOSECONDS_PER_SECOND - 1) / NANOSECONDS_PER_SECOND;
}

/* A generator that is lost is lost, and the others go on: each index has one try. */
static void set_job(cJSON *job, const struct fleet_identity *identity, const struct fleet_spec *spec)
{
    cJSON *settings = json_object_at(job, "spec");
    json_set_boolean(settings, "suspend", true);
    json_set_text(settings, "completionMode", "Indexed");
    json_set_integer(settings, "completions", spec->parallelism);
    json_set_integer(settings, "parallelism", spec->parallelism);
    json_set_integer(settings, "backoffLimitPerIndex", 0);
    json_set_integer(settings, "activeDeadlineSeconds", whole_seconds(identity->deadline));
    json_set_integer(settings, "ttlSecondsAfterFinished", whole_seconds(spec->ttl));
}

static void set_deployment(cJSON *deployment, const struct fleet_identity *identity)
{
    cJSON *settings = json_object_at(deployment, "spec");
    cJSON *labels = json_object_at(json_object_at(settings, "selector"), "matchLabels");
    json_set_integer(settings, "replicas", 0);
    json_set_text(labels, FLEET_LABEL, identity->fleet);
    json_set_text(labels, FLEET_COMPONENT_LABEL, FLEET_COMPONENT);
}

cJSON *objects_workload(const struct fleet_identity *identity, const struct fleet_spec *spec)
{
    bool is_job = spec->kind == FLEET_JOB;
    cJSON *object = new_object(is_job ? "batch/v1" : "apps/v1", is_job ? "Job" : "Deployment", identity);
    if (is_job)
        set_job(object, identity, spec);
    else
        set_deployment(object, identity);
    set_template(json_object_at(json_get(object, "spec"), "template"), json_get(object, "metadata", "labels"), identity, spec);
    return object;
}

cJSON *objects_secret(const struct fleet_identity *identity, const cJSON *owner, const char *token)
{
    cJSON *secret = new_object("v1", "Secret", identity);
    cJSON *reference = cJSON_CreateObject();
    json_set_text(reference, "apiVersion", json_text(json_get(owner, "apiVersion"), ""));
    json_set_text(reference, "kind", json_text(json_get(owner, "kind"), ""));
    json_set_text(reference, "name", json_text(json_get(owner, "metadata", "name"), ""));
    json_set_text(reference, "uid", json_text(json_get(owner, "metadata", "uid"), ""));
    (void)cJSON_AddItemToArray(json_array_at(json_get(secret, "metadata"), "ownerReferences"), reference);
    AUTO_FREE char *encoded = base64_encode(token, strlen(token));
    json_set_text(secret, "type", "Opaque");
    json_set_boolean(secret, "immutable", true);
    json_set_text(json_object_at(secret, "data"), TOKEN_KEY, encoded);
    return secret;
}

cJSON *objects_release(const struct fleet_spec *spec)
{
    cJSON *patch = cJSON_CreateObject();
    cJSON *settings = json_object_at(patch, "spec");
    if (spec->kind == FLEET_JOB)
        json_set_boolean(settings, "suspend", false);
    else
        json_set_integer(settings, "replicas", spec->parallelism);
    return patch;
}
