/* What a real API server answered, served as it was: the client reads it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <dirent.h>

#include "common/clock.h"
#include "common/memory.h"
#include "kube/kube.h"
#include "tests/support/data.h"
#include "tests/support/fake_server.h"
#include "tests/support/folder.h"

#define DEADLINE (10 * NANOSECONDS_PER_SECOND)

struct lab {
    struct fake_server *server;
    char *folder;
    struct kube_client *client;
    const cJSON *exchange; /* that is replayed */
    const char *wrong;     /* what was asked otherwise */
    size_t listed;
    bool all;
    atomic_bool stop;
};

static void serve(struct fake_connection *connection, const struct fake_request *request, void *context)
{
    struct lab *lab = context;
    const cJSON *response = json_get(lab->exchange, "response");
    const cJSON *body = json_get(response, "body");
    if (strstr(request->path, "watch=1") != NULL) {
        (void)fake_wait(connection, 60);
        fake_close(connection);
        return;
    }
    if (strcmp(request->path, json_text(json_get(lab->exchange, "request", "path"), "")) != 0 ||
        strcmp(request->method, json_text(json_get(lab->exchange, "request", "method"), "")) != 0)
        lab->wrong = "another path or method";
    AUTO_FREE char *text = cJSON_IsString(body) ? memory_copy_text(body->valuestring) : json_print(body);
    fake_answer(connection, (int)json_integer(json_get(response, "status"), 0), json_text(json_get(response, "contentType"), ""),
                "", text);
}

static int open_lab(void **state)
{
    struct lab *lab = memory_allocate(1, sizeof *lab);
    lab->folder = test_folder_create();
    lab->server = fake_server_start(serve, lab);
    AUTO_FREE char *url = memory_format("http://127.0.0.1:%d", fake_server_port(lab->server));
    AUTO_FREE char *path = fake_kubeconfig(lab->folder, url, NULL);
    lab->client = kube_open(path, NULL, NULL);
    assert_non_null(lab->client);
    kube_set_limit(lab->client, 0);
    *state = lab;
    return 0;
}

static int close_lab(void **state)
{
    struct lab *lab = *state;
    kube_close(lab->client);
    fake_server_stop(lab->server);
    test_folder_remove(lab->folder);
    free(lab->folder);
    free(lab);
    return 0;
}

/* Calls back for every file of a folder of the recordings; how many there were. */
static size_t each_file(struct lab *lab, const char *folder, void (*visit)(struct lab *lab, const char *file))
{
    AUTO_FREE char *path = memory_format("tests/data/golden/%s", folder);
    struct dirent **entries = NULL;
    int count = scandir(path, &entries, NULL, alphasort);
    size_t visited = 0;
    for (int i = 0; i < count; i++) {
        const char *name = entries[i]->d_name;
        size_t length = strlen(name);
        if (length > 5 && strcmp(name + length - 5, ".json") == 0) {
            AUTO_JSON cJSON *exchange = test_data_json("golden/%s/%s", folder, name);
            lab->exchange = exchange;
            lab->wrong = NULL;
            visit(lab, name);
            if (lab->wrong != NULL)
                fail_msg("%s: %s", name, lab->wrong);
            visited++;
        }
        free(entries[i]);
    }
    free(entries);
    return visited;
}

/* Sends what was sent to the real server; the answer is the recorded one, and its message is told. */
static void check_exchange(struct lab *lab, const char *file)
{
    const cJSON *request = json_get(lab->exchange, "request");
    const cJSON *body = json_get(lab->exchange, "response", "body");
    int code = (int)json_integer(json_get(lab->exchange, "response", "status"), 0);
    struct error error = ERROR_NONE;
    AUTO_KUBE_ANSWER struct kube_answer answer = {0};
    const struct kube_call call = {
        .method = json_text(json_get(request, "method"), ""),
        .path = json_text(json_get(request, "path"), ""),
        .body_type = json_get(request, "contentType") != NULL ? json_text(json_get(request, "contentType"), "") : NULL,
        .body = json_text(json_get(request, "body"), ""),
        .deadline = DEADLINE,
        .once = true};
    int result = kube_send(lab->client, &call, &answer, &error);
    assert_int_equal(answer.code, code);
    assert_int_equal(result, code < 300 ? 0 : -1);
    if (cJSON_IsString(body))
        assert_string_equal(answer.text, body->valuestring);
    else
        assert_true(json_equal(answer.body, body));
    const char *message = cJSON_IsString(body) ? "404 page not found" : json_text(json_get(body, "message"), "");
    AUTO_FREE char *expected = cJSON_IsString(body)
                                   ? memory_format("%s (%d)", message, code)
                                   : memory_format("%.800s (%d %s)", message, code, json_text(json_get(body, "reason"), ""));
    if (result < 0 && strcmp(error.text, expected) != 0)
        fail_msg("%s: '%s', expected '%s'", file, error.text, expected);
}

static void test_errors_objects_and_writes(void **state)
{
    struct lab *lab = *state;
    assert_true(each_file(lab, "errors", check_exchange) >= 10);
    assert_true(each_file(lab, "objects", check_exchange) >= 5);
    assert_true(each_file(lab, "writes", check_exchange) >= 5);
    assert_true(each_file(lab, "lists", check_exchange) >= 10);
}

static void see_listed(enum kube_event_type type, const cJSON *object, const char *text, void *context)
{
    struct lab *lab = context;
    const char *list = json_text(json_get(lab->exchange, "response", "body", "kind"), "");
    (void)text;
    if (type == KUBE_LISTED) {
        lab->listed++;
        AUTO_FREE char *kind = memory_format("%sList", json_text(json_get(object, "kind"), ""));
        if (strcmp(kind, list) != 0)
            lab->wrong = "an item of another kind";
    }
    lab->all = lab->all || type == KUBE_LISTED_ALL;
    if (type == KUBE_LISTED_ALL || type == KUBE_GAP)
        atomic_store(&lab->stop, true);
}

static void check_list(struct lab *lab, const char *file)
{
    struct error error = ERROR_NONE;
    const char *path = json_text(json_get(lab->exchange, "request", "path"), "");
    lab->listed = 0;
    lab->all = false;
    atomic_store(&lab->stop, false);
    if (kube_follow(lab->client, path, NULL, see_listed, lab, &lab->stop, &error) < 0 || !lab->all)
        fail_msg("%s: %s", file, error.text);
    assert_int_equal(lab->listed, cJSON_GetArraySize(json_get(lab->exchange, "response", "body", "items")));
}

static void test_lists_are_followed(void **state)
{
    assert_true(each_file(*state, "lists", check_list) >= 10);
}

static void check_path(struct lab *lab, const char *file, const char *version, const char *kind, const char *expected)
{
    AUTO_JSON cJSON *exchange = test_data_json("golden/discovery/%s", file);
    struct error error = ERROR_NONE;
    lab->exchange = exchange;
    AUTO_FREE char *path = kube_collection_path(lab->client, version, kind, "team", &error);
    if (path == NULL)
        fail_msg("%s", error.text);
    assert_string_equal(path, expected);
    assert_null(lab->wrong);
}

static void test_discovery(void **state)
{
    struct lab *lab = *state;
    check_path(lab, "api-v1.json", "v1", "Pod", "/api/v1/namespaces/team/pods");
    check_path(lab, "api-v1.json", "v1", "Namespace", "/api/v1/namespaces");
    check_path(lab, "apis-apps-v1.json", "apps/v1", "Deployment", "/apis/apps/v1/namespaces/team/deployments");
    check_path(lab, "apis-autoscaling-v2.json", "autoscaling/v2", "HorizontalPodAutoscaler",
               "/apis/autoscaling/v2/namespaces/team/horizontalpodautoscalers");
    check_path(lab, "apis-rbac.authorization.k8s.io-v1.json", "rbac.authorization.k8s.io/v1", "ClusterRole",
               "/apis/rbac.authorization.k8s.io/v1/clusterroles");
    check_path(lab, "apis-metrics.k8s.io-v1beta1.json", "metrics.k8s.io/v1beta1", "PodMetrics",
               "/apis/metrics.k8s.io/v1beta1/namespaces/team/pods");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_errors_objects_and_writes, open_lab, close_lab),
        cmocka_unit_test_setup_teardown(test_lists_are_followed, open_lab, close_lab),
        cmocka_unit_test_setup_teardown(test_discovery, open_lab, close_lab),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
