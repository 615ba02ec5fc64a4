/* A generator from its plan to its end, without its HTTP server: what it takes and what it refuses, and what it sends. */
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
#include "driver/generator/generator.h"
#include "driver/wire/wire_results.h"
#include "tests/support/fake_server.h"
#include "tests/support/wait.h"

#define WAIT 60.0 /* seconds; generous, for a busy machine */
#define MILLISECOND NANOSECONDS_PER_MILLISECOND
#define SECOND NANOSECONDS_PER_SECOND
#define AHEAD (700 * MILLISECOND)

static void answer_ok(struct fake_connection *connection, const struct fake_request *request, void *context)
{
    (void)request;
    (void)context;
    fake_answer(connection, 200, "text/plain", "", "ok");
}

/* A constant rate for so many seconds; epochs: the list's text. */
static char *plan_text(const struct fake_server *server, const char *id, double rate, int64_t duration, int64_t drain,
                       const char *epochs)
{
    return memory_format("{\"id\":\"%s\",\"part\":2,\"drain\":%lld,\"loads\":[{\"address\":\"127.0.0.1\",\"port\":%d,"
                         "\"slow_over\":60000000000,\"spec\":{\"name\":\"main\",\"executor\":\"constant-arrival-rate\","
                         "\"start_rate\":%g,\"stages\":[{\"duration\":%lld,\"target\":%g}],\"url\":\"http://web/\"}}],"
                         "\"epochs\":[%s]}",
                         id, (long long)drain, fake_server_port(server), rate, (long long)duration, rate, epochs);
}

static int plan(struct generator *generator, const char *text, struct error *error)
{
    *error = ERROR_NONE;
    return generator_plan(generator, text, strlen(text), error);
}

static int start(struct generator *generator, const char *id, int64_t at, struct error *error)
{
    struct wire_start wanted = {.at = at};
    *error = ERROR_NONE;
    (void)snprintf(wanted.plan, sizeof wanted.plan, "%s", id);
    AUTO_FREE char *text = wire_start_write(&wanted);
    return generator_start(generator, text, strlen(text), error);
}

static enum wire_state state_of(struct generator *generator)
{
    struct wire_status status;
    generator_look(generator);
    generator_tell(generator, &status);
    return status.state;
}

/* Sums of what it tells, all of it. */
static uint64_t fetch(struct generator *generator, uint64_t *ok, bool *complete)
{
    uint64_t planned = 0;
    uint64_t since = 0;
    bool more = true;
    *ok = 0;
    while (more) {
        struct error error = ERROR_NONE;
        struct wire_results results;
        AUTO_BUFFER struct buffer text = {0};
        buffer_init(&text, WIRE_RESULTS_MAXIMUM);
        assert_int_equal(generator_results(generator, since, &text, &error), 200);
        assert_int_equal(wire_results_read(text.data, text.length, 1, &results, &error), 0);
        assert_int_equal(results.part, 2);
        for (size_t i = 0; i < results.batch_count; i++) {
            for (size_t k = 0; k < results.batches[i].tick_count; k++)
                planned += results.batches[i].ticks[k].planned;
            for (size_t k = 0; k < results.batches[i].row_count; k++)
                *ok += results.batches[i].rows[k].outcomes[OUTCOME_OK];
        }
        since = results.next;
        more = results.more;
        *complete = results.complete;
        wire_results_release(&results);
    }
    return planned;
}

static void test_a_part_is_sent_to_the_request(void **state)
{
    (void)state;
    struct error error = ERROR_NONE;
    struct wire_status status;
    uint64_t ok = 0;
    bool complete = false;
    struct fake_server *server = fake_server_start(answer_ok, NULL);
    struct generator *generator = generator_create(7);
    AUTO_FREE char *text = plan_text(server, "one", 200, SECOND, 0, "{\"from\":0,\"index\":1,\"count\":4}");
    assert_int_equal(state_of(generator), WIRE_IDLE);
    generator_tell(generator, &status);
    assert_int_equal(status.part, 7);
    assert_int_equal(plan(generator, text, &error), 200);
    assert_int_equal(plan(generator, text, &error), 200);
    assert_int_equal(state_of(generator), WIRE_PLANNED);
    int64_t at = clock_wall() + AHEAD;
    assert_int_equal(start(generator, "two", at, &error), 409);
    assert_int_equal(start(generator, "one", at, &error), 200);
    assert_int_equal(start(generator, "one", at, &error), 200);
    assert_int_equal(start(generator, "one", at + 1, &error), 409);
    assert_int_equal(fake_server_requests(server), 0);
    assert_true(test_wait_until(state_of(generator) == WIRE_FINISHED, WAIT));
    assert_int_equal(fetch(generator, &ok, &complete), 50);
    assert_int_equal(ok, 50);
    assert_true(complete);
    assert_int_equal(fake_server_requests(server), 50);
    generator_tell(generator, &status);
    assert_int_equal(status.part, 2);
    assert_int_equal(status.at, at);
    assert_string_equal(status.plan, "one");
    assert_true(status.memory > 0);
    assert_true(status.limit[0] != '\0');
    assert_int_equal(start(generator, "one", at + 1, &error), 409);
    AUTO_FREE char *next = plan_text(server, "two", 10, SECOND, 0, "{\"from\":0,\"index\":1,\"count\":4}");
    assert_int_equal(plan(generator, next, &error), 200);
    assert_int_equal(state_of(generator), WIRE_PLANNED);
    generator_destroy(generator);
    fake_server_stop(server);
}

static void test_a_moment_that_is_past_is_refused(void **state)
{
    (void)state;
    struct error error = ERROR_NONE;
    struct fake_server *server = fake_server_start(answer_ok, NULL);
    struct generator *generator = generator_create(0);
    AUTO_FREE char *text = plan_text(server, "one", 10, 100 * SECOND, 0, "{\"from\":0,\"index\":0,\"count\":1}");
    assert_int_equal(plan(generator, text, &error), 200);
    assert_int_equal(start(generator, "one", clock_wall() - SECOND, &error), 400);
    assert_non_null(strstr(error.text, "start: at: that moment was 1."));
    assert_int_equal(start(generator, "one", 17, &error), 400);
    assert_string_equal(error.text, "start: at: expected a moment within seven days from now");
    assert_int_equal(state_of(generator), WIRE_PLANNED);
    generator_destroy(generator);
    fake_server_stop(server);
}

/* It has the same start as those that were there before. */
static void test_one_that_joins_later_begins_at_its_epoch(void **state)
{
    (void)state;
    struct error error = ERROR_NONE;
    uint64_t ok = 0;
    bool complete = false;
    struct fake_server *server = fake_server_start(answer_ok, NULL);
    struct generator *generator = generator_create(0);
    AUTO_FREE char *text = plan_text(server, "one", 100, 31 * SECOND, 0, "{\"from\":30000000000,\"index\":1,\"count\":2}");
    assert_int_equal(plan(generator, text, &error), 200);
    assert_int_equal(start(generator, "one", clock_wall() - 29 * SECOND, &error), 200);
    assert_true(test_wait_until(state_of(generator) == WIRE_FINISHED, WAIT));
    assert_int_equal(fetch(generator, &ok, &complete), 50);
    assert_int_equal(fake_server_requests(server), 50);
    generator_destroy(generator);
    fake_server_stop(server);
}

static void test_epochs_are_taken_while_it_runs(void **state)
{
    (void)state;
    struct error error = ERROR_NONE;
    struct wire_status status;
    uint64_t ok = 0;
    bool complete = false;
    struct fake_server *server = fake_server_start(answer_ok, NULL);
    struct generator *generator = generator_create(0);
    static const char first[] = "{\"from\":0,\"index\":0,\"count\":2,\"weights\":[0,1]}";
    AUTO_FREE char *second = memory_format("%s,{\"from\":1000000000,\"index\":0,\"count\":2,\"weights\":[1,0]}", first);
    AUTO_FREE char *last = memory_format("%s,{\"from\":900000000000,\"index\":0,\"count\":2}", second);
    AUTO_FREE char *beyond = memory_format("%s,{\"from\":990000000000,\"index\":0,\"count\":2}", last);
    AUTO_FREE char *late = memory_format("%s,{\"from\":1000000001,\"index\":0,\"count\":2,\"weights\":[1,1]}", second);
    AUTO_FREE char *other =
        memory_format("{\"from\":0,\"index\":0,\"count\":2},%s", "{\"from\":9000000000,\"index\":0,\"count\":2}");
    AUTO_FREE char *text = plan_text(server, "one", 50, 4 * SECOND, 0, first);
    AUTO_FREE char *more = plan_text(server, "one", 50, 4 * SECOND, 0, second);
    AUTO_FREE char *too_late = plan_text(server, "one", 50, 4 * SECOND, 0, late);
    AUTO_FREE char *far = plan_text(server, "one", 50, 4 * SECOND, 0, last);
    AUTO_FREE char *farther = plan_text(server, "one", 50, 4 * SECOND, 0, beyond);
    AUTO_FREE char *changed = plan_text(server, "one", 50, 4 * SECOND, 0, other);
    AUTO_FREE char *faster = plan_text(server, "one", 51, 4 * SECOND, 0, first);
    AUTO_FREE char *another = plan_text(server, "two", 50, 4 * SECOND, 0, first);
    assert_int_equal(plan(generator, text, &error), 200);
    assert_int_equal(plan(generator, more, &error), 200);
    assert_int_equal(start(generator, "one", clock_wall() + AHEAD, &error), 200);
    assert_int_equal(plan(generator, text, &error), 200); /* an older one is no change */
    assert_int_equal(plan(generator, changed, &error), 409);
    assert_string_equal(error.text, "plan: an epoch that is known may not change");
    assert_int_equal(plan(generator, faster, &error), 409);
    assert_string_equal(error.text, "plan: there is another one with that id");
    assert_int_equal(plan(generator, another, &error), 409);
    assert_string_equal(error.text, "plan: another one runs");
    assert_true(test_wait_until(fake_server_requests(server) > 0, WAIT)); /* a second is over */
    assert_int_equal(plan(generator, too_late, &error), 409);
    assert_string_equal(error.text, "plan: an epoch must begin at least 2 s after it is told");
    assert_int_equal(plan(generator, far, &error), 200);
    generator_tell(generator, &status);
    assert_int_equal(status.epochs, 3);
    assert_true(test_wait_until(state_of(generator) == WIRE_FINISHED, WAIT));
    assert_int_equal(plan(generator, farther, &error), 409);
    assert_string_equal(error.text, "plan: the load is over");
    assert_int_equal(fetch(generator, &ok, &complete), 150);
    assert_int_equal(fake_server_requests(server), 150);
    generator_destroy(generator);
    fake_server_stop(server);
}

static void test_stop_ends_the_load(void **state)
{
    (void)state;
    struct error error = ERROR_NONE;
    uint64_t ok = 0;
    bool complete = false;
    struct fake_server *server = fake_server_start(answer_ok, NULL);
    struct generator *generator = generator_create(0);
    AUTO_FREE char *text = plan_text(server, "one", 100, 600 * SECOND, 0, "{\"from\":0,\"index\":0,\"count\":1}");
    generator_stop(generator);
    assert_int_equal(state_of(generator), WIRE_IDLE);
    assert_int_equal(plan(generator, text, &error), 200);
    assert_int_equal(start(generator, "one", clock_wall() + AHEAD, &error), 200);
    assert_true(test_wait_until(fake_server_requests(server) > 5, WAIT));
    generator_stop(generator);
    assert_true(test_wait_until(state_of(generator) == WIRE_STOPPED, WAIT));
    uint64_t planned = fetch(generator, &ok, &complete);
    assert_true(complete);
    assert_true(planned > 5 && planned < 60000);
    assert_true(ok <= planned);
    generator_destroy(generator);
    fake_server_stop(server);
}

static void test_the_end_waits_for_who_fetches(void **state)
{
    (void)state;
    struct error error = ERROR_NONE;
    uint64_t ok = 0;
    bool complete = false;
    struct fake_server *server = fake_server_start(answer_ok, NULL);
    struct generator *generator = generator_create(0);
    AUTO_FREE char *text = plan_text(server, "one", 100, 600 * SECOND, 0, "{\"from\":0,\"index\":0,\"count\":1}");
    AUTO_FREE char *next = plan_text(server, "two", 100, 600 * SECOND, 0, "{\"from\":0,\"index\":0,\"count\":1}");
    assert_int_equal(plan(generator, text, &error), 200);
    assert_int_equal(start(generator, "one", clock_wall() + AHEAD, &error), 200);
    assert_true(test_wait_until(fake_server_requests(server) > 5, WAIT));
    assert_false(generator_may_end(generator));
    generator_terminate(generator);
    assert_true(generator_is_terminating(generator));
    assert_true(test_wait_until(state_of(generator) == WIRE_STOPPED, WAIT));
    assert_false(generator_may_end(generator));
    assert_int_equal(plan(generator, next, &error), 409);
    assert_true(fetch(generator, &ok, &complete) > 5);
    assert_true(complete);
    assert_true(test_wait_until(generator_may_end(generator), WAIT));
    generator_destroy(generator);
    fake_server_stop(server);
}

/* As long as somebody asks it sends; then it ends by itself. */
static void test_one_that_nobody_asks_ends(void **state)
{
    (void)state;
    struct error error = ERROR_NONE;
    uint64_t ok = 0;
    bool complete = false;
    struct fake_server *server = fake_server_start(answer_ok, NULL);
    struct generator *generator = generator_create(0);
    AUTO_FREE char *text = plan_text(server, "one", 100, 600 * SECOND, 0, "{\"from\":0,\"index\":0,\"count\":1}");
    AUTO_FREE char *impatient = memory_format("{\"patience\":1000000000,%s", text + 1);
    assert_int_equal(plan(generator, impatient, &error), 200);
    assert_int_equal(start(generator, "one", clock_wall() + AHEAD, &error), 200);
    assert_true(test_wait_until(fake_server_requests(server) > 5, WAIT));
    int64_t asked = clock_monotonic();
    (void)fetch(generator, &ok, &complete);
    assert_true(test_wait_until(state_of(generator) == WIRE_STOPPED, WAIT));
    assert_true(clock_monotonic() - asked >= SECOND);
    assert_true(generator_is_terminating(generator));
    generator_destroy(generator);
    fake_server_stop(server);
}

static void test_one_without_results_ends_at_once(void **state)
{
    (void)state;
    struct error error = ERROR_NONE;
    struct fake_server *server = fake_server_start(answer_ok, NULL);
    struct generator *idle = generator_create(0);
    struct generator *planned = generator_create(0);
    AUTO_FREE char *text = plan_text(server, "one", 100, SECOND, 0, "{\"from\":0,\"index\":0,\"count\":1}");
    assert_int_equal(plan(planned, text, &error), 200);
    generator_terminate(idle);
    generator_terminate(planned);
    generator_look(planned);
    assert_true(generator_may_end(idle));
    assert_true(generator_may_end(planned));
    generator_destroy(idle);
    generator_destroy(planned);
    fake_server_stop(server);
}

/* One that is scaled down sends its part until the others have it. */
static void test_a_drained_generator_sends_until_others_take_over(void **state)
{
    (void)state;
    struct error error = ERROR_NONE;
    uint64_t ok = 0;
    bool complete = false;
    struct fake_server *server = fake_server_start(answer_ok, NULL);
    struct generator *generator = generator_create(0);
    static const char first[] = "{\"from\":0,\"index\":0,\"count\":2}";
    AUTO_FREE char *second = memory_format("%s,{\"from\":1500000000,\"index\":0,\"count\":2,\"weights\":[0,1]}", first);
    AUTO_FREE char *text = plan_text(server, "one", 100, 600 * SECOND, 50 * SECOND, first);
    AUTO_FREE char *relieved = plan_text(server, "one", 100, 600 * SECOND, 50 * SECOND, second);
    assert_int_equal(plan(generator, text, &error), 200);
    assert_int_equal(plan(generator, relieved, &error), 200);
    assert_int_equal(start(generator, "one", clock_wall() + AHEAD, &error), 200);
    generator_terminate(generator);
    assert_true(test_wait_until(state_of(generator) == WIRE_FINISHED, WAIT));
    assert_int_equal(fetch(generator, &ok, &complete), 75);
    assert_int_equal(fake_server_requests(server), 75);
    generator_destroy(generator);
    fake_server_stop(server);
}

static void test_a_drain_has_an_end(void **state)
{
    (void)state;
    struct error error = ERROR_NONE;
    struct fake_server *server = fake_server_start(answer_ok, NULL);
    struct generator *generator = generator_create(0);
    AUTO_FREE char *text = plan_text(server, "one", 100, 600 * SECOND, 300 * MILLISECOND, "{\"from\":0,\"index\":0,\"count\":1}");
    assert_int_equal(plan(generator, text, &error), 200);
    assert_int_equal(start(generator, "one", clock_wall() + AHEAD, &error), 200);
    generator_terminate(generator);
    assert_true(test_wait_until(state_of(generator) == WIRE_STOPPED, WAIT));
    generator_destroy(generator);
    fake_server_stop(server);
}

/* As one does that is stopped and continued by a CPU limit. */
static void test_a_generator_that_is_kept_from_running_says_so(void **state)
{
    (void)state;
    struct error error = ERROR_NONE;
    struct wire_status status;
    struct fake_server *server = fake_server_start(answer_ok, NULL);
    struct generator *generator = generator_create(0);
    AUTO_FREE char *text = memory_format(
        "{\"id\":\"one\",\"part\":2,\"loads\":[{\"address\":\"127.0.0.1\",\"port\":%d,\"spec\":{\"executor\":\"constant-vus\","
        "\"start_rate\":1,\"think_time\":100000000,\"stages\":[{\"duration\":600000000000,\"target\":1}],"
        "\"url\":\"http://web/\"}}],\"epochs\":[{\"from\":0,\"index\":0,\"count\":1}]}",
        fake_server_port(server));
    assert_int_equal(plan(generator, text, &error), 200);
    assert_int_equal(start(generator, "one", clock_wall() + AHEAD, &error), 200);
    assert_true(test_wait_until(fake_server_requests(server) > 0, WAIT));
    for (int i = 0; i < 60; i++) {
        generator_look(generator);
        clock_sleep_until(clock_monotonic() + GENERATOR_LOOK_INTERVAL + 11 * MILLISECOND);
    }
    generator_tell(generator, &status);
    assert_string_equal(status.limit, "generator");
    assert_non_null(strstr(status.limit_text, "it woke over 10 ms late"));
    generator_destroy(generator);
    fake_server_stop(server);
}

static void test_metrics_have_the_part(void **state)
{
    (void)state;
    struct error error = ERROR_NONE;
    struct fake_server *server = fake_server_start(answer_ok, NULL);
    struct generator *generator = generator_create(0);
    AUTO_FREE char *text = plan_text(server, "one", 100, SECOND, 0, "{\"from\":0,\"index\":0,\"count\":1}");
    assert_int_equal(plan(generator, text, &error), 200);
    assert_int_equal(start(generator, "one", clock_wall() + AHEAD, &error), 200);
    assert_true(test_wait_until(state_of(generator) == WIRE_FINISHED, WAIT));
    AUTO_BUFFER struct buffer metrics = {0};
    buffer_init(&metrics, 1 << 20);
    generator_metrics(generator, &metrics);
    static const char *const lines[] = {
        "\nk6_http_reqs_total{part=\"2\",load=\"main\"} 100\n",
        "\nhttp_req_duration_bucket{part=\"2\",load=\"main\",le=\"+Inf\"} 100\n",
        "\nhpalab_generator_state{part=\"2\",state=\"finished\"} 1\n",
        "\nprocess_cpu_seconds_total ",
        "\nhpalab_generator_lag_seconds{part=\"2\"} ",
    };
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++)
        if (strstr(metrics.data, lines[i]) == NULL)
            fail_msg("\"%s\" is missing in %s", lines[i], metrics.data);
    generator_destroy(generator);
    fake_server_stop(server);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_part_is_sent_to_the_request),
        cmocka_unit_test(test_a_moment_that_is_past_is_refused),
        cmocka_unit_test(test_one_that_joins_later_begins_at_its_epoch),
        cmocka_unit_test(test_epochs_are_taken_while_it_runs),
        cmocka_unit_test(test_stop_ends_the_load),
        cmocka_unit_test(test_the_end_waits_for_who_fetches),
        cmocka_unit_test(test_one_without_results_ends_at_once),
        cmocka_unit_test(test_one_that_nobody_asks_ends),
        cmocka_unit_test(test_a_drained_generator_sends_until_others_take_over),
        cmocka_unit_test(test_a_drain_has_an_end),
        cmocka_unit_test(test_a_generator_that_is_kept_from_running_says_so),
        cmocka_unit_test(test_metrics_have_the_part),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
