/*
 * The store of one run: a folder with run.db (SQLite, WAL). A run holds variants, which hold what the load did and what
 * the cluster did. What was committed stays readable after kill -9, a full disk or a clock that jumps; a run without
 * an end is incomplete and says so. The only room that knows SQL.
 *
 * Times are nanoseconds since the variant's load start unless said otherwise (negative = before it).
 */
#ifndef DRIVER_STORE_RUN_STORE_H
#define DRIVER_STORE_RUN_STORE_H

#include <stdbool.h>
#include <stdint.h>

#include "common/error.h"
#include "driver/load/result.h"
#include "driver/observe/change.h"

struct run_store;

/* What is known of a run when it starts. Texts are copied. */
struct run_description {
    const char *lesson_name; /* "readiness-probe" */
    const char *lesson_title;
    const char *lesson_file; /* as given */
    const char *lesson_hash; /* SHA-256 or other hash of the file, hex */
    const char *lesson_text; /* the YAML itself */
    const char *explanation; /* "how to read this", Markdown of the lesson's README or ""; shown escaped */
    const char *cluster;     /* "embedded", or the context's name */
    const char *cluster_version;
    const char *pace;    /* "quick" or "kubernetes" */
    const char *machine; /* "2 cores, 24 GiB, Linux 6.18 x86_64" */
    const char *command; /* what was typed */
    int64_t started_wall;
};

/* Writing. folder is made (0700) when missing; it must not hold a run. */
struct run_store *run_store_create(const char *folder, const struct run_description *description, struct error *error);

struct variant_description {
    const char *name;
    const char *title;  /* may be "" */
    const char *hpa;    /* name of the watched HPA; "deployment/NAME" or "statefulset/NAME" without one; "" = none */
    int64_t spike_over; /* nanoseconds */
    size_t expectation_count;
    const char *const *expectations; /* as written */
    int64_t load_duration;           /* planned, nanoseconds */
    const char *load_json; /* the loads as JSON for the report: [{name, url, stages: [{duration_s, target}], start_rate}] */
    int64_t started_wall;  /* wall time of the load's start */
};

/* Variants are written one after the other; ids count from 1. */
int run_store_begin_variant(struct run_store *store, const struct variant_description *description, struct error *error);
int run_store_add_tick(struct run_store *store, const char *load, const struct load_tick *tick, struct error *error);
int run_store_add_row(struct run_store *store, const char *load, const struct load_row *row, struct error *error);
int run_store_add_exemplar(struct run_store *store, const char *load, const struct load_exemplar *exemplar, struct error *error);
int run_store_add_share(struct run_store *store, const char *load, const struct load_share *share, struct error *error);
/* What is known of a generator now; replaces what was known before of the same part. */
int run_store_add_generator(struct run_store *store, const struct load_generator *generator, struct error *error);
int run_store_add_change(struct run_store *store, int64_t time, const struct change *change, struct error *error);
/* outcome: "completed", "aborted", or what went wrong */
int run_store_end_variant(struct run_store *store, const char *outcome, struct error *error);
int run_store_add_note(struct run_store *store, const char *text, struct error *error);

/* An object of the cluster that the run changes for its time: what it was before is kept here before it is changed, so that it
 * can be put back even when this process was killed. */
struct kept_object {
    int64_t id;
    const char *path;     /* in the API */
    const char *original; /* its spec, JSON */
    const char *changed;  /* the spec that the run gave it */
};

/* Durable when it returns. object->id is filled in. */
int run_store_keep(struct run_store *store, struct kept_object *object, struct error *error);

/* It is as it was, or of no interest any more; durable when it returns. */
int run_store_let_go(struct run_store *store, int64_t id, struct error *error);

/* What is still changed, newest first: calls back until it returns false. Also on a store that is read. */
int run_store_visit_kept(struct run_store *store, bool (*visit)(void *context, const struct kept_object *object), void *context,
                         struct error *error);

/* Makes everything added so far durable; called once a second. A full disk fails this; what was committed stays. */
int run_store_commit(struct run_store *store, struct error *error);

/* Marks the run as complete. */
int run_store_finish(struct run_store *store, struct error *error);
void run_store_close(struct run_store *store);

/* Adding to a run that nobody writes any more: a load's results, from elsewhere, to its first variant (rows, ticks and exemplars
 * as above, and a commit; until then everything can be taken back), or that an object is as it was. A run of an older format
 * is refused. */
struct run_store *run_store_open_to_add(const char *path, struct error *error);
int run_store_forget_load(struct run_store *store, struct error *error);                          /* that the variant has */
int run_store_describe_load(struct run_store *store, const char *load_json, struct error *error); /* anew */
int run_store_forget_notes(struct run_store *store, const char *head, struct error *error);       /* that begin so */
void run_store_roll_back(struct run_store *store);

/* Reading: path of a run's folder or of its run.db; also while another process still writes it. */
struct run_store *run_store_open(const char *path, struct error *error);

struct run_summary {
    struct run_description description; /* texts belong to the store */
    bool complete;
    size_t variant_count;
    size_t note_count;
    const char *const *notes;
};
const struct run_summary *run_store_summary(const struct run_store *store);

struct variant_summary {
    struct variant_description description; /* texts belong to the store */
    const char *outcome;                    /* "" while incomplete */
};
const struct variant_summary *run_store_variant(const struct run_store *store, size_t index); /* from 0 */

/* Everything of one variant in order of time, through the functions that are not NULL; arguments are borrowed. A
 * function that returns false ends the visit. */
struct run_visitor {
    void *context;
    bool (*tick)(void *context, const char *load, const struct load_tick *tick);
    bool (*row)(void *context, const char *load, const struct load_row *row);
    bool (*exemplar)(void *context, const char *load, const struct load_exemplar *exemplar);
    bool (*share)(void *context, const char *load, const struct load_share *share);
    bool (*generator)(void *context, const struct load_generator *generator); /* before all others */
    bool (*change)(void *context, int64_t time, const struct change *change); /* change.arrival is not set */
};
int run_store_visit(const struct run_store *store, size_t variant_index, const struct run_visitor *visitor, struct error *error);

#endif
