/*
 * Several generators, each a pod, that send one load together: their objects are made and removed here, and their results come
 * in as if one engine had sent it all, each with its part (docs/generators.md).
 *
 * One thread uses a fleet, but for fleet_see, which the observer's may call.
 */
#ifndef DRIVER_FLEET_FLEET_H
#define DRIVER_FLEET_FLEET_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "common/error.h"
#include "driver/fleet/fleet_spec.h"
#include "driver/load/load.h"
#include "driver/observe/change.h"
#include "kube/kube.h"

struct fleet;

/* Everything is borrowed. */
struct fleet_options {
    struct kube_client *client;
    const char *namespace;
    const char *lesson;
    const char *run; /* value of the run's label */
    const struct fleet_spec *spec;
    int64_t deadline; /* of the generators' lives, from their creation, whatever becomes of this process; nanoseconds */
    /* Called with what is known of a generator, at its start and whenever that has changed; on any thread. */
    void *context;
    void (*tell)(void *context, const struct load_generator *generator);
};

/* Nothing is asked of the cluster yet: the observer may tell the fleet of its pods from the first on. */
struct fleet *fleet_create(const struct fleet_options *options);

/* Creates the Job or Deployment and what it owns. */
int fleet_launch(struct fleet *fleet, struct error *error);

/* Deletes what was created, unless the lesson wants to keep it. */
void fleet_remove(struct fleet *fleet);

/* Ends what still runs, removes it, and forgets it. Nobody may use the fleet any more. Harmless on NULL. */
void fleet_destroy(struct fleet *fleet);

/* What the observer saw; others' objects are passed over. */
void fleet_see(struct fleet *fleet, const struct change *change);

/* 1 = all generators are ready, 0 = not yet, -1 = one of them cannot get ready, by name and reason. */
int fleet_is_ready(struct fleet *fleet, struct error *error);

/* Why not all are ready: sets the error; always -1. */
int fleet_say_missing(struct fleet *fleet, struct error *error);

struct fleet_load {
    const struct load_spec *spec; /* outlives the fleet */
    const char *address;          /* where the URL's host is; "" = the generators ask their DNS */
    uint16_t port;
};

/* Tells every generator the loads and its part of them, and measures its clock. After a load has finished, the next may be
 * planned. */
int fleet_plan(struct fleet *fleet, const struct fleet_load *loads, size_t count, int64_t slow_over, struct load_sink sink,
               struct error *error);

/* How long before its second 0 the load must be started, nanoseconds. */
int64_t fleet_lead(const struct fleet *fleet);

/* Starts the load that was planned: second 0 begins at the monotonic time for all. Results go to the sink from now on, on a
 * thread of the fleet. */
int fleet_start(struct fleet *fleet, int64_t start_monotonic, struct error *error);

/* Whether nothing more comes: every generator has told all, or is lost. */
bool fleet_has_finished(struct fleet *fleet);

/* Ends the load early, waits a little for what the generators still tell, and stops reading. Harmless when none runs. */
void fleet_stop(struct fleet *fleet);

/* Generators that were lost; the error names them and the share of the load that was not sent. 0 = none. */
size_t fleet_losses(struct fleet *fleet, struct error *error);

/* Generators that say that they themselves were the limit, not the server. */
size_t fleet_limited(struct fleet *fleet);

/* The name of a generator's pod, into a text of size characters; -1 when it has none. */
int fleet_pod_of(struct fleet *fleet, unsigned part, char *name, size_t size);

#endif
