/*
 * What a variant of a lesson should show.
 */
#ifndef DRIVER_LESSON_READ_EXPECT_H
#define DRIVER_LESSON_READ_EXPECT_H

#include "driver/lesson/source.h"

/* The member `expect` of a variant. */
int lesson_read_expect(const struct lesson_source *source, const struct yaml_node *node, struct lesson_variant *variant);

#endif
