/*
 * Sums outcomes up into rows and ticks and hands them to the sink once a second. Used by one engine's thread alone.
 */
#ifndef DRIVER_LOAD_COLLECTOR_H
#define DRIVER_LOAD_COLLECTOR_H

#include "driver/load/load.h"

/* One request that has its outcome. Times: nanoseconds since the load's start. */
struct load_done {
    enum load_outcome outcome;
    int http_status;
    int64_t intended, sent, finished; /* sent is -1 for dropped ones */
    uint32_t which;                   /* of the load's requests */
    uint32_t vu;                      /* of a closed model: who sent it */
    const char *server;               /* "" = unknown */
    int64_t server_age;               /* -1 = unknown */
    enum load_warmth warmth;
    bool new_connection;
    uint64_t bytes_received, bytes_sent;
    uint32_t checks_passed; /* a bit for each check of the request */
};

struct collector;

struct collector *collector_create(const struct load_spec *spec, int64_t slow_over, const struct load_sink *sink);
void collector_destroy(struct collector *collector);

/* A request has come due; it is sent (or dropped) next. */
void collector_planned(struct collector *collector);
void collector_sent(struct collector *collector, int64_t intended, int64_t sent);
void collector_done(struct collector *collector, const struct load_done *done);

/* What ticks say besides what was counted. */
struct engine_state {
    uint64_t in_flight;
    uint64_t vus;
    int64_t cpu; /* time of the thread, nanoseconds */
};

/* Hands over what has come together; ends the present second when now (since the start) has passed it. final: hands over
 * everything. */
void collector_flush(struct collector *collector, int64_t now, const struct engine_state *state, bool final);

#endif
