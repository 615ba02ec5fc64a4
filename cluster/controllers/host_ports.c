#include "cluster/controllers/host_ports.h"

#include <string.h>

static const char *address_of(const cJSON *port)
{
    const char *address = json_text(json_get(port, "hostIP"), "");
    return address[0] != '\0' ? address : "0.0.0.0";
}

static bool ports_conflict(const cJSON *left, const cJSON *right)
{
    const char *left_address = address_of(left), *right_address = address_of(right);
    if (json_integer(json_get(left, "hostPort"), 0) != json_integer(json_get(right, "hostPort"), 0) ||
        strcmp(json_text(json_get(left, "protocol"), "TCP"), json_text(json_get(right, "protocol"), "TCP")) != 0)
        return false;
    return strcmp(left_address, right_address) == 0 || strcmp(left_address, "0.0.0.0") == 0 ||
           strcmp(right_address, "0.0.0.0") == 0;
}

static bool port_is_taken(const cJSON *port, const cJSON *pod)
{
    const cJSON *container = NULL;
    cJSON_ArrayForEach (container, json_get(pod, "spec", "containers")) {
        const cJSON *other = NULL;
        cJSON_ArrayForEach (other, json_get(container, "ports")) {
            if (ports_conflict(port, other))
                return true;
        }
    }
    return false;
}

bool host_ports_conflict(const cJSON *pod, const cJSON *other)
{
    const cJSON *container = NULL;
    cJSON_ArrayForEach (container, json_get(pod, "spec", "containers")) {
        const cJSON *port = NULL;
        cJSON_ArrayForEach (port, json_get(container, "ports")) {
            if (json_integer(json_get(port, "hostPort"), 0) > 0 && port_is_taken(port, other))
                return true;
        }
    }
    return false;
}
