/*
 * What a generator is told to do, as JSON: the loads, and which part of them it sends from which moment on
 * (docs/generators.md). Writing and reading give the same plan; what comes from outside is checked field by field.
 */
#ifndef DRIVER_WIRE_WIRE_PLAN_H
#define DRIVER_WIRE_WIRE_PLAN_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/error.h"
#include "driver/load/spec.h"

#define WIRE_PLAN_MAXIMUM ((size_t)8 * 1024 * 1024) /* bytes of text */
#define WIRE_ID_SIZE 64                             /* of a plan: letters, digits, ".", "_" and "-" */
#define WIRE_MOST_LOADS 64
#define WIRE_FILE_MAXIMUM 1048576 /* bytes of a file that travels */
#define WIRE_MOST_EPOCHS 512
#define WIRE_MOST_PARTS 1024
#define WIRE_EPOCH_NOTICE INT64_C(2000000000) /* nanoseconds that an epoch begins after it is told, at least */

/* What is in the files that a spec's tls names, as PEM; NULL = the name is that of a file of the generator's own. */
struct wire_files {
    char *ca, *certificate, *key;
};

/* One load, whole: the epochs say which part of it is sent. */
struct wire_load {
    struct load_spec spec;
    char address[INET6_ADDRSTRLEN]; /* where the URL's host is, resolved by who planned; "" = the generator resolves it */
    uint16_t port;                  /* with address: 0 = the URL's */
    struct wire_files files;
    int64_t slow_over; /* response times above are kept one by one, nanoseconds */
};

/* From a moment on the generator is number index of count, with these weights. */
struct wire_epoch {
    int64_t from;      /* nanoseconds since the start; rises from epoch to epoch */
    size_t index;      /* from 0 */
    size_t count;      /* of generators */
    uint32_t *weights; /* count of them; NULL = equal shares; a generator of weight 0 sends nothing */
};

struct wire_plan {
    char id[WIRE_ID_SIZE];
    unsigned part;    /* the generator's number, from 1: its label in results; stays the same in all epochs */
    int64_t drain;    /* nanoseconds that a generator which is told to end (SIGTERM) goes on sending, so that the others can
                         take over at an epoch; 0 = it ends at once */
    int64_t patience; /* nanoseconds that nobody asks a generator that sends or keeps results, until it ends by itself; 0 = it
                         never does */
    size_t load_count;
    struct wire_load *loads;
    size_t epoch_count; /* at least one; before the first nothing is sent */
    struct wire_epoch *epochs;
};

/* Reads the files that the load's tls names, so that they travel with it. Release with wire_files_release. */
int wire_files_read(const struct load_spec *spec, struct wire_files *files, struct error *error);
void wire_files_release(struct wire_files *files); /* wipes the key; harmless on a zeroed struct */

/* Whether a text may be a plan's id. */
bool wire_id_is_valid(const char *id);

/* The plan as text, without white space, which the caller frees. Everything is borrowed, so that the loads may be shallow
 * copies. -1 when it would be longer than WIRE_PLAN_MAXIMUM. */
char *wire_plan_write(const struct wire_plan *plan, struct error *error) __attribute__((warn_unused_result));

/* Fills the plan, which the caller releases; the error names the field and what was expected. Fields of a load that are
 * missing have load_spec_init's values; fields that nobody knows are refused. */
int wire_plan_read(const char *text, size_t length, struct wire_plan *plan, struct error *error);
void wire_plan_release(struct wire_plan *plan); /* harmless on a zeroed struct */

#endif
