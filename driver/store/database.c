#include "driver/store/database.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/memory.h"
#include "driver/store/schema.h"
#include "driver/store/snapshot.h"

#define BUSY_TIMEOUT_MILLISECONDS 5000
#define LARGEST_VALUE (64 * 1024 * 1024)

int database_error(const struct database *database, const char *what, struct error *error)
{
    const char *reason = database->handle != NULL ? sqlite3_errmsg(database->handle) : "out of memory";
    return error_set(error, "%s: %s: %s", database->path, what, reason);
}

int database_execute(struct database *database, const char *sql, struct error *error)
{
    if (sqlite3_exec(database->handle, sql, NULL, NULL, NULL) != SQLITE_OK)
        return database_error(database, "cannot use the run", error);
    return 0;
}

sqlite3_stmt *database_prepare(struct database *database, const char *sql, struct error *error)
{
    sqlite3_stmt *statement = NULL;
    if (sqlite3_prepare_v3(database->handle, sql, -1, SQLITE_PREPARE_PERSISTENT, &statement, NULL) != SQLITE_OK) {
        database_error(database, "cannot use the run", error);
        return NULL;
    }
    return statement;
}

static int make_folders(const char *folder, struct error *error)
{
    AUTO_FREE char *path = memory_copy_text(folder);
    for (char *slash = strchr(path + 1, '/'); *path != '\0' && slash != NULL; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        if (mkdir(path, 0700) < 0 && errno != EEXIST)
            return error_set(error, "cannot make folder %s: %s", path, strerror(errno));
        *slash = '/';
    }
    if (mkdir(path, 0700) < 0 && errno != EEXIST)
        return error_set(error, "cannot make folder %s: %s", path, strerror(errno));
    return 0;
}

static int make_file(const char *path, struct error *error)
{
    AUTO_CLOSE int file = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (file < 0 && errno == EEXIST)
        return error_set(error, "%s: there is a run already", path);
    if (file < 0)
        return error_set(error, "cannot make %s: %s", path, strerror(errno));
    return 0;
}

static void harden(sqlite3 *handle)
{
    sqlite3_limit(handle, SQLITE_LIMIT_LENGTH, LARGEST_VALUE);
    sqlite3_db_config(handle, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
    sqlite3_db_config(handle, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
    sqlite3_busy_timeout(handle, BUSY_TIMEOUT_MILLISECONDS);
}

static int make_tables(struct database *database, struct error *error)
{
    AUTO_FREE char *marks =
        memory_format("PRAGMA application_id = %d; PRAGMA user_version = %d;", DATABASE_APPLICATION_ID, DATABASE_VERSION);
    if (database_execute(database, "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;", error) < 0)
        return -1;
    if (database_execute(database, "BEGIN IMMEDIATE;", error) < 0 || database_execute(database, SCHEMA_STATEMENTS, error) < 0)
        return -1;
    return database_execute(database, marks, error);
}

int database_create(struct database *database, const char *folder, struct error *error)
{
    *database = (struct database){.path = memory_format("%s/" DATABASE_FILE, folder)};
    if (make_folders(folder, error) < 0 || make_file(database->path, error) < 0) {
        database_close(database);
        return -1;
    }
    int code = sqlite3_open_v2(database->path, &database->handle, SQLITE_OPEN_READWRITE, NULL);
    if (code == SQLITE_OK)
        harden(database->handle);
    if (code != SQLITE_OK || make_tables(database, error) < 0) {
        if (code != SQLITE_OK)
            database_error(database, "cannot open", error);
        database_close(database);
        return -1;
    }
    return 0;
}

static int read_number(struct database *database, const char *sql, int64_t *value, struct error *error)
{
    sqlite3_stmt *statement = database_prepare(database, sql, error);
    if (statement == NULL)
        return -1;
    bool found = sqlite3_step(statement) == SQLITE_ROW;
    *value = found ? sqlite3_column_int64(statement, 0) : 0;
    sqlite3_finalize(statement);
    return found ? 0 : database_error(database, "cannot read the run", error);
}

/* The check's findings come on several lines; the last of the first finding tells the most. */
static int report_damage(const struct database *database, const char *finding, struct error *error)
{
    const char *line = strrchr(finding, '\n');
    return error_set(error, "%s: the file is damaged: %.200s", database->path, line != NULL ? line + 1 : finding);
}

static int check_pages(struct database *database, struct error *error)
{
    sqlite3_stmt *statement = database_prepare(database, "PRAGMA quick_check(1)", error);
    if (statement == NULL)
        return -1;
    int result = 0;
    if (sqlite3_step(statement) != SQLITE_ROW)
        result = database_error(database, "cannot read the run", error);
    else if (strcmp(column_text(statement, 0), "ok") != 0)
        result = report_damage(database, column_text(statement, 0), error);
    sqlite3_finalize(statement);
    return result;
}

/* Runs of before there were several generators are read as if all had come from the only one, those of before requests had
 * names as if they were all of one. */
static int add_columns(struct database *database, struct error *error)
{
    const char *part = database->version < 3 ? ", 0 AS part" : "";
    AUTO_FREE char *sql = memory_format("PRAGMA temp_store = MEMORY;"
                                        "CREATE TEMP VIEW tick AS SELECT *%s, '' AS phase, 0 AS vus FROM main.tick;"
                                        "CREATE TEMP VIEW row AS SELECT *%s, '' AS request, '' AS phase, 0 AS bytes_sent,"
                                        " '' AS checks FROM main.row;"
                                        "CREATE TEMP VIEW exemplar AS SELECT *%s, '' AS request, '' AS phase FROM main.exemplar;",
                                        part, part, part);
    return database_execute(database, sql, error);
}

static int recognise(struct database *database, const char *begin, struct error *error)
{
    int64_t application = 0;
    int64_t version = 0;
    if (database_execute(database, begin, error) < 0 || read_number(database, "PRAGMA application_id", &application, error) < 0 ||
        read_number(database, "PRAGMA user_version", &version, error) < 0)
        return -1;
    if (application != DATABASE_APPLICATION_ID)
        return error_set(error, "%s: this is no run of hpalab", database->path);
    if (version > DATABASE_VERSION)
        return error_set(error, "%s: made by a newer hpalab (format %lld; this one reads up to %d)", database->path,
                         (long long)version, DATABASE_VERSION);
    if (version < 1)
        return error_set(error, "%s: format %lld is not known", database->path, (long long)version);
    database->version = version;
    if (version < 4 && add_columns(database, error) < 0)
        return -1;
    return check_pages(database, error);
}

/* Opens one file in one way; on failure the handle is closed again, so that another way can be tried. */
static int open_as(struct database *database, const char *file, const char *parameters, struct error *error)
{
    AUTO_FREE char *uri = snapshot_uri(file, parameters);
    int code = sqlite3_open_v2(uri, &database->handle, SQLITE_OPEN_READONLY | SQLITE_OPEN_URI, NULL);
    if (code == SQLITE_OK) {
        harden(database->handle);
        code =
            sqlite3_exec(database->handle, "PRAGMA cell_size_check = ON; SELECT count(*) FROM sqlite_schema;", NULL, NULL, NULL);
    }
    if (code == SQLITE_OK)
        return 0;
    database_error(database, "cannot read the run", error);
    sqlite3_close(database->handle);
    database->handle = NULL;
    return -1;
}

static int open_any(struct database *database, struct error *error)
{
    struct error first = ERROR_NONE;
    if (open_as(database, database->path, "mode=ro", &first) == 0)
        return 0;
    if (!snapshot_has_log(database->path)) {
        if (open_as(database, database->path, "immutable=1", NULL) == 0)
            return 0;
        return error_set(error, "%s", first.text);
    }
    database->temporary_folder = snapshot_copy(database->path, error);
    if (database->temporary_folder == NULL)
        return -1;
    AUTO_FREE char *copy = memory_format("%s/" DATABASE_FILE, database->temporary_folder);
    return open_as(database, copy, "mode=ro", error);
}

static int find_file(struct database *database, const char *path, struct error *error)
{
    struct stat status;
    *database = (struct database){0};
    if (stat(path, &status) < 0)
        return error_set(error, "%s: %s", path, strerror(errno));
    database->path = S_ISDIR(status.st_mode) ? memory_format("%s/" DATABASE_FILE, path) : memory_copy_text(path);
    if (stat(database->path, &status) < 0)
        return error_set(error, "%s: there is no run here: %s", database->path, strerror(errno));
    return 0;
}

int database_open(struct database *database, const char *path, struct error *error)
{
    if (find_file(database, path, error) == 0 && open_any(database, error) == 0 && recognise(database, "BEGIN;", error) == 0)
        return 0;
    database_close(database);
    return -1;
}

int database_open_writable(struct database *database, const char *path, struct error *error)
{
    if (find_file(database, path, error) == 0) {
        if (sqlite3_open_v2(database->path, &database->handle, SQLITE_OPEN_READWRITE, NULL) != SQLITE_OK)
            (void)database_error(database, "cannot write to the run", error);
        else {
            harden(database->handle);
            if (recognise(database, "BEGIN IMMEDIATE;", error) == 0)
                return 0;
        }
    }
    database_close(database);
    return -1;
}

void database_close(struct database *database)
{
    sqlite3_close(database->handle);
    snapshot_remove(database->temporary_folder);
    free(database->temporary_folder);
    free(database->path);
    *database = (struct database){0};
}

void bind_integer(struct binder *binder, int64_t value)
{
    sqlite3_bind_int64(binder->statement, ++binder->position, value);
}

void bind_count(struct binder *binder, uint64_t value)
{
    bind_integer(binder, value > INT64_MAX ? INT64_MAX : (int64_t)value);
}

void bind_number(struct binder *binder, double value)
{
    sqlite3_bind_double(binder->statement, ++binder->position, value);
}

void bind_text(struct binder *binder, const char *text)
{
    sqlite3_bind_text(binder->statement, ++binder->position, text != NULL ? text : "", -1, SQLITE_STATIC);
}

void bind_bytes(struct binder *binder, const void *bytes, size_t length)
{
    sqlite3_bind_blob64(binder->statement, ++binder->position, bytes, length, SQLITE_STATIC);
}

int database_run(struct database *database, sqlite3_stmt *statement, const char *what, struct error *error)
{
    int code = sqlite3_step(statement);
    int result = code == SQLITE_DONE || code == SQLITE_ROW ? 0 : database_error(database, what, error);
    sqlite3_reset(statement);
    sqlite3_clear_bindings(statement);
    return result;
}

const char *column_text(sqlite3_stmt *statement, int column)
{
    const unsigned char *text = sqlite3_column_text(statement, column);
    return text != NULL ? (const char *)text : "";
}
