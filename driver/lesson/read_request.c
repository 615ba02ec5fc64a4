#include "driver/lesson/read_request.h"

#include <stdlib.h>
#include <string.h>

#include "common/file.h"
#include "common/memory.h"
#include "driver/lesson/read_executor.h"
#include "driver/load/limits.h"
#include "driver/load/secret.h"
#include "driver/load/url.h"

#define MOST_TAGS 20
#define BODY_MAXIMUM ((size_t)16 * 1024 * 1024)
#define QUERY_MAXIMUM ((size_t)16 * 1024)

/* A path that is meant from the lesson's folder; the caller frees it. */
static char *path_beside(const struct field_reader *reader, const char *path)
{
    const char *slash = strrchr(reader->file, '/');
    return path[0] == '/' || slash == NULL ? memory_copy_text(path)
                                           : memory_format("%.*s/%s", (int)(slash - reader->file), reader->file, path);
}

/* A file beside the lesson. */
char *lesson_read_file(const struct field_reader *reader, const struct yaml_node *node, const char *what, size_t maximum,
                       size_t *length)
{
    struct error reason = ERROR_NONE;
    AUTO_FREE char *path = path_beside(reader, node->text);
    char *bytes = file_read(path, maximum, length, &reason);
    if (bytes == NULL)
        (void)field_error(reader, node, "%s: %s", what, reason.text);
    return bytes;
}

static int check_template(const struct request_reader *reader, const struct yaml_node *node, const char *what, const char *text)
{
    struct error reason = ERROR_NONE;
    struct text_template text_template = {.part_count = 0};
    int result = text_template_add(&text_template, text, strlen(text), TEMPLATE_TEXT, reader->data, &reason);
    text_template_release(&text_template);
    return result < 0 ? field_error(reader->fields, node, "%s: %s", what, reason.text) : 0;
}

/* {name: value, ...} behind the URL, encoded. */
static int add_query(const struct request_reader *reader, const struct yaml_node *node, char **url)
{
    const struct yaml_node *query = NULL;
    if (field_member(reader->fields, node, "query", YAML_MAPPING, false, &query) < 0)
        return -1;
    AUTO_BUFFER struct buffer text = {0};
    buffer_init(&text, QUERY_MAXIMUM);
    (void)buffer_append_text(&text, *url);
    bool first = strchr(*url, '?') == NULL;
    for (size_t i = 0; query != NULL && i < query->count; i++, first = false) {
        const struct yaml_node *value = query->values[i];
        if (value->kind != YAML_SCALAR)
            return field_error(reader->fields, value, "query: expected a text");
        if (check_template(reader, value, "query", value->text) < 0)
            return -1;
        (void)buffer_append_text(&text, first ? "?" : "&");
        text_template_encode(query->keys[i]->text, &text);
        (void)buffer_append_text(&text, "=");
        text_template_encode(value->text, &text);
    }
    if (text.overflowed)
        return field_error(reader->fields, query, "query: expected at most %zu bytes", QUERY_MAXIMUM);
    free(*url);
    *url = buffer_steal(&text);
    return 0;
}

/* "/path" is on the load's server. */
int lesson_read_url(const struct request_reader *reader, const struct yaml_node *node, char **url)
{
    struct error reason = ERROR_NONE;
    struct url_template parsed;
    const struct yaml_node *member = yaml_get(node, "url");
    if (field_text(reader->fields, node, "url", true, url) < 0)
        return -1;
    if (reader->load != NULL && (*url)[0] == '/') {
        const char *base = reader->load->url;
        if (base == NULL)
            return field_error(reader->fields, member,
                               "url: \"%.60s\" is a path, and the load has no url that says of which server", *url);
        AUTO_FREE char *path = steal_pointer(url);
        size_t server = strlen(base) > 8 ? 8 + strcspn(base + 8, "/?#") : strlen(base);
        *url = memory_format("%.*s%s", (int)server, base, path);
    }
    if (strchr(*url, '#') != NULL && yaml_get(node, "query") != NULL)
        return field_error(reader->fields, member, "url: expected none with \"#\" beside a query");
    if (add_query(reader, node, url) < 0)
        return -1;
    if (url_template_parse(*url, reader->data, &parsed, &reason) < 0)
        return field_error(reader->fields, member, "url: %s", reason.text);
    url_template_release(&parsed);
    return 0;
}

/* Which of two sources a value comes from, and its name there (of a file: its path), which the caller frees. */
static char *find_secret(const struct field_reader *fields, const struct yaml_node *from, enum secret_source *source)
{
    static const char *const known[] = {"env", "file", NULL};
    char *name = NULL;
    if (field_mapping(fields, from, "valueFrom", known) < 0)
        return NULL;
    if (from->count != 1) {
        (void)field_error(fields, from, "valueFrom: expected either env or file");
        return NULL;
    }
    *source = strcmp(from->keys[0]->text, "env") == 0 ? SECRET_ENV : SECRET_FILE;
    if (field_text(fields, from, from->keys[0]->text, true, &name) < 0 || *source == SECRET_ENV)
        return name;
    AUTO_FREE char *path = steal_pointer(&name);
    return path_beside(fields, path);
}

/* {valueFrom: {env: NAME} or {file: PATH}, prefix: TEXT}: nothing of the value stands in the lesson. */
static char *read_secret(const struct request_reader *reader, const struct yaml_node *node)
{
    static const char *const known[] = {"prefix", "valueFrom", NULL};
    const struct yaml_node *from = NULL;
    enum secret_source source = SECRET_ENV;
    struct error reason = ERROR_NONE;
    AUTO_FREE char *prefix = memory_copy_text("");
    if (field_mapping(reader->fields, node, "headers", known) < 0 ||
        field_text(reader->fields, node, "prefix", false, &prefix) < 0 ||
        field_member(reader->fields, node, "valueFrom", YAML_MAPPING, true, &from) < 0)
        return NULL;
    AUTO_FREE char *name = find_secret(reader->fields, from, &source);
    if (name == NULL)
        return NULL;
    AUTO_BUFFER struct buffer value = {0};
    buffer_init(&value, SECRET_MAXIMUM);
    text_template_escape(prefix, strlen(prefix), &value);
    if (strpbrk(prefix, "\r\n") == NULL && secret_append(source, name, &value, &reason) == 0)
        return buffer_steal(&value);
    (void)field_error(reader->fields, from, "headers: %s", reason.text[0] != '\0' ? reason.text : "expected one line of text");
    return NULL;
}

/* The caller frees it. */
static char *read_header_value(const struct request_reader *reader, const struct yaml_node *node)
{
    if (node->kind == YAML_MAPPING)
        return read_secret(reader, node);
    if (node->kind != YAML_SCALAR || strpbrk(node->text, "\r\n") != NULL) {
        (void)field_error(reader->fields, node, "headers: expected one line of text");
        return NULL;
    }
    return check_template(reader, node, "headers", node->text) < 0 ? NULL : memory_copy_text(node->text);
}

int lesson_read_headers(const struct request_reader *reader, const struct yaml_node *node, struct request_spec *request)
{
    const struct yaml_node *headers = NULL;
    if (field_member(reader->fields, node, "headers", YAML_MAPPING, false, &headers) < 0)
        return -1;
    if (headers == NULL)
        return 0;
    if (headers->count > LOAD_MOST_HEADERS)
        return field_error(reader->fields, headers, "headers: expected at most %d", LOAD_MOST_HEADERS);
    request->headers = memory_allocate(headers->count, sizeof *request->headers);
    for (size_t i = 0; i < headers->count; i++) {
        const char *name = headers->keys[i]->text;
        if (!load_header_name_is_valid(name))
            return field_error(reader->fields, headers->keys[i], "headers: \"%.60s\" is no header name", name);
        char *value = read_header_value(reader, headers->values[i]);
        if (value == NULL)
            return -1;
        request->headers[request->header_count++] = (struct load_header){memory_copy_text(name), value};
    }
    return 0;
}

/* A file's bytes are sent as they are: nothing in them is a variable. */
static int read_body(const struct request_reader *reader, const struct yaml_node *node, struct request_spec *request)
{
    const struct yaml_node *file = NULL;
    size_t length = 0;
    if (field_text(reader->fields, node, "body", false, &request->body) < 0 ||
        field_member(reader->fields, node, "bodyFile", YAML_SCALAR, false, &file) < 0)
        return -1;
    if (request->body != NULL) {
        request->body_length = strlen(request->body);
        if (file != NULL)
            return field_error(reader->fields, file, "bodyFile: expected either \"body\" or \"bodyFile\"");
        return check_template(reader, yaml_get(node, "body"), "body", request->body);
    }
    if (file == NULL)
        return 0;
    AUTO_FREE char *bytes = lesson_read_file(reader->fields, file, "bodyFile", BODY_MAXIMUM, &length);
    if (bytes == NULL)
        return -1;
    AUTO_BUFFER struct buffer body = {0};
    buffer_init(&body, 2 * BODY_MAXIMUM);
    text_template_escape(bytes, length, &body);
    request->body_length = body.length;
    request->body = buffer_steal(&body);
    return 0;
}

int lesson_read_tags(const struct request_reader *reader, const struct yaml_node *node, struct request_spec *request)
{
    static const char *const taken[] = {"name", "phase", "check", "server", "warmth", "status", "load", "scenario", NULL};
    const struct yaml_node *tags = NULL;
    if (field_member(reader->fields, node, "tags", YAML_MAPPING, false, &tags) < 0)
        return -1;
    if (tags == NULL)
        return 0;
    if (tags->count > MOST_TAGS)
        return field_error(reader->fields, tags, "tags: expected at most %d", MOST_TAGS);
    request->tags = memory_allocate(tags->count, sizeof *request->tags);
    for (size_t i = 0; i < tags->count; i++) {
        const char *key = tags->keys[i]->text;
        const struct yaml_node *value = tags->values[i];
        size_t known = 0;
        while (taken[known] != NULL && strcmp(taken[known], key) != 0)
            known++;
        if (!lesson_is_label(key) || taken[known] != NULL)
            return field_error(reader->fields, tags->keys[i], "tags: \"%.60s\" %s", key,
                               taken[known] != NULL ? "is a label that results have already" : "is no name for a tag");
        if (value->kind != YAML_SCALAR || strpbrk(value->text, "{},\r\n") != NULL || strlen(value->text) >= LOAD_NAME_SIZE)
            return field_error(reader->fields, value,
                               "tags: expected a text of less than %d characters without braces and commas", LOAD_NAME_SIZE);
        request->tags[request->tag_count++] = (struct load_label){memory_copy_text(key), memory_copy_text(value->text)};
    }
    return 0;
}

/* "status is 200", or {name: ..., check: ...} */
static int read_check(const struct request_reader *reader, const struct yaml_node *node, struct load_check *check)
{
    static const char *const known[] = {"name", "check", NULL};
    struct error reason = ERROR_NONE;
    struct parsed_check parsed;
    if (node->kind == YAML_SCALAR)
        check->text = memory_copy_text(node->text);
    else if (field_mapping(reader->fields, node, "checks", known) < 0 ||
             field_text(reader->fields, node, "name", false, &check->name) < 0 ||
             field_text(reader->fields, node, "check", true, &check->text) < 0)
        return -1;
    if (check->name == NULL)
        check->name = memory_copy_text(check->text);
    if (parsed_check_read(check->text, &parsed, &reason) < 0)
        return field_error(reader->fields, node, "checks: %s", reason.text);
    parsed_check_release(&parsed);
    if (strlen(check->name) >= LOAD_CHECK_TEXT_SIZE || strpbrk(check->name, "\r\n") != NULL)
        return field_error(reader->fields, node, "checks: expected a name of less than %d characters", LOAD_CHECK_TEXT_SIZE);
    return 0;
}

int lesson_read_checks(const struct request_reader *reader, const struct yaml_node *node, struct request_spec *request)
{
    const struct yaml_node *checks = NULL;
    if (field_member(reader->fields, node, "checks", YAML_SEQUENCE, false, &checks) < 0)
        return -1;
    if (checks == NULL)
        return 0;
    if (checks->count > LOAD_MOST_CHECKS)
        return field_error(reader->fields, checks, "checks: expected at most %d", LOAD_MOST_CHECKS);
    request->checks = memory_allocate(checks->count, sizeof *request->checks);
    for (size_t i = 0; i < checks->count; i++) {
        struct load_check *check = &request->checks[request->check_count++];
        if (read_check(reader, checks->values[i], check) < 0)
            return -1;
        for (size_t j = 0; j < i; j++)
            if (strcmp(request->checks[j].name, check->name) == 0)
                return field_error(reader->fields, checks->values[i], "checks: another one is called \"%.60s\"", check->name);
    }
    return 0;
}

static int read_method(const struct request_reader *reader, const struct yaml_node *node, struct request_spec *request)
{
    static const char *const methods[] = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", NULL};
    int method = 0;
    if (field_word(reader->fields, node, "method", false, methods, &method) < 0)
        return -1;
    request->method = memory_copy_text(methods[method]);
    return 0;
}

int lesson_read_request(const struct request_reader *reader, const struct yaml_node *node, struct request_spec *request)
{
    if (lesson_read_url(reader, node, &request->url) < 0 || read_method(reader, node, request) < 0 ||
        lesson_read_headers(reader, node, request) < 0 || read_body(reader, node, request) < 0 ||
        field_duration(reader->fields, node, "timeout", false, LOAD_SHORTEST_TIMEOUT, LOAD_LONGEST_TIMEOUT, &request->timeout) <
            0)
        return -1;
    return lesson_read_tags(reader, node, request) < 0 ? -1 : lesson_read_checks(reader, node, request);
}
