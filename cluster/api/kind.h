/*
 * What the registry knows of each kind beyond its shape: defaults, what is reset at creation, what is judged. One table
 * (kind.c) joins the files defaults_*.c and validate_*.c. Trees are canonical (schema.h) when these functions see them.
 */
#ifndef CLUSTER_API_KIND_H
#define CLUSTER_API_KIND_H

#include <stdbool.h>
#include <stdint.h>

#include "cluster/api/problem.h"
#include "cluster/api/resource.h"
#include "common/json.h"

struct kind {
    const char *(*name_problem)(const char *name); /* names.h */
    /* Fills in what is left open, as Kubernetes's defaulting does; may be NULL, as all below. */
    void (*set_defaults)(cJSON *object);
    /* At creation, after the defaults: resets what only the cluster sets, such as the status. */
    void (*prepare_create)(cJSON *object);
    void (*validate)(const cJSON *object, struct problems *problems);
    /* What may not change, on top of validate. */
    void (*validate_update)(const cJSON *object, const cJSON *old, struct problems *problems);
    void (*validate_status)(const cJSON *object, struct problems *problems);
    /* Whether this change counts in metadata.generation; NULL: the kind has no generation. */
    bool (*raises_generation)(const cJSON *object, const cJSON *old);
};

/* Never NULL. */
const struct kind *kind_of(enum resource_id resource);

/* defaults_pod.c; spec is a PodSpec. */
void pod_spec_set_defaults(cJSON *spec);
void pod_set_defaults(cJSON *pod);
void pod_prepare_create(cJSON *pod);
/* Adds the condition PodScheduled when this change gives the pod its node. */
void pod_note_binding(cJSON *pod, const cJSON *old, int64_t now_wall);

/* defaults_workload.c */
void deployment_set_defaults(cJSON *deployment);
void replica_set_set_defaults(cJSON *replica_set);
void reset_status(cJSON *object);

/* defaults_autoscaler.c */
void autoscaler_set_defaults(cJSON *autoscaler);
/* A metric of autoscaling/v2: the utilization of cpu, in percent. */
cJSON *autoscaler_cpu_metric(cJSON *percentage_take);

/* defaults_batch.c */
void cron_job_set_defaults(cJSON *cron_job);
void job_set_defaults(cJSON *job);
/* Adds the labels that tie pods to this job, and the selector of them, unless spec.manualSelector is set. */
void job_prepare_create(cJSON *job);

/* defaults_core.c */
void namespace_set_defaults(cJSON *namespace);
void namespace_prepare_create(cJSON *namespace);
void service_set_defaults(cJSON *service);
void endpoint_slice_set_defaults(cJSON *slice);

/* defaults_access.c */
void secret_set_defaults(cJSON *secret);
void role_binding_set_defaults(cJSON *binding);

/* defaults_stateful.c */
#define CLAIM_PROTECTION "kubernetes.io/pvc-protection"                        /* finalizers of every claim and volume */
#define DEFAULT_CLASS_ANNOTATION "storageclass.kubernetes.io/is-default-class" /* "true": of claims that name none */
#define VOLUME_PROTECTION "kubernetes.io/pv-protection"
void stateful_set_set_defaults(cJSON *stateful_set);
void claim_set_defaults(cJSON *claim); /* of a PersistentVolumeClaim or a claim template */
void claim_prepare_create(cJSON *claim);
void volume_set_defaults(cJSON *volume);
void volume_prepare_create(cJSON *volume);
void storage_class_set_defaults(cJSON *storage_class);
/* custom_definition.c: definitions, and the objects of all custom kinds. */
void custom_definition_set_defaults(cJSON *definition);
void custom_definition_prepare_create(cJSON *definition);
void custom_definition_validate(const cJSON *definition, struct problems *problems);
void custom_definition_validate_update(const cJSON *definition, const cJSON *old, struct problems *problems);
void custom_set_defaults(cJSON *object);
void custom_prepare_create(cJSON *object);
void custom_validate(const cJSON *object, struct problems *problems);
bool custom_raises_generation(const cJSON *object, const cJSON *old);

/* lease.c, priority_class.c, pod_disruption_budget.c */
void lease_validate(const cJSON *lease, struct problems *problems);
void pod_disruption_budget_validate(const cJSON *budget, struct problems *problems);
void priority_class_set_defaults(cJSON *priority_class);
void priority_class_validate(const cJSON *priority_class, struct problems *problems);
void priority_class_validate_update(const cJSON *priority_class, const cJSON *old, struct problems *problems);

/* validate_metadata.c: of objects and of templates. */
void validate_metadata(const struct kind *kind, bool namespaced, const cJSON *object, struct problems *problems);
void validate_metadata_update(const cJSON *object, const cJSON *old, struct problems *problems);
void validate_label_selector(const cJSON *selector, const struct field_path *path, struct problems *problems);
void validate_annotations(const cJSON *annotations, const struct field_path *path, struct problems *problems);

/* validate_pod.c, validate_container.c, validate_probe.c */
void validate_pod_spec(const cJSON *spec, const struct field_path *path, struct problems *problems);
/* The most containers, volumes, tolerations and the like of one pod. */
#define POD_ITEMS_MAXIMUM 1000
/* validate_scheduling.c: affinity, tolerations, topologySpreadConstraints, schedulingGates. */
void validate_pod_scheduling(const cJSON *spec, const struct field_path *path, struct problems *problems);
void validate_container(const cJSON *container, const cJSON *volumes, bool init, const struct field_path *path,
                        struct problems *problems);
void validate_probe(const cJSON *container, const char *which, const struct field_path *path, struct problems *problems);
void validate_lifecycle(const cJSON *container, const struct field_path *path, struct problems *problems);
void validate_resources(const cJSON *resources, const struct field_path *path, struct problems *problems);
void pod_validate(const cJSON *pod, struct problems *problems);
void pod_validate_update(const cJSON *pod, const cJSON *old, struct problems *problems);

/* validate_workload.c */
void deployment_validate(const cJSON *deployment, struct problems *problems);
void deployment_validate_status(const cJSON *deployment, struct problems *problems);
void replica_set_validate(const cJSON *replica_set, struct problems *problems);
void selector_validate_update(const cJSON *object, const cJSON *old, struct problems *problems);
/* Parts of a workload's spec. kind is its name in the messages. */
void validate_not_negative(const cJSON *holder, const char *member, const struct field_path *path, struct problems *problems);
void validate_amount(const cJSON *value, bool is_maximum_unavailable, const struct field_path *path, struct problems *problems);
void validate_selector(const cJSON *spec, const char *kind, const struct field_path *path, struct problems *problems);
void validate_template(const cJSON *spec, const char *kind, const struct field_path *path, struct problems *problems);

/* validate_stateful.c */
void stateful_set_validate(const cJSON *stateful_set, struct problems *problems);
void stateful_set_validate_update(const cJSON *stateful_set, const cJSON *old, struct problems *problems);
void stateful_set_validate_status(const cJSON *stateful_set, struct problems *problems);
void controller_revision_validate(const cJSON *revision, struct problems *problems);
void controller_revision_validate_update(const cJSON *revision, const cJSON *old, struct problems *problems);

/* validate_storage.c */
void claim_spec_validate(const cJSON *spec, const struct field_path *path, struct problems *problems);
void claim_validate(const cJSON *claim, struct problems *problems);
void claim_validate_update(const cJSON *claim, const cJSON *old, struct problems *problems);
void volume_validate(const cJSON *volume, struct problems *problems);
void volume_validate_update(const cJSON *volume, const cJSON *old, struct problems *problems);
void storage_class_validate(const cJSON *storage_class, struct problems *problems);
void storage_class_validate_update(const cJSON *storage_class, const cJSON *old, struct problems *problems);

/* validate_autoscaler.c */
void autoscaler_validate(const cJSON *autoscaler, struct problems *problems);
void autoscaler_validate_status(const cJSON *autoscaler, struct problems *problems);

/* validate_job.c, validate_job_policies.c, validate_cron_job.c */
/* What a Job's spec and a CronJob's jobTemplate.spec have in common. */
void validate_job_spec(const cJSON *spec, const struct field_path *path, struct problems *problems);
void validate_pod_failure_policy(const cJSON *spec, const struct field_path *path, struct problems *problems);
void validate_success_policy(const cJSON *spec, const struct field_path *path, struct problems *problems);
void job_validate(const cJSON *job, struct problems *problems);
void job_validate_update(const cJSON *job, const cJSON *old, struct problems *problems);
void job_validate_status(const cJSON *job, struct problems *problems);
void cron_job_validate(const cJSON *cron_job, struct problems *problems);

/* validate_core.c, validate_service.c */
void namespace_validate(const cJSON *namespace, struct problems *problems);
void service_validate(const cJSON *service, struct problems *problems);
void service_validate_update(const cJSON *service, const cJSON *old, struct problems *problems);
void endpoint_slice_validate(const cJSON *slice, struct problems *problems);
void endpoint_slice_validate_update(const cJSON *slice, const cJSON *old, struct problems *problems);
void config_map_validate(const cJSON *config_map, struct problems *problems);
void config_map_validate_update(const cJSON *config_map, const cJSON *old, struct problems *problems);
void event_validate(const cJSON *event, struct problems *problems);
void node_validate(const cJSON *node, struct problems *problems);

/* validate_access.c */
void secret_validate(const cJSON *secret, struct problems *problems);
void secret_validate_update(const cJSON *secret, const cJSON *old, struct problems *problems);
void role_validate(const cJSON *role, struct problems *problems);
void cluster_role_validate(const cJSON *role, struct problems *problems);
void role_binding_validate(const cJSON *binding, struct problems *problems);
void cluster_role_binding_validate(const cJSON *binding, struct problems *problems);
void role_binding_validate_update(const cJSON *binding, const cJSON *old, struct problems *problems);

#endif
