#include "cluster/kubelet/service_links.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

/* "my-app" -> "MY_APP"; the caller frees it. */
static char *variable_name(const char *name)
{
    char *variable = memory_copy_text(name);
    for (char *at = variable; *at != '\0'; at++)
        *at = *at == '-' ? '_' : (char)toupper((unsigned char)*at);
    return variable;
}

static void set(struct environment *environment, char *name_take, const char *value)
{
    AUTO_FREE char *name = name_take;
    environment_set(environment, name, value);
}

static void add_port(struct environment *environment, const char *name, const char *host, const cJSON *port, bool first)
{
    const char *protocol = json_text(json_get(port, "protocol"), "TCP");
    const char *port_name = json_text(json_get(port, "name"), "");
    char number[16];
    char scheme[16];
    (void)snprintf(number, sizeof number, "%d", (int)(json_integer(json_get(port, "port"), 0) & 0xffff));
    (void)snprintf(scheme, sizeof scheme, "%s", protocol);
    for (char *at = scheme; *at != '\0'; at++)
        *at = (char)tolower((unsigned char)*at);
    AUTO_FREE char *url = memory_format("%s://%s:%s", scheme, host, number);
    AUTO_FREE char *port_variable = variable_name(port_name);
    if (first) {
        set(environment, memory_format("%s_SERVICE_PORT", name), number);
        set(environment, memory_format("%s_PORT", name), url);
    }
    if (port_name[0] != '\0')
        set(environment, memory_format("%s_SERVICE_PORT_%s", name, port_variable), number);
    set(environment, memory_format("%s_PORT_%s_%s", name, number, protocol), url);
    set(environment, memory_format("%s_PORT_%s_%s_PROTO", name, number, protocol), scheme);
    set(environment, memory_format("%s_PORT_%s_%s_PORT", name, number, protocol), number);
    set(environment, memory_format("%s_PORT_%s_%s_ADDR", name, number, protocol), host);
}

void service_links_add(struct environment *environment, const cJSON *service)
{
    const char *host = json_text(json_get(service, "spec", "clusterIP"), "");
    AUTO_FREE char *name = variable_name(json_text(json_get(service, "metadata", "name"), ""));
    if (host[0] == '\0' || strcmp(host, "None") == 0)
        return;
    set(environment, memory_format("%s_SERVICE_HOST", name), host);
    bool first = true;
    const cJSON *port;
    cJSON_ArrayForEach (port, json_get(service, "spec", "ports")) {
        add_port(environment, name, host, port, first);
        first = false;
    }
}
