/* What a pod reads of the cluster's objects: ConfigMaps, Secrets, where the API server is, tokens of its account. */
#include <stdio.h>
#include <string.h>

#include "cluster/api/service_account_token.h"
#include "cluster/kubelet/pod.h"
#include "cluster/kubelet/volume.h"
#include "common/clock.h"

/* As the kubelet: a token is made anew after so much of its life, and at least once a day. */
#define RENEWAL_PERCENT 80
#define RENEWAL_LONGEST (24 * 3600 * NANOSECONDS_PER_SECOND)

static cJSON *read_object(const struct pod *pod, enum resource_id resource, const char *name)
{
    AUTO_OBJECT struct object *object = store_get(pod->kubelet->store, resource, pod->namespace, name);
    return object == NULL ? NULL : json_copy(object_tree(object));
}

static cJSON *read_config_map(void *context, const char *name)
{
    return read_object(context, RESOURCE_CONFIGMAPS, name);
}

static cJSON *read_secret(void *context, const char *name)
{
    return read_object(context, RESOURCE_SECRETS, name);
}

static cJSON *list_services(void *context)
{
    const struct pod *pod = context;
    struct object_list list;
    cJSON *services = cJSON_CreateArray();
    store_list(pod->kubelet->store, RESOURCE_SERVICES, pod->namespace, &list);
    for (size_t index = 0; index < list.count; index++)
        cJSON_AddItemToArray(services, json_copy(object_tree(list.objects[index])));
    object_list_release(&list);
    return services;
}

static char *make_token(void *context, const cJSON *projection, struct error *error)
{
    const struct pod *pod = context;
    const struct kubelet *kubelet = pod->kubelet;
    const char *audience = json_text(json_get(projection, "audience"), "");
    AUTO_JSON cJSON *audiences = cJSON_CreateArray();
    AUTO_STATUS struct status status = {0};
    if (audience[0] != '\0')
        cJSON_AddItemToArray(audiences, cJSON_CreateString(audience));
    if (kubelet->options.credentials == NULL) {
        (void)error_set(error, "this node has no key for tokens");
        return NULL;
    }
    const struct token_request wanted = {
        .namespace = pod->namespace,
        .account = json_text(json_get(object_tree(pod->object), "spec", "serviceAccountName"), "default"),
        .pod = pod->latest,
        .audiences = audiences,
        .seconds = json_integer(json_get(projection, "expirationSeconds"), TOKEN_SECONDS_DEFAULT)};
    char *token =
        service_account_token_issue(kubelet->options.credentials->account_key, kubelet->store, &wanted, clock_wall(), &status);
    if (token == NULL)
        (void)error_set(error, "%s", status_message(&status));
    return token;
}

static char *find_claim(void *context, const char *claim, struct error *error)
{
    const struct pod *pod = context;
    return volume_folder_of_claim(pod->kubelet->store, pod->kubelet->options.root_folder, pod->namespace, claim, error);
}

/* The Service default/kubernetes tells every pod where the API server is. */
static void find_server(struct pod *pod)
{
    AUTO_OBJECT struct object *service = store_get(pod->kubelet->store, RESOURCE_SERVICES, "default", "kubernetes");
    const cJSON *spec = service != NULL ? json_get(object_tree(service), "spec") : NULL;
    const cJSON *port = cJSON_GetArrayItem(json_get(spec, "ports"), 0);
    if (port == NULL)
        return;
    snprintf(pod->server_host, sizeof pod->server_host, "%s", json_text(json_get(spec, "clusterIP"), ""));
    snprintf(pod->server_port, sizeof pod->server_port, "%d", (int)(json_integer(json_get(port, "port"), 0) & 0xffff));
}

struct environment_source pod_environment_source(struct pod *pod, const cJSON *container)
{
    const struct kubelet *kubelet = pod->kubelet;
    if (pod->server_host[0] == '\0')
        find_server(pod);
    bool known = pod->server_host[0] != '\0';
    return (struct environment_source){.pod = object_tree(pod->latest),
                                       .container = container,
                                       .pod_address = pod->address,
                                       .host_address = pod->node->address,
                                       .server_host = known ? pod->server_host : NULL,
                                       .server_port = known ? pod->server_port : NULL,
                                       .node_millicores = kubelet->cpu_millicores,
                                       .node_bytes = kubelet->memory_bytes,
                                       .read_config_map = read_config_map,
                                       .read_secret = read_secret,
                                       .list_services = list_services,
                                       .context = pod};
}

struct volume_source pod_volume_source(struct pod *pod)
{
    return (struct volume_source){
        .objects = pod_environment_source(pod, NULL), .make_token = make_token, .find_claim = find_claim};
}

int64_t pod_token_renewal(const struct pod *pod)
{
    int64_t shortest = 0;
    const cJSON *volume = NULL;
    cJSON_ArrayForEach (volume, json_get(object_tree(pod->object), "spec", "volumes")) {
        int64_t seconds = volume_token_seconds(volume);
        if (seconds > 0 && (shortest == 0 || seconds < shortest))
            shortest = seconds;
    }
    if (shortest == 0)
        return MOMENT_NEVER;
    int64_t renewal = shortest * NANOSECONDS_PER_SECOND / 100 * RENEWAL_PERCENT;
    return renewal < RENEWAL_LONGEST ? renewal : RENEWAL_LONGEST;
}
