/*
 * The rings that io_uring shares with the kernel, by its system calls alone: what is to be done goes into the one, what was done
 * comes out of the other, and buffers for what is received go into a third. Used by one thread, which need not be the one
 * that creates it.
 */
#ifndef DRIVER_LOAD_URING_H
#define DRIVER_LOAD_URING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <linux/io_uring.h>

#include "common/error.h"

#define URING_BUFFER_SIZE 16384u

struct uring;

/* NULL with the reason: the kernel has no io_uring, none that is new enough (6.1), or does not let us. */
struct uring *uring_create(struct error *error);
void uring_destroy(struct uring *uring); /* harmless on NULL */

/* An empty place for something that is to be done. Its user_data comes back with what was done. */
struct io_uring_sqe *uring_prepare(struct uring *uring);

/* Hands over what is prepared, and lets the kernel do what it has to. Waits until something is done, so many nanoseconds
 * at most. */
void uring_submit(struct uring *uring, int64_t longest);

/* The next thing that was done; false when there is none. */
bool uring_next(struct uring *uring, struct io_uring_cqe *done);

/* The bytes of a buffer that the kernel has chosen (cqe.flags >> IORING_CQE_BUFFER_SHIFT), and its return. */
const char *uring_buffer(const struct uring *uring, unsigned number);
void uring_give_back(struct uring *uring, unsigned number);

#endif
