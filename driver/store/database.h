/*
 * The SQLite file under a run: how it is made, opened, recognised and spoken to. Only this room includes it.
 */
#ifndef DRIVER_STORE_DATABASE_H
#define DRIVER_STORE_DATABASE_H

#include <sqlite3.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/error.h"

/* Marks the file as a run ("hpal" as a number), next to the version of its tables. */
#define DATABASE_APPLICATION_ID 0x6870616c
#define DATABASE_VERSION 4

/* The name of the file in a run's folder. */
#define DATABASE_FILE "run.db"

struct database {
    sqlite3 *handle;
    char *path;             /* as shown in errors */
    int64_t version;        /* of its tables, once opened for reading: 1 has no table share, 2 no parts and generators, 3 no
                               names of requests, phases, checks, bytes sent and VUs */
    char *temporary_folder; /* a copy was opened, here; NULL = none */
};

/* Makes folder (0700, its parents too) and a new file (0600) with empty tables. An existing run is an error.
 * Each commit is synced: WAL with synchronous=FULL, since one sync a second is cheap and a commit is promised to
 * outlive a power cut, not only a kill. */
int database_create(struct database *database, const char *folder, struct error *error);

/* Opens an existing run for reading: path of the folder or of the file, while it is written, after its writer was
 * killed, on read-only media (then from a private copy when the write-ahead log holds anything, since a log cannot be
 * replayed in place). The transaction stays open, so that everything read belongs to one moment. */
int database_open(struct database *database, const char *path, struct error *error);

/* Opens an existing run in place to write to it, and begins a transaction. */
int database_open_writable(struct database *database, const char *path, struct error *error);

/* Harmless on a zeroed struct. */
void database_close(struct database *database);

/* Runs statements without results. */
int database_execute(struct database *database, const char *sql, struct error *error);

sqlite3_stmt *database_prepare(struct database *database, const char *sql, struct error *error);

/* Sets "PATH: what: SQLite's message"; returns -1. */
int database_error(const struct database *database, const char *what, struct error *error);

/* Values of a statement in order, from the first parameter. */
struct binder {
    sqlite3_stmt *statement;
    int position;
};
void bind_integer(struct binder *binder, int64_t value);
void bind_count(struct binder *binder, uint64_t value); /* held at the largest that SQLite keeps */
void bind_number(struct binder *binder, double value);
void bind_text(struct binder *binder, const char *text); /* NULL as empty; must live until the statement is reset */
void bind_bytes(struct binder *binder, const void *bytes, size_t length);

/* Runs an insert or update with its bound values, and makes it ready for the next. */
int database_run(struct database *database, sqlite3_stmt *statement, const char *what, struct error *error);

/* Column as text, never NULL; belongs to the statement until its next step. */
const char *column_text(sqlite3_stmt *statement, int column);

#endif
