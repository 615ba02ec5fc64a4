/* Services and endpoint slices to listening addresses and targets, a row a case. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <arpa/inet.h>
#include <cmocka.h>

#include "cluster/api/store.h"
#include "cluster/proxy/table.h"
#include "common/buffer.h"
#include "common/memory.h"

static void put(struct store *store, enum resource_id resource, const char *text)
{
    struct error error = ERROR_NONE;
    cJSON *tree = json_parse(text, strlen(text), &error);
    if (tree == NULL)
        fail_msg("%s: %s", text, error.text);
    struct object *object = store_put(store, resource, tree, 0);
    assert_non_null(object);
    object_release(object);
}

/* "127.32.0.5:8080 -> 127.64.0.1:80 127.64.0.2:80; ..." */
static char *table_text(const struct table *table)
{
    struct buffer text;
    buffer_init(&text, 65536);
    char address[INET_ADDRSTRLEN];
    for (size_t i = 0; i < table->count; i++) {
        const struct table_row *row = &table->rows[i];
        (void)buffer_append_format(&text, "%s%s:%d ->", i > 0 ? "; " : "",
                                   inet_ntop(AF_INET, &row->listen.sin_addr, address, sizeof address),
                                   ntohs(row->listen.sin_port));
        for (size_t j = 0; j < row->count; j++)
            (void)buffer_append_format(&text, " %s:%d", inet_ntop(AF_INET, &row->targets[j].sin_addr, address, sizeof address),
                                       ntohs(row->targets[j].sin_port));
    }
    return buffer_steal(&text);
}

struct row {
    const char *what;
    const char *spec;      /* of the Service "web" */
    const char *slices[2]; /* what a slice has besides its metadata */
    const char *expected;
};

#define ONE_PORT "\"clusterIP\":\"127.32.0.5\",\"ports\":[{\"port\":8080}]"
#define PORTS "\"addressType\":\"IPv4\",\"ports\":[{\"name\":\"\",\"protocol\":\"TCP\",\"port\":80}],\"endpoints\":"
#define ENDPOINT(address, conditions) "{\"addresses\":[\"" address "\"],\"conditions\":{" conditions "}}"
#define LEAVING "\"ready\":false,\"serving\":true,\"terminating\":true"

static const struct row rows[] = {
    {"no slice", ONE_PORT, {NULL}, "127.32.0.5:8080 ->"},
    {"ready, in order",
     ONE_PORT,
     {PORTS "[" ENDPOINT("127.64.0.2", "\"ready\":true") "," ENDPOINT("127.64.0.1", "\"ready\":true") "]"},
     "127.32.0.5:8080 -> 127.64.0.1:80 127.64.0.2:80"},
    {"two slices with one address twice",
     ONE_PORT,
     {PORTS "[" ENDPOINT("127.64.0.1", "\"ready\":true") "]",
      PORTS "[" ENDPOINT("127.64.0.1", "\"ready\":true") "," ENDPOINT("127.64.0.3", "\"ready\":true") "]"},
     "127.32.0.5:8080 -> 127.64.0.1:80 127.64.0.3:80"},
    {"no conditions mean ready", ONE_PORT, {PORTS "[" ENDPOINT("127.64.0.1", "") "]"}, "127.32.0.5:8080 -> 127.64.0.1:80"},
    {"not ready", ONE_PORT, {PORTS "[" ENDPOINT("127.64.0.1", "\"ready\":false") "]"}, "127.32.0.5:8080 ->"},
    {"ready before terminating",
     ONE_PORT,
     {PORTS "[" ENDPOINT("127.64.0.1", LEAVING) "," ENDPOINT("127.64.0.2", "\"ready\":true") "]"},
     "127.32.0.5:8080 -> 127.64.0.2:80"},
    {"terminating when none is ready",
     ONE_PORT,
     {PORTS "[" ENDPOINT("127.64.0.1", LEAVING) "," ENDPOINT("127.64.0.2", "\"ready\":false") "]"},
     "127.32.0.5:8080 -> 127.64.0.1:80"},
    {"terminating that does not serve",
     ONE_PORT,
     {PORTS "[" ENDPOINT("127.64.0.1", "\"ready\":false,\"serving\":false,\"terminating\":true") "]"},
     "127.32.0.5:8080 ->"},
    {"ports by name",
     "\"clusterIP\":\"127.32.0.5\",\"ports\":[{\"name\":\"b\",\"port\":9090},{\"name\":\"a\",\"port\":8080}]",
     {"\"ports\":[{\"name\":\"a\",\"port\":1},{\"name\":\"b\",\"port\":2}],\"endpoints\":[" ENDPOINT("127.64.0.1", "") "]"},
     "127.32.0.5:8080 -> 127.64.0.1:1; 127.32.0.5:9090 -> 127.64.0.1:2"},
    {"an endpoint at the cluster IP itself",
     ONE_PORT,
     {"\"ports\":[{\"port\":8080}],\"endpoints\":[" ENDPOINT("127.32.0.5", "") "]"},
     ""},
    {"not TCP", "\"clusterIP\":\"127.32.0.5\",\"ports\":[{\"port\":53,\"protocol\":\"UDP\"}]", {NULL}, ""},
    {"headless", "\"clusterIP\":\"None\",\"ports\":[{\"port\":80}]", {NULL}, ""},
    {"not loopback", "\"clusterIP\":\"10.0.0.1\",\"ports\":[{\"port\":80}]", {NULL}, ""},
    {"not an address", "\"clusterIP\":\"127.0.0\",\"ports\":[{\"port\":80}]", {NULL}, ""},
    {"not a port", "\"clusterIP\":\"127.32.0.5\",\"ports\":[{\"port\":70000},{\"port\":-1},{\"port\":\"x\"},7]", {NULL}, ""},
    {"wrong types",
     ONE_PORT,
     {"\"ports\":[{\"port\":80}],\"endpoints\":[7,{\"addresses\":\"x\"},{\"addresses\":[]},{\"addresses\":[\"::1\"]}]"},
     "127.32.0.5:8080 ->"},
};

static void check_row(const struct row *row)
{
    struct store *store = store_create();
    AUTO_FREE char *service = memory_format(
        "{\"apiVersion\":\"v1\",\"kind\":\"Service\",\"metadata\":{\"name\":\"web\",\"namespace\":\"a\"},\"spec\":{%s}}",
        row->spec);
    put(store, RESOURCE_SERVICES, service);
    /* The same label in another namespace is another service's. */
    for (int i = 0; i < 2 && row->slices[i] != NULL; i++) {
        for (int namespace = 'a'; namespace <= 'b'; namespace ++) {
            AUTO_FREE char *slice = memory_format(
                "{\"apiVersion\":\"discovery.k8s.io/v1\",\"kind\":\"EndpointSlice\",\"metadata\":{\"name\":\"web-%d\","
                "\"namespace\":\"%c\",\"labels\":{\"kubernetes.io/service-name\":\"%s\"}},%s}",
                i, namespace, namespace == 'a' ? "web" : "other", row->slices[i]);
            put(store, RESOURCE_ENDPOINTSLICES, slice);
        }
    }
    struct object_list services = {.count = 0};
    struct object_list slices = {.count = 0};
    store_list(store, RESOURCE_SERVICES, NULL, &services);
    store_list(store, RESOURCE_ENDPOINTSLICES, NULL, &slices);
    struct table table;
    table_build(&services, &slices, &table);
    AUTO_FREE char *text = table_text(&table);
    if (strcmp(text, row->expected) != 0)
        fail_msg("%s: '%s', expected '%s'", row->what, text, row->expected);
    assert_true(table_equal(&table, &table));
    const struct table empty = {.count = 0};
    assert_int_equal(table_equal(&table, &empty), table.count == 0);
    table_release(&table);
    object_list_release(&services);
    object_list_release(&slices);
    store_destroy(store);
}

static void test_rows(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        check_row(&rows[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_rows)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
