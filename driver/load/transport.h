/*
 * What sends requests for the engine. Two transports do: libcurl for everything, and a lean one of our own for plain
 * HTTP/1.1, which costs a fraction of it. Both give the same outcomes for the same servers, and neither queues or tries a
 * request again: the engine owns the limits.
 */
#ifndef DRIVER_LOAD_TRANSPORT_H
#define DRIVER_LOAD_TRANSPORT_H

#include "driver/load/addresses.h"
#include "driver/load/collector.h"
#include "driver/load/request_mix.h"

struct transport_options {
    const struct load_spec *spec; /* borrowed, as the next two */
    const struct request_mix *mix;
    const struct url_template *url; /* of the first request: says which server all of them ask */
    int maximum_connections;
    const char *resolve_address; /* as in struct load_options; borrowed during the creation */
    uint16_t resolve_port;
    const char *proxy;           /* all requests go through it; NULL = none; borrowed */
    struct addresses *addresses; /* of the URL's host, where resolve_address is NULL; NULL = not known; borrowed */
    int epoll;                   /* sockets are added with a data.u64 above UINT32_MAX */
    int64_t start;               /* clock_monotonic of the load's start: outcomes are counted from it */
    void *context;
    void (*done)(void *context, const struct load_done *done); /* may send again */
};

/* Times: nanoseconds since the load's start. */
struct load_request {
    uint64_t number; /* in the load */
    uint32_t which;  /* of the mix */
    uint64_t turn;   /* how often that was sent before */
    int64_t intended, sent;
    uint32_t vu;        /* given back with the outcome */
    uint64_t vu_number; /* what {vu} becomes */
};

struct transport;

struct transport_functions {
    void (*destroy)(struct transport *transport);
    void (*send)(struct transport *transport, const struct load_request *request);
    int64_t (*deadline)(const struct transport *transport);
    void (*expire)(struct transport *transport);
    void (*event)(struct transport *transport, uint64_t token, uint32_t epoll_events);
    void (*wait)(struct transport *transport, int64_t longest); /* NULL = the engine waits for the epoll */
    void (*abort)(struct transport *transport);
};

/* Each transport's own struct begins with this one. */
struct transport {
    const struct transport_functions *functions;
    struct transport_options options; /* resolve_address is NULL: it was needed at the creation only */
    size_t in_flight;
};

/* The lean transport where it can serve the load, else libcurl; or the one that is asked for (an error when it cannot). */
struct transport *load_transport_create(enum load_transport wanted, const struct transport_options *options, struct error *error);

/* Whether a connection is closed after the request that is sent on it now: its requests-th, age nanoseconds after it was
 * made. */
bool transport_is_last(const struct load_spec *spec, uint64_t requests, int64_t age);

/* What the variables of a request become. */
static inline struct template_values transport_values(const struct request_mix *mix, const struct load_request *request)
{
    return (struct template_values){.turn = request->turn,
                                    .iteration = request->number,
                                    .vu = request->vu_number,
                                    .seed = mix->spec->seed,
                                    .data = &mix->data};
}

/* Forgets what is in flight. Harmless on NULL. */
void load_transport_destroy(struct transport *transport);

/* Begins one request; its outcome comes through done, perhaps before this returns. */
static inline void transport_send(struct transport *transport, const struct load_request *request)
{
    transport->functions->send(transport, request);
}

/* Monotonic time at which transport_expire wants to be called; INT64_MAX = not. */
static inline int64_t transport_deadline(const struct transport *transport)
{
    return transport->functions->deadline(transport);
}

static inline void transport_expire(struct transport *transport)
{
    transport->functions->expire(transport);
}

/* One event of the epoll. token: its data.u64; those of sockets that have been closed since are passed over. */
static inline void transport_event(struct transport *transport, uint64_t token, uint32_t epoll_events)
{
    transport->functions->event(transport, token, epoll_events);
}

/* Whether the transport waits by itself: transport_wait is called instead of waiting for the epoll. */
static inline bool transport_waits(const struct transport *transport)
{
    return transport->functions->wait != NULL;
}

/* Sleeps until something happens to a connection or to the epoll, at most so many nanoseconds (0 = not at all), and does what
 * is to be done for the connections. */
static inline void transport_wait(struct transport *transport, int64_t longest)
{
    transport->functions->wait(transport, longest);
}

/* Ends all that is in flight as OUTCOME_ABORTED. */
static inline void transport_abort(struct transport *transport)
{
    transport->functions->abort(transport);
}

#endif
