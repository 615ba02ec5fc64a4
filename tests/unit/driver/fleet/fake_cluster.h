/*
 * A cluster of tests that takes a fleet's objects, and behind its pod proxy generators that keep to their plans: each second
 * they tell how many arrivals of the schedule were theirs, by the epochs that they know. Their clocks may be wrong, and they
 * may die.
 */
#ifndef TESTS_UNIT_DRIVER_FLEET_FAKE_CLUSTER_H
#define TESTS_UNIT_DRIVER_FLEET_FAKE_CLUSTER_H

#include <pthread.h>
#include <stdatomic.h>

#include "driver/fleet/fleet.h"
#include "driver/wire/wire_plan.h"
#include "driver/wire/wire_status.h"

#define FAKE_GENERATORS 6
#define FAKE_SECONDS 64

/* Guarded by the cluster's lock, but for what is atomic. */
struct fake_generator {
    int64_t clock_ahead; /* of its clock; set before the fleet is planned */
    atomic_bool dead;    /* does not answer any more */
    int64_t invents;     /* adds these seconds to those that it tells of; set before the fleet is planned */
    bool is_limit;       /* says that it is itself the limit; set before the fleet is planned */
    atomic_bool stops;   /* has been told to end by somebody else */
    atomic_size_t told;  /* seconds so far */
    bool has_plan;
    struct wire_plan plan;
    int64_t at;         /* as told, by its clock; 0 = not started */
    atomic_llong first; /* second that it told of first */
};

struct fake_cluster {
    struct fake_server *server;
    struct kube_client *client;
    char *folder;
    char *job;    /* as it was posted */
    char *secret; /* as it was posted */
    char *patch;  /* as it was sent last */
    int deleted;  /* objects */
    int unauthorised;
    pthread_mutex_t lock;
    struct fake_generator generators[FAKE_GENERATORS];
};

void fake_cluster_start(struct fake_cluster *cluster);
void fake_cluster_stop(struct fake_cluster *cluster);

/* The label hpalab/fleet of the Job that was posted; the caller frees it. */
char *fake_cluster_fleet(struct fake_cluster *cluster);

/* Tells the fleet of the pod of a generator, as the observer would. type: CHANGE_ADDED, ...; status: of the Pod, JSON. */
void fake_cluster_show(struct fake_cluster *cluster, struct fleet *fleet, size_t index, enum change_type type,
                       const char *status);

/* Status of a pod that is ready, and what stands for one that is being deleted while it is. */
extern const char FAKE_READY[];
extern const char FAKE_LEAVING[];

#endif
