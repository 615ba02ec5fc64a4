#include "cluster/api/table.h"

#include <stdlib.h>

#include "cluster/api/custom_resource.h"

const struct table_format *table_format_of(enum resource_id resource)
{
    static const struct table_format *const formats[RESOURCE_COUNT] = {
        [RESOURCE_NAMESPACES] = &table_of_namespaces,
        [RESOURCE_NODES] = &table_of_nodes,
        [RESOURCE_PODS] = &table_of_pods,
        [RESOURCE_SERVICES] = &table_of_services,
        [RESOURCE_ENDPOINTSLICES] = &table_of_endpoint_slices,
        [RESOURCE_CONFIGMAPS] = &table_of_config_maps,
        [RESOURCE_EVENTS] = &table_of_events,
        [RESOURCE_DEPLOYMENTS] = &table_of_deployments,
        [RESOURCE_REPLICASETS] = &table_of_replica_sets,
        [RESOURCE_HORIZONTALPODAUTOSCALERS] = &table_of_autoscalers,
        [RESOURCE_SECRETS] = &table_of_secrets,
        [RESOURCE_SERVICEACCOUNTS] = &table_of_service_accounts,
        [RESOURCE_ROLES] = &table_of_roles,
        [RESOURCE_ROLEBINDINGS] = &table_of_role_bindings,
        [RESOURCE_CLUSTERROLES] = &table_of_roles,
        [RESOURCE_CLUSTERROLEBINDINGS] = &table_of_role_bindings,
        [RESOURCE_STATEFULSETS] = &table_of_stateful_sets,
        [RESOURCE_CONTROLLERREVISIONS] = &table_of_controller_revisions,
        [RESOURCE_PERSISTENTVOLUMECLAIMS] = &table_of_claims,
        [RESOURCE_PERSISTENTVOLUMES] = &table_of_volumes,
        [RESOURCE_STORAGECLASSES] = &table_of_storage_classes,
        [RESOURCE_LEASES] = &table_of_leases,
        [RESOURCE_CUSTOMRESOURCEDEFINITIONS] = &table_of_custom_definitions,
        [RESOURCE_PRIORITYCLASSES] = &table_of_priority_classes,
        [RESOURCE_PODDISRUPTIONBUDGETS] = &table_of_pod_disruption_budgets,
        [RESOURCE_CRONJOBS] = &table_of_cron_jobs,
        [RESOURCE_JOBS] = &table_of_jobs,
    };
    return formats[resource];
}

static void append_columns(struct buffer *text, const struct table_format *format)
{
    AUTO_JSON cJSON *columns = cJSON_CreateArray();
    for (size_t i = 0; i < format->count; i++) {
        const struct table_column *column = &format->columns[i];
        cJSON *definition = cJSON_CreateObject();
        json_set_text(definition, "name", column->name);
        json_set_text(definition, "type", column->type);
        json_set_text(definition, "format", column->format);
        json_set_text(definition, "description", column->description);
        json_set_integer(definition, "priority", column->priority);
        cJSON_AddItemToArray(columns, definition);
    }
    AUTO_FREE char *printed = json_print(columns);
    buffer_append_text(text, printed);
}

void table_begin(struct buffer *text, const struct table_format *format, const char *metadata, bool with_columns)
{
    buffer_append_format(
        text, "{\"kind\":\"Table\",\"apiVersion\":\"meta.k8s.io/v1\",\"metadata\":%s,\"columnDefinitions\":", metadata);
    if (with_columns)
        append_columns(text, format);
    else
        buffer_append_text(text, "null");
    buffer_append_text(text, ",\"rows\":[");
}

static void append_tree(struct buffer *text, const cJSON *tree)
{
    AUTO_FREE char *printed = json_print(tree);
    buffer_append_text(text, printed);
}

void table_row(struct buffer *text, const struct table_format *format, const cJSON *object, enum table_include include,
               int64_t now, bool first)
{
    AUTO_JSON cJSON *cells = cJSON_CreateArray();
    if (format->add_cells == NULL)
        custom_add_cells(format, object, now, cells);
    else
        format->add_cells(object, now, cells);
    buffer_append_text(text, first ? "{\"cells\":" : ",{\"cells\":");
    append_tree(text, cells);
    if (include == TABLE_INCLUDE_OBJECT) {
        buffer_append_text(text, ",\"object\":");
        append_tree(text, object);
    } else if (include == TABLE_INCLUDE_METADATA) {
        buffer_append_text(text,
                           ",\"object\":{\"kind\":\"PartialObjectMetadata\",\"apiVersion\":\"meta.k8s.io/v1\",\"metadata\":");
        append_tree(text, json_get(object, "metadata"));
        buffer_append_character(text, '}');
    } else {
        buffer_append_text(text, ",\"object\":null");
    }
    buffer_append_character(text, '}');
}

void table_end(struct buffer *text)
{
    buffer_append_text(text, "]}");
}
