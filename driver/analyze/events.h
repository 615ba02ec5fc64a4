/*
 * Follows Event objects: one entry an Event, however often it was counted up.
 */
#ifndef DRIVER_ANALYZE_EVENTS_H
#define DRIVER_ANALYZE_EVENTS_H

#include "driver/analyze/figures.h"
#include "driver/analyze/texts.h"
#include "driver/observe/change.h"

struct event_track {
    struct event_figures figures;
    const char *name; /* of the Event object */
    const char *kind; /* of the involved object, as the API writes it */
    const char *target;
};

struct events {
    struct figures_texts *texts; /* borrowed */
    size_t count;
    struct event_track *tracks;
};

void events_release(struct events *events);
void events_see(struct events *events, int64_t time, const struct change *change);

/* The first arrival of an event of that reason about that object; FIGURES_NEVER when there was none. */
int64_t events_first(const struct events *events, const char *reason, const char *kind, const char *target, int64_t from);

/* The latest event that tells of a cause (scaling, pods that come, go or fail) and arrived at or before the moment; NULL when
 * none did. */
const struct event_track *events_cause(const struct events *events, int64_t time);

#endif
