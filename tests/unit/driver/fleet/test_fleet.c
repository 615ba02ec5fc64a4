/* A fleet against a cluster whose generators keep to their plans: ready, start, results and losses. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "common/memory.h"
#include "tests/support/wait.h"
#include "tests/unit/driver/fleet/fleet_lab.h"

/* The sum is the schedule, and all begin at one moment although their clocks are wrong. */
static void test_three_send_one_load(void **state)
{
    (void)state;
    struct lab *lab = open_lab(3, FLEET_JOB, 2);
    struct error error = ERROR_NONE;
    lab->cluster.generators[0].clock_ahead = 3600 * SECOND;
    lab->cluster.generators[1].clock_ahead = -5 * SECOND;
    lab->cluster.generators[2].is_limit = true;
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
    assert_int_equal(fleet_limited(lab->fleet), 1);
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_three_send_one_load),
        cmocka_unit_test(test_weights_divide_requests_and_connections),
        cmocka_unit_test(test_what_cannot_have_happened_is_not_taken),
        cmocka_unit_test(test_two_are_lost_in_the_middle),
        cmocka_unit_test(test_the_driver_ends_it),
        cmocka_unit_test(test_who_is_missing_and_why),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
