#include "tests/unit/driver/load/results.h"

#include <stdlib.h>

#include "common/clock.h"
#include "common/memory.h"
#include "driver/load/uring.h"

#define LONGEST_RUN (60 * NANOSECONDS_PER_SECOND)

enum load_transport results_transport = TRANSPORT_AUTOMATIC;
enum load_io results_io = IO_AUTOMATIC;

static void on_tick(void *context, const struct load_spec *spec, const struct load_tick *tick)
{
    (void)spec;
    struct results *results = context;
    results->planned += tick->planned;
    results->sent += tick->sent;
    results->late += tick->late;
    results->dropped += tick->dropped;
    histogram_merge(&results->lateness, &tick->lateness);
    if (results->tick_count < RESULTS_TICKS) {
        results->ticks[results->tick_count] = *tick;
        results->ticks[results->tick_count++].lateness = (struct histogram){0};
    }
}

static void on_row(void *context, const struct load_spec *spec, const struct load_row *row)
{
    (void)spec;
    struct results *results = context;
    for (int outcome = 0; outcome < OUTCOME_COUNT; outcome++)
        results->outcomes[outcome] += row->outcomes[outcome];
    results->connections += row->connections;
    results->bytes += row->bytes_received;
    histogram_merge(&results->response, &row->response);
    histogram_merge(&results->service, &row->service);
    if (results->row_count < RESULTS_ROWS) {
        struct load_row *kept = &results->rows[results->row_count++];
        *kept = *row;
        kept->response = (struct histogram){0};
        kept->service = (struct histogram){0};
    }
}

static void on_exemplar(void *context, const struct load_spec *spec, const struct load_exemplar *exemplar)
{
    (void)spec;
    struct results *results = context;
    if (results->exemplar_count < RESULTS_EXEMPLARS)
        results->exemplars[results->exemplar_count++] = *exemplar;
}

struct load_sink results_sink(struct results *results)
{
    return (struct load_sink){.context = results, .tick = on_tick, .row = on_row, .exemplar = on_exemplar};
}

void results_release(struct results *results)
{
    histogram_release(&results->response);
    histogram_release(&results->service);
    histogram_release(&results->lateness);
    free(results);
}

void results_assert_complete(const struct results *results, uint64_t planned)
{
    uint64_t outcomes = 0;
    for (int outcome = 0; outcome < OUTCOME_COUNT; outcome++)
        outcomes += results->outcomes[outcome];
    assert_int_equal(results->planned, planned);
    assert_int_equal(outcomes, planned);
    assert_int_equal(results->sent + results->dropped, planned);
    assert_int_equal(results->dropped, results->outcomes[OUTCOME_DROPPED]);
    assert_int_equal(results->lateness.total, results->sent);
    assert_int_equal(results->response.total, results->outcomes[OUTCOME_OK]);
    assert_int_equal(results->service.total, results->outcomes[OUTCOME_OK]);
}

struct load_spec results_spec(int port, const char *path, double rate, int64_t duration)
{
    struct load_spec spec;
    load_spec_init(&spec);
    spec.name = memory_copy_text("test");
    spec.url = memory_format("http://127.0.0.1:%d%s", port, path);
    spec.start_rate = rate;
    spec.stage_count = 1;
    spec.stages = memory_allocate(1, sizeof *spec.stages);
    spec.stages[0] = (struct load_stage){.duration = duration, .target = rate};
    spec.timeout = 20 * NANOSECONDS_PER_SECOND;
    spec.maximum_connections = 100;
    spec.io = results_io;
    return spec;
}

int results_run_groups(const char *name, const struct CMUnitTest *tests, size_t count)
{
    static const struct {
        const char *name;
        enum load_transport transport;
        enum load_io io;
    } ways[] = {{"libcurl", TRANSPORT_CURL, IO_AUTOMATIC},
                {"lean, epoll", TRANSPORT_AUTOMATIC, IO_EPOLL},
                {"lean, io_uring", TRANSPORT_AUTOMATIC, IO_URING}};
    struct error error = ERROR_NONE;
    struct uring *uring = uring_create(&error);
    int failed = 0;
    for (size_t i = 0; i < sizeof ways / sizeof ways[0]; i++) {
        if (ways[i].io == IO_URING && uring == NULL) {
            print_message("%s: %s: skipped\n", name, error.text);
            continue;
        }
        AUTO_FREE char *group = memory_format("%s, %s", name, ways[i].name);
        results_transport = ways[i].transport;
        results_io = ways[i].io;
        failed += _cmocka_run_group_tests(group, tests, count, NULL, NULL);
    }
    uring_destroy(uring);
    return failed;
}

void results_run(const struct load_spec *spec, struct results *results)
{
    const struct load_options options = {.spec = spec,
                                         .transport = results_transport,
                                         .slow_over = 200 * NANOSECONDS_PER_MILLISECOND,
                                         .sink = results_sink(results)};
    struct error error = ERROR_NONE;
    struct load *load = load_create(&options, &error);
    if (load == NULL || load_start(load, clock_monotonic(), &error) < 0)
        fail_msg("%s", error.text);
    int64_t deadline = clock_monotonic() + LONGEST_RUN;
    while (!load_finished(load) && clock_monotonic() < deadline)
        clock_sleep_until(clock_monotonic() + 2 * NANOSECONDS_PER_MILLISECOND);
    bool finished = load_finished(load);
    load_destroy(load);
    assert_true(finished);
}

void results_run_against(fake_handler *handler, void *context, struct load_spec *spec, struct results *results)
{
    struct fake_server *server = fake_server_start(handler, context);
    free(spec->url);
    spec->url = memory_format("http://127.0.0.1:%d/post/{1..10}", fake_server_port(server));
    results_run(spec, results);
    fake_server_stop(server);
}
