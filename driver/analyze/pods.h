/*
 * Follows pods and endpoints through the changes that the observer saw.
 */
#ifndef DRIVER_ANALYZE_PODS_H
#define DRIVER_ANALYZE_PODS_H

#include "driver/analyze/figures.h"
#include "driver/analyze/texts.h"
#include "driver/observe/change.h"

struct ready_step {
    int64_t time;
    bool ready;
};

struct pod_track {
    struct pod_figures figures;
    const char *uid;
    const char *owner;     /* name of its controller, "" = none */
    bool of_job;           /* its controller is a Job: no replica of anything */
    double cpu_request;    /* cores; 0 = none */
    double memory_request; /* bytes; 0 = none */
    size_t ready_count;
    struct ready_step *ready_steps;
};

/* A pod's place among the endpoints, from this moment on. */
struct endpoint_step {
    int64_t time;
    const char *slice;
    const char *pod;
    bool ready;   /* takes new connections */
    bool serving; /* takes them when no other is ready */
};

struct pods {
    struct figures_texts *texts; /* borrowed */
    int64_t started_wall;
    size_t count;
    struct pod_track *tracks;
    size_t endpoint_count;
    struct endpoint_step *endpoints;
};

void pods_release(struct pods *pods);

void pods_see_pod(struct pods *pods, int64_t time, const struct change *change);
void pods_see_slice(struct pods *pods, int64_t time, const struct change *change);

/* Keeps only the pods of one workload (by their controller's name: the workload, or the workload, a dash and one more
 * word), in order of creation, and finds when each left the endpoints. "" keeps all but those of Jobs. */
void pods_settle(struct pods *pods, const char *workload);

/* The pod of that name that was there at the moment (else the latest of that name); NULL when there is none. */
struct pod_track *pods_find(const struct pods *pods, const char *name, int64_t time);

bool pods_ready_at(const struct pod_track *pod, int64_t time); /* Ready, and not being deleted */

/* It takes new connections: it is among the ready endpoints. */
bool pods_is_endpoint_at(const struct pods *pods, const char *name, int64_t time);

#endif
