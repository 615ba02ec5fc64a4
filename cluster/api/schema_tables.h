/*
 * Short forms for the tables of schema_*.c, and the shapes that they share. Nobody else includes this.
 */
#ifndef CLUSTER_API_SCHEMA_TABLES_H
#define CLUSTER_API_SCHEMA_TABLES_H

#include "cluster/api/schema.h"

/* F_kind(member): there when not empty. F_kind_SET: there when set. F_kind_ALWAYS: always there. */
#define F_TEXT(member)                                                                                                           \
    {                                                                                                                            \
        .name = (member), .type = SCHEMA_TEXT                                                                                    \
    }
#define F_TEXT_SET(member)                                                                                                       \
    {                                                                                                                            \
        .name = (member), .type = SCHEMA_TEXT, .presence = SCHEMA_WHEN_SET                                                       \
    }
#define F_TEXT_ALWAYS(member)                                                                                                    \
    {                                                                                                                            \
        .name = (member), .type = SCHEMA_TEXT, .presence = SCHEMA_ALWAYS                                                         \
    }
#define F_INT32(member)                                                                                                          \
    {                                                                                                                            \
        .name = (member), .type = SCHEMA_INT32                                                                                   \
    }
#define F_INT32_SET(member)                                                                                                      \
    {                                                                                                                            \
        .name = (member), .type = SCHEMA_INT32, .presence = SCHEMA_WHEN_SET                                                      \
    }
#define F_INT32_ALWAYS(member)                                                                                                   \
    {                                                                                                                            \
        .name = (member), .type = SCHEMA_INT32, .presence = SCHEMA_ALWAYS                                                        \
    }
#define F_INT64(member)                                                                                                          \
    {                                                                                                                            \
        .name = (member), .type = SCHEMA_INT64                                                                                   \
    }
#define F_INT64_SET(member)                                                                                                      \
    {                                                                                                                            \
        .name = (member), .type = SCHEMA_INT64, .presence = SCHEMA_WHEN_SET                                                      \
    }
#define F_BOOLEAN(member)                                                                                                        \
    {                                                                                                                            \
        .name = (member), .type = SCHEMA_BOOLEAN                                                                                 \
    }
#define F_BOOLEAN_SET(member)                                                                                                    \
    {                                                                                                                            \
        .name = (member), .type = SCHEMA_BOOLEAN, .presence = SCHEMA_WHEN_SET                                                    \
    }
#define F_BOOLEAN_ALWAYS(member)                                                                                                 \
    {                                                                                                                            \
        .name = (member), .type = SCHEMA_BOOLEAN, .presence = SCHEMA_ALWAYS                                                      \
    }
#define F_QUANTITY_SET(member)                                                                                                   \
    {                                                                                                                            \
        .name = (member), .type = SCHEMA_QUANTITY, .presence = SCHEMA_WHEN_SET                                                   \
    }
#define F_QUANTITY_ALWAYS(member)                                                                                                \
    {                                                                                                                            \
        .name = (member), .type = SCHEMA_QUANTITY, .presence = SCHEMA_ALWAYS                                                     \
    }
#define F_INT_OR_TEXT_SET(member)                                                                                                \
    {                                                                                                                            \
        .name = (member), .type = SCHEMA_INT_OR_TEXT, .presence = SCHEMA_WHEN_SET                                                \
    }
#define F_INT_OR_TEXT_ALWAYS(member)                                                                                             \
    {                                                                                                                            \
        .name = (member), .type = SCHEMA_INT_OR_TEXT, .presence = SCHEMA_ALWAYS                                                  \
    }
#define F_TIME(member)                                                                                                           \
    {                                                                                                                            \
        .name = (member), .type = SCHEMA_TIME                                                                                    \
    }
#define F_TIME_ALWAYS(member)                                                                                                    \
    {                                                                                                                            \
        .name = (member), .type = SCHEMA_TIME, .presence = SCHEMA_ALWAYS                                                         \
    }
#define F_MICRO_TIME_ALWAYS(member)                                                                                              \
    {                                                                                                                            \
        .name = (member), .type = SCHEMA_MICRO_TIME, .presence = SCHEMA_ALWAYS                                                   \
    }
#define F_MICRO_TIME(member)                                                                                                     \
    {                                                                                                                            \
        .name = (member), .type = SCHEMA_MICRO_TIME                                                                              \
    }
#define F_ANY(member)                                                                                                            \
    {                                                                                                                            \
        .name = (member), .type = SCHEMA_ANY, .presence = SCHEMA_WHEN_SET                                                        \
    }
#define F_NEVER(member)                                                                                                          \
    {                                                                                                                            \
        .name = (member), .type = SCHEMA_ANY, .presence = SCHEMA_NEVER                                                           \
    }
#define F_OBJECT(member, shape)                                                                                                  \
    {                                                                                                                            \
        .name = (member), .type = SCHEMA_OBJECT, .presence = SCHEMA_WHEN_SET, .of = (shape)                                      \
    }
#define F_OBJECT_ALWAYS(member, shape)                                                                                           \
    {                                                                                                                            \
        .name = (member), .type = SCHEMA_OBJECT, .presence = SCHEMA_ALWAYS_OBJECT, .of = (shape)                                 \
    }
#define F_LIST(member, shape, key)                                                                                               \
    {                                                                                                                            \
        .name = (member), .type = SCHEMA_LIST, .of = (shape), .merge_key = (key)                                                 \
    }
#define F_LIST_ALWAYS(member, shape, key)                                                                                        \
    {                                                                                                                            \
        .name = (member), .type = SCHEMA_LIST, .presence = SCHEMA_ALWAYS, .of = (shape), .merge_key = (key)                      \
    }
#define F_LIST2(member, shape, key, other)                                                                                       \
    {                                                                                                                            \
        .name = (member), .type = SCHEMA_LIST, .of = (shape), .merge_key = (key), .second_key = (other)                          \
    }
#define F_TEXTS(member)                                                                                                          \
    {                                                                                                                            \
        .name = (member), .type = SCHEMA_TEXT_LIST                                                                               \
    }
#define F_TEXTS_MERGED(member)                                                                                                   \
    {                                                                                                                            \
        .name = (member), .type = SCHEMA_TEXT_LIST, .merge_key = ""                                                              \
    }
#define F_MAP(member)                                                                                                            \
    {                                                                                                                            \
        .name = (member), .type = SCHEMA_TEXT_MAP                                                                                \
    }
#define F_BYTES_MAP(member)                                                                                                      \
    {                                                                                                                            \
        .name = (member), .type = SCHEMA_BYTES_MAP                                                                               \
    }
#define F_MAP_ATOMIC(member)                                                                                                     \
    {                                                                                                                            \
        .name = (member), .type = SCHEMA_TEXT_MAP, .atomic = true                                                                \
    }
#define F_QUANTITIES(member)                                                                                                     \
    {                                                                                                                            \
        .name = (member), .type = SCHEMA_QUANTITY_MAP                                                                            \
    }
#define F_END                                                                                                                    \
    {                                                                                                                            \
        .name = NULL, .type = SCHEMA_END                                                                                         \
    }

extern const struct schema schema_object_meta, schema_label_selector, schema_object_reference, schema_condition;
extern const struct schema schema_namespace, schema_node, schema_service, schema_endpoint_slice, schema_config_map, schema_event;
extern const struct schema schema_pod, schema_pod_template;
extern const struct schema schema_pod_security_context, schema_security_context;
extern const struct schema schema_affinity, schema_toleration, schema_spread_constraint, schema_scheduling_gate;
extern const struct schema schema_key_to_path, schema_field_selector, schema_resource_selector;
extern const struct schema schema_secret_volume, schema_downward_volume, schema_projected_volume;
extern const struct schema schema_secret, schema_service_account, schema_role, schema_cluster_role, schema_role_binding;
extern const struct schema schema_cluster_role_binding;
extern const struct schema schema_stateful_set, schema_controller_revision;
extern const struct schema schema_claim_spec, schema_claim_status; /* of claims and of claim templates */
extern const struct schema schema_persistent_volume_claim, schema_persistent_volume, schema_storage_class;
extern const struct schema schema_custom_resource_definition;
extern const struct schema schema_lease, schema_priority_class, schema_pod_disruption_budget;
extern const struct schema schema_deployment, schema_replica_set, schema_horizontal_pod_autoscaler;
extern const struct schema schema_cron_job, schema_job;

#endif
