#include "driver/k6/results.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/clock.h"
#include "common/memory.h"

/* Points that name no scenario (vus) belong to the first one, which may come after them. */
static struct k6_load *load_of(struct k6_results *results, const char *scenario, struct error *error)
{
    struct k6_load *first = &results->loads[0];
    for (size_t i = 0; i < results->load_count; i++)
        if (scenario[0] == '\0' || strcmp(results->loads[i].name, scenario) == 0)
            return &results->loads[i];
    if (results->load_count > 0 && first->name[0] == '\0') {
        (void)snprintf(first->name, sizeof first->name, "%s", scenario);
        return first;
    }
    if (results->load_count == K6_MOST_SCENARIOS) {
        (void)error_set(error, "more than %d scenarios", K6_MOST_SCENARIOS);
        return NULL;
    }
    struct k6_load *load = &results->loads[results->load_count++];
    *load = (struct k6_load){0};
    (void)snprintf(load->name, sizeof load->name, "%s", scenario);
    return load;
}

/* The entry of a second (from 0, within the results' time); all before it are there too. */
static struct k6_second *second_of(struct k6_load *load, int64_t second)
{
    size_t wanted = (size_t)second + 1;
    if (load->second_count < wanted) {
        load->seconds = memory_resize(load->seconds, wanted, sizeof *load->seconds);
        for (size_t i = load->second_count; i < wanted; i++)
            load->seconds[i] = (struct k6_second){.tick = {.second = (int64_t)i}};
        load->second_count = wanted;
    }
    return &load->seconds[second];
}

static struct load_row *row_of(struct k6_results *results, struct k6_second *second, const char *server)
{
    const char *wanted = results->row_count < K6_MOST_ROWS ? server : "";
    for (size_t i = 0; i < second->row_count; i++)
        if (strcmp(second->rows[i].server, wanted) == 0)
            return &second->rows[i];
    second->rows = memory_resize(second->rows, second->row_count + 1, sizeof *second->rows);
    struct load_row *row = &second->rows[second->row_count++];
    *row = (struct load_row){0};
    struct load_row of = {.second = second->tick.second, .warmth = WARMTH_UNKNOWN};
    (void)snprintf(of.server, sizeof of.server, "%s", wanted);
    load_row_begin(row, &of);
    results->row_count++;
    return row;
}

static bool is_outside(const struct k6_results *results, int64_t time)
{
    return time < results->start || time > results->end || time - results->start >= K6_MOST_SECONDS * NANOSECONDS_PER_SECOND;
}

static int64_t second_number(const struct k6_results *results, int64_t time)
{
    return (time - results->start) / NANOSECONDS_PER_SECOND;
}

static int keep_singly(struct k6_results *results, const char *load, struct k6_second *second, enum load_outcome outcome,
                       int64_t sent, struct error *error)
{
    const struct k6_point *request = &results->pending;
    bool lost = load_outcome_is_lost(outcome);
    if ((!lost && request->time - sent <= results->slow_over) || second->exemplars >= LOAD_MOST_EXEMPLARS)
        return 0;
    second->exemplars++;
    struct load_exemplar exemplar = {.reason = lost ? EXEMPLAR_LOST : EXEMPLAR_SLOW,
                                     .outcome = outcome,
                                     .http_status = request->status,
                                     .intended = sent - results->start,
                                     .sent = sent - results->start,
                                     .finished = request->time - results->start,
                                     .server_age = -1,
                                     .warmth = WARMTH_UNKNOWN,
                                     .new_connection = results->pending_connected};
    (void)snprintf(exemplar.server, sizeof exemplar.server, "%s", request->server);
    return results->exemplar(results->context, load[0] != '\0' ? load : "k6", &exemplar, error);
}

static void add_sent(struct load_row *row, int64_t sent, bool connected)
{
    if (row->first_sent < 0 || sent < row->first_sent)
        row->first_sent = sent;
    row->last_sent = sent > row->last_sent ? sent : row->last_sent;
    if (connected) {
        row->connections++;
        row->last_connection = sent > row->last_connection ? sent : row->last_connection;
    }
}

/* Takes in the pending request. k6 knows no intended start: response and service time are its http_req_duration. */
static int add_request(struct k6_results *results, struct error *error)
{
    const struct k6_point *request = &results->pending;
    int64_t duration = (int64_t)(request->value * (double)NANOSECONDS_PER_MILLISECOND);
    int64_t sent = request->time - duration;
    results->has_pending = false;
    results->first = results->first == 0 || sent < results->first ? sent : results->first;
    results->last = request->time > results->last ? request->time : results->last;
    results->whole_seconds = results->whole_seconds || request->whole_seconds;
    if (is_outside(results, sent) || is_outside(results, request->time)) {
        results->outside++;
        return 0;
    }
    struct k6_load *load = load_of(results, request->scenario, error);
    if (load == NULL)
        return -1;
    second_of(load, second_number(results, request->time))->finished++;
    struct k6_second *second = second_of(load, second_number(results, sent));
    struct load_row *row = row_of(results, second, request->server);
    enum load_outcome outcome = k6_outcome(request);
    results->requests++;
    results->longest = duration > results->longest ? duration : results->longest;
    second->tick.planned++;
    second->tick.sent++;
    row->outcomes[outcome]++;
    if (request->status > 0)
        load_status_add(row->statuses, &row->status_count, LOAD_MOST_STATUSES, request->status, 1);
    add_sent(row, sent - results->start, results->pending_connected);
    if (outcome == OUTCOME_OK) {
        histogram_record(&row->response, duration);
        histogram_record(&row->service, duration);
    }
    return keep_singly(results, load->name, second, outcome, sent, error);
}

static int add_counter(struct k6_results *results, const struct k6_point *point, struct error *error)
{
    uint64_t count = (uint64_t)point->value;
    if (is_outside(results, point->time)) {
        results->outside += point->metric == K6_DROPPED_ITERATIONS ? count : 0;
        return 0;
    }
    struct k6_load *load = load_of(results, point->scenario, error);
    if (load == NULL)
        return -1;
    struct k6_second *second = second_of(load, second_number(results, point->time));
    if (point->metric == K6_VUS) {
        second->tick.vus = count;
        return 0;
    }
    struct load_row *row = row_of(results, second, "");
    if (point->metric == K6_DATA_RECEIVED) {
        row->bytes_received += count;
        return 0;
    }
    row->outcomes[OUTCOME_DROPPED] += count;
    second->tick.dropped += count;
    second->tick.planned += count;
    results->dropped += count;
    return 0;
}

int k6_results_take(void *context, const struct k6_point *point, struct error *error)
{
    struct k6_results *results = context;
    bool of_pending = results->has_pending && point->time == results->pending.time;
    if (point->metric == K6_HTTP_REQ_CONNECTING) {
        results->pending_connected = results->pending_connected || (of_pending && point->value > 0);
        return 0;
    }
    if (point->metric == K6_HTTP_REQ_FAILED) {
        if (of_pending && results->pending.expected < 0)
            results->pending.expected = point->value == 0;
        return 0;
    }
    if (results->has_pending && add_request(results, error) < 0)
        return -1;
    if (point->metric != K6_HTTP_REQ_DURATION)
        return add_counter(results, point, error);
    results->pending = *point;
    results->pending_connected = false;
    results->has_pending = true;
    return 0;
}

int k6_results_end_file(struct k6_results *results, struct error *error)
{
    return results->has_pending ? add_request(results, error) : 0;
}

void k6_results_settle(struct k6_results *results)
{
    for (size_t i = 0; i < results->load_count; i++) {
        struct k6_load *load = &results->loads[i];
        if (load->name[0] == '\0')
            (void)snprintf(load->name, sizeof load->name, "k6");
        uint64_t in_flight = 0;
        uint64_t vus = 0;
        for (size_t at = 0; at < load->second_count; at++) {
            struct k6_second *second = &load->seconds[at];
            in_flight = in_flight + second->tick.sent - second->finished;
            second->tick.in_flight = in_flight;
            vus = second->tick.vus > 0 ? second->tick.vus : vus; /* k6 tells them about once a second */
            second->tick.vus = vus;
        }
    }
}

void k6_results_release(struct k6_results *results)
{
    for (size_t i = 0; i < results->load_count; i++) {
        struct k6_load *load = &results->loads[i];
        for (size_t at = 0; at < load->second_count; at++) {
            for (size_t row = 0; row < load->seconds[at].row_count; row++)
                load_row_release(&load->seconds[at].rows[row]);
            free(load->seconds[at].rows);
            histogram_release(&load->seconds[at].tick.lateness);
        }
        free(load->seconds);
    }
    results->load_count = 0;
}
