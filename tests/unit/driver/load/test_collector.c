/* The collector alone, with outcomes made up. */
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
#include "driver/load/collector.h"
#include "tests/unit/driver/load/results.h"

#define SECOND NANOSECONDS_PER_SECOND
#define MILLISECOND NANOSECONDS_PER_MILLISECOND
#define SLOW (200 * MILLISECOND)

struct fixture {
    struct results *results;
    struct load_spec spec;
    struct collector *collector;
};

static struct fixture begin(void)
{
    struct fixture fixture = {.results = memory_allocate(1, sizeof(struct results)),
                              .spec = results_spec(1, "/", 10, 10 * SECOND)};
    return fixture;
}

/* The spec must not move once the collector has it. */
static void open_collector(struct fixture *fixture)
{
    struct load_sink sink = results_sink(fixture->results);
    fixture->collector = collector_create(&fixture->spec, SLOW, &sink);
}

static void end(struct fixture *fixture)
{
    collector_destroy(fixture->collector);
    load_spec_release(&fixture->spec);
    results_release(fixture->results);
}

static void flush(struct collector *collector, int64_t now, uint64_t in_flight, int64_t cpu, bool final)
{
    const struct engine_state state = {.in_flight = in_flight, .cpu = cpu};
    collector_flush(collector, now, &state, final);
}

static struct load_done ok(int64_t intended, int64_t finished, const char *server)
{
    return (struct load_done){.outcome = OUTCOME_OK,
                              .http_status = 200,
                              .intended = intended,
                              .sent = intended,
                              .finished = finished,
                              .server = server,
                              .server_age = -1,
                              .bytes_received = 100};
}

static void one(struct fixture *fixture, const struct load_done *done)
{
    collector_planned(fixture->collector);
    if (done->sent >= 0)
        collector_sent(fixture->collector, done->intended, done->sent);
    collector_done(fixture->collector, done);
}

static void test_answers_belong_to_the_second_of_their_intended_start(void **state)
{
    (void)state;
    struct fixture fixture = begin();
    open_collector(&fixture);
    struct load_done done = ok(900 * MILLISECOND, 900 * MILLISECOND, "a");
    collector_planned(fixture.collector);
    collector_sent(fixture.collector, done.intended, done.sent);
    flush(fixture.collector, SECOND + 1, 1, 0, false);
    assert_int_equal(fixture.results->tick_count, 1);
    assert_int_equal(fixture.results->row_count, 0);
    done.finished = 2500 * MILLISECOND;
    collector_done(fixture.collector, &done);
    flush(fixture.collector, 3 * SECOND, 0, 0, true);
    assert_int_equal(fixture.results->row_count, 1);
    assert_int_equal(fixture.results->rows[0].second, 0);
    assert_int_equal(fixture.results->response.maximum, 1600 * MILLISECOND);
    end(&fixture);
}

static void test_rows_add_up_and_split(void **state)
{
    (void)state;
    struct fixture fixture = begin();
    open_collector(&fixture);
    for (int i = 0; i < 1000; i++) {
        struct load_done done = ok(i * MILLISECOND, (i + 5) * MILLISECOND, i % 2 == 0 ? "a" : "b");
        done.warmth = (enum load_warmth)(i % 3);
        done.outcome = (enum load_outcome)(i % OUTCOME_COUNT);
        done.sent = done.outcome == OUTCOME_DROPPED ? -1 : done.intended;
        done.new_connection = i % 10 == 0;
        one(&fixture, &done);
    }
    flush(fixture.collector, SECOND, 0, 0, true);
    assert_int_equal(fixture.results->row_count, 6);
    results_assert_complete(fixture.results, 1000);
    for (int outcome = 0; outcome < OUTCOME_COUNT; outcome++)
        assert_int_equal(fixture.results->outcomes[outcome], 1000 / OUTCOME_COUNT);
    uint64_t connections = 0;
    for (int i = 0; i < 1000; i += 10)
        connections += i % OUTCOME_COUNT != OUTCOME_DROPPED ? 1 : 0;
    assert_int_equal(fixture.results->connections, connections);
    assert_int_equal(fixture.results->bytes, 1000 * 100);
    end(&fixture);
}

static void test_ticks_are_not_left_out_nor_doubled(void **state)
{
    (void)state;
    struct fixture fixture = begin();
    open_collector(&fixture);
    flush(fixture.collector, -5 * SECOND, 0, 0, false);
    flush(fixture.collector, 0, 0, 0, false);
    flush(fixture.collector, SECOND - 1, 0, 0, false);
    assert_int_equal(fixture.results->tick_count, 0);
    struct load_done done = ok(0, MILLISECOND, "");
    one(&fixture, &done);
    flush(fixture.collector, 4 * SECOND + 5, 7, 2 * SECOND, false);
    assert_int_equal(fixture.results->tick_count, 4);
    for (size_t i = 0; i < 4; i++) {
        const struct load_tick *tick = &fixture.results->ticks[i];
        assert_int_equal(tick->second, (int64_t)i);
        assert_int_equal(tick->planned, i == 0 ? 1 : 0);
        assert_true(tick->target_rate > 9.999 && tick->target_rate < 10.001);
        assert_true(tick->cpu > 0.499 && tick->cpu < 0.501);
        assert_int_equal(tick->in_flight, 7);
    }
    flush(fixture.collector, 4 * SECOND + 6, 0, 2 * SECOND, true);
    assert_int_equal(fixture.results->tick_count, 4);
    done = ok(4 * SECOND + 7, 4 * SECOND + 8, "");
    one(&fixture, &done);
    flush(fixture.collector, 4 * SECOND + 9, 0, 2 * SECOND, true);
    assert_int_equal(fixture.results->tick_count, 5);
    assert_int_equal(fixture.results->ticks[4].second, 4);
    results_assert_complete(fixture.results, 2);
    end(&fixture);
}

static void test_late_begins_above_ten_milliseconds(void **state)
{
    (void)state;
    struct fixture fixture = begin();
    open_collector(&fixture);
    collector_sent(fixture.collector, 0, 10 * MILLISECOND);
    collector_sent(fixture.collector, 0, 10 * MILLISECOND + 1);
    collector_sent(fixture.collector, 0, 0);
    flush(fixture.collector, SECOND, 0, 0, false);
    assert_int_equal(fixture.results->sent, 3);
    assert_int_equal(fixture.results->late, 1);
    assert_int_equal(fixture.results->lateness.maximum, 10 * MILLISECOND + 1);
    end(&fixture);
}

static void test_exemplars_say_why(void **state)
{
    (void)state;
    struct fixture fixture = begin();
    open_collector(&fixture);
    struct load_done done = ok(0, SLOW, "a");
    one(&fixture, &done);
    done.finished = SLOW + 1;
    one(&fixture, &done);
    done.outcome = OUTCOME_RESET;
    one(&fixture, &done);
    done.outcome = OUTCOME_ABORTED;
    one(&fixture, &done);
    done = ok(0, 1, "");
    one(&fixture, &done);
    done.outcome = OUTCOME_DROPPED;
    done.sent = -1;
    one(&fixture, &done);
    assert_int_equal(fixture.results->exemplar_count, 3);
    assert_int_equal(fixture.results->exemplars[0].reason, EXEMPLAR_FIRST);
    assert_int_equal(fixture.results->exemplars[1].reason, EXEMPLAR_SLOW);
    assert_int_equal(fixture.results->exemplars[2].reason, EXEMPLAR_LOST);
    for (int i = 0; i < 20; i++) {
        done = ok(0, 1, "a");
        one(&fixture, &done);
    }
    /* Two answers of "a" have been seen before: eight more are first ones. */
    assert_int_equal(fixture.results->exemplar_count, 3 + 8);
    end(&fixture);
}

static void test_exemplars_are_bounded_each_second(void **state)
{
    (void)state;
    struct fixture fixture = begin();
    open_collector(&fixture);
    struct load_done done = ok(0, 2 * SLOW, "a");
    for (int i = 0; i < 3000; i++)
        one(&fixture, &done);
    assert_int_equal(fixture.results->exemplar_count, 2000);
    flush(fixture.collector, SECOND, 0, 0, false);
    one(&fixture, &done);
    assert_int_equal(fixture.results->exemplar_count, 2001);
    end(&fixture);
}

/* A server that names itself anew in every answer costs bounded memory, and no answer is lost for it. */
static void test_many_servers_are_bounded(void **state)
{
    (void)state;
    struct fixture fixture = begin();
    open_collector(&fixture);
    for (int second = 0; second < 2; second++) {
        for (int i = 0; i < 6000; i++) {
            char name[32];
            (void)snprintf(name, sizeof name, "server-%d-%d", second, i);
            struct load_done done = ok(second * SECOND, second * SECOND + 1, name);
            one(&fixture, &done);
        }
        flush(fixture.collector, (second + 1) * SECOND, 0, 0, second == 1);
    }
    results_assert_complete(fixture.results, 12000);
    assert_true(fixture.results->exemplar_count <= 4000);
    end(&fixture);
}

static void test_longest_server_name_is_cut(void **state)
{
    (void)state;
    struct fixture fixture = begin();
    open_collector(&fixture);
    char name[LOAD_SERVER_SIZE];
    memset(name, 'n', sizeof name);
    name[LOAD_SERVER_SIZE - 1] = '\0';
    struct load_done done = ok(0, 1, name);
    one(&fixture, &done);
    one(&fixture, &done);
    flush(fixture.collector, SECOND, 0, 0, true);
    assert_int_equal(fixture.results->row_count, 1);
    assert_string_equal(fixture.results->rows[0].server, name);
    end(&fixture);
}

static void test_row_of_what_was_never_sent(void **state)
{
    (void)state;
    struct fixture fixture = begin();
    open_collector(&fixture);
    struct load_done done = {.outcome = OUTCOME_DROPPED, .intended = 5, .sent = -1, .finished = 5, .server = ""};
    one(&fixture, &done);
    flush(fixture.collector, SECOND, 0, 0, true);
    assert_int_equal(fixture.results->rows[0].first_sent, -1);
    assert_int_equal(fixture.results->rows[0].last_sent, -1);
    assert_int_equal(fixture.results->rows[0].last_connection, -1);
    results_assert_complete(fixture.results, 1);
    end(&fixture);
}

static void test_statuses_are_counted(void **state)
{
    (void)state;
    struct load_status statuses[LOAD_MOST_STATUSES] = {{0}};
    size_t count = 0;
    uint64_t total = 0;
    for (int code = 200; code < 230; code++)
        load_status_add(statuses, &count, LOAD_MOST_STATUSES, code, (uint64_t)code);
    load_status_add(statuses, &count, LOAD_MOST_STATUSES, 201, 5);
    load_status_add(statuses, &count, LOAD_MOST_STATUSES, 0, 7);
    assert_int_equal(count, LOAD_MOST_STATUSES);
    assert_int_equal(statuses[1].code, 201);
    assert_int_equal(statuses[1].count, 206);
    assert_int_equal(statuses[LOAD_MOST_STATUSES - 1].code, 0);
    for (size_t i = 0; i < count; i++)
        total += statuses[i].count;
    assert_int_equal(total, (200 + 229) * 30 / 2 + 5 + 7);
}

static void test_a_row_tells_the_statuses_of_its_answers(void **state)
{
    (void)state;
    struct fixture fixture = begin();
    open_collector(&fixture);
    for (int i = 0; i < 5; i++) {
        struct load_done done = ok(0, MILLISECOND, "");
        done.http_status = i < 3 ? 200 : 503;
        done.outcome = i < 3 ? OUTCOME_OK : OUTCOME_STATUS;
        one(&fixture, &done);
    }
    struct load_done reset = {.outcome = OUTCOME_RESET, .server = "", .server_age = -1};
    one(&fixture, &reset);
    flush(fixture.collector, SECOND / 2, 0, 0, true);
    assert_int_equal(fixture.results->row_count, 1);
    const struct load_row *row = &fixture.results->rows[0];
    assert_int_equal(row->status_count, 2);
    assert_int_equal(row->statuses[0].code, 200);
    assert_int_equal(row->statuses[0].count, 3);
    assert_int_equal(row->statuses[1].code, 503);
    assert_int_equal(row->statuses[1].count, 2);
    end(&fixture);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_statuses_are_counted),
        cmocka_unit_test(test_a_row_tells_the_statuses_of_its_answers),
        cmocka_unit_test(test_answers_belong_to_the_second_of_their_intended_start),
        cmocka_unit_test(test_rows_add_up_and_split),
        cmocka_unit_test(test_ticks_are_not_left_out_nor_doubled),
        cmocka_unit_test(test_late_begins_above_ten_milliseconds),
        cmocka_unit_test(test_exemplars_say_why),
        cmocka_unit_test(test_exemplars_are_bounded_each_second),
        cmocka_unit_test(test_many_servers_are_bounded),
        cmocka_unit_test(test_longest_server_name_is_cut),
        cmocka_unit_test(test_row_of_what_was_never_sent),
    };
    return cmocka_run_group_tests_name("collector", tests, NULL, NULL);
}
