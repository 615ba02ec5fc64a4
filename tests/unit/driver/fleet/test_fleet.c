/* A fleet against a cluster whose generators keep to their plans: ready, start, results, losses, and those that come and go. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "common/clock.h"
#include "common/memory.h"
#include "tests/support/wait.h"
#include "tests/unit/driver/fleet/fake_cluster.h"

#define SECOND NANOSECONDS_PER_SECOND
#define RATE 30
#define GENEROUS 60 /* seconds against hanging */

/* What came out of the fleet. */
struct seen {
    uint64_t planned[FAKE_SECONDS];
    uint64_t ok[FAKE_SECONDS];
    uint64_t of_part[FAKE_GENERATORS + 1];
    double target[FAKE_SECONDS];
    int64_t last_second;
    bool is_ordered;
    struct load_generator told[FAKE_GENERATORS + 1];
};

struct lab {
    struct fake_cluster cluster;
    struct seen seen;
    struct fleet_spec spec;
    struct load_spec load;
    struct fleet *fleet;
};

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

static struct lab *open_lab(int parallelism, enum fleet_kind kind, int seconds)
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

static void close_lab(struct lab *lab)
{
    fleet_destroy(lab->fleet);
    assert_int_equal(lab->cluster.unauthorised, 0);
    fake_cluster_stop(&lab->cluster);
    load_spec_release(&lab->load);
    fleet_spec_release(&lab->spec);
    free(lab);
}

static void show_ready(struct lab *lab, size_t count)
{
    struct error error = ERROR_NONE;
    for (size_t i = 0; i < count; i++)
        fake_cluster_show(&lab->cluster, lab->fleet, i, CHANGE_ADDED, FAKE_READY);
    assert_int_equal(fleet_is_ready(lab->fleet, &error), 1);
}

static void begin(struct lab *lab)
{
    struct error error = ERROR_NONE;
    const struct fleet_load load = {.spec = &lab->load, .address = "10.1.2.3", .port = 8080};
    const struct load_sink sink = {.context = &lab->seen, .tick = on_tick, .row = on_row, .exemplar = on_exemplar};
    if (fleet_plan(lab->fleet, &load, 1, SECOND, sink, &error) < 0 ||
        fleet_start(lab->fleet, clock_monotonic() + fleet_lead(lab->fleet), &error) < 0)
        fail_msg("%s", error.text);
}

static void wait_until_finished(struct lab *lab)
{
    assert_true(test_wait_until(fleet_has_finished(lab->fleet), GENEROUS));
    fleet_stop(lab->fleet);
    assert_true(lab->seen.is_ordered);
}

static void expect_whole(const struct lab *lab, int first, int seconds)
{
    for (int second = first; second < seconds; second++) {
        assert_int_equal(lab->seen.planned[second], RATE);
        assert_int_equal(lab->seen.ok[second], RATE);
        assert_true(lab->seen.target[second] > RATE - 0.01 && lab->seen.target[second] < RATE + 0.01);
    }
}

/* The sum is the schedule, and all begin at one moment although their clocks are wrong. */
static void test_three_send_one_load(void **state)
{
    (void)state;
    struct lab *lab = open_lab(3, FLEET_JOB, 2);
    struct error error = ERROR_NONE;
    lab->cluster.generators[0].clock_ahead = 3600 * SECOND;
    lab->cluster.generators[1].clock_ahead = -5 * SECOND;
    assert_string_equal(lab->cluster.patch, "{\"spec\":{\"suspend\":false}}");
    show_ready(lab, 3);
    begin(lab);
    const struct fake_generator *generators = lab->cluster.generators;
    (void)pthread_mutex_lock(&lab->cluster.lock);
    for (size_t i = 0; i < 3; i++) {
        int64_t error_of_start = generators[i].at - generators[i].clock_ahead - (generators[2].at - generators[2].clock_ahead);
        assert_true(error_of_start < SECOND && error_of_start > -SECOND);
        assert_string_equal(generators[i].plan.loads[0].address, "10.1.2.3");
        assert_int_equal(generators[i].plan.part, i + 1);
    }
    (void)pthread_mutex_unlock(&lab->cluster.lock);
    wait_until_finished(lab);
    expect_whole(lab, 0, 2);
    for (unsigned part = 1; part <= 3; part++)
        assert_int_equal(lab->seen.of_part[part], 2 * RATE / 3);
    assert_int_equal(fleet_losses(lab->fleet, &error), 0);
    assert_int_equal(lab->seen.told[1].lost, LOAD_NEVER);
    assert_true(lab->seen.told[1].clock_ahead > 3590 * SECOND && lab->seen.told[2].clock_ahead < -4 * SECOND);
    assert_int_equal(lab->seen.told[1].memory, 8 << 20);
    fleet_remove(lab->fleet);
    assert_int_equal(lab->cluster.deleted, 1);
    close_lab(lab);
}

static void test_weights_divide_requests_and_connections(void **state)
{
    (void)state;
    const uint32_t weights[] = {1, 4};
    struct lab *lab = open_lab(2, FLEET_JOB, 2);
    lab->spec.weights = memory_allocate(2, sizeof *lab->spec.weights);
    memcpy(lab->spec.weights, weights, sizeof weights);
    lab->spec.weight_count = 2;
    lab->load.maximum_connections = 100;
    show_ready(lab, 2);
    begin(lab);
    (void)pthread_mutex_lock(&lab->cluster.lock);
    assert_int_equal(lab->cluster.generators[0].plan.loads[0].spec.maximum_connections, 20);
    assert_int_equal(lab->cluster.generators[1].plan.loads[0].spec.maximum_connections, 80);
    (void)pthread_mutex_unlock(&lab->cluster.lock);
    wait_until_finished(lab);
    expect_whole(lab, 0, 2);
    assert_int_equal(lab->seen.of_part[1], RATE * 2 / 5);
    close_lab(lab);
}

/* The others go on; each loss has a name, a reason and a share. */
static void test_two_are_lost_in_the_middle(void **state)
{
    (void)state;
    struct lab *lab = open_lab(3, FLEET_JOB, 4);
    struct error error = ERROR_NONE;
    show_ready(lab, 3);
    begin(lab);
    assert_true(test_wait_until(lab->cluster.generators[1].told >= 1 && lab->cluster.generators[2].told >= 1, GENEROUS));
    lab->cluster.generators[1].dead = true;
    fake_cluster_show(&lab->cluster, lab->fleet, 1, CHANGE_MODIFIED,
                      "{\"phase\":\"Failed\",\"containerStatuses\":[{\"state\":{\"terminated\":{\"reason\":\"OOMKilled\","
                      "\"exitCode\":137}}}]}");
    lab->cluster.generators[2].stops = true;
    wait_until_finished(lab);
    assert_int_equal(lab->seen.of_part[1], RATE * 4 / 3);
    assert_string_equal(lab->seen.told[2].reason, "OOMKilled: exit status 137");
    assert_string_equal(lab->seen.told[3].reason, "it was told to end");
    for (unsigned part = 2; part <= 3; part++) {
        const struct load_generator *lost = &lab->seen.told[part];
        uint64_t all = lost->unsent + lost->unknown + lab->seen.of_part[part];
        assert_true(lost->lost != LOAD_NEVER && lost->unsent_share > 0.01 && lost->unsent_share < 0.34);
        assert_true(all >= RATE * 4 / 3 - 1 && all <= RATE * 4 / 3 + 1); /* a part of a second is rounded either way */
    }
    assert_int_equal(fleet_losses(lab->fleet, &error), 2);
    assert_non_null(strstr(error.text, "2 of 3 generators were lost, the first one (2, pod generator-1)"));
    close_lab(lab);
}

static void test_the_driver_ends_it(void **state)
{
    (void)state;
    struct lab *lab = open_lab(2, FLEET_JOB, 60);
    struct error error = ERROR_NONE;
    show_ready(lab, 2);
    begin(lab);
    assert_true(test_wait_until(lab->cluster.generators[0].told >= 1, GENEROUS));
    fleet_stop(lab->fleet);
    assert_true(lab->cluster.generators[0].stops && lab->cluster.generators[1].stops);
    assert_int_equal(fleet_losses(lab->fleet, &error), 0);
    close_lab(lab);
}

/* A generator of somebody's image tells of a second in a year: nothing of it is taken, and nobody waits for that second. */
static void test_what_cannot_have_happened_is_not_taken(void **state)
{
    (void)state;
    struct lab *lab = open_lab(2, FLEET_JOB, 60);
    lab->cluster.generators[1].invents = 365 * 24 * 3600;
    show_ready(lab, 2);
    begin(lab);
    assert_true(test_wait_until(lab->cluster.generators[0].told >= 2 && lab->cluster.generators[1].told >= 2, GENEROUS));
    fleet_stop(lab->fleet);
    assert_true(lab->seen.is_ordered);
    assert_int_equal(lab->seen.of_part[2], 0);
    close_lab(lab);
}

static void expect_missing(struct lab *lab, const char *status, const char *text)
{
    struct error error = ERROR_NONE;
    fake_cluster_show(&lab->cluster, lab->fleet, 1, CHANGE_MODIFIED, status);
    int ready = 0;
    (void)test_wait_until((ready = fleet_is_ready(lab->fleet, &error)) != 0, GENEROUS);
    assert_int_equal(ready, -1);
    assert_string_equal(error.text, text);
}

static void test_who_is_missing_and_why(void **state)
{
    (void)state;
    struct lab *lab = open_lab(2, FLEET_JOB, 1);
    struct error error = ERROR_NONE;
    fake_cluster_show(&lab->cluster, lab->fleet, 0, CHANGE_ADDED, FAKE_READY);
    assert_int_equal(fleet_is_ready(lab->fleet, &error), 0);
    AUTO_FREE char *id = fake_cluster_fleet(&lab->cluster);
    AUTO_FREE char *event = memory_format("{\"type\":\"Warning\",\"reason\":\"FailedCreate\",\"message\":\"exceeded quota\","
                                          "\"involvedObject\":{\"kind\":\"Job\",\"name\":\"generators-%s\"}}",
                                          id);
    AUTO_JSON cJSON *object = json_parse(event, strlen(event), NULL);
    const struct change change = {.type = CHANGE_ADDED, .resource = "events", .name = "e", .object = object};
    fleet_see(lab->fleet, &change);
    int ready = 0;
    (void)test_wait_until((ready = fleet_is_ready(lab->fleet, &error)) != 0, GENEROUS);
    assert_int_equal(ready, -1);
    assert_non_null(strstr(error.text, "generator 2 of 2 was not started"));
    assert_non_null(strstr(error.text, "FailedCreate: exceeded quota"));
    expect_missing(lab,
                   "{\"conditions\":[{\"type\":\"PodScheduled\",\"status\":\"False\",\"reason\":\"Unschedulable\","
                   "\"message\":\"0/1 nodes are available: 1 Insufficient cpu.\"}]}",
                   "generator 2 of 2 (pod generator-1) is not there: Pending: 0/1 nodes are available: 1 Insufficient cpu.");
    expect_missing(
        lab, "{\"containerStatuses\":[{\"state\":{\"waiting\":{\"reason\":\"ErrImagePull\",\"message\":\"no such image\"}}}]}",
        "generator 2 of 2 (pod generator-1) is not there: ErrImagePull: no such image");
    close_lab(lab);
}

/* Of three one leaves, one dies and one stays, and another one comes: no arrival is sent twice or forgotten by those who live,
 * and what is missing of the dead one's part, until others take over, is counted. */
static void test_generators_come_and_go(void **state)
{
    (void)state;
    struct lab *lab = open_lab(3, FLEET_DEPLOYMENT, 8);
    struct error error = ERROR_NONE;
    struct fake_generator *generators = lab->cluster.generators;
    assert_string_equal(lab->cluster.patch, "{\"spec\":{\"replicas\":3}}");
    show_ready(lab, 3);
    begin(lab);
    assert_true(test_wait_until(generators[0].told >= 1 && generators[1].told >= 1, GENEROUS));
    generators[1].dead = true;
    fake_cluster_show(&lab->cluster, lab->fleet, 1, CHANGE_DELETED, FAKE_READY);
    fake_cluster_show(&lab->cluster, lab->fleet, 0, CHANGE_MODIFIED, FAKE_LEAVING);
    fake_cluster_show(&lab->cluster, lab->fleet, 3, CHANGE_ADDED, FAKE_READY);
    wait_until_finished(lab);
    (void)pthread_mutex_lock(&lab->cluster.lock);
    const struct wire_plan *plan = &generators[2].plan;
    int64_t from = plan->epochs[plan->epoch_count - 1].from;
    assert_true(plan->epoch_count >= 2 && from < 8 * SECOND);
    (void)pthread_mutex_unlock(&lab->cluster.lock);
    expect_whole(lab, (int)(from / SECOND), 8);
    uint64_t missing = 0;
    for (int second = 0; second < 8; second++)
        missing += RATE - lab->seen.planned[second];
    const struct load_generator *lost = &lab->seen.told[2];
    assert_true(lost->unsent + lost->unknown >= missing - 1 && lost->unsent + lost->unknown <= missing + 1);
    assert_string_equal(lost->reason, "its pod was deleted");
    assert_int_equal(fleet_losses(lab->fleet, &error), 1);
    for (unsigned part = 1; part <= 4; part++)
        assert_true(lab->seen.of_part[part] > 0);
    close_lab(lab);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_three_send_one_load),
        cmocka_unit_test(test_weights_divide_requests_and_connections),
        cmocka_unit_test(test_what_cannot_have_happened_is_not_taken),
        cmocka_unit_test(test_two_are_lost_in_the_middle),
        cmocka_unit_test(test_the_driver_ends_it),
        cmocka_unit_test(test_who_is_missing_and_why),
        cmocka_unit_test(test_generators_come_and_go),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
