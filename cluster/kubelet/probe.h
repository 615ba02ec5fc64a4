/*
 * One probe of one container as a state machine: when to ask next, what the answers add up to. It knows neither
 * sockets nor clocks; `now` is monotonic. The behaviour is that of the kubelet's prober (1.36).
 *
 * Asked are: each period after the start of the container, not before the initial delay is over. The kubelet also
 * asks a readiness probe once outside its period when the container's start or the startup probe's success is noticed,
 * which is up to a second later (its relist period); here that is PROBE_FIRST_READINESS after it, without jitter.
 */
#ifndef CLUSTER_KUBELET_PROBE_H
#define CLUSTER_KUBELET_PROBE_H

#include <stdbool.h>
#include <stdint.h>

#include "common/json.h"

#define PROBE_FIRST_READINESS INT64_C(300000000)

enum probe_kind { PROBE_STARTUP, PROBE_LIVENESS, PROBE_READINESS, PROBE_KINDS };

enum probe_change { PROBE_NO_CHANGE, PROBE_SUCCEEDED, PROBE_FAILED };

struct probe {
    bool present;
    enum probe_kind kind;
    int64_t initial_delay, period, timeout; /* nanoseconds */
    int success_threshold, failure_threshold;
    int64_t grace_seconds; /* the probe's own terminationGracePeriodSeconds; -1 = the pod's */

    bool active;        /* between probe_start and probe_stop */
    bool asking;        /* an answer is awaited */
    int64_t started;    /* of the container */
    int64_t next;       /* of the period */
    int64_t extra;      /* one ask outside the period; INT64_MAX = none */
    bool last_answer;   /* of the run */
    int run;            /* answers alike in a row */
    bool good, decided; /* the result: what was reported last, and whether anything was */
};

/* Reads a probe of the container's spec; present is false when specification is NULL. Numbers are held within sane
 * bounds, missing ones are Kubernetes's defaults. */
void probe_configure(struct probe *probe, enum probe_kind kind, const cJSON *specification);

/* The container runs since `started`; asks begin (for liveness and readiness: when the startup probe, if there is one,
 * has succeeded, hence the separate now). */
void probe_start(struct probe *probe, int64_t started, int64_t now);
void probe_stop(struct probe *probe);

/* When to ask next; INT64_MAX while inactive or asking. */
int64_t probe_next(const struct probe *probe);

/* True when it is time to ask: the asking begins, and the caller owes probe_answer. */
bool probe_due(struct probe *probe, int64_t now);

/* An answer came. A change is told when the threshold is reached and the result differs from the one before; a
 * failed liveness or startup probe tells it once and then stops. */
enum probe_change probe_answer(struct probe *probe, bool success);

#endif
