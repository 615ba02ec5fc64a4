/*
 * Something that the proxy's epoll set points to. The first member of what it is embedded in.
 */
#ifndef CLUSTER_PROXY_EVENT_SOURCE_H
#define CLUSTER_PROXY_EVENT_SOURCE_H

#include <stdint.h>

struct event_source {
    void (*handle)(struct event_source *source, uint32_t events); /* EPOLLIN, ... */
};

#endif
