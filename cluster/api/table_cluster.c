#include <ctype.h>
#include <string.h>

#include "cluster/api/table_cell.h"

#define CELL_MAXIMUM (64 * 1024)

static const struct table_column namespace_columns[] = {
    COLUMN_NAME,
    {"Status", "string", "", "Active, or Terminating while its objects are removed.", 0},
    COLUMN_AGE,
};

static void add_namespace_cells(const cJSON *namespace, int64_t now, cJSON *cells)
{
    cell_name(cells, namespace);
    cell_text(cells, json_text(json_get(namespace, "status", "phase"), ""));
    cell_age(cells, namespace, now);
}

const struct table_format table_of_namespaces = {namespace_columns, sizeof namespace_columns / sizeof namespace_columns[0],
                                                 add_namespace_cells};

static const struct table_column config_map_columns[] = {
    COLUMN_NAME,
    {"Data", "string", "", "How many entries it holds.", 0},
    COLUMN_AGE,
};

static void add_config_map_cells(const cJSON *config_map, int64_t now, cJSON *cells)
{
    cell_name(cells, config_map);
    cell_integer(cells,
                 cJSON_GetArraySize(json_get(config_map, "data")) + cJSON_GetArraySize(json_get(config_map, "binaryData")));
    cell_age(cells, config_map, now);
}

const struct table_format table_of_config_maps = {config_map_columns, sizeof config_map_columns / sizeof config_map_columns[0],
                                                  add_config_map_cells};

static const struct table_column event_columns[] = {
    {"Last Seen", "string", "", "When it happened last.", 0},
    {"Type", "string", "", "Normal or Warning.", 0},
    {"Reason", "string", "", "Why, in one word for programs.", 0},
    {"Object", "string", "", "What it happened to.", 0},
    {"Subobject", "string", "", "The part of the object, such as a container.", 1},
    {"Source", "string", "", "Who reported it.", 1},
    {"Message", "string", "", "What happened, for people.", 0},
    {"First Seen", "string", "", "When it happened first.", 1},
    {"Count", "string", "", "How often it happened.", 1},
    {"Name", "string", "name", "The object's name, unique among those of its kind in its namespace.", 1},
};

static const char *first_timestamp(const cJSON *event)
{
    const char *first = json_text(json_get(event, "firstTimestamp"), NULL);
    return first != NULL ? first : json_text(json_get(event, "eventTime"), NULL);
}

static const char *last_timestamp(const cJSON *event)
{
    const char *series = json_text(json_get(event, "series", "lastObservedTime"), NULL);
    const char *last = json_text(json_get(event, "lastTimestamp"), NULL);
    if (series != NULL)
        return series;
    return last != NULL ? last : first_timestamp(event);
}

static void cell_involved(cJSON *cells, const cJSON *object)
{
    AUTO_FREE char *kind = memory_copy_text(json_text(json_get(object, "kind"), ""));
    for (char *character = kind; *character != '\0'; character++)
        *character = (char)tolower((unsigned char)*character);
    const char *name = json_text(json_get(object, "name"), "");
    AUTO_FREE char *text = name[0] != '\0' ? memory_format("%s/%s", kind, name) : memory_copy_text(kind);
    cell_text(cells, text);
}

static void cell_source(cJSON *cells, const cJSON *event)
{
    const char *component = json_text(json_get(event, "source", "component"), "");
    const char *host = json_text(json_get(event, "source", "host"), "");
    if (component[0] == '\0') {
        component = json_text(json_get(event, "reportingComponent"), "");
        host = json_text(json_get(event, "reportingInstance"), "");
    }
    AUTO_FREE char *text = host[0] != '\0' ? memory_format("%s, %s", component, host) : memory_copy_text(component);
    cell_text(cells, text);
}

static void cell_trimmed(cJSON *cells, const char *text)
{
    while (isspace((unsigned char)*text))
        text++;
    size_t length = strlen(text);
    while (length > 0 && isspace((unsigned char)text[length - 1]))
        length--;
    AUTO_FREE char *trimmed = memory_copy_bytes(text, length);
    cell_text(cells, trimmed);
}

static void add_event_cells(const cJSON *event, int64_t now, cJSON *cells)
{
    char text[HUMAN_DURATION_SIZE];
    int64_t count = json_integer(json_get(event, "series", "count"), json_integer(json_get(event, "count"), 0));
    cell_text(cells, human_age(last_timestamp(event), now, text));
    cell_text(cells, json_text(json_get(event, "type"), ""));
    cell_text(cells, json_text(json_get(event, "reason"), ""));
    cell_involved(cells, json_get(event, "involvedObject"));
    cell_text(cells, json_text(json_get(event, "involvedObject", "fieldPath"), ""));
    cell_source(cells, event);
    cell_trimmed(cells, json_text(json_get(event, "message"), ""));
    cell_text(cells, human_age(first_timestamp(event), now, text));
    cell_integer(cells, count > 0 ? count : 1);
    cell_name(cells, event);
}

const struct table_format table_of_events = {event_columns, sizeof event_columns / sizeof event_columns[0], add_event_cells};

static const struct table_column node_columns[] = {
    COLUMN_NAME,
    {"Status", "string", "", "Whether pods can run there.", 0},
    {"Roles", "string", "", "What the node is for.", 0},
    COLUMN_AGE,
    {"Version", "string", "", "The kubelet's version.", 0},
    {"Internal-IP", "string", "", "The node's address inside the cluster.", 1},
    {"External-IP", "string", "", "The node's address outside of the cluster.", 1},
    {"OS-Image", "string", "", "The operating system's name.", 1},
    {"Kernel-Version", "string", "", "The kernel's release.", 1},
    {"Container-Runtime", "string", "", "What starts the containers.", 1},
};

static const char *node_status(const cJSON *node)
{
    const cJSON *condition;
    bool unschedulable = json_boolean(json_get(node, "spec", "unschedulable"), false);
    cJSON_ArrayForEach (condition, json_get(node, "status", "conditions")) {
        if (strcmp(json_text(json_get(condition, "type"), ""), "Ready") != 0)
            continue;
        if (strcmp(json_text(json_get(condition, "status"), ""), "True") == 0)
            return unschedulable ? "Ready,SchedulingDisabled" : "Ready";
        return unschedulable ? "NotReady,SchedulingDisabled" : "NotReady";
    }
    return unschedulable ? "Unknown,SchedulingDisabled" : "Unknown";
}

static void cell_roles(cJSON *cells, const cJSON *node)
{
    static const char prefix[] = "node-role.kubernetes.io/";
    AUTO_BUFFER struct buffer text;
    buffer_init(&text, CELL_MAXIMUM);
    const cJSON *label;
    cJSON_ArrayForEach (label, json_get(node, "metadata", "labels")) {
        if (label->string == NULL || strncmp(label->string, prefix, sizeof prefix - 1) != 0 ||
            label->string[sizeof prefix - 1] == '\0')
            continue;
        if (text.length > 0)
            buffer_append_character(&text, ',');
        buffer_append_text(&text, label->string + sizeof prefix - 1);
    }
    cell_text_or_none(cells, text.data);
}

static void cell_address(cJSON *cells, const cJSON *node, const char *type)
{
    const cJSON *address;
    const char *found = NULL;
    cJSON_ArrayForEach (address, json_get(node, "status", "addresses")) {
        if (found == NULL && strcmp(json_text(json_get(address, "type"), ""), type) == 0)
            found = json_text(json_get(address, "address"), NULL);
    }
    cell_text_or_none(cells, found);
}

static void cell_known(cJSON *cells, const cJSON *node)
{
    cell_text(cells, node == NULL || json_text(node, "")[0] == '\0' ? "<unknown>" : json_text(node, ""));
}

static void add_node_cells(const cJSON *node, int64_t now, cJSON *cells)
{
    const cJSON *information = json_get(node, "status", "nodeInfo");
    const char *kernel = json_text(json_get(information, "kernelVersion"), "");
    const char *architecture = json_text(json_get(information, "architecture"), "");
    AUTO_FREE char *kernel_text =
        architecture[0] != '\0' ? memory_format("%s (%s)", kernel, architecture) : memory_copy_text(kernel);
    cell_name(cells, node);
    cell_text(cells, node_status(node));
    cell_roles(cells, node);
    cell_age(cells, node, now);
    cell_text(cells, json_text(json_get(information, "kubeletVersion"), ""));
    cell_address(cells, node, "InternalIP");
    cell_address(cells, node, "ExternalIP");
    cell_known(cells, json_get(information, "osImage"));
    cell_text(cells, kernel[0] != '\0' ? kernel_text : "<unknown>");
    cell_known(cells, json_get(information, "containerRuntimeVersion"));
}

const struct table_format table_of_nodes = {node_columns, sizeof node_columns / sizeof node_columns[0], add_node_cells};
