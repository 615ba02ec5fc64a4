/* Results and status: what is read is what was written, bit by bit, and what is wrong is refused as a whole. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "common/memory.h"
#include "driver/wire/wire_results.h"
#include "driver/wire/wire_status.h"
#include "tests/unit/driver/wire/random_values.h"

#define ROUNDS 300
#define MOST_BATCHES 6
#define LOADS 3

static void assert_same_histogram(const struct histogram *left, const struct histogram *right)
{
    AUTO_BUFFER struct buffer left_bytes = {0};
    AUTO_BUFFER struct buffer right_bytes = {0};
    buffer_init(&left_bytes, 1 << 20);
    buffer_init(&right_bytes, 1 << 20);
    assert_int_equal(left->total, right->total);
    if (left->total == 0)
        return;
    assert_int_equal(histogram_encode(left, &left_bytes), 0);
    assert_int_equal(histogram_encode(right, &right_bytes), 0);
    assert_int_equal(left_bytes.length, right_bytes.length);
    assert_memory_equal(left_bytes.data, right_bytes.data, left_bytes.length);
}

static void assert_same_tick(const struct load_tick *left, const struct load_tick *right)
{
    struct load_tick left_numbers = *left;
    struct load_tick right_numbers = *right;
    assert_same_histogram(&left->lateness, &right->lateness);
    left_numbers.lateness = right_numbers.lateness = (struct histogram){0};
    assert_memory_equal(&left_numbers, &right_numbers, sizeof left_numbers);
}

static void assert_same_row(const struct load_row *left, const struct load_row *right)
{
    assert_same_histogram(&left->response, &right->response);
    assert_same_histogram(&left->service, &right->service);
    assert_int_equal(left->second, right->second);
    assert_string_equal(left->server, right->server);
    assert_int_equal(left->warmth, right->warmth);
    assert_memory_equal(left->outcomes, right->outcomes, sizeof left->outcomes);
    assert_int_equal(left->connections, right->connections);
    assert_int_equal(left->bytes_received, right->bytes_received);
    assert_int_equal(left->first_sent, right->first_sent);
    assert_int_equal(left->last_sent, right->last_sent);
    assert_int_equal(left->last_connection, right->last_connection);
    assert_int_equal(left->status_count, right->status_count);
    for (size_t i = 0; i < left->status_count; i++) {
        assert_int_equal(left->statuses[i].code, right->statuses[i].code);
        assert_int_equal(left->statuses[i].count, right->statuses[i].count);
    }
}

static void assert_same_exemplar(const struct load_exemplar *left, const struct load_exemplar *right)
{
    assert_int_equal(left->reason, right->reason);
    assert_int_equal(left->outcome, right->outcome);
    assert_int_equal(left->http_status, right->http_status);
    assert_int_equal(left->intended, right->intended);
    assert_int_equal(left->sent, right->sent);
    assert_int_equal(left->finished, right->finished);
    assert_string_equal(left->server, right->server);
    assert_int_equal(left->server_age, right->server_age);
    assert_int_equal(left->warmth, right->warmth);
    assert_int_equal(left->new_connection, right->new_connection);
}

static void assert_same_batch(const struct wire_batch *left, const struct wire_batch *right)
{
    assert_int_equal(left->sequence, right->sequence);
    assert_int_equal(left->load, right->load);
    assert_int_equal(left->tick_count, right->tick_count);
    assert_int_equal(left->row_count, right->row_count);
    assert_int_equal(left->exemplar_count, right->exemplar_count);
    for (size_t i = 0; i < left->tick_count; i++)
        assert_same_tick(&left->ticks[i], &right->ticks[i]);
    for (size_t i = 0; i < left->row_count; i++)
        assert_same_row(&left->rows[i], &right->rows[i]);
    for (size_t i = 0; i < left->exemplar_count; i++)
        assert_same_exemplar(&left->exemplars[i], &right->exemplars[i]);
}

/* What is merged of batches that travelled is what is merged of those that did not. */
static void merge(struct histogram *merged, const struct wire_batch *batches, size_t count)
{
    for (size_t i = 0; i < count; i++)
        for (size_t k = 0; k < batches[i].row_count; k++)
            histogram_merge(merged, &batches[i].rows[k].response);
}

static char *write_all(const struct wire_results *results, const struct wire_batch *batches, size_t count, size_t *length)
{
    struct buffer texts[MOST_BATCHES] = {{0}};
    const char *pointers[MOST_BATCHES];
    AUTO_BUFFER struct buffer text = {0};
    buffer_init(&text, WIRE_RESULTS_MAXIMUM);
    for (size_t i = 0; i < count; i++) {
        buffer_init(&texts[i], WIRE_BATCH_MAXIMUM);
        assert_int_equal(wire_batch_write(&batches[i], &texts[i]), 0);
        pointers[i] = texts[i].data;
    }
    assert_int_equal(wire_results_write(results, pointers, count, &text), 0);
    for (size_t i = 0; i < count; i++)
        buffer_release(&texts[i]);
    *length = text.length;
    return buffer_steal(&text);
}

static void test_results_come_back_as_they_were(void **state)
{
    (void)state;
    for (int round = 0; round < ROUNDS; round++) {
        struct error error = ERROR_NONE;
        struct wire_batch batches[MOST_BATCHES];
        struct wire_results back;
        size_t length = 0;
        size_t count = random_below(MOST_BATCHES + 1);
        uint64_t first = random_below(1000000);
        for (size_t i = 0; i < count; i++)
            random_batch(&batches[i], first + i, LOADS);
        const struct wire_results results = {.part = 1 + (unsigned)random_below(1000),
                                             .next = first + count,
                                             .lost = random_count(),
                                             .more = random_bool(),
                                             .complete = random_bool()};
        AUTO_FREE char *text = write_all(&results, batches, count, &length);
        if (wire_results_read(text, length, LOADS, &back, &error) < 0)
            fail_msg("%s: %s", error.text, text);
        assert_int_equal(back.part, results.part);
        assert_int_equal(back.next, results.next);
        assert_int_equal(back.lost, results.lost);
        assert_int_equal(back.more, results.more);
        assert_int_equal(back.complete, results.complete);
        assert_int_equal(back.batch_count, count);
        AUTO_HISTOGRAM struct histogram before = {0};
        AUTO_HISTOGRAM struct histogram after = {0};
        merge(&before, batches, count);
        merge(&after, back.batches, count);
        assert_same_histogram(&before, &after);
        for (size_t i = 0; i < count; i++) {
            assert_same_batch(&batches[i], &back.batches[i]);
            wire_batch_release(&batches[i]);
        }
        wire_results_release(&back);
    }
}

#define HEAD "{\"part\":1,\"next\":2,\"lost\":0,\"more\":false,\"complete\":true,\"batches\":["
#define BATCH(sequence, load, ticks)                                                                                             \
    "{\"sequence\":" sequence ",\"load\":" load ",\"ticks\":[" ticks "],\"rows\":[],\"exemplars\":[]}"
#define TICK(sent, lateness) TICK_OF("0", sent, lateness)
#define TICK_OF(second, sent, lateness)                                                                                          \
    "{\"second\":" second ",\"phase\":\"\",\"target_rate\":1,\"planned\":1,\"sent\":" sent                                       \
    ",\"late\":0,\"dropped\":0,\"in_flight\":0,\"vus\":0,"                                                                       \
    "\"cpu\":0,\"threads\":1,\"lateness\":\"" lateness "\"}"

static void test_wrong_results_are_refused(void **state)
{
    (void)state;
    static const struct {
        const char *text, *why;
    } wrong[] = {
        {"{}", "results: part: is missing"},
        {HEAD "]", "results: "},
        {HEAD BATCH("0", "3", "") "]}", "results: batches[0]: load: expected a number below 3"},
        {HEAD BATCH("2", "0", "") "]}", "results: batches[0]: sequence: expected a number below next"},
        {HEAD BATCH("0", "0", "") "," BATCH("0", "0", "") "]}",
         "results: batches[1]: sequence: expected more than that of the batch before"},
        {HEAD BATCH("0", "0", TICK("-1", "")) "]}",
         "results: batches[0]: ticks[0]: sent: expected a whole number from 0 to 9007199254740992"},
        {HEAD BATCH("0", "0", TICK("1e300", "")) "]}",
         "results: batches[0]: ticks[0]: sent: expected a whole number from 0 to 9007199254740992"},
        {HEAD BATCH("0", "0", TICK_OF("1e15", "1", "")) "]}",
         "results: batches[0]: ticks[0]: second: expected a whole number from -1000000000 to 1000000000"},
        {HEAD BATCH("0", "0", TICK_OF("-1e15", "1", "")) "]}", "results: batches[0]: ticks[0]: second: expected "},
        {HEAD BATCH("0", "0", TICK("1", "AAAA")) "]}", "results: batches[0]: ticks[0]: lateness: malformed histogram of 3 bytes"},
        {HEAD BATCH("0", "0", TICK("1", "!")) "]}", "results: batches[0]: ticks[0]: lateness: "},
    };
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        struct error error = ERROR_NONE;
        struct wire_results results;
        assert_int_equal(wire_results_read(wrong[i].text, strlen(wrong[i].text), LOADS, &results, &error), -1);
        if (strncmp(error.text, wrong[i].why, strlen(wrong[i].why)) != 0)
            fail_msg("expected \"%s\", got \"%s\"", wrong[i].why, error.text);
    }
}

static void test_status_comes_back_as_it_was(void **state)
{
    (void)state;
    for (int round = 0; round < ROUNDS; round++) {
        struct error error = ERROR_NONE;
        struct wire_status back;
        struct wire_status status;
        memset(&status, 0, sizeof status); /* its padding as well */
        status.state = (enum wire_state)random_below(WIRE_STATE_COUNT);
        status.terminating = random_bool();
        status.part = (unsigned)random_below(1000);
        status.now = INT64_C(1763800000123456789) + (int64_t)random_count();
        status.at = (int64_t)random_count();
        status.epochs = random_below(WIRE_MOST_EPOCHS);
        status.next = random_count();
        status.lost = random_count();
        status.cpu = random_decimal(64);
        status.memory = random_count();
        status.lag = (int64_t)random_count();
        random_text(status.limit_text, sizeof status.limit_text);
        random_text(status.error, sizeof status.error);
        (void)snprintf(status.plan, sizeof status.plan, "run-%d", round);
        (void)snprintf(status.limit, sizeof status.limit, "generator");
        AUTO_FREE char *text = wire_status_write(&status);
        if (wire_status_read(text, strlen(text), &back, &error) < 0)
            fail_msg("%s: %s", error.text, text);
        assert_memory_equal(&status, &back, sizeof status);
    }
}

static void test_starts(void **state)
{
    (void)state;
    static const char *const wrong[] = {"{}",
                                        "{\"plan\":\"a\",\"at\":17}",
                                        "{\"plan\":\"a\",\"at\":\"-1\"}",
                                        "{\"plan\":\"a\",\"at\":\"9223372036854775808\"}",
                                        "{\"plan\":\"a\",\"at\":\"4611686018427387904\"}",
                                        "{\"plan\":\"\",\"at\":\"1\"}",
                                        "{\"plan\":\"a\",\"at\":\"1x\"}",
                                        "{\"plan\":\"a\",\"at\":\"\"}"};
    struct error error = ERROR_NONE;
    const struct wire_start start = {.plan = "run-7", .at = INT64_MAX / 2};
    struct wire_start back;
    AUTO_FREE char *text = wire_start_write(&start);
    assert_string_equal(text, "{\"plan\":\"run-7\",\"at\":\"4611686018427387903\"}");
    assert_int_equal(wire_start_read(text, strlen(text), &back, &error), 0);
    assert_int_equal(back.at, start.at);
    assert_string_equal(back.plan, start.plan);
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        assert_int_equal(wire_start_read(wrong[i], strlen(wrong[i]), &back, &error), -1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_results_come_back_as_they_were),
        cmocka_unit_test(test_wrong_results_are_refused),
        cmocka_unit_test(test_status_comes_back_as_it_was),
        cmocka_unit_test(test_starts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
