#include "driver/load/url.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <curl/curl.h>

#include "common/memory.h"

#define MAXIMUM_URL 2000
#define MAXIMUM_EXPANDED 8000

static int parse_port(const char *text, size_t length, struct url_template *url)
{
    long port = 0;
    for (size_t i = 0; i < length && port <= 65535; i++) {
        if (!isdigit((unsigned char)text[i]))
            return -1;
        port = port * 10 + (text[i] - '0');
    }
    if (port < 1 || port > 65535)
        return -1;
    url->port = (uint16_t)port;
    return 0;
}

static int parse_authority(struct url_template *url, struct error *error)
{
    bool secure = strncmp(url->text, "https://", 8) == 0;
    if (!secure && strncmp(url->text, "http://", 7) != 0)
        return error_set(error, "expected a URL that begins with http:// or https://, not \"%.60s\"", url->text);
    const char *authority = url->text + (secure ? 8 : 7);
    size_t length = strcspn(authority, "/?#");
    const char *colon = memchr(authority, ':', length);
    size_t host_length = colon != NULL ? (size_t)(colon - authority) : length;
    if (host_length == 0 || host_length >= sizeof url->host || memchr(authority, '@', length) != NULL ||
        memchr(authority, '{', length) != NULL)
        return error_set(error, "expected a host name in \"%.100s\"", url->text);
    memcpy(url->host, authority, host_length);
    url->host[host_length] = '\0';
    url->secure = secure;
    url->port = secure ? 443 : 80;
    url->path_begin = (size_t)(authority + length - url->text);
    if (colon != NULL && parse_port(colon + 1, length - host_length - 1, url) < 0)
        return error_set(error, "expected a port from 1 to 65535 in \"%.100s\"", url->text);
    return 0;
}

/* What the HTTP library will not take is better said before the load than by each of its requests. */
static int check_expanded(const struct url_template *url, const struct load_data *data, struct error *error)
{
    char expanded[MAXIMUM_EXPANDED + 1];
    const struct template_values first = {.data = data};
    if (url->text_template.longest > MAXIMUM_EXPANDED)
        return error_set(error, "the URL may become longer than %d characters", MAXIMUM_EXPANDED);
    CURLU *parts = curl_url();
    if (parts == NULL)
        return error_set(error, "libcurl does not start");
    CURLUcode code = curl_url_set(parts, CURLUPART_URL, url_template_expand(url, &first, expanded, sizeof expanded), 0);
    curl_url_cleanup(parts);
    return code == CURLUE_OK ? 0 : error_set(error, "\"%.100s\" is no URL: %s", url->text, curl_url_strerror(code));
}

int url_template_parse(const char *text, const struct load_data *data, struct url_template *url, struct error *error)
{
    *url = (struct url_template){0};
    size_t length = strlen(text);
    if (length > MAXIMUM_URL)
        return error_set(error, "the URL is longer than %d characters", MAXIMUM_URL);
    for (const char *at = text; *at != '\0'; at++)
        if ((unsigned char)*at <= ' ' || *at == 0x7f)
            return error_set(error, "a URL may not hold white space or control characters");
    url->text = memory_copy_text(text);
    if (parse_authority(url, error) < 0 || text_template_add(&url->text_template, text, length, TEMPLATE_URL, data, error) < 0 ||
        check_expanded(url, data, error) < 0) {
        url_template_release(url);
        return -1;
    }
    return 0;
}

void url_template_release(struct url_template *url)
{
    text_template_release(&url->text_template);
    free(url->text);
    *url = (struct url_template){0};
}

bool url_template_same_server(const struct url_template *left, const struct url_template *right)
{
    return left->secure == right->secure && left->port == right->port && strcasecmp(left->host, right->host) == 0;
}

char *url_template_expand(const struct url_template *url, const struct template_values *values, char *out, size_t size)
{
    AUTO_FREE char *whole = memory_allocate(1, url->text_template.longest + 1);
    size_t length = text_template_write(&url->text_template, values, whole);
    (void)snprintf(out, size, "%.*s", (int)length, whole);
    return out;
}
