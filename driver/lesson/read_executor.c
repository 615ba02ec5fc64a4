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
        [EXECUTOR_CONSTANT_ARRIVAL_RATE] = {"rate", "duration", "spacing", "seed"},
        [EXECUTOR_RAMPING_ARRIVAL_RATE] = {"stages", "startRate", "spacing", "seed"},
        [EXECUTOR_CONSTANT_VUS] = {"vus", "duration", "thinkTime"},
        [EXECUTOR_RAMPING_VUS] = {"stages", "startVUs", "thinkTime"},
        [EXECUTOR_SHARED_ITERATIONS] = {"vus", "iterations", "maxDuration", "thinkTime"},
        [EXECUTOR_PER_VU_ITERATIONS] = {"vus", "iterations", "maxDuration", "thinkTime"},
    };
    int executor = 0;
    if (field_word(reader, node, "executor", true, executors, &executor) < 0)
        return -1;
    spec->executor = (enum load_executor)executor;
    memcpy(fields, fields_of[executor], sizeof fields_of[executor]);
    return 0;
}

static int read_stage(const struct field_reader *reader, const struct yaml_node *node, double highest, struct load_stage *stage)
{
    static const char *const known[] = {"duration", "target", NULL};
    if (field_mapping(reader, node, "stage", known) < 0)
        return -1;
    if (field_duration(reader, node, "duration", true, NANOSECONDS_PER_MILLISECOND, LOAD_LONGEST_STAGE, &stage->duration) < 0)
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
    return 0;
}

static int read_spacing(const struct field_reader *reader, const struct yaml_node *node, struct load_spec *spec)
{
    static const char *const words[] = {"uniform", "poisson", NULL};
    int spacing = (int)spec->spacing;
    int seed = (int)spec->seed;
    if (field_word(reader, node, "spacing", false, words, &spacing) < 0 ||
        field_integer(reader, node, "seed", false, 0, HIGHEST_SEED, &seed) < 0)
        return -1;
    spec->spacing = (enum load_spacing)spacing;
    spec->seed = (uint64_t)seed;
    return 0;
}

static int read_open(const struct field_reader *reader, const struct yaml_node *node, struct load_spec *spec)
{
    if (read_spacing(reader, node, spec) < 0)
        return -1;
    if (spec->executor == EXECUTOR_RAMPING_ARRIVAL_RATE)
        return lesson_read_stages(reader, node, LOAD_HIGHEST_RATE, spec) < 0
                   ? -1
                   : field_number(reader, node, "startRate", false, 0, LOAD_HIGHEST_RATE, &spec->start_rate);
    spec->stages = memory_allocate(1, sizeof *spec->stages);
    spec->stage_count = 1;
    if (field_number(reader, node, "rate", true, 0, LOAD_HIGHEST_RATE, &spec->start_rate) < 0)
        return -1;
    spec->stages[0].target = spec->start_rate;
    return field_duration(reader, node, "duration", true, NANOSECONDS_PER_MILLISECOND, LOAD_LONGEST_STAGE,
                          &spec->stages[0].duration);
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

static int read_closed(const struct field_reader *reader, const struct yaml_node *node, struct load_spec *spec)
{
    int vus = 1;
    if (field_duration(reader, node, "thinkTime", false, 0, LOAD_LONGEST_STAGE, &spec->think_time) < 0)
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
    return load_executor_is_closed(spec->executor) ? read_closed(reader, node, spec) : read_open(reader, node, spec);
}
