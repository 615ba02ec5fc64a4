/* One step of the ramp against a server that is both the API and the pods: sums, failures, and what is patched. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "common/clock.h"
#include "common/memory.h"
#include "driver/ramp/ramp_step.h"
#include "tests/support/fake_server.h"
#include "tests/support/folder.h"

#define JSON "application/json"
#define READY "\"conditions\":[{\"type\":\"Ready\",\"status\":\"True\"}]"
#define POD(name, address) "{\"metadata\":{\"name\":\"" name "\"},\"status\":{\"podIP\":\"" address "\"," READY "}}"

struct lab {
    struct fake_server *server;
    char *folder;
    struct kube_client *client;
    const char *config_map; /* its data; NULL = there is none */
    const char *pods;       /* items of the list */
    int size_code;          /* of PUT /size */
    bool size_silent;       /* PUT /size is not answered */
    int patch_code;
    char selector[128]; /* as it came */
    char told[256];     /* what the pods were told, in order of arrival */
    char patch[512];
    atomic_int puts, patches;
    struct ramp_options options;
    struct ramp_result result;
    struct error error;
};

static void serve_size(struct lab *lab, struct fake_connection *connection, const struct fake_request *request)
{
    if (atomic_fetch_add(&lab->puts, 1) == 0)
        (void)snprintf(lab->told, sizeof lab->told, "%s", request->path);
    if (lab->size_silent)
        (void)fake_wait(connection, 30);
    else
        fake_answer(connection, lab->size_code, JSON, "", lab->size_code == 200 ? "{}" : "{\"error\": \"the disk is full\"}");
}

static void serve(struct fake_connection *connection, const struct fake_request *request, void *context)
{
    struct lab *lab = context;
    char body[4096];
    if (strncmp(request->path, "/size", 5) == 0 && strcmp(request->method, "PUT") == 0) {
        serve_size(lab, connection, request);
    } else if (strcmp(request->method, "PATCH") == 0) {
        (void)snprintf(lab->patch, sizeof lab->patch, "%s", request->body);
        atomic_fetch_add(&lab->patches, 1);
        fake_answer(connection, lab->patch_code, JSON, "", "{\"kind\":\"Status\",\"message\":\"no\",\"reason\":\"Conflict\"}");
    } else if (strcmp(request->path, "/api/v1/namespaces/n/configmaps/app") == 0 && lab->config_map != NULL) {
        (void)snprintf(body, sizeof body, "{\"metadata\":{\"resourceVersion\":\"7\"},\"data\":%s}", lab->config_map);
        fake_answer(connection, 200, JSON, "", body);
    } else if (strncmp(request->path, "/api/v1/namespaces/n/pods?", 26) == 0) {
        (void)snprintf(lab->selector, sizeof lab->selector, "%s", request->path + 26);
        (void)snprintf(body, sizeof body, "{\"kind\":\"PodList\",\"items\":[%s]}", lab->pods);
        fake_answer(connection, 200, JSON, "", body);
    } else {
        fake_answer(connection, 404, JSON, "", "{\"kind\":\"Status\",\"message\":\"configmaps \\\"app\\\" not found\"}");
    }
}

static int open_lab(void **state)
{
    struct lab *lab = memory_allocate(1, sizeof *lab);
    lab->folder = test_folder_create();
    lab->config_map = "{\"size\":\"50\",\"max\":\"500\"}";
    lab->pods = POD("app-0", "127.0.0.1");
    lab->size_code = 200;
    lab->patch_code = 200;
    lab->server = fake_server_start(serve, lab);
    AUTO_FREE char *url = memory_format("http://127.0.0.1:%d", fake_server_port(lab->server));
    AUTO_FREE char *path = fake_kubeconfig(lab->folder, url, "t0ken-1234");
    lab->client = kube_open(path, NULL, NULL);
    assert_non_null(lab->client);
    kube_set_limit(lab->client, 0);
    lab->options = (struct ramp_options){
        .client = lab->client,
        .namespace = "n",
        .config_map = "app",
        .selector = "app=app",
        .add = 30,
        .port = (uint16_t)fake_server_port(lab->server),
        .deadline = 20 * NANOSECONDS_PER_SECOND,
    };
    *state = lab;
    return 0;
}

static int close_lab(void **state)
{
    struct lab *lab = *state;
    ramp_result_release(&lab->result);
    kube_close(lab->client);
    fake_server_stop(lab->server);
    test_folder_remove(lab->folder);
    free(lab->folder);
    free(lab);
    return 0;
}

static int step(struct lab *lab)
{
    ramp_result_release(&lab->result);
    return ramp_step(&lab->options, &lab->result, &lab->error);
}

static void test_sum_is_capped(void **state)
{
    (void)state;
    assert_int_equal(ramp_next_size(50, 30, 500), 80);
    assert_int_equal(ramp_next_size(490, 30, 500), 500);
    assert_int_equal(ramp_next_size(500, 30, 500), 500);
    assert_int_equal(ramp_next_size(600, 0, 500), 500);
    assert_int_equal(ramp_next_size(0, 0, 0), 0);
    assert_int_equal(ramp_next_size(RAMP_MAXIMUM, RAMP_MAXIMUM, RAMP_MAXIMUM), RAMP_MAXIMUM);
}

static void test_one_pod_gets_everything(void **state)
{
    struct lab *lab = *state;
    assert_int_equal(step(lab), 0);
    assert_int_equal(lab->result.before, 50);
    assert_int_equal(lab->result.size, 80);
    assert_int_equal(lab->result.part, 80);
    assert_int_equal(lab->result.pod_count, 1);
    assert_string_equal(lab->result.pods[0].name, "app-0");
    assert_string_equal(lab->told, "/size?mib=80");
    assert_string_equal(lab->selector, "labelSelector=app%3Dapp");
    assert_string_equal(lab->patch, "{\"metadata\":{\"resourceVersion\":\"7\"},\"data\":{\"size\":\"80\"}}");
}

static void test_size_is_divided_by_ready_pods(void **state)
{
    struct lab *lab = *state;
    lab->pods = POD("app-0", "127.0.0.1") "," POD("app-1", "127.0.0.1") "," POD(
        "app-2", "127.0.0.1") ","
                              "{\"metadata\":{\"name\":\"starting\"},\"status\":{\"podIP\":\"127.0.0.9\"}},"
                              "{\"metadata\":{\"name\":\"going\",\"deletionTimestamp\":\"2026-01-01T00:00:00Z\"},"
                              "\"status\":{\"podIP\":\"127.0.0.9\"," READY "}},"
                              "{\"metadata\":{\"name\":\"homeless\"},\"status\":{" READY "}}";
    assert_int_equal(step(lab), 0);
    assert_int_equal(lab->result.pod_count, 3);
    assert_int_equal(lab->result.part, 26);
    assert_int_equal(lab->puts, 3);
    assert_string_equal(lab->told, "/size?mib=26");
}

static void test_nothing_added_spreads_anew(void **state)
{
    struct lab *lab = *state;
    lab->options.add = 0;
    lab->config_map = "{\"size\":\"0\",\"max\":\"500\"}";
    assert_int_equal(step(lab), 0);
    assert_string_equal(lab->told, "/size?mib=0");
}

static void test_no_ready_pod(void **state)
{
    struct lab *lab = *state;
    lab->pods = "{\"metadata\":{\"name\":\"starting\"},\"status\":{\"podIP\":\"127.0.0.9\"}}";
    assert_int_equal(step(lab), -1);
    assert_string_equal(lab->error.text, "no pod that matches app=app is ready (1 found): there is nobody to tell");
    lab->pods = "";
    assert_int_equal(step(lab), -1);
    assert_int_equal(lab->patches, 0);
}

static void test_pod_that_fails_is_named_and_others_are_told(void **state)
{
    struct lab *lab = *state;
    lab->pods = POD("app-0", "127.0.0.1") "," POD("app-1", "127.9.9.9") "," POD("app-2", "127.0.0.1");
    assert_int_equal(step(lab), -1);
    assert_string_equal(lab->error.text,
                        "1 of 3 pods did not take their part; size stays 50, so that the next try repeats this step");
    assert_int_equal(lab->puts, 2);
    assert_string_equal(lab->result.pods[0].problem.text, "");
    assert_string_not_equal(lab->result.pods[1].problem.text, "");
    assert_string_equal(lab->result.pods[2].problem.text, "");
    assert_int_equal(lab->patches, 0);
}

static void test_what_the_pod_says_is_told(void **state)
{
    struct lab *lab = *state;
    lab->size_code = 500;
    assert_int_equal(step(lab), -1);
    assert_string_equal(lab->result.pods[0].problem.text, "HTTP 500: the disk is full");
}

static void test_silent_pod_ends_at_the_deadline(void **state)
{
    struct lab *lab = *state;
    lab->size_silent = true;
    lab->options.deadline = NANOSECONDS_PER_SECOND;
    int64_t begin = clock_monotonic();
    assert_int_equal(step(lab), -1);
    assert_true(clock_monotonic() - begin < 15 * NANOSECONDS_PER_SECOND);
    assert_string_equal(lab->result.pods[0].problem.text, "no answer in time");
}

static void test_config_map_is_checked(void **state)
{
    struct lab *lab = *state;
    static const char *const wrong[][2] = {
        {"{\"max\":\"500\"}", "key \"size\" is missing"},
        {"{\"size\":\"50\"}", "key \"max\" is missing"},
        {"{\"size\":\"-1\",\"max\":\"500\"}", "not \"-1\""},
        {"{\"size\":\"50Mi\",\"max\":\"500\"}", "not \"50Mi\""},
        {"{\"size\":\"50\",\"max\":\"\"}", "not \"\""},
        {"{\"size\":\"50\",\"max\":\"99999999999999999999\"}", "not \"99999999999999999999\""},
        {"{\"size\":50,\"max\":\"500\"}", "key \"size\" is missing"},
        {"null", "key \"size\" is missing"},
    };
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        lab->config_map = wrong[i][0];
        assert_int_equal(step(lab), -1);
        assert_non_null(strstr(lab->error.text, wrong[i][1]));
    }
    lab->config_map = NULL;
    assert_int_equal(step(lab), -1);
    assert_non_null(strstr(lab->error.text, "not found"));
    assert_int_equal(lab->puts, 0);
    assert_int_equal(lab->patches, 0);
}

static void test_size_that_someone_else_set_stays(void **state)
{
    struct lab *lab = *state;
    lab->patch_code = 409;
    assert_int_equal(step(lab), -1);
    assert_string_equal(lab->error.text, "ConfigMap \"app\" was changed meanwhile; its size stays as it was set");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sum_is_capped),
        cmocka_unit_test_setup_teardown(test_one_pod_gets_everything, open_lab, close_lab),
        cmocka_unit_test_setup_teardown(test_size_is_divided_by_ready_pods, open_lab, close_lab),
        cmocka_unit_test_setup_teardown(test_nothing_added_spreads_anew, open_lab, close_lab),
        cmocka_unit_test_setup_teardown(test_no_ready_pod, open_lab, close_lab),
        cmocka_unit_test_setup_teardown(test_pod_that_fails_is_named_and_others_are_told, open_lab, close_lab),
        cmocka_unit_test_setup_teardown(test_what_the_pod_says_is_told, open_lab, close_lab),
        cmocka_unit_test_setup_teardown(test_silent_pod_ends_at_the_deadline, open_lab, close_lab),
        cmocka_unit_test_setup_teardown(test_config_map_is_checked, open_lab, close_lab),
        cmocka_unit_test_setup_teardown(test_size_that_someone_else_set_stays, open_lab, close_lab),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
