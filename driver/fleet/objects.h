/*
 * The Kubernetes objects of a fleet, as JSON: a Job (or Deployment) of generators and the Secret with their token, which the
 * Job owns. They satisfy the restricted Pod Security Standard. Nothing is asked of a cluster here.
 */
#ifndef DRIVER_FLEET_OBJECTS_H
#define DRIVER_FLEET_OBJECTS_H

#include <stdint.h>

#include "common/json.h"
#include "driver/fleet/fleet_spec.h"
#include "driver/observe/workload.h"

#define FLEET_LESSON_LABEL "hpalab/lesson"
#define FLEET_RUN_LABEL "hpalab/run"
#define FLEET_LABEL "hpalab/fleet" /* a run has a fleet for each variant */
#define FLEET_COMPONENT_LABEL "app.kubernetes.io/component"
#define FLEET_COMPONENT "generator"
#define FLEET_CONTROL_PORT "control"              /* name of the container's port */
#define FLEET_DEPLOYMENT_NAME WORKLOAD_GENERATORS /* an HPA of the lesson's manifests may name it */

/* Whose objects they are. Texts are borrowed. */
struct fleet_identity {
    const char *run;    /* value of the run's label */
    const char *fleet;  /* value of the fleet's label */
    const char *lesson; /* the label hpalab/lesson */
    const char *name;   /* of the Job or Deployment, and of the Secret */
    int64_t deadline;   /* after which the Job's pods are ended, whatever became of the driver; nanoseconds */
};

/* A Job that is suspended, or a Deployment without replicas: the Secret must be there before the first pod, and must be owned.
 * The caller deletes the trees. */
cJSON *objects_workload(const struct fleet_identity *identity, const struct fleet_spec *spec);

/* owner: the Job or Deployment as the API has made it. token is wiped from nothing here: the tree holds it, as base64. */
cJSON *objects_secret(const struct fleet_identity *identity, const cJSON *owner, const char *token);

/* A merge patch that lets the pods begin. */
cJSON *objects_release(const struct fleet_spec *spec);

#endif
