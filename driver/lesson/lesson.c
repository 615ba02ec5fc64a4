#include "driver/lesson/lesson.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "common/clock.h"
#include "common/file.h"
#include "common/memory.h"
#include "driver/lesson/fields.h"
#include "driver/lesson/hash.h"
#include "driver/lesson/read_expect.h"
#include "driver/lesson/read_generators.h"
#include "driver/lesson/read_load.h"
#include "driver/lesson/read_steps.h"
#include "driver/lesson/read_watch.h"
#include "driver/lesson/source.h"

#define MAXIMUM_FILE (1 << 20)
#define LONGEST_NAMES 55 /* a namespace has at most 63 characters */
#define MOST_VARIANTS 20
#define MOST_LOADS 20
#define LONGEST_WAIT (3600 * NANOSECONDS_PER_SECOND)
#define LONGEST_DURATION (24 * 3600 * NANOSECONDS_PER_SECOND)
#define DEFAULT_TIMEOUT (90 * NANOSECONDS_PER_SECOND)

static int read_scale(const struct lesson_source *source, const struct yaml_node *node, struct lesson_scale *scale)
{
    static const char *const known[] = {"namespace", "deployment", "replicas", NULL};
    if (field_mapping(&source->reader, node, "scale", known) < 0 ||
        field_text(&source->reader, node, "namespace", true, &scale->namespace) < 0 ||
        field_text(&source->reader, node, "deployment", true, &scale->deployment) < 0)
        return -1;
    return field_integer(&source->reader, node, "replicas", true, 0, 1000, &scale->replicas);
}

static int read_scales(const struct lesson_source *source, const struct yaml_node *node, struct lesson_variant *variant)
{
    const struct yaml_node *list = NULL;
    if (field_member(&source->reader, node, "scale", YAML_SEQUENCE, false, &list) < 0)
        return -1;
    if (list == NULL)
        return 0;
    variant->scale = memory_allocate(list->count, sizeof *variant->scale);
    variant->scale_count = list->count;
    for (size_t i = 0; i < list->count; i++)
        if (read_scale(source, list->values[i], &variant->scale[i]) < 0)
            return -1;
    return 0;
}

/* Names become parts of a namespace's name. */
static int check_name(const struct lesson_source *source, const struct yaml_node *mapping, const char *name)
{
    size_t length = strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-");
    if (length <= 40 && name[length] == '\0' && name[0] != '-' && name[length - 1] != '-')
        return 0;
    return field_error(&source->reader, yaml_get(mapping, "name"),
                       "name: expected at most 40 lower-case letters, digits and inner dashes, not \"%.60s\"", name);
}

static int read_variant(const struct lesson_source *source, const struct yaml_node *node, const struct lesson *lesson,
                        struct lesson_variant *variant)
{
    static const char *const known[] = {"name", "title", "manifests", "expect", "scale", "generators", NULL};
    static const char *const known_live[] = {"name", "title", "expect", "behavior", "patch", "generators", NULL};
    bool live = source->live;
    fleet_spec_init(&variant->generators);
    variant->title = memory_copy_text("");
    if (field_mapping(&source->reader, node, "variant", live ? known_live : known) < 0 ||
        field_text(&source->reader, node, "name", true, &variant->name) < 0 || check_name(source, node, variant->name) < 0 ||
        field_text(&source->reader, node, "title", false, &variant->title) < 0 ||
        (!live && source_paths(source, node, "manifests", &variant->manifests) < 0) ||
        lesson_read_expect(source, node, variant) < 0)
        return -1;
    int changes = live ? lesson_read_changes(source, node, lesson, variant) : read_scales(source, node, variant);
    return changes < 0 ? -1 : lesson_read_generators(source, node, &variant->generators);
}

/* Both names together, behind "hpalab-", name the variant's namespace. */
static int check_names_together(const struct lesson_source *source, const struct yaml_node *node, const struct lesson *lesson,
                                const struct lesson_variant *variant)
{
    if (strlen(lesson->name) + strlen(variant->name) <= LONGEST_NAMES)
        return 0;
    return field_error(&source->reader, yaml_get(node, "name"),
                       "name: expected at most %d characters together with the lesson's name, not \"%.60s\"", LONGEST_NAMES,
                       variant->name);
}

static int read_variants(const struct lesson_source *source, struct lesson *lesson)
{
    const struct yaml_node *list = NULL;
    if (field_member(&source->reader, source_holder(source, "variants"), "variants", YAML_SEQUENCE, true, &list) < 0)
        return -1;
    if (list->count == 0 || list->count > MOST_VARIANTS)
        return field_error(&source->reader, list, "variants: expected 1 to %d variants", MOST_VARIANTS);
    lesson->variants = memory_allocate(list->count, sizeof *lesson->variants);
    for (size_t i = 0; i < list->count; i++) {
        lesson->variant_count++;
        if (read_variant(source, list->values[i], lesson, &lesson->variants[i]) < 0 ||
            check_names_together(source, list->values[i], lesson, &lesson->variants[i]) < 0)
            return -1;
        for (size_t j = 0; j < i; j++)
            if (strcmp(lesson->variants[i].name, lesson->variants[j].name) == 0)
                return field_error(&source->reader, yaml_get(list->values[i], "name"),
                                   "name: another variant is called \"%.60s\"", lesson->variants[i].name);
    }
    return 0;
}

/* A lesson may go without a load when it says how long it is measured. */
static int read_loads(const struct lesson_source *source, struct lesson *lesson)
{
    const struct yaml_node *list = NULL;
    const struct yaml_node *holder = source_holder(source, "load");
    bool required = lesson->duration == 0;
    if (field_member(&source->reader, holder, "load", YAML_SEQUENCE, required, &list) < 0)
        return -1;
    if (list == NULL)
        return 0;
    if (list->count == 0 || list->count > MOST_LOADS)
        return field_error(&source->reader, list, "load: expected 1 to %d loads", MOST_LOADS);
    lesson->loads = memory_allocate(list->count, sizeof *lesson->loads);
    for (size_t i = 0; i < list->count; i++) {
        load_spec_init(&lesson->loads[i]);
        lesson->load_count++;
        if (lesson_read_load(&source->reader, list->values[i], &lesson->loads[i]) < 0)
            return -1;
        for (size_t j = 0; j < i; j++)
            if (strcmp(lesson->loads[i].name, lesson->loads[j].name) == 0)
                return field_error(&source->reader, yaml_get(list->values[i], "name"), "name: another load is called \"%.60s\"",
                                   lesson->loads[i].name);
    }
    return 0;
}

static int read_duration(const struct lesson_source *source, struct lesson *lesson)
{
    return field_duration(&source->reader, source_holder(source, "duration"), "duration", false, NANOSECONDS_PER_SECOND,
                          LONGEST_DURATION, &lesson->duration);
}

static int read_warm_up(const struct lesson_source *source, struct lesson *lesson)
{
    const struct yaml_node *node = NULL;
    if (field_member(&source->reader, source_holder(source, "warmUp"), "warmUp", YAML_MAPPING, false, &node) < 0)
        return -1;
    if (node == NULL)
        return 0;
    lesson->warm_up = memory_allocate(1, sizeof *lesson->warm_up);
    load_spec_init(lesson->warm_up);
    if (lesson_read_load(&source->reader, node, lesson->warm_up) < 0)
        return -1;
    return lesson->warm_up->type == LOAD_HTTP ? 0
                                              : field_error(&source->reader, yaml_get(node, "type"), "type: expected http here");
}

static int read_start(const struct lesson_source *source, struct lesson *lesson)
{
    static const char *const known[] = {"when", "timeout", NULL};
    static const char *const words[] = {"created", "ready", "metrics", NULL};
    const struct yaml_node *start = NULL;
    lesson->start = source->live ? START_CREATED : START_METRICS;
    lesson->start_timeout = DEFAULT_TIMEOUT;
    if (field_member(&source->reader, source_holder(source, "start"), "start", YAML_MAPPING, false, &start) < 0)
        return -1;
    if (start == NULL)
        return 0;
    int when = (int)lesson->start;
    if (field_mapping(&source->reader, start, "start", known) < 0 ||
        field_word(&source->reader, start, "when", false, words, &when) < 0)
        return -1;
    lesson->start = (enum lesson_start)when;
    return field_duration(&source->reader, start, "timeout", false, NANOSECONDS_PER_SECOND, LONGEST_WAIT, &lesson->start_timeout);
}

static int read_settle(const struct lesson_source *source, struct lesson *lesson)
{
    static const char *const known[] = {"until", "for", "timeout", NULL};
    static const char *const words[] = {"minReplicas", NULL};
    const struct yaml_node *settle = yaml_get(source_holder(source, "settle"), "settle");
    if (settle == NULL || (settle->kind == YAML_SCALAR && strcmp(settle->text, "none") == 0))
        return 0;
    if (settle->kind != YAML_MAPPING)
        return field_error(&source->reader, settle, "settle: expected none, {for: 20s} or {until: minReplicas, timeout: 60s}");
    int word = 0;
    if (field_mapping(&source->reader, settle, "settle", known) < 0 ||
        field_word(&source->reader, settle, "until", false, words, &word) < 0)
        return -1;
    bool fixed = yaml_get(settle, "for") != NULL;
    if (fixed == (yaml_get(settle, "until") != NULL))
        return field_error(&source->reader, settle, "settle: expected either \"for\" or \"until\"");
    lesson->settle = fixed ? SETTLE_FOR : SETTLE_MIN_REPLICAS;
    return field_duration(&source->reader, settle, fixed ? "for" : "timeout", true, NANOSECONDS_PER_MILLISECOND, LONGEST_WAIT,
                          &lesson->settle_time);
}

static int choose_pace(struct lesson_source *source, const char *pace)
{
    static const char *const paces[] = {"quick", "kubernetes", NULL};
    static const char *const known[] = {"variants", "load",  "duration", "steps",      "warmUp", "start",
                                        "settle",   "watch", "spikes",   "generators", NULL};
    const struct yaml_node *choices = NULL;
    if (field_member(&source->reader, source->spec, "pace", YAML_MAPPING, false, &choices) < 0)
        return -1;
    if (choices == NULL)
        return 0;
    if (field_mapping(&source->reader, choices, "pace", paces) < 0)
        return -1;
    source->pace = yaml_get(choices, pace);
    return source->pace == NULL ? 0 : field_mapping(&source->reader, source->pace, pace, known);
}

static int read_head(const struct lesson_source *source, const struct yaml_node *root, struct lesson *lesson)
{
    static const char *const known[] = {"apiVersion", "kind", "metadata", "spec", NULL};
    static const char *const metadata_known[] = {"name", "title", NULL};
    static const char *const versions[] = {"hpalab/v1", NULL};
    static const char *const kinds[] = {"Lesson", NULL};
    const struct yaml_node *metadata = NULL;
    int word = 0;
    if (field_mapping(&source->reader, root, "lesson", known) < 0 ||
        field_word(&source->reader, root, "apiVersion", true, versions, &word) < 0 ||
        field_word(&source->reader, root, "kind", true, kinds, &word) < 0 ||
        field_member(&source->reader, root, "metadata", YAML_MAPPING, true, &metadata) < 0 ||
        field_mapping(&source->reader, metadata, "metadata", metadata_known) < 0 ||
        field_text(&source->reader, metadata, "name", true, &lesson->name) < 0 || check_name(source, metadata, lesson->name) < 0)
        return -1;
    lesson->title = memory_copy_text(lesson->name);
    return field_text(&source->reader, metadata, "title", false, &lesson->title);
}

static int read_tree(struct lesson_source *source, const struct yaml_documents *documents, const char *pace,
                     struct lesson *lesson)
{
    static const char *const known[] = {"namespace", "variants", "load",   "duration", "steps",      "warmUp", "start",
                                        "settle",    "watch",    "spikes", "pace",     "generators", NULL};
    if (documents->count != 1)
        return error_set(source->reader.error, "%s:%d:1: expected one YAML document, not %zu", lesson->file,
                         documents->count > 1 ? documents->roots[1]->line : 1, documents->count);
    const struct yaml_node *root = documents->roots[0];
    if (read_head(source, root, lesson) < 0 ||
        field_member(&source->reader, root, "spec", YAML_MAPPING, true, &source->spec) < 0 ||
        field_mapping(&source->reader, source->spec, "spec", known) < 0 || choose_pace(source, pace) < 0 ||
        lesson_read_watch(source, lesson) < 0 || read_variants(source, lesson) < 0 || read_duration(source, lesson) < 0 ||
        read_loads(source, lesson) < 0 || lesson_read_steps(source, lesson) < 0 || read_warm_up(source, lesson) < 0 ||
        read_start(source, lesson) < 0)
        return -1;
    return read_settle(source, lesson);
}

/* The README beside the lesson; "" when there is none. */
static char *read_explanation(const char *folder)
{
    AUTO_FREE char *path = memory_format("%s/README.md", folder);
    char *text = file_read(path, MAXIMUM_FILE, NULL, NULL);
    return text != NULL ? text : memory_copy_text("");
}

static char *absolute_folder(const char *file)
{
    char *absolute = realpath(file, NULL);
    if (absolute == NULL)
        return memory_copy_text(".");
    *strrchr(absolute, '/') = '\0';
    return absolute;
}

/* Takes the text. */
static struct lesson *parse(const char *file, char *text_take, size_t length, const char *folder, const char *pace,
                            lesson_check_expectation *check, struct error *error)
{
    struct lesson *lesson = memory_allocate(1, sizeof *lesson);
    lesson->file = memory_copy_text(file);
    lesson->text = text_take;
    AUTO_YAML struct yaml_documents documents = {0};
    struct lesson_source source = {.reader = {.file = file, .error = error}, .folder = folder, .check = check};
    if (yaml_parse(file, text_take, length, &documents, error) < 0 || read_tree(&source, &documents, pace, lesson) < 0) {
        lesson_destroy(lesson);
        return NULL;
    }
    lesson->hash = lesson_hash(lesson->text, length);
    return lesson;
}

struct lesson *lesson_read(const char *path, const char *pace, lesson_check_expectation *check, struct error *error)
{
    struct stat status;
    bool is_folder = stat(path, &status) == 0 && S_ISDIR(status.st_mode);
    AUTO_FREE char *file = is_folder ? memory_format("%s/lesson.yaml", path) : memory_copy_text(path);
    size_t length = 0;
    char *text = file_read(file, MAXIMUM_FILE, &length, error);
    if (text == NULL)
        return NULL;
    AUTO_FREE char *folder = absolute_folder(file);
    struct lesson *lesson = parse(file, text, length, folder, pace, check, error);
    if (lesson != NULL)
        lesson->explanation = read_explanation(folder);
    return lesson;
}

struct lesson *lesson_parse(const char *name, const char *text, const char *pace, lesson_check_expectation *check,
                            struct error *error)
{
    struct lesson *lesson = parse(name, memory_copy_text(text), strlen(text), ".", pace, check, error);
    if (lesson != NULL)
        lesson->explanation = memory_copy_text("");
    return lesson;
}

bool lesson_is_live(const struct lesson *lesson)
{
    return lesson->namespace[0] != '\0';
}

bool lesson_changes_hpa(const struct lesson *lesson)
{
    for (size_t i = 0; i < lesson->variant_count; i++)
        if (lesson->variants[i].behavior != NULL || lesson->variants[i].patch != NULL)
            return true;
    return false;
}

const char *lesson_watched(const struct lesson *lesson)
{
    return lesson->watch_workload[0] != '\0' ? lesson->watch_workload : lesson->watch_hpa;
}

static void variant_release(struct lesson_variant *variant)
{
    for (size_t i = 0; i < variant->scale_count; i++) {
        free(variant->scale[i].namespace);
        free(variant->scale[i].deployment);
    }
    free(variant->scale);
    text_list_release(&variant->manifests);
    text_list_release(&variant->expect);
    free(variant->aborts);
    fleet_spec_release(&variant->generators);
    free(variant->behavior);
    free(variant->patch);
    free(variant->name);
    free(variant->title);
}

void lesson_destroy(struct lesson *lesson)
{
    if (lesson == NULL)
        return;
    for (size_t i = 0; i < lesson->variant_count; i++)
        variant_release(&lesson->variants[i]);
    for (size_t i = 0; i < lesson->load_count; i++)
        load_spec_release(&lesson->loads[i]);
    lesson_release_steps(lesson);
    if (lesson->warm_up != NULL)
        load_spec_release(lesson->warm_up);
    free(lesson->warm_up);
    free(lesson->variants);
    free(lesson->loads);
    free(lesson->file);
    free(lesson->text);
    free(lesson->hash);
    free(lesson->name);
    free(lesson->title);
    free(lesson->explanation);
    free(lesson->namespace);
    free(lesson->watch_hpa);
    free(lesson->watch_workload);
    free(lesson);
}

int64_t lesson_load_duration(const struct lesson *lesson)
{
    int64_t longest = lesson->duration;
    for (size_t i = 0; i < lesson->load_count; i++) {
        int64_t duration = load_spec_duration(&lesson->loads[i]);
        longest = duration > longest ? duration : longest;
    }
    for (size_t i = 0; i < lesson->step_count; i++)
        longest = lesson->steps[i].at > longest ? lesson->steps[i].at : longest;
    return longest;
}
