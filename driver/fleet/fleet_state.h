/*
 * What the files of this room share of a fleet. Private to it.
 */
#ifndef DRIVER_FLEET_FLEET_STATE_H
#define DRIVER_FLEET_FLEET_STATE_H

#include <pthread.h>

#include "driver/fleet/control.h"
#include "driver/fleet/fleet.h"
#include "driver/fleet/generator_pod.h"
#include "driver/fleet/merge.h"

#define FLEET_ID_SIZE 9
#define FLEET_TOKEN_BYTES 32
#define FLEET_MOST_MEMBERS 512 /* that have ever joined; of a Deployment more than there are at once */
#define FLEET_NOBODY SIZE_MAX

/* A pod of the fleet, as the observer saw it last. */
struct seen_pod {
    struct generator_pod pod;
    bool gone;
};

/* A generator that has a plan. Its place among the members is its part, less one. */
struct member {
    struct load_generator told; /* what is told of it */
    char uid[GENERATOR_POD_UID_SIZE];
    int restarts;         /* of its container, when it joined */
    uint64_t next;        /* batch to ask for */
    uint64_t forgotten;   /* batches that it threw away before they were asked for */
    int64_t silent_since; /* monotonic; 0 = it answers */
    bool has_started;     /* it knows when to start */
    bool clock_was_seen;  /* after the start */
    bool was_limit;       /* as it says itself: not the server */
    bool is_over;         /* has told all, or is lost */
    size_t first_epoch;   /* its plan begins there */
};

/* From a moment on the load is divided among these members. */
struct fleet_epoch {
    int64_t from; /* nanoseconds since the start */
    size_t count;
    size_t *places;
};

struct fleet {
    struct fleet_options options;
    struct control control;
    char id[FLEET_ID_SIZE]; /* value of its label */
    char token[2 * FLEET_TOKEN_BYTES + 1];
    char *name;
    char *path; /* of the Job or Deployment */

    pthread_mutex_t lock; /* guards what follows up to the workers */
    size_t seen_count;
    struct seen_pod *seen;
    int64_t unschedulable_since;    /* monotonic; 0 = no pod is */
    int64_t refused_since;          /* that no pod may be made; monotonic; 0 = it may */
    char warning[LOAD_REASON_SIZE]; /* the last one of the Job or Deployment; "" */
    size_t member_count;
    struct member *members;
    struct merge *merge;
    bool ending; /* the driver ends the load early */
    size_t epoch_count;
    struct fleet_epoch *epochs; /* of a Job: one */

    /* The load that is planned or runs; not changed while workers run. */
    char plan[WIRE_ID_SIZE];
    unsigned plan_number;
    size_t load_count;
    struct wire_load *loads; /* shallow: the specs are the callers' */
    int64_t start;           /* monotonic */
    int64_t start_wall;

    size_t worker_count;
    struct worker *workers;
    atomic_bool leave; /* the workers end */
};

/* The pod of a uid; NULL = none was seen. With the lock held. */
struct seen_pod *fleet_find_uid(const struct fleet *fleet, const char *uid);

/* The i-th pod (from 0): of a Job that with the index, of a Deployment in the order in which they were seen. NULL = there is
 * none. With the lock held. */
const struct seen_pod *fleet_expected_pod(const struct fleet *fleet, size_t i);

/* The share of the loads that a generator of a Job has. */
double fleet_share(const struct fleet_spec *spec, size_t index);

/* The share of the loads that the member at a place has in an epoch; 0 = none. */
double fleet_share_in(const struct fleet *fleet, const struct fleet_epoch *epoch, size_t place);

/* Releases the members, epochs, loads and results of the plan before. */
void fleet_forget_plan(struct fleet *fleet);

/* Starts and ends the threads that read the results. */
int fleet_start_workers(struct fleet *fleet, struct error *error);
void fleet_join_workers(struct fleet *fleet);

/* Tells the fleet's owner what is known of a generator. */
void fleet_tell(const struct fleet *fleet, const struct load_generator *generator);

/* Marks the member as lost at this moment, unless it had told all. With the lock held. */
void fleet_lose(struct fleet *fleet, size_t place, const char *reason);

/* Works out what a lost member leaves undone until others take over, by the epochs that there are, and tells it. With the lock
 * held. */
void fleet_count_loss(struct fleet *fleet, size_t place);

/* Measures a member's clock against the one here. No lock. */
int fleet_measure_clock(struct fleet *fleet, size_t place, struct error *error);

/* Tells a member the plan, with all its epochs from the one in which it joined. No lock. */
int fleet_put_plan(struct fleet *fleet, size_t place, struct error *error);

/* Tells a member when to start, by its own clock. No lock. */
int fleet_put_start(struct fleet *fleet, size_t place, struct error *error);

/* Takes the pod in as a generator of the plan; its place. With the lock held. */
size_t fleet_add_member(struct fleet *fleet, const struct generator_pod *pod, size_t first_epoch);

/* One more epoch from this moment on, for these members (taken). With the lock held. */
void fleet_add_epoch(struct fleet *fleet, int64_t from, size_t *places_take, size_t count);

#endif
