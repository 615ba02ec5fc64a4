/*
 * One thread of a load: sends what of the load is its part, serves what arrives, hands results over each second. Threads
 * share nothing but where their results go.
 */
#ifndef DRIVER_LOAD_ENGINE_H
#define DRIVER_LOAD_ENGINE_H

#include "driver/load/addresses.h"
#include "driver/load/load.h"
#include "driver/load/request_mix.h"

/* Everything is borrowed; the part is the engine's own until its thread has ended. */
struct engine_options {
    const struct load_spec *spec;
    const struct request_mix *mix;
    const struct segment *segment; /* this thread's part; NULL = the whole load */
    struct epoch_part *part;       /* or such parts, one after the other; NULL = the one */
    int maximum_connections;       /* of this thread */
    enum load_transport transport;
    const char *resolve_address; /* as in struct load_options */
    uint16_t resolve_port;
    const char *proxy;           /* NULL = none */
    struct addresses *addresses; /* as in struct transport_options */
    int64_t slow_over;
    struct load_sink sink;
    void *context;
    void (*ended)(void *context); /* on the engine's thread, at last: all results have been handed over */
};

struct engine;

struct engine *engine_create(const struct engine_options *options, struct error *error);

/* Makes ready to send; second 0 begins at the monotonic time. */
int engine_prepare(struct engine *engine, int64_t start_monotonic, struct error *error);

/* Starts the thread. */
int engine_start(struct engine *engine, struct error *error);

/* As load_stop and load_join. */
void engine_stop(struct engine *engine);
void engine_join(struct engine *engine);

/* Stops it and waits for it. Harmless on NULL. */
void engine_destroy(struct engine *engine);

#endif
