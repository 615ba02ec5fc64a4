#include "driver/load/lean_request.h"

#include <stdio.h>
#include <string.h>

#include "common/memory.h"

#define LENGTH_LINE_SIZE 64
#define HTTP_PORT 80

static void add(struct text_template *head, const char *text)
{
    text_template_add_plain(head, text, strlen(text));
}

/* The mix has read the same templates before. */
static void add_template(struct text_template *head, const char *text, size_t length, enum template_use use,
                         const struct load_data *data)
{
    (void)text_template_add(head, text, length, use, data, NULL);
}

/* What libcurl sends of itself, unless the load says otherwise; a header without a value is one that is not sent. */
static void add_headers(struct text_template *head, const struct mixed_request *mixed, const struct load_data *data)
{
    if (!mixed_request_has_header(mixed, "Host")) {
        AUTO_FREE char *host = mixed->url.port == HTTP_PORT ? memory_format("Host: %s\r\n", mixed->url.host)
                                                            : memory_format("Host: %s:%u\r\n", mixed->url.host, mixed->url.port);
        add(head, host);
    }
    if (!mixed_request_has_header(mixed, "Accept"))
        add(head, "Accept: */*\r\n");
    for (size_t i = 0; i < mixed->spec.header_count; i++) {
        const struct load_header *header = &mixed->spec.headers[i];
        if (header->value[strspn(header->value, " \t")] == '\0')
            continue;
        add(head, header->name);
        add(head, ": ");
        add_template(head, header->value, strlen(header->value), TEMPLATE_TEXT, data);
        add(head, "\r\n");
    }
    if (mixed->has_body && !mixed_request_has_header(mixed, "Content-Type"))
        add(head, "Content-Type: application/x-www-form-urlencoded\r\n");
}

/* The length of a body that varies is found out with each request. */
static void add_body(struct lean_request *request, const struct mixed_request *mixed, const struct load_data *data)
{
    const struct request_spec *spec = &mixed->spec;
    char line[LENGTH_LINE_SIZE];
    request->counted = !text_template_is_fixed(&mixed->body);
    if (request->counted) {
        request->body.variables = request->head.variables;
        add_template(&request->body, spec->body, spec->body_length, TEMPLATE_TEXT, data);
        return;
    }
    if (mixed->has_body) {
        (void)snprintf(line, sizeof line, "Content-Length: %zu\r\n", mixed->body.longest);
        add(&request->head, line);
    }
    add(&request->head, "\r\n");
    if (mixed->body.longest > 0)
        text_template_add_plain(&request->head, mixed->body.plain.data, mixed->body.plain.length);
}

void lean_request_init(struct lean_request *request, const struct mixed_request *mixed, const struct load_data *data)
{
    const char *path = mixed->url.text + mixed->url.path_begin;
    *request = (struct lean_request){.counted = false};
    add(&request->head, mixed->spec.method);
    add(&request->head, *path == '/' ? " " : " /"); /* before a query without a path */
    add_template(&request->head, path, strlen(path), TEMPLATE_URL, data);
    add(&request->head, " HTTP/1.1\r\n");
    add_headers(&request->head, mixed, data);
    add_body(request, mixed, data);
}

void lean_request_release(struct lean_request *request)
{
    text_template_release(&request->head);
    text_template_release(&request->body);
    *request = (struct lean_request){0};
}

size_t lean_request_size(const struct lean_request *request)
{
    return request->head.longest + (request->counted ? LENGTH_LINE_SIZE : 0) + request->body.longest;
}

size_t lean_request_write(const struct lean_request *request, const struct template_values *values, char *out)
{
    char *at = out + text_template_write(&request->head, values, out);
    if (request->counted) {
        at += snprintf(at, LENGTH_LINE_SIZE, "Content-Length: %zu\r\n\r\n", text_template_length(&request->body, values));
        at += text_template_write(&request->body, values, at);
    }
    return (size_t)(at - out);
}
