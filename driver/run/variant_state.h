/*
 * What the steps of one variant share. Private to this room.
 */
#ifndef DRIVER_RUN_VARIANT_STATE_H
#define DRIVER_RUN_VARIANT_STATE_H

#include "driver/fleet/fleet.h"
#include "driver/load/load.h"
#include "driver/load/resource_load.h"
#include "driver/observe/observe.h"
#include "driver/record/recorder.h"
#include "driver/run/manifests.h"
#include "driver/run/ready_pods.h"
#include "driver/run/service.h"
#include "driver/run/variant.h"

#define REQUEST_DEADLINE (20 * NANOSECONDS_PER_SECOND)
#define NAMESPACE_SIZE 64

struct prepared_load {
    struct load *load;                  /* of requests, or */
    struct resource_load *resource;     /* on a resource */
    char address[SERVICE_ADDRESS_SIZE]; /* "" = the host is left to DNS */
    uint16_t port;
};

struct variant_state {
    const struct run_context *context;
    const struct lesson *lesson;
    const struct lesson_variant *variant;
    size_t index;
    char namespace[NAMESPACE_SIZE];
    struct manifests manifests;
    struct manifests *step_manifests; /* one for each of the lesson's steps */
    size_t steps_done;
    struct recorder *recorder;
    struct abort_watch *abort_watch; /* in front of the recorder */
    int64_t next_judgment;           /* monotonic: when its thresholds are looked at next */
    char *abort_note;                /* why the load was ended; NULL = it was not */
    struct observer *observer;
    struct ready_pods *ready_pods;
    _Atomic(struct fleet *) fleet; /* of generators in pods, which send the requests; NULL = they come from here */
    struct prepared_load *loads;   /* one for each of the lesson's */
    size_t scaled;                 /* so many of the variant's scale entries are done */
    char *service_url;
    struct kube_counts requests_before; /* made by the variants before */
    enum run_phase phase;
    int64_t load_start; /* monotonic; 0 = not yet */
};

/* How a step or a wait ended; negative = a fault, with its error. */
enum { STEP_DONE = 0, STEP_STOPPED = 1, STEP_TIMED_OUT = 2 };

/* The namespace that a variant works in. */
void variant_name_namespace(const struct lesson *lesson, const struct lesson_variant *variant, char name[NAMESPACE_SIZE]);

void variant_report_progress(const struct variant_state *state);
bool variant_is_stopped(const struct variant_state *state);

/* 1 = what is waited for is there, 0 = not yet, -1 = it cannot come any more. */
typedef int variant_condition(struct variant_state *state, const void *what, struct error *error);

/* Looks ten times a second until the condition holds, and tells the progress; STEP_TIMED_OUT after timeout (nanoseconds),
 * STEP_STOPPED when the user wants to end, a fault when the embedded cluster has ended. */
int variant_wait(struct variant_state *state, variant_condition *condition, const void *what, int64_t timeout,
                 struct error *error);

/* The same for a condition that asks the API: looks twice a second. */
int variant_wait_asking(struct variant_state *state, variant_condition *condition, const void *what, int64_t timeout,
                        struct error *error);

#endif
