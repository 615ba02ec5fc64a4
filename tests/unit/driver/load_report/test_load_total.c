/* Totals and seconds, and the limit that is named. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "common/clock.h"
#include "driver/load_report/load_limit.h"
#include "tests/unit/driver/load_report/fixture.h"

#define SECOND NANOSECONDS_PER_SECOND
#define MILLISECOND NANOSECONDS_PER_MILLISECOND

static void test_totals_add_up(void **state)
{
    (void)state;
    struct fixture *fixture = fixture_example();
    const struct load_total *total = load_totals_lock(fixture->totals);
    assert_int_equal(total->planned, 210);
    assert_int_equal(total->sent, 210);
    assert_int_equal(total->late, 2);
    assert_int_equal(load_total_requests(total), 210);
    assert_int_equal(load_total_lost(total), 10);
    assert_int_equal(total->connections, 4);
    assert_int_equal(total->bytes_received, 2000);
    assert_int_equal(total->response.total, 200);
    assert_int_equal(total->lateness.total, 210);
    assert_int_equal(total->status_count, 2);
    assert_int_equal(total->statuses[1].count, 10);
    assert_int_equal(total->second_count, 2);
    assert_true(llabs(total->seconds[1].p50 - 51 * MILLISECOND) < MILLISECOND / 10);
    assert_int_equal(total->seconds[1].maximum, 101 * MILLISECOND);
    load_totals_unlock(fixture->totals);
    fixture_end(fixture);
}

static size_t settled_at(struct fixture *fixture, int64_t elapsed, bool ended)
{
    load_totals_settle(fixture->totals, elapsed, ended);
    size_t count = load_totals_lock(fixture->totals)->settled_count;
    load_totals_unlock(fixture->totals);
    return count;
}

static void test_a_second_is_settled_when_its_answers_have_come(void **state)
{
    (void)state;
    struct fixture *fixture = fixture_begin(10);
    fixture->spec.timeout = 60 * SECOND;
    for (int64_t second = 0; second < 12; second++) {
        fixture_give_tick(fixture, second, 10, 0, 0);
        fixture_give_row(fixture, second, second == 1 ? 9 : 10, OUTCOME_OK, 0);
    }
    assert_int_equal(settled_at(fixture, 12 * SECOND, false), 1);
    fixture_give_row(fixture, 1, 0, OUTCOME_RESET, 1);
    assert_int_equal(settled_at(fixture, 12 * SECOND, false), 12 - LOAD_TOTAL_WINDOW);
    const struct load_total *total = load_totals_lock(fixture->totals);
    assert_int_equal(total->seconds[6].response.total, 0);
    assert_int_not_equal(total->seconds[6].p99, LOAD_TOTAL_NEVER);
    assert_int_equal(total->seconds[7].response.total, 10);
    assert_int_equal(total->seconds[7].p99, LOAD_TOTAL_NEVER);
    load_totals_unlock(fixture->totals);
    assert_int_equal(settled_at(fixture, 12 * SECOND, true), 12);
    fixture_end(fixture);
}

/* An answer that comes later still counts, in its second and in all. */
static void test_a_second_is_settled_when_its_time_is_over(void **state)
{
    (void)state;
    struct fixture *fixture = fixture_begin(10);
    fixture->spec.timeout = 7 * SECOND;
    fixture_give_tick(fixture, 0, 10, 0, 1);
    fixture_give_row(fixture, 0, 9, OUTCOME_OK, 0);
    assert_int_equal(settled_at(fixture, 9 * SECOND, false), 0);
    assert_int_equal(settled_at(fixture, 10 * SECOND, false), 1);
    fixture_give_row(fixture, 0, 1, OUTCOME_OK, 0);
    const struct load_total *total = load_totals_lock(fixture->totals);
    assert_int_equal(total->seconds[0].outcomes[OUTCOME_OK], 10);
    assert_int_equal(total->seconds[0].response.total, 0);
    assert_int_equal(total->response.total, 10);
    load_totals_unlock(fixture->totals);
    fixture_end(fixture);
}

static void assert_limit(struct fixture *fixture, enum load_limit limit, const char *words)
{
    char text[LOAD_LIMIT_TEXT_SIZE];
    load_totals_settle(fixture->totals, 2 * SECOND, true);
    assert_int_equal(load_limit_find(load_totals_lock(fixture->totals), text), limit);
    load_totals_unlock(fixture->totals);
    if (strstr(text, words) == NULL)
        fail_msg("\"%s\" does not say \"%s\"", text, words);
    fixture_end(fixture);
}

static void test_the_limit_is_named(void **state)
{
    (void)state;
    struct fixture *fixture = fixture_begin(100);
    assert_limit(fixture, LIMIT_NONE, "no request was sent");
    fixture = fixture_begin(100);
    fixture_give_tick(fixture, 0, 100, 0, 2);
    fixture_give_row(fixture, 0, 100, OUTCOME_OK, 0);
    assert_limit(fixture, LIMIT_NONE, "99% of them within 500 us");
    fixture = fixture_begin(100);
    fixture_give_tick(fixture, 0, 100, 6, 2);
    fixture_give_row(fixture, 0, 90, OUTCOME_DROPPED, 10);
    assert_limit(fixture, LIMIT_GENERATOR, "6% of the requests");
    fixture = fixture_begin(100);
    fixture_give_tick(fixture, 0, 100, 0, 2);
    fixture_give_row(fixture, 0, 90, OUTCOME_DROPPED, 10);
    assert_limit(fixture, LIMIT_CONNECTIONS, "10% of the requests found all 2000 in use");
    fixture = fixture_begin(100);
    fixture_give_tick(fixture, 0, 100, 0, 2);
    fixture_give_row(fixture, 0, 75, OUTCOME_TIMEOUT, 25);
    assert_limit(fixture, LIMIT_SERVER, "25% of the requests failed");
    fixture = fixture_begin(100);
    fixture_give_tick(fixture, 0, 100, 0, 150);
    fixture_give_row(fixture, 0, 100, OUTCOME_OK, 0);
    assert_limit(fixture, LIMIT_SERVER, "behind");
    fixture = fixture_begin(4);
    fixture->spec.executor = EXECUTOR_CONSTANT_VUS;
    fixture_give_tick(fixture, 0, 100, 0, 4);
    fixture_give_row(fixture, 0, 100, OUTCOME_OK, 0);
    assert_limit(fixture, LIMIT_SERVER, "closed model");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_totals_add_up),
        cmocka_unit_test(test_a_second_is_settled_when_its_answers_have_come),
        cmocka_unit_test(test_a_second_is_settled_when_its_time_is_over),
        cmocka_unit_test(test_the_limit_is_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
