#include "driver/k6/import.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "common/clock.h"
#include "common/duration.h"
#include "common/json.h"
#include "common/memory.h"
#include "driver/k6/points_file.h"
#include "driver/k6/results.h"
#include "driver/store/run_store.h"

#define NOTE_HEAD "k6: "
#define EXECUTOR "k6"

static bool see_last(void *context, int64_t time, const struct change *change)
{
    (void)change;
    int64_t *last = context;
    *last = time > *last ? time : *last;
    return true;
}

/* Only what k6 left there before may be replaced. */
static int check_load(const struct variant_summary *variant, struct error *error)
{
    const char *text = variant->description.load_json;
    AUTO_JSON cJSON *loads = json_parse(text, strlen(text), NULL);
    const cJSON *load;
    cJSON_ArrayForEach (load, loads)
        if (strcmp(json_text(json_get(load, "executor"), ""), EXECUTOR) != 0)
            return error_set(error, "the run has a load of its own; k6's results belong to a recording (hpalab record)");
    return 0;
}

/* The run's time on the wall clock. */
static int find_times(struct run_store *store, struct k6_results *results, struct error *error)
{
    const struct run_summary *run = run_store_summary(store);
    if (run->variant_count != 1)
        return error_set(error, "the run has %zu variants; k6's results belong to one recording", run->variant_count);
    const struct variant_summary *variant = run_store_variant(store, 0);
    int64_t last = variant->description.load_duration;
    const struct run_visitor visitor = {.context = &last, .change = see_last};
    if (check_load(variant, error) < 0 || run_store_visit(store, 0, &visitor, error) < 0)
        return -1;
    results->start = variant->description.started_wall;
    results->end = results->start + last;
    results->slow_over = variant->description.spike_over;
    return 0;
}

static int keep_exemplar(void *context, const char *load, const struct load_exemplar *exemplar, struct error *error)
{
    return run_store_add_exemplar(context, load, exemplar, error);
}

static char *describe_loads(const struct k6_results *results)
{
    AUTO_JSON cJSON *list = cJSON_CreateArray();
    for (size_t i = 0; i < results->load_count; i++) {
        cJSON *load = cJSON_CreateObject();
        json_set_text(load, "name", results->loads[i].name);
        json_set_text(load, "type", "http");
        json_set_text(load, "executor", EXECUTOR);
        json_set(load, "start_rate", cJSON_CreateNumber(0));
        (void)json_array_at(load, "stages");
        (void)cJSON_AddItemToArray(list, load);
    }
    return json_print(list);
}

static int add_load(struct run_store *store, const struct k6_load *load, struct error *error)
{
    for (size_t at = 0; at < load->second_count; at++) {
        const struct k6_second *second = &load->seconds[at];
        for (size_t row = 0; row < second->row_count; row++)
            if (run_store_add_row(store, load->name, &second->rows[row], error) < 0)
                return -1;
        if (run_store_add_tick(store, load->name, &second->tick, error) < 0)
            return -1;
    }
    return 0;
}

static int add_notes(struct run_store *store, const struct k6_results *results, size_t cut_off, struct error *error)
{
    if (run_store_forget_notes(store, NOTE_HEAD, error) < 0)
        return -1;
    AUTO_FREE char *said = memory_format(NOTE_HEAD "%" PRIu64 " requests; no intended start is known: response time is "
                                                   "http_req_duration, from the send to the last byte",
                                         results->requests);
    AUTO_FREE char *left_out =
        memory_format(NOTE_HEAD "%" PRIu64 " requests and iterations of before or after the recording were "
                                "left out",
                      results->outside);
    if (run_store_add_note(store, said, error) < 0 || (results->outside > 0 && run_store_add_note(store, left_out, error) < 0))
        return -1;
    if (results->whole_seconds &&
        run_store_add_note(store,
                           NOTE_HEAD "its times are whole seconds, a request may stand a second too early; "
                                     "K6_CSV_TIME_FORMAT=unix_milli or --out json tell more",
                           error) < 0)
        return -1;
    char longest[DURATION_TEXT_SIZE];
    AUTO_FREE char *dropped = memory_format(
        NOTE_HEAD "%" PRIu64 " iterations were dropped, as all of its VUs were busy (maxVUs); an answer took up to %s",
        results->dropped, duration_format(results->longest, longest));
    if (results->dropped > 0 && run_store_add_note(store, dropped, error) < 0)
        return -1;
    if (cut_off > 0 &&
        run_store_add_note(store, NOTE_HEAD "its results end in the middle of a line: it did not end by itself", error) < 0)
        return -1;
    return 0;
}

/* What is wrong when no request is of the run's time. */
static int explain_nothing(const struct k6_results *results, struct error *error)
{
    char times[4][CLOCK_TEXT_SIZE];
    if (results->first == 0)
        return error_set(error, "k6's results hold no request (http_req_duration)");
    return error_set(error, "k6's requests are of another time, %s to %s; the recording is of %s to %s",
                     clock_format_seconds(results->first, times[0]), clock_format_seconds(results->last, times[1]),
                     clock_format_seconds(results->start, times[2]), clock_format_seconds(results->end, times[3]));
}

static int import(struct run_store *store, const char *const *files, size_t count, struct k6_results *results,
                  struct error *error)
{
    size_t cut_off = 0;
    if (find_times(store, results, error) < 0 || run_store_forget_load(store, error) < 0)
        return -1;
    for (size_t i = 0; i < count; i++) {
        bool cut = false;
        if (k6_read_points(files[i], k6_results_take, results, &cut, error) < 0 || k6_results_end_file(results, error) < 0)
            return -1;
        cut_off += cut ? 1 : 0;
    }
    if (results->requests == 0)
        return explain_nothing(results, error);
    k6_results_settle(results);
    for (size_t i = 0; i < results->load_count; i++)
        if (add_load(store, &results->loads[i], error) < 0)
            return -1;
    AUTO_FREE char *loads = describe_loads(results);
    if (run_store_describe_load(store, loads, error) < 0 || add_notes(store, results, cut_off, error) < 0)
        return -1;
    return run_store_commit(store, error);
}

int k6_import(const char *run, const char *const *files, size_t count, struct error *error)
{
    struct run_store *store = run_store_open_to_add(run, error);
    if (store == NULL)
        return -1;
    struct k6_results *results = memory_allocate(1, sizeof *results);
    results->context = store;
    results->exemplar = keep_exemplar;
    int result = import(store, files, count, results, error);
    if (result < 0)
        run_store_roll_back(store);
    k6_results_release(results);
    free(results);
    run_store_close(store);
    return result;
}
