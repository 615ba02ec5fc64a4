/*
 * Services of the embedded cluster: real webapp processes behind a cluster IP, created and scaled through the API client.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <curl/curl.h>
#include <signal.h>
#include <unistd.h>

#include "common/clock.h"
#include "common/memory.h"
#include "common/version.h"
#include "kube/kube.h"
#include "tests/support/child.h"
#include "tests/support/folder.h"
#include "tests/support/http.h"

#define SECOND NANOSECONDS_PER_SECOND
#define PODS 3
#define CONNECTIONS 600
#define DEPLOYMENT "/apis/apps/v1/namespaces/default/deployments/web"

struct lab {
    struct test_child *child;
    char *parent;
    struct kube_client *client;
    char *url; /* of the service */
};

static void apply(const struct lab *lab, const char *text)
{
    struct error error = ERROR_NONE;
    AUTO_JSON cJSON *object = json_parse(text, strlen(text), &error);
    if (object == NULL || kube_apply(lab->client, object, "default", NULL, &error) < 0)
        fail_msg("%s", error.text);
}

static cJSON *get(const struct lab *lab, const char *path)
{
    struct kube_answer answer = {.code = 0};
    struct error error = ERROR_NONE;
    if (kube_request(lab->client, "GET", path, NULL, NULL, 10 * SECOND, &answer, &error) < 0)
        fail_msg("%s", error.text);
    return answer.body;
}

static void open_client(struct lab *lab)
{
    AUTO_FREE char *path = memory_format("%s/cluster/kubeconfig", lab->parent);
    for (int i = 0; i < 1000 && access(path, F_OK) != 0; i++)
        clock_sleep_until(clock_monotonic() + SECOND / 50);
    struct error error = ERROR_NONE;
    lab->client = kube_open(path, NULL, &error);
    if (lab->client == NULL)
        fail_msg("%s", error.text);
    kube_set_limit(lab->client, 0);
}

static void apply_web(const struct lab *lab, int replicas)
{
    AUTO_FREE char *text = memory_format(
        "{\"apiVersion\":\"apps/v1\",\"kind\":\"Deployment\",\"metadata\":{\"name\":\"web\"},\"spec\":{\"replicas\":%d,"
        "\"selector\":{\"matchLabels\":{\"app\":\"web\"}},\"template\":{\"metadata\":{\"labels\":{\"app\":\"web\"}},\"spec\":{"
        "\"terminationGracePeriodSeconds\":1,\"containers\":[{\"name\":\"web\",\"image\":\"hpalab:" HPALAB_VERSION
        "\",\"command\":[\"webapp\"],\"args\":[\"--address\",\"$(POD_IP)\",\"--pod-name\",\"$(POD_NAME)\"],\"env\":["
        "{\"name\":\"POD_IP\",\"valueFrom\":{\"fieldRef\":{\"fieldPath\":\"status.podIP\"}}},"
        "{\"name\":\"POD_NAME\",\"valueFrom\":{\"fieldRef\":{\"fieldPath\":\"metadata.name\"}}}],"
        "\"ports\":[{\"name\":\"http\",\"containerPort\":8080}],"
        "\"readinessProbe\":{\"httpGet\":{\"path\":\"/readyz\",\"port\":\"http\"},\"periodSeconds\":1}}]}}}}",
        replicas);
    apply(lab, text);
}

static void wait_for_replicas(const struct lab *lab, int wanted)
{
    for (int i = 0; i < 600; i++) {
        AUTO_JSON cJSON *web = get(lab, DEPLOYMENT);
        if (json_integer(json_get(web, "status", "readyReplicas"), 0) == wanted)
            return;
        clock_sleep_until(clock_monotonic() + SECOND / 20);
    }
    fail_msg("%d replicas do not get ready", wanted);
}

/* One request on a new connection: CURLcode; name is the pod's. */
static int ask(const struct lab *lab, char *name, size_t size)
{
    struct test_http_answer answer;
    test_http_get(lab->url, &answer);
    int result = answer.result;
    (void)test_http_header(&answer, "X-Pod-Name", name, size);
    test_http_release(&answer);
    return result;
}

/* Asks until requests end in this way. */
static void wait_for_result(const struct lab *lab, int wanted)
{
    char name[64];
    int result = -1;
    for (int i = 0; i < 600; i++) {
        result = ask(lab, name, sizeof name);
        if (result == wanted)
            return;
        clock_sleep_until(clock_monotonic() + SECOND / 20);
    }
    fail_msg("requests end with %d, not %d", result, wanted);
}

static int start(void **state)
{
    struct lab *lab = memory_allocate(1, sizeof *lab);
    lab->parent = test_folder_create();
    AUTO_FREE char *folder = memory_format("%s/cluster", lab->parent);
    lab->child = test_child_run("labcluster", "--folder", folder, "--pace", "quick", "--node-cpu", "16", "--node-memory", "8Gi");
    open_client(lab);
    apply(lab, "{\"apiVersion\":\"v1\",\"kind\":\"Service\",\"metadata\":{\"name\":\"web\"},\"spec\":{\"selector\":{\"app\":"
               "\"web\"},\"ports\":[{\"port\":8080,\"targetPort\":\"http\"}]}}");
    AUTO_JSON cJSON *service = get(lab, "/api/v1/namespaces/default/services/web");
    lab->url = memory_format("http://%s:8080/livez", json_text(json_get(service, "spec", "clusterIP"), "?"));
    *state = lab;
    return 0;
}

static int end(void **state)
{
    struct lab *lab = *state;
    kube_close(lab->client);
    test_child_signal(lab->child, SIGTERM);
    (void)test_child_wait(lab->child, 30);
    test_child_end(lab->child);
    test_folder_remove(lab->parent);
    free(lab->parent);
    free(lab->url);
    free(lab);
    return 0;
}

static void test_refused_without_endpoints(void **state)
{
    const struct lab *lab = *state;
    char name[64];
    assert_int_equal(ask(lab, name, sizeof name), CURLE_COULDNT_CONNECT);
}

static void test_random_pod_for_each_connection(void **state)
{
    const struct lab *lab = *state;
    char names[PODS][64] = {""};
    int counts[PODS] = {0};
    apply_web(lab, PODS);
    wait_for_replicas(lab, PODS);
    wait_for_result(lab, 0);
    /* The last pod to get ready is behind the service a sync period later. */
    clock_sleep_until(clock_monotonic() + SECOND);
    for (int i = 0; i < CONNECTIONS; i++) {
        char name[64];
        int known = 0;
        assert_int_equal(ask(lab, name, sizeof name), 0);
        while (known < PODS && names[known][0] != '\0' && strcmp(names[known], name) != 0)
            known++;
        assert_true(known < PODS);
        (void)snprintf(names[known], sizeof names[known], "%s", name);
        counts[known]++;
    }
    for (int i = 0; i < PODS; i++)
        assert_in_range(counts[i], CONNECTIONS * 20 / 100, CONNECTIONS * 47 / 100);
}

static void test_refused_after_the_last_pod(void **state)
{
    const struct lab *lab = *state;
    apply_web(lab, 0);
    wait_for_result(lab, CURLE_COULDNT_CONNECT);
    apply_web(lab, 1);
    wait_for_result(lab, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_refused_without_endpoints),
        cmocka_unit_test(test_random_pod_for_each_connection),
        cmocka_unit_test(test_refused_after_the_last_pod),
    };
    return cmocka_run_group_tests(tests, start, end);
}
