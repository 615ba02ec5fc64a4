/* Results until they are fetched: nothing is told twice, nothing is lost silently, and what is too much is counted. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "common/clock.h"
#include "common/memory.h"
#include "driver/generator/result_queue.h"

static void give_second(struct load_sink sink, int64_t second, size_t rows, uint64_t requests)
{
    struct load_tick tick = {.second = second, .planned = rows * requests, .sent = rows * requests};
    for (size_t i = 0; i < rows; i++) {
        struct load_row row = {.second = second, .first_sent = -1, .last_sent = -1, .last_connection = -1};
        (void)snprintf(row.server, sizeof row.server, "pod-%zu", i);
        row.outcomes[OUTCOME_OK] = requests;
        for (uint64_t k = 0; k < requests; k++) {
            histogram_record(&row.response, (int64_t)(k + 1) * NANOSECONDS_PER_MILLISECOND);
            histogram_record(&tick.lateness, (int64_t)k);
        }
        sink.row(sink.context, NULL, &row);
        histogram_release(&row.response);
    }
    sink.tick(sink.context, NULL, &tick);
    histogram_release(&tick.lateness);
}

/* The answer to since=N, which the caller releases. */
static struct wire_results ask(struct result_queue *queue, uint64_t since)
{
    struct error error = ERROR_NONE;
    struct wire_results results;
    bool complete = false;
    AUTO_BUFFER struct buffer text = {0};
    buffer_init(&text, WIRE_RESULTS_MAXIMUM);
    if (result_queue_answer(queue, since, 3, &text, &complete, &error) < 0)
        fail_msg("%s", error.text);
    if (wire_results_read(text.data, text.length, 2, &results, &error) < 0)
        fail_msg("%s", error.text);
    assert_int_equal(results.complete, complete);
    assert_int_equal(results.part, 3);
    return results;
}

static void test_results_are_told_in_order_until_they_are_let_go_of(void **state)
{
    (void)state;
    struct result_queue *queue = result_queue_create(2, RESULT_QUEUE_MAXIMUM);
    struct wire_results results = ask(queue, 0);
    assert_int_equal(results.batch_count, 0);
    assert_false(results.complete);
    wire_results_release(&results);
    for (int64_t second = 0; second < 3; second++) {
        give_second(result_queue_sink(queue, 0), second, 2, 5);
        give_second(result_queue_sink(queue, 1), second, 1, 7);
    }
    assert_int_equal(result_queue_next(queue), 0);
    result_queue_encode(queue, false);
    assert_int_equal(result_queue_next(queue), 6);
    for (int again = 0; again < 2; again++) {
        results = ask(queue, 0);
        assert_int_equal(results.batch_count, 6);
        assert_int_equal(results.next, 6);
        for (size_t i = 0; i < 6; i++) {
            assert_int_equal(results.batches[i].sequence, i);
            assert_int_equal(results.batches[i].load, i % 2);
            assert_int_equal(results.batches[i].ticks[0].second, (int64_t)i / 2);
            assert_int_equal(results.batches[i].row_count, i % 2 == 0 ? 2 : 1);
            assert_int_equal(results.batches[i].rows[0].response.total, i % 2 == 0 ? 5 : 7);
        }
        wire_results_release(&results);
    }
    results = ask(queue, 4);
    assert_int_equal(results.batch_count, 2);
    assert_int_equal(results.batches[0].sequence, 4);
    wire_results_release(&results);
    results = ask(queue, 0); /* what was let go of is gone, and not lost */
    assert_int_equal(results.batches[0].sequence, 4);
    assert_int_equal(results.lost, 0);
    wire_results_release(&results);
    result_queue_destroy(queue);
}

static void test_the_end_is_told(void **state)
{
    (void)state;
    struct result_queue *queue = result_queue_create(1, RESULT_QUEUE_MAXIMUM);
    struct load_exemplar exemplar = {.server = "pod-1"};
    struct load_sink sink = result_queue_sink(queue, 0);
    give_second(sink, 0, 1, 1);
    sink.exemplar(sink.context, NULL, &exemplar);
    result_queue_encode(queue, false);
    assert_int_equal(result_queue_next(queue), 1);
    result_queue_encode(queue, true); /* what has no tick is told too */
    struct wire_results results = ask(queue, 0);
    assert_true(results.complete);
    assert_int_equal(results.batch_count, 2);
    assert_int_equal(results.batches[1].exemplar_count, 1);
    assert_int_equal(results.batches[1].tick_count, 0);
    wire_results_release(&results);
    assert_false(result_queue_is_fetched(queue));
    results = ask(queue, 2);
    assert_true(results.complete);
    assert_true(result_queue_is_fetched(queue));
    wire_results_release(&results);
    result_queue_destroy(queue);
}

static void test_nothing_is_asked_for_that_was_not_made(void **state)
{
    (void)state;
    struct error error = ERROR_NONE;
    bool complete = false;
    AUTO_BUFFER struct buffer text = {0};
    buffer_init(&text, WIRE_RESULTS_MAXIMUM);
    struct result_queue *queue = result_queue_create(1, RESULT_QUEUE_MAXIMUM);
    assert_int_equal(result_queue_answer(queue, 1, 1, &text, &complete, &error), -1);
    assert_string_equal(error.text, "since: expected at most 0, which comes next");
    result_queue_destroy(queue);
}

static void test_what_is_too_much_is_thrown_away_and_counted(void **state)
{
    (void)state;
    struct result_queue *queue = result_queue_create(1, 4096);
    for (int64_t second = 0; second < 100; second++)
        give_second(result_queue_sink(queue, 0), second, 1, 3);
    result_queue_encode(queue, false);
    struct wire_results results = ask(queue, 0);
    assert_in_range(results.batch_count, 1, 20);
    assert_int_equal(results.lost, 100 - results.batch_count);
    assert_int_equal(results.batches[0].sequence, results.lost);
    assert_int_equal(results.next, 100);
    wire_results_release(&results);
    result_queue_destroy(queue);
}

static void test_what_nobody_makes_texts_of_is_bounded(void **state)
{
    (void)state;
    struct result_queue *queue = result_queue_create(1, RESULT_QUEUE_MAXIMUM);
    for (int64_t second = 0; second < 2000; second++)
        give_second(result_queue_sink(queue, 0), second, 0, 0);
    result_queue_encode(queue, false);
    assert_int_equal(result_queue_next(queue) + result_queue_lost(queue), 2000);
    assert_true(result_queue_lost(queue) > 0);
    result_queue_destroy(queue);
}

/* Many servers in one second: several batches and several answers, of which each is within its maximum. */
static void test_much_comes_in_several_batches_and_answers(void **state)
{
    (void)state;
    const size_t rows = 3000;
    struct result_queue *queue = result_queue_create(1, RESULT_QUEUE_MAXIMUM);
    for (int64_t second = 0; second < 2; second++)
        give_second(result_queue_sink(queue, 0), second, rows, 300);
    result_queue_encode(queue, true);
    size_t told = 0;
    size_t ticks = 0;
    size_t answers = 0;
    uint64_t since = 0;
    bool complete = false;
    for (; !complete; answers++) {
        struct wire_results results = ask(queue, since);
        assert_int_equal(results.more, !results.complete);
        for (size_t i = 0; i < results.batch_count; i++) {
            assert_int_equal(results.batches[i].sequence, since + i);
            told += results.batches[i].row_count;
            ticks += results.batches[i].tick_count;
            /* A second's tick comes after all of its rows. */
            if (results.batches[i].tick_count > 0)
                assert_int_equal(told, (size_t)(results.batches[i].ticks[0].second + 1) * rows);
        }
        since = results.next;
        complete = results.complete;
        wire_results_release(&results);
    }
    assert_int_equal(told, 2 * rows);
    assert_int_equal(ticks, 2);
    assert_true(answers > 1);
    assert_int_equal(result_queue_lost(queue), 0);
    result_queue_destroy(queue);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_results_are_told_in_order_until_they_are_let_go_of),
        cmocka_unit_test(test_the_end_is_told),
        cmocka_unit_test(test_nothing_is_asked_for_that_was_not_made),
        cmocka_unit_test(test_what_is_too_much_is_thrown_away_and_counted),
        cmocka_unit_test(test_what_nobody_makes_texts_of_is_bounded),
        cmocka_unit_test(test_much_comes_in_several_batches_and_answers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
