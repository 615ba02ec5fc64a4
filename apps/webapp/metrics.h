/*
 * What has been served, counted for Prometheus. Safe to use from many threads.
 */
#ifndef WEBAPP_METRICS_H
#define WEBAPP_METRICS_H

#include <stdint.h>

#include "apps/webapp/cache.h"
#include "common/buffer.h"

struct metrics;

/* Lives as long as the process. */
struct metrics *metrics_create(void) __attribute__((warn_unused_result));

/* A request has begun; each must be ended. */
void metrics_begin_request(struct metrics *metrics);

/* It has ended: answered with a status code after duration nanoseconds, or never answered (code 0), which counts
 * neither as a request nor in the histogram. */
void metrics_end_request(struct metrics *metrics, unsigned code, int64_t duration);

/* Requests begun and not ended. */
int64_t metrics_in_flight(struct metrics *metrics);

/* Appends the Prometheus text format, version 0.0.4. */
void metrics_print(struct metrics *metrics, const struct cache_counts *cache, struct buffer *text);

#endif
