#include <arpa/inet.h>
#include <stdint.h>
#include <string.h>

#include "cluster/api/problem.h"
#include "cluster/api/registry_internal.h"

/* 127.32.0.0/11, see addresses.h. */
#define SERVICE_NETWORK 0x7f200000u
#define SERVICE_MASK 0xffe00000u

static const char *cluster_address(const cJSON *service)
{
    return json_text(json_get(service, "spec", "clusterIP"), "");
}

static void set_cluster_address(cJSON *service, const char *address)
{
    cJSON *spec = json_object_at(service, "spec");
    cJSON *addresses = cJSON_CreateArray();
    cJSON_AddItemToArray(addresses, cJSON_CreateString(address));
    json_set(spec, "clusterIPs", addresses);
    json_set_text(spec, "clusterIP", address);
}

static bool is_used(struct registry *registry, const char *address)
{
    AUTO_OBJECT_LIST struct object_list services = {0};
    store_list(registry->store, RESOURCE_SERVICES, NULL, &services);
    for (size_t i = 0; i < services.count; i++) {
        if (strcmp(cluster_address(object_tree(services.objects[i])), address) == 0)
            return true;
    }
    return false;
}

static bool in_network(const char *address)
{
    struct in_addr parsed;
    return inet_pton(AF_INET, address, &parsed) == 1 && (ntohl(parsed.s_addr) & SERVICE_MASK) == SERVICE_NETWORK;
}

/* An address that the service names itself. */
static int take_given(struct registry *registry, const cJSON *service, const char *address, struct status *status)
{
    AUTO_PROBLEMS struct problems problems = {0};
    const struct field_path *path = PATH_CHILD(PATH_ROOT("spec"), "clusterIPs");
    if (!in_network(address))
        problem_invalid(
            &problems, path, json_get(service, "spec", "clusterIPs"),
            "failed to allocate IP %.64s: the provided IP (%.64s) is not in the valid range. The range of valid IPs is "
            "127.32.0.0/11",
            address, address);
    else if (is_used(registry, address))
        problem_invalid(&problems, path, json_get(service, "spec", "clusterIPs"),
                        "failed to allocate IP %.64s: provided IP is already allocated", address);
    return problems_to_status(&problems, resource_by_id(RESOURCE_SERVICES), json_text(json_get(service, "metadata", "name"), ""),
                              status);
}

static int take_free(struct registry *registry, cJSON *service, struct status *status)
{
    char address[ADDRESS_TEXT_SIZE];
    struct error error = ERROR_NONE;
    do {
        if (registry->slice == NULL || address_take_service(registry->slice, address, &error) < 0)
            return status_set(status, 500, "InternalError",
                              "Internal error occurred: failed to allocate a serviceIP: range is full");
    } while (is_used(registry, address));
    set_cluster_address(service, address);
    return 0;
}

int service_allocate(struct registry *registry, cJSON *service, const cJSON *old, struct status *status)
{
    const char *given = cluster_address(service);
    const char *before = old != NULL ? cluster_address(old) : "";
    if (strcmp(json_text(json_get(service, "spec", "type"), ""), "ExternalName") == 0) {
        if (old != NULL)
            service_return_address(registry, old);
        json_remove(json_object_at(service, "spec"), "clusterIP");
        json_remove(json_object_at(service, "spec"), "clusterIPs");
        return 0;
    }
    if (given[0] == '\0' && before[0] != '\0')
        given = before;
    if (given[0] == '\0')
        return take_free(registry, service, status);
    if (strcmp(given, "None") != 0 && strcmp(given, before) != 0 && take_given(registry, service, given, status) < 0)
        return -1;
    AUTO_FREE char *address = memory_copy_text(given);
    set_cluster_address(service, address);
    return 0;
}

void service_return_address(struct registry *registry, const cJSON *service)
{
    const char *address = cluster_address(service);
    if (registry->slice == NULL || address[0] == '\0' || strcmp(address, "None") == 0 ||
        strcmp(address, address_of_server(registry->slice)) == 0)
        return;
    address_return_service(registry->slice, address);
}
