#include "cluster/proxy/table.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

#include "common/json.h"
#include "common/memory.h"

int table_compare_addresses(const void *left, const void *right)
{
    const struct sockaddr_in *one = left;
    const struct sockaddr_in *other = right;
    uint64_t first = (uint64_t)ntohl(one->sin_addr.s_addr) << 16 | ntohs(one->sin_port);
    uint64_t second = (uint64_t)ntohl(other->sin_addr.s_addr) << 16 | ntohs(other->sin_port);
    return (first > second) - (first < second);
}

static int compare_rows(const void *left, const void *right)
{
    return table_compare_addresses(&((const struct table_row *)left)->listen, &((const struct table_row *)right)->listen);
}

static bool parse_address(const char *text, int64_t port, struct sockaddr_in *address)
{
    *address = (struct sockaddr_in){.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    return port > 0 && port < 65536 && inet_pton(AF_INET, text, &address->sin_addr) == 1;
}

static bool is_loopback(const struct sockaddr_in *address)
{
    return ntohl(address->sin_addr.s_addr) >> 24 == 127;
}

static bool is_tcp(const cJSON *port)
{
    return strcmp(json_text(json_get(port, "protocol"), "TCP"), "TCP") == 0;
}

static bool is_slice_of(const struct object *slice, const struct object *service)
{
    const char *name = json_text(json_get(object_tree(slice), "metadata", "labels", "kubernetes.io/service-name"), "");
    return strcmp(name, object_name(service)) == 0 && strcmp(object_namespace(slice), object_namespace(service)) == 0;
}

/* The slice's port of that name; 0 when it has none. */
static int64_t slice_port(const struct object *slice, const char *name)
{
    const cJSON *port = NULL;
    cJSON_ArrayForEach (port, json_get(object_tree(slice), "ports")) {
        if (is_tcp(port) && strcmp(json_text(json_get(port, "name"), ""), name) == 0)
            return json_integer(json_get(port, "port"), 0);
    }
    return 0;
}

enum readiness { UNUSABLE, SERVING_TERMINATING, READY };

/* Conditions that are left out: ready means true, serving means what ready means, terminating means false. */
static enum readiness readiness_of(const cJSON *endpoint)
{
    const cJSON *conditions = json_get(endpoint, "conditions");
    bool ready = json_boolean(json_get(conditions, "ready"), true);
    if (ready)
        return READY;
    bool serving = json_boolean(json_get(conditions, "serving"), ready);
    return serving && json_boolean(json_get(conditions, "terminating"), false) ? SERVING_TERMINATING : UNUSABLE;
}

static void add_targets(struct table_row *row, const struct object *slice, int64_t port, enum readiness wanted)
{
    const cJSON *endpoint = NULL;
    cJSON_ArrayForEach (endpoint, json_get(object_tree(slice), "endpoints")) {
        const char *address = json_text(cJSON_GetArrayItem(json_get(endpoint, "addresses"), 0), "");
        struct sockaddr_in target;
        if (readiness_of(endpoint) != wanted || !parse_address(address, port, &target))
            continue;
        row->targets = memory_resize(row->targets, row->count + 1, sizeof *row->targets);
        row->targets[row->count++] = target;
    }
}

static void sort_targets(struct table_row *row)
{
    if (row->count < 2)
        return;
    qsort(row->targets, row->count, sizeof *row->targets, table_compare_addresses);
    size_t kept = 1;
    for (size_t i = 1; i < row->count; i++) {
        if (table_compare_addresses(&row->targets[i], &row->targets[kept - 1]) != 0)
            row->targets[kept++] = row->targets[i];
    }
    row->count = kept;
}

static void fill_row(struct table_row *row, const struct object *service, const char *port_name, const struct object_list *slices,
                     enum readiness wanted)
{
    for (size_t i = 0; i < slices->count; i++) {
        const struct object *slice = slices->objects[i];
        int64_t port = is_slice_of(slice, service) ? slice_port(slice, port_name) : 0;
        if (port != 0 && strcmp(json_text(json_get(object_tree(slice), "addressType"), "IPv4"), "IPv4") == 0)
            add_targets(row, slice, port, wanted);
    }
}

/* An endpoint that listens on the cluster IP itself (the API server does) needs no proxy. */
static bool serves_itself(const struct table_row *row)
{
    for (size_t i = 0; i < row->count; i++) {
        if (table_compare_addresses(&row->targets[i], &row->listen) == 0)
            return true;
    }
    return false;
}

static void add_service(struct table *table, const struct object *service, const struct object_list *slices)
{
    const cJSON *spec = json_get(object_tree(service), "spec");
    const char *cluster_ip = json_text(json_get(spec, "clusterIP"), "");
    const cJSON *port = NULL;
    cJSON_ArrayForEach (port, json_get(spec, "ports")) {
        struct table_row row = {.count = 0};
        if (!is_tcp(port) || !parse_address(cluster_ip, json_integer(json_get(port, "port"), 0), &row.listen) ||
            !is_loopback(&row.listen))
            continue;
        const char *name = json_text(json_get(port, "name"), "");
        row.name = memory_format("%s/%s:%d", object_namespace(service), object_name(service), ntohs(row.listen.sin_port));
        fill_row(&row, service, name, slices, READY);
        if (row.count == 0)
            fill_row(&row, service, name, slices, SERVING_TERMINATING);
        sort_targets(&row);
        if (serves_itself(&row)) {
            free(row.name);
            free(row.targets);
            continue;
        }
        table->rows = memory_resize(table->rows, table->count + 1, sizeof *table->rows);
        table->rows[table->count++] = row;
    }
}

void table_build(const struct object_list *services, const struct object_list *slices, struct table *table)
{
    *table = (struct table){.count = 0};
    for (size_t i = 0; i < services->count; i++)
        add_service(table, services->objects[i], slices);
    if (table->count > 1)
        qsort(table->rows, table->count, sizeof *table->rows, compare_rows);
}

void table_release(struct table *table)
{
    for (size_t i = 0; i < table->count; i++) {
        free(table->rows[i].name);
        free(table->rows[i].targets);
    }
    free(table->rows);
    *table = (struct table){.count = 0};
}

static bool row_equal(const struct table_row *left, const struct table_row *right)
{
    if (compare_rows(left, right) != 0 || strcmp(left->name, right->name) != 0 || left->count != right->count)
        return false;
    for (size_t i = 0; i < left->count; i++) {
        if (table_compare_addresses(&left->targets[i], &right->targets[i]) != 0)
            return false;
    }
    return true;
}

bool table_equal(const struct table *left, const struct table *right)
{
    if (left->count != right->count)
        return false;
    for (size_t i = 0; i < left->count; i++) {
        if (!row_equal(&left->rows[i], &right->rows[i]))
            return false;
    }
    return true;
}
