/* Files of k6 put into a recording: what a report is then made of, and what is refused without a trace. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include <cmocka.h>

#include "common/buffer.h"
#include "common/clock.h"
#include "common/file.h"
#include "common/memory.h"
#include "driver/analyze/analyze.h"
#include "driver/k6/import.h"
#include "driver/store/run_store.h"
#include "tests/support/folder.h"

#define SECOND NANOSECONDS_PER_SECOND
#define STARTED (1795341600 * SECOND) /* 2026-11-22T10:00:00Z */
#define CSV_HEAD "metric_name,timestamp,metric_value,error_code,expected_response,scenario,status,extra_tags\n"

struct fixture {
    char *folder, *run, *file;
    struct buffer text;
};

/* A recording of 20 s with one change at its end. */
static void record(const char *folder, int64_t load_duration, const char *load_json)
{
    const struct run_description run = {.lesson_name = "recording",
                                        .lesson_title = "",
                                        .lesson_file = "",
                                        .lesson_hash = "",
                                        .lesson_text = "",
                                        .explanation = "",
                                        .cluster = "kind-lab",
                                        .cluster_version = "",
                                        .pace = "kubernetes",
                                        .machine = "",
                                        .command = "",
                                        .started_wall = STARTED};
    const struct variant_description variant = {.name = "live",
                                                .title = "",
                                                .hpa = "webapp",
                                                .spike_over = SECOND,
                                                .load_duration = load_duration,
                                                .load_json = load_json,
                                                .started_wall = STARTED};
    const struct change change = {.type = CHANGE_GAP, .resource = "pods", .name = "", .text = "nothing"};
    struct run_store *store = run_store_create(folder, &run, NULL);
    assert_non_null(store);
    assert_int_equal(run_store_begin_variant(store, &variant, NULL), 0);
    assert_int_equal(run_store_add_change(store, 20 * SECOND, &change, NULL), 0);
    assert_int_equal(run_store_end_variant(store, "completed", NULL), 0);
    assert_int_equal(run_store_finish(store, NULL), 0);
    run_store_close(store);
}

static int set_up(void **state)
{
    struct fixture *fixture = memory_allocate(1, sizeof *fixture);
    fixture->folder = test_folder_create();
    fixture->run = memory_format("%s/run", fixture->folder);
    fixture->file = memory_format("%s/k6", fixture->folder);
    buffer_init(&fixture->text, 1 << 20);
    record(fixture->run, 0, "[]");
    *state = fixture;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *fixture = *state;
    test_folder_remove(fixture->folder);
    buffer_release(&fixture->text);
    free(fixture->folder);
    free(fixture->run);
    free(fixture->file);
    free(fixture);
    return 0;
}

static void add_point(struct fixture *fixture, const char *metric, double end, double value, const char *tags)
{
    char time[CLOCK_TEXT_SIZE];
    (void)clock_format_microseconds(STARTED + (int64_t)(end * 1e6 + 0.5) * 1000, time);
    (void)buffer_append_format(&fixture->text,
                               "{\"metric\":\"%s\",\"type\":\"Point\",\"data\":{\"time\":\"%s\",\"value\":%g,\"tags\":%s}}\n",
                               metric, time, value, tags);
}

/* All that k6 writes of a request. */
static void add_request(struct fixture *fixture, double end, double milliseconds, const char *tags, double connecting,
                        double failed)
{
    add_point(fixture, "http_reqs", end, 1, tags);
    add_point(fixture, "http_req_duration", end, milliseconds, tags);
    add_point(fixture, "http_req_blocked", end, connecting, tags);
    add_point(fixture, "http_req_connecting", end, connecting, tags);
    add_point(fixture, "http_req_waiting", end, milliseconds, tags);
    add_point(fixture, "http_req_failed", end, failed, tags);
}

static int import(struct fixture *fixture, struct error *error)
{
    assert_int_equal(file_write(fixture->file, fixture->text.data, fixture->text.length, 0600, NULL), 0);
    return k6_import(fixture->run, (const char *const[]){fixture->file}, 1, error);
}

static struct run_figures *figures_of(const struct fixture *fixture)
{
    struct run_store *store = run_store_open(fixture->run, NULL);
    assert_non_null(store);
    struct run_figures *figures = analyze_run(store, NULL);
    run_store_close(store);
    assert_non_null(figures);
    return figures;
}

#define OK "{\"scenario\":\"ramp\",\"status\":\"200\",\"expected_response\":\"true\"}"
#define OK_OF_POD "{\"scenario\":\"ramp\",\"status\":\"200\",\"expected_response\":\"true\",\"pod\":\"webapp-1\"}"
#define FAILED "{\"scenario\":\"ramp\",\"status\":\"503\",\"error_code\":\"1503\",\"expected_response\":\"false\"}"
#define REFUSED "{\"scenario\":\"ramp\",\"status\":\"0\",\"error_code\":\"1212\",\"expected_response\":\"false\"}"

static void fill(struct fixture *fixture)
{
    add_point(fixture, "vus", 0.5, 2, "null");
    add_request(fixture, 1.5, 250, OK, 0.4, 0);
    add_request(fixture, 1.6, 100, OK_OF_POD, 0, 0);
    add_request(fixture, 4.2, 2400, OK, 0, 0); /* sent at 1.8: a spike */
    add_request(fixture, 5.1, 200, FAILED, 0, 1);
    add_request(fixture, 6, 1, REFUSED, 0, 1);
    add_point(fixture, "dropped_iterations", 6.5, 3, "{\"scenario\":\"ramp\"}");
    add_point(fixture, "data_received", 6.6, 4096, "{\"scenario\":\"ramp\"}");
    add_point(fixture, "vus", 7.5, 4, "null");
    add_request(fixture, 30, 10, OK, 0, 0); /* after the recording */
}

static void check_filled(const struct fixture *fixture)
{
    struct run_figures *figures = figures_of(fixture);
    const struct variant_figures *variant = &figures->variants[0];
    assert_int_equal(variant->requests, 5);
    assert_int_equal(variant->outcomes[OUTCOME_OK], 3);
    assert_int_equal(variant->outcomes[OUTCOME_STATUS], 1);
    assert_int_equal(variant->outcomes[OUTCOME_REFUSED], 1);
    assert_int_equal(variant->outcomes[OUTCOME_DROPPED], 3);
    assert_int_equal(variant->planned, 8);
    assert_int_equal(variant->connections, 1);
    assert_int_equal(variant->bytes_received, 4096);
    assert_int_equal(variant->response.maximum, 2400 * NANOSECONDS_PER_MILLISECOND);
    assert_int_equal(variant->spike_count, 3);
    assert_int_equal(variant->spikes[0].time, 1800 * NANOSECONDS_PER_MILLISECOND);
    assert_int_equal(variant->seconds[1].done, 3);
    assert_int_equal(variant->seconds[1].in_flight, 1);
    assert_int_equal(variant->seconds[3].in_flight, 1);
    assert_int_equal(variant->seconds[4].in_flight, 1); /* the 503, sent at 4.9 */
    assert_int_equal(variant->seconds[5].in_flight, 0 + 1);
    assert_int_equal(variant->seconds[6].in_flight, 0);
    run_figures_destroy(figures);
}

static void test_json(void **state)
{
    struct fixture *fixture = *state;
    struct error error = ERROR_NONE;
    fill(fixture);
    if (import(fixture, &error) < 0)
        fail_msg("%s", error.text);
    check_filled(fixture);
    struct run_store *store = run_store_open(fixture->run, NULL);
    const struct run_summary *run = run_store_summary(store);
    assert_int_equal(run->note_count, 3);
    assert_string_equal(run->notes[2],
                        "k6: 3 iterations were dropped, as all of its VUs were busy (maxVUs); an answer took up to "
                        "2.4 s");
    assert_non_null(strstr(run->notes[0], "k6: 5 requests; no intended start is known"));
    assert_non_null(strstr(run->notes[1], "k6: 1 requests and iterations of before or after"));
    assert_string_equal(run_store_variant(store, 0)->description.load_json,
                        "[{\"name\":\"ramp\",\"type\":\"http\",\"executor\":\"k6\",\"start_rate\":0,\"stages\":[]}]");
    run_store_close(store);
    assert_int_equal(import(fixture, &error), 0); /* again: what was there is replaced */
    check_filled(fixture);
}

static void test_several_compressed_files(void **state)
{
    struct fixture *fixture = *state;
    struct error error = ERROR_NONE;
    const char *files[3];
    for (int i = 0; i < 3; i++) {
        char *path = memory_format("%s/part-%d.json.gz", fixture->folder, i);
        buffer_clear(&fixture->text);
        add_request(fixture, 2 + i, 100, OK, 0, 0);
        gzFile file = gzopen(path, "wb");
        assert_int_equal(gzwrite(file, fixture->text.data, (unsigned)fixture->text.length), fixture->text.length);
        assert_int_equal(gzclose(file), Z_OK);
        files[i] = path;
    }
    assert_int_equal(k6_import(fixture->run, files, 3, &error), 0);
    struct run_figures *figures = figures_of(fixture);
    assert_int_equal(figures->variants[0].requests, 3);
    run_figures_destroy(figures);
    for (int i = 0; i < 3; i++)
        free((char *)(uintptr_t)files[i]);
}

/* Whether a request failed is said by http_req_failed where the tags do not. */
static void test_csv_of_whole_seconds(void **state)
{
    struct fixture *fixture = *state;
    struct error error = ERROR_NONE;
    (void)buffer_append_text(&fixture->text, CSV_HEAD "vus,1795341603,7.000000,,,,,\n"
                                                      "http_reqs,1795341603,1.000000,,,default,200,\n"
                                                      "http_req_duration,1795341603,500.000000,,,default,200,\n"
                                                      "http_req_failed,1795341603,0.000000,,,default,200,\n"
                                                      "http_req_duration,1795341605,500.000000,,,default,200,\"a=\nb\"\n"
                                                      "http_req_failed,1795341605,1.000000,,,default,200,\n");
    if (import(fixture, &error) < 0)
        fail_msg("%s", error.text);
    struct run_figures *figures = figures_of(fixture);
    assert_int_equal(figures->variants[0].outcomes[OUTCOME_OK], 1);
    assert_int_equal(figures->variants[0].outcomes[OUTCOME_STATUS], 1);
    assert_int_equal(figures->variants[0].seconds[2].done, 1);
    assert_non_null(strstr(figures->notes[1], "whole seconds"));
    run_figures_destroy(figures);
}

static void test_a_file_that_is_cut_off(void **state)
{
    struct fixture *fixture = *state;
    struct error error = ERROR_NONE;
    add_request(fixture, 2, 100, OK, 0, 0);
    (void)buffer_append_text(&fixture->text, "{\"metric\":\"http_req_dur");
    assert_int_equal(import(fixture, &error), 0);
    struct run_figures *figures = figures_of(fixture);
    assert_int_equal(figures->variants[0].requests, 1);
    assert_non_null(strstr(figures->notes[1], "end in the middle of a line"));
    run_figures_destroy(figures);
}

static void refuse(struct fixture *fixture, const char *says)
{
    struct error error = ERROR_NONE;
    if (import(fixture, &error) != -1 || strstr(error.text, says) == NULL)
        fail_msg("\"%s\" does not say \"%s\"", error.text, says);
    buffer_clear(&fixture->text);
}

/* Nothing of a refused file stays, and what was there does. */
static void test_what_is_refused(void **state)
{
    struct fixture *fixture = *state;
    struct error error = ERROR_NONE;
    fill(fixture);
    assert_int_equal(import(fixture, &error), 0);
    buffer_clear(&fixture->text);
    refuse(fixture, "it is empty");
    add_request(fixture, 2, 100, OK, 0, 0);
    (void)buffer_append_text(&fixture->text, "{\"metric\":7}\n");
    refuse(fixture, "k6:7: expected a line of k6's JSON output");
    add_point(fixture, "vus", 2, 1, "null");
    refuse(fixture, "k6's results hold no request");
    add_request(fixture, 100, 10, OK, 0, 0);
    refuse(fixture, "k6's requests are of another time, 2026-11-22T10:01:39Z to 2026-11-22T10:01:40Z; the recording is of "
                    "2026-11-22T10:00:00Z to 2026-11-22T10:00:20Z");
    (void)buffer_append(&fixture->text, "{\"a\":\0}\n", 8);
    refuse(fixture, "k6:1: expected text, not a NUL character");
    for (int i = 0; i < 300000; i++)
        (void)buffer_append_character(&fixture->text, '{');
    refuse(fixture, "k6:1: longer than 262144 bytes");
    for (int i = 0; i < 21; i++) {
        AUTO_FREE char *tags = memory_format("{\"scenario\":\"s%d\",\"status\":\"200\"}", i);
        add_request(fixture, 2 + i * 0.1, 10, tags, 0, 0);
    }
    refuse(fixture, "more than 20 scenarios");
    check_filled(fixture);
    assert_int_equal(k6_import(fixture->run, (const char *const[]){"/nowhere"}, 1, &error), -1);
    assert_string_equal(error.text, "/nowhere: No such file or directory");
}

static void test_a_run_with_a_load_of_its_own(void **state)
{
    struct fixture *fixture = *state;
    AUTO_FREE char *run = memory_format("%s/loaded", fixture->folder);
    struct error error = ERROR_NONE;
    record(run, SECOND, "[{\"name\":\"visitors\",\"executor\":\"constant-vus\"}]");
    fill(fixture);
    assert_int_equal(k6_import(run, (const char *const[]){fixture->file}, 1, &error), -1);
    assert_non_null(strstr(error.text, "the run has a load of its own"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_json, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_several_compressed_files, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_csv_of_whole_seconds, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_a_file_that_is_cut_off, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_what_is_refused, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_a_run_with_a_load_of_its_own, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
