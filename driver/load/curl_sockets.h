/*
 * The sockets of libcurl in an epoll.
 */
#ifndef DRIVER_LOAD_CURL_SOCKETS_H
#define DRIVER_LOAD_CURL_SOCKETS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <curl/curl.h>

struct curl_sockets {
    CURLM *multi; /* borrowed */
    int epoll;
    uint32_t registrations;  /* so far */
    uint32_t *registered;    /* by socket: the number of its latest registration; 0 = none */
    size_t registered_count; /* sockets that registered has room for */
};

/* Adds and removes sockets as libcurl asks for it; their data.u64 is above UINT32_MAX. */
void curl_sockets_watch(struct curl_sockets *sockets, CURLM *multi, int epoll);

/* After the multi handle's end. */
void curl_sockets_release(struct curl_sockets *sockets);

/* The socket of an event's data.u64; CURL_SOCKET_BAD when it is no longer watched. */
curl_socket_t curl_sockets_find(const struct curl_sockets *sockets, uint64_t token);

#endif
