/*
 * A lesson's `steps`: what is done to the cluster at given moments of the run.
 */
#ifndef DRIVER_LESSON_READ_STEPS_H
#define DRIVER_LESSON_READ_STEPS_H

#include "driver/lesson/source.h"

/* Fills the lesson's steps; lesson_release_steps in every case. */
int lesson_read_steps(const struct lesson_source *source, struct lesson *lesson);
void lesson_release_steps(struct lesson *lesson);

#endif
