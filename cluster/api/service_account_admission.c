#include "cluster/api/service_account_admission.h"

#include <string.h>

#include "cluster/api/registry_internal.h"
#include "common/clock.h"

#define TOKEN_FOLDER "/var/run/secrets/kubernetes.io/serviceaccount"
#define TOKEN_SECONDS 3607 /* as kube-apiserver asks for: an hour and a sign that it was not people who did */
#define DEFAULT_ACCOUNT "default"
#define AWAIT_LONGEST (2 * NANOSECONDS_PER_SECOND)
#define AWAIT_STEP (20 * NANOSECONDS_PER_MILLISECOND)

static bool exists(struct store *store, enum resource_id resource, const char *namespace, const char *name)
{
    AUTO_OBJECT struct object *object = store_get(store, resource, namespace, name);
    return object != NULL;
}

void service_account_await(struct registry *registry, const char *namespace)
{
    int64_t until = clock_monotonic() + AWAIT_LONGEST;
    if (!registry->needs_service_accounts || !exists(registry->store, RESOURCE_NAMESPACES, "", namespace))
        return;
    while (!exists(registry->store, RESOURCE_SERVICEACCOUNTS, namespace, DEFAULT_ACCOUNT) && clock_monotonic() < until)
        clock_sleep_until(clock_monotonic() + AWAIT_STEP);
}

static bool wants_token(const cJSON *pod, const cJSON *account)
{
    return json_boolean(json_get(pod, "spec", "automountServiceAccountToken"),
                        json_boolean(json_get(account, "automountServiceAccountToken"), true));
}

static bool has_mount(const cJSON *container)
{
    const cJSON *mount = NULL;
    cJSON_ArrayForEach (mount, json_get(container, "volumeMounts")) {
        if (strcmp(json_text(json_get(mount, "mountPath"), ""), TOKEN_FOLDER) == 0)
            return true;
    }
    return false;
}

/* Mounts the volume where nothing is mounted yet; true when it did. */
static bool mount_in_containers(cJSON *containers, const char *volume)
{
    bool mounted = false;
    cJSON *container = NULL;
    cJSON_ArrayForEach (container, containers) {
        if (has_mount(container))
            continue;
        cJSON *mount = cJSON_CreateObject();
        json_set_text(mount, "name", volume);
        json_set_boolean(mount, "readOnly", true);
        json_set_text(mount, "mountPath", TOKEN_FOLDER);
        cJSON_AddItemToArray(json_array_at(container, "volumeMounts"), mount);
        mounted = true;
    }
    return mounted;
}

static cJSON *token_volume(const char *name)
{
    AUTO_FREE char *text =
        memory_format("{\"name\":\"%s\",\"projected\":{\"sources\":["
                      "{\"serviceAccountToken\":{\"expirationSeconds\":%d,\"path\":\"token\"}},"
                      "{\"configMap\":{\"name\":\"kube-root-ca.crt\",\"items\":[{\"key\":\"ca.crt\",\"path\":\"ca.crt\"}]}},"
                      "{\"downwardAPI\":{\"items\":[{\"path\":\"namespace\",\"fieldRef\":{\"apiVersion\":\"v1\","
                      "\"fieldPath\":\"metadata.namespace\"}}]}}]}}",
                      name, TOKEN_SECONDS);
    return json_parse(text, strlen(text), NULL);
}

static void add_token(cJSON *spec)
{
    AUTO_FREE char *name = metadata_generate_name("kube-api-access-");
    bool mounted = mount_in_containers(json_get(spec, "initContainers"), name);
    mounted = mount_in_containers(json_get(spec, "containers"), name) || mounted;
    if (mounted)
        cJSON_AddItemToArray(json_array_at(spec, "volumes"), token_volume(name));
}

int service_account_admit(struct registry *registry, cJSON *pod, struct status *status)
{
    cJSON *spec = json_object_at(pod, "spec");
    const char *namespace = json_text(json_get(pod, "metadata", "namespace"), "");
    const char *name = json_text(json_get(spec, "serviceAccountName"), DEFAULT_ACCOUNT);
    AUTO_OBJECT struct object *account = store_get(registry->store, RESOURCE_SERVICEACCOUNTS, namespace, name);
    if (account == NULL) {
        AUTO_FREE char *why =
            memory_format("error looking up service account %s/%s: serviceaccount \"%s\" not found", namespace, name, name);
        return fail_forbidden(status, resource_by_id(RESOURCE_PODS), json_text(json_get(pod, "metadata", "name"), ""), why);
    }
    const cJSON *secrets = json_get(object_tree(account), "imagePullSecrets");
    if (json_get(spec, "imagePullSecrets") == NULL && secrets != NULL)
        json_set(spec, "imagePullSecrets", json_copy(secrets));
    if (wants_token(pod, object_tree(account)))
        add_token(spec);
    return 0;
}
