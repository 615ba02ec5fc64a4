/*
 * What a struct run_store is made of; the writer and the reader each use their part.
 */
#ifndef DRIVER_STORE_STORE_STATE_H
#define DRIVER_STORE_STORE_STATE_H

#include "common/buffer.h"
#include "driver/store/database.h"
#include "driver/store/run_store.h"

enum insert {
    INSERT_TICK,
    INSERT_ROW,
    INSERT_EXEMPLAR,
    INSERT_SHARE,
    INSERT_GENERATOR,
    INSERT_CHANGE,
    INSERT_OBJECT,
    FIND_OBJECT,
    STATEMENT_COUNT,
};

struct run_store {
    struct database database;

    bool writing;
    int64_t variant; /* being written; 0 = none */
    sqlite3_stmt *statements[STATEMENT_COUNT];
    struct buffer first_histogram;
    struct buffer second_histogram;

    struct run_summary summary;
    struct variant_summary *variants;
};

/* What the functions that add to a run need. */
int store_prepare_writing(struct run_store *store, struct error *error);

/* Reads what is known of the run as a whole. */
int store_load_summary(struct run_store *store, struct error *error);

/* Runs one statement with its values. */
int store_run_once(struct run_store *store, const char *sql, void (*bind)(struct binder *, const void *), const void *values,
                   const char *what, struct error *error);

#endif
