/*
 * Touches pages so that they count as memory in use. The kernel does it, by copying a byte to or from each page: a page
 * that a mapped file no longer has is then an error of that call, where touching it ourselves would raise SIGBUS.
 */
#ifndef MEMAPP_TOUCH_H
#define MEMAPP_TOUCH_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>

#include "common/error.h"

struct toucher;

/* NULL: error. */
struct toucher *toucher_create(struct error *error) __attribute__((warn_unused_result));
void toucher_destroy(struct toucher *toucher);

/* Writes (or else reads) the first byte of each page of size bytes from data, which is at a page's start. Returns the bytes
 * touched: size, or whole pages that come before one that could not be had (errno says why), or before stop became true. */
size_t toucher_touch(struct toucher *toucher, void *data, size_t size, bool write, const atomic_bool *stop);

#endif
