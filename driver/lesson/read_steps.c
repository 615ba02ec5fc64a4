#include "driver/lesson/read_steps.h"

#include <stdlib.h>
#include <string.h>

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

/* The pod of one generator, such as {generator: 2}. */
static int read_kill(const struct lesson_source *source, const struct yaml_node *node, struct lesson_step *step)
{
    static const char *const known[] = {"generator", NULL};
    step->action = ACTION_KILL;
    return field_mapping(&source->reader, node, "kill", known) < 0
               ? -1
               : field_integer(&source->reader, node, "generator", true, 1, FLEET_MOST_GENERATORS, &step->generator);
}

static const struct lesson_variant *find_variant(const struct lesson *lesson, const char *name)
{
    for (size_t i = 0; i < lesson->variant_count; i++)
        if (strcmp(lesson->variants[i].name, name) == 0)
            return &lesson->variants[i];
    return NULL;
}

static int read_step_variants(const struct lesson_source *source, const struct yaml_node *node, const struct lesson *lesson,
                              struct lesson_step *step)
{
    if (source_texts(source, node, "variants", false, &step->variants) < 0)
        return -1;
    for (size_t i = 0; i < step->variants.count; i++)
        if (find_variant(lesson, step->variants.texts[i]) == NULL)
            return field_error(&source->reader, yaml_get(node, "variants")->values[i], "variants: there is no variant \"%.60s\"",
                               step->variants.texts[i]);
    return 0;
}

/* A generator that is killed is one of those that the step's variants have. */
static int check_kill(const struct lesson_source *source, const struct yaml_node *node, const struct lesson *lesson,
                      const struct lesson_step *step)
{
    for (size_t i = 0; i < lesson->variant_count && step->action == ACTION_KILL; i++) {
        const struct lesson_variant *variant = &lesson->variants[i];
        bool in_cluster = fleet_spec_is_in_cluster(&variant->generators);
        if (!lesson_step_is_of(step, variant) || (in_cluster && step->generator <= variant->generators.parallelism))
            continue;
        return field_error(&source->reader, yaml_get(node, "kill"), "kill: variant \"%.60s\" has %s", variant->name,
                           in_cluster ? "fewer generators" : "no generators in pods");
    }
    return 0;
}

static int read_action(const struct lesson_source *source, const struct yaml_node *node, struct lesson_step *step)
{
    const struct yaml_node *patch = yaml_get(node, "patch");
    const struct yaml_node *kill = yaml_get(node, "kill");
    if ((patch != NULL) + (kill != NULL) + (yaml_get(node, "apply") != NULL) != 1)
        return field_error(&source->reader, node, "step: expected either \"apply\", \"patch\" or \"kill\"");
    if (patch != NULL)
        return read_patch(source, patch, step);
    return kill != NULL ? read_kill(source, kill, step) : source_paths(source, node, "apply", &step->manifests);
}

static int read_step(const struct lesson_source *source, const struct yaml_node *node, const struct lesson *lesson,
                     struct lesson_step *step)
{
    static const char *const known[] = {"at", "apply", "patch", "kill", "variants", NULL};
    if (field_mapping(&source->reader, node, "step", known) < 0 ||
        field_duration(&source->reader, node, "at", true, 0, LATEST_STEP, &step->at) < 0 || read_action(source, node, step) < 0 ||
        read_step_variants(source, node, lesson, step) < 0)
        return -1;
    return check_kill(source, node, lesson, step);
}

bool lesson_step_is_of(const struct lesson_step *step, const struct lesson_variant *variant)
{
    for (size_t i = 0; i < step->variants.count; i++)
        if (strcmp(step->variants.texts[i], variant->name) == 0)
            return true;
    return step->variants.count == 0;
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
        if (read_step(source, list->values[i], lesson, &lesson->steps[i]) < 0)
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
        text_list_release(&step->variants);
        free(step->api_version);
        free(step->kind);
        free(step->name);
        free(step->merge);
    }
    free(lesson->steps);
}
