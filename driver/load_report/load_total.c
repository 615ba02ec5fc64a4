#include "driver/load_report/load_total.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "common/clock.h"
#include "common/memory.h"

#define MOST_SECONDS ((size_t)7 * 24 * 3600)
#define SETTLE_AFTER (2 * NANOSECONDS_PER_SECOND) /* beyond the time that a request has: a busy machine hands over late */

struct load_totals {
    pthread_mutex_t lock;
    struct load_total total;
    size_t second_capacity;
    size_t selection_count;
    struct metric_selection **selections; /* borrowed */
};

struct load_totals *load_totals_create(const struct load_spec *spec)
{
    struct load_totals *totals = memory_allocate(1, sizeof *totals);
    (void)pthread_mutex_init(&totals->lock, NULL);
    totals->total.spec = spec;
    totals->total.requests = memory_allocate(load_spec_request_count(spec), sizeof *totals->total.requests);
    return totals;
}

void load_totals_destroy(struct load_totals *totals)
{
    if (totals == NULL)
        return;
    struct load_total *total = &totals->total;
    for (size_t i = 0; i < total->second_count; i++)
        histogram_release(&total->seconds[i].response);
    for (size_t i = 0; i < load_spec_request_count(total->spec); i++) {
        histogram_release(&total->requests[i].response);
        histogram_release(&total->requests[i].service);
    }
    histogram_release(&total->response);
    histogram_release(&total->service);
    histogram_release(&total->lateness);
    free(total->requests);
    free(totals->selections);
    free(total->seconds);
    (void)pthread_mutex_destroy(&totals->lock);
    free(totals);
}

/* The entry of a second; all that come before it are there too. NULL beyond what is kept second by second. */
static struct load_second *second_at(struct load_totals *totals, int64_t second)
{
    struct load_total *total = &totals->total;
    if (second < 0 || (size_t)second >= MOST_SECONDS)
        return NULL;
    while (total->second_count <= (size_t)second) {
        if (total->second_count == totals->second_capacity) {
            totals->second_capacity = totals->second_capacity * 2 + 64;
            total->seconds = memory_resize(total->seconds, totals->second_capacity, sizeof *total->seconds);
        }
        total->seconds[total->second_count++] = (struct load_second){.p50 = LOAD_TOTAL_NEVER,
                                                                     .p90 = LOAD_TOTAL_NEVER,
                                                                     .p99 = LOAD_TOTAL_NEVER,
                                                                     .p999 = LOAD_TOTAL_NEVER,
                                                                     .maximum = LOAD_TOTAL_NEVER};
    }
    return &total->seconds[second];
}

void load_totals_select(struct load_totals *totals, struct metric_selection *selection)
{
    totals->selections = memory_resize(totals->selections, totals->selection_count + 1, sizeof(struct metric_selection *));
    totals->selections[totals->selection_count++] = selection;
}

static bool is_warm_up(const char *phase)
{
    return strcmp(phase, LOAD_PHASE_WARM_UP) == 0;
}

static void add_tick(struct load_total *total, const struct load_tick *tick)
{
    bool first = (int64_t)total->tick_count == total->warm_up_seconds;
    total->planned += tick->planned;
    total->sent += tick->sent;
    total->late += tick->late;
    total->vus = tick->vus;
    if (tick->vus > total->vus_maximum)
        total->vus_maximum = tick->vus;
    if (first || tick->vus < total->vus_minimum)
        total->vus_minimum = tick->vus;
    histogram_merge(&total->lateness, &tick->lateness);
}

static void add_generator(struct load_total *total, const struct load_tick *tick)
{
    total->tick_count++;
    total->cpu_sum += tick->cpu;
    if (tick->cpu > total->cpu_maximum)
        total->cpu_maximum = tick->cpu;
    if (tick->threads > total->threads)
        total->threads = tick->threads;
}

static void add_tick_to_second(struct load_second *second, const struct load_tick *tick)
{
    second->target_rate = tick->target_rate;
    second->planned += tick->planned;
    second->sent += tick->sent;
    second->late += tick->late;
    second->in_flight = tick->in_flight;
    second->vus = tick->vus;
    second->cpu = tick->cpu;
    memcpy(second->phase, tick->phase, sizeof second->phase);
}

static void see_tick(void *context, const struct load_spec *spec, const struct load_tick *tick)
{
    struct load_totals *totals = context;
    (void)pthread_mutex_lock(&totals->lock);
    struct load_total *total = &totals->total;
    if (is_warm_up(tick->phase)) {
        total->warm_up_seconds++;
        total->warm_up_requests += tick->planned;
    } else {
        add_tick(total, tick);
    }
    add_generator(total, tick);
    for (size_t i = 0; i < totals->selection_count; i++)
        metric_selection_add_tick(totals->selections[i], spec, tick);
    struct load_second *second = second_at(totals, tick->second);
    if (second != NULL)
        add_tick_to_second(second, tick);
    (void)pthread_mutex_unlock(&totals->lock);
}

static void add_to_second(struct load_second *second, const struct load_row *row, bool settled)
{
    for (int outcome = 0; outcome < OUTCOME_COUNT; outcome++)
        second->outcomes[outcome] += row->outcomes[outcome];
    second->connections += row->connections;
    second->bytes_received += row->bytes_received;
    second->bytes_sent += row->bytes_sent;
    if (!settled)
        histogram_merge(&second->response, &row->response);
}

/* The totals of a row's request; NULL when the load has none of that name. */
static struct load_request_total *request_of(const struct load_total *total, const struct load_row *row)
{
    for (size_t i = 0; i < total->spec->request_count; i++)
        if (strcmp(total->spec->requests[i].name, row->request) == 0)
            return &total->requests[i];
    return total->spec->request_count == 0 ? total->requests : NULL;
}

static void add_to_request(struct load_request_total *request, const struct load_row *row)
{
    for (int outcome = 0; outcome < OUTCOME_COUNT; outcome++)
        request->outcomes[outcome] += row->outcomes[outcome];
    request->bytes_received += row->bytes_received;
    request->bytes_sent += row->bytes_sent;
    for (size_t i = 0; i < row->check_count; i++) {
        request->checks[i].passes += row->checks[i].passes;
        request->checks[i].fails += row->checks[i].fails;
    }
    histogram_merge(&request->response, &row->response);
    histogram_merge(&request->service, &row->service);
}

static void add_row(struct load_total *total, const struct load_row *row)
{
    struct load_request_total *request = request_of(total, row);
    for (int outcome = 0; outcome < OUTCOME_COUNT; outcome++)
        total->outcomes[outcome] += row->outcomes[outcome];
    total->connections += row->connections;
    total->bytes_received += row->bytes_received;
    total->bytes_sent += row->bytes_sent;
    for (size_t i = 0; i < row->status_count; i++)
        load_status_add(total->statuses, &total->status_count, LOAD_TOTAL_STATUSES, row->statuses[i].code,
                        row->statuses[i].count);
    histogram_merge(&total->response, &row->response);
    histogram_merge(&total->service, &row->service);
    if (request != NULL)
        add_to_request(request, row);
}

static void see_row(void *context, const struct load_spec *spec, const struct load_row *row)
{
    struct load_totals *totals = context;
    (void)pthread_mutex_lock(&totals->lock);
    struct load_total *total = &totals->total;
    if (!is_warm_up(row->phase))
        add_row(total, row);
    for (size_t i = 0; i < totals->selection_count; i++)
        metric_selection_add_row(totals->selections[i], spec, row);
    struct load_second *second = second_at(totals, row->second);
    if (second != NULL)
        add_to_second(second, row, (size_t)row->second < total->settled_count);
    (void)pthread_mutex_unlock(&totals->lock);
}

static void see_exemplar(void *context, const struct load_spec *spec, const struct load_exemplar *exemplar)
{
    (void)context;
    (void)spec;
    (void)exemplar;
}

struct load_sink load_totals_sink(struct load_totals *totals)
{
    return (struct load_sink){.context = totals, .tick = see_tick, .row = see_row, .exemplar = see_exemplar};
}

static void settle_second(struct load_second *second)
{
    if (second->response.total > 0) {
        second->p50 = histogram_percentile(&second->response, 0.5);
        second->p90 = histogram_percentile(&second->response, 0.9);
        second->p99 = histogram_percentile(&second->response, 0.99);
        second->p999 = histogram_percentile(&second->response, 0.999);
        second->maximum = second->response.maximum;
    }
    histogram_release(&second->response);
}

/* Whether no answer can come for a second any more. Ticks come in order, one a second. */
static bool is_over(const struct load_total *total, size_t second, int64_t elapsed)
{
    const struct load_second *entry = &total->seconds[second];
    int64_t age = elapsed - (int64_t)(second + 1) * NANOSECONDS_PER_SECOND;
    uint64_t outcomes = 0;
    if (age < LOAD_TOTAL_WINDOW * NANOSECONDS_PER_SECOND)
        return false;
    for (int outcome = 0; outcome < OUTCOME_COUNT; outcome++)
        outcomes += entry->outcomes[outcome];
    return (second < total->tick_count && outcomes >= entry->planned) || age >= total->spec->timeout + SETTLE_AFTER;
}

void load_totals_settle(struct load_totals *totals, int64_t elapsed, bool ended)
{
    (void)pthread_mutex_lock(&totals->lock);
    struct load_total *total = &totals->total;
    while (total->settled_count < total->second_count && (ended || is_over(total, total->settled_count, elapsed)))
        settle_second(&total->seconds[total->settled_count++]);
    total->elapsed = elapsed;
    (void)pthread_mutex_unlock(&totals->lock);
}

const struct load_total *load_totals_lock(struct load_totals *totals)
{
    (void)pthread_mutex_lock(&totals->lock);
    return &totals->total;
}

void load_totals_unlock(struct load_totals *totals)
{
    (void)pthread_mutex_unlock(&totals->lock);
}

uint64_t load_total_lost(const struct load_total *total)
{
    uint64_t lost = 0;
    for (int outcome = 0; outcome < OUTCOME_COUNT; outcome++)
        lost += load_outcome_is_lost((enum load_outcome)outcome) ? total->outcomes[outcome] : 0;
    return lost;
}

uint64_t load_total_requests(const struct load_total *total)
{
    return total->outcomes[OUTCOME_OK] + load_total_lost(total);
}

double load_total_cpu(const struct load_total *total)
{
    return total->tick_count > 0 ? total->cpu_sum / (double)total->tick_count : 0;
}

uint64_t load_total_most_connections(const struct load_total *total)
{
    const struct load_spec *spec = total->spec;
    return load_executor_is_closed(spec->executor) ? load_spec_most_vus(spec) : (uint64_t)spec->maximum_connections;
}

uint64_t load_total_checks(const struct load_total *total, uint64_t *passes)
{
    uint64_t checks = 0;
    *passes = 0;
    for (size_t i = 0; i < load_spec_request_count(total->spec); i++)
        for (size_t j = 0; j < LOAD_MOST_CHECKS; j++) {
            checks += total->requests[i].checks[j].passes + total->requests[i].checks[j].fails;
            *passes += total->requests[i].checks[j].passes;
        }
    return checks;
}

double load_total_seconds(const struct load_total *total)
{
    double seconds = (double)total->elapsed / (double)NANOSECONDS_PER_SECOND - (double)total->warm_up_seconds;
    return seconds > 0 ? seconds : 0;
}

struct metric_data load_total_metrics(const struct load_total *total)
{
    uint64_t passes = 0;
    uint64_t checks = load_total_checks(total, &passes);
    bool closed = load_executor_is_closed(total->spec->executor);
    return (struct metric_data){.seconds = load_total_seconds(total),
                                .response = &total->response,
                                .service = &total->service,
                                .lateness = &total->lateness,
                                .requests = load_total_requests(total),
                                .lost = load_total_lost(total),
                                .dropped = total->outcomes[OUTCOME_DROPPED],
                                .bytes_received = total->bytes_received,
                                .bytes_sent = total->bytes_sent,
                                .checks = checks,
                                .check_passes = passes,
                                .vus_known = closed && (int64_t)total->tick_count > total->warm_up_seconds,
                                .vus = total->vus,
                                .vus_minimum = total->vus_minimum,
                                .vus_maximum = total->vus_maximum};
}
