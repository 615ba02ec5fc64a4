/*
 * Whether the lesson can work on a cluster, asked before anything is made there.
 */
#ifndef DRIVER_RUN_CHECK_H
#define DRIVER_RUN_CHECK_H

#include "driver/lesson/lesson.h"
#include "driver/preflight/preflight.h"

/* Checks every variant. Release the obstacles in every case; -1 with an error when a manifest is wrong or the API does not
 * answer. */
int lesson_check(const struct lesson *lesson, struct kube_client *client, const atomic_bool *stop, struct obstacles *obstacles,
                 struct error *error);

#endif
