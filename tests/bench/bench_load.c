/* bench-load URL RATE SECONDS: the load engine at a constant rate over kept connections. */
#include <stdlib.h>

#include "common/clock.h"
#include "common/memory.h"
#include "driver/load/load.h"
#include "tests/bench/figure.h"

struct sums {
    uint64_t sent, late, dropped, ok;
    struct histogram response, lateness;
};

static void on_tick(void *context, const struct load_spec *spec, const struct load_tick *tick)
{
    (void)spec;
    struct sums *sums = context;
    sums->sent += tick->sent;
    sums->late += tick->late;
    sums->dropped += tick->dropped;
    histogram_merge(&sums->lateness, &tick->lateness);
}

static void on_row(void *context, const struct load_spec *spec, const struct load_row *row)
{
    (void)spec;
    struct sums *sums = context;
    sums->ok += row->outcomes[OUTCOME_OK];
    histogram_merge(&sums->response, &row->response);
}

static void on_exemplar(void *context, const struct load_spec *spec, const struct load_exemplar *exemplar)
{
    (void)context;
    (void)spec;
    (void)exemplar;
}

static void print(const struct sums *sums, const char *rate, double cpu, double seconds)
{
    static const char *const names[] = {"sent", "answered ok", "dropped", "late (> 10 ms)"};
    const uint64_t counts[] = {sums->sent, sums->ok, sums->dropped, sums->late};
    char name[64];
    for (size_t i = 0; i < 4; i++) {
        (void)snprintf(name, sizeof name, "load %s/s: %s", rate, names[i]);
        figure(name, (double)counts[i], "requests", "");
    }
    (void)snprintf(name, sizeof name, "load %s/s: p50 from the intended start", rate);
    figure(name, (double)histogram_percentile(&sums->response, 0.5) / 1e6, "ms", "");
    (void)snprintf(name, sizeof name, "load %s/s: p99 from the intended start", rate);
    figure(name, (double)histogram_percentile(&sums->response, 0.99) / 1e6, "ms", "");
    (void)snprintf(name, sizeof name, "load %s/s: CPU", rate);
    figure(name, cpu / 1e9 / seconds * 100, "% of a core", "");
    (void)snprintf(name, sizeof name, "load %s/s: CPU of a request", rate);
    figure(name, sums->sent > 0 ? cpu / 1e3 / (double)sums->sent : 0, "us", "");
}

int main(int count, char **arguments)
{
    if (count != 4)
        return 2;
    double rate = strtod(arguments[2], NULL);
    double seconds = strtod(arguments[3], NULL);
    struct sums sums = {0};
    struct load_stage stage = {.duration = (int64_t)(seconds * 1e9), .target = rate};
    struct load_spec spec;
    load_spec_init(&spec);
    spec.name = memory_copy_text("bench");
    spec.url = memory_copy_text(arguments[1]);
    spec.start_rate = rate;
    spec.stages = &stage;
    spec.stage_count = 1;
    spec.timeout = 10 * NANOSECONDS_PER_SECOND;
    const struct load_options options = {.spec = &spec,
                                         .slow_over = NANOSECONDS_PER_SECOND,
                                         .sink = {.context = &sums, .tick = on_tick, .row = on_row, .exemplar = on_exemplar}};
    struct error error = ERROR_NONE;
    struct load *load = load_create(&options, &error);
    int64_t before = clock_process_cpu();
    if (load == NULL || load_start(load, clock_monotonic(), &error) < 0) {
        (void)fprintf(stderr, "%s\n", error.text);
        return 1;
    }
    load_join(load);
    print(&sums, arguments[2], (double)(clock_process_cpu() - before), seconds);
    load_destroy(load);
    spec.stages = NULL;
    load_spec_release(&spec);
    histogram_release(&sums.response);
    histogram_release(&sums.lateness);
    return 0;
}
