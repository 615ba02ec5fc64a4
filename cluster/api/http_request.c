#include "cluster/api/http_request.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "common/memory.h"

static int hexadecimal(char digit)
{
    if (digit >= '0' && digit <= '9')
        return digit - '0';
    if (digit >= 'a' && digit <= 'f')
        return digit - 'a' + 10;
    if (digit >= 'A' && digit <= 'F')
        return digit - 'A' + 10;
    return -1;
}

/* NULL when an escape is bad or stands for NUL. */
static char *decode(const char *text, size_t length, bool plus_is_space)
{
    AUTO_FREE char *decoded = memory_allocate(length + 1, 1);
    size_t used = 0;
    for (size_t i = 0; i < length; i++) {
        char character = text[i];
        if (character == '%') {
            if (i + 2 >= length)
                return NULL;
            int first = hexadecimal(text[i + 1]);
            int second = hexadecimal(text[i + 2]);
            if (first < 0 || second < 0 || (first == 0 && second == 0))
                return NULL;
            character = (char)(first * 16 + second);
            i += 2;
        } else if (character == '+' && plus_is_space) {
            character = ' ';
        }
        decoded[used++] = character;
    }
    return steal_pointer(&decoded);
}

static int parse_segments(struct http_request *request)
{
    const char *rest = request->path;
    while (*rest != '\0') {
        rest += strspn(rest, "/");
        size_t length = strcspn(rest, "/");
        if (length == 0)
            break;
        if (request->segment_count == HTTP_REQUEST_MAXIMUM_SEGMENTS)
            return -1;
        char *segment = decode(rest, length, false);
        if (segment == NULL)
            return -1;
        request->segments[request->segment_count++] = segment;
        rest += length;
    }
    return 0;
}

static int parse_parameter(struct http_request *request, const char *text, size_t length)
{
    if (length == 0)
        return 0;
    if (request->parameter_count == HTTP_REQUEST_MAXIMUM_PARAMETERS)
        return -1;
    const char *equals = memchr(text, '=', length);
    size_t name_length = equals != NULL ? (size_t)(equals - text) : length;
    struct http_pair *parameter = &request->parameters[request->parameter_count++];
    parameter->name = decode(text, name_length, true);
    parameter->value = equals != NULL ? decode(equals + 1, length - name_length - 1, true) : memory_copy_text("");
    return parameter->name != NULL && parameter->value != NULL ? 0 : -1;
}

static int parse_query(struct http_request *request, const char *query)
{
    while (*query != '\0') {
        size_t length = strcspn(query, "&");
        if (parse_parameter(request, query, length) != 0)
            return -1;
        query += length;
        if (*query == '&')
            query++;
    }
    return 0;
}

int http_request_parse_uri(struct http_request *request, const char *uri)
{
    size_t length = strlen(uri);
    size_t path_length = strcspn(uri, "?");
    request->path = memory_copy_bytes(uri, path_length < HTTP_REQUEST_MAXIMUM_URI ? path_length : HTTP_REQUEST_MAXIMUM_URI);
    if (length > HTTP_REQUEST_MAXIMUM_URI || uri[0] != '/' || parse_segments(request) != 0)
        return -1;
    if (uri[path_length] != '?')
        return 0;
    request->query = memory_copy_text(uri + path_length + 1);
    return parse_query(request, request->query);
}

int http_request_add_header(struct http_request *request, const char *name, const char *value)
{
    if (request->header_count == HTTP_REQUEST_MAXIMUM_HEADERS)
        return -1;
    request->headers[request->header_count++] =
        (struct http_pair){.name = memory_copy_text(name), .value = memory_copy_text(value)};
    return 0;
}

const char *http_request_header(const struct http_request *request, const char *name)
{
    for (size_t i = 0; i < request->header_count; i++)
        if (strcasecmp(request->headers[i].name, name) == 0)
            return request->headers[i].value;
    return NULL;
}

const char *http_request_path_after(const struct http_request *request, size_t segments)
{
    const char *rest = request->path;
    for (size_t i = 0; i < segments; i++) {
        rest += strspn(rest, "/");
        rest += strcspn(rest, "/");
    }
    return rest;
}

void http_request_set_content_type(struct http_request *request, const char *value)
{
    free(request->content_type);
    request->content_type = NULL;
    if (value == NULL)
        return;
    value += strspn(value, " \t");
    request->content_type = memory_copy_bytes(value, strcspn(value, "; \t"));
    for (char *character = request->content_type; *character != '\0'; character++)
        *character = (char)tolower((unsigned char)*character);
}

void http_request_release(struct http_request *request)
{
    free(request->method);
    free(request->path);
    free(request->query);
    for (size_t i = 0; i < request->segment_count; i++)
        free(request->segments[i]);
    for (size_t i = 0; i < request->parameter_count; i++) {
        free(request->parameters[i].name);
        free(request->parameters[i].value);
    }
    for (size_t i = 0; i < request->header_count; i++) {
        free(request->headers[i].name);
        free(request->headers[i].value);
    }
    free(request->accept);
    free(request->user_agent);
    free(request->content_type);
    caller_destroy(request->caller);
    buffer_release(&request->body);
    *request = (struct http_request){0};
}

const char *http_request_parameter(const struct http_request *request, const char *name)
{
    for (size_t i = 0; i < request->parameter_count; i++)
        if (strcmp(request->parameters[i].name, name) == 0)
            return request->parameters[i].value;
    return NULL;
}

bool http_request_flag(const struct http_request *request, const char *name)
{
    const char *value = http_request_parameter(request, name);
    if (value == NULL)
        return false;
    return value[0] == '\0' || strcmp(value, "1") == 0 || strcasecmp(value, "true") == 0 || strcasecmp(value, "t") == 0;
}

int http_request_integer(const struct http_request *request, const char *name, int64_t *value)
{
    const char *text = http_request_parameter(request, name);
    if (text == NULL || text[0] == '\0')
        return 0;
    char *end;
    errno = 0;
    long long number = strtoll(text, &end, 10);
    if (errno != 0 || *end != '\0' || isspace((unsigned char)text[0]))
        return -1;
    *value = number;
    return 0;
}
