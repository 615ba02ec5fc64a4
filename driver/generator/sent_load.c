#include "driver/generator/sent_load.h"

#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

#include "common/clock.h"
#include "common/memory.h"
#include "driver/generator/placed_files.h"
#include "driver/load/request_mix.h"
#include "driver/load/resolve.h"

struct sent_load {
    int64_t first_second;
    struct load_sink totals_sink, queue_sink;
    struct load_totals *totals;
    struct load *load; /* NULL once it has ended */
    struct placed_files files;
    atomic_int_least64_t lag;
};

static void see_tick(void *context, const struct load_spec *spec, const struct load_tick *tick)
{
    struct sent_load *load = context;
    if (tick->second < load->first_second && tick->planned == 0)
        return;
    if (tick->sent > 0)
        atomic_store(&load->lag, histogram_percentile(&tick->lateness, 0.99));
    load->totals_sink.tick(load->totals_sink.context, spec, tick);
    load->queue_sink.tick(load->queue_sink.context, spec, tick);
}

static void see_row(void *context, const struct load_spec *spec, const struct load_row *row)
{
    const struct sent_load *load = context;
    load->totals_sink.row(load->totals_sink.context, spec, row);
    load->queue_sink.row(load->queue_sink.context, spec, row);
}

static void see_exemplar(void *context, const struct load_spec *spec, const struct load_exemplar *exemplar)
{
    const struct sent_load *load = context;
    load->queue_sink.exemplar(load->queue_sink.context, spec, exemplar);
}

/* The address of the URL's host, by the plan or by DNS: a name that nobody knows is told before the load. */
static int find_address(const struct wire_load *plan, char address[INET6_ADDRSTRLEN], struct error *error)
{
    struct request_mix mix;
    if (plan->address[0] != '\0') {
        (void)snprintf(address, INET6_ADDRSTRLEN, "%s", plan->address);
        return 0;
    }
    if (request_mix_create(&plan->spec, &mix, error) < 0)
        return -1;
    int resolved = load_resolve(mix.requests[0].url.host, address, error);
    request_mix_release(&mix);
    return resolved;
}

struct sent_load *sent_load_create(const struct sent_load_options *options, struct error *error)
{
    char address[INET6_ADDRSTRLEN];
    if (find_address(options->plan, address, error) < 0)
        return NULL;
    struct sent_load *load = memory_allocate(1, sizeof *load);
    load->first_second = options->first_epoch / NANOSECONDS_PER_SECOND;
    load->totals = load_totals_create(&options->plan->spec);
    load->totals_sink = load_totals_sink(load->totals);
    load->queue_sink = result_queue_sink(options->queue, options->place);
    const struct load_options engine = {
        .spec = &options->plan->spec,
        .resolve_address = options->plan->address[0] != '\0' ? options->plan->address : NULL,
        .resolve_port = options->plan->port,
        .epochs = options->epochs,
        .slow_over = options->plan->slow_over,
        .sink = {.context = load, .tick = see_tick, .row = see_row, .exemplar = see_exemplar},
    };
    if (placed_files_create(options->plan, &load->files, error) == 0)
        load->load = load_create(&engine, error);
    if (load->load != NULL)
        return load;
    sent_load_destroy(load);
    return NULL;
}

void sent_load_destroy(struct sent_load *load)
{
    if (load == NULL)
        return;
    load_destroy(load->load);
    load_totals_destroy(load->totals);
    placed_files_release(&load->files);
    free(load);
}

int sent_load_start(struct sent_load *load, int64_t start_monotonic, struct error *error)
{
    return load_start(load->load, start_monotonic, error);
}

void sent_load_stop(struct sent_load *load)
{
    if (load->load != NULL)
        load_stop(load->load);
}

bool sent_load_has_finished(const struct sent_load *load)
{
    return load->load == NULL || load_finished(load->load);
}

void sent_load_end(struct sent_load *load)
{
    load_destroy(load->load);
    load->load = NULL;
}

struct load_totals *sent_load_totals(struct sent_load *load)
{
    return load->totals;
}

int64_t sent_load_lag(const struct sent_load *load)
{
    return atomic_load(&load->lag);
}
