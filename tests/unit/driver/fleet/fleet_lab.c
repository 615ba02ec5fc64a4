#include "tests/unit/driver/fleet/fleet_lab.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "common/memory.h"
#include "tests/support/wait.h"

static void on_tick(void *context, const struct load_spec *spec, const struct load_tick *tick)
{
    struct seen *seen = context;
    (void)spec;
    seen->planned[tick->second] += tick->planned;
    seen->target[tick->second] += tick->target_rate;
    seen->of_part[tick->part] += tick->planned;
    seen->is_ordered = seen->is_ordered && tick->second >= seen->last_second;
    seen->last_second = tick->second;
}

static void on_row(void *context, const struct load_spec *spec, const struct load_row *row)
{
    struct seen *seen = context;
    (void)spec;
    seen->ok[row->second] += row->outcomes[OUTCOME_OK];
}

static void on_exemplar(void *context, const struct load_spec *spec, const struct load_exemplar *exemplar)
{
    (void)context;
    (void)spec;
    (void)exemplar;
}

static void on_generator(void *context, const struct load_generator *generator)
{
    struct seen *seen = context;
    seen->told[generator->part] = *generator;
}

struct lab *open_lab(int parallelism, enum fleet_kind kind, int seconds)
{
    struct lab *lab = memory_allocate(1, sizeof *lab);
    fake_cluster_start(&lab->cluster);
    fleet_spec_init(&lab->spec);
    lab->spec.parallelism = parallelism;
    lab->spec.kind = kind;
    load_spec_init(&lab->load);
    lab->load.name = memory_copy_text("visitors");
    lab->load.url = memory_copy_text("http://webapp:8080/");
    lab->load.executor = EXECUTOR_CONSTANT_ARRIVAL_RATE;
    lab->load.start_rate = RATE;
    lab->load.stage_count = 1;
    lab->load.stages = memory_allocate(1, sizeof *lab->load.stages);
    lab->load.stages[0] = (struct load_stage){.duration = seconds * SECOND, .target = RATE};
    lab->seen.is_ordered = true;
    const struct fleet_options options = {.client = lab->cluster.client,
                                          .namespace = "here",
                                          .lesson = "some-lesson",
                                          .run = "some-run",
                                          .spec = &lab->spec,
                                          .deadline = 600 * SECOND,
                                          .context = &lab->seen,
                                          .tell = on_generator};
    struct error error = ERROR_NONE;
    lab->fleet = fleet_create(&options);
    if (fleet_launch(lab->fleet, &error) < 0)
        fail_msg("%s", error.text);
    return lab;
}

void close_lab(struct lab *lab)
{
    fleet_destroy(lab->fleet);
    assert_int_equal(lab->cluster.unauthorised, 0);
    fake_cluster_stop(&lab->cluster);
    load_spec_release(&lab->load);
    fleet_spec_release(&lab->spec);
    free(lab);
}

void show_ready(struct lab *lab, size_t count)
{
    struct error error = ERROR_NONE;
    for (size_t i = 0; i < count; i++)
        fake_cluster_show(&lab->cluster, lab->fleet, i, CHANGE_ADDED, FAKE_READY);
    assert_int_equal(fleet_is_ready(lab->fleet, &error), 1);
}

void begin(struct lab *lab)
{
    struct error error = ERROR_NONE;
    const struct fleet_load load = {.spec = &lab->load, .address = "10.1.2.3", .port = 8080};
    const struct load_sink sink = {.context = &lab->seen, .tick = on_tick, .row = on_row, .exemplar = on_exemplar};
    if (fleet_plan(lab->fleet, &load, 1, SECOND, sink, &error) < 0 ||
        fleet_start(lab->fleet, clock_monotonic() + fleet_lead(lab->fleet), &error) < 0)
        fail_msg("%s", error.text);
}

void wait_until_finished(struct lab *lab)
{
    assert_true(test_wait_until(fleet_has_finished(lab->fleet), GENEROUS));
    fleet_stop(lab->fleet);
    assert_true(lab->seen.is_ordered);
}

void expect_whole(const struct lab *lab, int first, int seconds)
{
    for (int second = first; second < seconds; second++) {
        assert_int_equal(lab->seen.planned[second], RATE);
        assert_int_equal(lab->seen.ok[second], RATE);
        assert_true(lab->seen.target[second] > RATE - 0.01 && lab->seen.target[second] < RATE + 0.01);
    }
}
