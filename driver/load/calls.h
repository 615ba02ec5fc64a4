/*
 * Small requests to several servers at once: what tells pods how much of a resource to use. Without retries, proxies and
 * redirects.
 */
#ifndef DRIVER_LOAD_CALLS_H
#define DRIVER_LOAD_CALLS_H

#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

#include "common/error.h"

struct call {
    const char *method; /* borrowed, as the URL */
    const char *url;
    int code;             /* filled in: HTTP status; 0 = no answer */
    struct error problem; /* filled in: "" = the answer is 2xx; else why not, for people */
};

/* Sends them all and returns when each has its answer or problem: at the deadline (monotonic) at the latest, or soon after
 * *stop (NULL = never) became true. Returns how many have a problem. */
size_t calls_perform(struct call *calls, size_t count, int64_t deadline, const atomic_bool *stop);

/* "http://10.0.0.7:8080", an IPv6 address in brackets, and the path behind it. The caller frees. */
char *calls_url(const char *address, uint16_t port, const char *path);

#endif
