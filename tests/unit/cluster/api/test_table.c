/* Tables: the cells of recorded objects, against those that a real cluster printed for them; then corner cases. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "cluster/api/table_cell.h"
#include "common/clock.h"
#include "tests/support/data.h"

static cJSON *read_body(const char *folder, const char *name)
{
    AUTO_JSON cJSON *exchange = test_data_json("golden/%s/%s.json", folder, name);
    return json_copy(json_get(exchange, "response", "body"));
}

static void check_columns(const struct table_format *format, const cJSON *columns, const char *name)
{
    if ((int)format->count != cJSON_GetArraySize(columns))
        fail_msg("%s: %zu columns, expected %d", name, format->count, cJSON_GetArraySize(columns));
    for (size_t i = 0; i < format->count; i++) {
        const cJSON *column = cJSON_GetArrayItem(columns, (int)i);
        assert_string_equal(format->columns[i].name, json_text(json_get(column, "name"), ""));
        assert_string_equal(format->columns[i].type, json_text(json_get(column, "type"), ""));
        assert_string_equal(format->columns[i].format, json_text(json_get(column, "format"), ""));
        assert_int_equal(format->columns[i].priority, json_integer(json_get(column, "priority"), -1));
    }
}

static bool depends_on_time(const char *column)
{
    static const char *const columns[] = {"Age", "Last Seen", "First Seen", "Last Schedule"};
    for (size_t i = 0; i < sizeof columns / sizeof columns[0]; i++) {
        if (strcmp(column, columns[i]) == 0)
            return true;
    }
    return false;
}

static void check_cells(const struct table_format *format, const cJSON *object, const cJSON *expected, const char *name)
{
    AUTO_JSON cJSON *cells = cJSON_CreateArray();
    format->add_cells(object, clock_wall(), cells);
    assert_int_equal(cJSON_GetArraySize(cells), format->count);
    for (size_t i = 0; i < format->count; i++) {
        if (depends_on_time(format->columns[i].name))
            continue;
        const cJSON *cell = cJSON_GetArrayItem(cells, (int)i);
        const cJSON *wanted = cJSON_GetArrayItem(expected, (int)i);
        AUTO_FREE char *cell_text = json_print(cell);
        AUTO_FREE char *wanted_text = json_print(wanted);
        if (strcmp(cell_text, wanted_text) != 0)
            fail_msg("%s, %s: %s, expected %s", name, format->columns[i].name, cell_text, wanted_text);
    }
}

/* Rows may be fewer than the items: a limit. */
static void check_golden(const struct table_format *format, const char *folder, const char *name)
{
    AUTO_JSON cJSON *list = read_body(folder, name);
    AUTO_JSON cJSON *table = read_body("tables", name);
    const cJSON *rows = json_get(table, "rows");
    check_columns(format, json_get(table, "columnDefinitions"), name);
    assert_true(cJSON_GetArraySize(rows) > 0);
    for (int i = 0; i < cJSON_GetArraySize(rows); i++)
        check_cells(format, cJSON_GetArrayItem(json_get(list, "items"), i), json_get(cJSON_GetArrayItem(rows, i), "cells"), name);
}

static void test_golden(void **state)
{
    (void)state;
    check_golden(table_format_of(RESOURCE_PODS), "lists", "pods-v1");
    check_golden(table_format_of(RESOURCE_PODS), "lists", "pods-more-v1");
    check_golden(table_format_of(RESOURCE_DEPLOYMENTS), "lists", "deployments-v1");
    check_golden(table_format_of(RESOURCE_REPLICASETS), "lists", "replicasets-v1");
    check_golden(table_format_of(RESOURCE_SERVICES), "lists", "services");
    check_golden(table_format_of(RESOURCE_ENDPOINTSLICES), "lists", "endpointslices-v1");
    check_golden(table_format_of(RESOURCE_NODES), "lists", "nodes");
    check_golden(table_format_of(RESOURCE_CONFIGMAPS), "lists", "configmaps-v1");
    check_golden(table_format_of(RESOURCE_STATEFULSETS), "lists", "statefulsets-v1");
    check_golden(table_format_of(RESOURCE_PERSISTENTVOLUMECLAIMS), "lists", "persistentvolumeclaims-v1");
    check_golden(table_format_of(RESOURCE_HORIZONTALPODAUTOSCALERS), "lists", "horizontalpodautoscalers-v2");
    check_golden(table_format_of(RESOURCE_HORIZONTALPODAUTOSCALERS), "lists", "horizontalpodautoscalers-more-v2");
    check_golden(table_format_of(RESOURCE_EVENTS), "lists", "events");
    check_golden(table_format_of(RESOURCE_JOBS), "lists", "jobs-v1");
    check_golden(table_format_of(RESOURCE_CRONJOBS), "lists", "cronjobs-v1");
    check_golden(&table_of_pod_metrics, "objects", "podmetrics");
}

static void test_human_duration(void **state)
{
    (void)state;
    static const struct {
        int64_t seconds;
        const char *text;
    } cases[] = {
        {-5, "<invalid>"},
        {0, "0s"},
        {1, "1s"},
        {119, "119s"},
        {120, "2m"},
        {174, "2m54s"},
        {599, "9m59s"},
        {600, "10m"},
        {11 * 60 + 5, "11m"},
        {10799, "179m"},
        {10800, "3h"},
        {11100, "3h5m"},
        {8 * 3600, "8h"},
        {47 * 3600, "47h"},
        {48 * 3600, "2d"},
        {50 * 3600, "2d2h"},
        {13 * 86400, "13d"},
        {729 * 86400, "729d"},
        {730 * 86400, "2y"},
        {740 * 86400, "2y10d"},
        {3000LL * 86400, "8y"},
    };
    char text[HUMAN_DURATION_SIZE];
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        assert_string_equal(human_duration(cases[i].seconds * NANOSECONDS_PER_SECOND, text), cases[i].text);
    assert_string_equal(human_age(NULL, 0, text), "<unknown>");
    assert_string_equal(human_age("yesterday", 0, text), "<unknown>");
    int64_t now;
    assert_int_equal(clock_parse("2026-11-22T00:50:00Z", &now, NULL), 0);
    assert_string_equal(human_age("2026-11-22T00:48:28Z", now, text), "92s");
}

/* Columns of a pod made from JSON: ready, status, restarts. */
static void check_pod(const char *json, const char *ready, const char *status, const char *restarts)
{
    int64_t now;
    AUTO_JSON cJSON *pod = json_parse(json, strlen(json), NULL);
    AUTO_JSON cJSON *cells = cJSON_CreateArray();
    assert_non_null(pod);
    assert_int_equal(clock_parse("2026-11-22T00:10:00Z", &now, NULL), 0);
    table_of_pods.add_cells(pod, now, cells);
    assert_string_equal(json_text(cJSON_GetArrayItem(cells, 1), ""), ready);
    assert_string_equal(json_text(cJSON_GetArrayItem(cells, 2), ""), status);
    assert_string_equal(json_text(cJSON_GetArrayItem(cells, 3), ""), restarts);
}

#define ONE "\"spec\":{\"containers\":[{\"name\":\"a\"}]}"
#define INIT "\"spec\":{\"containers\":[{\"name\":\"a\"}],\"initContainers\":[{\"name\":\"i\"},{\"name\":\"j\"}]}"

static void test_pods(void **state)
{
    (void)state;
    check_pod("{" ONE ",\"status\":{\"phase\":\"Pending\"}}", "0/1", "Pending", "0");
    check_pod("{" ONE ",\"status\":{\"phase\":\"Pending\",\"containerStatuses\":[{\"state\":{\"waiting\":"
              "{\"reason\":\"ContainerCreating\"}}}]}}",
              "0/1", "ContainerCreating", "0");
    check_pod("{" ONE ",\"status\":{\"phase\":\"Running\",\"containerStatuses\":[{\"restartCount\":3,\"state\":{\"waiting\":"
              "{\"reason\":\"CrashLoopBackOff\"}},\"lastState\":{\"terminated\":{\"finishedAt\":\"2026-11-22T00:09:50Z\"}}}]}}",
              "0/1", "CrashLoopBackOff", "3 (10s ago)");
    check_pod("{\"metadata\":{\"deletionTimestamp\":\"2026-11-22T00:09:50Z\"}," ONE
              ",\"status\":{\"phase\":\"Running\",\"containerStatuses\":[{\"ready\":true,\"state\":{\"running\":{}}}]}}",
              "1/1", "Terminating", "0");
    check_pod("{" ONE ",\"status\":{\"phase\":\"Failed\",\"containerStatuses\":[{\"state\":{\"terminated\":{\"exitCode\":3}}}]}}",
              "0/1", "ExitCode:3", "0");
    check_pod("{" ONE ",\"status\":{\"phase\":\"Failed\",\"containerStatuses\":[{\"state\":{\"terminated\":"
              "{\"exitCode\":137,\"signal\":9}}}]}}",
              "0/1", "Signal:9", "0");
    check_pod("{" INIT ",\"status\":{\"phase\":\"Pending\",\"initContainerStatuses\":[{\"state\":{\"terminated\":"
              "{\"exitCode\":0,\"reason\":\"Completed\"}}},{\"state\":{\"running\":{}}}]}}",
              "0/1", "Init:1/2", "0");
    check_pod("{" INIT ",\"status\":{\"phase\":\"Pending\",\"initContainerStatuses\":[{\"restartCount\":1,\"state\":{\"waiting\":"
              "{\"reason\":\"CrashLoopBackOff\"}}}]}}",
              "0/1", "Init:CrashLoopBackOff", "1");
}

static void check_targets(const char *json, const char *expected)
{
    AUTO_JSON cJSON *autoscaler = json_parse(json, strlen(json), NULL);
    AUTO_JSON cJSON *cells = cJSON_CreateArray();
    assert_non_null(autoscaler);
    table_of_autoscalers.add_cells(autoscaler, 0, cells);
    assert_string_equal(json_text(cJSON_GetArrayItem(cells, 2), ""), expected);
}

#define CPU "{\"type\":\"Resource\",\"resource\":{\"name\":\"cpu\",\"target\":{\"averageUtilization\":50}}}"

static void test_targets(void **state)
{
    (void)state;
    check_targets("{}", "<none>");
    check_targets("{\"spec\":{\"metrics\":[" CPU "]}}", "cpu: <unknown>/50%");
    check_targets("{\"spec\":{\"metrics\":[" CPU "," CPU "," CPU "]}}", "cpu: <unknown>/50%, cpu: <unknown>/50% + 1 more...");
    check_targets("{\"spec\":{\"metrics\":[{\"type\":\"Resource\",\"resource\":{\"name\":\"memory\",\"target\":"
                  "{\"averageValue\":\"100Mi\"}}}]},\"status\":{\"currentMetrics\":[{\"type\":\"Resource\",\"resource\":"
                  "{\"name\":\"memory\",\"current\":{\"averageValue\":\"20Mi\"}}}]}}",
                  "memory: 20Mi/100Mi");
}

static void test_hostile_shapes(void **state)
{
    (void)state;
    static const char *const shapes[] = {
        "{}",
        "[]",
        "{\"metadata\":[],\"spec\":7,\"status\":\"x\"}",
        "{\"metadata\":{\"name\":5,\"labels\":[1]},\"spec\":{\"containers\":{\"a\":1},\"ports\":[1,null],\"metrics\":[null,3],"
        "\"selector\":[]},\"status\":{\"containerStatuses\":[null,1,{\"state\":[]}],\"conditions\":7,\"addresses\":[{}]},"
        "\"endpoints\":[{\"addresses\":[5]}],\"ports\":[{}],\"involvedObject\":[],\"containers\":[{\"usage\":{\"cpu\":\"x\"}}]}",
    };
    for (size_t i = 0; i < sizeof shapes / sizeof shapes[0]; i++) {
        AUTO_JSON cJSON *object = json_parse(shapes[i], strlen(shapes[i]), NULL);
        assert_non_null(object);
        for (int id = 0; id < RESOURCE_COUNT; id++) {
            const struct table_format *format = table_format_of((enum resource_id)id);
            AUTO_JSON cJSON *cells = cJSON_CreateArray();
            format->add_cells(object, 0, cells);
            assert_int_equal(cJSON_GetArraySize(cells), format->count);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_golden),  cmocka_unit_test(test_human_duration), cmocka_unit_test(test_pods),
        cmocka_unit_test(test_targets), cmocka_unit_test(test_hostile_shapes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
