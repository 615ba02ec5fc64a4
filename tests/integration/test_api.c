/* The API of a running labcluster: objects over TLS, answers as a real cluster gave them, watches, and the end. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/base64.h"
#include "common/clock.h"
#include "common/file.h"
#include "common/json.h"
#include "common/yaml.h"
#include "tests/support/child.h"
#include "tests/support/http.h"

#define GOLDEN "tests/data/golden/"
#define CONFIG_MAPS "/api/v1/namespaces/default/configmaps"
#define START_SECONDS 30.0
#define MANY 1000

struct cluster {
    struct test_child *child;
    char parent[32];
    char *folder;
    char *kubeconfig;
    char *authority_file;
    char *url;
    char *authorization;
    struct test_http_session *session;
};

static void wait_for_file(const char *path)
{
    int64_t deadline = clock_monotonic() + (int64_t)START_SECONDS * NANOSECONDS_PER_SECOND;
    while (access(path, R_OK) != 0) {
        if (clock_monotonic() > deadline)
            fail_msg("%s did not appear", path);
        usleep(20000);
    }
}

static void read_kubeconfig(struct cluster *cluster)
{
    size_t length;
    AUTO_YAML struct yaml_documents documents = {0};
    AUTO_FREE char *text = file_read(cluster->kubeconfig, 100000, &length, NULL);
    assert_non_null(text);
    assert_int_equal(yaml_parse("kubeconfig", text, length, &documents, NULL), 0);
    AUTO_JSON cJSON *config = yaml_to_json(documents.roots[0]);
    const cJSON *entry = cJSON_GetArrayItem(json_get(config, "clusters"), 0);
    const cJSON *user = cJSON_GetArrayItem(json_get(config, "users"), 0);
    size_t authority_length;
    AUTO_FREE char *authority =
        base64_decode(json_text(json_get(entry, "cluster", "certificate-authority-data"), ""), &authority_length, NULL);
    assert_non_null(authority);
    assert_int_equal(file_write(cluster->authority_file, authority, authority_length, 0600, NULL), 0);
    cluster->url = memory_copy_text(json_text(json_get(entry, "cluster", "server"), ""));
    cluster->authorization = memory_format("Authorization: Bearer %s", json_text(json_get(user, "user", "token"), ""));
}

static int start_cluster(void **state)
{
    struct cluster *cluster = memory_allocate(1, sizeof *cluster);
    *state = cluster;
    snprintf(cluster->parent, sizeof cluster->parent, "/tmp/hpalab-test-XXXXXX");
    assert_non_null(mkdtemp(cluster->parent));
    cluster->folder = memory_format("%s/cluster", cluster->parent);
    cluster->kubeconfig = memory_format("%s/kubeconfig", cluster->parent);
    cluster->authority_file = memory_format("%s/ca.pem", cluster->parent);
    cluster->child =
        test_child_run("labcluster", "--folder", cluster->folder, "--kubeconfig", cluster->kubeconfig, "--pace", "quick");
    wait_for_file(cluster->kubeconfig);
    read_kubeconfig(cluster);
    cluster->session = test_http_session_create();
    return 0;
}

static int stop_cluster(void **state)
{
    struct cluster *cluster = *state;
    test_http_session_destroy(cluster->session);
    test_child_signal(cluster->child, SIGTERM);
    (void)test_child_wait(cluster->child, 20);
    test_child_end(cluster->child);
    unlink(cluster->authority_file);
    rmdir(cluster->parent);
    free(cluster->folder);
    free(cluster->kubeconfig);
    free(cluster->authority_file);
    free(cluster->url);
    free(cluster->authorization);
    free(cluster);
    return 0;
}

/* The JSON of the answer (NULL when it is none). */
static cJSON *ask(const struct cluster *cluster, const char *method, const char *path, const char *body, int *code,
                  double *seconds)
{
    struct test_http_answer answer;
    AUTO_FREE char *url = memory_format("%s%s", cluster->url, path);
    const char *headers[] = {cluster->authorization, "Content-Type: application/json", NULL};
    struct test_http_request request = {
        .method = method, .url = url, .headers = headers, .body = body, .timeout = 30, .ca_file = cluster->authority_file};
    test_http_session_send(cluster->session, &request, &answer);
    assert_int_equal(answer.result, 0);
    *code = answer.status;
    if (seconds != NULL)
        *seconds = answer.seconds;
    cJSON *tree = json_parse(answer.body.data, answer.body.length, NULL);
    test_http_release(&answer);
    return tree;
}

static void create_config_map(const struct cluster *cluster, int number)
{
    int code;
    AUTO_FREE char *body = memory_format("{\"metadata\":{\"name\":\"many-%04d\"},\"data\":{\"a\":\"%d\"}}", number, number);
    cJSON_Delete(ask(cluster, "POST", CONFIG_MAPS, body, &code, NULL));
    assert_int_equal(code, 201);
}

/* Request by request as recorded; status and body must be the recorded ones. */
static void replay(const struct cluster *cluster, const char *name)
{
    size_t length;
    int code;
    AUTO_FREE char *path = memory_format(GOLDEN "errors/%s.json", name);
    AUTO_FREE char *text = file_read(path, 1024 * 1024, &length, NULL);
    assert_non_null(text);
    AUTO_JSON cJSON *exchange = json_parse(text, length, NULL);
    const cJSON *request = json_get(exchange, "request");
    AUTO_JSON cJSON *got = ask(cluster, json_text(json_get(request, "method"), "GET"), json_text(json_get(request, "path"), "/"),
                               json_text(json_get(request, "body"), NULL), &code, NULL);
    AUTO_FREE char *printed = json_print(got);
    if (!json_equal(got, json_get(exchange, "response", "body")) ||
        code != json_integer(json_get(exchange, "response", "status"), 0))
        fail_msg("%s: %d %s", name, code, printed);
}

static void test_errors(void **state)
{
    struct cluster *cluster = *state;
    int code;
    cJSON_Delete(ask(cluster, "POST", CONFIG_MAPS, "{\"metadata\":{\"name\":\"kube-root-ca.crt\"}}", &code, NULL));
    assert_true(code == 201 || code == 409);
    replay(cluster, "400-badjson");
    replay(cluster, "400-selector");
    replay(cluster, "404-object");
    replay(cluster, "405");
    replay(cluster, "409-conflict");
    replay(cluster, "409-exists");
    replay(cluster, "422-hpa");
}

static void test_kubeconfig_is_private(void **state)
{
    struct cluster *cluster = *state;
    struct stat facts;
    assert_int_equal(stat(cluster->kubeconfig, &facts), 0);
    assert_int_equal(facts.st_mode & 0777, 0600);
    int code;
    cluster->authorization[strlen(cluster->authorization) - 1] ^= 1;
    cJSON_Delete(ask(cluster, "GET", "/api/v1/pods", NULL, &code, NULL));
    assert_int_equal(code, 401);
    cluster->authorization[strlen(cluster->authorization) - 1] ^= 1;
}

static void test_life_of_an_object(void **state)
{
    struct cluster *cluster = *state;
    int code;
    create_config_map(cluster, 0);
    AUTO_JSON cJSON *got = ask(cluster, "GET", CONFIG_MAPS "/many-0000", NULL, &code, NULL);
    assert_int_equal(code, 200);
    assert_string_equal(json_text(json_get(got, "data", "a"), ""), "0");
    json_set_text(json_get(got, "data"), "a", "changed");
    AUTO_FREE char *body = json_print(got);
    AUTO_JSON cJSON *updated = ask(cluster, "PUT", CONFIG_MAPS "/many-0000", body, &code, NULL);
    assert_int_equal(code, 200);
    assert_string_not_equal(json_text(json_get(updated, "metadata", "resourceVersion"), ""),
                            json_text(json_get(got, "metadata", "resourceVersion"), ""));
    cJSON_Delete(ask(cluster, "PUT", CONFIG_MAPS "/many-0000", body, &code, NULL));
    assert_int_equal(code, 409);
    AUTO_JSON cJSON *deleted = ask(cluster, "DELETE", CONFIG_MAPS "/many-0000", NULL, &code, NULL);
    assert_int_equal(code, 200);
    assert_string_equal(json_text(json_get(deleted, "status"), ""), "Success");
    cJSON_Delete(ask(cluster, "GET", CONFIG_MAPS "/many-0000", NULL, &code, NULL));
    assert_int_equal(code, 404);
}

static void test_many_objects(void **state)
{
    struct cluster *cluster = *state;
    int code;
    double seconds;
    for (int i = 1; i <= MANY; i++)
        create_config_map(cluster, i);
    AUTO_JSON cJSON *list = ask(cluster, "GET", CONFIG_MAPS, NULL, &code, &seconds);
    assert_int_equal(code, 200);
    assert_true(cJSON_GetArraySize(json_get(list, "items")) >= MANY);
    print_message("# listing %d objects took %.1f ms\n", cJSON_GetArraySize(json_get(list, "items")), seconds * 1000);
}

/* A watch that asks for ten minutes is ended by the cluster's end, which is orderly and leaves nothing. */
static void test_end(void **state)
{
    struct cluster *cluster = *state;
    struct test_http_answer answer;
    AUTO_FREE char *url = memory_format("%s" CONFIG_MAPS "?watch=1&timeoutSeconds=600", cluster->url);
    const char *headers[] = {cluster->authorization, NULL};
    struct test_http_request request = {.url = url, .headers = headers, .timeout = 60, .ca_file = cluster->authority_file};
    struct test_http_pending *pending = test_http_begin(&request);
    sleep(1);
    test_child_signal(cluster->child, SIGTERM);
    assert_int_equal(test_child_wait(cluster->child, 20), 0);
    test_http_finish(pending, &answer);
    assert_int_equal(answer.result, 0);
    assert_int_equal(answer.status, 200);
    test_http_release(&answer);
    assert_int_equal(access(cluster->folder, F_OK), -1);
    assert_int_equal(access(cluster->kubeconfig, F_OK), -1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_errors),
        cmocka_unit_test(test_kubeconfig_is_private),
        cmocka_unit_test(test_life_of_an_object),
        cmocka_unit_test(test_many_objects),
        cmocka_unit_test(test_end),
    };
    return cmocka_run_group_tests(tests, start_cluster, stop_cluster);
}
