/*
 * The one thing in the recordings that Kubernetes itself leaves to chance.
 *
 * When several pods lack the request that a utilization needs, the message names the one that the controller's pod
 * list happens to begin with. That list comes out of a hash map in a new random order each time: one recorded sync
 * names two different pods for two metrics with the same cause. hpa/ names the first pod of the list it is given.
 * So a recorded pod counts as matched by another one when it, too, lacks that request; all else must be the same.
 */
#ifndef TESTS_VECTORS_POD_CHOICE_H
#define TESTS_VECTORS_POD_CHOICE_H

#include <stdbool.h>

#include <cjson/cJSON.h>

/* Whether two texts differ only in which of the pods without a request they name. `pods` is the step's array. */
bool same_but_for_pod_choice(const char *expected, const char *got, const cJSON *pods);

#endif
