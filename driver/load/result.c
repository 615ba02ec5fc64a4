#include "driver/load/result.h"

#include <string.h>

const char *load_outcome_name(enum load_outcome outcome)
{
    static const char *const names[OUTCOME_COUNT] = {
        [OUTCOME_OK] = "ok",           [OUTCOME_STATUS] = "status",   [OUTCOME_REFUSED] = "refused",
        [OUTCOME_RESET] = "reset",     [OUTCOME_TIMEOUT] = "timeout", [OUTCOME_TRUNCATED] = "truncated",
        [OUTCOME_DROPPED] = "dropped", [OUTCOME_ABORTED] = "aborted",
    };
    return outcome < OUTCOME_COUNT ? names[outcome] : "unknown";
}

bool load_outcome_is_lost(enum load_outcome outcome)
{
    return outcome != OUTCOME_OK && outcome != OUTCOME_ABORTED && outcome != OUTCOME_DROPPED;
}

void load_status_add(struct load_status *statuses, size_t *count, size_t size, int code, uint64_t number)
{
    size_t place = 0;
    while (place < *count && statuses[place].code != code)
        place++;
    if (place == *count && *count < size)
        statuses[(*count)++] = (struct load_status){.code = *count + 1 < size ? code : 0};
    statuses[place < size ? place : size - 1].count += number;
}

void load_row_begin(struct load_row *row, const struct load_row *of)
{
    struct histogram response = row->response;
    struct histogram service = row->service;
    *row = (struct load_row){.second = of->second,
                             .warmth = of->warmth,
                             .check_count = of->check_count,
                             .first_sent = -1,
                             .last_sent = -1,
                             .last_connection = -1};
    row->response = response;
    row->service = service;
    histogram_clear(&row->response);
    histogram_clear(&row->service);
    memcpy(row->server, of->server, sizeof row->server);
    memcpy(row->request, of->request, sizeof row->request);
    memcpy(row->phase, of->phase, sizeof row->phase);
}

void load_row_release(struct load_row *row)
{
    histogram_release(&row->response);
    histogram_release(&row->service);
}

bool load_row_matches(const struct load_row *row, const struct load_row *other)
{
    return row->second == other->second && row->warmth == other->warmth && strcmp(row->request, other->request) == 0 &&
           strcmp(row->server, other->server) == 0;
}

static int64_t later(int64_t moment, int64_t other)
{
    return other > moment ? other : moment;
}

void load_row_merge(struct load_row *row, const struct load_row *other)
{
    for (int outcome = 0; outcome < OUTCOME_COUNT; outcome++)
        row->outcomes[outcome] += other->outcomes[outcome];
    row->connections += other->connections;
    row->bytes_received += other->bytes_received;
    row->bytes_sent += other->bytes_sent;
    for (size_t i = 0; i < row->check_count && i < other->check_count; i++) {
        row->checks[i].passes += other->checks[i].passes;
        row->checks[i].fails += other->checks[i].fails;
    }
    if (row->first_sent < 0 || (other->first_sent >= 0 && other->first_sent < row->first_sent))
        row->first_sent = other->first_sent;
    row->last_sent = later(row->last_sent, other->last_sent);
    row->last_connection = later(row->last_connection, other->last_connection);
    histogram_merge(&row->response, &other->response);
    histogram_merge(&row->service, &other->service);
    for (size_t i = 0; i < other->status_count; i++)
        load_status_add(row->statuses, &row->status_count, LOAD_MOST_STATUSES, other->statuses[i].code, other->statuses[i].count);
}

void load_tick_merge(struct load_tick *tick, const struct load_tick *other)
{
    memcpy(tick->phase, other->phase, sizeof tick->phase);
    tick->planned += other->planned;
    tick->sent += other->sent;
    tick->late += other->late;
    tick->dropped += other->dropped;
    tick->in_flight += other->in_flight;
    tick->vus += other->vus;
    tick->cpu += other->cpu;
    tick->threads += other->threads;
    histogram_merge(&tick->lateness, &other->lateness);
}
