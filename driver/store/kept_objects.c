#include "driver/store/store_state.h"

/* The table is there once something was kept. */
#define TABLE                                                                                                                    \
    "CREATE TABLE IF NOT EXISTS kept(id INTEGER PRIMARY KEY, path TEXT NOT NULL, original TEXT NOT NULL,"                        \
    " changed TEXT NOT NULL, let_go INTEGER NOT NULL) STRICT"

static int begin(struct run_store *store, struct error *error)
{
    if (sqlite3_get_autocommit(store->database.handle) == 0)
        return 0;
    return database_execute(&store->database, "BEGIN IMMEDIATE", error);
}

static void bind_object(struct binder *binder, const void *values)
{
    const struct kept_object *object = values;
    bind_text(binder, object->path);
    bind_text(binder, object->original);
    bind_text(binder, object->changed);
}

int run_store_keep(struct run_store *store, struct kept_object *object, struct error *error)
{
    if (begin(store, error) < 0 || database_execute(&store->database, TABLE, error) < 0 ||
        store_run_once(store, "INSERT INTO kept(path, original, changed, let_go) VALUES(?,?,?,0)", bind_object, object,
                       "cannot keep an object", error) < 0)
        return -1;
    object->id = sqlite3_last_insert_rowid(store->database.handle);
    return run_store_commit(store, error);
}

static void bind_id(struct binder *binder, const void *values)
{
    bind_integer(binder, *(const int64_t *)values);
}

int run_store_let_go(struct run_store *store, int64_t id, struct error *error)
{
    if (begin(store, error) < 0 ||
        store_run_once(store, "UPDATE kept SET let_go = 1 WHERE id = ?", bind_id, &id, "cannot let go of an object", error) < 0)
        return -1;
    return run_store_commit(store, error);
}

/* 1 = the run has kept something at some time. */
static int has_table(struct run_store *store, struct error *error)
{
    sqlite3_stmt *statement = database_prepare(&store->database, "SELECT 1 FROM sqlite_schema WHERE name = 'kept'", error);
    if (statement == NULL)
        return -1;
    int result = sqlite3_step(statement) == SQLITE_ROW;
    sqlite3_finalize(statement);
    return result;
}

int run_store_visit_kept(struct run_store *store, bool (*visit)(void *context, const struct kept_object *object), void *context,
                         struct error *error)
{
    int found = has_table(store, error);
    if (found <= 0)
        return found;
    sqlite3_stmt *statement = database_prepare(
        &store->database, "SELECT id, path, original, changed FROM kept WHERE let_go = 0 ORDER BY id DESC", error);
    if (statement == NULL)
        return -1;
    int code;
    bool more = true;
    while (more && (code = sqlite3_step(statement)) == SQLITE_ROW) {
        const struct kept_object object = {.id = sqlite3_column_int64(statement, 0),
                                           .path = column_text(statement, 1),
                                           .original = column_text(statement, 2),
                                           .changed = column_text(statement, 3)};
        more = visit(context, &object);
    }
    int result = !more || code == SQLITE_DONE ? 0 : database_error(&store->database, "cannot read the run", error);
    sqlite3_finalize(statement);
    return result;
}
