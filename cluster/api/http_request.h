/*
 * One HTTP request as the API reads it: path segments and query parameters, percent-decoded after they were split, so
 * that an encoded slash or ampersand cannot change the structure.
 */
#ifndef CLUSTER_API_HTTP_REQUEST_H
#define CLUSTER_API_HTTP_REQUEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "cluster/api/caller.h"
#include "common/buffer.h"

#define HTTP_REQUEST_MAXIMUM_URI 8192
#define HTTP_REQUEST_MAXIMUM_SEGMENTS 64
#define HTTP_REQUEST_MAXIMUM_PARAMETERS 64
#define HTTP_REQUEST_MAXIMUM_HEADERS 100

struct http_pair {
    char *name;
    char *value;
};

struct http_request {
    char *method;
    char *path;  /* as it came, without the query */
    char *query; /* as it came, without the question mark; NULL when there is none */
    char *segments[HTTP_REQUEST_MAXIMUM_SEGMENTS];
    size_t segment_count;
    struct http_pair parameters[HTTP_REQUEST_MAXIMUM_PARAMETERS];
    size_t parameter_count;
    char *accept;          /* NULL when absent */
    char *user_agent;      /* NULL when absent */
    char *content_type;    /* NULL when absent; parameters cut off, lower case */
    struct caller *caller; /* who sends it; NULL when nobody was asked: the path is open to everybody */
    struct buffer body;
    int connection; /* the client's descriptor, which tells when it leaves; -1 when there is none */
    /* All headers as they came, of a request that is for a pod's own server; of others none are kept. */
    struct http_pair headers[HTTP_REQUEST_MAXIMUM_HEADERS];
    size_t header_count;
};

/* Splits and decodes. -1 when the URI is too long, has too many parts, or holds a bad or NUL percent-escape; the request
 * can then only be released. */
int http_request_parse_uri(struct http_request *request, const char *uri);
void http_request_set_content_type(struct http_request *request, const char *value);
/* -1 when there are too many. */
int http_request_add_header(struct http_request *request, const char *name, const char *value);
/* The value of the first header of that name, case ignored, among those that were added; NULL when there is none. */
const char *http_request_header(const struct http_request *request, const char *name);
/* The path as it came, after so many segments: "" or from the slash on. */
const char *http_request_path_after(const struct http_request *request, size_t segments);
void http_request_release(struct http_request *request);

/* The value of the first parameter of that name; NULL when there is none. */
const char *http_request_parameter(const struct http_request *request, const char *name);

/* True for "1", "true", "t" in any case, and for a parameter without a value, as Kubernetes reads booleans. */
bool http_request_flag(const struct http_request *request, const char *name);

/* A decimal number; 0 and *value untouched when the parameter is absent or empty, -1 when it is no number. */
int http_request_integer(const struct http_request *request, const char *name, int64_t *value);

#endif
