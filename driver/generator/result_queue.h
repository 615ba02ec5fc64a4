/*
 * The results of a plan's loads, between the threads that send and whoever fetches them: as they are handed over, then as the
 * texts of batches (driver/wire), until they are let go of. Thread-safe.
 */
#ifndef DRIVER_GENERATOR_RESULT_QUEUE_H
#define DRIVER_GENERATOR_RESULT_QUEUE_H

#include "driver/load/load.h"
#include "driver/wire/wire_results.h"

#define RESULT_QUEUE_MAXIMUM ((size_t)64 * 1024 * 1024) /* bytes of texts that are kept */

struct result_queue;

/* maximum: bytes of texts that are kept; beyond it the oldest ones are thrown away and counted as lost. */
struct result_queue *result_queue_create(size_t load_count, size_t maximum);
void result_queue_destroy(struct result_queue *queue); /* harmless on NULL */

/* Where a load (its place in the plan) hands its results over; the queue outlives it. Copies, and does no more than that: the
 * threads that send have their moments to keep. */
struct load_sink result_queue_sink(struct result_queue *queue, size_t load);

/* Makes texts of what has been handed over. ended: nothing comes any more, so that what is begun is a batch too. */
void result_queue_encode(struct result_queue *queue, bool ended);

/* Lets go of what is below since, and appends an answer with what comes from there on. part: of the answer; *complete: whether
 * it is the last one. -1: nothing of that number has been made yet. */
int result_queue_answer(struct result_queue *queue, uint64_t since, unsigned part, struct buffer *text, bool *complete,
                        struct error *error);

/* Batches that were made, and those of them that were thrown away unfetched. */
uint64_t result_queue_next(struct result_queue *queue);
uint64_t result_queue_lost(struct result_queue *queue);

/* Whether all was made into batches to the end, and let go of. */
bool result_queue_is_fetched(struct result_queue *queue);

#endif
