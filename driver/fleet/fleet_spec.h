/*
 * What a lesson says of the generators of its load: how many, where and how they run. Filled by the lesson reader, read by
 * this room. The names are those of k6-operator's TestRun (spec.parallelism, spec.separate, spec.runner).
 */
#ifndef DRIVER_FLEET_FLEET_SPEC_H
#define DRIVER_FLEET_FLEET_SPEC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/json.h"

#define FLEET_MOST_GENERATORS 64
#define FLEET_DEFAULT_PORT 8089

enum fleet_where {
    FLEET_AUTO,   /* from pods when there are to be several; one: from here if the Service answers here, else from a pod */
    FLEET_DRIVER, /* from here */
    FLEET_CLUSTER /* from pods */
};

enum fleet_kind {
    FLEET_JOB,       /* as many generators as told; a lost one is lost */
    FLEET_DEPLOYMENT /* they come and go, and the rest of the load is divided anew */
};

struct fleet_spec {
    enum fleet_where where;
    enum fleet_kind kind;
    int parallelism;     /* how many generators; of a Deployment: at the start */
    bool separate;       /* no two on one node */
    size_t weight_count; /* 0 = equal shares; else parallelism */
    uint32_t *weights;
    uint16_t port; /* of the control API and the metrics */
    bool keep_job; /* cleanup: none: the Job stays when the load is over, until its time to live has passed */
    int64_t ttl;   /* of a Job that has ended, nanoseconds */
    /* As the API has them; NULL = not told. */
    cJSON *resources, *labels, *annotations, *env, *node_selector, *affinity, *tolerations, *spread;
    char *priority_class, *service_account, *image, *pull_policy; /* NULL = not told */
};

/* Defaults: auto, one generator in a Job. */
void fleet_spec_init(struct fleet_spec *spec);
void fleet_spec_release(struct fleet_spec *spec);

/* Whether the load comes from pods whatever can be reached from here. */
bool fleet_spec_is_in_cluster(const struct fleet_spec *spec);

#endif
