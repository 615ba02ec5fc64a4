#include "driver/load/url.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <curl/curl.h>

#include "common/memory.h"

#define MAXIMUM_URL 2000

static int read_bound(const char **at, int64_t *value)
{
    if (!isdigit((unsigned char)**at))
        return -1;
    *value = 0;
    for (; isdigit((unsigned char)**at); (*at)++) {
        *value = *value * 10 + (**at - '0');
        if (*value > 1000000000)
            return -1;
    }
    return 0;
}

static int parse_range(struct url_template *url, struct error *error)
{
    const char *open = strchr(url->text, '{');
    if (open == NULL)
        return 0;
    const char *at = open + 1;
    if (read_bound(&at, &url->first) < 0 || strncmp(at, "..", 2) != 0)
        return error_set(error, "expected a range such as {1..10} after \"%.*s\"", (int)(open - url->text), url->text);
    at += 2;
    if (read_bound(&at, &url->last) < 0 || *at != '}' || url->last < url->first)
        return error_set(error, "expected a rising range such as {1..10} in \"%s\"", url->text);
    if (strchr(at, '{') != NULL)
        return error_set(error, "expected one range at most in \"%s\"", url->text);
    url->range_begin = (size_t)(open - url->text);
    url->range_end = (size_t)(at + 1 - url->text);
    return 0;
}

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
    url->port = secure ? 443 : 80;
    if (colon != NULL && parse_port(colon + 1, length - host_length - 1, url) < 0)
        return error_set(error, "expected a port from 1 to 65535 in \"%.100s\"", url->text);
    return 0;
}

/* What the HTTP library will not take is better said before the load than by each of its requests. */
static int check_expanded(const struct url_template *url, struct error *error)
{
    char expanded[MAXIMUM_URL + 32];
    CURLU *parts = curl_url();
    if (parts == NULL)
        return error_set(error, "libcurl does not start");
    CURLUcode code = curl_url_set(parts, CURLUPART_URL, url_template_expand(url, 0, expanded, sizeof expanded), 0);
    curl_url_cleanup(parts);
    return code == CURLUE_OK ? 0 : error_set(error, "\"%.100s\" is no URL: %s", url->text, curl_url_strerror(code));
}

int url_template_parse(const char *text, struct url_template *url, struct error *error)
{
    *url = (struct url_template){0};
    if (strlen(text) > MAXIMUM_URL)
        return error_set(error, "the URL is longer than %d characters", MAXIMUM_URL);
    for (const char *at = text; *at != '\0'; at++)
        if ((unsigned char)*at <= ' ' || *at == 0x7f)
            return error_set(error, "a URL may not hold white space or control characters");
    url->text = memory_copy_text(text);
    if (parse_authority(url, error) < 0 || parse_range(url, error) < 0 || check_expanded(url, error) < 0) {
        url_template_release(url);
        return -1;
    }
    return 0;
}

void url_template_release(struct url_template *url)
{
    free(url->text);
    *url = (struct url_template){0};
}

char *url_template_expand(const struct url_template *url, uint64_t i, char *out, size_t size)
{
    if (url->range_begin == url->range_end) {
        (void)snprintf(out, size, "%s", url->text);
        return out;
    }
    uint64_t span = (uint64_t)(url->last - url->first) + 1;
    (void)snprintf(out, size, "%.*s%llu%s", (int)url->range_begin, url->text, (unsigned long long)url->first + i % span,
                   url->text + url->range_end);
    return out;
}
