/*
 * Random values of a test, the same ones in each run.
 */
#ifndef TESTS_UNIT_DRIVER_WIRE_RANDOM_VALUES_H
#define TESTS_UNIT_DRIVER_WIRE_RANDOM_VALUES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct load_spec;
struct wire_batch;

uint64_t random_below(uint64_t end);
bool random_bool(void);

/* At most 2^53, of any size. */
uint64_t random_count(void);

/* Any bits that are a number between 0 and maximum. */
double random_decimal(double maximum);

/* UTF-8 with quotes, control characters and umlauts, shorter than size. */
void random_text(char *text, size_t size);

/* A load that could be run; release with load_spec_release. */
void random_spec(struct load_spec *spec);

/* Some ticks, rows and exemplars; release with wire_batch_release. */
void random_batch(struct wire_batch *batch, uint64_t sequence, size_t loads);

#endif
