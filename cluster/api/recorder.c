#include "cluster/api/recorder.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "cluster/api/recorder_cache.h"
#include "cluster/api/registry_internal.h"
#include "common/clock.h"
#include "common/log.h"

#define ALIKE_FOR (600 * NANOSECONDS_PER_SECOND)
/* So that the event's name, with 16 digits after it, stays a valid one. */
#define NAME_SHOWN 236
#define KEPT_FOR (3600 * NANOSECONDS_PER_SECOND)

struct occurrence {
    const struct object *about;
    const char *field_path;
    const char *type;
    const char *reason;
    const char *component;
    const char *host; /* "" when there is none */
    const char *message;
    int64_t wall;
};

static const char *event_namespace(const struct object *about)
{
    return object_namespace(about)[0] != '\0' ? object_namespace(about) : "default";
}

static cJSON *involved_object(const struct occurrence *occurrence)
{
    const struct resource *resource = resource_by_id(object_resource(occurrence->about));
    char text[64];
    cJSON *reference = cJSON_CreateObject();
    json_set_text(reference, "kind", resource->kind);
    json_set_text(reference, "namespace", object_namespace(occurrence->about));
    json_set_text(reference, "name", object_name(occurrence->about));
    json_set_text(reference, "uid", object_uid(occurrence->about));
    json_set_text(reference, "apiVersion", resource_api_version(resource, text));
    snprintf(text, sizeof text, "%" PRIu64, object_version(occurrence->about));
    json_set_text(reference, "resourceVersion", text);
    if (occurrence->field_path != NULL)
        json_set_text(reference, "fieldPath", occurrence->field_path);
    return reference;
}

static cJSON *make_event(const struct occurrence *occurrence, const char *name)
{
    char when[CLOCK_TEXT_SIZE];
    cJSON *event = cJSON_CreateObject();
    json_set_text(json_object_at(event, "metadata"), "name", name);
    json_set(event, "involvedObject", involved_object(occurrence));
    json_set_text(event, "reason", occurrence->reason);
    json_set_text(event, "message", occurrence->message);
    json_set_text(json_object_at(event, "source"), "component", occurrence->component);
    json_set_text(json_object_at(event, "source"), "host", occurrence->host);
    (void)clock_format_seconds(occurrence->wall, when);
    json_set_text(event, "firstTimestamp", when);
    json_set_text(event, "lastTimestamp", when);
    json_set_integer(event, "count", 1);
    json_set_text(event, "type", occurrence->type);
    json_set_text(event, "reportingComponent", occurrence->component);
    json_set_text(event, "reportingInstance", occurrence->host);
    return event;
}

static bool raise_count(cJSON *event, void *context)
{
    const struct occurrence *occurrence = context;
    char when[CLOCK_TEXT_SIZE];
    json_set_integer(event, "count", json_integer(json_get(event, "count"), 0) + 1);
    json_set_text(event, "lastTimestamp", clock_format_seconds(occurrence->wall, when));
    return true;
}

static void write_event(struct registry *registry, struct occurrence *occurrence, const char *key)
{
    AUTO_STATUS struct status status = {0};
    const char *namespace = event_namespace(occurrence->about);
    struct recorded_event *alike = recorder_cache_find(registry->recorded, key);
    if (alike != NULL && occurrence->wall - alike->last_wall < ALIKE_FOR &&
        registry_mutate(registry, RESOURCE_EVENTS, namespace, alike->name, SUBRESOURCE_NONE, raise_count, occurrence, NULL,
                        &status) == 0) {
        recorder_cache_touch(registry->recorded, alike, occurrence->wall);
        return;
    }
    AUTO_FREE char *name = memory_format("%.*s.%" PRIx64, NAME_SHOWN, object_name(occurrence->about), (uint64_t)occurrence->wall);
    cJSON *event = make_event(occurrence, name);
    if (registry_create(registry, RESOURCE_EVENTS, namespace, event, NULL, &status) == 0)
        (void)recorder_cache_add(registry->recorded, key, namespace, name, occurrence->wall);
    else
        log_debug("recorder", "event %s of %s not written: %s", occurrence->reason, object_name(occurrence->about),
                  status_message(&status));
}

static void remove_old(struct registry *registry, int64_t now_wall)
{
    struct recorded_event *old = NULL;
    while ((old = recorder_cache_surplus(registry->recorded, now_wall - KEPT_FOR)) != NULL) {
        const struct delete_options options = DELETE_OPTIONS_DEFAULT;
        (void)registry_delete(registry, RESOURCE_EVENTS, old->namespace, old->name, &options, NULL, NULL, NULL);
        recorder_cache_remove(registry->recorded, old);
    }
}

void record_event(struct registry *registry, const struct object *about, const char *field_path, const char *type,
                  const char *reason, const char *component, const char *host, const char *format, ...)
{
    char *message = NULL;
    va_list arguments;
    va_start(arguments, format);
    int length = vasprintf(&message, format, arguments);
    va_end(arguments);
    if (length < 0)
        return;
    struct occurrence occurrence = {.about = about,
                                    .field_path = field_path,
                                    .type = type,
                                    .reason = reason,
                                    .component = component,
                                    .host = host != NULL ? host : "",
                                    .message = message,
                                    .wall = clock_wall()};
    AUTO_FREE char *key = memory_format("%s|%s|%s|%s|%s|%s|%s|%s", object_uid(about), object_name(about),
                                        field_path != NULL ? field_path : "", type, reason, component, occurrence.host, message);
    pthread_mutex_lock(&registry->recorder_lock);
    write_event(registry, &occurrence, key);
    remove_old(registry, occurrence.wall);
    pthread_mutex_unlock(&registry->recorder_lock);
    free(message);
}
