/*
 * The part of a load that one of several generators sends. They share a schedule without talking to each other: each number
 * (of a request, of a VU) belongs to exactly one of them, and the parts add up to the whole.
 *
 * Equal shares: generator k of N owns the numbers i with i mod N = k. Unequal weights: a pattern as long as the sum of the
 * weights, in which each place goes to the generator that is due earliest, of several to the one with the larger share.
 *
 * A part can be divided again, among the threads of one generator: part k of N and of that t of T is exact as well.
 */
#ifndef DRIVER_LOAD_SEGMENT_H
#define DRIVER_LOAD_SEGMENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/error.h"

#define SEGMENT_MOST_GENERATORS 1024
#define SEGMENT_MOST_WEIGHT 100000 /* sum of the weights, divided by what all of them can be divided by */

struct segment;

/* Generator index (0, 1, ...) of count. weights: one for each, 0 = it sends nothing; NULL = equal shares. */
struct segment *segment_create(size_t index, size_t count, const uint32_t *weights, struct error *error);
void segment_destroy(struct segment *segment); /* harmless on NULL */

/* Part index (0, 1, ...) of count equal ones of another segment, which is borrowed; NULL = of all. Both numbers are in range. */
struct segment *segment_divide(const struct segment *whole, size_t index, size_t count);

/* Whether the number is this generator's; NULL = the only generator, which owns all. */
bool segment_owns(const struct segment *segment, uint64_t number);

/* Whether no number at all is this generator's. */
bool segment_is_empty(const struct segment *segment);

/* How many of the numbers 0 .. total - 1 are this generator's. */
uint64_t segment_share(const struct segment *segment, uint64_t total);

/* The rank-th (0, 1, ...) of this generator's numbers, which has some. */
uint64_t segment_number(const struct segment *segment, uint64_t rank);

#endif
