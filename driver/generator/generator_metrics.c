/* What Prometheus scrapes of a generator: its loads' metrics with the label part, and its own. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "common/clock.h"
#include "common/memory.h"
#include "driver/generator/generator_state.h"
#include "driver/load_report/load_prometheus.h"

#define LABELS_MAXIMUM ((size_t)16 * 1024)

static void add_own(struct buffer *text, const char *name, const char *type, const char *help, const char *labels, double value)
{
    (void)buffer_append_format(text, "# HELP %s %s\n# TYPE %s %s\n%s%s %.9g\n", name, help, name, type, name, labels, value);
}

static char *labels_of(unsigned part, const struct wire_load *load)
{
    char number[16];
    AUTO_BUFFER struct buffer labels = {0};
    buffer_init(&labels, LABELS_MAXIMUM);
    (void)snprintf(number, sizeof number, "%u", part);
    load_prometheus_label("part", number, &labels);
    if (load != NULL && load->spec.name != NULL)
        load_prometheus_label("load", load->spec.name, &labels);
    return buffer_steal(&labels);
}

/* What is the state at the end of the last second that a load told of. */
static void add_levels(struct buffer *text, const struct load_prometheus *loads, size_t count)
{
    (void)buffer_append_text(text, "# HELP k6_vus Virtual users.\n# TYPE k6_vus gauge\n");
    for (size_t i = 0; i < count; i++) {
        const struct load_total *total = loads[i].total;
        uint64_t vus = total->second_count > 0 ? total->seconds[total->second_count - 1].vus : 0;
        (void)buffer_append_format(text, "k6_vus{%s} %" PRIu64 "\n", loads[i].labels, vus);
    }
    (void)buffer_append_text(text, "# HELP hpalab_in_flight Requests without an outcome.\n# TYPE hpalab_in_flight gauge\n");
    for (size_t i = 0; i < count; i++) {
        const struct load_total *total = loads[i].total;
        uint64_t in_flight = total->second_count > 0 ? total->seconds[total->second_count - 1].in_flight : 0;
        (void)buffer_append_format(text, "hpalab_in_flight{%s} %" PRIu64 "\n", loads[i].labels, in_flight);
    }
}

static void add_loads(struct generator *generator, struct buffer *text)
{
    size_t count = generator->load_count;
    AUTO_FREE struct load_prometheus *loads = memory_allocate(count + 1, sizeof *loads);
    AUTO_FREE char **labels = memory_allocate(count + 1, sizeof(char *));
    for (size_t i = 0; i < count; i++) {
        labels[i] = labels_of(generator_part(generator), &generator->plan.loads[i]);
        loads[i] =
            (struct load_prometheus){.labels = labels[i], .total = load_totals_lock(sent_load_totals(generator->loads[i]))};
    }
    load_prometheus_write(loads, count, text);
    add_levels(text, loads, count);
    for (size_t i = 0; i < count; i++) {
        load_totals_unlock(sent_load_totals(generator->loads[i]));
        free(labels[i]);
    }
}

static void add_states(struct buffer *text, enum wire_state present, unsigned part)
{
    (void)buffer_append_text(text,
                             "# HELP hpalab_generator_state 1 = the state it is in.\n# TYPE hpalab_generator_state gauge\n");
    for (unsigned state = 0; state < WIRE_STATE_COUNT; state++)
        (void)buffer_append_format(text, "hpalab_generator_state{part=\"%u\",state=\"%s\"} %d\n", part,
                                   wire_state_name((enum wire_state)state), state == (unsigned)present);
}

void generator_metrics(struct generator *generator, struct buffer *text)
{
    struct wire_status status;
    char labels[32];
    char limit[64];
    generator_tell(generator, &status);
    (void)snprintf(labels, sizeof labels, "{part=\"%u\"}", status.part);
    (void)snprintf(limit, sizeof limit, "{part=\"%u\",limit=\"%s\"}", status.part, status.limit);
    (void)pthread_mutex_lock(&generator->lock);
    if (generator->load_count > 0)
        add_loads(generator, text);
    (void)pthread_mutex_unlock(&generator->lock);
    add_states(text, status.state, status.part);
    add_own(text, "hpalab_generator_limit", "gauge", "What was the limit so far.", limit, 1);
    add_own(text, "hpalab_generator_lag_seconds", "gauge", "p99 of the lateness in the last second.", labels,
            (double)status.lag / (double)NANOSECONDS_PER_SECOND);
    add_own(text, "hpalab_generator_cpu_share", "gauge", "CPU of the process in the last second, in cores.", labels, status.cpu);
    add_own(text, "hpalab_generator_lost_batches_total", "counter", "Results that nobody fetched in time.", labels,
            (double)status.lost);
    add_own(text, "process_cpu_seconds_total", "counter", "CPU of the process.", "",
            (double)clock_process_cpu() / (double)NANOSECONDS_PER_SECOND);
    add_own(text, "process_resident_memory_bytes", "gauge", "Memory of the process.", "", (double)status.memory);
}
