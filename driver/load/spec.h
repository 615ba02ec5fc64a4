/*
 * What a load is: k6's executors and names. Filled by the lesson reader or the command line, read by the engine.
 */
#ifndef DRIVER_LOAD_SPEC_H
#define DRIVER_LOAD_SPEC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/error.h"

/* What is asked of the pods: requests, or so much of a resource. */
enum load_type { LOAD_HTTP, LOAD_CPU, LOAD_MEMORY };

/* "http", "cpu", "memory" */
const char *load_type_name(enum load_type type);

/* "requests/s", "millicores", "MiB": the unit of a stage's target. */
const char *load_type_unit(enum load_type type);

enum load_executor { EXECUTOR_CONSTANT_ARRIVAL_RATE, EXECUTOR_RAMPING_ARRIVAL_RATE };

/* The rate (of a load on a resource: the total over all pods) moves in a straight line from where it was to target, in the
 * load type's unit, over duration (nanoseconds). */
struct load_stage {
    int64_t duration;
    double target;
};

enum load_reuse { REUSE_KEEP, REUSE_NEVER };

struct load_header {
    char *name;
    char *value;
};

/* Files in PEM; NULL = the system's certificates, and no certificate of one's own. */
struct load_tls {
    char *ca_file;
    char *certificate_file;
    char *key_file;
    bool insecure; /* any server's certificate will do */
};

struct load_label {
    char *key;
    char *value;
};

struct load_spec {
    char *name; /* of the load; the label in results */
    enum load_type type;
    enum load_executor executor; /* of requests */
    double start_rate;           /* ramping: target at the start */
    size_t stage_count;
    struct load_stage *stages; /* constant-arrival-rate: one stage that starts and ends at its target */
    char *method;              /* "GET" */
    char *url;                 /* "http://webapp:8080/post/{1..10}": {A..B} is a number that goes round from A to B */
    size_t header_count;
    struct load_header *headers;
    char *body;      /* NULL = none */
    int64_t timeout; /* nanoseconds, from the actual start */
    enum load_reuse reuse;
    int maximum_connections; /* at once; a request that finds none free is dropped */
    char *pod_header;        /* answer header that names the pod; default "X-Pod-Name" */
    char *phase_header;      /* "cold" or "warm"; default "X-Pod-Phase" */
    char *age_header;        /* seconds since the pod's program started; default "X-Pod-Age" */
    struct load_tls tls;     /* of https:// */
    size_t label_count;      /* of a load on a resource: the labels of the pods that share it, */
    struct load_label *labels;
    uint16_t port; /* and where they listen */
};

/* Defaults: GET, timeout 60 s, keep, 2000 connections, the demo app's header names. */
void load_spec_init(struct load_spec *spec);
void load_spec_release(struct load_spec *spec);

/* Total duration of the stages, nanoseconds. */
int64_t load_spec_duration(const struct load_spec *spec);

/* Target at a moment after the start; 0 outside the stages. */
double load_spec_rate_at(const struct load_spec *spec, int64_t since_start);

/* Requests that the schedule holds in all; 0 for a load on a resource. */
uint64_t load_spec_planned(const struct load_spec *spec);

#endif
