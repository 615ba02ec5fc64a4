#include "driver/analyze/events.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "driver/analyze/array.h"
#include "driver/analyze/moment.h"

void events_release(struct events *events)
{
    free(events->tracks);
    events->tracks = NULL;
    events->count = 0;
}

static const char *object_text(struct figures_texts *texts, const char *kind, const char *target)
{
    AUTO_FREE char *lower = memory_copy_text(kind);
    for (char *at = lower; *at != '\0'; at++)
        *at = (char)tolower((unsigned char)*at);
    return texts_format(texts, "%s/%s", lower, target);
}

static struct event_track *track_event(struct events *events, int64_t time, const struct change *change)
{
    for (size_t index = events->count; index-- > 0;) {
        if (strcmp(events->tracks[index].name, change->name) == 0)
            return &events->tracks[index];
    }
    struct event_track *event = ARRAY_ADD(events->tracks, events->count);
    event->name = texts_keep(events->texts, change->name);
    event->kind = texts_keep(events->texts, json_text(json_get(change->object, "involvedObject", "kind"), ""));
    event->target = texts_keep(events->texts, json_text(json_get(change->object, "involvedObject", "name"), ""));
    event->figures.first = time;
    event->figures.object = object_text(events->texts, event->kind, event->target);
    return event;
}

void events_see(struct events *events, int64_t time, const struct change *change)
{
    if (change->object == NULL || change->type == CHANGE_DELETED)
        return;
    struct event_track *event = track_event(events, time, change);
    struct event_figures *figures = &event->figures;
    int64_t series = json_integer(json_get(change->object, "series", "count"), 1);
    int64_t count = json_integer(json_get(change->object, "count"), series);
    figures->last = time;
    figures->count = count > 0 ? (uint64_t)count : 1;
    figures->warning = strcmp(json_text(json_get(change->object, "type"), ""), "Warning") == 0;
    figures->reason = texts_keep(events->texts, json_text(json_get(change->object, "reason"), ""));
    figures->message = texts_keep(
        events->texts, json_text(json_get(change->object, "message"), json_text(json_get(change->object, "note"), "")));
}

int64_t events_first(const struct events *events, const char *reason, const char *kind, const char *target, int64_t from)
{
    int64_t first = FIGURES_NEVER;
    for (size_t index = 0; index < events->count; index++) {
        const struct event_track *event = &events->tracks[index];
        if (event->figures.first >= from && strcmp(event->figures.reason, reason) == 0 && strcmp(event->kind, kind) == 0 &&
            strcmp(event->target, target) == 0)
            moment_first(&first, event->figures.first);
    }
    return first;
}

static bool tells_cause(const char *reason)
{
    static const char *const causes[] = {"SuccessfulRescale", "Killing",         "Started", "Unhealthy",
                                         "BackOff",           "OOMKilling",      "Evicted", "FailedScheduling",
                                         "ScalingReplicaSet", "SuccessfulDelete"};
    for (size_t index = 0; index < sizeof causes / sizeof *causes; index++) {
        if (strcmp(causes[index], reason) == 0)
            return true;
    }
    return false;
}

const struct event_track *events_cause(const struct events *events, int64_t time)
{
    const struct event_track *best = NULL;
    for (size_t index = 0; index < events->count; index++) {
        const struct event_track *event = &events->tracks[index];
        if (event->figures.first <= time && tells_cause(event->figures.reason) &&
            (best == NULL || event->figures.first >= best->figures.first))
            best = event;
    }
    return best;
}
