#include "driver/store/store_state.h"

static int recognise(struct run_store *store, struct error *error)
{
    const struct database *database = &store->database;
    if (database->version != DATABASE_VERSION)
        return error_set(error, "%s: made by an older hpalab (format %lld); nothing can be added to it", database->path,
                         (long long)database->version);
    return 0;
}

struct run_store *run_store_open_to_add(const char *path, struct error *error)
{
    struct run_store *store = memory_allocate(1, sizeof *store);
    if (database_open_writable(&store->database, path, error) == 0 && store_load_summary(store, error) == 0 &&
        recognise(store, error) == 0 && store_prepare_writing(store, error) == 0) {
        store->variant = store->summary.variant_count > 0 ? 1 : 0;
        return store;
    }
    run_store_close(store);
    return NULL;
}

static void bind_variant_id(struct binder *binder, const void *values)
{
    const struct run_store *store = values;
    bind_integer(binder, store->variant);
}

int run_store_forget_load(struct run_store *store, struct error *error)
{
    static const char *const statements[] = {"DELETE FROM tick WHERE variant = ?", "DELETE FROM row WHERE variant = ?",
                                             "DELETE FROM exemplar WHERE variant = ?"};
    for (size_t i = 0; i < sizeof statements / sizeof statements[0]; i++)
        if (store_run_once(store, statements[i], bind_variant_id, store, "cannot remove a load", error) < 0)
            return -1;
    return 0;
}

struct load_text {
    const char *json;
    int64_t variant;
};

static void bind_load_text(struct binder *binder, const void *values)
{
    const struct load_text *text = values;
    bind_text(binder, text->json);
    bind_integer(binder, text->variant);
}

int run_store_describe_load(struct run_store *store, const char *load_json, struct error *error)
{
    const struct load_text text = {.json = load_json, .variant = store->variant};
    return store_run_once(store, "UPDATE variant SET load_json = ? WHERE id = ?", bind_load_text, &text, "cannot describe a load",
                          error);
}

static void bind_head(struct binder *binder, const void *values)
{
    bind_text(binder, values);
    bind_text(binder, values);
}

int run_store_forget_notes(struct run_store *store, const char *head, struct error *error)
{
    return store_run_once(store, "DELETE FROM note WHERE substr(text, 1, length(?)) = ?", bind_head, head, "cannot remove a note",
                          error);
}

void run_store_roll_back(struct run_store *store)
{
    if (sqlite3_get_autocommit(store->database.handle) == 0)
        (void)sqlite3_exec(store->database.handle, "ROLLBACK", NULL, NULL, NULL);
}
