#include "kube/endpoint.h"

#include <stdlib.h>
#include <string.h>

#include <curl/curl.h>

#include "common/memory.h"

static char *url_part(const char *text, CURLUPart part, unsigned flags)
{
    CURLU *url = curl_url();
    char *value = NULL;
    char *copy = NULL;
    if (curl_url_set(url, CURLUPART_URL, text, 0) == CURLUE_OK && curl_url_get(url, part, &value, flags) == CURLUE_OK)
        copy = memory_copy_text(value);
    curl_free(value);
    curl_url_cleanup(url);
    return copy;
}

/* libcurl checks the certificate against the URL's host, so the URL gets the certificate's name and the connection
 * the real host. */
static void use_tls_name(struct endpoint *endpoint, const struct kubeconfig *config, const char *host, const char *port)
{
    const char *name = config->tls_server_name;
    AUTO_FREE char *path = url_part(config->server, CURLUPART_PATH, 0);
    bool root = path == NULL || strcmp(path, "/") == 0;
    endpoint->base = memory_format("https://%s:%s%s", name, port, root ? "" : path);
    endpoint->host_line = memory_format("Host: %s:%s", host, port);
    endpoint->connect_to = memory_format("%s:%s:%s:%s", name, port, host, port);
}

static bool is_loopback(const char *host)
{
    return strncmp(host, "127.", 4) == 0 || strcmp(host, "localhost") == 0 || strcmp(host, "[::1]") == 0;
}

void endpoint_init(struct endpoint *endpoint, const struct kubeconfig *config)
{
    *endpoint = (struct endpoint){0};
    AUTO_FREE char *host = url_part(config->server, CURLUPART_HOST, 0);
    AUTO_FREE char *port = url_part(config->server, CURLUPART_PORT, CURLU_DEFAULT_PORT);
    if (host != NULL && port != NULL && config->tls_server_name != NULL && strncmp(config->server, "https:", 6) == 0)
        use_tls_name(endpoint, config, host, port);
    else
        endpoint->base = memory_copy_text(config->server);
    endpoint->loopback = host != NULL && is_loopback(host);
}

void endpoint_release(struct endpoint *endpoint)
{
    free(endpoint->base);
    free(endpoint->host_line);
    free(endpoint->connect_to);
    *endpoint = (struct endpoint){0};
}
