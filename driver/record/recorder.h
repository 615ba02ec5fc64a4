/*
 * The one place where load and observation meet: takes outcomes and changes from their threads, in order of arrival,
 * and hands them on - to the store (on a thread of its own, committed once a second) and to the live state. Producers
 * never wait for the disk; a store that cannot keep up fills the queue, and what is beyond its maximum is counted.
 */
#ifndef DRIVER_RECORD_RECORDER_H
#define DRIVER_RECORD_RECORDER_H

#include "driver/record/live_state.h"
#include "driver/store/run_store.h"

struct recorder;

/* One recorder a variant. store is borrowed and used by nobody else until recorder_finish. */
struct recorder *recorder_create(struct run_store *store, const char *hpa, int64_t spike_over);
void recorder_destroy(struct recorder *recorder);

/* For struct observe_options: context is the recorder. */
void recorder_change(void *recorder, const struct change *change);

/* For struct fleet_options: context is the recorder. */
void recorder_generator(void *recorder, const struct load_generator *generator);

/* For struct load_options. */
struct load_sink recorder_load_sink(struct recorder *recorder);

/* Begins the variant in the store: from now on what has come and comes is written, with times since start_monotonic. */
int recorder_begin(struct recorder *recorder, const struct variant_description *description, int64_t start_monotonic,
                   struct error *error);

/* A copy of what is known now; safe from any thread. */
struct live_view recorder_view(struct recorder *recorder);

/* Non-zero once the store has failed (disk full ...); the text says why. The run goes on in the live view. */
int recorder_failure(struct recorder *recorder, struct error *error);

/* Writes all that is queued, ends the variant with its outcome, stops the thread. Producers have stopped before. */
int recorder_finish(struct recorder *recorder, const char *outcome, struct error *error);

#endif
