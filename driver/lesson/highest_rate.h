/*
 * How much a lesson asks of a service at most, before anything is sent.
 */
#ifndef DRIVER_LESSON_HIGHEST_RATE_H
#define DRIVER_LESSON_HIGHEST_RATE_H

#include "driver/lesson/lesson.h"

/* The highest rate, in requests a second, of all loads together and of the warm-up; those of a closed model are left out, as
 * their rate is the server's: *closed is the first of them, NULL = there is none. */
double lesson_highest_rate(const struct lesson *lesson, const struct load_spec **closed);

/* Whether it sends anything at all, or asks pods for a resource. */
bool lesson_has_load(const struct lesson *lesson);

#endif
