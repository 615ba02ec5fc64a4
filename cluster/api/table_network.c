#include <inttypes.h>
#include <string.h>

#include "cluster/api/selector.h"
#include "cluster/api/table_cell.h"

#define CELL_MAXIMUM (64 * 1024)
#define SHOWN_ENTRIES 3 /* of an endpoint slice, before "+ n more..." */

static const struct table_column service_columns[] = {
    COLUMN_NAME,
    {"Type", "string", "", "How the service is exposed.", 0},
    {"Cluster-IP", "string", "", "The service's address inside the cluster.", 0},
    {"External-IP", "string", "", "Addresses outside of the cluster that lead here.", 0},
    {"Port(s)", "string", "", "The service's ports.", 0},
    COLUMN_AGE,
    {"Selector", "string", "", "Labels of the pods behind the service.", 1},
};

static void cell_service_ports(cJSON *cells, const cJSON *ports)
{
    AUTO_BUFFER struct buffer text;
    buffer_init(&text, CELL_MAXIMUM);
    const cJSON *port;
    cJSON_ArrayForEach (port, ports) {
        int64_t node_port = json_integer(json_get(port, "nodePort"), 0);
        if (text.length > 0)
            buffer_append_character(&text, ',');
        buffer_append_format(&text, "%" PRId64, json_integer(json_get(port, "port"), 0));
        if (node_port != 0)
            buffer_append_format(&text, ":%" PRId64, node_port);
        buffer_append_format(&text, "/%s", json_text(json_get(port, "protocol"), "TCP"));
    }
    cell_text_or_none(cells, text.data);
}

static void cell_external_addresses(cJSON *cells, const cJSON *service)
{
    AUTO_BUFFER struct buffer text;
    buffer_init(&text, CELL_MAXIMUM);
    const char *type = json_text(json_get(service, "spec", "type"), "");
    const cJSON *address;
    cJSON_ArrayForEach (address, json_get(service, "spec", "externalIPs")) {
        if (text.length > 0)
            buffer_append_character(&text, ',');
        buffer_append_text(&text, json_text(address, ""));
    }
    if (strcmp(type, "ExternalName") == 0)
        cell_text_or_none(cells, json_text(json_get(service, "spec", "externalName"), NULL));
    else if (strcmp(type, "LoadBalancer") == 0 && text.length == 0)
        cell_text(cells, "<pending>");
    else
        cell_text_or_none(cells, text.data);
}

static void add_service_cells(const cJSON *service, int64_t now, cJSON *cells)
{
    const cJSON *map = json_get(service, "spec", "selector");
    AUTO_SELECTOR struct selector *selector = map != NULL ? selector_from_map(map) : NULL;
    AUTO_FREE char *selector_text = selector != NULL ? selector_to_text(selector) : NULL;
    cell_name(cells, service);
    cell_text(cells, json_text(json_get(service, "spec", "type"), ""));
    cell_text_or_none(cells, json_text(json_get(service, "spec", "clusterIP"), NULL));
    cell_external_addresses(cells, service);
    cell_service_ports(cells, json_get(service, "spec", "ports"));
    cell_age(cells, service, now);
    cell_text_or_none(cells, selector_text);
}

const struct table_format table_of_services = {service_columns, sizeof service_columns / sizeof service_columns[0],
                                               add_service_cells};

static const struct table_column endpoint_slice_columns[] = {
    COLUMN_NAME,
    {"AddressType", "string", "", "The kind of all the addresses in this slice.", 0},
    {"Ports", "string", "", "The ports that every endpoint serves.", 0},
    {"Endpoints", "string", "", "The endpoints' addresses.", 0},
    COLUMN_AGE,
};

/* The first few of many, joined by commas. */
struct short_list {
    struct buffer text;
    int count;
};

static void short_list_add(struct short_list *list, const char *entry)
{
    if (list->count < SHOWN_ENTRIES) {
        if (list->count > 0)
            buffer_append_character(&list->text, ',');
        buffer_append_text(&list->text, entry);
    }
    list->count++;
}

static void cell_short_list(cJSON *cells, struct short_list *list)
{
    if (list->count > SHOWN_ENTRIES)
        buffer_append_format(&list->text, " + %d more...", list->count - SHOWN_ENTRIES);
    cell_text(cells, list->count > 0 ? list->text.data : "<unset>");
    buffer_release(&list->text);
}

static void cell_endpoint_ports(cJSON *cells, const cJSON *slice)
{
    struct short_list list = {0};
    buffer_init(&list.text, CELL_MAXIMUM);
    const cJSON *port;
    cJSON_ArrayForEach (port, json_get(slice, "ports")) {
        const cJSON *number = json_get(port, "port");
        AUTO_FREE char *text = memory_format("%" PRId64, json_integer(number, 0));
        short_list_add(&list, cJSON_IsNumber(number) ? text : "*");
    }
    cell_short_list(cells, &list);
}

static void cell_endpoint_addresses(cJSON *cells, const cJSON *slice)
{
    struct short_list list = {0};
    buffer_init(&list.text, CELL_MAXIMUM);
    const cJSON *endpoint;
    const cJSON *address;
    cJSON_ArrayForEach (endpoint, json_get(slice, "endpoints")) {
        cJSON_ArrayForEach (address, json_get(endpoint, "addresses")) {
            short_list_add(&list, json_text(address, ""));
        }
    }
    cell_short_list(cells, &list);
}

static void add_endpoint_slice_cells(const cJSON *slice, int64_t now, cJSON *cells)
{
    cell_name(cells, slice);
    cell_text(cells, json_text(json_get(slice, "addressType"), ""));
    cell_endpoint_ports(cells, slice);
    cell_endpoint_addresses(cells, slice);
    cell_age(cells, slice, now);
}

const struct table_format table_of_endpoint_slices = {
    endpoint_slice_columns, sizeof endpoint_slice_columns / sizeof endpoint_slice_columns[0], add_endpoint_slice_cells};
