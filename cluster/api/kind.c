#include "cluster/api/kind.h"

#include <string.h>

#include "cluster/api/names.h"

static bool members_differ(const cJSON *object, const cJSON *old, const char *member)
{
    return !json_equal(json_get(object, member), json_get(old, member));
}

/* Binding a pod to a node is no change of what is wanted. */
static bool pod_raises_generation(const cJSON *pod, const cJSON *old)
{
    AUTO_JSON cJSON *spec = json_copy(json_get(pod, "spec"));
    AUTO_JSON cJSON *old_spec = json_copy(json_get(old, "spec"));
    if (json_get(old_spec, "nodeName") == NULL)
        json_remove(spec, "nodeName");
    return !json_equal(spec, old_spec);
}

static bool deployment_raises_generation(const cJSON *object, const cJSON *old)
{
    return members_differ(object, old, "spec") ||
           !json_equal(json_get(object, "metadata", "annotations"), json_get(old, "metadata", "annotations"));
}

static bool spec_raises_generation(const cJSON *object, const cJSON *old)
{
    return members_differ(object, old, "spec");
}

/* It has a generation, which stays 1. */
static bool keeps_generation(const cJSON *object, const cJSON *old)
{
    (void)object;
    (void)old;
    return false;
}

static bool endpoint_slice_raises_generation(const cJSON *object, const cJSON *old)
{
    return members_differ(object, old, "endpoints") || members_differ(object, old, "ports") ||
           members_differ(object, old, "addressType") ||
           !json_equal(json_get(object, "metadata", "labels"), json_get(old, "metadata", "labels"));
}

static const struct kind kinds[RESOURCE_COUNT] = {
    [RESOURCE_NAMESPACES] = {.name_problem = name_label_problem,
                             .set_defaults = namespace_set_defaults,
                             .prepare_create = namespace_prepare_create,
                             .validate = namespace_validate},
    [RESOURCE_NODES] = {.name_problem = name_subdomain_problem, .validate = node_validate},
    [RESOURCE_PODS] = {.name_problem = name_subdomain_problem,
                       .set_defaults = pod_set_defaults,
                       .prepare_create = pod_prepare_create,
                       .validate = pod_validate,
                       .validate_update = pod_validate_update,
                       .raises_generation = pod_raises_generation},
    [RESOURCE_SERVICES] = {.name_problem = name_service_problem,
                           .set_defaults = service_set_defaults,
                           .prepare_create = reset_status,
                           .validate = service_validate,
                           .validate_update = service_validate_update},
    [RESOURCE_ENDPOINTSLICES] = {.name_problem = name_subdomain_problem,
                                 .set_defaults = endpoint_slice_set_defaults,
                                 .validate = endpoint_slice_validate,
                                 .validate_update = endpoint_slice_validate_update,
                                 .raises_generation = endpoint_slice_raises_generation},
    [RESOURCE_CONFIGMAPS] = {.name_problem = name_subdomain_problem,
                             .validate = config_map_validate,
                             .validate_update = config_map_validate_update},
    [RESOURCE_EVENTS] = {.name_problem = name_subdomain_problem, .validate = event_validate},
    [RESOURCE_DEPLOYMENTS] = {.name_problem = name_subdomain_problem,
                              .set_defaults = deployment_set_defaults,
                              .prepare_create = reset_status,
                              .validate = deployment_validate,
                              .validate_update = selector_validate_update,
                              .validate_status = deployment_validate_status,
                              .raises_generation = deployment_raises_generation},
    [RESOURCE_REPLICASETS] = {.name_problem = name_subdomain_problem,
                              .set_defaults = replica_set_set_defaults,
                              .prepare_create = reset_status,
                              .validate = replica_set_validate,
                              .validate_update = selector_validate_update,
                              .raises_generation = spec_raises_generation},
    [RESOURCE_HORIZONTALPODAUTOSCALERS] = {.name_problem = name_subdomain_problem,
                                           .set_defaults = autoscaler_set_defaults,
                                           .prepare_create = reset_status,
                                           .validate = autoscaler_validate,
                                           .validate_status = autoscaler_validate_status},
    [RESOURCE_SECRETS] = {.name_problem = name_subdomain_problem,
                          .set_defaults = secret_set_defaults,
                          .validate = secret_validate,
                          .validate_update = secret_validate_update},
    [RESOURCE_SERVICEACCOUNTS] = {.name_problem = name_subdomain_problem},
    [RESOURCE_ROLES] = {.name_problem = name_path_segment_problem, .validate = role_validate},
    [RESOURCE_ROLEBINDINGS] = {.name_problem = name_path_segment_problem,
                               .set_defaults = role_binding_set_defaults,
                               .validate = role_binding_validate,
                               .validate_update = role_binding_validate_update},
    [RESOURCE_CLUSTERROLES] = {.name_problem = name_path_segment_problem, .validate = cluster_role_validate},
    [RESOURCE_CLUSTERROLEBINDINGS] = {.name_problem = name_path_segment_problem,
                                      .set_defaults = role_binding_set_defaults,
                                      .validate = cluster_role_binding_validate,
                                      .validate_update = role_binding_validate_update},
    [RESOURCE_STATEFULSETS] = {.name_problem = name_subdomain_problem,
                               .set_defaults = stateful_set_set_defaults,
                               .prepare_create = reset_status,
                               .validate = stateful_set_validate,
                               .validate_update = stateful_set_validate_update,
                               .validate_status = stateful_set_validate_status,
                               .raises_generation = spec_raises_generation},
    [RESOURCE_CONTROLLERREVISIONS] = {.name_problem = name_subdomain_problem,
                                      .validate = controller_revision_validate,
                                      .validate_update = controller_revision_validate_update},
    [RESOURCE_PERSISTENTVOLUMECLAIMS] = {.name_problem = name_subdomain_problem,
                                         .set_defaults = claim_set_defaults,
                                         .prepare_create = claim_prepare_create,
                                         .validate = claim_validate,
                                         .validate_update = claim_validate_update},
    [RESOURCE_PERSISTENTVOLUMES] = {.name_problem = name_subdomain_problem,
                                    .set_defaults = volume_set_defaults,
                                    .prepare_create = volume_prepare_create,
                                    .validate = volume_validate,
                                    .validate_update = volume_validate_update},
    [RESOURCE_STORAGECLASSES] = {.name_problem = name_subdomain_problem,
                                 .set_defaults = storage_class_set_defaults,
                                 .validate = storage_class_validate,
                                 .validate_update = storage_class_validate_update},
    [RESOURCE_CUSTOMRESOURCEDEFINITIONS] = {.name_problem = name_subdomain_problem,
                                            .set_defaults = custom_definition_set_defaults,
                                            .prepare_create = custom_definition_prepare_create,
                                            .validate = custom_definition_validate,
                                            .validate_update = custom_definition_validate_update,
                                            .raises_generation = spec_raises_generation},
    [RESOURCE_PODDISRUPTIONBUDGETS] = {.name_problem = name_subdomain_problem,
                                       .prepare_create = reset_status,
                                       .validate = pod_disruption_budget_validate,
                                       .raises_generation = spec_raises_generation},
    [RESOURCE_LEASES] = {.name_problem = name_subdomain_problem, .validate = lease_validate},
    [RESOURCE_PRIORITYCLASSES] = {.name_problem = name_subdomain_problem,
                                  .set_defaults = priority_class_set_defaults,
                                  .validate = priority_class_validate,
                                  .validate_update = priority_class_validate_update,
                                  .raises_generation = keeps_generation},
    [RESOURCE_CRONJOBS] = {.name_problem = name_subdomain_problem,
                           .set_defaults = cron_job_set_defaults,
                           .prepare_create = reset_status,
                           .validate = cron_job_validate,
                           .raises_generation = spec_raises_generation},
    [RESOURCE_JOBS] = {.name_problem = name_subdomain_problem,
                       .set_defaults = job_set_defaults,
                       .prepare_create = job_prepare_create,
                       .validate = job_validate,
                       .validate_update = job_validate_update,
                       .validate_status = job_validate_status,
                       .raises_generation = spec_raises_generation},
};

static const struct kind custom_kind = {.name_problem = name_subdomain_problem,
                                        .set_defaults = custom_set_defaults,
                                        .prepare_create = custom_prepare_create,
                                        .validate = custom_validate,
                                        .validate_status = custom_validate,
                                        .raises_generation = custom_raises_generation};

const struct kind *kind_of(enum resource_id resource)
{
    return resource < RESOURCE_COUNT ? &kinds[resource] : &custom_kind;
}
