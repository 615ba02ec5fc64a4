#include "kube/headers.h"

#include <stdlib.h>
#include <string.h>

#include "common/memory.h"

static struct curl_slist *add_header(struct curl_slist *list, const char *name, const char *value)
{
    AUTO_FREE char *line = memory_format("%s: %s", name, value);
    struct curl_slist *longer = curl_slist_append(list, line);
    explicit_bzero(line, strlen(line));
    if (longer == NULL)
        abort();
    return longer;
}

static struct curl_slist *add_line(struct curl_slist *list, const char *line)
{
    struct curl_slist *longer = curl_slist_append(list, line);
    if (longer == NULL)
        abort();
    return longer;
}

struct curl_slist *headers_make(const struct endpoint *endpoint, const struct kubeconfig *config, const struct exchange *exchange,
                                const char *token)
{
    struct curl_slist *headers = add_header(NULL, "Accept", "application/json, */*");
    if (exchange->body_type != NULL)
        headers = add_header(headers, "Content-Type", exchange->body_type);
    if (exchange->header_name != NULL)
        headers = add_header(headers, exchange->header_name, exchange->header_value);
    /* Large bodies are sent at once: waiting for "100 Continue" costs a second where nobody sends it. */
    headers = add_header(headers, "Expect", "");
    if (endpoint->host_line != NULL)
        headers = add_line(headers, endpoint->host_line);
    for (size_t i = 0; i < config->header_count; i++)
        headers = add_line(headers, config->headers[i]);
    if (token != NULL) {
        AUTO_FREE char *value = memory_format("Bearer %s", token);
        headers = add_header(headers, "Authorization", value);
        explicit_bzero(value, strlen(value));
    }
    return headers;
}

void headers_free(struct curl_slist *headers)
{
    for (struct curl_slist *at = headers; at != NULL; at = at->next)
        explicit_bzero(at->data, strlen(at->data));
    curl_slist_free_all(headers);
}
