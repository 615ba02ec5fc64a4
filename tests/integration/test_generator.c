/* hpalab generator as a process and as a pod of the embedded cluster: its usage, its token, a load told through the API server's
 * pod proxy, and its end. */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "common/clock.h"
#include "common/json.h"
#include "common/memory.h"
#include "common/version.h"
#include "kube/kube.h"
#include "tests/support/child.h"
#include "tests/support/fake_server.h"
#include "tests/support/folder.h"
#include "tests/support/http.h"
#include "tests/support/wait.h"

#define WAIT 60.0 /* seconds; generous, for a busy machine */
#define DEADLINE (20 * NANOSECONDS_PER_SECOND)
#define PODS "/api/v1/namespaces/default/pods"
#define TOKEN "sesame"
#define TOKEN_HEADER "X-Hpalab-Token"

static void answer_ok(struct fake_connection *connection, const struct fake_request *request, void *context)
{
    (void)request;
    (void)context;
    fake_answer(connection, 200, "text/plain", "", "ok");
}

/* Half of 200 requests in a second. */
static char *plan_for(const struct fake_server *server)
{
    return memory_format(
        "{\"id\":\"run-1\",\"part\":2,\"loads\":[{\"address\":\"127.0.0.1\",\"port\":%d,\"slow_over\":60000000000,"
        "\"spec\":{\"name\":\"main\",\"executor\":\"constant-arrival-rate\",\"start_rate\":200,"
        "\"stages\":[{\"duration\":1000000000,\"target\":200}],\"url\":\"http://web/\"}}],"
        "\"epochs\":[{\"from\":0,\"index\":1,\"count\":2}]}",
        fake_server_port(server));
}

static char *start_at(int64_t at)
{
    return memory_format("{\"plan\":\"run-1\",\"at\":\"%lld\"}", (long long)at);
}

/* The requests with the outcome ok, of all batches. */
static int64_t count_ok(const cJSON *results)
{
    int64_t ok = 0;
    const cJSON *batch = NULL;
    const cJSON *row = NULL;
    cJSON_ArrayForEach (batch, json_get(results, "batches"))
        cJSON_ArrayForEach (row, json_get(batch, "rows"))
            ok += json_integer(json_get(row, "outcomes", "ok"), 0);
    return ok;
}

static void assert_refused(const char *const *arguments, const char *why)
{
    struct test_child *child = test_child_start("hpalab", arguments, NULL);
    assert_int_equal(test_child_wait(child, WAIT), 2);
    AUTO_FREE char *errors = test_child_errors(child);
    assert_string_equal(errors, why);
    test_child_end(child);
}

static void test_wrong_usage(void **state)
{
    (void)state;
    static const char *const nowhere[] = {"generator", "--listen", "here", NULL};
    static const char *const open[] = {"generator", "--listen", "0.0.0.0:0", NULL};
    static const char *const file[] = {"generator", "--token-file", "/nowhere", NULL};
    assert_refused(nowhere, "hpalab: generator: --listen: expected ADDRESS:PORT such as 127.0.0.1:8000, not \"here\"\n");
    assert_refused(open, "hpalab: generator: listening on 0.0.0.0 needs a token (HPALAB_GENERATOR_TOKEN or --token-file)\n");
    assert_refused(file, "hpalab: generator: --token-file: /nowhere: No such file or directory\n");
}

struct process {
    struct test_child *child;
    int port;
};

static int port_of(const struct test_child *child)
{
    int port = 0;
    AUTO_FREE char *output = test_child_output(child);
    const char *number = strstr(output, " port ");
    if (number != NULL && strchr(number, '\n') != NULL)
        port = (int)strtol(number + 6, NULL, 10);
    return port;
}

static struct process process_start(void)
{
    static const char *const arguments[] = {"generator", "--listen", "127.0.0.1:0", NULL};
    static const char *const environment[] = {"HPALAB_GENERATOR_TOKEN=" TOKEN, "JOB_COMPLETION_INDEX=4", NULL};
    struct process process = {.child = test_child_start("hpalab", arguments, environment)};
    assert_true(test_wait_until((process.port = port_of(process.child)) > 0, WAIT));
    return process;
}

/* An answer's status; *tree: its body, which the caller deletes, unless NULL. */
static int ask(const struct process *process, const char *method, const char *path, const char *token, const char *body,
               cJSON **tree)
{
    struct test_http_answer answer;
    AUTO_FREE char *url = memory_format("http://127.0.0.1:%d%s", process->port, path);
    AUTO_FREE char *header = memory_format(TOKEN_HEADER ": %s", token);
    const char *const headers[] = {header, NULL};
    const struct test_http_request request = {.method = method, .url = url, .headers = headers, .body = body, .timeout = 30};
    test_http_send(&request, &answer);
    int status = answer.status;
    if (tree != NULL)
        *tree = json_parse(answer.body.data, answer.body.length, NULL);
    test_http_release(&answer);
    return status;
}

static bool is_in_state(const struct process *process, const char *wanted)
{
    AUTO_JSON cJSON *status = NULL;
    assert_int_equal(ask(process, "GET", "/v1/status", TOKEN, NULL, &status), 200);
    return strcmp(json_text(json_get(status, "state"), ""), wanted) == 0;
}

static void test_who_may_ask(void **state)
{
    (void)state;
    struct process process = process_start();
    assert_int_equal(ask(&process, "GET", "/healthz", "", NULL, NULL), 200);
    assert_int_equal(ask(&process, "GET", "/metrics", "", NULL, NULL), 200);
    assert_int_equal(ask(&process, "GET", "/v1/status", "", NULL, NULL), 401);
    assert_int_equal(ask(&process, "GET", "/v1/status", TOKEN "x", NULL, NULL), 401);
    assert_int_equal(ask(&process, "PUT", "/v1/plan", "sesamo", "{}", NULL), 401);
    assert_int_equal(ask(&process, "POST", "/v1/end", "", "", NULL), 401);
    assert_int_equal(ask(&process, "GET", "/elsewhere", "", NULL, NULL), 401);
    assert_int_equal(ask(&process, "GET", "/elsewhere", TOKEN, NULL, NULL), 404);
    assert_int_equal(ask(&process, "GET", "/v1/plan", TOKEN, NULL, NULL), 405);
    assert_int_equal(ask(&process, "PUT", "/v1/plan", TOKEN, "{", NULL), 400);
    assert_int_equal(ask(&process, "GET", "/v1/results?since=x", TOKEN, NULL, NULL), 400);
    assert_int_equal(ask(&process, "GET", "/v1/results?since=0", TOKEN, NULL, NULL), 409);
    AUTO_JSON cJSON *status = NULL;
    assert_int_equal(ask(&process, "GET", "/v1/status", TOKEN, NULL, &status), 200);
    assert_int_equal(json_integer(json_get(status, "part"), 0), 5);
    assert_int_equal(ask(&process, "POST", "/v1/end", TOKEN, "", NULL), 200);
    assert_int_equal(test_child_wait(process.child, WAIT), 0);
    test_child_end(process.child);
}

static void test_what_is_too_long_is_not_read(void **state)
{
    (void)state;
    struct process process = process_start();
    const size_t size = (size_t)9 * 1024 * 1024;
    AUTO_FREE char *body = memory_allocate(size + 1, 1);
    memset(body, 'a', size);
    int status = ask(&process, "PUT", "/v1/plan", TOKEN, body, NULL);
    assert_true(status == 413 || status == 0); /* the connection may be cut before all of it is sent */
    assert_int_equal(ask(&process, "GET", "/healthz", "", NULL, NULL), 200);
    test_child_end(process.child);
}

static void test_a_load_and_its_end(void **state)
{
    (void)state;
    struct fake_server *server = fake_server_start(answer_ok, NULL);
    struct process process = process_start();
    AUTO_FREE char *plan = plan_for(server);
    AUTO_FREE char *start = start_at(clock_wall() + NANOSECONDS_PER_SECOND);
    assert_int_equal(ask(&process, "PUT", "/v1/plan", TOKEN, plan, NULL), 200);
    assert_int_equal(ask(&process, "POST", "/v1/start", TOKEN, start, NULL), 200);
    assert_true(test_wait_until(is_in_state(&process, "finished"), WAIT));
    test_child_signal(process.child, SIGTERM);
    assert_true(test_wait_until(ask(&process, "GET", "/healthz", "", NULL, NULL) == 503, WAIT));
    AUTO_JSON cJSON *results = NULL;
    assert_int_equal(ask(&process, "GET", "/v1/results?since=0", TOKEN, NULL, &results), 200);
    assert_true(json_boolean(json_get(results, "complete"), false));
    assert_int_equal(count_ok(results), 100);
    assert_int_equal(fake_server_requests(server), 100);
    assert_int_equal(test_child_wait(process.child, WAIT), 0);
    test_child_end(process.child);
    fake_server_stop(server);
}

struct lab {
    struct test_child *child;
    char *parent;
    struct kube_client *client;
};

static void lab_start(struct lab *lab)
{
    struct error error = ERROR_NONE;
    lab->parent = test_folder_create();
    AUTO_FREE char *folder = memory_format("%s/cluster", lab->parent);
    AUTO_FREE char *kubeconfig = memory_format("%s/kubeconfig", folder);
    lab->child = test_child_run("labcluster", "--folder", folder, "--pace", "quick");
    if (!test_wait_until(access(kubeconfig, R_OK) == 0, 60))
        fail_msg("labcluster did not get ready: %s", test_child_errors(lab->child));
    lab->client = kube_open(kubeconfig, NULL, &error);
    if (lab->client == NULL)
        fail_msg("%s", error.text);
    kube_set_limit(lab->client, 0);
}

static void lab_end(struct lab *lab)
{
    kube_close(lab->client);
    test_child_signal(lab->child, SIGTERM);
    assert_int_equal(test_child_wait(lab->child, 20), 0);
    test_child_end(lab->child);
    test_folder_remove(lab->parent);
    free(lab->parent);
}

/* What the API answers, with the generator's token in its own header; the caller deletes it. */
static cJSON *call(const struct lab *lab, const char *method, const char *path, const char *body)
{
    struct error error = ERROR_NONE;
    AUTO_KUBE_ANSWER struct kube_answer answer = {0};
    const struct kube_call wanted = {.method = method,
                                     .path = path,
                                     .body_type = body != NULL ? "application/json" : NULL,
                                     .body = body,
                                     .header_name = TOKEN_HEADER,
                                     .header_value = TOKEN,
                                     .deadline = DEADLINE};
    if (kube_send(lab->client, &wanted, &answer, &error) < 0)
        fail_msg("%s %s: %s", method, path, error.text);
    return steal_pointer(&answer.body);
}

static bool is_ready(const struct lab *lab)
{
    AUTO_JSON cJSON *pod = call(lab, "GET", PODS "/generator", NULL);
    const cJSON *container = cJSON_GetArrayItem(json_get(pod, "status", "containerStatuses"), 0);
    return json_boolean(json_get(container, "ready"), false);
}

static bool is_complete(const struct lab *lab, cJSON **results)
{
    cJSON_Delete(*results);
    *results = call(lab, "GET", PODS "/generator:8089/proxy/v1/results?since=0", NULL);
    return json_boolean(json_get(*results, "complete"), false);
}

static bool is_gone(const struct lab *lab)
{
    AUTO_JSON cJSON *pods = call(lab, "GET", PODS, NULL);
    return cJSON_GetArraySize(json_get(pods, "items")) == 0;
}

static void test_a_generator_in_a_pod(void **state)
{
    (void)state;
    static const char pod[] =
        "{\"apiVersion\":\"v1\",\"kind\":\"Pod\",\"metadata\":{\"name\":\"generator\"},\"spec\":{\"restartPolicy\":\"Never\","
        "\"containers\":[{\"name\":\"generator\",\"image\":\"hpalab:" HPALAB_VERSION "\","
        "\"args\":[\"generator\",\"--listen\",\"$(POD_IP):8089\"],"
        "\"env\":[{\"name\":\"POD_IP\",\"valueFrom\":{\"fieldRef\":{\"fieldPath\":\"status.podIP\"}}},"
        "{\"name\":\"HPALAB_GENERATOR_TOKEN\",\"valueFrom\":{\"secretKeyRef\":{\"name\":\"generator\",\"key\":\"token\"}}}],"
        "\"readinessProbe\":{\"periodSeconds\":1,\"httpGet\":{\"path\":\"/healthz\",\"port\":8089}}}]}}";
    static const char secret[] = "{\"apiVersion\":\"v1\",\"kind\":\"Secret\",\"metadata\":{\"name\":\"generator\"},"
                                 "\"stringData\":{\"token\":\"" TOKEN "\"}}";
    struct lab lab;
    cJSON *results = NULL;
    struct fake_server *server = fake_server_start(answer_ok, NULL);
    lab_start(&lab);
    cJSON_Delete(call(&lab, "POST", "/api/v1/namespaces/default/secrets", secret));
    cJSON_Delete(call(&lab, "POST", PODS, pod));
    assert_true(test_wait_until(is_ready(&lab), WAIT));
    AUTO_FREE char *plan = plan_for(server);
    cJSON_Delete(call(&lab, "PUT", PODS "/generator:8089/proxy/v1/plan", plan));
    AUTO_FREE char *start = start_at(clock_wall() + NANOSECONDS_PER_SECOND);
    cJSON_Delete(call(&lab, "POST", PODS "/generator:8089/proxy/v1/start", start));
    assert_true(test_wait_until(is_complete(&lab, &results), WAIT));
    assert_int_equal(count_ok(results), 100);
    assert_int_equal(json_integer(json_get(results, "part"), 0), 2);
    assert_int_equal(fake_server_requests(server), 100);
    cJSON_Delete(results);
    cJSON_Delete(call(&lab, "DELETE", PODS "/generator", NULL));
    assert_true(test_wait_until(is_gone(&lab), WAIT));
    lab_end(&lab);
    fake_server_stop(server);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_wrong_usage),
        cmocka_unit_test(test_who_may_ask),
        cmocka_unit_test(test_what_is_too_long_is_not_read),
        cmocka_unit_test(test_a_load_and_its_end),
        cmocka_unit_test(test_a_generator_in_a_pod),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
