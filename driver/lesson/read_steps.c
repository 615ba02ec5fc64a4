#include "driver/lesson/read_steps.h"

#include <stdlib.h>

#include "common/clock.h"
#include "common/memory.h"

#define MOST_STEPS 100
#define LATEST_STEP (24 * 3600 * NANOSECONDS_PER_SECOND)

static int read_patch(const struct lesson_source *source, const struct yaml_node *node, struct lesson_step *step)
{
    static const char *const known[] = {"apiVersion", "kind", "name", "merge", NULL};
    const struct yaml_node *merge = NULL;
    if (field_mapping(&source->reader, node, "patch", known) < 0 ||
        field_text(&source->reader, node, "apiVersion", true, &step->api_version) < 0 ||
        field_text(&source->reader, node, "kind", true, &step->kind) < 0 ||
        field_text(&source->reader, node, "name", true, &step->name) < 0 ||
        field_member(&source->reader, node, "merge", YAML_MAPPING, true, &merge) < 0)
        return -1;
    AUTO_JSON cJSON *json = yaml_to_json(merge);
    step->action = ACTION_PATCH;
    step->merge = json_print(json);
    return 0;
}

static int read_step(const struct lesson_source *source, const struct yaml_node *node, struct lesson_step *step)
{
    static const char *const known[] = {"at", "apply", "patch", NULL};
    if (field_mapping(&source->reader, node, "step", known) < 0 ||
        field_duration(&source->reader, node, "at", true, 0, LATEST_STEP, &step->at) < 0)
        return -1;
    const struct yaml_node *patch = yaml_get(node, "patch");
    if ((patch != NULL) == (yaml_get(node, "apply") != NULL))
        return field_error(&source->reader, node, "step: expected either \"apply\" or \"patch\"");
    return patch != NULL ? read_patch(source, patch, step) : source_paths(source, node, "apply", &step->manifests);
}

int lesson_read_steps(const struct lesson_source *source, struct lesson *lesson)
{
    const struct yaml_node *list = NULL;
    if (field_member(&source->reader, source_holder(source, "steps"), "steps", YAML_SEQUENCE, false, &list) < 0)
        return -1;
    if (list == NULL)
        return 0;
    if (list->count > MOST_STEPS)
        return field_error(&source->reader, list, "steps: expected at most %d steps", MOST_STEPS);
    lesson->steps = memory_allocate(list->count, sizeof *lesson->steps);
    for (size_t i = 0; i < list->count; i++) {
        lesson->step_count++;
        if (read_step(source, list->values[i], &lesson->steps[i]) < 0)
            return -1;
        if (i > 0 && lesson->steps[i].at < lesson->steps[i - 1].at)
            return field_error(&source->reader, yaml_get(list->values[i], "at"), "at: this step comes before the one above it");
    }
    return 0;
}

void lesson_release_steps(struct lesson *lesson)
{
    for (size_t i = 0; i < lesson->step_count; i++) {
        struct lesson_step *step = &lesson->steps[i];
        text_list_release(&step->manifests);
        free(step->api_version);
        free(step->kind);
        free(step->name);
        free(step->merge);
    }
    free(lesson->steps);
}
