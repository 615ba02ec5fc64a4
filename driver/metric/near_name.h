/*
 * Names that come near to one that does not exist, for error messages.
 */
#ifndef DRIVER_METRIC_NEAR_NAME_H
#define DRIVER_METRIC_NEAR_NAME_H

#include <stdbool.h>
#include <stddef.h>

#include "common/buffer.h"

/* Appends up to three names of a list, the nearest first, as "a, b or c"; nothing when none comes near. */
void near_name_write(const char *name, bool (*list)(size_t index, char name[64]), struct buffer *hint);

#endif
