/*
 * Sends requests through libcurl's multi interface on the caller's epoll. The engine, not the library, owns the limits:
 * libcurl is never asked to queue, and a request that it tried a second time on its own (after a kept connection was
 * reset) is ended and counted as reset.
 */
#ifndef DRIVER_LOAD_CURL_TRANSPORT_H
#define DRIVER_LOAD_CURL_TRANSPORT_H

#include <stddef.h>
#include <stdint.h>

#include "driver/load/collector.h"
#include "driver/load/url.h"

struct curl_transport;

struct curl_transport_options {
    const struct load_spec *spec; /* borrowed, as url */
    const struct url_template *url;
    const char *resolve_address; /* as in struct load_options; copied */
    uint16_t resolve_port;
    int epoll;     /* sockets are added with a data.u64 above UINT32_MAX */
    int64_t start; /* clock_monotonic of the load's start: outcomes are counted from it */
    void *context;
    void (*done)(void *context, const struct load_done *done); /* may send again */
};

struct curl_transport *curl_transport_create(const struct curl_transport_options *options, struct error *error);
void curl_transport_destroy(struct curl_transport *transport); /* forgets what is in flight */

/* Begins one request; its outcome comes through done. intended and sent: nanoseconds since the start. */
void curl_transport_send(struct curl_transport *transport, uint64_t index, int64_t intended, int64_t sent);

size_t curl_transport_in_flight(const struct curl_transport *transport);

/* Monotonic time at which curl_transport_expire wants to be called; INT64_MAX = not. */
int64_t curl_transport_deadline(const struct curl_transport *transport);
void curl_transport_expire(struct curl_transport *transport);

/* One event of the epoll. token: its data.u64; those of sockets that have been closed since are passed over. */
void curl_transport_event(struct curl_transport *transport, uint64_t token, uint32_t epoll_events);

/* Ends all that is in flight as OUTCOME_ABORTED. */
void curl_transport_abort(struct curl_transport *transport);

#endif
