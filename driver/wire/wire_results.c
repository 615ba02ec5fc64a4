#include "driver/wire/wire_results.h"

#include <stdlib.h>

#include "driver/load/limits.h"
#include "driver/wire/wire_tables.h"

#define MOST_BATCHES 100000
#define MOST_LOADS 64
/* Times are since the start of a load, and may be before it. */
#define EARLIEST (-WIRE_MOST_WHOLE)
#define MOST_SECONDS 1e9 /* 31 years; in nanoseconds it still fits */
#define MOST_CORES 100000.0

static const char *warmth_word(unsigned warmth)
{
    static const char *const words[WARMTH_COUNT] = {[WARMTH_UNKNOWN] = "unknown", [WARMTH_COLD] = "cold", [WARMTH_WARM] = "warm"};
    return words[warmth];
}

static const char *outcome_word(unsigned outcome)
{
    return load_outcome_name((enum load_outcome)outcome);
}

static const char *reason_word(unsigned reason)
{
    static const char *const words[] = {[EXEMPLAR_SLOW] = "slow", [EXEMPLAR_LOST] = "lost", [EXEMPLAR_FIRST] = "first"};
    return words[reason];
}

static const struct wire_field tick_fields[] = {
    {WIRE_MEMBER(struct load_tick, second, true, WIRE_WHOLE), .minimum = -MOST_SECONDS, .maximum = MOST_SECONDS},
    {WIRE_MEMBER(struct load_tick, phase, true, WIRE_NAME)},
    {WIRE_MEMBER(struct load_tick, target_rate, true, WIRE_DECIMAL), .maximum = LOAD_HIGHEST_RATE},
    {WIRE_MEMBER(struct load_tick, planned, true, WIRE_WHOLE)},
    {WIRE_MEMBER(struct load_tick, sent, true, WIRE_WHOLE)},
    {WIRE_MEMBER(struct load_tick, late, true, WIRE_WHOLE)},
    {WIRE_MEMBER(struct load_tick, dropped, true, WIRE_WHOLE)},
    {WIRE_MEMBER(struct load_tick, in_flight, true, WIRE_WHOLE)},
    {WIRE_MEMBER(struct load_tick, vus, true, WIRE_WHOLE)},
    {WIRE_MEMBER(struct load_tick, cpu, true, WIRE_DECIMAL), .maximum = MOST_CORES},
    {WIRE_MEMBER(struct load_tick, threads, true, WIRE_WHOLE)},
    {WIRE_MEMBER(struct load_tick, lateness, true, WIRE_HISTOGRAM)},
};
const struct wire_table wire_tick_table = WIRE_TABLE(struct load_tick, tick_fields);

static const struct wire_field status_fields[] = {
    {WIRE_MEMBER(struct load_status, code, true, WIRE_WHOLE), .maximum = INT32_MAX},
    {WIRE_MEMBER(struct load_status, count, true, WIRE_WHOLE)},
};
static const struct wire_table status_table = WIRE_TABLE(struct load_status, status_fields);

static const struct wire_field check_fields[] = {
    {WIRE_MEMBER(struct load_check_count, passes, true, WIRE_WHOLE)},
    {WIRE_MEMBER(struct load_check_count, fails, true, WIRE_WHOLE)},
};
static const struct wire_table check_table = WIRE_TABLE(struct load_check_count, check_fields);

static const struct wire_field row_fields[] = {
    {WIRE_MEMBER(struct load_row, second, true, WIRE_WHOLE), .minimum = -MOST_SECONDS, .maximum = MOST_SECONDS},
    {WIRE_MEMBER(struct load_row, request, true, WIRE_NAME)},
    {WIRE_MEMBER(struct load_row, phase, true, WIRE_NAME)},
    {WIRE_MEMBER(struct load_row, server, true, WIRE_NAME)},
    {WIRE_MEMBER(struct load_row, warmth, true, WIRE_CHOICE), .maximum = WARMTH_COUNT - 1, .word = warmth_word},
    {WIRE_MEMBER(struct load_row, outcomes, true, WIRE_COUNTS), .word = outcome_word},
    {WIRE_MEMBER(struct load_row, connections, true, WIRE_WHOLE)},
    {WIRE_MEMBER(struct load_row, bytes_received, true, WIRE_WHOLE)},
    {WIRE_MEMBER(struct load_row, bytes_sent, true, WIRE_WHOLE)},
    {WIRE_MEMBER(struct load_row, checks, true, WIRE_PLACES), .maximum = LOAD_MOST_CHECKS,
     .count_offset = offsetof(struct load_row, check_count), .table = &check_table},
    {WIRE_MEMBER(struct load_row, first_sent, true, WIRE_WHOLE), .minimum = EARLIEST},
    {WIRE_MEMBER(struct load_row, last_sent, true, WIRE_WHOLE), .minimum = EARLIEST},
    {WIRE_MEMBER(struct load_row, last_connection, true, WIRE_WHOLE), .minimum = EARLIEST},
    {WIRE_MEMBER(struct load_row, response, true, WIRE_HISTOGRAM)},
    {WIRE_MEMBER(struct load_row, service, true, WIRE_HISTOGRAM)},
    {WIRE_MEMBER(struct load_row, statuses, true, WIRE_PLACES), .maximum = LOAD_MOST_STATUSES,
     .count_offset = offsetof(struct load_row, status_count), .table = &status_table},
};
const struct wire_table wire_row_table = WIRE_TABLE(struct load_row, row_fields);

static const struct wire_field exemplar_fields[] = {
    {WIRE_MEMBER(struct load_exemplar, reason, true, WIRE_CHOICE), .maximum = EXEMPLAR_FIRST, .word = reason_word},
    {WIRE_MEMBER(struct load_exemplar, outcome, true, WIRE_CHOICE), .maximum = OUTCOME_COUNT - 1, .word = outcome_word},
    {WIRE_MEMBER(struct load_exemplar, http_status, true, WIRE_WHOLE), .maximum = INT32_MAX},
    {WIRE_MEMBER(struct load_exemplar, intended, true, WIRE_WHOLE), .minimum = EARLIEST},
    {WIRE_MEMBER(struct load_exemplar, sent, true, WIRE_WHOLE), .minimum = EARLIEST},
    {WIRE_MEMBER(struct load_exemplar, finished, true, WIRE_WHOLE), .minimum = EARLIEST},
    {WIRE_MEMBER(struct load_exemplar, request, true, WIRE_NAME)},
    {WIRE_MEMBER(struct load_exemplar, phase, true, WIRE_NAME)},
    {WIRE_MEMBER(struct load_exemplar, server, true, WIRE_NAME)},
    {WIRE_MEMBER(struct load_exemplar, server_age, true, WIRE_WHOLE), .minimum = EARLIEST},
    {WIRE_MEMBER(struct load_exemplar, warmth, true, WIRE_CHOICE), .maximum = WARMTH_COUNT - 1, .word = warmth_word},
    {WIRE_MEMBER(struct load_exemplar, new_connection, true, WIRE_BOOLEAN)},
};
const struct wire_table wire_exemplar_table = WIRE_TABLE(struct load_exemplar, exemplar_fields);

static const struct wire_field batch_fields[] = {
    {WIRE_MEMBER(struct wire_batch, sequence, true, WIRE_WHOLE)},
    {WIRE_MEMBER(struct wire_batch, load, true, WIRE_WHOLE), .maximum = MOST_LOADS - 1},
    {WIRE_MEMBER(struct wire_batch, ticks, true, WIRE_ARRAY), .maximum = WIRE_BATCH_MOST,
     .count_offset = offsetof(struct wire_batch, tick_count), .table = &wire_tick_table},
    {WIRE_MEMBER(struct wire_batch, rows, true, WIRE_ARRAY), .maximum = WIRE_BATCH_MOST,
     .count_offset = offsetof(struct wire_batch, row_count), .table = &wire_row_table},
    {WIRE_MEMBER(struct wire_batch, exemplars, true, WIRE_ARRAY), .maximum = WIRE_BATCH_MOST,
     .count_offset = offsetof(struct wire_batch, exemplar_count), .table = &wire_exemplar_table},
};
static const struct wire_table batch_table = WIRE_TABLE(struct wire_batch, batch_fields);

#define RESULTS_HEAD                                                                                                             \
    {WIRE_MEMBER(struct wire_results, part, true, WIRE_WHOLE), .maximum = INT32_MAX},                                            \
        {WIRE_MEMBER(struct wire_results, next, true, WIRE_WHOLE)}, {WIRE_MEMBER(struct wire_results, lost, true, WIRE_WHOLE)},  \
        {WIRE_MEMBER(struct wire_results, more, true, WIRE_BOOLEAN)},                                                            \
    {                                                                                                                            \
        WIRE_MEMBER(struct wire_results, complete, true, WIRE_BOOLEAN)                                                           \
    }

static const struct wire_field head_fields[] = {RESULTS_HEAD};
static const struct wire_table head_table = WIRE_TABLE(struct wire_results, head_fields);

static const struct wire_field results_fields[] = {
    RESULTS_HEAD,
    {WIRE_MEMBER(struct wire_results, batches, true, WIRE_ARRAY), .maximum = MOST_BATCHES,
     .count_offset = offsetof(struct wire_results, batch_count), .table = &batch_table},
};
static const struct wire_table results_table = WIRE_TABLE(struct wire_results, results_fields);

static int told(const struct buffer *text)
{
    return text->overflowed ? -1 : 0;
}

int wire_batch_write(const struct wire_batch *batch, struct buffer *text)
{
    wire_write(&batch_table, batch, text);
    return told(text);
}

void wire_batch_release(struct wire_batch *batch)
{
    for (size_t i = 0; i < batch->tick_count; i++)
        histogram_release(&batch->ticks[i].lateness);
    for (size_t i = 0; i < batch->row_count; i++) {
        histogram_release(&batch->rows[i].response);
        histogram_release(&batch->rows[i].service);
    }
    free(batch->ticks);
    free(batch->rows);
    free(batch->exemplars);
    *batch = (struct wire_batch){.sequence = 0};
}

int wire_results_write(const struct wire_results *results, const char *const *batches, size_t count, struct buffer *text)
{
    wire_write(&head_table, results, text);
    text->data[--text->length] = '\0'; /* the object goes on */
    (void)buffer_append_text(text, ",\"batches\":[");
    for (size_t i = 0; i < count; i++) {
        if (i > 0)
            (void)buffer_append_character(text, ',');
        (void)buffer_append_text(text, batches[i]);
    }
    (void)buffer_append_text(text, "]}");
    return told(text);
}

static int check(const struct wire_results *results, size_t load_count, struct error *error)
{
    for (size_t i = 0; i < results->batch_count; i++) {
        const struct wire_batch *batch = &results->batches[i];
        if (batch->load >= load_count)
            return error_set(error, "batches[%zu]: load: expected a number below %zu", i, load_count);
        if (i > 0 && batch->sequence <= results->batches[i - 1].sequence)
            return error_set(error, "batches[%zu]: sequence: expected more than that of the batch before", i);
        if (batch->sequence >= results->next)
            return error_set(error, "batches[%zu]: sequence: expected a number below next", i);
    }
    return 0;
}

int wire_results_read(const char *text, size_t length, size_t load_count, struct wire_results *results, struct error *error)
{
    *results = (struct wire_results){.part = 0};
    if (length > WIRE_RESULTS_MAXIMUM)
        return error_set(error, "results: more than %zu MiB", WIRE_RESULTS_MAXIMUM >> 20);
    AUTO_JSON cJSON *tree = json_parse(text, length, error);
    if (tree == NULL || wire_read(&results_table, tree, results, error) < 0 || check(results, load_count, error) < 0) {
        wire_results_release(results);
        return wire_fail("results", error);
    }
    return 0;
}

void wire_results_release(struct wire_results *results)
{
    for (size_t i = 0; i < results->batch_count; i++)
        wire_batch_release(&results->batches[i]);
    free(results->batches);
    *results = (struct wire_results){.part = 0};
}
