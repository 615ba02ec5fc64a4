#include "driver/load/proxy.h"

#include <arpa/inet.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "common/memory.h"

#define LOOPBACK_NETWORK 127u

static const char *variable(const char *name, const char *small_name)
{
    const char *value = getenv(name);
    if (value == NULL || value[0] == '\0')
        value = getenv(small_name);
    return value == NULL || value[0] == '\0' ? NULL : value;
}

/* Whether text is an IPv4 address; *address: in the machine's order. */
static bool read_address(const char *text, uint32_t *address)
{
    struct in_addr parsed;
    if (inet_pton(AF_INET, text, &parsed) != 1)
        return false;
    *address = ntohl(parsed.s_addr);
    return true;
}

static bool is_this_machine(const char *host)
{
    uint32_t address = 0;
    return strcasecmp(host, "localhost") == 0 || (read_address(host, &address) && address >> 24 == LOOPBACK_NETWORK);
}

/* "10.0.0.0/8" */
static bool is_in_range(const char *range, const char *host)
{
    const char *slash = strchr(range, '/');
    uint32_t first = 0;
    uint32_t address = 0;
    AUTO_FREE char *network = memory_copy_bytes(range, (size_t)(slash - range));
    char *end = NULL;
    unsigned long bits = strtoul(slash + 1, &end, 10);
    if (!read_address(network, &first) || !read_address(host, &address) || end == slash + 1 || *end != '\0' || bits > 32)
        return false;
    uint32_t mask = bits == 0 ? 0 : UINT32_MAX << (32 - bits);
    return (first & mask) == (address & mask);
}

/* One entry of NO_PROXY. */
static bool names(char *entry, const struct url_template *url)
{
    char *colon = strrchr(entry, ':');
    if (strchr(entry, '/') != NULL)
        return is_in_range(entry, url->host);
    if (colon != NULL) {
        char port[8];
        (void)snprintf(port, sizeof port, "%u", url->port);
        if (strcmp(colon + 1, port) != 0)
            return false;
        *colon = '\0';
    }
    size_t length = strlen(entry);
    size_t host_length = strlen(url->host);
    if (entry[0] != '.' && strcasecmp(entry, url->host) == 0)
        return true;
    if (length == 0 || host_length <= length || strcasecmp(url->host + host_length - length, entry) != 0)
        return false;
    return entry[0] == '.' || url->host[host_length - length - 1] == '.';
}

static bool is_excluded(const struct url_template *url)
{
    const char *list = variable("NO_PROXY", "no_proxy");
    AUTO_FREE char *entries = memory_copy_text(list != NULL ? list : "");
    char *rest = entries;
    for (char *entry = NULL; (entry = strsep(&rest, ", \t")) != NULL;)
        if (strcmp(entry, "*") == 0 || names(entry, url))
            return true;
    return false;
}

char *proxy_of_environment(const struct url_template *url)
{
    const char *proxy = url->secure ? variable("HTTPS_PROXY", "https_proxy") : variable("HTTP_PROXY", "http_proxy");
    return proxy == NULL || is_this_machine(url->host) || is_excluded(url) ? NULL : memory_copy_text(proxy);
}
