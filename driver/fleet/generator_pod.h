/*
 * What a generator's Pod object says of it: whether it can be talked to, and if not, why, in words for people.
 */
#ifndef DRIVER_FLEET_GENERATOR_POD_H
#define DRIVER_FLEET_GENERATOR_POD_H

#include <stdbool.h>

#include "common/json.h"

#define GENERATOR_POD_NAME_SIZE 254
#define GENERATOR_POD_UID_SIZE 64
#define GENERATOR_POD_REASON_SIZE 400

enum generator_pod_state {
    GENERATOR_POD_WAITING,       /* on its way */
    GENERATOR_POD_UNSCHEDULABLE, /* no node takes it at present */
    GENERATOR_POD_STUCK,         /* will not start by itself */
    GENERATOR_POD_READY,
    GENERATOR_POD_LEAVING, /* is being deleted; may still answer */
    GENERATOR_POD_ENDED    /* its containers have ended */
};

struct generator_pod {
    char name[GENERATOR_POD_NAME_SIZE];
    char node[GENERATOR_POD_NAME_SIZE]; /* "" = none yet */
    char uid[GENERATOR_POD_UID_SIZE];
    int index;    /* of an Indexed Job, from 0; -1 = none */
    int restarts; /* of its container */
    enum generator_pod_state state;
    char reason[GENERATOR_POD_REASON_SIZE]; /* "" = ready */
};

void generator_pod_read(const cJSON *pod, struct generator_pod *read);

#endif
