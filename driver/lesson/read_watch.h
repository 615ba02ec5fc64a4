/*
 * What a lesson is about: the namespace that it works in, what it watches there, and what it calls a spike. Part of reading
 * a lesson.
 */
#ifndef DRIVER_LESSON_READ_WATCH_H
#define DRIVER_LESSON_READ_WATCH_H

#include "driver/lesson/source.h"

/* Also sets source->live. */
int lesson_read_watch(struct lesson_source *source, struct lesson *lesson);

/* What a variant changes of the watched HPA. */
int lesson_read_changes(const struct lesson_source *source, const struct yaml_node *node, const struct lesson *lesson,
                        struct lesson_variant *variant);

#endif
