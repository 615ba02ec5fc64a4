/*
 * What a generator is asked and told: its control API (docs/generators.md), through the API server's pod proxy, so that nothing
 * but the API needs to be reached from here. Thread-safe.
 */
#ifndef DRIVER_FLEET_CONTROL_H
#define DRIVER_FLEET_CONTROL_H

#include <stdatomic.h>

#include "driver/wire/wire_results.h"
#include "driver/wire/wire_status.h"
#include "kube/kube.h"

/* How the generators of a fleet are reached. Everything is borrowed. */
struct control {
    struct kube_client *client;
    const char *namespace;
    uint16_t port;
    const char *token;
    const atomic_bool *stop; /* ends a call early; NULL = never */
};

/* Each: -1 with an error when the generator did not answer, or not with what was asked for. pod: its name. */
int control_plan(const struct control *control, const char *pod, const char *plan, struct error *error);
int control_start(const struct control *control, const char *pod, const struct wire_start *start, struct error *error);
int control_stop(const struct control *control, const char *pod, struct error *error);
int control_status(const struct control *control, const char *pod, struct wire_status *status, struct error *error);

/* What was told before, or is of a second after the latest that can have come, is refused: a generator is a program in
 * somebody's image. The caller releases the results. */
int control_results(const struct control *control, const char *pod, uint64_t since, int64_t latest, size_t load_count,
                    struct wire_results *results, struct error *error);

/* How far a generator's clock is ahead of the one here, by the quickest of some round trips; known to half of that one. */
struct control_skew {
    int64_t ahead; /* nanoseconds */
    int64_t error;
};
int control_skew(const struct control *control, const char *pod, struct control_skew *skew, struct error *error);

#endif
