/*
 * The request that a libcurl handle sends: what differs from one request of a load to the next.
 */
#ifndef DRIVER_LOAD_CURL_REQUEST_H
#define DRIVER_LOAD_CURL_REQUEST_H

#include <curl/curl.h>

#include "driver/load/request_mix.h"

/* All zero: nothing was set yet. What the handle borrows is kept here until the next request or the release. */
struct curl_request {
    const struct mixed_request *now;
    struct curl_slist *headers;
    char *url, *body;
};

/* Sets what the request says: method, URL, headers, body, timeout. */
void curl_request_set(struct curl_request *request, CURL *easy, const struct mixed_request *mixed,
                      const struct template_values *values);

/* After curl_easy_cleanup. */
void curl_request_release(struct curl_request *request);

#endif
