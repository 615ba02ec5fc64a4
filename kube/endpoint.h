/*
 * Where the requests of one client go: what stands before their path, and what libcurl must be told so that it speaks
 * to that place.
 */
#ifndef KUBE_ENDPOINT_H
#define KUBE_ENDPOINT_H

#include <stdbool.h>

#include "kube/kubeconfig.h"

struct endpoint {
    char *base;       /* what the path is appended to: the server, or the same under its TLS name */
    char *host_line;  /* "Host: ..." when base has another host; else NULL */
    char *connect_to; /* libcurl's "host:port:host:port" for that; else NULL */
    bool loopback;    /* a proxy from the environment does not apply */
};

/* Release with endpoint_release. */
void endpoint_init(struct endpoint *endpoint, const struct kubeconfig *config);
void endpoint_release(struct endpoint *endpoint);

#endif
