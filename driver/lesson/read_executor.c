#include "driver/lesson/read_executor.h"

#include <math.h>
#include <string.h>

#include "common/clock.h"
#include "common/memory.h"
#include "driver/load/limits.h"

#define HIGHEST_SEED 1000000000

static const char *const executors[] = {"constant-arrival-rate",
                                        "ramping-arrival-rate",
                                        "constant-vus",
                                        "ramping-vus",
                                        "shared-iterations",
                                        "per-vu-iterations",
                                        NULL};

int lesson_read_executor(const struct field_reader *reader, const struct yaml_node *node, struct load_spec *spec,
                         const char *fields[EXECUTOR_FIELDS_MAXIMUM])
{
    static const char *const fields_of[][EXECUTOR_FIELDS_MAXIMUM] = {
        [EXECUTOR_CONSTANT_ARRIVAL_RATE] = {"rate", "timeUnit", "duration", "spacing", "seed"},
        [EXECUTOR_RAMPING_ARRIVAL_RATE] = {"stages", "startRate", "timeUnit", "spacing", "seed"},
        [EXECUTOR_CONSTANT_VUS] = {"vus", "duration", "thinkTime", "seed"},
        [EXECUTOR_RAMPING_VUS] = {"stages", "startVUs", "thinkTime", "seed"},
        [EXECUTOR_SHARED_ITERATIONS] = {"vus", "iterations", "maxDuration", "thinkTime", "seed"},
        [EXECUTOR_PER_VU_ITERATIONS] = {"vus", "iterations", "maxDuration", "thinkTime", "seed"},
    };
    int executor = 0;
    if (field_word(reader, node, "executor", true, executors, &executor) < 0)
        return -1;
    spec->executor = (enum load_executor)executor;
    memcpy(fields, fields_of[executor], sizeof fields_of[executor]);
    return 0;
}

/* A stage of length 0 is a jump to its target, as in k6. */
static int read_stage(const struct field_reader *reader, const struct yaml_node *node, double highest, struct load_stage *stage)
{
    static const char *const known[] = {"duration", "target", "phase", NULL};
    if (field_mapping(reader, node, "stage", known) < 0 || lesson_read_phase(reader, node, &stage->phase) < 0 ||
        field_duration(reader, node, "duration", true, 0, LOAD_LONGEST_STAGE, &stage->duration) < 0)
        return -1;
    return field_number(reader, node, "target", true, 0, highest, &stage->target);
}

int lesson_read_stages(const struct field_reader *reader, const struct yaml_node *node, double highest, struct load_spec *spec)
{
    const struct yaml_node *stages = NULL;
    if (field_member(reader, node, "stages", YAML_SEQUENCE, true, &stages) < 0)
        return -1;
    if (stages->count == 0 || stages->count > LOAD_MOST_STAGES)
        return field_error(reader, stages, "stages: expected 1 to %d stages, not %zu", LOAD_MOST_STAGES, stages->count);
    spec->stages = memory_allocate(stages->count, sizeof *spec->stages);
    spec->stage_count = stages->count;
    for (size_t i = 0; i < stages->count; i++)
        if (read_stage(reader, stages->values[i], highest, &spec->stages[i]) < 0)
            return -1;
    if (load_spec_duration(spec) == 0)
        return field_error(reader, stages, "stages: expected one at least that lasts");
    return 0;
}

int lesson_read_phase(const struct field_reader *reader, const struct yaml_node *node, char **phase)
{
    const struct yaml_node *member = yaml_get(node, "phase");
    if (field_text(reader, node, "phase", false, phase) < 0)
        return -1;
    if (member != NULL && !lesson_is_label(member->text))
        return field_error(reader, member,
                           "phase: expected at most %d letters, digits, dashes, dots and underscores, not \"%.60s\"",
                           LOAD_NAME_SIZE - 1, member->text);
    return 0;
}

bool lesson_is_label(const char *text)
{
    size_t length = strspn(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._");
    return length > 0 && length < LOAD_NAME_SIZE && text[length] == '\0';
}

/* A second belongs to one phase. */
static int check_phases(const struct field_reader *reader, const struct yaml_node *node, const struct load_spec *spec)
{
    int64_t begin = 0;
    const char *before = NULL;
    for (size_t i = 0; i < spec->stage_count; i++) {
        const struct load_stage *stage = &spec->stages[i];
        const char *phase = stage->phase != NULL ? stage->phase : "";
        if (before != NULL && strcmp(before, phase) != 0 && begin % NANOSECONDS_PER_SECOND != 0)
            return field_error(reader, yaml_get(node, "stages"),
                               "stages: phase \"%s\" begins within a second; phases change at whole seconds", phase);
        before = stage->duration > 0 ? phase : before;
        begin += stage->duration;
    }
    return 0;
}

/* The load's phase is that of the stages that have none of their own. */
static int read_phases(const struct field_reader *reader, const struct yaml_node *node, struct load_spec *spec)
{
    AUTO_FREE char *phase = NULL;
    if (lesson_read_phase(reader, node, &phase) < 0)
        return -1;
    for (size_t i = 0; i < spec->stage_count && phase != NULL; i++)
        if (spec->stages[i].phase == NULL)
            spec->stages[i].phase = memory_copy_text(phase);
    return check_phases(reader, node, spec);
}

static int read_spacing(const struct field_reader *reader, const struct yaml_node *node, struct load_spec *spec)
{
    static const char *const words[] = {"uniform", "poisson", NULL};
    int spacing = (int)spec->spacing;
    if (field_word(reader, node, "spacing", false, words, &spacing) < 0)
        return -1;
    spec->spacing = (enum load_spacing)spacing;
    return 0;
}

static int read_seed(const struct field_reader *reader, const struct yaml_node *node, struct load_spec *spec)
{
    int seed = (int)spec->seed;
    if (field_integer(reader, node, "seed", false, 0, HIGHEST_SEED, &seed) < 0)
        return -1;
    spec->seed = (uint64_t)seed;
    return 0;
}

/* Rates are requests in so much time (k6); seconds. */
static int read_time_unit(const struct field_reader *reader, const struct yaml_node *node, double *seconds)
{
    int64_t unit = NANOSECONDS_PER_SECOND;
    if (field_duration(reader, node, "timeUnit", false, NANOSECONDS_PER_MILLISECOND, LOAD_LONGEST_STAGE, &unit) < 0)
        return -1;
    *seconds = (double)unit / (double)NANOSECONDS_PER_SECOND;
    return 0;
}

static int read_open(const struct field_reader *reader, const struct yaml_node *node, struct load_spec *spec)
{
    double seconds = 1;
    if (read_spacing(reader, node, spec) < 0 || read_time_unit(reader, node, &seconds) < 0)
        return -1;
    double highest = LOAD_HIGHEST_RATE * seconds;
    if (spec->executor == EXECUTOR_RAMPING_ARRIVAL_RATE) {
        if (lesson_read_stages(reader, node, highest, spec) < 0 ||
            field_number(reader, node, "startRate", false, 0, highest, &spec->start_rate) < 0)
            return -1;
    } else {
        spec->stages = memory_allocate(1, sizeof *spec->stages);
        spec->stage_count = 1;
        if (field_number(reader, node, "rate", true, 0, highest, &spec->start_rate) < 0 ||
            field_duration(reader, node, "duration", true, NANOSECONDS_PER_MILLISECOND, LOAD_LONGEST_STAGE,
                           &spec->stages[0].duration) < 0)
            return -1;
        spec->stages[0].target = spec->start_rate;
    }
    spec->start_rate /= seconds;
    for (size_t i = 0; i < spec->stage_count; i++)
        spec->stages[i].target /= seconds;
    return 0;
}

static int read_ramping_vus(const struct field_reader *reader, const struct yaml_node *node, struct load_spec *spec)
{
    int start = 1; /* as in k6 */
    if (lesson_read_stages(reader, node, LOAD_MOST_VUS, spec) < 0 ||
        field_integer(reader, node, "startVUs", false, 0, LOAD_MOST_VUS, &start) < 0)
        return -1;
    spec->start_rate = start;
    const struct yaml_node *stages = yaml_get(node, "stages");
    for (size_t i = 0; i < spec->stage_count; i++)
        if (spec->stages[i].target != floor(spec->stages[i].target))
            return field_error(reader, yaml_get(stages->values[i], "target"), "target: expected a whole number of VUs, not %g",
                               spec->stages[i].target);
    return 0;
}

static int read_iterations(const struct field_reader *reader, const struct yaml_node *node, struct load_spec *spec)
{
    int iterations = 1;
    spec->stages[0].duration = LOAD_ITERATIONS_DURATION;
    if (field_integer(reader, node, "iterations", false, 1, LOAD_MOST_ITERATIONS, &iterations) < 0)
        return -1;
    spec->iterations = (uint64_t)iterations;
    return field_duration(reader, node, "maxDuration", false, NANOSECONDS_PER_MILLISECOND, LOAD_LONGEST_STAGE,
                          &spec->stages[0].duration);
}

/* 500ms, or {min: 1s, max: 3s}: drawn anew each time. */
static int read_think_time(const struct field_reader *reader, const struct yaml_node *node, struct load_spec *spec)
{
    static const char *const known[] = {"min", "max", NULL};
    const struct yaml_node *range = yaml_get(node, "thinkTime");
    if (range == NULL || range->kind != YAML_MAPPING)
        return field_duration(reader, node, "thinkTime", false, 0, LOAD_LONGEST_STAGE, &spec->think_time);
    if (field_mapping(reader, range, "thinkTime", known) < 0 ||
        field_duration(reader, range, "min", true, 0, LOAD_LONGEST_STAGE, &spec->think_time) < 0 ||
        field_duration(reader, range, "max", true, 0, LOAD_LONGEST_STAGE, &spec->think_time_most) < 0)
        return -1;
    if (spec->think_time_most < spec->think_time)
        return field_error(reader, range, "thinkTime: expected a max that is not below min");
    return 0;
}

static int read_closed(const struct field_reader *reader, const struct yaml_node *node, struct load_spec *spec)
{
    int vus = 1;
    if (read_think_time(reader, node, spec) < 0)
        return -1;
    if (spec->executor == EXECUTOR_RAMPING_VUS)
        return read_ramping_vus(reader, node, spec);
    if (field_integer(reader, node, "vus", false, 1, LOAD_MOST_VUS, &vus) < 0)
        return -1;
    spec->stages = memory_allocate(1, sizeof *spec->stages);
    spec->stage_count = 1;
    spec->start_rate = vus;
    spec->stages[0].target = vus;
    if (spec->executor != EXECUTOR_CONSTANT_VUS)
        return read_iterations(reader, node, spec);
    return field_duration(reader, node, "duration", true, NANOSECONDS_PER_MILLISECOND, LOAD_LONGEST_STAGE,
                          &spec->stages[0].duration);
}

int lesson_read_schedule(const struct field_reader *reader, const struct yaml_node *node, struct load_spec *spec)
{
    bool closed = load_executor_is_closed(spec->executor);
    if (read_seed(reader, node, spec) < 0 || (closed ? read_closed(reader, node, spec) : read_open(reader, node, spec)) < 0)
        return -1;
    return read_phases(reader, node, spec);
}
