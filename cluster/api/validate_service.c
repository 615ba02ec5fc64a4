#include <arpa/inet.h>
#include <string.h>

#include "cluster/api/kind.h"
#include "cluster/api/names.h"

/* Ports are compared with each other; more than this is refused. */
#define PORTS_MAXIMUM 1000

static const char *text_of(const cJSON *service, const char *member)
{
    return json_text(json_get(service, "spec", member), "");
}

static void check_choice(const char *value, const char *const *supported, const struct field_path *path,
                         struct problems *problems)
{
    for (size_t i = 0; supported[i] != NULL; i++) {
        if (strcmp(value, supported[i]) == 0)
            return;
    }
    problem_not_supported(problems, path, value, supported);
}

static void check_name(const cJSON *ports, const cJSON *port, const struct field_path *path, struct problems *problems)
{
    const char *name = json_text(json_get(port, "name"), "");
    if (name[0] == '\0') {
        if (cJSON_GetArraySize(ports) > 1)
            problem_required(problems, path, "");
        return;
    }
    const char *problem = name_label_problem(name);
    if (problem != NULL)
        problem_invalid_text(problems, path, name, "%s", problem);
    for (const cJSON *before = ports->child; before != port; before = before->next) {
        if (strcmp(json_text(json_get(before, "name"), ""), name) == 0) {
            problem_duplicate(problems, path, name);
            return;
        }
    }
}

static void check_target(const cJSON *target, const struct field_path *path, struct problems *problems)
{
    if (cJSON_IsString(target)) {
        const char *problem = name_port_problem(target->valuestring);
        if (problem != NULL)
            problem_invalid(problems, path, target, "%s", problem);
        return;
    }
    int64_t number = json_integer(target, 0);
    if (number < 1 || number > 65535)
        problem_invalid_integer(problems, path, number, "must be between 1 and 65535, inclusive");
}

static bool same_port(const cJSON *left, const cJSON *right)
{
    return json_equal(json_get(left, "port"), json_get(right, "port")) &&
           json_equal(json_get(left, "protocol"), json_get(right, "protocol"));
}

static void check_repeated(const cJSON *ports, const cJSON *port, const struct field_path *path, struct problems *problems)
{
    for (const cJSON *before = ports->child; before != port; before = before->next) {
        if (!same_port(before, port))
            continue;
        AUTO_JSON cJSON *shown = cJSON_CreateObject();
        json_set(shown, "protocol", json_copy(json_get(port, "protocol")));
        json_set(shown, "port", json_copy(json_get(port, "port")));
        AUTO_FREE char *text = json_print(shown);
        problem_duplicate(problems, path, text);
        return;
    }
}

static void check_ports(const cJSON *ports, const struct field_path *path, struct problems *problems)
{
    static const char *const protocols[] = {"SCTP", "TCP", "UDP", NULL};
    int index = 0;
    const cJSON *port = NULL;
    if (cJSON_GetArraySize(ports) > PORTS_MAXIMUM) {
        problem_invalid_integer(problems, path, cJSON_GetArraySize(ports), "must have at most %d items", PORTS_MAXIMUM);
        return;
    }
    cJSON_ArrayForEach (port, ports) {
        const struct field_path *here = PATH_INDEX(path, index++);
        int64_t number = json_integer(json_get(port, "port"), 0);
        check_name(ports, port, PATH_CHILD(here, "name"), problems);
        if (number < 1 || number > 65535)
            problem_invalid_integer(problems, PATH_CHILD(here, "port"), number, "must be between 1 and 65535, inclusive");
        check_choice(json_text(json_get(port, "protocol"), ""), protocols, PATH_CHILD(here, "protocol"), problems);
        check_target(json_get(port, "targetPort"), PATH_CHILD(here, "targetPort"), problems);
        check_repeated(ports, port, here, problems);
    }
}

static void check_address(const cJSON *service, const struct field_path *path, struct problems *problems)
{
    const char *address = text_of(service, "clusterIP");
    struct in_addr parsed;
    if (address[0] == '\0' || strcmp(address, "None") == 0)
        return;
    const struct field_path *first = PATH_INDEX(PATH_CHILD(path, "clusterIPs"), 0);
    if (inet_pton(AF_INET, address, &parsed) != 1)
        problem_invalid_text(problems, first, address, "must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)");
    const cJSON *addresses = json_get(service, "spec", "clusterIPs");
    if (addresses != NULL && strcmp(json_text(addresses->child, ""), address) != 0)
        problem_invalid(problems, PATH_CHILD(path, "clusterIPs"), addresses, "first value must match `clusterIP`");
    if (cJSON_GetArraySize(addresses) > 1)
        problem_invalid(problems, PATH_CHILD(path, "clusterIPs"), addresses,
                        "may only hold one value: this cluster has IPv4 alone");
}

void service_validate(const cJSON *service, struct problems *problems)
{
    static const char *const types[] = {"ClusterIP", "ExternalName", "LoadBalancer", "NodePort", NULL};
    static const char *const affinities[] = {"ClientIP", "None", NULL};
    static const char *const policies[] = {"Cluster", "Local", NULL};
    const struct field_path *path = PATH_ROOT("spec");
    const cJSON *ports = json_get(service, "spec", "ports");
    bool external = strcmp(text_of(service, "type"), "ExternalName") == 0;
    bool headless = strcmp(text_of(service, "clusterIP"), "None") == 0;
    if (cJSON_GetArraySize(ports) == 0 && !headless && !external)
        problem_required(problems, PATH_CHILD(path, "ports"), "");
    if (external && text_of(service, "externalName")[0] == '\0')
        problem_required(problems, PATH_CHILD(path, "externalName"), "");
    check_ports(ports, PATH_CHILD(path, "ports"), problems);
    name_check_labels(problems, PATH_CHILD(path, "selector"), json_get(service, "spec", "selector"));
    check_choice(text_of(service, "sessionAffinity"), affinities, PATH_CHILD(path, "sessionAffinity"), problems);
    check_choice(text_of(service, "type"), types, PATH_CHILD(path, "type"), problems);
    check_address(service, path, problems);
    if (!external)
        check_choice(text_of(service, "internalTrafficPolicy"), policies, PATH_CHILD(path, "internalTrafficPolicy"), problems);
}

void service_validate_update(const cJSON *service, const cJSON *old, struct problems *problems)
{
    const char *address = text_of(service, "clusterIP");
    const char *before = text_of(old, "clusterIP");
    if (address[0] != '\0' && before[0] != '\0' && strcmp(address, before) != 0)
        problem_invalid(problems, PATH_INDEX(PATH_CHILD(PATH_ROOT("spec"), "clusterIPs"), 0),
                        json_get(service, "spec", "clusterIPs"), "may not change once set");
}
