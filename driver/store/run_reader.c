#include <stdlib.h>

#include "driver/store/store_state.h"

/* More than any lesson has; a damaged or hostile file ends here. */
#define MOST_VARIANTS 1000
#define MOST_NOTES 10000
#define MOST_EXPECTATIONS 1000

static const char *copy_column(sqlite3_stmt *statement, int column)
{
    return memory_copy_text(column_text(statement, column));
}

static int load_description(struct run_store *store, struct error *error)
{
    sqlite3_stmt *statement =
        database_prepare(&store->database,
                         "SELECT lesson_name, lesson_title, lesson_file, lesson_hash, lesson_text, explanation, cluster,"
                         " cluster_version, pace, machine, command, started_wall, complete FROM run WHERE id = 1",
                         error);
    if (statement == NULL)
        return -1;
    int code = sqlite3_step(statement);
    if (code == SQLITE_ROW) {
        store->summary.description = (struct run_description){
            .lesson_name = copy_column(statement, 0),
            .lesson_title = copy_column(statement, 1),
            .lesson_file = copy_column(statement, 2),
            .lesson_hash = copy_column(statement, 3),
            .lesson_text = copy_column(statement, 4),
            .explanation = copy_column(statement, 5),
            .cluster = copy_column(statement, 6),
            .cluster_version = copy_column(statement, 7),
            .pace = copy_column(statement, 8),
            .machine = copy_column(statement, 9),
            .command = copy_column(statement, 10),
            .started_wall = sqlite3_column_int64(statement, 11),
        };
        store->summary.complete = sqlite3_column_int64(statement, 12) != 0;
    } else {
        code == SQLITE_DONE ? error_set(error, "%s: the run was never described", store->database.path)
                            : database_error(&store->database, "cannot read the run", error);
    }
    sqlite3_finalize(statement);
    return code == SQLITE_ROW ? 0 : -1;
}

/* Reads one column of text from every row; what came before a failure is still in *texts. */
static int load_texts(struct run_store *store, const char *sql, int64_t parameter, size_t most, const char ***texts,
                      size_t *count, struct error *error)
{
    sqlite3_stmt *statement = database_prepare(&store->database, sql, error);
    if (statement == NULL)
        return -1;
    if (sqlite3_bind_parameter_count(statement) > 0)
        sqlite3_bind_int64(statement, 1, parameter);
    int code;
    while ((code = sqlite3_step(statement)) == SQLITE_ROW && *count < most) {
        *texts = memory_resize(*texts, *count + 1, sizeof **texts);
        (*texts)[(*count)++] = copy_column(statement, 0);
    }
    int result = code == SQLITE_ROW || code == SQLITE_DONE ? 0 : database_error(&store->database, "cannot read the run", error);
    sqlite3_finalize(statement);
    return result;
}

static int load_expectations(struct run_store *store, int64_t id, struct variant_description *description, struct error *error)
{
    const char **texts = NULL;
    int result = load_texts(store, "SELECT text FROM expectation WHERE variant = ? ORDER BY position", id, MOST_EXPECTATIONS,
                            &texts, &description->expectation_count, error);
    description->expectations = texts;
    return result;
}

static int load_variant(struct run_store *store, sqlite3_stmt *statement, struct error *error)
{
    store->variants = memory_resize(store->variants, store->summary.variant_count + 1, sizeof *store->variants);
    struct variant_summary *variant = &store->variants[store->summary.variant_count++];
    *variant = (struct variant_summary){
        .description = {.name = copy_column(statement, 1),
                        .title = copy_column(statement, 2),
                        .hpa = copy_column(statement, 3),
                        .spike_over = sqlite3_column_int64(statement, 4),
                        .load_duration = sqlite3_column_int64(statement, 5),
                        .load_json = copy_column(statement, 6),
                        .started_wall = sqlite3_column_int64(statement, 7)},
        .outcome = copy_column(statement, 8),
    };
    if (sqlite3_column_int64(statement, 0) != (int64_t)store->summary.variant_count)
        return error_set(error, "%s: the variants are not numbered from 1", store->database.path);
    return load_expectations(store, sqlite3_column_int64(statement, 0), &variant->description, error);
}

static int load_variants(struct run_store *store, struct error *error)
{
    sqlite3_stmt *statement = database_prepare(
        &store->database,
        "SELECT id, name, title, hpa, spike_over, load_duration, load_json, started_wall, outcome FROM variant ORDER BY id",
        error);
    if (statement == NULL)
        return -1;
    int code;
    int result = 0;
    while (result == 0 && (code = sqlite3_step(statement)) == SQLITE_ROW && store->summary.variant_count < MOST_VARIANTS)
        result = load_variant(store, statement, error);
    if (result == 0 && code != SQLITE_DONE && code != SQLITE_ROW)
        result = database_error(&store->database, "cannot read the run", error);
    sqlite3_finalize(statement);
    return result;
}

int store_load_summary(struct run_store *store, struct error *error)
{
    const char **notes = NULL;
    int result = load_description(store, error);
    if (result == 0)
        result = load_texts(store, "SELECT text FROM note ORDER BY id", 0, MOST_NOTES, &notes, &store->summary.note_count, error);
    store->summary.notes = notes;
    return result < 0 ? -1 : load_variants(store, error);
}

struct run_store *run_store_open(const char *path, struct error *error)
{
    struct run_store *store = memory_allocate(1, sizeof *store);
    if (database_open(&store->database, path, error) == 0 && store_load_summary(store, error) == 0)
        return store;
    run_store_close(store);
    return NULL;
}

const struct run_summary *run_store_summary(const struct run_store *store)
{
    return &store->summary;
}

const struct variant_summary *run_store_variant(const struct run_store *store, size_t index)
{
    return index < store->summary.variant_count ? &store->variants[index] : NULL;
}
