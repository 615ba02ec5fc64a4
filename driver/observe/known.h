/*
 * The objects of one collection that the observer knows of, to tell after a gap which of them are gone. Not thread-safe.
 */
#ifndef DRIVER_OBSERVE_KNOWN_H
#define DRIVER_OBSERVE_KNOWN_H

#include <stdint.h>

#include "common/json.h"

struct known {
    void *tree; /* tsearch(3) */
    uint64_t list;
};

void known_release(struct known *known); /* harmless on a zeroed struct */

/* Remembers an object (owned by known from now on) as the state of its name. Returns the former object of that name when
 * it was another one (another uid), which the caller deletes; else NULL. */
cJSON *known_put(struct known *known, cJSON *object_take) __attribute__((warn_unused_result));

/* Forgets a name. */
void known_remove(struct known *known, const char *name);

/* A list will come. Puts until known_end_list are of that list. */
void known_begin_list(struct known *known);

/* The list has ended: calls back for every object that was not in it, then forgets it. */
void known_end_list(struct known *known, void (*gone)(void *context, const cJSON *object), void *context);

#endif
