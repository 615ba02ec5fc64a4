/*
 * One thing that the observer saw.
 */
#ifndef DRIVER_OBSERVE_CHANGE_H
#define DRIVER_OBSERVE_CHANGE_H

#include <stdint.h>

#include "common/json.h"

enum change_type {
    CHANGE_LISTED, /* was there when the observer came (or came back) */
    CHANGE_ADDED,
    CHANGE_MODIFIED,
    CHANGE_DELETED, /* also what a new list no longer holds; object is the last state that was seen */
    CHANGE_SAMPLE,  /* a new answer of metrics.k8s.io: object is a PodMetricsList, or NULL when it failed (text says why) */
    CHANGE_GAP,     /* the API is away: changes of this resource are not told until CHANGE_RESUMED (text says why) */
    CHANGE_RESUMED  /* it is back: what follows happened meanwhile or happens now */
};

struct change {
    int64_t arrival; /* monotonic */
    enum change_type type;
    const char *resource; /* as in the API's paths ("pods", "statefulsets"), "podmetrics" for samples, "steps" for what the
                             run itself did (text says what), "requests" for what it asked of the API (object: counts by kind) */
    const char *name;     /* "" for samples and gaps */
    const cJSON *object;  /* managedFields left out; NULL for gaps, their ends and steps */
    const char *text;     /* of a gap, failed sample or step; else NULL */
};

#endif
