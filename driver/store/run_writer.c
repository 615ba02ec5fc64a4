#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "driver/store/store_state.h"

#define LARGEST_HISTOGRAM (4 * 1024 * 1024)
#define CHECKS_TEXT_SIZE (LOAD_MOST_CHECKS * 48)

static const char *const STATEMENT_TEXTS[STATEMENT_COUNT] = {
    [INSERT_TICK] = "INSERT INTO tick(variant, load, second, target_rate, planned, sent, late, dropped, in_flight, cpu, lateness,"
                    " part, phase, vus) VALUES(?,?,?,?,?,?,?,?,?,?,?,?,?,?)",
    [INSERT_ROW] =
        "INSERT INTO row(variant, load, second, server, warmth, ok, status, refused, reset, timeout, truncated,"
        " dropped, aborted, connections, bytes_received, first_sent, last_sent, last_connection, response, service, part,"
        " request, phase, bytes_sent, checks)"
        " VALUES(?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)",
    [INSERT_EXEMPLAR] = "INSERT INTO exemplar(variant, load, reason, outcome, http_status, intended, sent, finished, server,"
                        " server_age, warmth, new_connection, part, request, phase) VALUES(?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)",
    [INSERT_SHARE] = "INSERT INTO share(variant, load, second, target, server, given, failures) VALUES(?,?,?,?,?,?,?)",
    [INSERT_GENERATOR] = "INSERT OR REPLACE INTO generator(variant, part, pod, node, share, joined, clock_ahead, clock_error,"
                         " start_skew, cpu, memory, lost, reason, unsent, unknown, unsent_share)"
                         " VALUES(?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)",
    [INSERT_CHANGE] = "INSERT INTO change(variant, time, type, resource, name, text, object)"
                      " VALUES(?,?,?,?,?,?,nullif(?, 0))",
    [INSERT_OBJECT] = "INSERT INTO object(hash, json) VALUES(?,?)",
    [FIND_OBJECT] = "SELECT id FROM object WHERE hash = ? AND json = ?",
};

int store_run_once(struct run_store *store, const char *sql, void (*bind)(struct binder *, const void *), const void *values,
                   const char *what, struct error *error)
{
    sqlite3_stmt *statement = database_prepare(&store->database, sql, error);
    if (statement == NULL)
        return -1;
    struct binder binder = {.statement = statement};
    bind(&binder, values);
    int result = database_run(&store->database, statement, what, error);
    sqlite3_finalize(statement);
    return result;
}

static void bind_description(struct binder *binder, const void *values)
{
    const struct run_description *run = values;
    bind_text(binder, run->lesson_name);
    bind_text(binder, run->lesson_title);
    bind_text(binder, run->lesson_file);
    bind_text(binder, run->lesson_hash);
    bind_text(binder, run->lesson_text);
    bind_text(binder, run->explanation);
    bind_text(binder, run->cluster);
    bind_text(binder, run->cluster_version);
    bind_text(binder, run->pace);
    bind_text(binder, run->machine);
    bind_text(binder, run->command);
    bind_integer(binder, run->started_wall);
}

int store_prepare_writing(struct run_store *store, struct error *error)
{
    store->writing = true;
    buffer_init(&store->first_histogram, LARGEST_HISTOGRAM);
    buffer_init(&store->second_histogram, LARGEST_HISTOGRAM);
    for (size_t index = 0; index < STATEMENT_COUNT; index++) {
        store->statements[index] = database_prepare(&store->database, STATEMENT_TEXTS[index], error);
        if (store->statements[index] == NULL)
            return -1;
    }
    return 0;
}

struct run_store *run_store_create(const char *folder, const struct run_description *description, struct error *error)
{
    struct run_store *store = memory_allocate(1, sizeof *store);
    if (database_create(&store->database, folder, error) < 0 || store_prepare_writing(store, error) < 0 ||
        store_run_once(store, "INSERT INTO run VALUES(1,?,?,?,?,?,?,?,?,?,?,?,?,0)", bind_description, description,
                       "cannot write", error) < 0 ||
        run_store_commit(store, error) < 0) {
        run_store_close(store);
        return NULL;
    }
    return store;
}

/* A transaction that a full disk rolled back, or that was committed, is followed by a new one. */
static int begin(struct run_store *store, struct error *error)
{
    if (!store->writing)
        return error_set(error, "%s: this run was opened for reading", store->database.path);
    if (sqlite3_get_autocommit(store->database.handle) == 0)
        return 0;
    return database_execute(&store->database, "BEGIN IMMEDIATE", error);
}

static int begin_in_variant(struct run_store *store, struct error *error)
{
    if (store->variant == 0)
        return error_set(error, "%s: no variant was begun", store->database.path);
    return begin(store, error);
}

static void bind_variant(struct binder *binder, const void *values)
{
    const struct variant_description *variant = values;
    bind_text(binder, variant->name);
    bind_text(binder, variant->title);
    bind_text(binder, variant->hpa);
    bind_integer(binder, variant->spike_over);
    bind_integer(binder, variant->load_duration);
    bind_text(binder, variant->load_json);
    bind_integer(binder, variant->started_wall);
}

static int add_expectations(struct run_store *store, const struct variant_description *variant, struct error *error)
{
    if (variant->expectation_count == 0)
        return 0;
    sqlite3_stmt *statement = database_prepare(&store->database, "INSERT INTO expectation VALUES(?,?,?)", error);
    if (statement == NULL)
        return -1;
    int result = 0;
    for (size_t index = 0; index < variant->expectation_count && result == 0; index++) {
        struct binder binder = {.statement = statement};
        bind_integer(&binder, store->variant);
        bind_count(&binder, index);
        bind_text(&binder, variant->expectations[index]);
        result = database_run(&store->database, statement, "cannot write an expectation", error);
    }
    sqlite3_finalize(statement);
    return result;
}

int run_store_begin_variant(struct run_store *store, const struct variant_description *description, struct error *error)
{
    if (store->variant != 0)
        return error_set(error, "%s: the variant before has not ended", store->database.path);
    if (begin(store, error) < 0 ||
        store_run_once(store,
                       "INSERT INTO variant(name, title, hpa, spike_over, load_duration, load_json, started_wall, outcome)"
                       " VALUES(?,?,?,?,?,?,?,'')",
                       bind_variant, description, "cannot write a variant", error) < 0)
        return -1;
    store->variant = sqlite3_last_insert_rowid(store->database.handle);
    return add_expectations(store, description, error);
}

static void bind_histogram(struct binder *binder, const struct histogram *histogram, struct buffer *bytes)
{
    buffer_clear(bytes);
    histogram_encode(histogram, bytes);
    bind_bytes(binder, bytes->data, bytes->length);
}

int run_store_add_tick(struct run_store *store, const char *load, const struct load_tick *tick, struct error *error)
{
    if (begin_in_variant(store, error) < 0)
        return -1;
    struct binder binder = {.statement = store->statements[INSERT_TICK]};
    bind_integer(&binder, store->variant);
    bind_text(&binder, load);
    bind_integer(&binder, tick->second);
    bind_number(&binder, tick->target_rate);
    bind_count(&binder, tick->planned);
    bind_count(&binder, tick->sent);
    bind_count(&binder, tick->late);
    bind_count(&binder, tick->dropped);
    bind_count(&binder, tick->in_flight);
    bind_number(&binder, tick->cpu);
    bind_histogram(&binder, &tick->lateness, &store->first_histogram);
    bind_integer(&binder, tick->part);
    bind_text(&binder, tick->phase);
    bind_count(&binder, tick->vus);
    return database_run(&store->database, binder.statement, "cannot write a second of the load", error);
}

/* "PASSES/FAILS" of each check of the request, in the request's order. */
static const char *write_checks(const struct load_row *row, char text[CHECKS_TEXT_SIZE])
{
    size_t length = 0;
    text[0] = '\0';
    for (size_t i = 0; i < row->check_count; i++)
        length += (size_t)snprintf(text + length, CHECKS_TEXT_SIZE - length, "%s%" PRIu64 "/%" PRIu64, i > 0 ? " " : "",
                                   row->checks[i].passes, row->checks[i].fails);
    return text;
}

int run_store_add_row(struct run_store *store, const char *load, const struct load_row *row, struct error *error)
{
    char checks[CHECKS_TEXT_SIZE];
    if (begin_in_variant(store, error) < 0)
        return -1;
    struct binder binder = {.statement = store->statements[INSERT_ROW]};
    bind_integer(&binder, store->variant);
    bind_text(&binder, load);
    bind_integer(&binder, row->second);
    bind_text(&binder, row->server);
    bind_integer(&binder, row->warmth);
    for (size_t outcome = 0; outcome < OUTCOME_COUNT; outcome++)
        bind_count(&binder, row->outcomes[outcome]);
    bind_count(&binder, row->connections);
    bind_count(&binder, row->bytes_received);
    bind_integer(&binder, row->first_sent);
    bind_integer(&binder, row->last_sent);
    bind_integer(&binder, row->last_connection);
    bind_histogram(&binder, &row->response, &store->first_histogram);
    bind_histogram(&binder, &row->service, &store->second_histogram);
    bind_integer(&binder, row->part);
    bind_text(&binder, row->request);
    bind_text(&binder, row->phase);
    bind_count(&binder, row->bytes_sent);
    bind_text(&binder, write_checks(row, checks));
    return database_run(&store->database, binder.statement, "cannot write results", error);
}

int run_store_add_exemplar(struct run_store *store, const char *load, const struct load_exemplar *exemplar, struct error *error)
{
    if (begin_in_variant(store, error) < 0)
        return -1;
    struct binder binder = {.statement = store->statements[INSERT_EXEMPLAR]};
    bind_integer(&binder, store->variant);
    bind_text(&binder, load);
    bind_integer(&binder, exemplar->reason);
    bind_integer(&binder, exemplar->outcome);
    bind_integer(&binder, exemplar->http_status);
    bind_integer(&binder, exemplar->intended);
    bind_integer(&binder, exemplar->sent);
    bind_integer(&binder, exemplar->finished);
    bind_text(&binder, exemplar->server);
    bind_integer(&binder, exemplar->server_age);
    bind_integer(&binder, exemplar->warmth);
    bind_integer(&binder, exemplar->new_connection);
    bind_integer(&binder, exemplar->part);
    bind_text(&binder, exemplar->request);
    bind_text(&binder, exemplar->phase);
    return database_run(&store->database, binder.statement, "cannot write a request", error);
}

int run_store_add_share(struct run_store *store, const char *load, const struct load_share *share, struct error *error)
{
    if (begin_in_variant(store, error) < 0)
        return -1;
    struct binder binder = {.statement = store->statements[INSERT_SHARE]};
    bind_integer(&binder, store->variant);
    bind_text(&binder, load);
    bind_integer(&binder, share->second);
    bind_number(&binder, share->target);
    bind_text(&binder, share->server);
    bind_number(&binder, share->given);
    bind_count(&binder, share->failures);
    return database_run(&store->database, binder.statement, "cannot write a pod's share", error);
}

int run_store_add_generator(struct run_store *store, const struct load_generator *generator, struct error *error)
{
    if (begin_in_variant(store, error) < 0)
        return -1;
    struct binder binder = {.statement = store->statements[INSERT_GENERATOR]};
    bind_integer(&binder, store->variant);
    bind_integer(&binder, generator->part);
    bind_text(&binder, generator->pod);
    bind_text(&binder, generator->node);
    bind_number(&binder, generator->share);
    bind_integer(&binder, generator->joined);
    bind_integer(&binder, generator->clock_ahead);
    bind_integer(&binder, generator->clock_error);
    bind_integer(&binder, generator->start_skew);
    bind_number(&binder, generator->cpu);
    bind_count(&binder, generator->memory);
    if (generator->lost != LOAD_NEVER)
        bind_integer(&binder, generator->lost);
    else
        binder.position++;
    bind_text(&binder, generator->reason);
    bind_count(&binder, generator->unsent);
    bind_count(&binder, generator->unknown);
    bind_number(&binder, generator->unsent_share);
    return database_run(&store->database, binder.statement, "cannot write a generator", error);
}

/* FNV-1a; only to find candidates, whose texts are then compared. */
static int64_t hash_text(const char *text)
{
    uint64_t hash = UINT64_C(14695981039346656037);
    for (const unsigned char *at = (const unsigned char *)text; *at != '\0'; at++)
        hash = (hash ^ *at) * UINT64_C(1099511628211);
    return (int64_t)hash;
}

static int keep_object(struct run_store *store, const cJSON *object, int64_t *id, struct error *error)
{
    *id = 0;
    if (object == NULL)
        return 0;
    AUTO_FREE char *json = json_print(object);
    struct binder find = {.statement = store->statements[FIND_OBJECT]};
    bind_integer(&find, hash_text(json));
    bind_text(&find, json);
    if (sqlite3_step(find.statement) == SQLITE_ROW)
        *id = sqlite3_column_int64(find.statement, 0);
    sqlite3_reset(find.statement);
    sqlite3_clear_bindings(find.statement);
    if (*id != 0)
        return 0;
    struct binder insert = {.statement = store->statements[INSERT_OBJECT]};
    bind_integer(&insert, hash_text(json));
    bind_text(&insert, json);
    if (database_run(&store->database, insert.statement, "cannot write an object", error) < 0)
        return -1;
    *id = sqlite3_last_insert_rowid(store->database.handle);
    return 0;
}

int run_store_add_change(struct run_store *store, int64_t time, const struct change *change, struct error *error)
{
    int64_t object = 0;
    if (begin_in_variant(store, error) < 0 || keep_object(store, change->object, &object, error) < 0)
        return -1;
    struct binder binder = {.statement = store->statements[INSERT_CHANGE]};
    bind_integer(&binder, store->variant);
    bind_integer(&binder, time);
    bind_integer(&binder, change->type);
    bind_text(&binder, change->resource);
    bind_text(&binder, change->name);
    if (change->text != NULL)
        bind_text(&binder, change->text);
    else
        binder.position++;
    bind_integer(&binder, object);
    return database_run(&store->database, binder.statement, "cannot write a change", error);
}

struct variant_end {
    const char *outcome;
    int64_t variant;
};

static void bind_variant_end(struct binder *binder, const void *values)
{
    const struct variant_end *end = values;
    bind_text(binder, end->outcome);
    bind_integer(binder, end->variant);
}

int run_store_end_variant(struct run_store *store, const char *outcome, struct error *error)
{
    if (begin_in_variant(store, error) < 0)
        return -1;
    struct variant_end end = {.outcome = outcome, .variant = store->variant};
    if (store_run_once(store, "UPDATE variant SET outcome = ? WHERE id = ?", bind_variant_end, &end, "cannot end a variant",
                       error) < 0)
        return -1;
    store->variant = 0;
    return run_store_commit(store, error);
}

static void bind_note(struct binder *binder, const void *values)
{
    bind_text(binder, values);
}

int run_store_add_note(struct run_store *store, const char *text, struct error *error)
{
    if (begin(store, error) < 0)
        return -1;
    return store_run_once(store, "INSERT INTO note(text) VALUES(?)", bind_note, text, "cannot write a note", error);
}

int run_store_commit(struct run_store *store, struct error *error)
{
    if (sqlite3_get_autocommit(store->database.handle) != 0)
        return 0;
    if (sqlite3_exec(store->database.handle, "COMMIT", NULL, NULL, NULL) != SQLITE_OK)
        return database_error(&store->database, "cannot commit", error);
    return 0;
}

int run_store_finish(struct run_store *store, struct error *error)
{
    if (begin(store, error) < 0 || database_execute(&store->database, "UPDATE run SET complete = 1", error) < 0 ||
        run_store_commit(store, error) < 0)
        return -1;
    /* A finished run is one plain file, which can be copied or made read-only. A reader that holds the log open keeps
     * it as it is, which is readable too. */
    sqlite3_exec(store->database.handle, "PRAGMA journal_mode = DELETE", NULL, NULL, NULL);
    return 0;
}
