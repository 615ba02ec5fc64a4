/*
 * HTTP requests of tests, through libcurl.
 */
#ifndef TESTS_SUPPORT_HTTP_H
#define TESTS_SUPPORT_HTTP_H

#include <stddef.h>

#include "common/buffer.h"

/* What to ask. Unset members (zero) have the defaults said here. Texts are borrowed until the answer is there. */
struct test_http_request {
    const char *method; /* default GET, with a body POST */
    const char *url;
    const char *const *headers; /* "Name: value", NULL at the end */
    const char *body;           /* text */
    size_t body_size;           /* of a body that is no text; default: its length */
    double timeout;             /* seconds for all of it; default 10 */
    const char *ca_file;        /* trusted certificates, for https */
};

/* Release with test_http_release. */
struct test_http_answer {
    int result;              /* CURLcode: 0, or why there is no (complete) answer, such as CURLE_COULDNT_CONNECT */
    int status;              /* 0: none */
    double seconds;          /* from the start of the request to its end */
    long connections_opened; /* 0: a kept connection was used */
    struct buffer headers;   /* every header line as received */
    struct buffer body;
};

/* Keeps connections open between its requests. For one thread at a time. */
struct test_http_session;
struct test_http_session *test_http_session_create(void);
void test_http_session_destroy(struct test_http_session *session);
void test_http_session_send(struct test_http_session *session, const struct test_http_request *request,
                            struct test_http_answer *answer);

/* One request on a connection of its own. */
void test_http_send(const struct test_http_request *request, struct test_http_answer *answer);

/* GET with the defaults. */
void test_http_get(const char *url, struct test_http_answer *answer);

/* Starts a request in the background (a thread); test_http_finish waits for its answer and frees it. Every one begun must be
 * finished.
 */
struct test_http_pending;
struct test_http_pending *test_http_begin(const struct test_http_request *request);
void test_http_finish(struct test_http_pending *pending, struct test_http_answer *answer);

void test_http_release(struct test_http_answer *answer);

/* The value of a header (the first of that name), case ignored, without the space around it; text has size bytes and
 * becomes "" when there is none. Returns text. */
char *test_http_header(const struct test_http_answer *answer, const char *name, char *text, size_t size);

/* The value of a header as a number; NAN when there is none. */
double test_http_header_number(const struct test_http_answer *answer, const char *name);

#endif
