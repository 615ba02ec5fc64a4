#include "cluster/metrics/scrape_target.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

#define LONGEST_PATH 1024

static const char *annotation_of(const cJSON *pod, const char *key)
{
    return json_text(json_get(pod, "metadata", "annotations", key), "");
}

/* 0 when there is none, -1 when the annotation is no port. */
static int64_t port_of(const cJSON *pod)
{
    const char *text = annotation_of(pod, "prometheus.io/port");
    if (text[0] != '\0') {
        char *end = NULL;
        const long port = strtol(text, &end, 10);
        return *end == '\0' && port > 0 && port <= 65535 ? port : -1;
    }
    const cJSON *container;
    cJSON_ArrayForEach (container, json_get(pod, "spec", "containers")) {
        const cJSON *port = cJSON_GetArrayItem(json_get(container, "ports"), 0);
        if (port != NULL)
            return json_integer(json_get(port, "containerPort"), 0);
    }
    return 0;
}

static bool is_plain_path(const char *path)
{
    size_t length = 0;
    for (; path[length] != '\0'; length++) {
        if (path[length] <= ' ' || path[length] > '~' || length == LONGEST_PATH)
            return false;
    }
    return true;
}

char *scrape_target_url(const cJSON *pod)
{
    struct in_addr address;
    const char *host = json_text(json_get(pod, "status", "podIP"), "");
    const char *path = annotation_of(pod, "prometheus.io/path");
    const int64_t port = port_of(pod);
    if (strcmp(annotation_of(pod, "prometheus.io/scrape"), "true") != 0 ||
        strcmp(json_text(json_get(pod, "status", "phase"), ""), "Running") != 0 ||
        json_get(pod, "metadata", "deletionTimestamp") != NULL)
        return NULL;
    if (path[0] == '\0')
        path = "/metrics";
    /* A pod's address is a loopback one; no other is asked, whatever somebody wrote into the status. */
    if (inet_pton(AF_INET, host, &address) != 1 || ntohl(address.s_addr) >> 24 != 127 || port <= 0 || !is_plain_path(path))
        return NULL;
    return memory_format("http://%s:%lld%s%s", host, (long long)port, path[0] == '/' ? "" : "/", path);
}
