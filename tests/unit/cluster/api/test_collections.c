/* Lists, pages, tables, watches, logs and metrics through the HTTP front. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

#include <cmocka.h>

#include "tests/unit/cluster/api/server_fixture.h"

#define CONFIG_MAPS "/api/v1/namespaces/default/configmaps"
#define TABLE "application/json;as=Table;v=v1;g=meta.k8s.io,application/json"
#define POD                                                                                                                      \
    "{\"metadata\":{\"name\":\"web\",\"labels\":{\"app\":\"web\"}},\"spec\":{\"containers\":[{\"name\":\"web\",\"image\":\"i\"}" \
    "]}}"

static void create_config_map(struct fixture *fixture, const char *name, const char *label)
{
    AUTO_FREE char *text = memory_format("{\"metadata\":{\"name\":\"%s\",\"labels\":{\"app\":\"%s\"}}}", name, label);
    fixture_create(fixture, RESOURCE_CONFIGMAPS, "default", text);
}

static void delete_config_map(struct fixture *fixture, const char *name)
{
    struct delete_options options = DELETE_OPTIONS_DEFAULT;
    assert_int_equal(registry_delete(fixture->registry, RESOURCE_CONFIGMAPS, "default", name, &options, NULL, NULL, NULL), 0);
}

static bool set_label(cJSON *object, void *context)
{
    json_set_text(json_object_at(json_object_at(object, "metadata"), "labels"), "app", context);
    return true;
}

static void label_config_map(struct fixture *fixture, const char *name, const char *value)
{
    char text[64];
    snprintf(text, sizeof text, "%s", value);
    assert_int_equal(
        registry_mutate(fixture->registry, RESOURCE_CONFIGMAPS, "default", name, SUBRESOURCE_NONE, set_label, text, NULL, NULL),
        0);
}

static void test_list(void **state)
{
    struct fixture *fixture = *state;
    int code;
    create_config_map(fixture, "a", "x");
    create_config_map(fixture, "b", "y");
    AUTO_JSON cJSON *list = fixture_get(fixture, CONFIG_MAPS "?labelSelector=app%3Dy", &code);
    assert_int_equal(code, 200);
    assert_string_equal(json_text(json_get(list, "kind"), ""), "ConfigMapList");
    assert_string_equal(json_text(json_get(list, "apiVersion"), ""), "v1");
    assert_int_equal(cJSON_GetArraySize(json_get(list, "items")), 1);
    const cJSON *item = cJSON_GetArrayItem(json_get(list, "items"), 0);
    assert_string_equal(json_text(json_get(item, "metadata", "name"), ""), "b");
    assert_null(json_get(item, "kind"));
    AUTO_JSON cJSON *all = fixture_get(fixture, "/api/v1/configmaps?fieldSelector=metadata.name%3Da", &code);
    assert_int_equal(cJSON_GetArraySize(json_get(all, "items")), 1);
    AUTO_JSON cJSON *future = fixture_get(fixture, CONFIG_MAPS "?resourceVersion=999999", &code);
    assert_int_equal(code, 504);
    assert_string_equal(json_text(json_get(future, "reason"), ""), "Timeout");
}

static void test_pages(void **state)
{
    struct fixture *fixture = *state;
    int count = 0;
    int pages = 0;
    AUTO_FREE char *path = memory_copy_text(CONFIG_MAPS "?limit=3");
    for (int i = 0; i < 10; i++) {
        char name[16];
        snprintf(name, sizeof name, "page-%d", i);
        create_config_map(fixture, name, "x");
    }
    for (const char *token = ""; token != NULL && pages < 10; pages++) {
        AUTO_JSON cJSON *list = fixture_get(fixture, path, NULL);
        count += cJSON_GetArraySize(json_get(list, "items"));
        token = json_text(json_get(list, "metadata", "continue"), NULL);
        if (token != NULL)
            assert_int_equal(json_integer(json_get(list, "metadata", "remainingItemCount"), -1), 10 - count);
        free(path);
        path = memory_format(CONFIG_MAPS "?limit=3&continue=%s", token != NULL ? token : "");
    }
    assert_int_equal(pages, 4);
    assert_int_equal(count, 10);
}

/* Later pages are of the version of the first, whatever has happened since; and so is a list of exactly a version. */
static void test_pages_of_one_version(void **state)
{
    struct fixture *fixture = *state;
    int code;
    create_config_map(fixture, "a", "x");
    create_config_map(fixture, "c", "x");
    create_config_map(fixture, "d", "x");
    AUTO_JSON cJSON *first = fixture_get(fixture, CONFIG_MAPS "?limit=1", NULL);
    const char *version = json_text(json_get(first, "metadata", "resourceVersion"), "");
    create_config_map(fixture, "b", "x");
    delete_config_map(fixture, "c");
    label_config_map(fixture, "d", "y");
    AUTO_FREE char *next = memory_format(CONFIG_MAPS "?continue=%s", json_text(json_get(first, "metadata", "continue"), ""));
    AUTO_FREE char *exact = memory_format(CONFIG_MAPS "?resourceVersion=%s&resourceVersionMatch=Exact", version);
    AUTO_JSON cJSON *rest = fixture_get(fixture, next, &code);
    assert_int_equal(code, 200);
    assert_string_equal(json_text(json_get(rest, "metadata", "resourceVersion"), ""), version);
    assert_int_equal(cJSON_GetArraySize(json_get(rest, "items")), 2);
    assert_string_equal(json_text(json_get(json_get(rest, "items")->child, "metadata", "name"), ""), "c");
    assert_string_equal(json_text(json_get(json_get(rest, "items")->child->next, "metadata", "labels", "app"), ""), "x");
    AUTO_JSON cJSON *all = fixture_get(fixture, exact, &code);
    assert_int_equal(cJSON_GetArraySize(json_get(all, "items")), 3);
    AUTO_JSON cJSON *present = fixture_get(fixture, CONFIG_MAPS, NULL);
    assert_int_equal(cJSON_GetArraySize(json_get(present, "items")), 3);
    assert_string_equal(json_text(json_get(json_get(present, "items")->child->next, "metadata", "name"), ""), "b");
}

/* The history has been pushed out: the token is refused with one that goes on regardless. */
static void test_expired_page(void **state)
{
    struct fixture *fixture = *state;
    int code;
    create_config_map(fixture, "a", "x");
    create_config_map(fixture, "b", "x");
    AUTO_JSON cJSON *first = fixture_get(fixture, CONFIG_MAPS "?limit=1", NULL);
    for (int i = 0; i <= STORE_HISTORY; i++)
        label_config_map(fixture, "a", i % 2 == 0 ? "y" : "z");
    AUTO_FREE char *next = memory_format(CONFIG_MAPS "?continue=%s", json_text(json_get(first, "metadata", "continue"), ""));
    AUTO_JSON cJSON *expired = fixture_get(fixture, next, &code);
    assert_int_equal(code, 410);
    assert_string_equal(json_text(json_get(expired, "reason"), ""), "Expired");
    AUTO_FREE char *on = memory_format(CONFIG_MAPS "?continue=%s", json_text(json_get(expired, "metadata", "continue"), ""));
    AUTO_JSON cJSON *rest = fixture_get(fixture, on, &code);
    assert_int_equal(code, 200);
    assert_int_equal(cJSON_GetArraySize(json_get(rest, "items")), 1);
}

static void test_options_that_do_not_fit(void **state)
{
    struct fixture *fixture = *state;
    static const char *const rows[][2] = {
        {"?resourceVersionMatch=Exact", "resourceVersionMatch: Forbidden: resourceVersionMatch is forbidden unless "
                                        "resourceVersion is provided"},
        {"?resourceVersion=0&resourceVersionMatch=Exact",
         "resourceVersionMatch: Forbidden: resourceVersionMatch \"exact\" is forbidden for resourceVersion \"0\""},
        {"?resourceVersion=1&resourceVersionMatch=No",
         "resourceVersionMatch: Unsupported value: \"No\": supported values: \"Exact\", \"NotOlderThan\", \"\""},
        {"?sendInitialEvents=true", "sendInitialEvents: Forbidden: sendInitialEvents is forbidden for list"},
        {"?watch=1&sendInitialEvents=true",
         "resourceVersionMatch: Forbidden: sendInitialEvents requires setting resourceVersionMatch to NotOlderThan"},
        {"?watch=1&resourceVersionMatch=NotOlderThan",
         "resourceVersionMatch: Forbidden: resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        int code;
        AUTO_FREE char *path = memory_format(CONFIG_MAPS "%s", rows[i][0]);
        AUTO_FREE char *message = memory_format("ListOptions.meta.k8s.io \"\" is invalid: %s", rows[i][1]);
        AUTO_JSON cJSON *refused = fixture_get(fixture, path, &code);
        assert_int_equal(code, 422);
        assert_string_equal(json_text(json_get(refused, "message"), ""), message);
    }
}

static void test_fields_of_kinds(void **state)
{
    struct fixture *fixture = *state;
    static const struct {
        const char *path;
        int code;
        const char *message;
    } rows[] = {
        {"/api/v1/pods?fieldSelector=status.phase%3DRunning,spec.nodeName!%3Dx", 200, ""},
        {"/api/v1/events?fieldSelector=involvedObject.name%3Dx,type%3DNormal,reason%3DKilling", 200, ""},
        {"/api/v1/pods?fieldSelector=spec.color%3Dred", 400, "field label not supported: spec.color"},
        {"/api/v1/nodes?fieldSelector=status.phase%3DRunning", 400, "field label not supported: status.phase"},
        {CONFIG_MAPS "?fieldSelector=spec.nodeName%3Dx", 400,
         "\"spec.nodeName\" is not a known field selector: only \"metadata.name\", \"metadata.namespace\""},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        int code;
        AUTO_JSON cJSON *answer = fixture_get(fixture, rows[i].path, &code);
        assert_int_equal(code, rows[i].code);
        assert_string_equal(json_text(json_get(answer, "message"), ""), rows[i].message);
    }
}

static void test_metadata_alone(void **state)
{
    struct fixture *fixture = *state;
    static const char list_type[] = "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1,application/json";
    static const char type[] = "application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1";
    create_config_map(fixture, "a", "x");
    AUTO_JSON cJSON *list = fixture_ask(fixture, &(struct ask){.path = CONFIG_MAPS, .accept = list_type}, NULL);
    assert_string_equal(json_text(json_get(list, "kind"), ""), "PartialObjectMetadataList");
    assert_string_equal(json_text(json_get(json_get(list, "items")->child, "metadata", "name"), ""), "a");
    AUTO_JSON cJSON *one = fixture_ask(fixture, &(struct ask){.path = CONFIG_MAPS "/a", .accept = type}, NULL);
    assert_string_equal(json_text(json_get(one, "kind"), ""), "PartialObjectMetadata");
    assert_string_equal(json_text(json_get(one, "apiVersion"), ""), "meta.k8s.io/v1");
    assert_string_equal(json_text(json_get(one, "metadata", "labels", "app"), ""), "x");
}

static void check_include(const struct fixture *fixture, const char *include, const char *kind)
{
    AUTO_FREE char *path = memory_format(CONFIG_MAPS "/a%s", include);
    AUTO_JSON cJSON *table = fixture_ask(fixture, &(struct ask){.path = path, .accept = TABLE}, NULL);
    assert_string_equal(json_text(json_get(table, "kind"), ""), "Table");
    const cJSON *row = cJSON_GetArrayItem(json_get(table, "rows"), 0);
    assert_string_equal(json_text(cJSON_GetArrayItem(json_get(row, "cells"), 0), ""), "a");
    assert_string_equal(json_text(json_get(row, "object", "kind"), ""), kind);
}

static void test_tables(void **state)
{
    struct fixture *fixture = *state;
    create_config_map(fixture, "a", "x");
    check_include(fixture, "", "PartialObjectMetadata");
    check_include(fixture, "?includeObject=Object", "ConfigMap");
    check_include(fixture, "?includeObject=None", "");
}

/* A watch in the background; its events as an array, after it has ended. */
struct background {
    struct test_http_pending *pending;
    struct ask_texts *texts; /* the request borrows from them */
};

static struct background begin_watch(const struct fixture *fixture, const char *path, const char *accept)
{
    struct background background = {.texts = memory_allocate(1, sizeof *background.texts)};
    struct test_http_request request = ask_request(fixture, &(struct ask){.path = path, .accept = accept}, background.texts);
    background.pending = test_http_begin(&request);
    return background;
}

static cJSON *end_watch(struct background *background)
{
    struct test_http_answer answer;
    cJSON *events = cJSON_CreateArray();
    test_http_finish(background->pending, &answer);
    assert_int_equal(answer.result, 0);
    assert_int_equal(answer.status, 200);
    char *rest = NULL;
    for (char *line = strtok_r(answer.body.data, "\n", &rest); line != NULL; line = strtok_r(NULL, "\n", &rest)) {
        cJSON *event = json_parse(line, strlen(line), NULL);
        assert_non_null(event);
        cJSON_AddItemToArray(events, event);
    }
    test_http_release(&answer);
    ask_release(background->texts);
    free(background->texts);
    return events;
}

static void check_event(const cJSON *events, int index, const char *type, const char *name)
{
    const cJSON *event = cJSON_GetArrayItem(events, index);
    assert_string_equal(json_text(json_get(event, "type"), ""), type);
    assert_string_equal(json_text(json_get(event, "object", "metadata", "name"), ""), name);
}

static void test_watch_from_version(void **state)
{
    struct fixture *fixture = *state;
    create_config_map(fixture, "before", "x");
    AUTO_FREE char *path = memory_format(CONFIG_MAPS "?watch=true&timeoutSeconds=1&resourceVersion=%lu",
                                         (unsigned long)store_version(fixture->store));
    create_config_map(fixture, "a", "x");
    label_config_map(fixture, "a", "y");
    delete_config_map(fixture, "a");
    struct background watch = begin_watch(fixture, path, NULL);
    AUTO_JSON cJSON *events = end_watch(&watch);
    assert_int_equal(cJSON_GetArraySize(events), 3);
    check_event(events, 0, "ADDED", "a");
    check_event(events, 1, "MODIFIED", "a");
    check_event(events, 2, "DELETED", "a");
    assert_string_equal(json_text(json_get(cJSON_GetArrayItem(events, 0), "object", "kind"), ""), "ConfigMap");
}

static void test_watch_with_selector(void **state)
{
    struct fixture *fixture = *state;
    AUTO_FREE char *path = memory_format(CONFIG_MAPS "?watch=true&timeoutSeconds=1&labelSelector=app%%3Dx&resourceVersion=%lu",
                                         (unsigned long)store_version(fixture->store));
    create_config_map(fixture, "a", "x");
    create_config_map(fixture, "b", "y");
    label_config_map(fixture, "a", "y");
    label_config_map(fixture, "b", "x");
    delete_config_map(fixture, "a");
    struct background watch = begin_watch(fixture, path, NULL);
    AUTO_JSON cJSON *events = end_watch(&watch);
    assert_int_equal(cJSON_GetArraySize(events), 3);
    check_event(events, 0, "ADDED", "a");
    check_event(events, 1, "DELETED", "a");
    check_event(events, 2, "ADDED", "b");
    const cJSON *left = json_get(cJSON_GetArrayItem(events, 1), "object", "metadata");
    assert_string_equal(json_text(json_get(left, "labels", "app"), ""), "x");
}

static void test_watch_initial_events(void **state)
{
    struct fixture *fixture = *state;
    create_config_map(fixture, "a", "x");
    struct background watch = begin_watch(fixture,
                                          CONFIG_MAPS "?watch=1&timeoutSeconds=1&allowWatchBookmarks=true&sendInitialEvents=true"
                                                      "&resourceVersionMatch=NotOlderThan",
                                          NULL);
    AUTO_JSON cJSON *events = end_watch(&watch);
    assert_int_equal(cJSON_GetArraySize(events), 2);
    check_event(events, 0, "ADDED", "a");
    const cJSON *bookmark = cJSON_GetArrayItem(events, 1);
    assert_string_equal(json_text(json_get(bookmark, "type"), ""), "BOOKMARK");
    assert_string_equal(json_text(json_get(bookmark, "object", "metadata", "annotations", "k8s.io/initial-events-end"), ""),
                        "true");
}

static void test_watch_as_table(void **state)
{
    struct fixture *fixture = *state;
    create_config_map(fixture, "a", "x");
    create_config_map(fixture, "b", "x");
    struct background watch = begin_watch(fixture, CONFIG_MAPS "?watch=1&timeoutSeconds=1", TABLE);
    AUTO_JSON cJSON *events = end_watch(&watch);
    assert_int_equal(cJSON_GetArraySize(events), 2);
    const cJSON *first = json_get(cJSON_GetArrayItem(events, 0), "object");
    const cJSON *second = json_get(cJSON_GetArrayItem(events, 1), "object");
    assert_int_equal(cJSON_GetArraySize(json_get(first, "columnDefinitions")), 3);
    assert_true(cJSON_IsNull(json_get(second, "columnDefinitions")));
    const cJSON *row = cJSON_GetArrayItem(json_get(second, "rows"), 0);
    assert_string_equal(json_text(cJSON_GetArrayItem(json_get(row, "cells"), 0), ""), "b");
}

static void test_watch_too_old(void **state)
{
    struct fixture *fixture = *state;
    for (int i = 0; i < STORE_HISTORY + 10; i++) {
        cJSON *tree = cJSON_CreateObject();
        json_set_text(json_object_at(tree, "metadata"), "name", "same");
        object_release(store_put(fixture->store, RESOURCE_NODES, tree, 0));
    }
    struct background watch = begin_watch(fixture, CONFIG_MAPS "?watch=1&timeoutSeconds=5&resourceVersion=1", NULL);
    AUTO_JSON cJSON *events = end_watch(&watch);
    assert_int_equal(cJSON_GetArraySize(events), 1);
    const cJSON *event = cJSON_GetArrayItem(events, 0);
    assert_string_equal(json_text(json_get(event, "type"), ""), "ERROR");
    assert_int_equal(json_integer(json_get(event, "object", "code"), 0), 410);
    assert_string_equal(json_text(json_get(event, "object", "reason"), ""), "Expired");
    assert_string_equal(json_text(json_get(event, "object", "kind"), ""), "Status");
}

/* Long watches and followed logs end with the server. */
static void test_stop_ends_watches(void **state)
{
    struct fixture *fixture = *state;
    struct background watches[5];
    fixture_create(fixture, RESOURCE_PODS, "default", POD);
    for (size_t i = 0; i < 5; i++)
        watches[i] = begin_watch(fixture, CONFIG_MAPS "?watch=1&timeoutSeconds=600", NULL);
    struct timespec settle = {.tv_sec = 1};
    nanosleep(&settle, NULL);
    server_stop(fixture->server);
    fixture->server = NULL;
    for (size_t i = 0; i < 5; i++) {
        AUTO_JSON cJSON *events = end_watch(&watches[i]);
        assert_int_equal(cJSON_GetArraySize(events), 0);
    }
}

static void check_log(const struct fixture *fixture, const char *query, int code, const char *text)
{
    struct ask_texts texts;
    struct test_http_answer answer;
    AUTO_FREE char *path = memory_format("/api/v1/namespaces/default/pods/web/log%s", query);
    struct test_http_request request = ask_request(fixture, &(struct ask){.path = path}, &texts);
    test_http_send(&request, &answer);
    assert_int_equal(answer.status, code);
    assert_non_null(strstr(answer.body.data, text));
    test_http_release(&answer);
    ask_release(&texts);
}

static void test_logs(void **state)
{
    struct fixture *fixture = *state;
    check_log(fixture, "", 404, "pods \\\"web\\\" not found");
    fixture_create(fixture, RESOURCE_PODS, "default", POD);
    check_log(fixture, "", 200, "first line of default/web in web, tail -1\n");
    check_log(fixture, "?tailLines=5&container=web", 200, "tail 5");
    check_log(fixture, "?container=nope", 400, "container nope is not valid for pod web");
    check_log(fixture, "?tailLines=x", 400, "numbers");
    check_log(fixture, "?follow=true", 200, "first line");
}

static void test_metrics(void **state)
{
    struct fixture *fixture = *state;
    int code;
    fixture_create(fixture, RESOURCE_PODS, "default", POD);
    AUTO_JSON cJSON *list = fixture_get(fixture, "/apis/metrics.k8s.io/v1beta1/namespaces/default/pods", &code);
    assert_int_equal(code, 200);
    assert_string_equal(json_text(json_get(list, "kind"), ""), "PodMetricsList");
    assert_int_equal(cJSON_GetArraySize(json_get(list, "items")), 1);
    const cJSON *item = cJSON_GetArrayItem(json_get(list, "items"), 0);
    assert_string_equal(json_text(json_get(item, "metadata", "labels", "app"), ""), "web");
    AUTO_JSON cJSON *none = fixture_get(fixture, "/apis/metrics.k8s.io/v1beta1/pods?labelSelector=app%3Dother", &code);
    assert_int_equal(cJSON_GetArraySize(json_get(none, "items")), 0);
    AUTO_JSON cJSON *one = fixture_get(fixture, "/apis/metrics.k8s.io/v1beta1/namespaces/default/pods/web", &code);
    assert_string_equal(json_text(json_get(one, "kind"), ""), "PodMetrics");
    AUTO_JSON cJSON *gone = fixture_get(fixture, "/apis/metrics.k8s.io/v1beta1/namespaces/default/pods/gone", &code);
    assert_int_equal(code, 404);
    assert_string_equal(json_text(json_get(gone, "details", "name"), ""), "default/gone");
    fixture->metrics_down = true;
    AUTO_JSON cJSON *down = fixture_get(fixture, "/apis/metrics.k8s.io/v1beta1/pods", &code);
    assert_int_equal(code, 503);
    assert_string_equal(json_text(json_get(down, "reason"), ""), "ServiceUnavailable");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_list, fixture_open, fixture_close),
        cmocka_unit_test_setup_teardown(test_pages_of_one_version, fixture_open, fixture_close),
        cmocka_unit_test_setup_teardown(test_expired_page, fixture_open, fixture_close),
        cmocka_unit_test_setup_teardown(test_options_that_do_not_fit, fixture_open, fixture_close),
        cmocka_unit_test_setup_teardown(test_fields_of_kinds, fixture_open, fixture_close),
        cmocka_unit_test_setup_teardown(test_metadata_alone, fixture_open, fixture_close),
        cmocka_unit_test_setup_teardown(test_pages, fixture_open, fixture_close),
        cmocka_unit_test_setup_teardown(test_tables, fixture_open, fixture_close),
        cmocka_unit_test_setup_teardown(test_watch_from_version, fixture_open, fixture_close),
        cmocka_unit_test_setup_teardown(test_watch_with_selector, fixture_open, fixture_close),
        cmocka_unit_test_setup_teardown(test_watch_initial_events, fixture_open, fixture_close),
        cmocka_unit_test_setup_teardown(test_watch_as_table, fixture_open, fixture_close),
        cmocka_unit_test_setup_teardown(test_watch_too_old, fixture_open, fixture_close),
        cmocka_unit_test_setup_teardown(test_stop_ends_watches, fixture_open, fixture_close),
        cmocka_unit_test_setup_teardown(test_logs, fixture_open, fixture_close),
        cmocka_unit_test_setup_teardown(test_metrics, fixture_open, fixture_close),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
