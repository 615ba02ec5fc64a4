/*
 * The figures of a run: what docs/analysis.md defines, as plain structs to be read. Everything belongs to the
 * run_figures; texts are never NULL.
 *
 * Times are nanoseconds since the variant's load start (negative = before it), FIGURES_NEVER where a moment did not
 * come or is not known. Lengths of time are nanoseconds, FIGURES_NEVER where they are not known.
 */
#ifndef DRIVER_ANALYZE_FIGURES_H
#define DRIVER_ANALYZE_FIGURES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "driver/load/result.h"

struct metric_selection;

#define FIGURES_NEVER INT64_MIN

/* What a pod was doing when a request met it. */
enum phase {
    PHASE_BOOTING,     /* before it could answer */
    PHASE_COLD,        /* taking traffic, not warmed up */
    PHASE_WARM,        /* nothing to excuse it */
    PHASE_TERMINATING, /* its deletion had begun */
    PHASE_GONE,        /* it was there no more */
    PHASE_NO_ENDPOINT, /* no pod was ready to take the request */
    PHASE_UNKNOWN,
    PHASE_COUNT
};

/* "booting", ..., "no endpoint", "unknown" */
const char *phase_name(enum phase phase);

struct time_figures {
    uint64_t count;
    int64_t minimum, p50, p90, p95, p99, p999, maximum; /* nanoseconds; 0 when count is 0 */
    double mean;
};

/* One second of the load, all loads added up. */
struct second_figures {
    int64_t second;
    double target; /* requests/s */
    uint64_t planned;
    uint64_t done; /* ok answers to requests whose intended start lies in this second */
    uint64_t lost;
    uint64_t dropped;
    uint64_t in_flight;
    uint64_t vus;              /* of closed models, at its end */
    int64_t p50, p99, maximum; /* response time of ok answers; FIGURES_NEVER when there was none */
    double generator_cpu;      /* cores */
};

struct check_figures {
    const char *name;
    uint64_t passes, fails;
};

/* One request of a load, without the warm-up. */
struct request_figures {
    const char *load, *name; /* name: "" = the load has one request */
    uint64_t ok, lost, dropped;
    struct time_figures response, service; /* ok answers */
    struct histogram response_histogram, service_histogram;
    size_t check_count;
    struct check_figures checks[LOAD_MOST_CHECKS];
};

/* An ok request over spike_over, or a lost one. */
struct spike {
    int64_t time;     /* intended start */
    int64_t sent;     /* FIGURES_NEVER when it was not */
    int64_t finished; /* when it had its outcome */
    int64_t response; /* intended start to outcome */
    enum load_outcome outcome;
    int http_status; /* 0 = none */
    const char *pod; /* "" = unknown */
    int64_t age;     /* of the pod's program when it answered */
    enum phase phase;
    bool inferred; /* phase (and pod) are concluded from what the cluster did, not from an answer */
    size_t episode;
};

/* Spikes less than 2 s apart. */
struct episode {
    int64_t start, end; /* first intended start, last outcome */
    int64_t worst;      /* response time */
    size_t count;
    uint64_t lost;
    size_t pod_count;  /* different known pods */
    enum phase phase;  /* the most frequent one */
    const char *cause; /* the nearest cluster event before it: "SuccessfulRescale webapp: New size: 5; ..." */
    int64_t cause_time;
};

/* Spikes or lost requests of one phase. */
struct phase_figures {
    uint64_t spikes;
    uint64_t lost;
    int64_t worst; /* response time of the worst spike; 0 when there is none */
};

struct pod_figures {
    const char *name;
    bool has_probe; /* a readiness probe */
    bool before;    /* was there when the observer came; its early moments are whole seconds of the API's clock */
    int64_t created, scheduled, pulled, initialised, started, ready;
    int64_t booted;       /* could answer: ready by its probe; without one an estimate from what pods said of their age */
    int64_t first_sent;   /* first request that it answered: when it was sent */
    int64_t first_answer; /* first ok answer, at its end */
    int64_t warm;
    int64_t deleted;         /* deletionTimestamp seen */
    int64_t removed;         /* from the ready endpoints, after its deletion began */
    int64_t last_connection; /* last new connection that it answered */
    int64_t terminated;      /* its containers had ended */
    int64_t gone;
    uint64_t answers;       /* ok */
    uint64_t cold_answers;  /* ok, said to be cold */
    int64_t first_response; /* response time of its first ok answer */
    int64_t later_response; /* median of those that followed it, of the requests that were kept singly */
    double last_rate;       /* ok answers a second in the stretch of the fairness figures; NAN = not ready throughout it */
    uint64_t spikes;
    uint64_t lost;
    int64_t restarts;
};

/* What counts as a pod that is there. */
enum supply { SUPPLY_SPEC, SUPPLY_READY, SUPPLY_WARM, SUPPLY_COUNT };

/* "spec", "ready", "warm" */
const char *supply_name(enum supply supply);

/* How well the supply of pods followed the demand over the load's time T, as means over T; NAN = not known. */
struct elasticity_figures {
    double under, over;             /* pods: integral of max(d - s, 0) / T, and of max(s - d, 0) / T */
    double under_share, over_share; /* of T: with d > s, with s > d */
    double cost;                    /* pod-seconds: integral of s */
};

/* How evenly the pods were asked in the last stretch of the load, of those that were ready throughout it. */
struct fairness_figures {
    int64_t from, until;
    size_t pods;
    double index; /* Jain's: 1 = all alike, 1/pods = one takes all; NAN = no answers, or no pod */
};

/* From this moment on. -1 = not known yet. */
struct replica_step {
    int64_t time;
    int desired; /* the HPA's status.desiredReplicas */
    int spec;    /* the target's spec.replicas */
    int current; /* pods that exist and are not being deleted */
    int ready;
    int warm;
};

struct decision {
    int64_t time;
    int from, to;
    const char *reason;  /* of the SuccessfulRescale event; "" = none was seen */
    const char *message; /* the event's message */
};

/* The first metric of the HPA from this moment on. */
struct metric_step {
    int64_t time;
    bool known;
    double value;        /* percent, or the quantity's value */
    const char *reason;  /* unknown: of the ScalingActive condition, "" = not computed yet */
    const char *message; /* unknown: its message */
};

struct metric_figures {
    bool watched;     /* an HPA was seen */
    const char *name; /* "cpu utilization" */
    const char *unit; /* "%", " MiB" (memory by average value), or "" */
    double target;
    double tolerance_up, tolerance_down; /* shares: 0.1 */
    int minimum_replicas, maximum_replicas;
    size_t step_count;
    struct metric_step *steps;
    int64_t unknown;         /* total time without a value, from the HPA's first sight to the end */
    double maximum, minimum; /* of the known values */
    bool any_known;
};

enum stage {
    STAGE_SENSING,
    STAGE_DECIDING,
    STAGE_CREATING,
    STAGE_SCHEDULING,
    STAGE_PULLING,
    STAGE_INITIALISING,
    STAGE_STARTING,
    STAGE_READYING,
    STAGE_SERVING,
    STAGE_WARMING,
    STAGE_COUNT
};

/* "sensing", ... */
const char *stage_name(enum stage stage);

struct stage_figures {
    size_t count; /* pods (or decisions, for the first two) that it is known of */
    int64_t p50, p95;
};

struct scale_up {
    size_t decision; /* index */
    size_t pods;     /* created for it */
    int64_t crossed; /* when the load passed what the pods before could carry */
    int64_t sensed;  /* first metrics sample that shows it */
    int64_t served;  /* the last of its pods gave its first ok answer */
    int64_t total;   /* crossed (or, when that is not known, decided) to served */
    struct stage_figures stages[STAGE_COUNT];
};

enum gap { GAP_LISTED, GAP_REMOVED, GAP_TERMINATED, GAP_COUNT };

/* One pod's end. */
struct scale_down {
    size_t pod; /* index */
    /* lost requests that are known to be this pod's, by the moment of their outcome: while still listed as an endpoint
     * (deleted to removed), after that until its end, and later */
    uint64_t lost[GAP_COUNT];
};

struct event_figures {
    int64_t first, last; /* arrivals */
    uint64_t count;
    bool warning;
    const char *reason, *object, *message; /* object: "pod/webapp-1" as kubectl prints it */
};

/* A state of an HPA's condition, when it was first seen. */
struct condition_figures {
    int64_t time;
    const char *type, *status, *reason, *message;
};

enum mark_kind { MARK_STEP, MARK_JOB_COMPLETE, MARK_JOB_FAILED };

/* "step", "job complete", "job failed" */
const char *mark_kind_name(enum mark_kind kind);

/* Something that was done to the cluster, or done by a Job on it. */
struct mark {
    int64_t time;
    enum mark_kind kind;
    const char *job; /* its uid; "" for a step */
    const char *text;
};

/* A sample of metrics.k8s.io, at its arrival. */
struct usage_step {
    int64_t time;
    const char *pod;
    double cores;
    double mebibytes; /* working set */
};

/* The working sets of the pods that are there and have a sample, from this moment on. */
struct memory_step {
    int64_t time;
    int pods;
    double average; /* MiB; 0 without a pod */
};

/* One second of a load on a resource, in the load type's unit. */
struct given_step {
    int64_t second;
    const char *load;
    double target; /* of all pods together */
    double given;  /* what they have accepted */
    size_t pods;
    uint64_t failures; /* times that a pod could not be told */
};

/* One of several generators that sent the load together. */
struct generator_figures {
    unsigned part; /* from 1 */
    const char *pod, *node;
    double share; /* of the load, from when it joined: 0 to 1 */
    int64_t joined;
    int64_t lost_at;                  /* FIGURES_NEVER = it was not lost */
    const char *reason;               /* why it was lost; "" */
    int64_t clock_ahead, clock_error; /* its clock less the driver's, and how exactly that is known */
    int64_t start_skew;               /* how much later than planned it began */
    uint64_t planned, sent, late, dropped, ok, failed;
    uint64_t seconds;    /* in which it sent anything, */
    int64_t last_second; /* of which this is the last */
    struct time_figures lateness;
    struct histogram lateness_histogram;
    double cpu;               /* of its process in the busiest second that was looked at: cores */
    double memory;            /* of its process, the most that was seen: MiB */
    uint64_t unsent, unknown; /* requests of its part after it was lost, and those before that it had not told of */
    double unsent_share;      /* of the whole load, of both */
};

enum expectation_result { EXPECTATION_PASS, EXPECTATION_FAIL, EXPECTATION_NO_DATA };

/* "pass", "fail", "no data" */
const char *expectation_result_name(enum expectation_result result);

struct expectation_figures {
    const char *text;
    enum expectation_result result;
    const char *observed; /* "11.8 s", "37", "no data" */
};

/* The API was away: what changed meanwhile was told at its end. */
struct observation_gap {
    int64_t from, until; /* FIGURES_NEVER = to the end */
    const char *text;    /* why */
};

/* Requests by kind, those before the load and after it included. */
struct api_requests {
    uint64_t reads, watches, writes, generators, repeated;
};

struct variant_figures {
    const char *name, *title, *hpa, *outcome; /* outcome "" = incomplete */
    const char *load_json;
    int64_t started_wall;
    int64_t spike_over;
    int64_t load_duration;
    int64_t end; /* last moment that anything is known of */

    /* What follows leaves out the phase "warm-up", but for the seconds. */
    int64_t warm_up_seconds;
    uint64_t outcomes[OUTCOME_COUNT];
    uint64_t requests; /* with any outcome but dropped and aborted */
    uint64_t planned, sent, late, lost, connections, bytes_received, bytes_sent;
    uint64_t cold; /* ok answers said to be cold */
    uint64_t checks, check_passes;
    bool vus_known; /* a closed model sent anything */
    uint64_t vus, vus_minimum, vus_maximum;
    size_t request_count;
    struct request_figures *by_request; /* in the order of their first answers */
    size_t selection_count;
    struct metric_selection *selections; /* what expectations with labels are about */
    struct time_figures response, service, lateness;
    struct histogram response_histogram, service_histogram; /* ok answers */
    struct histogram lateness_histogram;
    size_t second_count;
    struct second_figures *seconds;

    size_t spike_count; /* kept singly; in order of time */
    struct spike *spikes;
    uint64_t spikes_slow; /* ok requests over spike_over, those that were not kept singly included */
    int64_t spike_worst;  /* 0 = no spike */
    struct phase_figures phases[PHASE_COUNT];
    size_t episode_count;
    struct episode *episodes;

    size_t pod_count; /* of the watched workload, in order of creation */
    struct pod_figures *pods;
    size_t pods_created, pods_removed; /* after the load's start */
    size_t replica_step_count;
    struct replica_step *replica_steps;
    int replicas_minimum, replicas_maximum, replicas_final; /* current, after the load's start; -1 = not known */

    size_t decision_count;
    struct decision *decisions;
    size_t reversals; /* decisions that undo the one before within 5 minutes */
    struct elasticity_figures elasticity[SUPPLY_COUNT];
    struct fairness_figures fairness;
    struct metric_figures metric;
    double cpu_per_request; /* core-seconds; 0 = not known */
    double pod_capacity;    /* requests/s that one pod carries at the target; 0 = not known */

    struct stage_figures stages[STAGE_COUNT]; /* over all scale-ups */
    size_t scale_up_count;
    struct scale_up *scale_ups;
    int64_t time_to_scale; /* the longest */
    size_t scale_down_count;
    struct scale_down *scale_downs;

    size_t event_count; /* in order of first arrival */
    struct event_figures *events;
    size_t condition_count;
    struct condition_figures *conditions;
    size_t mark_count; /* in order of time */
    struct mark *marks;
    size_t usage_count; /* of the watched workload's pods; in order of time */
    struct usage_step *usage;
    size_t given_count;
    struct given_step *given; /* in order of time */
    size_t generator_count;   /* 0 = the driver sent the load */
    struct generator_figures *generators;
    size_t generators_lost;
    double generators_unsent; /* share of the load that the lost ones left undone */
    int64_t generators_skew;  /* between the starts of the first and the last one */
    bool loss_is_a_fault;     /* generators were lost, and the variant expects nothing of them */
    size_t memory_step_count;
    struct memory_step *memory_steps;
    double memory_maximum;            /* largest working set of a pod, MiB; 0 = not known */
    double memory_target;             /* MiB a pod that the HPA aims at; 0 = it does not scale by memory, or not known */
    size_t pods_removed_out_of_order; /* while a pod of a higher ordinal stayed */
    size_t gap_count;
    struct observation_gap *gaps;     /* in order of time */
    struct api_requests api_requests; /* what the run itself asked of the API */
    bool observed;                    /* anything of the cluster was seen */

    size_t expectation_count;
    struct expectation_figures *expectations;
};

struct figures_texts;

struct run_figures {
    const char *lesson_name, *lesson_title, *lesson_file, *lesson_hash, *explanation, *cluster, *cluster_version, *pace, *machine,
        *command;
    int64_t started_wall;
    bool complete;
    size_t note_count;
    const char **notes;
    size_t variant_count;
    struct variant_figures *variants;
    const char *verdict;
    size_t passed, failed, no_data; /* expectations */
    const char *fault;              /* generators that were lost unforeseen: the run has no valid verdict; "" = none */
    struct figures_texts *texts;    /* what the texts live in */
};

/* Harmless on NULL. */
void run_figures_destroy(struct run_figures *figures);

#endif
