#include "driver/load/lean_request.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "common/buffer.h"

#define REQUEST_MAXIMUM ((size_t)64 * 1024 * 1024)
#define NUMBER_SIZE 24
#define HTTP_PORT 80

static bool has_header(const struct load_spec *spec, const char *name)
{
    for (size_t i = 0; i < spec->header_count; i++)
        if (strcasecmp(spec->headers[i].name, name) == 0)
            return true;
    return false;
}

/* What libcurl sends of itself, unless the load says otherwise; a header without a value is one that is not sent. */
static void write_headers(const struct load_spec *spec, const struct url_template *url, struct buffer *text)
{
    if (!has_header(spec, "Host"))
        (void)(url->port == HTTP_PORT ? buffer_append_format(text, "Host: %s\r\n", url->host)
                                      : buffer_append_format(text, "Host: %s:%u\r\n", url->host, url->port));
    if (!has_header(spec, "Accept"))
        (void)buffer_append_text(text, "Accept: */*\r\n");
    for (size_t i = 0; i < spec->header_count; i++)
        if (spec->headers[i].value[strspn(spec->headers[i].value, " \t")] != '\0')
            (void)buffer_append_format(text, "%s: %s\r\n", spec->headers[i].name, spec->headers[i].value);
    if (spec->body == NULL)
        return;
    (void)buffer_append_format(text, "Content-Length: %zu\r\n", strlen(spec->body));
    if (!has_header(spec, "Content-Type"))
        (void)buffer_append_text(text, "Content-Type: application/x-www-form-urlencoded\r\n");
}

/* The path and query begin; "/" is put before a query without a path. */
static const char *find_path(const struct url_template *url)
{
    const char *authority = url->text + strlen("http://");
    return authority + strcspn(authority, "/?");
}

static void write_rest(const struct load_spec *spec, const struct url_template *url, struct buffer *text)
{
    (void)buffer_append_text(text, " HTTP/1.1\r\n");
    write_headers(spec, url, text);
    (void)buffer_append_text(text, "\r\n");
    if (spec->body != NULL)
        (void)buffer_append_text(text, spec->body);
}

void lean_request_init(struct lean_request *request, const struct load_spec *spec, const struct url_template *url)
{
    bool range = url->range_begin != url->range_end;
    const char *path = find_path(url);
    *request = (struct lean_request){.first = url->first, .span = range ? (uint64_t)(url->last - url->first) + 1 : 0};
    struct buffer head, tail;
    buffer_init(&head, REQUEST_MAXIMUM);
    buffer_init(&tail, REQUEST_MAXIMUM);
    (void)buffer_append_format(&head, "%s %s", spec->method, *path == '/' ? "" : "/");
    if (range) {
        (void)buffer_append(&head, path, (size_t)(url->text + url->range_begin - path));
        (void)buffer_append_text(&tail, url->text + url->range_end);
    } else {
        (void)buffer_append_text(&head, path);
    }
    write_rest(spec, url, range ? &tail : &head);
    request->head_length = head.length;
    request->tail_length = tail.length;
    request->head = buffer_steal(&head);
    request->tail = buffer_steal(&tail);
    buffer_release(&head);
    buffer_release(&tail);
}

void lean_request_release(struct lean_request *request)
{
    free(request->head);
    free(request->tail);
    *request = (struct lean_request){0};
}

size_t lean_request_size(const struct lean_request *request)
{
    return request->head_length + NUMBER_SIZE + request->tail_length;
}

size_t lean_request_write(const struct lean_request *request, uint64_t index, char *out)
{
    memcpy(out, request->head, request->head_length);
    if (request->span == 0)
        return request->head_length;
    char *at = out + request->head_length;
    at += snprintf(at, NUMBER_SIZE, "%llu", (unsigned long long)request->first + index % request->span);
    memcpy(at, request->tail, request->tail_length);
    return (size_t)(at - out) + request->tail_length;
}
