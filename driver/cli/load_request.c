#include "driver/cli/load_request.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "common/buffer.h"
#include "common/file.h"
#include "common/memory.h"
#include "driver/load/check.h"
#include "driver/load/limits.h"
#include "driver/load/secret.h"
#include "driver/load/url.h"

#define BODY_MAXIMUM ((size_t)16 * 1024 * 1024)

static int read_method(const struct load_texts *texts, struct load_spec *spec, struct error *error)
{
    static const char *const methods[] = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"};
    const char *wanted = texts->method != NULL ? texts->method : texts->body != NULL ? "POST" : "GET";
    for (size_t i = 0; i < sizeof methods / sizeof *methods; i++) {
        if (strcmp(methods[i], wanted) != 0)
            continue;
        free(spec->method);
        spec->method = memory_copy_text(wanted);
        return 0;
    }
    return error_set(error, "--method: expected GET, HEAD, POST, PUT, PATCH, DELETE or OPTIONS, not \"%.40s\"", wanted);
}

/* Puts in what {env:NAME} and {file:PATH} stand for. */
static int expand(const char *text, struct buffer *value, struct error *error)
{
    while (*text != '\0') {
        const char *kind = strncmp(text, "{env:", 5) == 0 ? "env" : strncmp(text, "{file:", 6) == 0 ? "file" : NULL;
        const char *end = kind != NULL ? strchr(text, '}') : NULL;
        if (end == NULL) {
            if (buffer_append(value, text++, 1) < 0)
                return error_set(error, "the value is longer than %zu bytes", SECRET_MAXIMUM);
            continue;
        }
        const char *begin = text + strlen(kind) + 2;
        AUTO_FREE char *name = memory_copy_bytes(begin, (size_t)(end - begin));
        if (secret_append(strcmp(kind, "env") == 0 ? SECRET_ENV : SECRET_FILE, name, value, error) < 0)
            return -1;
        text = end + 1;
    }
    return 0;
}

static int read_header(const char *text, struct load_header *header, struct error *error)
{
    static const char *const own[] = {"Content-Length", "Transfer-Encoding"};
    const char *colon = strchr(text, ':');
    AUTO_FREE char *name = memory_copy_bytes(text, colon != NULL ? (size_t)(colon - text) : strlen(text));
    if (colon == NULL || !load_header_name_is_valid(name))
        return error_set(error, "-H: expected \"Name: value\", not \"%.60s\"", name);
    for (size_t i = 0; i < sizeof own / sizeof *own; i++)
        if (strcasecmp(own[i], name) == 0)
            return error_set(error, "-H: %s follows from the body", own[i]);
    AUTO_BUFFER struct buffer value = {0};
    buffer_init(&value, SECRET_MAXIMUM);
    if (strpbrk(colon, "\r\n") != NULL)
        return error_set(error, "-H: %s: expected one line of text", name);
    if (expand(colon + 1 + strspn(colon + 1, " \t"), &value, error) < 0)
        return error_context(error, "-H: %s", name);
    *header = (struct load_header){.name = steal_pointer(&name), .value = buffer_steal(&value)};
    return 0;
}

static int read_headers(const struct load_texts *texts, struct load_spec *spec, struct error *error)
{
    if (texts->headers.count == 0)
        return 0;
    spec->headers = memory_allocate(texts->headers.count, sizeof *spec->headers);
    for (; spec->header_count < texts->headers.count; spec->header_count++)
        if (read_header(texts->headers.values[spec->header_count], &spec->headers[spec->header_count], error) < 0)
            return -1;
    return 0;
}

static int read_body(const struct load_texts *texts, struct load_spec *spec, struct error *error)
{
    size_t length = 0;
    if (texts->body == NULL)
        return 0;
    if (texts->body[0] != '@') {
        spec->body = memory_copy_text(texts->body);
        spec->body_length = strlen(spec->body);
        return 0;
    }
    AUTO_FREE char *bytes = file_read(texts->body + 1, BODY_MAXIMUM, &length, error);
    if (bytes == NULL)
        return error_context(error, "--body");
    AUTO_BUFFER struct buffer body = {0};
    buffer_init(&body, 2 * BODY_MAXIMUM);
    text_template_escape(bytes, length, &body); /* a file is sent as it is */
    spec->body_length = body.length;
    spec->body = buffer_steal(&body);
    return 0;
}

static int read_file_name(const char *option, const char *path, char **name, struct error *error)
{
    if (path == NULL)
        return 0;
    if (access(path, R_OK) < 0)
        return error_set(error, "--%s: %s: %s", option, path, strerror(errno));
    *name = memory_copy_text(path);
    return 0;
}

static int read_tls(const struct load_texts *texts, struct load_spec *spec, struct error *error)
{
    bool given = texts->ca_file != NULL || texts->certificate_file != NULL || texts->key_file != NULL ||
                 texts->server_name != NULL || texts->insecure != 0;
    if (given && strncmp(spec->url, "https://", 8) != 0)
        return error_set(error, "--cacert, --cert, --key, --server-name and --insecure are for https:// URLs");
    if (texts->key_file != NULL && texts->certificate_file == NULL)
        return error_set(error, "--key: needs --cert as well");
    if (texts->server_name != NULL && !load_server_name_is_valid(texts->server_name))
        return error_set(error, "--server-name: expected a host's name, such as shop.test, not \"%.60s\"", texts->server_name);
    spec->tls.server_name = memory_copy_text(texts->server_name);
    spec->tls.insecure = texts->insecure != 0;
    if (read_file_name("cacert", texts->ca_file, &spec->tls.ca_file, error) < 0 ||
        read_file_name("cert", texts->certificate_file, &spec->tls.certificate_file, error) < 0)
        return -1;
    return read_file_name("key", texts->key_file, &spec->tls.key_file, error);
}

static int read_url(const struct load_texts *texts, const struct load_data *data, struct load_spec *spec, struct error *error)
{
    struct url_template url;
    if (texts->url == NULL)
        return error_set(error, "which URL? For example: hpalab load http://localhost:8080/ --rate 100 --duration 30s");
    if (url_template_parse(texts->url, data, &url, error) < 0)
        return -1;
    url_template_release(&url);
    spec->url = memory_copy_text(texts->url);
    return 0;
}

static int read_data(const struct load_texts *texts, struct load_spec *spec, struct load_data *data, struct error *error)
{
    size_t length = 0;
    if (texts->data == NULL)
        return 0;
    spec->csv = file_read(texts->data, LOAD_MOST_DATA, &length, error);
    if (spec->csv == NULL || load_data_parse(spec->csv, length, data, error) < 0)
        return error_context(error, "--data");
    return 0;
}

/* NAME=VALUE, behind the URL, encoded but for variables. */
static int add_queries(const struct load_texts *texts, struct load_spec *spec, struct error *error)
{
    AUTO_BUFFER struct buffer url = {0};
    buffer_init(&url, SECRET_MAXIMUM);
    (void)buffer_append_text(&url, spec->url);
    for (size_t i = 0; i < texts->queries.count; i++) {
        const char *text = texts->queries.values[i];
        const char *equals = strchr(text, '=');
        if (equals == NULL || equals == text)
            return error_set(error, "--query: expected NAME=VALUE, not \"%.60s\"", text);
        AUTO_FREE char *name = memory_copy_bytes(text, (size_t)(equals - text));
        (void)buffer_append_text(&url, strchr(url.data, '?') == NULL ? "?" : "&");
        text_template_encode(name, &url);
        (void)buffer_append_text(&url, "=");
        text_template_encode(equals + 1, &url);
    }
    if (url.overflowed)
        return error_set(error, "--query: expected at most %zu bytes", SECRET_MAXIMUM);
    free(spec->url);
    spec->url = buffer_steal(&url);
    return 0;
}

static int read_checks(const struct load_texts *texts, struct load_spec *spec, struct error *error)
{
    struct parsed_check parsed;
    if (texts->checks.count > LOAD_MOST_CHECKS)
        return error_set(error, "--check: expected at most %d", LOAD_MOST_CHECKS);
    spec->checks = memory_allocate(texts->checks.count + 1, sizeof *spec->checks);
    for (; spec->check_count < texts->checks.count; spec->check_count++) {
        const char *text = texts->checks.values[spec->check_count];
        if (parsed_check_read(text, &parsed, error) < 0)
            return error_context(error, "--check");
        parsed_check_release(&parsed);
        spec->checks[spec->check_count] = (struct load_check){memory_copy_text(text), memory_copy_text(text)};
    }
    return 0;
}

static int read_tags(const struct load_texts *texts, struct load_spec *spec, struct error *error)
{
    spec->tags = memory_allocate(texts->tags.count + 1, sizeof *spec->tags);
    for (; spec->tag_count < texts->tags.count; spec->tag_count++) {
        const char *text = texts->tags.values[spec->tag_count];
        const char *equals = strchr(text, '=');
        if (equals == NULL || equals == text || strpbrk(text, "{},\r\n") != NULL)
            return error_set(error, "--tag: expected KEY=VALUE without braces and commas, not \"%.60s\"", text);
        spec->tags[spec->tag_count] =
            (struct load_label){memory_copy_bytes(text, (size_t)(equals - text)), memory_copy_text(equals + 1)};
    }
    return 0;
}

int load_request_read(const struct load_texts *texts, struct load_spec *spec, struct error *error)
{
    struct load_data data = {.row_count = 0};
    int read = read_data(texts, spec, &data, error) < 0 ? -1 : read_url(texts, &data, spec, error);
    load_data_release(&data);
    if (read < 0 || add_queries(texts, spec, error) < 0 || read_method(texts, spec, error) < 0 ||
        read_headers(texts, spec, error) < 0 || read_body(texts, spec, error) < 0 || read_checks(texts, spec, error) < 0 ||
        read_tags(texts, spec, error) < 0)
        return -1;
    return read_tls(texts, spec, error);
}
