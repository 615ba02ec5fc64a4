#include <stdlib.h>

#include "driver/store/store_state.h"

/* The texts of a summary are the store's own copies; its public type says const for the readers. */
static void free_text(const char *text)
{
    free((void *)(uintptr_t)text);
}

static void free_texts(const char *const *texts, size_t count)
{
    for (size_t index = 0; index < count; index++)
        free_text(texts[index]);
    free((void *)(uintptr_t)texts);
}

static void free_description(const struct run_description *run)
{
    const char *const texts[] = {run->lesson_name, run->lesson_title, run->lesson_file, run->lesson_hash,
                                 run->lesson_text, run->explanation,  run->cluster,     run->cluster_version,
                                 run->pace,        run->machine,      run->command};
    for (size_t index = 0; index < sizeof texts / sizeof *texts; index++)
        free_text(texts[index]);
}

static void free_variant(const struct variant_summary *variant)
{
    free_text(variant->description.name);
    free_text(variant->description.title);
    free_text(variant->description.hpa);
    free_text(variant->description.load_json);
    free_text(variant->outcome);
    free_texts(variant->description.expectations, variant->description.expectation_count);
}

void run_store_close(struct run_store *store)
{
    if (store == NULL)
        return;
    if (store->writing && store->database.handle != NULL)
        run_store_commit(store, NULL);
    for (size_t index = 0; index < STATEMENT_COUNT; index++)
        sqlite3_finalize(store->statements[index]);
    database_close(&store->database);
    buffer_release(&store->first_histogram);
    buffer_release(&store->second_histogram);
    free_description(&store->summary.description);
    free_texts(store->summary.notes, store->summary.note_count);
    for (size_t index = 0; index < store->summary.variant_count; index++)
        free_variant(&store->variants[index]);
    free(store->variants);
    free(store);
}
