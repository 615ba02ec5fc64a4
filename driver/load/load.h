/*
 * The load engine: sends the requests of a schedule at their intended times, whatever the server does (open model), and
 * hands results over once a second. It knows nothing of Kubernetes: the caller resolves names.
 */
#ifndef DRIVER_LOAD_LOAD_H
#define DRIVER_LOAD_LOAD_H

#include "common/error.h"
#include "driver/load/epochs.h"
#include "driver/load/resolve.h"
#include "driver/load/result.h"
#include "driver/load/segment.h"
#include "driver/load/spec.h"

/* Receives results on one of the load's threads at a time; everything is borrowed for the call. */
struct load_sink {
    void *context;
    void (*tick)(void *context, const struct load_spec *spec, const struct load_tick *tick);
    void (*row)(void *context, const struct load_spec *spec, const struct load_row *row);
    void (*exemplar)(void *context, const struct load_spec *spec, const struct load_exemplar *exemplar);
    void (*share)(void *context, const struct load_spec *spec, const struct load_share *share); /* of loads on a resource */
};

/* What sends the requests; AUTOMATIC is the cheapest one that can serve the load. */
enum load_transport { TRANSPORT_AUTOMATIC, TRANSPORT_CURL, TRANSPORT_LEAN };

struct load_options {
    const struct load_spec *spec; /* outlives the load */
    const char *resolve_address;  /* connect there instead of resolving the URL's host; the Host header stays that of the
                                     URL; NULL = resolve by DNS, or go through the proxy that the environment names */
    uint16_t resolve_port;        /* with resolve_address: 0 = the URL's port */
    load_resolver *resolve;       /* instead of DNS; NULL = DNS */
    void *resolve_context;
    enum load_transport transport;
    const struct segment *segment; /* the part of the load that this generator sends; borrowed; NULL = all of it */
    const struct epochs *epochs;   /* or such parts, one after the other; borrowed; NULL = the one; not of loads that count
                                      iterations, unless there is one epoch */
    int64_t slow_over;             /* response times above are kept as exemplars; nanoseconds */
    struct load_sink sink;
};

struct load;

/* Checks the URL and prepares; nothing is sent yet. */
struct load *load_create(const struct load_options *options, struct error *error);

/* Starts the load's threads; second 0 begins at the monotonic time. */
int load_start(struct load *load, int64_t start_monotonic, struct error *error);

/* Ends sending at once; requests in flight become OUTCOME_ABORTED. Safe from any thread, more than once. */
void load_stop(struct load *load);

/* True when every planned request has an outcome. */
bool load_finished(const struct load *load);

/* Waits for the threads; all results have been handed over. */
void load_join(struct load *load);
void load_destroy(struct load *load);

#endif
