/*
 * A recording as a lesson: one variant in a namespace that exists, without any load of ours.
 */
#ifndef DRIVER_LESSON_RECORDING_H
#define DRIVER_LESSON_RECORDING_H

#include "driver/lesson/lesson.h"

/* watched: "hpa/NAME", "deployment/NAME" or "statefulset/NAME". duration in nanoseconds, 0 = until the user ends it. NULL with
 * an error. */
struct lesson *lesson_of_recording(const char *watched, const char *namespace, int64_t duration, struct error *error);

#endif
