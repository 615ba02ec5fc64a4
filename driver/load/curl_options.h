/*
 * What libcurl is told of a load once and for all: TLS, which HTTP, redirects, proxies.
 */
#ifndef DRIVER_LOAD_CURL_OPTIONS_H
#define DRIVER_LOAD_CURL_OPTIONS_H

#include <curl/curl.h>

#include "driver/load/transport.h"

/* options: borrowed as long as the handle is used. */
void curl_options_set(CURL *easy, const struct transport_options *options);

/* Whether connections are used for more than one request. */
bool curl_options_keep(const struct transport_options *options);

/* Whether a connection carries many requests at a time. */
bool curl_options_multiplex(const struct transport_options *options);

/* Where connections to the URL's host go, for CURLOPT_CONNECT_TO; NULL = where libcurl thinks. The caller frees it. */
struct curl_slist *curl_options_address(const struct transport_options *options);

#endif
