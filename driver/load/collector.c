#include "driver/load/collector.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/clock.h"
#include "common/memory.h"
#include "driver/load/known_servers.h"

#define LATE_AFTER (10 * NANOSECONDS_PER_MILLISECOND)
#define MAXIMUM_ROWS 2000 /* a second; beyond them servers are no longer told apart */

struct collector {
    const struct load_spec *spec;
    int64_t slow_over;
    struct load_sink sink;
    struct load_tick tick;
    int64_t cpu_before;
    int exemplars;
    size_t row_count, row_capacity;
    struct load_row *rows;
    uint32_t *row_requests; /* which one each row is about */
    struct known_servers *servers;
};

struct collector *collector_create(const struct load_spec *spec, int64_t slow_over, const struct load_sink *sink)
{
    struct collector *collector = memory_allocate(1, sizeof *collector);
    collector->spec = spec;
    collector->slow_over = slow_over;
    collector->sink = *sink;
    collector->cpu_before = -1;
    collector->servers = known_servers_create();
    return collector;
}

void collector_destroy(struct collector *collector)
{
    if (collector == NULL)
        return;
    for (size_t i = 0; i < collector->row_capacity; i++)
        load_row_release(&collector->rows[i]);
    free(collector->rows);
    free(collector->row_requests);
    known_servers_destroy(collector->servers);
    histogram_release(&collector->tick.lateness);
    free(collector);
}

void collector_planned(struct collector *collector)
{
    collector->tick.planned++;
}

void collector_sent(struct collector *collector, int64_t intended, int64_t sent)
{
    collector->tick.sent++;
    if (sent - intended > LATE_AFTER)
        collector->tick.late++;
    histogram_record(&collector->tick.lateness, sent - intended);
}

static bool is_row_of(const struct collector *collector, size_t index, int64_t second, const char *server,
                      const struct load_done *done)
{
    const struct load_row *row = &collector->rows[index];
    return row->second == second && row->warmth == done->warmth && collector->row_requests[index] == done->which &&
           strcmp(row->server, server) == 0;
}

/* known: the server; NULL = it is none of those. */
static struct load_row *known_row(const struct collector *collector, const struct known_server *known, int64_t second,
                                  const char *server, const struct load_done *done)
{
    size_t latest = known != NULL ? known->rows[done->warmth][done->which % KNOWN_REQUESTS] : SIZE_MAX;
    if (latest < collector->row_count && is_row_of(collector, latest, second, server, done))
        return &collector->rows[latest];
    for (size_t i = 0; i < collector->row_count; i++)
        if (is_row_of(collector, i, second, server, done))
            return &collector->rows[i];
    return NULL;
}

static void make_room(struct collector *collector)
{
    size_t capacity = collector->row_capacity * 2 + 16;
    collector->rows = memory_resize(collector->rows, capacity, sizeof *collector->rows);
    memset(collector->rows + collector->row_capacity, 0, (capacity - collector->row_capacity) * sizeof *collector->rows);
    collector->row_requests = memory_resize(collector->row_requests, capacity, sizeof *collector->row_requests);
    collector->row_capacity = capacity;
}

static struct load_row *add_row(struct collector *collector, int64_t second, const char *server, const struct load_done *done)
{
    if (collector->row_count == collector->row_capacity)
        make_room(collector);
    const struct request_spec request = load_spec_request(collector->spec, done->which);
    struct load_row of = {.second = second, .warmth = done->warmth, .check_count = request.check_count};
    (void)snprintf(of.server, sizeof of.server, "%s", server);
    (void)snprintf(of.request, sizeof of.request, "%s", request.name);
    (void)snprintf(of.phase, sizeof of.phase, "%s", load_spec_phase_at(collector->spec, second));
    collector->row_requests[collector->row_count] = done->which;
    struct load_row *row = &collector->rows[collector->row_count++];
    load_row_begin(row, &of);
    return row;
}

static struct load_row *find_row(struct collector *collector, struct known_server *known, const struct load_done *done)
{
    int64_t second = done->intended / NANOSECONDS_PER_SECOND;
    const char *server = done->server;
    struct load_row *row = known_row(collector, known, second, server, done);
    if (row == NULL && collector->row_count >= MAXIMUM_ROWS) {
        server = "";
        row = known_row(collector, NULL, second, server, done);
    }
    if (row == NULL)
        row = add_row(collector, second, server, done);
    if (known != NULL)
        known->rows[done->warmth][done->which % KNOWN_REQUESTS] = (size_t)(row - collector->rows);
    return row;
}

static bool wants_exemplar(struct collector *collector, struct known_server *known, const struct load_done *done,
                           enum exemplar_reason *reason)
{
    bool first = done->outcome == OUTCOME_OK && done->server[0] != '\0' && known != NULL && known->answers < LOAD_FIRST_ANSWERS;
    if (first)
        known->answers++;
    if (load_outcome_is_lost(done->outcome))
        *reason = EXEMPLAR_LOST;
    else if (done->outcome == OUTCOME_OK && done->finished - done->intended > collector->slow_over)
        *reason = EXEMPLAR_SLOW;
    else if (first)
        *reason = EXEMPLAR_FIRST;
    else
        return false;
    return collector->exemplars++ < LOAD_MOST_EXEMPLARS;
}

static void hand_over_exemplar(struct collector *collector, const struct load_done *done, enum exemplar_reason reason)
{
    struct load_exemplar exemplar = {
        .reason = reason,
        .outcome = done->outcome,
        .http_status = done->http_status,
        .intended = done->intended,
        .sent = done->sent,
        .finished = done->finished,
        .server_age = done->server_age,
        .warmth = done->warmth,
        .new_connection = done->new_connection,
    };
    (void)snprintf(exemplar.server, sizeof exemplar.server, "%s", done->server);
    (void)snprintf(exemplar.request, sizeof exemplar.request, "%s", load_spec_request(collector->spec, done->which).name);
    (void)snprintf(exemplar.phase, sizeof exemplar.phase, "%s",
                   load_spec_phase_at(collector->spec, done->intended / NANOSECONDS_PER_SECOND));
    collector->sink.exemplar(collector->sink.context, collector->spec, &exemplar);
}

/* An answer that did not come fails them all; a request that was not sent, or was cut short by us, says nothing. */
static void add_checks(struct load_row *row, const struct load_done *done)
{
    if (done->outcome == OUTCOME_DROPPED || done->outcome == OUTCOME_ABORTED)
        return;
    for (size_t i = 0; i < row->check_count; i++) {
        if ((done->checks_passed >> i & 1) != 0)
            row->checks[i].passes++;
        else
            row->checks[i].fails++;
    }
}

static void add_sent_times(struct load_row *row, const struct load_done *done)
{
    if (done->sent < 0)
        return;
    if (row->first_sent < 0 || done->sent < row->first_sent)
        row->first_sent = done->sent;
    if (done->sent > row->last_sent)
        row->last_sent = done->sent;
    if (done->new_connection) {
        row->connections++;
        if (done->sent > row->last_connection)
            row->last_connection = done->sent;
    }
}

void collector_done(struct collector *collector, const struct load_done *done)
{
    struct known_server *known = known_servers_find(collector->servers, done->server);
    struct load_row *row = find_row(collector, known, done);
    row->outcomes[done->outcome]++;
    if (done->http_status > 0)
        load_status_add(row->statuses, &row->status_count, LOAD_MOST_STATUSES, done->http_status, 1);
    row->bytes_received += done->bytes_received;
    row->bytes_sent += done->bytes_sent;
    add_checks(row, done);
    add_sent_times(row, done);
    if (done->outcome == OUTCOME_DROPPED)
        collector->tick.dropped++;
    if (done->outcome == OUTCOME_OK) {
        histogram_record(&row->response, done->finished - done->intended);
        histogram_record(&row->service, done->finished - done->sent);
    }
    enum exemplar_reason reason = EXEMPLAR_FIRST;
    if (wants_exemplar(collector, known, done, &reason))
        hand_over_exemplar(collector, done, reason);
}

static void hand_over_rows(struct collector *collector)
{
    for (size_t i = 0; i < collector->row_count; i++)
        collector->sink.row(collector->sink.context, collector->spec, &collector->rows[i]);
    collector->row_count = 0;
}

/* cpu: share of a core in that second. */
static void hand_over_tick(struct collector *collector, const struct engine_state *state, double cpu)
{
    struct load_tick *tick = &collector->tick;
    int64_t middle = tick->second * NANOSECONDS_PER_SECOND + NANOSECONDS_PER_SECOND / 2;
    tick->target_rate = load_executor_is_closed(collector->spec->executor) ? 0 : load_spec_rate_at(collector->spec, middle);
    tick->in_flight = state->in_flight;
    tick->vus = state->vus;
    tick->cpu = cpu;
    tick->threads = 1;
    (void)snprintf(tick->phase, sizeof tick->phase, "%s", load_spec_phase_at(collector->spec, tick->second));
    collector->sink.tick(collector->sink.context, collector->spec, tick);
    struct histogram lateness = tick->lateness;
    histogram_clear(&lateness);
    *tick = (struct load_tick){.second = tick->second + 1, .lateness = lateness};
    collector->exemplars = 0;
}

void collector_flush(struct collector *collector, int64_t now, const struct engine_state *state, bool final)
{
    if (collector->cpu_before < 0)
        collector->cpu_before = state->cpu;
    int64_t second = now / NANOSECONDS_PER_SECOND;
    if (now < 0 || (second == collector->tick.second && !final))
        return;
    hand_over_rows(collector);
    int64_t since = now - collector->tick.second * NANOSECONDS_PER_SECOND;
    double share = since > 0 ? (double)(state->cpu - collector->cpu_before) / (double)since : 0;
    collector->cpu_before = state->cpu;
    while (collector->tick.second < second)
        hand_over_tick(collector, state, share);
    if (final && collector->tick.planned > 0)
        hand_over_tick(collector, state, share);
}
