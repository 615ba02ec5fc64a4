#include "driver/load/curl_request.h"

#include <stdlib.h>
#include <string.h>

#include "common/clock.h"
#include "common/memory.h"

static char *written(const struct text_template *text_template, const struct template_values *values, size_t *length)
{
    char *text = memory_allocate(1, text_template->longest + 1);
    *length = text_template_write(text_template, values, text);
    return text;
}

static bool has_fixed_headers(const struct mixed_request *mixed)
{
    for (size_t i = 0; i < mixed->spec.header_count; i++)
        if (!text_template_is_fixed(&mixed->headers[i].value))
            return false;
    return true;
}

static void set_headers(struct curl_request *request, CURL *easy, const struct mixed_request *mixed,
                        const struct template_values *values)
{
    struct curl_slist *headers = NULL;
    for (size_t i = 0; i < mixed->spec.header_count; i++) {
        size_t length = 0;
        AUTO_FREE char *value = written(&mixed->headers[i].value, values, &length);
        AUTO_FREE char *line = memory_format("%s: %s", mixed->headers[i].name, value);
        headers = curl_slist_append(headers, line);
    }
    (void)curl_easy_setopt(easy, CURLOPT_HTTPHEADER, headers);
    curl_slist_free_all(request->headers);
    request->headers = headers;
}

static void set_body(struct curl_request *request, CURL *easy, const struct mixed_request *mixed,
                     const struct template_values *values)
{
    size_t length = 0;
    char *body = written(&mixed->body, values, &length);
    (void)curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)length);
    (void)curl_easy_setopt(easy, CURLOPT_POSTFIELDS, body);
    free(request->body);
    request->body = body;
}

/* A handle remembers what was asked before: each method is put in its place from the beginning. */
static void set_method(CURL *easy, const struct mixed_request *mixed)
{
    (void)curl_easy_setopt(easy, CURLOPT_HTTPGET, 1L);
    (void)curl_easy_setopt(easy, CURLOPT_NOBODY, strcmp(mixed->spec.method, "HEAD") == 0 ? 1L : 0L);
    (void)curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, mixed->spec.method);
    (void)curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, (long)(mixed->spec.timeout / NANOSECONDS_PER_MILLISECOND));
}

void curl_request_set(struct curl_request *request, CURL *easy, const struct mixed_request *mixed,
                      const struct template_values *values)
{
    bool other = request->now != mixed;
    size_t length = 0;
    if (other)
        set_method(easy, mixed);
    if (mixed->has_body && (other || !text_template_is_fixed(&mixed->body)))
        set_body(request, easy, mixed, values);
    if (other || !has_fixed_headers(mixed))
        set_headers(request, easy, mixed, values);
    if (other || !text_template_is_fixed(&mixed->url.text_template)) {
        free(request->url);
        request->url = written(&mixed->url.text_template, values, &length);
        (void)curl_easy_setopt(easy, CURLOPT_URL, request->url);
    }
    request->now = mixed;
}

void curl_request_release(struct curl_request *request)
{
    curl_slist_free_all(request->headers);
    free(request->url);
    free(request->body);
    *request = (struct curl_request){0};
}
