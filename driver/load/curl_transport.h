/*
 * Sends requests through libcurl's multi interface on the caller's epoll. libcurl is never asked to queue, and a request
 * that it tried a second time on its own (after a kept connection was reset) is ended and counted as reset.
 */
#ifndef DRIVER_LOAD_CURL_TRANSPORT_H
#define DRIVER_LOAD_CURL_TRANSPORT_H

#include "driver/load/transport.h"

struct transport *curl_transport_create(const struct transport_options *options, struct error *error);

#endif
