/*
 * The virtual users of a closed model: whose turn it is to send, and when. A VU has one request at a time; its next turn
 * comes when it has its answer, after its think time. Used by one engine's thread alone; times are nanoseconds since the
 * load's start.
 *
 * Ramps as in k6: the number of VUs is the straight line's, rounded towards where it comes from; a VU that is one too many
 * ends when it has its answer. After the load's duration nobody begins a request, and those on their way are waited for.
 */
#ifndef DRIVER_LOAD_VUS_H
#define DRIVER_LOAD_VUS_H

#include <stdbool.h>
#include <stdint.h>

#include "driver/load/epochs.h"
#include "driver/load/segment.h"
#include "driver/load/spec.h"

struct vus;

/* All are borrowed; segment: NULL = all of the load. Of several generators each has its share of the VUs, and of
 * shared-iterations. part: not NULL = the segments, one after the other, in place of the one. */
struct vus *vus_create(const struct load_spec *spec, const struct segment *segment, const struct epoch_part *part);
void vus_destroy(struct vus *vus); /* harmless on NULL */

/* In force; NULL = all of the load. */
const struct segment *vus_segment(const struct vus *vus);

/* The part has been refreshed. */
void vus_follow_epochs(struct vus *vus);

/* Takes a VU whose turn has come (its number is below the most VUs there are at once); *number: of its request, which no other
 * segment of the load uses (in one epoch). False when there is none at the moment. */
bool vus_take(struct vus *vus, int64_t now, uint32_t *vu, uint64_t *number);

/* A VU has its answer, or whatever became of its request. */
void vus_give_back(struct vus *vus, uint32_t vu, int64_t now);

/* When the next turn comes, the number of VUs changes or the load is over, unless a VU is given back before. */
int64_t vus_next_turn(const struct vus *vus);

/* True when nobody begins a request any more. */
bool vus_are_over(const struct vus *vus, int64_t now);

/* VUs that send or think. */
uint64_t vus_count(const struct vus *vus);

#endif
