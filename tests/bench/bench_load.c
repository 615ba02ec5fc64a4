/*
 * bench-load URL MODE NUMBER SECONDS [NAME [IO]]: the load engine in one of its modes; IO: epoll or io_uring.
 *   closed   NUMBER VUs without think time
 *   frugal   NUMBER requests/s over kept connections
 *   precise  the same, with precise pacing
 *   fresh    the same as frugal, with a new connection for each request
 *   idle     NUMBER VUs that begin one after the other, send once and then think: what their connections cost
 *   spin     no requests: a bare loop that waits for NUMBER moments a second, as late as the machine makes it
 * Prints figures (figure.h), each with NAME in front.
 */
#include <stdlib.h>
#include <string.h>

#include "common/clock.h"
#include "common/file.h"
#include "common/memory.h"
#include "driver/load/load.h"
#include "tests/bench/figure.h"

#define CONNECTIONS_OF_RATES 1000
#define EARLY (10 * NANOSECONDS_PER_SECOND)

struct sums {
    uint64_t planned, sent, late, dropped, ok, lost;
    struct histogram response, lateness;
};

static void on_tick(void *context, const struct load_spec *spec, const struct load_tick *tick)
{
    (void)spec;
    struct sums *sums = context;
    sums->planned += tick->planned;
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
    for (int outcome = 0; outcome < OUTCOME_COUNT; outcome++)
        sums->lost += load_outcome_is_lost((enum load_outcome)outcome) ? row->outcomes[outcome] : 0;
    histogram_merge(&sums->response, &row->response);
}

static void on_exemplar(void *context, const struct load_spec *spec, const struct load_exemplar *exemplar)
{
    (void)context;
    (void)spec;
    (void)exemplar;
}

static void say(const char *name, const char *what, double value, const char *unit)
{
    AUTO_FREE char *text = memory_format("%s: %s", name, what);
    figure(text, value, unit, "");
}

static void say_times(const char *name, const struct sums *sums)
{
    static const double fractions[] = {0.5, 0.99, 0.999};
    static const char *const names[] = {"p50", "p99", "p99.9"};
    for (size_t i = 0; i < sizeof fractions / sizeof fractions[0]; i++)
        say(name, names[i], (double)histogram_percentile(&sums->response, fractions[i]) / 1e6, "ms");
    say(name, "lateness p99", (double)histogram_percentile(&sums->lateness, 0.99) / 1e6, "ms");
}

/* Memory of this process now, in MB. */
static double resident(void)
{
    AUTO_FREE char *status = file_read("/proc/self/status", 16384, NULL, NULL);
    const char *line = status == NULL ? NULL : strstr(status, "VmRSS:");
    return line == NULL ? 0 : strtod(line + strlen("VmRSS:"), NULL) / 1000;
}

static int choose_mode(const char *mode, double number, struct load_spec *spec)
{
    bool closed = strcmp(mode, "closed") == 0 || strcmp(mode, "idle") == 0;
    bool known = closed || strcmp(mode, "frugal") == 0 || strcmp(mode, "precise") == 0 || strcmp(mode, "fresh") == 0;
    spec->start_rate = number;
    spec->maximum_connections = closed ? (int)number : CONNECTIONS_OF_RATES;
    if (closed)
        spec->executor = EXECUTOR_CONSTANT_VUS;
    if (strcmp(mode, "idle") == 0) {
        spec->executor = EXECUTOR_RAMPING_VUS;
        spec->think_time = 3600 * NANOSECONDS_PER_SECOND;
        spec->start_rate = 0;
        spec->stages[0].duration = spec->stages[0].duration * 3 / 4;
        spec->stages[1] = (struct load_stage){.duration = spec->stages[0].duration / 3, .target = number};
        spec->stage_count = 2;
    }
    if (strcmp(mode, "precise") == 0)
        spec->pacing = PACING_PRECISE;
    if (strcmp(mode, "fresh") == 0)
        spec->reuse = REUSE_NEVER;
    return known ? 0 : -1;
}

static void print(const char *name, const struct sums *sums, double cpu, double seconds)
{
    say(name, "planned", (double)sums->planned, "requests");
    say(name, "answered ok", (double)sums->ok, "requests");
    say(name, "dropped", (double)sums->dropped, "requests");
    say(name, "failed", (double)sums->lost, "requests");
    say(name, "late (> 10 ms)", (double)sums->late, "requests");
    say(name, "rate", (double)sums->ok / seconds, "requests/s");
    say_times(name, sums);
    say(name, "CPU", cpu / 1e9 / seconds * 100, "% of a core");
    say(name, "CPU of a request", sums->sent > 0 ? cpu / 1e3 / (double)sums->sent : 0, "us");
}

/* memory: after ten seconds, or a third of a shorter run, and near the end. */
static int run(const struct load_options *options, int64_t duration, double *cpu, double memory[2])
{
    struct error error = ERROR_NONE;
    struct load *load = load_create(options, &error);
    int64_t start = clock_monotonic();
    int64_t before = clock_process_cpu();
    if (load == NULL || load_start(load, start, &error) < 0) {
        (void)fprintf(stderr, "%s\n", error.text);
        return -1;
    }
    clock_sleep_until(start + (duration / 3 < EARLY ? duration / 3 : EARLY));
    memory[0] = resident();
    clock_sleep_until(start + duration - duration / 10);
    memory[1] = resident();
    load_join(load);
    *cpu = (double)(clock_process_cpu() - before);
    load_destroy(load);
    return 0;
}

static int spin(const char *name, double rate, double seconds)
{
    AUTO_HISTOGRAM struct histogram lateness = {0};
    int64_t start = clock_monotonic();
    for (int64_t i = 0; (double)i < rate * seconds; i++) {
        int64_t due = start + (int64_t)((double)i / rate * 1e9);
        int64_t now = clock_monotonic();
        while (now < due)
            now = clock_monotonic();
        histogram_record(&lateness, now - due);
    }
    say(name, "lateness p99", (double)histogram_percentile(&lateness, 0.99) / 1e6, "ms");
    return 0;
}

int main(int count, char **arguments)
{
    if (count < 5 || count > 7)
        return 2;
    double number = strtod(arguments[3], NULL);
    double seconds = strtod(arguments[4], NULL);
    const char *name = count >= 6 ? arguments[5] : arguments[2];
    if (strcmp(arguments[2], "spin") == 0)
        return spin(name, number, seconds);
    struct sums sums = {0};
    struct load_stage stages[2] = {{.duration = (int64_t)(seconds * 1e9), .target = number}};
    struct load_spec spec;
    load_spec_init(&spec);
    spec.name = memory_copy_text("bench");
    spec.url = memory_copy_text(arguments[1]);
    spec.stages = stages;
    spec.stage_count = 1;
    spec.timeout = 10 * NANOSECONDS_PER_SECOND;
    if (count == 7)
        spec.io = strcmp(arguments[6], "epoll") == 0 ? IO_EPOLL : IO_URING;
    const struct load_options options = {.spec = &spec,
                                         .slow_over = NANOSECONDS_PER_SECOND,
                                         .sink = {.context = &sums, .tick = on_tick, .row = on_row, .exemplar = on_exemplar}};
    double cpu = 0;
    double memory[2] = {0};
    int result = choose_mode(arguments[2], number, &spec) < 0                ? 2
                 : run(&options, (int64_t)(seconds * 1e9), &cpu, memory) < 0 ? 1
                                                                             : 0;
    if (result == 0) {
        print(name, &sums, cpu, seconds);
        say(name, "memory early", memory[0], "MB");
        say(name, "memory", memory[1], "MB");
    }
    spec.stages = NULL;
    spec.stage_count = 0;
    load_spec_release(&spec);
    histogram_release(&sums.response);
    histogram_release(&sums.lateness);
    return result;
}
