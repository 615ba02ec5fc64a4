/* The recorder with a real run store. */
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cmocka.h>

#include "common/clock.h"
#include "common/memory.h"
#include "driver/record/recorder.h"
#include "tests/support/folder.h"

#define SECOND NANOSECONDS_PER_SECOND
#define MILLISECOND NANOSECONDS_PER_MILLISECOND
#define SEEN_MAXIMUM 4096

struct seen_change {
    int64_t time;
    char name[32];
    char phase[32];
};

/* What a stored variant holds. */
struct seen {
    size_t ticks, rows, exemplars, changes;
    uint64_t planned, ok;
    char load[32];
    struct seen_change list[SEEN_MAXIMUM];
};

static bool see_tick(void *context, const char *load, const struct load_tick *tick)
{
    struct seen *seen = context;
    seen->ticks++;
    seen->planned += tick->planned;
    (void)snprintf(seen->load, sizeof seen->load, "%s", load);
    return true;
}

static bool see_row(void *context, const char *load, const struct load_row *row)
{
    (void)load;
    struct seen *seen = context;
    seen->rows++;
    seen->ok += row->outcomes[OUTCOME_OK];
    return true;
}

static bool see_exemplar(void *context, const char *load, const struct load_exemplar *exemplar)
{
    (void)load;
    (void)exemplar;
    struct seen *seen = context;
    seen->exemplars++;
    return true;
}

static bool see_change(void *context, int64_t time, const struct change *change)
{
    struct seen *seen = context;
    if (seen->changes < SEEN_MAXIMUM) {
        struct seen_change *kept = &seen->list[seen->changes];
        kept->time = time;
        (void)snprintf(kept->name, sizeof kept->name, "%s", change->name);
        (void)snprintf(kept->phase, sizeof kept->phase, "%s", json_text(json_get(change->object, "status", "phase"), ""));
    }
    seen->changes++;
    return true;
}

static struct seen *read_back(const char *folder, bool *complete, char *outcome, size_t size)
{
    struct seen *seen = memory_allocate(1, sizeof *seen);
    struct error error = ERROR_NONE;
    struct run_store *store = run_store_open(folder, &error);
    if (store == NULL)
        fail_msg("%s", error.text);
    const struct run_visitor visitor = {
        .context = seen, .tick = see_tick, .row = see_row, .exemplar = see_exemplar, .change = see_change};
    *complete = run_store_summary(store)->complete;
    (void)snprintf(outcome, size, "%s", run_store_variant(store, 0)->outcome);
    assert_int_equal(run_store_visit(store, 0, &visitor, &error), 0);
    run_store_close(store);
    return seen;
}

static struct run_store *create_store(const char *folder)
{
    const struct run_description description = {.lesson_name = "l",
                                                .lesson_title = "",
                                                .lesson_file = "",
                                                .lesson_hash = "",
                                                .lesson_text = "",
                                                .explanation = "",
                                                .cluster = "embedded",
                                                .cluster_version = "",
                                                .pace = "quick",
                                                .machine = "",
                                                .command = "",
                                                .started_wall = 1};
    struct error error = ERROR_NONE;
    struct run_store *store = run_store_create(folder, &description, &error);
    if (store == NULL)
        fail_msg("%s", error.text);
    return store;
}

static const struct variant_description variant = {.name = "v",
                                                   .title = "",
                                                   .hpa = "webapp",
                                                   .spike_over = SECOND,
                                                   .load_duration = SECOND,
                                                   .load_json = "[]",
                                                   .started_wall = 1};

static void send_pod(struct recorder *recorder, int64_t arrival, const char *name, const char *phase)
{
    AUTO_JSON cJSON *object = cJSON_CreateObject();
    json_set_text(json_object_at(object, "status"), "phase", phase);
    const struct change change = {
        .arrival = arrival, .type = CHANGE_MODIFIED, .resource = "pods", .name = name, .object = object};
    recorder_change(recorder, &change);
}

static void send_second(struct load_sink sink, const struct load_spec *spec, int64_t second)
{
    struct load_row row = {.second = second, .outcomes = {[OUTCOME_OK] = 5}, .first_sent = 1, .last_sent = 1};
    struct load_tick tick = {.second = second, .planned = 5, .sent = 5, .target_rate = 5};
    const struct load_exemplar exemplar = {.reason = EXEMPLAR_FIRST, .outcome = OUTCOME_OK, .server_age = -1};
    for (int i = 0; i < 5; i++)
        histogram_record(&row.response, 10 * MILLISECOND);
    histogram_record(&tick.lateness, MILLISECOND);
    sink.exemplar(sink.context, spec, &exemplar);
    sink.row(sink.context, spec, &row);
    sink.tick(sink.context, spec, &tick);
    histogram_release(&row.response);
    histogram_release(&tick.lateness);
}

static void test_everything_arrives_in_order_with_times_since_the_start(void **state)
{
    (void)state;
    char *folder = test_folder_create();
    AUTO_FREE char *path = memory_format("%s/run", folder);
    struct run_store *store = create_store(path);
    struct recorder *recorder = recorder_create(store, "webapp", SECOND);
    struct load_spec spec = {.name = memory_copy_text("visitors")};
    int64_t start = clock_monotonic();
    struct error error = ERROR_NONE;
    send_pod(recorder, start - 3 * SECOND, "early", "Pending");
    send_pod(recorder, start - SECOND, "early", "Running");
    assert_int_equal(recorder_begin(recorder, &variant, start, &error), 0);
    struct load_sink sink = recorder_load_sink(recorder);
    for (int second = 0; second < 3; second++) {
        send_second(sink, &spec, second);
        send_pod(recorder, start + second * SECOND + 7, "late", second == 2 ? "Succeeded" : "Running");
    }
    assert_int_equal(recorder_failure(recorder, &error), 0);
    assert_int_equal(recorder_finish(recorder, "completed", &error), 0);
    assert_int_equal(recorder_finish(recorder, "completed", &error), 0);
    recorder_destroy(recorder);
    assert_int_equal(run_store_finish(store, &error), 0);
    run_store_close(store);

    bool complete = false;
    char outcome[64];
    struct seen *seen = read_back(path, &complete, outcome, sizeof outcome);
    assert_true(complete);
    assert_string_equal(outcome, "completed");
    assert_string_equal(seen->load, "visitors");
    assert_int_equal(seen->ticks, 3);
    assert_int_equal(seen->rows, 3);
    assert_int_equal(seen->exemplars, 3);
    assert_int_equal(seen->planned, 15);
    assert_int_equal(seen->ok, 15);
    assert_int_equal(seen->changes, 5);
    static const int64_t times[] = {-3 * SECOND, -SECOND, 7, SECOND + 7, 2 * SECOND + 7};
    static const char *const phases[] = {"Pending", "Running", "Running", "Running", "Succeeded"};
    for (size_t i = 0; i < 5; i++) {
        assert_int_equal(seen->list[i].time, times[i]);
        assert_string_equal(seen->list[i].phase, phases[i]);
        assert_string_equal(seen->list[i].name, i < 2 ? "early" : "late");
    }
    free(seen);
    free(spec.name);
    test_folder_remove(folder);
    free(folder);
}

/* What was handed over a second and a half ago can be read by others while the run goes on. */
static void test_committed_once_a_second(void **state)
{
    (void)state;
    char *folder = test_folder_create();
    AUTO_FREE char *path = memory_format("%s/run", folder);
    struct run_store *store = create_store(path);
    struct recorder *recorder = recorder_create(store, "webapp", SECOND);
    struct load_spec spec = {.name = memory_copy_text("visitors")};
    assert_int_equal(recorder_begin(recorder, &variant, clock_monotonic(), NULL), 0);
    send_second(recorder_load_sink(recorder), &spec, 0);
    bool complete = true;
    char outcome[64];
    size_t ticks = 0;
    int64_t deadline = clock_monotonic() + 20 * SECOND;
    while (ticks == 0 && clock_monotonic() < deadline) {
        clock_sleep_until(clock_monotonic() + 200 * MILLISECOND);
        struct seen *seen = read_back(path, &complete, outcome, sizeof outcome);
        ticks = seen->ticks;
        free(seen);
    }
    assert_int_equal(ticks, 1);
    assert_false(complete);
    assert_string_equal(outcome, "");
    recorder_destroy(recorder);
    run_store_close(store);
    struct seen *seen = read_back(path, &complete, outcome, sizeof outcome);
    assert_string_equal(outcome, "aborted");
    assert_false(complete);
    free(seen);
    free(spec.name);
    test_folder_remove(folder);
    free(folder);
}

/* A disk that is full: files may not grow any more. */
static void test_a_full_disk_is_told_and_loses_nothing_committed(void **state)
{
    (void)state;
    char *folder = test_folder_create();
    AUTO_FREE char *path = memory_format("%s/run", folder);
    struct run_store *store = create_store(path);
    struct recorder *recorder = recorder_create(store, "webapp", SECOND);
    struct load_spec spec = {.name = memory_copy_text("visitors")};
    struct error error = ERROR_NONE;
    int64_t start = clock_monotonic();
    assert_int_equal(recorder_begin(recorder, &variant, start, &error), 0);
    send_second(recorder_load_sink(recorder), &spec, 0);
    clock_sleep_until(clock_monotonic() + 2500 * MILLISECOND);

    struct rlimit before;
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
    void (*handler)(int) = signal(SIGXFSZ, SIG_IGN);
    const struct rlimit small = {.rlim_cur = 4096, .rlim_max = before.rlim_max};
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
    int64_t deadline = clock_monotonic() + 20 * SECOND;
    for (int64_t second = 1; recorder_failure(recorder, &error) == 0 && clock_monotonic() < deadline; second++) {
        for (int i = 0; i < 50; i++)
            send_pod(recorder, start + second * SECOND, "p", "Running");
        send_second(recorder_load_sink(recorder), &spec, second);
        clock_sleep_until(clock_monotonic() + 100 * MILLISECOND);
    }
    int failed = recorder_failure(recorder, &error);
    struct live_view view = recorder_view(recorder);
    int finished = recorder_finish(recorder, "completed", NULL);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
    (void)signal(SIGXFSZ, handler);
    assert_int_equal(failed, -1);
    assert_int_equal(finished, -1);
    assert_true(error.text[0] != '\0');
    assert_true(view.requests >= 10);
    recorder_destroy(recorder);
    run_store_close(store);

    bool complete = true;
    char outcome[64];
    struct seen *seen = read_back(path, &complete, outcome, sizeof outcome);
    assert_false(complete);
    assert_string_equal(outcome, "");
    assert_true(seen->ticks >= 1);
    free(seen);
    free(spec.name);
    test_folder_remove(folder);
    free(folder);
}

#define PRODUCERS 4
#define EACH 500

struct producer {
    struct recorder *recorder;
    struct load_spec spec;
    int number;
    pthread_t thread;
};

static void *produce(void *context)
{
    struct producer *producer = context;
    struct load_sink sink = recorder_load_sink(producer->recorder);
    for (int i = 0; i < EACH; i++) {
        char name[16];
        (void)snprintf(name, sizeof name, "p-%d", producer->number);
        send_pod(producer->recorder, clock_monotonic(), name, "Running");
        send_second(sink, &producer->spec, i);
        (void)recorder_view(producer->recorder);
    }
    return NULL;
}

static void test_many_producers(void **state)
{
    (void)state;
    char *folder = test_folder_create();
    AUTO_FREE char *path = memory_format("%s/run", folder);
    struct run_store *store = create_store(path);
    struct recorder *recorder = recorder_create(store, "webapp", SECOND);
    struct producer producers[PRODUCERS];
    assert_int_equal(recorder_begin(recorder, &variant, clock_monotonic(), NULL), 0);
    for (int i = 0; i < PRODUCERS; i++) {
        producers[i] = (struct producer){.recorder = recorder, .number = i, .spec.name = memory_format("load-%d", i)};
        assert_int_equal(pthread_create(&producers[i].thread, NULL, produce, &producers[i]), 0);
    }
    for (int i = 0; i < PRODUCERS; i++)
        (void)pthread_join(producers[i].thread, NULL);
    assert_int_equal(recorder_view(recorder).requests, PRODUCERS * EACH * 5);
    assert_int_equal(recorder_finish(recorder, "completed", NULL), 0);
    recorder_destroy(recorder);
    run_store_close(store);
    bool complete = true;
    char outcome[64];
    struct seen *seen = read_back(path, &complete, outcome, sizeof outcome);
    assert_int_equal(seen->ticks, PRODUCERS * EACH);
    assert_int_equal(seen->ok, PRODUCERS * EACH * 5);
    assert_int_equal(seen->changes, PRODUCERS * EACH);
    free(seen);
    for (int i = 0; i < PRODUCERS; i++)
        free(producers[i].spec.name);
    test_folder_remove(folder);
    free(folder);
}

static void test_never_begun(void **state)
{
    (void)state;
    char *folder = test_folder_create();
    AUTO_FREE char *path = memory_format("%s/run", folder);
    struct run_store *store = create_store(path);
    struct recorder *recorder = recorder_create(store, "", SECOND);
    send_pod(recorder, 1, "p", "Running");
    assert_int_equal(recorder_view(recorder).pods, 1);
    assert_int_equal(recorder_finish(recorder, "completed", NULL), 0);
    recorder_destroy(recorder);
    recorder_destroy(NULL);
    run_store_close(store);
    test_folder_remove(folder);
    free(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_everything_arrives_in_order_with_times_since_the_start),
        cmocka_unit_test(test_committed_once_a_second),
        cmocka_unit_test(test_a_full_disk_is_told_and_loses_nothing_committed),
        cmocka_unit_test(test_many_producers),
        cmocka_unit_test(test_never_begun),
    };
    return cmocka_run_group_tests_name("recorder", tests, NULL, NULL);
}
