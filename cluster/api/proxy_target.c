#include "cluster/api/proxy_target.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

#include "common/json.h"
#include "common/memory.h"
#include "common/random.h"

#define SERVICE_LABEL "kubernetes.io/service-name"

/* [SCHEME:]NAME[:PORT] taken apart. */
struct parts {
    char *scheme;
    char *name;
    char *port; /* "" = not given */
};

static void parts_release(struct parts *parts)
{
    free(parts->scheme);
    free(parts->name);
    free(parts->port);
}

static int read_parts(const char *id, struct parts *parts)
{
    const char *first = strchr(id, ':');
    const char *second = first != NULL ? strchr(first + 1, ':') : NULL;
    const char *name = second != NULL ? first + 1 : id;
    const char *port = second != NULL ? second : first;
    parts->scheme = second != NULL ? memory_copy_bytes(id, (size_t)(first - id)) : memory_copy_text("http");
    parts->name = port != NULL ? memory_copy_bytes(name, (size_t)(port - name)) : memory_copy_text(name);
    parts->port = memory_copy_text(port != NULL ? port + 1 : "");
    const bool known = strcmp(parts->scheme, "http") == 0 || strcmp(parts->scheme, "https") == 0;
    return known && parts->name[0] != '\0' && strchr(parts->port, ':') == NULL ? 0 : -1;
}

void proxy_target_release(struct proxy_target *target)
{
    free(target->scheme);
    free(target->host);
    free(target->port);
    *target = (struct proxy_target){0};
}

/* Pods listen on loopback; no other address is asked, whatever somebody wrote into a status. */
static bool is_allowed(const char *address)
{
    struct in_addr parsed;
    return inet_pton(AF_INET, address, &parsed) == 1 && ntohl(parsed.s_addr) >> 24 == 127;
}

static bool is_number(const char *text)
{
    return text[0] != '\0' && text[strspn(text, "0123456789")] == '\0' && strlen(text) < 10;
}

/* scheme and port are taken. */
static int set_target(struct proxy_target *target, const char *host, char *scheme, char *port, struct status *status)
{
    *target = (struct proxy_target){.scheme = scheme, .host = memory_copy_text(host), .port = port};
    if (!is_allowed(host))
        return status_set(status, 400, "BadRequest", "address not allowed");
    if (port[0] == '\0') {
        free(target->port);
        target->port = memory_copy_text(strcmp(scheme, "https") == 0 ? "443" : "80");
    }
    if (!is_number(target->port))
        return status_set(status, 503, "ServiceUnavailable",
                          "error trying to reach service: dial tcp: lookup tcp/%.63s: unknown port", target->port);
    if (strtol(target->port, NULL, 10) > 65535)
        return status_set(status, 503, "ServiceUnavailable",
                          "error trying to reach service: dial tcp: address %.63s: invalid port", target->port);
    return 0;
}

static int not_found(const char *kind, const char *name, struct status *status)
{
    (void)status_set(status, 404, "NotFound", "%s \"%.253s\" not found", kind, name);
    status_set_details(status, name, "", kind);
    return -1;
}

/* "" when there is none. The caller frees it. */
static char *first_container_port(const cJSON *pod)
{
    const cJSON *container;
    cJSON_ArrayForEach (container, json_get(pod, "spec", "containers")) {
        const cJSON *port = cJSON_GetArrayItem(json_get(container, "ports"), 0);
        if (port != NULL)
            return memory_format("%lld", (long long)json_integer(json_get(port, "containerPort"), 0));
    }
    return memory_copy_text("");
}

int proxy_target_of_pod(struct store *store, const char *namespace, const char *id, struct proxy_target *target,
                        struct status *status)
{
    CLEANUP(parts_release) struct parts parts = {0};
    if (read_parts(id, &parts) != 0)
        return status_set(status, 400, "BadRequest", "invalid pod request \"%.253s\"", id);
    AUTO_OBJECT struct object *pod = store_get(store, RESOURCE_PODS, namespace, parts.name);
    if (pod == NULL)
        return not_found("pods", parts.name, status);
    char *port = parts.port[0] != '\0' ? steal_pointer(&parts.port) : first_container_port(object_tree(pod));
    const char *host = json_text(json_get(object_tree(pod), "status", "podIP"), "");
    return set_target(target, host, steal_pointer(&parts.scheme), port, status);
}

/* ---- Services ---- */

/* The name of the port that is meant; NULL when the Service has none of that number. It belongs to the Service or to port. */
static const char *service_port_name(const cJSON *service, const char *port)
{
    const cJSON *candidate;
    if (!is_number(port))
        return port;
    cJSON_ArrayForEach (candidate, json_get(service, "spec", "ports")) {
        if (json_integer(json_get(candidate, "port"), 0) == strtol(port, NULL, 10))
            return json_text(json_get(candidate, "name"), "");
    }
    return NULL;
}

static int64_t slice_port(const cJSON *slice, const char *name)
{
    const cJSON *port;
    cJSON_ArrayForEach (port, json_get(slice, "ports")) {
        if (strcmp(json_text(json_get(port, "name"), ""), name) == 0)
            return json_integer(json_get(port, "port"), 0);
    }
    return 0;
}

/* One endpoint of a Service, each as likely as the others. */
struct choice {
    const char *service;
    const char *port_name;
    uint32_t seen;
    char *host;
    int64_t port;
};

static void consider_slice(struct choice *choice, const struct object *slice)
{
    const cJSON *tree = object_tree(slice);
    const int64_t port = slice_port(tree, choice->port_name);
    const cJSON *endpoint;
    if (port == 0 || strcmp(json_text(json_get(tree, "metadata", "labels", SERVICE_LABEL), ""), choice->service) != 0)
        return;
    cJSON_ArrayForEach (endpoint, json_get(tree, "endpoints")) {
        const cJSON *address = cJSON_GetArrayItem(json_get(endpoint, "addresses"), 0);
        uint32_t lot;
        if (address == NULL || cJSON_IsFalse(json_get(endpoint, "conditions", "ready")))
            continue;
        random_fill(&lot, sizeof lot);
        if (lot % ++choice->seen != 0)
            continue;
        free(choice->host);
        choice->host = memory_copy_text(json_text(address, ""));
        choice->port = port;
    }
}

int proxy_target_of_service(struct store *store, const char *namespace, const char *id, struct proxy_target *target,
                            struct status *status)
{
    CLEANUP(parts_release) struct parts parts = {0};
    if (read_parts(id, &parts) != 0)
        return status_set(status, 400, "BadRequest", "invalid service request \"%.253s\"", id);
    AUTO_OBJECT struct object *service = store_get(store, RESOURCE_SERVICES, namespace, parts.name);
    if (service == NULL)
        return not_found("services", parts.name, status);
    struct choice choice = {.service = parts.name, .port_name = service_port_name(object_tree(service), parts.port)};
    if (choice.port_name == NULL)
        return status_set(status, 503, "ServiceUnavailable", "no service port %s found for service \"%s\"", parts.port,
                          parts.name);
    AUTO_OBJECT_LIST struct object_list slices = {0};
    store_list(store, RESOURCE_ENDPOINTSLICES, namespace, &slices);
    for (size_t i = 0; i < slices.count; i++)
        consider_slice(&choice, slices.objects[i]);
    AUTO_FREE char *host = choice.host;
    if (host == NULL)
        return status_set(status, 503, "ServiceUnavailable", "no endpoints available for service \"%s\"", parts.name);
    return set_target(target, host, steal_pointer(&parts.scheme), memory_format("%lld", (long long)choice.port), status);
}
