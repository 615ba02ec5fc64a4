/* A fleet whose generators come and go, and one that is silent for a while: every second adds up to the schedule, or what is
 * missing is told. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/support/wait.h"
#include "tests/unit/driver/fleet/fleet_lab.h"

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

/* Among how many the load is divided as far as this generator knows, and from which second on. */
static size_t last_division(struct lab *lab, size_t index, int *from)
{
    (void)pthread_mutex_lock(&lab->cluster.lock);
    const struct wire_plan *plan = &lab->cluster.generators[index].plan;
    const struct wire_epoch *last = &plan->epochs[plan->epoch_count - 1];
    size_t count = last->count;
    *from = (int)(last->from / SECOND);
    (void)pthread_mutex_unlock(&lab->cluster.lock);
    return count;
}

/* Until the load is divided among these generators alone, and all have told of a second of it; the division's first second. */
static int wait_for_division(struct lab *lab, const size_t *sharers, size_t count)
{
    int from = 0;
    assert_true(test_wait_until(last_division(lab, sharers[0], &from) == count, GENEROUS));
    for (size_t i = 0; i < count; i++) {
        const struct fake_generator *sharer = &lab->cluster.generators[sharers[i]];
        assert_true(test_wait_until(sharer->first + (int64_t)sharer->told > from + 1, GENEROUS));
    }
    return from;
}

/* One, then four, then two, of which one is deleted by force: only what that one left undone is missing, and it is counted. */
static void test_scaled_up_and_down_and_one_deleted_by_force(void **state)
{
    (void)state;
    struct lab *lab = open_lab(1, FLEET_DEPLOYMENT, 60);
    struct fake_generator *generators = lab->cluster.generators;
    struct error error = ERROR_NONE;
    show_ready(lab, 1);
    begin(lab);
    for (size_t i = 1; i < 4; i++)
        fake_cluster_show(&lab->cluster, lab->fleet, i, CHANGE_ADDED, FAKE_READY);
    (void)wait_for_division(lab, (const size_t[]){0, 1, 2, 3}, 4);
    fake_cluster_show(&lab->cluster, lab->fleet, 0, CHANGE_MODIFIED, FAKE_LEAVING);
    fake_cluster_show(&lab->cluster, lab->fleet, 1, CHANGE_MODIFIED, FAKE_LEAVING);
    int two = wait_for_division(lab, (const size_t[]){2, 3}, 2);
    generators[3].dead = true;
    fake_cluster_show(&lab->cluster, lab->fleet, 3, CHANGE_DELETED, FAKE_READY);
    int one = wait_for_division(lab, (const size_t[]){2}, 1);
    fleet_stop(lab->fleet);
    assert_true(lab->seen.is_ordered);
    expect_whole(lab, 0, two + 1);
    expect_whole(lab, one, one + 1);
    uint64_t missing = 0;
    for (int second = 0; second < one; second++)
        missing += RATE - lab->seen.planned[second];
    const struct load_generator *lost = &lab->seen.told[4];
    uint64_t counted = lost->unsent + lost->unknown;
    if (missing == 0 || counted + 1 < missing || counted > missing + 1)
        fail_msg("%llu missing from %d to %d, %llu unsent and %llu unknown", (unsigned long long)missing, two, one,
                 (unsigned long long)lost->unsent, (unsigned long long)lost->unknown);
    assert_string_equal(lost->reason, "its pod was deleted");
    assert_int_equal(fleet_losses(lab->fleet, &error), 1);
    close_lab(lab);
}

/* It goes on sending, and what it kept is read afterwards. */
static void test_one_cannot_be_reached_for_some_seconds(void **state)
{
    (void)state;
    struct lab *lab = open_lab(2, FLEET_JOB, 6);
    struct fake_generator *generators = lab->cluster.generators;
    struct error error = ERROR_NONE;
    show_ready(lab, 2);
    begin(lab);
    assert_true(test_wait_until(generators[0].told >= 1 && generators[1].told >= 1, GENEROUS));
    generators[1].dead = true;
    assert_true(test_wait_until(generators[0].told >= 5, GENEROUS));
    generators[1].dead = false;
    wait_until_finished(lab);
    expect_whole(lab, 0, 6);
    assert_int_equal(fleet_losses(lab->fleet, &error), 0);
    close_lab(lab);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_generators_come_and_go),
        cmocka_unit_test(test_scaled_up_and_down_and_one_deleted_by_force),
        cmocka_unit_test(test_one_cannot_be_reached_for_some_seconds),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
