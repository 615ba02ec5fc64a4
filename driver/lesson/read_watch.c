#include "driver/lesson/read_watch.h"

#include <stdlib.h>
#include <string.h>

#include "common/clock.h"
#include "common/memory.h"

#define LONGEST_LABEL 63 /* of a DNS label, as namespaces are */
#define LONGEST_NAME 253
#define DEFAULT_SPIKE NANOSECONDS_PER_SECOND
#define LONGEST_SPIKE (3600 * NANOSECONDS_PER_SECOND)

/* Names become parts of paths of the API. */
static int check_object_name(const struct lesson_source *source, const struct yaml_node *mapping, const char *key,
                             const char *name, const char *characters, size_t longest)
{
    size_t length = strspn(name, characters);
    if (length > 0 && length <= longest && name[length] == '\0')
        return 0;
    return field_error(&source->reader, yaml_get(mapping, key),
                       "%s: expected a name of at most %zu lower-case letters, digits%s, "
                       "not \"%.60s\"",
                       key, longest, longest == LONGEST_LABEL ? " and dashes" : ", dashes and dots", name);
}

/* In a namespace that exists nothing is made or changed but what a variant says of the HPA. */
static int read_namespace(struct lesson_source *source, struct lesson *lesson)
{
    lesson->namespace = memory_copy_text("");
    source->live = yaml_get(source->spec, "namespace") != NULL;
    if (!source->live)
        return 0;
    if (field_text(&source->reader, source->spec, "namespace", true, &lesson->namespace) < 0 ||
        check_object_name(source, source->spec, "namespace", lesson->namespace, "abcdefghijklmnopqrstuvwxyz0123456789-",
                          LONGEST_LABEL) < 0)
        return -1;
    const struct yaml_node *steps = yaml_get(source_holder(source, "steps"), "steps");
    if (steps != NULL)
        return field_error(&source->reader, steps, "steps: in a namespace that exists (%s) nothing is applied or patched",
                           lesson->namespace);
    if (yaml_get(source_holder(source, "watch"), "watch") == NULL)
        return field_error(&source->reader, source->spec, "watch is missing: what is to be watched in namespace %s?",
                           lesson->namespace);
    return 0;
}

static int read_watched(const struct lesson_source *source, struct lesson *lesson)
{
    static const char *const known[] = {"hpa", "deployment", "statefulset", NULL};
    const struct yaml_node *watch = NULL;
    lesson->watch_hpa = memory_copy_text("");
    lesson->watch_workload = memory_copy_text("");
    if (field_member(&source->reader, source_holder(source, "watch"), "watch", YAML_MAPPING, false, &watch) < 0)
        return -1;
    if (watch == NULL)
        return 0;
    if (field_mapping(&source->reader, watch, "watch", known) < 0)
        return -1;
    if (watch->count != 1)
        return field_error(&source->reader, watch, "watch: expected one of hpa, deployment and statefulset");
    const char *kind = watch->keys[0]->text;
    AUTO_FREE char *name = NULL;
    if (field_text(&source->reader, watch, kind, true, &name) < 0 ||
        check_object_name(source, watch, kind, name, "abcdefghijklmnopqrstuvwxyz0123456789-.", LONGEST_NAME) < 0)
        return -1;
    char **watched = strcmp(kind, "hpa") == 0 ? &lesson->watch_hpa : &lesson->watch_workload;
    free(*watched);
    *watched = watched == &lesson->watch_hpa ? steal_pointer(&name) : memory_format("%s/%s", kind, name);
    return 0;
}

static int read_spikes(const struct lesson_source *source, struct lesson *lesson)
{
    static const char *const known[] = {"over", NULL};
    const struct yaml_node *spikes = NULL;
    lesson->spike_over = DEFAULT_SPIKE;
    if (field_member(&source->reader, source_holder(source, "spikes"), "spikes", YAML_MAPPING, false, &spikes) < 0)
        return -1;
    if (spikes == NULL)
        return 0;
    if (field_mapping(&source->reader, spikes, "spikes", known) < 0)
        return -1;
    return field_duration(&source->reader, spikes, "over", true, NANOSECONDS_PER_MILLISECOND, LONGEST_SPIKE, &lesson->spike_over);
}

int lesson_read_watch(struct lesson_source *source, struct lesson *lesson)
{
    if (read_namespace(source, lesson) < 0 || read_watched(source, lesson) < 0)
        return -1;
    return read_spikes(source, lesson);
}

static int read_change(const struct lesson_source *source, const struct yaml_node *node, const char *key, char **json)
{
    const struct yaml_node *member = NULL;
    if (field_member(&source->reader, node, key, YAML_MAPPING, false, &member) < 0)
        return -1;
    if (member == NULL)
        return 0;
    AUTO_JSON cJSON *tree = yaml_to_json(member);
    *json = json_print(tree);
    return 0;
}

int lesson_read_changes(const struct lesson_source *source, const struct yaml_node *node, const struct lesson *lesson,
                        struct lesson_variant *variant)
{
    if (read_change(source, node, "behavior", &variant->behavior) < 0 || read_change(source, node, "patch", &variant->patch) < 0)
        return -1;
    const struct yaml_node *change = yaml_get(node, variant->behavior != NULL ? "behavior" : "patch");
    if (change != NULL && lesson->watch_hpa[0] == '\0')
        return field_error(&source->reader, change, "%s: there is no HPA that is watched",
                           variant->behavior != NULL ? "behavior" : "patch");
    return 0;
}
