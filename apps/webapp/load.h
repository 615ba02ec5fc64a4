/*
 * Load on demand: CPU and memory used in the background for a while, several at once adding up, as Kubernetes's
 * resource-consumer test image does. Bounded: what would go over the bounds is refused.
 */
#ifndef WEBAPP_LOAD_H
#define WEBAPP_LOAD_H

#include <stdint.h>

#include "common/error.h"

#define LOAD_MILLICORES_MAXIMUM 16000 /* all CPU loads together */
#define LOAD_MIB_MAXIMUM 4096         /* all memory loads together */
#define LOAD_SECONDS_MAXIMUM 3600
#define LOAD_COUNT_MAXIMUM 64 /* loads at once, of both kinds */

struct loads;

/* Lives as long as the process: loads that run refer to it. */
struct loads *loads_create(void) __attribute__((warn_unused_result));

/* Uses millicores (1 to LOAD_MILLICORES_MAXIMUM) for duration nanoseconds, on average over the whole time: who was
 * held up catches up. 0, or -1 when the bounds are reached or no thread could be started. */
int loads_start_cpu(struct loads *loads, int64_t millicores, int64_t duration, struct error *error);

/* Holds mib (1 to LOAD_MIB_MAXIMUM) of touched anonymous memory for duration nanoseconds. */
int loads_start_memory(struct loads *loads, int64_t mib, int64_t duration, struct error *error);

#endif
