#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "common/clock.h"
#include "driver/store/store_state.h"

enum source { SOURCE_GENERATOR, SOURCE_CHANGE, SOURCE_TICK, SOURCE_ROW, SOURCE_EXEMPLAR, SOURCE_SHARE, SOURCE_COUNT };

/* The first column is the time; a tick and a row stand at the start of their second, a generator before everything. */
static const char *const SOURCE_TEXTS[SOURCE_COUNT] = {
    [SOURCE_GENERATOR] =
        "SELECT -9223372036854775807, part, pod, node, share, joined, clock_ahead, clock_error, start_skew, cpu, memory, lost,"
        " reason, unsent, unknown, unsent_share FROM generator WHERE variant = ? ORDER BY part",
    [SOURCE_CHANGE] =
        "SELECT change.time, type, resource, name, text, json FROM change LEFT JOIN object ON object.id = change.object"
        " WHERE variant = ? ORDER BY change.time, change.id",
    [SOURCE_TICK] =
        "SELECT second * 1000000000, load, second, target_rate, planned, sent, late, dropped, in_flight, cpu, lateness, part,"
        " phase, vus"
        " FROM tick WHERE variant = ? ORDER BY second, id",
    [SOURCE_ROW] =
        "SELECT second * 1000000000, load, second, server, warmth, ok, status, refused, reset, timeout, truncated, dropped,"
        " aborted, connections, bytes_received, first_sent, last_sent, last_connection, response, service, part,"
        " request, phase, bytes_sent, checks"
        " FROM row WHERE variant = ? ORDER BY second, id",
    [SOURCE_EXEMPLAR] =
        "SELECT intended, load, reason, outcome, http_status, intended, sent, finished, server, server_age, warmth,"
        " new_connection, part, request, phase FROM exemplar WHERE variant = ? ORDER BY intended, id",
    [SOURCE_SHARE] = "SELECT second * 1000000000, load, second, target, server, given, failures FROM share WHERE variant = ?"
                     " ORDER BY second, id",
};

struct visit {
    const struct run_store *store;
    const struct run_visitor *visitor;
    sqlite3_stmt *statements[SOURCE_COUNT]; /* NULL = not wanted, or at its end */
    struct histogram first;
    struct histogram second;
    struct error *error;
};

static int damaged(const struct visit *visit, const char *what)
{
    return error_set(visit->error, "%s: the run is damaged: %s", visit->store->database.path, what);
}

static int read_histogram(const struct visit *visit, sqlite3_stmt *statement, int column, struct histogram *histogram)
{
    const void *bytes = sqlite3_column_blob(statement, column);
    int length = sqlite3_column_bytes(statement, column);
    if (histogram_decode(histogram, bytes != NULL ? bytes : "", (size_t)length, visit->error) < 0)
        return error_context(visit->error, "%s: the run is damaged", visit->store->database.path);
    return 0;
}

static int64_t integer(sqlite3_stmt *statement, int column)
{
    return sqlite3_column_int64(statement, column);
}

static uint64_t count(sqlite3_stmt *statement, int column)
{
    int64_t value = sqlite3_column_int64(statement, column);
    return value > 0 ? (uint64_t)value : 0;
}

/* Each hand function: -1 failed, 0 the visitor has seen enough, 1 go on. */
static int hand_tick(struct visit *visit, sqlite3_stmt *statement)
{
    if (read_histogram(visit, statement, 10, &visit->first) < 0)
        return -1;
    struct load_tick tick = {
        .second = integer(statement, 2),
        .target_rate = sqlite3_column_double(statement, 3),
        .planned = count(statement, 4),
        .sent = count(statement, 5),
        .late = count(statement, 6),
        .dropped = count(statement, 7),
        .in_flight = count(statement, 8),
        .cpu = sqlite3_column_double(statement, 9),
        .lateness = visit->first,
        .part = (unsigned)count(statement, 11),
        .vus = count(statement, 13),
    };
    snprintf(tick.phase, sizeof tick.phase, "%s", column_text(statement, 12));
    return visit->visitor->tick(visit->visitor->context, column_text(statement, 1), &tick);
}

/* "PASSES/FAILS ..." */
static int read_checks(const char *text, struct load_row *row)
{
    for (const char *at = text; *at != '\0'; row->check_count++) {
        int length = 0;
        if (row->check_count == LOAD_MOST_CHECKS)
            return -1;
        struct load_check_count *check = &row->checks[row->check_count];
        if (sscanf(at, "%20" SCNu64 "/%20" SCNu64 "%n", &check->passes, &check->fails, &length) != 2 || length == 0)
            return -1;
        at += length;
        at += strspn(at, " ");
    }
    return 0;
}

static int hand_row(struct visit *visit, sqlite3_stmt *statement)
{
    int64_t warmth = integer(statement, 4);
    if (warmth < 0 || warmth >= WARMTH_COUNT)
        return damaged(visit, "a row's warmth is not known");
    if (read_histogram(visit, statement, 18, &visit->first) < 0 || read_histogram(visit, statement, 19, &visit->second) < 0)
        return -1;
    struct load_row row = {
        .second = integer(statement, 2),
        .warmth = (enum load_warmth)warmth,
        .connections = count(statement, 13),
        .bytes_received = count(statement, 14),
        .first_sent = integer(statement, 15),
        .last_sent = integer(statement, 16),
        .last_connection = integer(statement, 17),
        .response = visit->first,
        .service = visit->second,
        .part = (unsigned)count(statement, 20),
        .bytes_sent = count(statement, 23),
    };
    snprintf(row.request, sizeof row.request, "%s", column_text(statement, 21));
    snprintf(row.phase, sizeof row.phase, "%s", column_text(statement, 22));
    if (read_checks(column_text(statement, 24), &row) < 0)
        return damaged(visit, "a row's checks are not numbers");
    snprintf(row.server, sizeof row.server, "%s", column_text(statement, 3));
    for (int outcome = 0; outcome < OUTCOME_COUNT; outcome++)
        row.outcomes[outcome] = count(statement, 5 + outcome);
    return visit->visitor->row(visit->visitor->context, column_text(statement, 1), &row);
}

static int hand_exemplar(struct visit *visit, sqlite3_stmt *statement)
{
    int64_t reason = integer(statement, 2);
    int64_t outcome = integer(statement, 3);
    int64_t warmth = integer(statement, 10);
    if (reason < 0 || reason > EXEMPLAR_FIRST || outcome < 0 || outcome >= OUTCOME_COUNT || warmth < 0 || warmth >= WARMTH_COUNT)
        return damaged(visit, "a request's outcome is not known");
    struct load_exemplar exemplar = {
        .reason = (enum exemplar_reason)reason,
        .outcome = (enum load_outcome)outcome,
        .http_status = sqlite3_column_int(statement, 4),
        .intended = integer(statement, 5),
        .sent = integer(statement, 6),
        .finished = integer(statement, 7),
        .server_age = integer(statement, 9),
        .warmth = (enum load_warmth)warmth,
        .new_connection = integer(statement, 11) != 0,
        .part = (unsigned)count(statement, 12),
    };
    snprintf(exemplar.request, sizeof exemplar.request, "%s", column_text(statement, 13));
    snprintf(exemplar.phase, sizeof exemplar.phase, "%s", column_text(statement, 14));
    snprintf(exemplar.server, sizeof exemplar.server, "%s", column_text(statement, 8));
    return visit->visitor->exemplar(visit->visitor->context, column_text(statement, 1), &exemplar);
}

static int hand_generator(struct visit *visit, sqlite3_stmt *statement)
{
    struct load_generator generator = {
        .part = (unsigned)count(statement, 1),
        .share = sqlite3_column_double(statement, 4),
        .joined = integer(statement, 5),
        .clock_ahead = integer(statement, 6),
        .clock_error = integer(statement, 7),
        .start_skew = integer(statement, 8),
        .cpu = sqlite3_column_double(statement, 9),
        .memory = count(statement, 10),
        .lost = sqlite3_column_type(statement, 11) == SQLITE_NULL ? LOAD_NEVER : integer(statement, 11),
        .unsent = count(statement, 13),
        .unknown = count(statement, 14),
        .unsent_share = sqlite3_column_double(statement, 15),
    };
    snprintf(generator.pod, sizeof generator.pod, "%s", column_text(statement, 2));
    snprintf(generator.node, sizeof generator.node, "%s", column_text(statement, 3));
    snprintf(generator.reason, sizeof generator.reason, "%s", column_text(statement, 12));
    return visit->visitor->generator(visit->visitor->context, &generator);
}

static int hand_share(struct visit *visit, sqlite3_stmt *statement)
{
    struct load_share share = {
        .second = integer(statement, 2),
        .target = sqlite3_column_double(statement, 3),
        .given = sqlite3_column_double(statement, 5),
        .failures = count(statement, 6),
    };
    snprintf(share.server, sizeof share.server, "%s", column_text(statement, 4));
    return visit->visitor->share(visit->visitor->context, column_text(statement, 1), &share);
}

static int hand_change(struct visit *visit, sqlite3_stmt *statement)
{
    int64_t type = integer(statement, 1);
    if (type < 0 || type > CHANGE_RESUMED)
        return damaged(visit, "a change's type is not known");
    AUTO_JSON cJSON *object = NULL;
    if (sqlite3_column_type(statement, 5) != SQLITE_NULL) {
        object = json_parse(column_text(statement, 5), (size_t)sqlite3_column_bytes(statement, 5), visit->error);
        if (object == NULL)
            return error_context(visit->error, "%s: the run is damaged", visit->store->database.path);
    }
    struct change change = {
        .type = (enum change_type)type,
        .resource = column_text(statement, 2),
        .name = column_text(statement, 3),
        .text = sqlite3_column_type(statement, 4) != SQLITE_NULL ? column_text(statement, 4) : NULL,
        .object = object,
    };
    return visit->visitor->change(visit->visitor->context, integer(statement, 0), &change);
}

static int hand(struct visit *visit, enum source source)
{
    sqlite3_stmt *statement = visit->statements[source];
    switch (source) {
    case SOURCE_TICK:
        return hand_tick(visit, statement);
    case SOURCE_ROW:
        return hand_row(visit, statement);
    case SOURCE_EXEMPLAR:
        return hand_exemplar(visit, statement);
    case SOURCE_SHARE:
        return hand_share(visit, statement);
    case SOURCE_GENERATOR:
        return hand_generator(visit, statement);
    default:
        return hand_change(visit, statement);
    }
}

static int advance(struct visit *visit, enum source source)
{
    int code = sqlite3_step(visit->statements[source]);
    if (code == SQLITE_ROW)
        return 0;
    int result = code == SQLITE_DONE ? 0 : database_error(&visit->store->database, "cannot read the run", visit->error);
    sqlite3_finalize(visit->statements[source]);
    visit->statements[source] = NULL;
    return result;
}

static bool wanted(const struct run_visitor *visitor, enum source source)
{
    switch (source) {
    case SOURCE_TICK:
        return visitor->tick != NULL;
    case SOURCE_ROW:
        return visitor->row != NULL;
    case SOURCE_EXEMPLAR:
        return visitor->exemplar != NULL;
    case SOURCE_SHARE:
        return visitor->share != NULL;
    case SOURCE_GENERATOR:
        return visitor->generator != NULL;
    default:
        return visitor->change != NULL;
    }
}

/* The first format that has it. */
static int64_t since_version(enum source source)
{
    return source == SOURCE_GENERATOR ? 3 : source == SOURCE_SHARE ? 2 : 1;
}

static int start(struct visit *visit, int64_t variant)
{
    struct database database = visit->store->database;
    for (int source = 0; source < SOURCE_COUNT; source++) {
        if (!wanted(visit->visitor, (enum source)source) || database.version < since_version((enum source)source))
            continue;
        visit->statements[source] = database_prepare(&database, SOURCE_TEXTS[source], visit->error);
        if (visit->statements[source] == NULL)
            return -1;
        sqlite3_bind_int64(visit->statements[source], 1, variant);
        if (advance(visit, (enum source)source) < 0)
            return -1;
    }
    return 0;
}

/* The source whose next entry is earliest; of equals the first in the order of enum source; -1 = all are at their end. */
static int earliest(const struct visit *visit)
{
    int best = -1;
    for (int source = 0; source < SOURCE_COUNT; source++) {
        if (visit->statements[source] == NULL)
            continue;
        if (best < 0 || integer(visit->statements[source], 0) < integer(visit->statements[best], 0))
            best = source;
    }
    return best;
}

static int merge(struct visit *visit)
{
    for (int source = earliest(visit); source >= 0; source = earliest(visit)) {
        int handed = hand(visit, (enum source)source);
        if (handed <= 0)
            return handed;
        if (advance(visit, (enum source)source) < 0)
            return -1;
    }
    return 0;
}

int run_store_visit(const struct run_store *store, size_t variant_index, const struct run_visitor *visitor, struct error *error)
{
    if (variant_index >= store->summary.variant_count)
        return error_set(error, "%s: there is no variant %zu", store->database.path, variant_index + 1);
    struct visit visit = {.store = store, .visitor = visitor, .error = error};
    histogram_init(&visit.first);
    histogram_init(&visit.second);
    int result = start(&visit, (int64_t)variant_index + 1);
    if (result == 0)
        result = merge(&visit);
    for (size_t source = 0; source < SOURCE_COUNT; source++)
        sqlite3_finalize(visit.statements[source]);
    histogram_release(&visit.first);
    histogram_release(&visit.second);
    return result;
}
