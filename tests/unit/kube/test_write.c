/* Paths by discovery, apply and delete, with what a real cluster answers to discovery. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "common/memory.h"
#include "kube/kube.h"
#include "tests/support/fake_server.h"
#include "tests/support/folder.h"

#define JSON "application/json"

struct lab {
    struct fake_server *server;
    char *folder;
    struct kube_client *client;
    char *core; /* what discovery answers */
    char *apps;
    char last[8192]; /* the last request that was no discovery: its headers and body */
    int delete_code;
};

static void serve(struct fake_connection *connection, const struct fake_request *request, void *context)
{
    struct lab *lab = context;
    if (strcmp(request->path, "/api/v1") == 0) {
        fake_answer(connection, 200, JSON, "", lab->core);
    } else if (strcmp(request->path, "/apis/apps/v1") == 0) {
        fake_answer(connection, 200, JSON, "", lab->apps);
    } else if (strcmp(request->method, "GET") == 0) {
        fake_answer(connection, 404, "text/plain", "", "404 page not found\n");
    } else {
        (void)snprintf(lab->last, sizeof lab->last, "%s%s", request->headers, request->body);
        fake_answer(connection, strcmp(request->method, "DELETE") == 0 ? lab->delete_code : 201, JSON, "", "{\"message\":\"m\"}");
    }
}

static void open_lab(struct lab *lab)
{
    *lab = (struct lab){.folder = test_folder_create(), .delete_code = 200};
    lab->core = test_folder_read_file("tests/data/kube/api-v1.json");
    lab->apps = test_folder_read_file("tests/data/kube/apis-apps-v1.json");
    assert_true(lab->core != NULL && lab->apps != NULL);
    lab->server = fake_server_start(serve, lab);
    AUTO_FREE char *url = memory_format("http://127.0.0.1:%d", fake_server_port(lab->server));
    AUTO_FREE char *path = fake_kubeconfig(lab->folder, url, "t0ken-1234");
    lab->client = kube_open(path, NULL, NULL);
    assert_non_null(lab->client);
    kube_set_limit(lab->client, 0);
}

static void close_lab(struct lab *lab)
{
    kube_close(lab->client);
    fake_server_stop(lab->server);
    test_folder_remove(lab->folder);
    free(lab->folder);
    free(lab->core);
    free(lab->apps);
}

static const struct {
    const char *api_version;
    const char *kind;
    const char *namespace;
    const char *expected; /* a path, or a part of the error */
} paths[] = {
    {"v1", "Pod", "x", "/api/v1/namespaces/x/pods"},
    {"v1", "Pod", NULL, "/api/v1/pods"},
    {"v1", "Namespace", "x", "/api/v1/namespaces"},
    {"v1", "Service", "x", "/api/v1/namespaces/x/services"},
    {"apps/v1", "Deployment", "x", "/apis/apps/v1/namespaces/x/deployments"},
    {"apps/v1", "Scale", "x", "does not know kind \"Scale\" of apiVersion \"apps/v1\""},
    {"v1", "Deployment", "x", "does not know kind \"Deployment\""},
    {"nope/v1", "Thing", "x", "does not serve apiVersion \"nope/v1\""},
    {"", "Pod", "x", "apiVersion \"\" is malformed"},
    {"apps/v1/x", "Pod", "x", "is malformed"},
    {"../v1", "Pod", "x", "is malformed"},
    {"v1?a", "Pod", "x", "is malformed"},
    {"v1", "", "x", "kind \"\" is malformed"},
    {"v1", "Pod", "a/b", "namespace \"a/b\" is malformed"},
};

static void test_paths(void **state)
{
    (void)state;
    struct lab lab;
    open_lab(&lab);
    for (size_t i = 0; i < sizeof paths / sizeof paths[0]; i++) {
        struct error error = ERROR_NONE;
        AUTO_FREE char *path = kube_collection_path(lab.client, paths[i].api_version, paths[i].kind, paths[i].namespace, &error);
        const char *expected = paths[i].expected;
        bool good = expected[0] == '/' ? path != NULL && strcmp(path, expected) == 0
                                       : path == NULL && strstr(error.text, expected) != NULL;
        if (!good)
            fail_msg("row %zu: '%s' '%s', expected '%s'", i, path != NULL ? path : "", error.text, expected);
    }
    /* The two groups and the one that is not there: asked for once each. */
    assert_int_equal(fake_server_requests(lab.server), 3);
    close_lab(&lab);
}

static int apply(struct lab *lab, const char *text, const char *namespace, struct error *error)
{
    AUTO_JSON cJSON *object = json_parse(text, strlen(text), NULL);
    lab->last[0] = '\0';
    return kube_apply(lab->client, object, namespace, NULL, error);
}

static void check_sent(const struct lab *lab, const char *part)
{
    if (strstr(lab->last, part) == NULL)
        fail_msg("'%s' is not in '%s'", part, lab->last);
}

static void test_apply(void **state)
{
    (void)state;
    struct lab lab;
    struct error error = ERROR_NONE;
    open_lab(&lab);
    const char *own = "{\"apiVersion\":\"v1\",\"kind\":\"ConfigMap\",\"metadata\":{\"name\":\"c\",\"namespace\":\"own\"}}";
    const char *none = "{\"apiVersion\":\"v1\",\"kind\":\"ConfigMap\",\"metadata\":{\"name\":\"a:/?b\"}}";
    assert_int_equal(apply(&lab, own, "given", &error), 0);
    check_sent(&lab, "PATCH /api/v1/namespaces/own/configmaps/c?fieldManager=hpalab&force=true HTTP/1.1");
    check_sent(&lab, "Content-Type: application/apply-patch+yaml\r\n");
    check_sent(&lab, "Authorization: Bearer t0ken-1234\r\n");
    check_sent(&lab, own);
    assert_int_equal(apply(&lab, none, "given", &error), 0);
    check_sent(&lab, "PATCH /api/v1/namespaces/given/configmaps/a%3A%2F%3Fb?");
    assert_int_equal(apply(&lab, none, NULL, &error), 0);
    check_sent(&lab, "PATCH /api/v1/namespaces/default/configmaps/");
    assert_int_equal(apply(&lab, "{\"apiVersion\":\"v1\",\"kind\":\"Pod\",\"metadata\":{}}", NULL, &error), -1);
    assert_string_equal(error.text, "Pod: metadata.name is missing or malformed");
    assert_int_equal(apply(&lab, "{\"apiVersion\":\"v1\",\"kind\":\"Nope\",\"metadata\":{\"name\":\"n\"}}", NULL, &error), -1);
    assert_non_null(strstr(error.text, "Nope \"n\": the cluster does not know kind"));
    assert_int_equal(apply(&lab, "[]", NULL, &error), -1);
    close_lab(&lab);
}

static void test_delete(void **state)
{
    (void)state;
    struct lab lab;
    struct error error = ERROR_NONE;
    open_lab(&lab);
    assert_int_equal(kube_delete(lab.client, "/api/v1/namespaces/x/pods/p", 0, &error), 0);
    check_sent(&lab, "DELETE /api/v1/namespaces/x/pods/p HTTP/1.1");
    check_sent(&lab, "\"gracePeriodSeconds\":0");
    assert_int_equal(kube_delete(lab.client, "/api/v1/namespaces/x/pods/p", -1, &error), 0);
    assert_null(strstr(lab.last, "gracePeriodSeconds"));
    lab.delete_code = 404;
    assert_int_equal(kube_delete(lab.client, "/api/v1/namespaces/x/pods/p", -1, &error), 0);
    lab.delete_code = 403;
    assert_int_equal(kube_delete(lab.client, "/api/v1/namespaces/x/pods/p", -1, &error), -1);
    assert_string_equal(error.text, "m (403)");
    close_lab(&lab);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_paths),
        cmocka_unit_test(test_apply),
        cmocka_unit_test(test_delete),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
