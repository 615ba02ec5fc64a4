/*
 * What a run looks like at this moment: for the live view and for waiting on the cluster. Fed in order with what load
 * and observer report; plain values come out. One thread at a time.
 */
#ifndef DRIVER_RECORD_LIVE_STATE_H
#define DRIVER_RECORD_LIVE_STATE_H

#include <stdbool.h>
#include <stdint.h>

#include "driver/load/load.h"
#include "driver/observe/change.h"

#define LIVE_TEXT_SIZE 160

struct live_view {
    double target_rate; /* requests/s, all loads together, of the last whole second */
    double actual_rate; /* answered ok, of the last whole second */
    uint64_t in_flight;
    uint64_t requests; /* planned so far */
    uint64_t spikes;
    uint64_t lost;
    uint64_t dropped;
    uint64_t late;             /* sent more than 10 ms after their time */
    int64_t p50, p99, maximum; /* response time of the last five seconds, nanoseconds; 0 = no answers */
    int64_t worst;             /* of the whole variant */
    const char *given_unit;    /* of the load on a resource; NULL = there is none */
    double given_target;       /* of all pods together, in the last second */
    double given;              /* what they have accepted */
    uint64_t not_told;         /* times that a pod could not be told */
    int generators;            /* that send the load; 0 = it comes from here */
    int generators_lost;
    int pods; /* that are there and not being deleted */
    int pods_ready;
    int pods_terminating;
    int replicas_specified; /* of the HPA's target; -1 = unknown */
    bool hpa_seen;
    int hpa_current, hpa_desired, hpa_minimum, hpa_maximum;
    bool metric_known;
    int metric_value;  /* percent of the request, or the average value in milli-units (memory: in MiB) */
    int metric_target; /* -1 = none */
    bool metric_is_percent;
    char metric_name[32];            /* "cpu", "memory" */
    char last_event[LIVE_TEXT_SIZE]; /* of the HPA or a pod, "" = none yet */
};

struct live_state;

/* hpa: name of the watched one, "deployment/NAME" or "statefulset/NAME" without one, "" = none. Pods of other workloads do not
 * count once it is known which one the HPA scales. */
struct live_state *live_state_create(const char *hpa, int64_t spike_over);
void live_state_destroy(struct live_state *state);

void live_state_tick(struct live_state *state, const struct load_tick *tick);
void live_state_row(struct live_state *state, const struct load_row *row);
void live_state_exemplar(struct live_state *state, const struct load_exemplar *exemplar);
void live_state_share(struct live_state *state, const struct load_spec *spec, const struct load_share *share);
void live_state_generator(struct live_state *state, const struct load_generator *generator);
void live_state_change(struct live_state *state, const struct change *change);

struct live_view live_state_view(const struct live_state *state);

#endif
