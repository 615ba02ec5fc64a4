/* All checks against a server that answers by a script: what is refused, missing, empty or away. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "common/clock.h"
#include "common/memory.h"
#include "driver/preflight/preflight.h"
#include "tests/support/fake_server.h"
#include "tests/support/folder.h"

#define JSON "application/json"
#define DISCOVERED "{\"resources\":[{\"name\":\"deployments\",\"kind\":\"Deployment\",\"namespaced\":true}]}"
#define DEPLOYMENT                                                                                                               \
    "{\"apiVersion\":\"apps/v1\",\"kind\":\"Deployment\",\"metadata\":{\"name\":\"web\"},\"spec\":{\"template\":{\"spec\":"      \
    "{\"containers\":[]}}}}"
#define HPA(metrics)                                                                                                             \
    "{\"apiVersion\":\"apps/"                                                                                                    \
    "v1\",\"kind\":\"HorizontalPodAutoscaler\",\"metadata\":{\"name\":\"web\"},\"spec\":{\"metrics\":[" metrics "]}}"

struct lab {
    struct fake_server *server;
    char *folder;
    struct kube_client *client;
    const char *refused;   /* verbs and resources in the text of a review that are not allowed, "" = all is allowed */
    int metrics_code;      /* of metrics.k8s.io */
    int empty_answers;     /* of it, before there are samples */
    const char *forbidden; /* part of paths that may not be read */
    atomic_bool stop;
    struct error error;
};

static void answer_review(struct fake_connection *connection, const char *body, const struct lab *lab)
{
    bool everything = strstr(body, "\"verb\":\"*\"") != NULL;
    bool refused = everything ? lab->refused[0] != '\0' : lab->refused[0] != '\0' && strstr(body, lab->refused) != NULL;
    fake_answer(connection, 201, JSON, "", refused ? "{\"status\":{\"allowed\":false}}" : "{\"status\":{\"allowed\":true}}");
}

static void serve(struct fake_connection *connection, const struct fake_request *request, void *context)
{
    struct lab *lab = context;
    if (lab->forbidden != NULL && strstr(request->path, lab->forbidden) != NULL)
        fake_answer(connection, 403, JSON, "", "{\"message\":\"no\"}");
    else if (strstr(request->path, "selfsubjectaccessreviews") != NULL)
        answer_review(connection, request->body, lab);
    else if (strstr(request->path, "metrics.k8s.io/v1beta1/nodes") != NULL && lab->metrics_code != 200)
        fake_answer(connection, lab->metrics_code, "text/plain", "", "no");
    else if (strstr(request->path, "metrics.k8s.io/v1beta1/nodes") != NULL)
        fake_answer(connection, 200, JSON, "", lab->empty_answers-- > 0 ? "{\"items\":[]}" : "{\"items\":[{}]}");
    else if (strcmp(request->path, "/apis/apps/v1") == 0)
        fake_answer(connection, 200, JSON, "", DISCOVERED);
    else if (strncmp(request->path, "/apis/custom", 12) == 0 || strncmp(request->path, "/apis/external", 14) == 0)
        fake_answer(connection, 404, "text/plain", "", "404 page not found");
    else
        fake_answer(connection, 200, JSON, lab->forbidden != NULL ? "Date: Sun, 22 Nov 2020 10:00:00 GMT\r\n" : "",
                    "{\"items\":[]}");
}

static void open_lab(struct lab *lab)
{
    *lab = (struct lab){.folder = test_folder_create(), .refused = "", .metrics_code = 200};
    lab->server = fake_server_start(serve, lab);
    AUTO_FREE char *url = memory_format("http://127.0.0.1:%d", fake_server_port(lab->server));
    AUTO_FREE char *path = fake_kubeconfig(lab->folder, url, NULL);
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
}

static int check(struct lab *lab, const char *const *objects, size_t count, bool makes_namespace, int64_t patience,
                 struct obstacles *obstacles)
{
    cJSON *trees[4] = {NULL};
    for (size_t i = 0; i < count; i++)
        trees[i] = json_parse(objects[i], strlen(objects[i]), NULL);
    static const struct preflight_need needs[] = {{"", "pods/proxy", "team", {"get", "update"}},
                                                  {"apps", "deployments/scale", "kube-system", {"patch"}}};
    const struct preflight_variant variant = {.namespace = "team",
                                              .makes_namespace = makes_namespace,
                                              .hpa = "web",
                                              .object_count = count,
                                              .objects = trees,
                                              .need_count = sizeof needs / sizeof *needs,
                                              .needs = needs};
    const struct preflight_options options = {
        .client = lab->client, .variant_count = 1, .variants = &variant, .patience = patience, .stop = &lab->stop};
    int result = preflight_check(&options, obstacles, &lab->error);
    for (size_t i = 0; i < count; i++)
        cJSON_Delete(trees[i]);
    return result;
}

/* The obstacles of one check; each expected text begins one, in their order. */
static void expect(struct lab *lab, const char *object, int64_t patience, const char *const *expected, size_t count)
{
    const char *const objects[] = {DEPLOYMENT, object};
    AUTO_OBSTACLES struct obstacles obstacles;
    if (check(lab, objects, object != NULL ? 2 : 1, true, patience, &obstacles) < 0)
        fail_msg("%s", lab->error.text);
    for (size_t i = 0; i < obstacles.count && i < count; i++) {
        if (strncmp(obstacles.entries[i].text, expected[i], strlen(expected[i])) != 0)
            fail_msg("'%s', expected '%s'", obstacles.entries[i].text, expected[i]);
    }
    if (obstacles.count != count)
        fail_msg("%zu obstacles; the first: %s", obstacles.count, obstacles.count > 0 ? obstacles.entries[0].text : "");
}

#define EXPECT(lab, object, patience, ...)                                                                                       \
    do {                                                                                                                         \
        const char *const expected_[] = {__VA_ARGS__};                                                                           \
        expect((lab), (object), (patience), expected_, sizeof expected_ / sizeof *expected_);                                    \
    } while (0)

static void test_permissions(void **state)
{
    (void)state;
    struct lab lab;
    open_lab(&lab);
    expect(&lab, NULL, 0, NULL, 0);
    int asked = fake_server_requests(lab.server);
    assert_in_range(asked, 1, 8); /* who may do everything is asked once */
    lab.refused = "\"verb\":\"patch\"";
    EXPECT(&lab, NULL, 0, "no permission to patch namespaces: ask for a Role of the cluster that allows it",
           "no permission to patch deployments.apps in namespace \"team\": ask for a Role that allows it (hpalab rbac",
           "no permission to patch deployments.apps/scale in namespace \"kube-system\"");
    lab.refused = "\"subresource\":\"proxy\"";
    EXPECT(&lab, NULL, 0, "no permission to get, update pods/proxy in namespace \"team\": ask for a Role that allows it");
    lab.refused = "\"resource\":\"endpointslices\"";
    EXPECT(&lab, NULL, 0, "no permission to list, watch endpointslices.discovery.k8s.io in namespace \"team\"");
    lab.refused = "nothing of this";
    lab.forbidden = "/api/v1/nodes"; /* what may not be read is not checked */
    EXPECT(&lab, NULL, 0, "the clock of the API server is ");
    close_lab(&lab);
}

static void test_unknown_kind(void **state)
{
    (void)state;
    struct lab lab;
    open_lab(&lab);
    lab.refused = "nothing of this";
    EXPECT(&lab, "{\"apiVersion\":\"apps/v1\",\"kind\":\"Gadget\",\"metadata\":{\"name\":\"g\"}}", 0,
           "Gadget \"g\": the cluster does not know kind \"Gadget\" of apiVersion \"apps/v1\": install what serves it");
    close_lab(&lab);
}

static void test_metrics(void **state)
{
    (void)state;
    struct lab lab;
    open_lab(&lab);
    expect(&lab, HPA(""), 0, NULL, 0);
    lab.metrics_code = 404;
    expect(&lab, NULL, 0, NULL, 0); /* no HPA needs it */
    expect(&lab, HPA("{\"type\":\"Other\"}"), 0, NULL, 0);
    EXPECT(&lab, HPA(""), 0, "the metrics API (metrics.k8s.io) is missing, so an HPA sees no CPU: install metrics-server");
    lab.metrics_code = 503;
    EXPECT(&lab, HPA("{\"type\":\"Resource\"}"), 0, "the metrics API (metrics.k8s.io) does not answer (503): see whether");
    lab.metrics_code = 200;
    lab.empty_answers = 1;
    EXPECT(&lab, HPA(""), 0, "the metrics API (metrics.k8s.io) is empty: wait a minute");
    lab.empty_answers = 2;
    expect(&lab, HPA(""), 60 * NANOSECONDS_PER_SECOND, NULL, 0);
    EXPECT(&lab, HPA("{\"type\":\"Pods\"},{\"type\":\"External\"}"), 0,
           "custom.metrics.k8s.io is missing, from which an HPA of this lesson takes its metric: install an adapter",
           "external.metrics.k8s.io is missing");
    close_lab(&lab);
}

static void test_namespace_that_is_there(void **state)
{
    (void)state;
    struct lab lab;
    AUTO_OBSTACLES struct obstacles obstacles;
    open_lab(&lab);
    assert_int_equal(check(&lab, NULL, 0, false, 0, &obstacles), 0);
    assert_int_equal(obstacles.count, 0);
    close_lab(&lab);
}

static void test_api_that_is_away(void **state)
{
    (void)state;
    struct lab lab;
    AUTO_OBSTACLES struct obstacles obstacles;
    open_lab(&lab);
    kube_close(lab.client);
    AUTO_FREE char *path = fake_kubeconfig(lab.folder, "http://127.0.0.1:1", NULL);
    lab.client = kube_open(path, NULL, NULL);
    assert_int_equal(check(&lab, NULL, 0, true, 0, &obstacles), -1);
    assert_non_null(strstr(lab.error.text, "cannot connect"));
    close_lab(&lab);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_permissions),      cmocka_unit_test(test_unknown_kind),
        cmocka_unit_test(test_metrics),          cmocka_unit_test(test_namespace_that_is_there),
        cmocka_unit_test(test_api_that_is_away),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
