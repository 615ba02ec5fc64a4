#include "tests/unit/driver/wire/random_values.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/clock.h"
#include "common/memory.h"
#include "driver/load/limits.h"
#include "driver/load/spec.h"
#include "driver/wire/wire_results.h"

static uint64_t random_state = 42;

static uint64_t next_random(void)
{
    random_state ^= random_state << 13;
    random_state ^= random_state >> 7;
    random_state ^= random_state << 17;
    return random_state;
}

uint64_t random_below(uint64_t end)
{
    return next_random() % end;
}

bool random_bool(void)
{
    return random_below(2) == 0;
}

uint64_t random_count(void)
{
    return random_below((UINT64_C(1) << random_below(54)) + 1);
}

double random_decimal(double maximum)
{
    for (;;) {
        uint64_t bits = next_random() >> 1;
        double value = 0;
        memcpy(&value, &bits, sizeof value);
        value = fmod(value, maximum);
        if (isfinite(value))
            return value;
    }
}

void random_text(char *text, size_t size)
{
    static const char *const pieces[] = {"a", "Z", "0", "\"", "\\", "/", "\n", "\x01", "\x7f", "ä", "€", "𝄞", " "};
    size_t wanted = random_below(size);
    size_t length = 0;
    for (;;) {
        const char *piece = pieces[random_below(sizeof pieces / sizeof *pieces)];
        if (length + strlen(piece) > wanted)
            break;
        memcpy(text + length, piece, strlen(piece));
        length += strlen(piece);
    }
    text[length] = '\0';
}

static char *some_text(size_t size)
{
    char *text = memory_allocate(size, 1);
    random_text(text, size);
    return text;
}

static void random_stages(struct load_spec *spec)
{
    bool closed = load_executor_is_closed(spec->executor);
    bool ramp = spec->executor == EXECUTOR_RAMPING_ARRIVAL_RATE || spec->executor == EXECUTOR_RAMPING_VUS;
    spec->start_rate = closed ? (double)(1 + random_below(LOAD_MOST_VUS)) : random_decimal(LOAD_HIGHEST_RATE);
    spec->stage_count = ramp ? 1 + random_below(5) : 1;
    spec->stages = memory_allocate(spec->stage_count, sizeof *spec->stages);
    for (size_t i = 0; i < spec->stage_count; i++) {
        spec->stages[i].duration = 1 + (int64_t)random_below((uint64_t)LOAD_LONGEST_STAGE);
        spec->stages[i].phase = random_bool() ? some_text(LOAD_NAME_SIZE) : NULL;
        spec->stages[i].target = !ramp    ? spec->start_rate
                                 : closed ? (double)random_below(LOAD_MOST_VUS)
                                          : random_decimal(LOAD_HIGHEST_RATE);
    }
}

static void random_headers(struct load_spec *spec)
{
    spec->header_count = random_below(4);
    spec->headers = spec->header_count > 0 ? memory_allocate(spec->header_count, sizeof *spec->headers) : NULL;
    for (size_t i = 0; i < spec->header_count; i++) {
        spec->headers[i].name = memory_format("X-Header-%zu", i);
        spec->headers[i].value = some_text(100);
        for (char *at = spec->headers[i].value; *at != '\0'; at++)
            *at = *at == '\n' ? '.' : *at;
    }
}

static void random_labels(size_t *count, struct load_label **labels)
{
    *count = random_below(4);
    *labels = *count > 0 ? memory_allocate(*count, sizeof **labels) : NULL;
    for (size_t i = 0; i < *count; i++)
        (*labels)[i] = (struct load_label){some_text(30), some_text(30)};
}

static void random_checks(size_t *count, struct load_check **checks)
{
    *count = random_below(4);
    *checks = *count > 0 ? memory_allocate(*count, sizeof **checks) : NULL;
    for (size_t i = 0; i < *count; i++)
        (*checks)[i] = (struct load_check){some_text(30), memory_copy_text("status in 200-299,304")};
}

static void random_requests(struct load_spec *spec)
{
    spec->request_count = random_below(4);
    spec->requests = spec->request_count > 0 ? memory_allocate(spec->request_count, sizeof *spec->requests) : NULL;
    for (size_t i = 0; i < spec->request_count; i++) {
        struct request_spec *request = &spec->requests[i];
        request->name = some_text(LOAD_NAME_SIZE);
        request->weight = 1 + (uint32_t)random_below(100);
        request->method = memory_copy_text("DELETE");
        request->url = memory_format("https://shop/{random:1..%zu}", i + 1);
        request->body_length = random_below(100);
        request->body = memory_copy_bytes("\0\1binary\xff\xfe and more that is somewhere in memory of this program, "
                                          "which is a hundred bytes long or so, at least",
                                          request->body_length);
        request->timeout = LOAD_SHORTEST_TIMEOUT + (int64_t)random_below(1000);
        random_labels(&request->tag_count, &request->tags);
        random_checks(&request->check_count, &request->checks);
    }
}

void random_spec(struct load_spec *spec)
{
    load_spec_init(spec);
    spec->name = random_bool() ? some_text(20) : NULL;
    spec->executor = (enum load_executor)random_below(EXECUTOR_PER_VU_ITERATIONS + 1);
    random_stages(spec);
    random_headers(spec);
    spec->iterations = random_below(LOAD_MOST_ITERATIONS);
    spec->think_time = (int64_t)random_below((uint64_t)LOAD_LONGEST_STAGE);
    spec->spacing = random_bool() ? SPACING_UNIFORM : SPACING_POISSON;
    spec->seed = random_count();
    spec->pacing = random_bool() ? PACING_FRUGAL : PACING_PRECISE;
    spec->url = memory_format("http://host:8080/%llu/{1..10}", (unsigned long long)random_count());
    free(spec->method);
    spec->method = memory_copy_text(random_bool() ? "GET" : "POST");
    spec->body = random_bool() ? some_text(5000) : NULL;
    spec->body_length = spec->body != NULL ? strlen(spec->body) : 0;
    random_requests(spec);
    random_labels(&spec->tag_count, &spec->tags);
    random_checks(&spec->check_count, &spec->checks);
    spec->think_time_most = (int64_t)random_below((uint64_t)LOAD_LONGEST_STAGE);
    spec->csv = random_bool() ? memory_copy_text("user,word\n1,\"a, b\"\n2,c\n") : NULL;
    spec->row_order = (enum load_row_order)random_below(ROWS_RANDOM + 1);
    spec->choice = random_bool() ? CHOICE_RANDOM : CHOICE_ROUND_ROBIN;
    spec->timeout = LOAD_SHORTEST_TIMEOUT + (int64_t)random_below((uint64_t)(LOAD_LONGEST_TIMEOUT - LOAD_SHORTEST_TIMEOUT));
    spec->reuse = (enum load_reuse)random_below(REUSE_LIMITED + 1);
    spec->reuse_requests = random_below(LOAD_MOST_REUSES);
    spec->reuse_age = (int64_t)random_below((uint64_t)LOAD_LONGEST_STAGE);
    spec->maximum_connections = 1 + (int)random_below(LOAD_MOST_CONNECTIONS);
    spec->threads = (int)random_below(LOAD_MOST_THREADS);
    spec->tls.ca_file = random_bool() ? some_text(100) : NULL;
    spec->tls.certificate_file = random_bool() ? some_text(100) : NULL;
    spec->tls.key_file = random_bool() ? some_text(100) : NULL;
    spec->tls.server_name = random_bool() ? memory_copy_text("shop.test") : NULL;
    spec->tls.insecure = random_bool();
    spec->dns.ttl = (int64_t)random_below((uint64_t)LOAD_LONGEST_STAGE);
    spec->dns.select = (enum load_dns_select)random_below(DNS_FIRST + 1);
    spec->io = (enum load_io)random_below(IO_URING + 1);
    spec->http = (enum load_http)random_below(HTTP_2 + 1);
    spec->redirects = (int)random_below(LOAD_MOST_REDIRECTS + 1);
    spec->port = (uint16_t)random_below(UINT16_MAX);
}

static void random_histogram(struct histogram *histogram)
{
    for (uint64_t values = random_bool() ? 0 : random_below(200); values > 0; values--)
        histogram_record(histogram, (int64_t)(random_count() >> random_below(20)));
}

static int64_t random_time(void)
{
    return random_bool() ? -1 : (int64_t)random_count();
}

static void random_tick(struct load_tick *tick)
{
    *tick = (struct load_tick){.second = (int64_t)random_below(100000),
                               .target_rate = random_decimal(LOAD_HIGHEST_RATE),
                               .planned = random_count(),
                               .sent = random_count(),
                               .late = random_count(),
                               .dropped = random_count(),
                               .in_flight = random_count(),
                               .vus = random_count(),
                               .cpu = random_decimal(64),
                               .threads = random_count()};
    random_text(tick->phase, sizeof tick->phase);
    random_histogram(&tick->lateness);
}

static void random_row(struct load_row *row)
{
    *row = (struct load_row){.second = (int64_t)random_below(100000),
                             .warmth = (enum load_warmth)random_below(WARMTH_COUNT),
                             .connections = random_count(),
                             .bytes_received = random_count(),
                             .bytes_sent = random_count(),
                             .check_count = random_below(LOAD_MOST_CHECKS + 1),
                             .first_sent = random_time(),
                             .last_sent = random_time(),
                             .last_connection = random_time(),
                             .status_count = random_below(LOAD_MOST_STATUSES + 1)};
    random_text(row->server, sizeof row->server);
    random_text(row->request, sizeof row->request);
    random_text(row->phase, sizeof row->phase);
    for (size_t i = 0; i < row->check_count; i++)
        row->checks[i] = (struct load_check_count){.passes = random_count(), .fails = random_count()};
    for (int outcome = 0; outcome < OUTCOME_COUNT; outcome++)
        row->outcomes[outcome] = random_bool() ? 0 : random_count();
    for (size_t i = 0; i < row->status_count; i++)
        row->statuses[i] = (struct load_status){.code = (int)random_below(600), .count = random_count()};
    random_histogram(&row->response);
    random_histogram(&row->service);
}

static void random_exemplar(struct load_exemplar *exemplar)
{
    *exemplar = (struct load_exemplar){.reason = (enum exemplar_reason)random_below(3),
                                       .outcome = (enum load_outcome)random_below(OUTCOME_COUNT),
                                       .http_status = (int)random_below(600),
                                       .intended = random_time(),
                                       .sent = random_time(),
                                       .finished = random_time(),
                                       .server_age = random_time(),
                                       .warmth = (enum load_warmth)random_below(WARMTH_COUNT),
                                       .new_connection = random_bool()};
    random_text(exemplar->server, sizeof exemplar->server);
    random_text(exemplar->request, sizeof exemplar->request);
    random_text(exemplar->phase, sizeof exemplar->phase);
}

void random_batch(struct wire_batch *batch, uint64_t sequence, size_t loads)
{
    *batch = (struct wire_batch){.sequence = sequence,
                                 .load = random_below(loads),
                                 .tick_count = random_below(3),
                                 .row_count = random_below(5),
                                 .exemplar_count = random_below(5)};
    batch->ticks = batch->tick_count > 0 ? memory_allocate(batch->tick_count, sizeof *batch->ticks) : NULL;
    batch->rows = batch->row_count > 0 ? memory_allocate(batch->row_count, sizeof *batch->rows) : NULL;
    batch->exemplars = batch->exemplar_count > 0 ? memory_allocate(batch->exemplar_count, sizeof *batch->exemplars) : NULL;
    for (size_t i = 0; i < batch->tick_count; i++)
        random_tick(&batch->ticks[i]);
    for (size_t i = 0; i < batch->row_count; i++)
        random_row(&batch->rows[i]);
    for (size_t i = 0; i < batch->exemplar_count; i++)
        random_exemplar(&batch->exemplars[i]);
}
