/* events.k8s.io/v1 Events, as newer Kubernetes components write them: the same objects as the Events of v1. */
#include "cluster/api/schema_tables.h"
#include "cluster/api/version.h"

static const struct {
    const char *stored;
    const char *name;
} renamed[] = {
    {"involvedObject", "regarding"},
    {"message", "note"},
    {"source", "deprecatedSource"},
    {"firstTimestamp", "deprecatedFirstTimestamp"},
    {"lastTimestamp", "deprecatedLastTimestamp"},
    {"count", "deprecatedCount"},
    {"reportingComponent", "reportingController"},
};

static void rename_member(cJSON *tree, const char *from, const char *to)
{
    cJSON *value = cJSON_DetachItemFromObjectCaseSensitive(tree, from);
    if (value != NULL)
        json_set(tree, to, value);
}

static void to_stored(cJSON *tree)
{
    for (size_t i = 0; i < sizeof renamed / sizeof renamed[0]; i++)
        rename_member(tree, renamed[i].name, renamed[i].stored);
}

static void from_stored(cJSON *tree)
{
    for (size_t i = 0; i < sizeof renamed / sizeof renamed[0]; i++)
        rename_member(tree, renamed[i].stored, renamed[i].name);
}

static const struct schema_field source_fields[] = {F_TEXT("component"), F_TEXT("host"), F_END};
static const struct schema source = {"EventSource", source_fields};
static const struct schema_field event_fields[] = {
    F_OBJECT_ALWAYS("metadata", &schema_object_meta),
    F_MICRO_TIME_ALWAYS("eventTime"),
    F_ANY("series"),
    F_TEXT("reportingController"),
    F_TEXT("reportingInstance"),
    F_TEXT("action"),
    F_TEXT("reason"),
    F_OBJECT_ALWAYS("regarding", &schema_object_reference),
    F_OBJECT("related", &schema_object_reference),
    F_TEXT("note"),
    F_TEXT("type"),
    F_OBJECT_ALWAYS("deprecatedSource", &source),
    F_TIME_ALWAYS("deprecatedFirstTimestamp"),
    F_TIME_ALWAYS("deprecatedLastTimestamp"),
    F_INT32("deprecatedCount"),
    F_END,
};
static const struct schema event = {"Event", event_fields};

const struct conversion conversion_event_v1 = {&event, to_stored, from_stored};
