#include "tests/support/http.h"

#include <ctype.h>
#include <curl/curl.h>
#include <math.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "common/memory.h"

#define HEADERS_MAXIMUM ((size_t)256 * 1024)
#define BODY_MAXIMUM ((size_t)64 << 20)
#define DEFAULT_TIMEOUT 10.0

struct test_http_session {
    CURL *curl;
};

struct test_http_pending {
    pthread_t thread;
    struct test_http_request request;
    struct test_http_answer answer;
};

static pthread_once_t initialized = PTHREAD_ONCE_INIT;

static void initialize(void)
{
    (void)curl_global_init(CURL_GLOBAL_DEFAULT);
}

struct test_http_session *test_http_session_create(void)
{
    struct test_http_session *session = memory_allocate(1, sizeof *session);
    (void)pthread_once(&initialized, initialize);
    session->curl = curl_easy_init();
    if (session->curl == NULL)
        abort();
    return session;
}

void test_http_session_destroy(struct test_http_session *session)
{
    if (session == NULL)
        return;
    curl_easy_cleanup(session->curl);
    free(session);
}

static size_t collect(char *bytes, size_t one, size_t length, void *context)
{
    (void)one;
    return buffer_append(context, bytes, length) == 0 ? length : 0;
}

static void set_body(CURL *curl, const struct test_http_request *request)
{
    if (request->body == NULL)
        return;
    size_t size = request->body_size > 0 ? request->body_size : strlen(request->body);
    (void)curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)size);
    (void)curl_easy_setopt(curl, CURLOPT_POSTFIELDS, request->body);
}

static void set_method(CURL *curl, const struct test_http_request *request)
{
    if (request->method != NULL && strcmp(request->method, "HEAD") == 0)
        (void)curl_easy_setopt(curl, CURLOPT_NOBODY, 1L);
    else if (request->method != NULL)
        (void)curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, request->method);
}

static struct curl_slist *header_list(const struct test_http_request *request)
{
    struct curl_slist *list = NULL;
    for (size_t i = 0; request->headers != NULL && request->headers[i] != NULL; i++)
        list = curl_slist_append(list, request->headers[i]);
    return list;
}

void test_http_session_send(struct test_http_session *session, const struct test_http_request *request,
                            struct test_http_answer *answer)
{
    CURL *curl = session->curl;
    long status = 0;
    double timeout = request->timeout > 0 ? request->timeout : DEFAULT_TIMEOUT;
    struct curl_slist *headers = header_list(request);
    *answer = (struct test_http_answer){.result = 0};
    buffer_init(&answer->headers, HEADERS_MAXIMUM);
    buffer_init(&answer->body, BODY_MAXIMUM);
    curl_easy_reset(curl);
    (void)curl_easy_setopt(curl, CURLOPT_URL, request->url);
    (void)curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    (void)curl_easy_setopt(curl, CURLOPT_PROXY, "");
    (void)curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, (long)(timeout * 1000));
    (void)curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers);
    (void)curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, collect);
    (void)curl_easy_setopt(curl, CURLOPT_HEADERDATA, &answer->headers);
    (void)curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, collect);
    (void)curl_easy_setopt(curl, CURLOPT_WRITEDATA, &answer->body);
    if (request->ca_file != NULL)
        (void)curl_easy_setopt(curl, CURLOPT_CAINFO, request->ca_file);
    set_body(curl, request);
    set_method(curl, request);
    answer->result = (int)curl_easy_perform(curl);
    (void)curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
    (void)curl_easy_getinfo(curl, CURLINFO_TOTAL_TIME, &answer->seconds);
    (void)curl_easy_getinfo(curl, CURLINFO_NUM_CONNECTS, &answer->connections_opened);
    answer->status = (int)status;
    curl_slist_free_all(headers);
}

void test_http_send(const struct test_http_request *request, struct test_http_answer *answer)
{
    struct test_http_session *session = test_http_session_create();
    test_http_session_send(session, request, answer);
    test_http_session_destroy(session);
}

void test_http_get(const char *url, struct test_http_answer *answer)
{
    test_http_send(&(struct test_http_request){.url = url}, answer);
}

static void *send_pending(void *argument)
{
    struct test_http_pending *pending = argument;
    test_http_send(&pending->request, &pending->answer);
    return NULL;
}

struct test_http_pending *test_http_begin(const struct test_http_request *request)
{
    struct test_http_pending *pending = memory_allocate(1, sizeof *pending);
    pending->request = *request;
    if (pthread_create(&pending->thread, NULL, send_pending, pending) != 0)
        abort();
    return pending;
}

void test_http_finish(struct test_http_pending *pending, struct test_http_answer *answer)
{
    (void)pthread_join(pending->thread, NULL);
    *answer = pending->answer;
    free(pending);
}

void test_http_release(struct test_http_answer *answer)
{
    buffer_release(&answer->headers);
    buffer_release(&answer->body);
}

/* The value in a header line ("Name: value\r\n") of that name, without the space before it; NULL for another line. */
static const char *value_in_line(const char *line, const char *name)
{
    size_t length = strlen(name);
    if (strncasecmp(line, name, length) != 0 || line[length] != ':')
        return NULL;
    return line + length + 1 + strspn(line + length + 1, " \t");
}

char *test_http_header(const struct test_http_answer *answer, const char *name, char *text, size_t size)
{
    text[0] = '\0';
    for (const char *line = answer->headers.data; line != NULL && *line != '\0';) {
        const char *value = value_in_line(line, name);
        if (value != NULL) {
            (void)snprintf(text, size, "%.*s", (int)strcspn(value, "\r\n"), value);
            return text;
        }
        const char *end = strchr(line, '\n');
        line = end == NULL ? NULL : end + 1;
    }
    return text;
}

double test_http_header_number(const struct test_http_answer *answer, const char *name)
{
    char text[64];
    char *end = NULL;
    double value = strtod(test_http_header(answer, name, text, sizeof text), &end);
    return end == text ? (double)NAN : value;
}
