/*
 * Snappy's block format, as remote write demands it, with literals only: what is sent is a few hundred kilobytes once a run, so
 * the bytes saved would not pay for a library. Every decoder takes it.
 */
#ifndef DRIVER_REMOTE_WRITE_SNAPPY_H
#define DRIVER_REMOTE_WRITE_SNAPPY_H

#include "common/buffer.h"

/* Appends the encoding of the bytes: their length, and literals of 64 KiB at most. */
void snappy_append(struct buffer *output, const char *bytes, size_t length);

#endif
