/*
 * What a load is: k6's executors and names. Filled by the lesson reader or the command line, read by the engine.
 */
#ifndef DRIVER_LOAD_SPEC_H
#define DRIVER_LOAD_SPEC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/error.h"
#include "driver/load/data_rows.h"
#include "driver/load/request_spec.h"

/* What is asked of the pods: requests, or so much of a resource. */
enum load_type { LOAD_HTTP, LOAD_CPU, LOAD_MEMORY };

/* "http", "cpu", "memory" */
const char *load_type_name(enum load_type type);

/* "requests/s", "millicores", "MiB": the unit of a stage's target. */
const char *load_type_unit(enum load_type type);

/* Two are open: requests are due at moments that are known before. The others are closed: so many virtual users (VUs), each
 * of which sends its next request when it has had its answer. */
enum load_executor {
    EXECUTOR_CONSTANT_ARRIVAL_RATE,
    EXECUTOR_RAMPING_ARRIVAL_RATE,
    EXECUTOR_CONSTANT_VUS,
    EXECUTOR_RAMPING_VUS,
    EXECUTOR_SHARED_ITERATIONS, /* so many requests by all VUs together */
    EXECUTOR_PER_VU_ITERATIONS  /* so many requests by each VU */
};

/* "constant-arrival-rate", ... */
const char *load_executor_name(enum load_executor executor);
bool load_executor_is_closed(enum load_executor executor);

/* How the requests of an open model are spaced. */
enum load_spacing {
    SPACING_UNIFORM, /* evenly along the rate */
    SPACING_POISSON  /* at random along the rate, as many in each stage */
};

/* How exactly requests are sent at their moments. */
enum load_pacing {
    PACING_FRUGAL, /* about once a millisecond, all that is due */
    PACING_PRECISE /* to the microsecond; takes up to a whole core */
};

/* The rate (of a load on a resource: the total over all pods; of a closed model: the number of VUs) moves in a straight line
 * from where it was to target, in the load type's unit, over duration (nanoseconds; 0 = it jumps). */
struct load_stage {
    int64_t duration;
    double target;
    char *phase; /* the label of what is due in it; NULL = none. Phases change at whole seconds. */
};

/* The phase that no total and no threshold counts. */
#define LOAD_PHASE_WARM_UP "warm-up"

enum load_reuse {
    REUSE_KEEP,
    REUSE_NEVER,  /* a connection for each request */
    REUSE_LIMITED /* a connection is closed after the answer to its last request: its reuse_requests-th one, or the first that
                     was sent when the connection was older than reuse_age */
};

/* Files in PEM; NULL = the system's certificates, and no certificate of one's own. */
struct load_tls {
    char *ca_file;
    char *certificate_file;
    char *key_file;
    char *server_name; /* asked for in the handshake (SNI), and wanted in the certificate; NULL = the URL's host */
    bool insecure;     /* any server's certificate will do */
};

/* Which of a host's addresses a new connection goes to. */
enum load_dns_select { DNS_RANDOM, DNS_ROUND_ROBIN, DNS_FIRST };

/* "random", "roundRobin", "first" */
const char *load_dns_select_name(enum load_dns_select select);

/* How the URL's host is looked up, with k6's names and defaults. */
struct load_dns {
    int64_t ttl; /* looked up anew after so many nanoseconds, for connections that are made then; 0 = once */
    enum load_dns_select select;
};

/* How the lean transport talks to the kernel. */
enum load_io {
    IO_AUTOMATIC, /* by io_uring where it works, else by epoll */
    IO_EPOLL,
    IO_URING
};

/* "auto", "epoll", "io_uring" */
const char *load_io_name(enum load_io io);

/* Whether a text may be a server's name in TLS's handshake: a host's name, no address. */
bool load_server_name_is_valid(const char *name);

/* Which HTTP is spoken. */
enum load_http {
    HTTP_AS_AGREED, /* https: HTTP/2 where the server offers it in the handshake (ALPN), one request at a time on a
                       connection; else HTTP/1.1 */
    HTTP_1_1,
    HTTP_2 /* https: as above, but many requests at a time on a connection; http: from the first byte on (prior knowledge) */
};

/* "auto", "1.1", "2" */
const char *load_http_name(enum load_http http);

/* The words for pacing, io and http in lessons and options, in the order of their enums; NULL follows the last. */
extern const char *const load_pacing_words[];
extern const char *const load_io_words[];
extern const char *const load_http_words[];

/* Which of several requests is sent next. */
enum load_choice {
    CHOICE_ROUND_ROBIN, /* each exactly as often as its weight says, evenly spread */
    CHOICE_RANDOM       /* drawn by the seed */
};

struct load_spec {
    char *name; /* of the load; the label in results */
    enum load_type type;
    enum load_executor executor; /* of requests */
    double start_rate;           /* ramping: target at the start */
    size_t stage_count;
    struct load_stage *stages; /* constant rates and VUs: one stage that starts and ends at its target; those that count
                                  iterations are over at its end, if not before */
    uint64_t iterations;       /* shared-iterations: of all VUs together; per-vu-iterations: of each */
    int64_t think_time;        /* closed: from a VU's answer to its next request, nanoseconds */
    int64_t think_time_most;   /* above think_time: drawn between the two by the seed, each time anew */
    enum load_spacing spacing;
    uint64_t seed; /* of all that is drawn: the same seed gives the same moments, requests, variables and think times */
    enum load_pacing pacing;
    char *method; /* "GET" */
    char *url;    /* a template (text_template.h): "http://webapp:8080/post/{1..10}"; with several requests that of the first */
    size_t header_count;
    struct load_header *headers; /* values are templates */
    char *body;                  /* a template; NULL = none */
    size_t body_length;
    size_t check_count;
    struct load_check *checks; /* of the one request */
    size_t tag_count;
    struct load_label *tags; /* of all requests */
    size_t request_count;    /* 0 = one, which the load's own members say */
    struct request_spec *requests;
    enum load_choice choice;
    char *csv; /* the text of a CSV file (data_rows.h) for the variables {csv:COLUMN}; NULL = none */
    enum load_row_order row_order;
    int64_t timeout; /* nanoseconds, from the actual start */
    enum load_reuse reuse;
    uint64_t reuse_requests; /* 0 = however many */
    int64_t reuse_age;       /* nanoseconds; 0 = however old */
    int maximum_connections; /* at once; a request that finds none free is dropped; closed: as many as VUs */
    int threads;             /* that send it, each on a part of its own; 0 = as many as it needs (load_thread_count) */
    char *pod_header;        /* answer header that names the pod; default "X-Pod-Name" */
    char *phase_header;      /* "cold" or "warm"; default "X-Pod-Phase" */
    char *age_header;        /* seconds since the pod's program started; default "X-Pod-Age" */
    struct load_tls tls;     /* of https:// */
    enum load_http http;
    enum load_io io;
    struct load_dns dns;
    int redirects;      /* followed at most, as k6 does; 0 = an answer that redirects is an answer */
    size_t label_count; /* of a load on a resource: the labels of the pods that share it, */
    struct load_label *labels;
    uint16_t port; /* and where they listen */
};

/* Defaults: GET, timeout 60 s, keep, 2000 connections, names looked up every 5 min, the demo app's header names. */
void load_spec_init(struct load_spec *spec);
void load_spec_release(struct load_spec *spec);

/* Total duration of the stages, nanoseconds. */
int64_t load_spec_duration(const struct load_spec *spec);

/* The label of a second's requests; "" = none. */
const char *load_spec_phase_at(const struct load_spec *spec, int64_t second);

/* Request index (0, 1, ...) of the load, whichever way it is written. The result borrows from the spec. */
struct request_spec load_spec_request(const struct load_spec *spec, size_t index);
size_t load_spec_request_count(const struct load_spec *spec);

/* Target at a moment after the start; 0 outside the stages. */
double load_spec_rate_at(const struct load_spec *spec, int64_t since_start);

/* The most VUs at once; 0 for an open model. */
uint64_t load_spec_most_vus(const struct load_spec *spec);

/* Requests that the schedule holds in all; 0 for a closed model, where that comes out, and a load on a resource. */
uint64_t load_spec_planned(const struct load_spec *spec);

#endif
