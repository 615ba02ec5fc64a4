/* The results of several threads made into those of one: ticks in order, each once; sums exact. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "common/clock.h"
#include "common/memory.h"
#include "driver/load/result_merge.h"
#include "tests/unit/driver/load/results.h"

#define MILLISECOND NANOSECONDS_PER_MILLISECOND

static const struct load_spec spec;

static void send_tick(const struct load_sink *sink, int64_t second, uint64_t planned)
{
    AUTO_HISTOGRAM struct histogram lateness = {0};
    for (uint64_t i = 0; i < planned; i++)
        histogram_record(&lateness, (int64_t)i * MILLISECOND);
    const struct load_tick tick = {.second = second,
                                   .target_rate = 10,
                                   .planned = planned,
                                   .sent = planned,
                                   .late = 1,
                                   .in_flight = 2,
                                   .vus = 3,
                                   .cpu = 0.25,
                                   .lateness = lateness};
    sink->tick(sink->context, &spec, &tick);
}

static void send_row(const struct load_sink *sink, int64_t second, const char *server, uint64_t ok, int64_t sent)
{
    struct load_row row = {0};
    struct load_row of = {.second = second, .warmth = WARMTH_WARM};
    (void)snprintf(of.server, sizeof of.server, "%s", server);
    load_row_begin(&row, &of);
    row.outcomes[OUTCOME_OK] = ok;
    row.connections = 1;
    row.bytes_received = 100;
    row.first_sent = row.last_sent = row.last_connection = sent;
    load_status_add(row.statuses, &row.status_count, LOAD_MOST_STATUSES, 200, ok);
    for (uint64_t i = 0; i < ok; i++) {
        histogram_record(&row.response, MILLISECOND);
        histogram_record(&row.service, MILLISECOND);
    }
    sink->row(sink->context, &spec, &row);
    load_row_release(&row);
}

static void send_exemplar(const struct load_sink *sink, const char *server, enum exemplar_reason reason)
{
    struct load_exemplar exemplar = {.reason = reason, .outcome = reason == EXEMPLAR_LOST ? OUTCOME_RESET : OUTCOME_OK};
    (void)snprintf(exemplar.server, sizeof exemplar.server, "%s", server);
    sink->exemplar(sink->context, &spec, &exemplar);
}

static void test_a_second_is_over_when_all_threads_have_had_it(void **state)
{
    (void)state;
    struct results *results = memory_allocate(1, sizeof *results);
    const struct load_sink target = results_sink(results);
    struct result_merge *merge = result_merge_create(&spec, 3, &target);
    const struct load_sink sinks[] = {result_merge_sink(merge, 0), result_merge_sink(merge, 1), result_merge_sink(merge, 2)};
    send_tick(&sinks[0], 0, 5);
    send_tick(&sinks[0], 1, 6);
    send_tick(&sinks[2], 0, 7);
    assert_int_equal(results->tick_count, 0);
    send_tick(&sinks[1], 0, 1);
    assert_int_equal(results->tick_count, 1);
    assert_int_equal(results->ticks[0].planned, 13);
    assert_int_equal(results->ticks[0].late, 3);
    assert_int_equal(results->ticks[0].in_flight, 6);
    assert_int_equal(results->ticks[0].vus, 9);
    assert_true(results->ticks[0].cpu == 0.75);
    assert_true(results->ticks[0].target_rate == 10);
    assert_int_equal(results->lateness.total, 13);
    result_merge_end(merge, 2);
    assert_int_equal(results->tick_count, 1);
    send_tick(&sinks[1], 1, 2);
    assert_int_equal(results->tick_count, 2);
    assert_int_equal(results->ticks[1].planned, 8);
    send_tick(&sinks[1], 2, 0);
    send_tick(&sinks[1], 3, 4);
    result_merge_end(merge, 1);
    assert_int_equal(results->tick_count, 2);
    result_merge_end(merge, 0);
    assert_int_equal(results->tick_count, 4);
    for (size_t i = 0; i < 4; i++)
        assert_int_equal(results->ticks[i].second, (int64_t)i);
    assert_int_equal(results->ticks[3].planned, 4);
    assert_int_equal(results->planned, 25);
    assert_int_equal(results->lateness.total, 25);
    result_merge_destroy(merge);
    results_release(results);
}

static void test_rows_of_a_server_become_one(void **state)
{
    (void)state;
    struct results *results = memory_allocate(1, sizeof *results);
    const struct load_sink target = results_sink(results);
    struct result_merge *merge = result_merge_create(&spec, 2, &target);
    const struct load_sink sinks[] = {result_merge_sink(merge, 0), result_merge_sink(merge, 1)};
    send_row(&sinks[0], 0, "a", 3, 500);
    send_row(&sinks[0], 1, "a", 1, 2000);
    send_row(&sinks[1], 0, "b", 2, 600);
    send_row(&sinks[1], 0, "a", 4, 400);
    send_row(&sinks[1], 0, "a", 0, -1);
    send_tick(&sinks[0], 0, 1);
    assert_int_equal(results->row_count, 0);
    send_tick(&sinks[1], 0, 1);
    assert_int_equal(results->row_count, 2);
    const struct load_row *first = &results->rows[0];
    assert_string_equal(first->server, "a");
    assert_int_equal(first->second, 0);
    assert_int_equal(first->outcomes[OUTCOME_OK], 7);
    assert_int_equal(first->connections, 3);
    assert_int_equal(first->bytes_received, 300);
    assert_int_equal(first->first_sent, 400);
    assert_int_equal(first->last_sent, 500);
    assert_int_equal(first->last_connection, 500);
    assert_int_equal(first->status_count, 1);
    assert_int_equal(first->statuses[0].count, 7);
    assert_string_equal(results->rows[1].server, "b");
    send_row(&sinks[1], 1, "a", 1, 2500);
    result_merge_end(merge, 0);
    assert_int_equal(results->row_count, 2);
    result_merge_end(merge, 1);
    assert_int_equal(results->row_count, 3);
    assert_int_equal(results->rows[2].second, 1);
    assert_int_equal(results->rows[2].outcomes[OUTCOME_OK], 2);
    assert_int_equal(results->response.total, 11);
    assert_int_equal(results->service.total, 11);
    result_merge_destroy(merge);
    results_release(results);
}

static void test_as_many_exemplars_as_of_one_thread(void **state)
{
    (void)state;
    struct results *results = memory_allocate(1, sizeof *results);
    const struct load_sink target = results_sink(results);
    struct result_merge *merge = result_merge_create(&spec, 2, &target);
    const struct load_sink sinks[] = {result_merge_sink(merge, 0), result_merge_sink(merge, 1)};
    for (int i = 0; i < LOAD_FIRST_ANSWERS; i++) {
        send_exemplar(&sinks[0], "a", EXEMPLAR_FIRST);
        send_exemplar(&sinks[1], "a", EXEMPLAR_FIRST);
    }
    assert_int_equal(results->exemplar_count, LOAD_FIRST_ANSWERS);
    for (int i = 0; i < LOAD_MOST_EXEMPLARS; i++)
        send_exemplar(&sinks[i % 2], "", EXEMPLAR_LOST);
    assert_int_equal(results->exemplar_count, LOAD_MOST_EXEMPLARS);
    send_tick(&sinks[0], 0, 0);
    send_tick(&sinks[1], 0, 0);
    send_exemplar(&sinks[0], "a", EXEMPLAR_SLOW);
    assert_int_equal(results->exemplar_count, LOAD_MOST_EXEMPLARS + 1);
    result_merge_destroy(merge);
    result_merge_destroy(NULL);
    results_release(results);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_second_is_over_when_all_threads_have_had_it),
        cmocka_unit_test(test_rows_of_a_server_become_one),
        cmocka_unit_test(test_as_many_exemplars_as_of_one_thread),
    };
    return cmocka_run_group_tests_name("result merge", tests, NULL, NULL);
}
