/*
 * `Table`, the form in which the API answers `kubectl get`: column definitions and one row of cells an object, computed
 * here as kube-apiserver's printers do (k8s.io/kubernetes pkg/printers/internalversion).
 */
#ifndef CLUSTER_API_TABLE_H
#define CLUSTER_API_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "cluster/api/object.h"
#include "common/buffer.h"

struct table_column {
    const char *name;
    const char *type;
    const char *format;
    const char *description;
    int priority; /* 1 = shown by `-o wide` alone */
};

struct table_format {
    const struct table_column *columns;
    size_t count;
    /* Appends a cell for each column. now: wall time. NULL: the table of a custom resource (custom_resource.h). */
    void (*add_cells)(const cJSON *object, int64_t now, cJSON *cells);
};

/* What a row holds of its object (`includeObject`). */
enum table_include { TABLE_INCLUDE_METADATA, TABLE_INCLUDE_NONE, TABLE_INCLUDE_OBJECT };

const struct table_format *table_format_of(enum resource_id resource); /* built-in ones; never NULL */

/* The metadata's text is a JSON object. */
void table_begin(struct buffer *text, const struct table_format *format, const char *metadata, bool with_columns);
void table_row(struct buffer *text, const struct table_format *format, const cJSON *object, enum table_include include,
               int64_t now, bool first);
void table_end(struct buffer *text);

/* The formats of the kinds with more logic of their own. */
extern const struct table_format table_of_pods;
extern const struct table_format table_of_autoscalers;
extern const struct table_format table_of_services;
extern const struct table_format table_of_endpoint_slices;
extern const struct table_format table_of_events;
extern const struct table_format table_of_nodes;
extern const struct table_format table_of_deployments;
extern const struct table_format table_of_replica_sets;
extern const struct table_format table_of_cron_jobs;
extern const struct table_format table_of_jobs;
extern const struct table_format table_of_namespaces;
extern const struct table_format table_of_config_maps;
extern const struct table_format table_of_secrets;
extern const struct table_format table_of_service_accounts;
extern const struct table_format table_of_roles;
extern const struct table_format table_of_role_bindings;
extern const struct table_format table_of_stateful_sets;
extern const struct table_format table_of_controller_revisions;
extern const struct table_format table_of_claims;
extern const struct table_format table_of_volumes;
extern const struct table_format table_of_storage_classes;
extern const struct table_format table_of_custom_definitions;
extern const struct table_format table_of_leases;
extern const struct table_format table_of_pod_disruption_budgets;
extern const struct table_format table_of_priority_classes;
extern const struct table_format table_of_pod_metrics;
extern const struct table_format table_of_node_metrics;

#endif
