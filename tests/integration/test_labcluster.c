/*
 * The embedded cluster through its own program: controllers end to end on real webapp processes, and what is left when
 * the program ends.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/base64.h"
#include "common/clock.h"
#include "common/json.h"
#include "common/version.h"
#include "common/yaml.h"
#include "tests/support/child.h"
#include "tests/support/folder.h"
#include "tests/support/http.h"
#include "tests/support/network.h"
#include "tests/support/wait.h"

#define PORT 8080

struct lab {
    struct test_child *child;
    char *parent; /* a temporary folder; the cluster's is one in it */
    char *folder;
    char *authority; /* file */
    char *url;
    char *authorization; /* header */
};

/* ---- the program and its API ---- */

static void sleep_seconds(double seconds)
{
    int64_t end = clock_monotonic() + (int64_t)(seconds * 1e9);
    while (clock_monotonic() < end)
        clock_sleep_until(end);
}

static bool has_file(const char *path)
{
    return access(path, F_OK) == 0;
}

static const char *yaml_text(const struct yaml_node *node)
{
    assert_non_null(node);
    return node->text;
}

static const struct yaml_node *first_named(const struct yaml_node *root, const char *list, const char *member)
{
    const struct yaml_node *sequence = yaml_get(root, list);
    assert_non_null(sequence);
    assert_int_equal(sequence->count, 1);
    return yaml_get(sequence->values[0], member);
}

static void read_kubeconfig(struct lab *lab, const char *path)
{
    struct stat about;
    assert_int_equal(stat(path, &about), 0);
    assert_int_equal(about.st_mode & 0777, 0600);
    AUTO_FREE char *text = test_folder_read_file(path);
    AUTO_YAML struct yaml_documents documents = {0};
    assert_int_equal(yaml_parse(path, text, strlen(text), &documents, NULL), 0);
    const struct yaml_node *cluster = first_named(documents.roots[0], "clusters", "cluster");
    const struct yaml_node *user = first_named(documents.roots[0], "users", "user");
    const char *encoded = yaml_text(yaml_get(cluster, "certificate-authority-data"));
    AUTO_FREE char *certificate = base64_decode(encoded, NULL, NULL);
    assert_non_null(certificate);
    lab->authority = memory_format("%s/ca.pem", lab->parent);
    test_folder_write_file(lab->authority, certificate);
    lab->url = memory_copy_text(yaml_text(yaml_get(cluster, "server")));
    lab->authorization = memory_format("Authorization: Bearer %s", yaml_text(yaml_get(user, "token")));
}

static struct lab *lab_start(const char *const *more)
{
    struct lab *lab = memory_allocate(1, sizeof *lab);
    const char *arguments[16] = {"--folder", NULL, "--pace", "quick", "--node-cpu", "16", "--node-memory", "8Gi"};
    size_t count = 8;
    lab->parent = test_folder_create();
    lab->folder = memory_format("%s/cluster", lab->parent);
    arguments[1] = lab->folder;
    for (; more != NULL && *more != NULL; more++)
        arguments[count++] = *more;
    lab->child = test_child_start("labcluster", arguments, NULL);
    AUTO_FREE char *kubeconfig = memory_format("%s/kubeconfig", lab->folder);
    if (!test_wait_until(has_file(kubeconfig), 60))
        fail_msg("labcluster did not get ready: %s", test_child_errors(lab->child));
    read_kubeconfig(lab, kubeconfig);
    return lab;
}

static void lab_end(struct lab *lab)
{
    test_child_signal(lab->child, SIGTERM);
    int code = test_child_wait(lab->child, 30);
    AUTO_FREE char *errors = test_child_errors(lab->child);
    if (code != 0)
        fail_msg("labcluster ended with %d: %s", code, errors);
    assert_false(has_file(lab->folder));
    test_child_end(lab->child);
    test_folder_remove(lab->parent);
    free(lab->parent);
    free(lab->folder);
    free(lab->authority);
    free(lab->url);
    free(lab->authorization);
    free(lab);
}

/* The answer's tree, which the caller deletes; *status (NULL allowed) is the HTTP status. */
static cJSON *ask(const struct lab *lab, const char *method, const char *path, const char *type, const char *body, int *status)
{
    AUTO_FREE char *url = memory_format("%s%s", lab->url, path);
    AUTO_FREE char *content_type = memory_format("Content-Type: %s", type);
    const char *const headers[] = {lab->authorization, content_type, NULL};
    struct test_http_answer answer;
    test_http_send(
        &(struct test_http_request){.method = method, .url = url, .headers = headers, .body = body, .ca_file = lab->authority},
        &answer);
    assert_int_equal(answer.result, 0);
    cJSON *tree = json_parse(answer.body.data, answer.body.length, NULL);
    if (status != NULL)
        *status = answer.status;
    test_http_release(&answer);
    return tree;
}

static cJSON *get(const struct lab *lab, const char *path)
{
    return ask(lab, "GET", path, "application/json", NULL, NULL);
}

static void create(const struct lab *lab, const char *path, const char *body)
{
    int status = 0;
    AUTO_JSON cJSON *answer = ask(lab, "POST", path, "application/json", body, &status);
    if (status != 201)
        fail_msg("POST %s: %d %s", path, status, json_text(json_get(answer, "message"), ""));
}

static void patch(const struct lab *lab, const char *path, const char *body)
{
    int status = 0;
    AUTO_JSON cJSON *answer = ask(lab, "PATCH", path, "application/merge-patch+json", body, &status);
    if (status != 200)
        fail_msg("PATCH %s: %d %s", path, status, json_text(json_get(answer, "message"), ""));
}

static void delete (const struct lab *lab, const char *path, const char *propagation)
{
    int status = 0;
    AUTO_FREE char *body = memory_format("{\"propagationPolicy\":\"%s\"}", propagation);
    AUTO_JSON cJSON *answer = ask(lab, "DELETE", path, "application/json", body, &status);
    if (status != 200 && status != 202)
        fail_msg("DELETE %s: %d %s", path, status, json_text(json_get(answer, "message"), ""));
}

static int status_of(const struct lab *lab, const char *path)
{
    int status = 0;
    cJSON_Delete(ask(lab, "GET", path, "application/json", NULL, &status));
    return status;
}

static int64_t number_at(const struct lab *lab, const char *path, const char *first, const char *second)
{
    AUTO_JSON cJSON *object = get(lab, path);
    return json_integer(json_get(object, first, second), 0);
}

static int items_at(const struct lab *lab, const char *path)
{
    AUTO_JSON cJSON *list = get(lab, path);
    return cJSON_GetArraySize(json_get(list, "items"));
}

/* ---- what the tests create ---- */

#define APPS "/apis/apps/v1/namespaces/default"
#define CORE "/api/v1/namespaces/default"
#define WEB APPS "/deployments/web"
#define SLICES "/apis/discovery.k8s.io/v1/namespaces/default/endpointslices?labelSelector=kubernetes.io%2Fservice-name%3Dweb"

/* The Deployment "web" of webapps; more: further arguments of webapp as JSON, starting with a comma, or "". */
static void create_web(const struct lab *lab, const char *namespace, int replicas, const char *more, const char *strategy)
{
    AUTO_FREE char *path = memory_format("/apis/apps/v1/namespaces/%s/deployments", namespace);
    AUTO_FREE char *body = memory_format(
        "{\"apiVersion\":\"apps/v1\",\"kind\":\"Deployment\",\"metadata\":{\"name\":\"web\"},\"spec\":{\"replicas\":%d,"
        "\"strategy\":{%s},\"selector\":{\"matchLabels\":{\"app\":\"web\"}},\"template\":{\"metadata\":{\"labels\":{"
        "\"app\":\"web\"}},\"spec\":{\"terminationGracePeriodSeconds\":2,\"containers\":[{\"name\":\"web\","
        "\"image\":\"hpalab:" HPALAB_VERSION
        "\",\"command\":[\"webapp\"],\"args\":[\"--address\",\"$(POD_IP)\",\"--drain\",\"100ms\"%s],"
        "\"env\":[{\"name\":\"POD_IP\",\"valueFrom\":{\"fieldRef\":{\"fieldPath\":\"status.podIP\"}}}],"
        "\"ports\":[{\"name\":\"http\",\"containerPort\":%d}],\"resources\":{\"requests\":{\"cpu\":\"100m\"}},"
        "\"readinessProbe\":{\"httpGet\":{\"path\":\"/readyz\",\"port\":\"http\"},\"periodSeconds\":1}}]}}}}",
        replicas, strategy, more, PORT);
    create(lab, path, body);
}

static void create_service(const struct lab *lab)
{
    create(lab, CORE "/services",
           "{\"apiVersion\":\"v1\",\"kind\":\"Service\",\"metadata\":{\"name\":\"web\"},\"spec\":{\"selector\":{\"app\":\"web\"},"
           "\"ports\":[{\"port\":8080,\"targetPort\":\"http\"}]}}");
}

static bool is_rolled_out(const struct lab *lab, int64_t replicas)
{
    AUTO_JSON cJSON *web = get(lab, WEB);
    const cJSON *status = json_get(web, "status");
    return json_integer(json_get(status, "observedGeneration"), 0) == json_integer(json_get(web, "metadata", "generation"), -1) &&
           json_integer(json_get(status, "availableReplicas"), 0) == replicas &&
           json_integer(json_get(status, "updatedReplicas"), 0) == replicas &&
           json_integer(json_get(status, "replicas"), 0) == replicas;
}

/* Endpoints of the Service "web" with this condition true. */
static int count_endpoints(const struct lab *lab, const char *condition)
{
    int count = 0;
    AUTO_JSON cJSON *list = get(lab, SLICES);
    const cJSON *slice = NULL;
    cJSON_ArrayForEach (slice, json_get(list, "items")) {
        const cJSON *endpoint = NULL;
        cJSON_ArrayForEach (endpoint, json_get(slice, "endpoints"))
            count += condition == NULL || json_boolean(json_get(endpoint, "conditions", condition), false);
    }
    return count;
}

/* A field of the first pod; the caller frees it. */
static char *first_pod(const struct lab *lab, const char *part, const char *member)
{
    AUTO_JSON cJSON *list = get(lab, CORE "/pods?labelSelector=app%3Dweb");
    return memory_copy_text(json_text(json_get(cJSON_GetArrayItem(json_get(list, "items"), 0), part, member), ""));
}

static bool has_event(const struct lab *lab, const char *reason, const char *part_of_message)
{
    AUTO_JSON cJSON *list = get(lab, CORE "/events");
    const cJSON *event = NULL;
    cJSON_ArrayForEach (event, json_get(list, "items")) {
        if (strcmp(json_text(json_get(event, "reason"), ""), reason) == 0 &&
            strstr(json_text(json_get(event, "message"), ""), part_of_message) != NULL)
            return true;
    }
    return false;
}

/* ---- tests; each has a cluster of its own ---- */

static int setup(void **state)
{
    *state = lab_start(NULL);
    return 0;
}

static int teardown(void **state)
{
    lab_end(*state);
    return 0;
}

static void test_deployment_to_ready_behind_a_service(void **state)
{
    const struct lab *lab = *state;
    create_service(lab);
    create_web(lab, "default", 3, "", "");
    assert_true(test_wait_until(is_rolled_out(lab, 3), 60));
    assert_int_equal(number_at(lab, WEB, "metadata", "generation"), 1);
    assert_true(test_wait_until(count_endpoints(lab, "ready") == 3, 60));
    assert_true(has_event(lab, "ScalingReplicaSet", "from 0 to 3"));
    assert_true(has_event(lab, "Scheduled", "to lab"));
    assert_true(has_event(lab, "SuccessfulCreate", "Created pod: web-"));
    AUTO_JSON cJSON *service = get(lab, CORE "/services/web");
    const char *address = json_text(json_get(service, "spec", "clusterIP"), "");
    AUTO_FREE char *url = memory_format("http://%s:%d/livez", address, PORT);
    assert_true(test_tcp_wait(address, PORT, 10));
    struct test_http_answer answer;
    test_http_get(url, &answer);
    assert_int_equal(answer.status, 200);
    test_http_release(&answer);
}

/* Whether there is a power of two of seconds between the ages of what was there at the one moment and what came after the
 * other, with room for whole seconds and the time that the next change takes. */
static bool ages_differ(int64_t old, int64_t new)
{
    const int64_t now = clock_monotonic();
    const int64_t longest = (now - old) / NANOSECONDS_PER_SECOND - 1, shortest = (now - new) / NANOSECONDS_PER_SECOND + 3;
    int64_t power = 1;
    while (power <= shortest)
        power *= 2;
    return power <= longest;
}

static void test_scale_down_keeps_the_pod_that_is_ready_longest(void **state)
{
    const struct lab *lab = *state;
    create_web(lab, "default", 1, "", "");
    assert_true(test_wait_until(is_rolled_out(lab, 1), 60));
    AUTO_FREE char *oldest = first_pod(lab, "metadata", "uid");
    const int64_t old = clock_monotonic();
    sleep_seconds(6);
    const int64_t new = clock_monotonic();
    patch(lab, WEB "/scale", "{\"spec\":{\"replicas\":4}}");
    assert_true(test_wait_until(is_rolled_out(lab, 4), 60));
    assert_true(test_wait_until(ages_differ(old, new), 120)); /* they are compared in powers of two */
    patch(lab, WEB "/scale", "{\"spec\":{\"replicas\":1}}");
    assert_true(test_wait_until(is_rolled_out(lab, 1), 60));
    assert_true(test_wait_until(items_at(lab, CORE "/pods") == 1, 60));
    AUTO_FREE char *left = first_pod(lab, "metadata", "uid");
    assert_string_equal(left, oldest);
}

static void test_rolling_update_keeps_every_endpoint(void **state)
{
    const struct lab *lab = *state;
    create_service(lab);
    create_web(lab, "default", 3, "", "\"rollingUpdate\":{\"maxSurge\":1,\"maxUnavailable\":0}");
    assert_true(test_wait_until(is_rolled_out(lab, 3) && count_endpoints(lab, "ready") == 3, 60));
    patch(lab, WEB, "{\"spec\":{\"template\":{\"metadata\":{\"annotations\":{\"version\":\"2\"}}}}}");
    int64_t deadline = clock_monotonic() + 120 * NANOSECONDS_PER_SECOND;
    bool done = false;
    while (!done && clock_monotonic() < deadline) {
        int ready = count_endpoints(lab, "ready");
        assert_in_range(ready, 3, 4);
        assert_true(number_at(lab, WEB, "status", "availableReplicas") >= 3);
        done = is_rolled_out(lab, 3);
    }
    assert_true(done);
    assert_int_equal(items_at(lab, APPS "/replicasets"), 2);
}

static void test_endpoint_waits_for_the_probe(void **state)
{
    const struct lab *lab = *state;
    create_service(lab);
    create_web(lab, "default", 1, ",\"--boot\",\"3s\",\"--boot-mode\",\"503\"", "");
    assert_true(test_wait_until(count_endpoints(lab, NULL) == 1, 60));
    assert_int_equal(count_endpoints(lab, "ready"), 0);
    assert_true(test_wait_until(count_endpoints(lab, "ready") == 1, 60));
    AUTO_FREE char *pod = first_pod(lab, "metadata", "name");
    AUTO_FREE char *path = memory_format(CORE "/pods/%s", pod);
    delete (lab, path, "Background");
    assert_true(test_wait_until(count_endpoints(lab, "terminating") == 1 || count_endpoints(lab, "ready") == 0, 60));
}

static void test_namespace_goes_with_its_content(void **state)
{
    const struct lab *lab = *state;
    create(lab, "/api/v1/namespaces", "{\"apiVersion\":\"v1\",\"kind\":\"Namespace\",\"metadata\":{\"name\":\"shop\"}}");
    create_web(lab, "shop", 2, "", "");
    assert_true(
        test_wait_until(number_at(lab, "/apis/apps/v1/namespaces/shop/deployments/web", "status", "readyReplicas") == 2, 60));
    delete (lab, "/api/v1/namespaces/shop", "Background");
    assert_true(test_wait_until(status_of(lab, "/api/v1/namespaces/shop") == 404, 60));
    assert_int_equal(items_at(lab, "/api/v1/pods?fieldSelector=metadata.namespace%3Dshop"), 0);
    assert_int_equal(items_at(lab, "/apis/apps/v1/namespaces/shop/replicasets"), 0);
    assert_int_equal(status_of(lab, "/api/v1/namespaces/default"), 200);
}

static void test_owners_and_orphans(void **state)
{
    const struct lab *lab = *state;
    create_web(lab, "default", 2, "", "");
    assert_true(test_wait_until(is_rolled_out(lab, 2), 60));
    delete (lab, WEB, "Orphan");
    assert_true(test_wait_until(status_of(lab, WEB) == 404, 60));
    sleep_seconds(0.5);
    assert_int_equal(items_at(lab, CORE "/pods"), 2);
    create_web(lab, "default", 2, "", "");
    assert_true(test_wait_until(is_rolled_out(lab, 2), 60));
    assert_int_equal(items_at(lab, APPS "/replicasets"), 1); /* taken in again */
    delete (lab, WEB, "Foreground");
    assert_true(test_wait_until(status_of(lab, WEB) == 404, 60));
    assert_int_equal(items_at(lab, CORE "/pods"), 0);
}

#define DOES_NOT_FIT                                                                                                             \
    "0/1 nodes are available: 1 Insufficient cpu. no new claims to deallocate, preemption: 0/1 nodes are available: 1 "          \
    "Preemption is not helpful for scheduling."

static void test_pod_that_does_not_fit(void **state)
{
    const struct lab *lab = *state;
    create(lab, CORE "/pods",
           "{\"apiVersion\":\"v1\",\"kind\":\"Pod\",\"metadata\":{\"name\":\"big\"},\"spec\":{\"containers\":[{\"name\":\"c\","
           "\"image\":\"hpalab:" HPALAB_VERSION
           "\",\"command\":[\"labcluster\",\"pause\"],\"resources\":{\"requests\":{\"cpu\":\"64\"}}}]}}");
    assert_true(test_wait_until(has_event(lab, "FailedScheduling", DOES_NOT_FIT), 60));
    AUTO_JSON cJSON *pod = get(lab, CORE "/pods/big");
    const cJSON *condition = cJSON_GetArrayItem(json_get(pod, "status", "conditions"), 0);
    assert_string_equal(json_text(json_get(condition, "type"), ""), "PodScheduled");
    assert_string_equal(json_text(json_get(condition, "reason"), ""), "Unschedulable");
    assert_string_equal(json_text(json_get(condition, "message"), ""), DOES_NOT_FIT);
}

#define APP APPS "/statefulsets/app"

/* Pods of webapp with a claim each, mounted at /data. */
static void create_stateful_set(const struct lab *lab, int replicas)
{
    AUTO_FREE char *body = memory_format(
        "{\"apiVersion\":\"apps/v1\",\"kind\":\"StatefulSet\",\"metadata\":{\"name\":\"app\"},\"spec\":{\"replicas\":%d,"
        "\"serviceName\":\"app\",\"selector\":{\"matchLabels\":{\"app\":\"app\"}},\"template\":{\"metadata\":{\"labels\":{"
        "\"app\":\"app\"}},\"spec\":{\"terminationGracePeriodSeconds\":2,\"containers\":[{\"name\":\"web\","
        "\"image\":\"hpalab:" HPALAB_VERSION
        "\",\"command\":[\"webapp\"],\"args\":[\"--address\",\"$(POD_IP)\",\"--drain\",\"100ms\"],"
        "\"env\":[{\"name\":\"POD_IP\",\"valueFrom\":{\"fieldRef\":{\"fieldPath\":\"status.podIP\"}}}],"
        "\"volumeMounts\":[{\"name\":\"data\",\"mountPath\":\"/data\"}],"
        "\"readinessProbe\":{\"httpGet\":{\"path\":\"/readyz\",\"port\":%d},\"periodSeconds\":1}}]}},"
        "\"volumeClaimTemplates\":[{\"metadata\":{\"name\":\"data\"},\"spec\":{\"accessModes\":[\"ReadWriteOnce\"],"
        "\"resources\":{\"requests\":{\"storage\":\"10Mi\"}}}}]}}",
        replicas, PORT);
    create(lab, APPS "/statefulsets", body);
}

static char *uid_of(const struct lab *lab, const char *path)
{
    AUTO_JSON cJSON *object = get(lab, path);
    return memory_copy_text(json_text(json_get(object, "metadata", "uid"), ""));
}

/* A file below the mount /data of a pod; the caller frees the path. */
static char *file_of_pod(const struct lab *lab, const char *pod, const char *name)
{
    AUTO_FREE char *path = memory_format(CORE "/pods/%s", pod);
    AUTO_FREE char *uid = uid_of(lab, path);
    return memory_format("%s/node/pods/%s/root/data/%s", lab->folder, uid, name);
}

static bool came_again(const struct lab *lab, const char *uid)
{
    AUTO_FREE char *present = uid_of(lab, CORE "/pods/app-0");
    return present[0] != '\0' && strcmp(present, uid) != 0 && number_at(lab, APP, "status", "readyReplicas") == 2;
}

static void test_stateful_set_keeps_its_data(void **state)
{
    const struct lab *lab = *state;
    create_stateful_set(lab, 2);
    assert_true(test_wait_until(number_at(lab, APP, "status", "readyReplicas") == 2, 60));
    AUTO_FREE char *first = uid_of(lab, CORE "/pods/app-0");
    AUTO_FREE char *written = file_of_pod(lab, "app-0", "mark");
    test_folder_write_file(written, "kept");
    delete (lab, CORE "/pods/app-0", "Background");
    assert_true(test_wait_until(came_again(lab, first), 60));
    assert_false(has_file(written));
    AUTO_FREE char *found = file_of_pod(lab, "app-0", "mark");
    AUTO_FREE char *text = test_folder_read_file(found);
    assert_string_equal(text, "kept");
    AUTO_FREE char *second = uid_of(lab, CORE "/pods/app-0");
    patch(lab, APP, "{\"spec\":{\"replicas\":1}}");
    assert_true(test_wait_until(status_of(lab, CORE "/pods/app-1") == 404, 60));
    AUTO_FREE char *left = uid_of(lab, CORE "/pods/app-0");
    assert_string_equal(left, second);
    AUTO_JSON cJSON *claim = get(lab, CORE "/persistentvolumeclaims/data-app-1");
    AUTO_FREE char *data =
        memory_format("%s/node/volumes/%s", lab->folder, json_text(json_get(claim, "spec", "volumeName"), "?"));
    assert_true(has_file(data));
    delete (lab, CORE "/persistentvolumeclaims/data-app-1", "Background");
    assert_true(test_wait_until(!has_file(data), 60));
}

static void test_autoscaler_follows_load(void **state)
{
    const struct lab *lab = *state;
    create_web(lab, "default", 1, "", "");
    create(lab, "/apis/autoscaling/v2/namespaces/default/horizontalpodautoscalers",
           "{\"apiVersion\":\"autoscaling/v2\",\"kind\":\"HorizontalPodAutoscaler\",\"metadata\":{\"name\":\"web\"},\"spec\":{"
           "\"scaleTargetRef\":{\"apiVersion\":\"apps/v1\",\"kind\":\"Deployment\",\"name\":\"web\"},\"minReplicas\":1,"
           "\"maxReplicas\":3,\"metrics\":[{\"type\":\"Resource\",\"resource\":{\"name\":\"cpu\",\"target\":{"
           "\"type\":\"Utilization\",\"averageUtilization\":50}}}]}}");
    assert_true(test_wait_until(is_rolled_out(lab, 1), 60));
    AUTO_FREE char *address = first_pod(lab, "status", "podIP");
    AUTO_FREE char *url = memory_format("http://%s:%d/load/cpu?millicores=300&seconds=40", address, PORT);
    struct test_http_answer answer;
    test_http_send(&(struct test_http_request){.method = "POST", .url = url}, &answer);
    assert_int_equal(answer.status / 100, 2);
    test_http_release(&answer);
    assert_true(test_wait_until(number_at(lab, WEB, "spec", "replicas") == 3, 60));
    assert_true(has_event(lab, "SuccessfulRescale", "reason: cpu resource utilization (percentage of request) above target"));
    assert_true(test_wait_until(is_rolled_out(lab, 3), 60));
    const char *path = "/apis/autoscaling/v2/namespaces/default/horizontalpodautoscalers/web";
    AUTO_JSON cJSON *autoscaler = get(lab, path);
    assert_non_null(json_get(autoscaler, "status", "lastScaleTime"));
}

/* Twenty requests, then how many replicas are wanted. */
static int64_t replicas_after_requests(const struct lab *lab, const char *url)
{
    for (int i = 0; i < 20; i++) {
        struct test_http_answer answer;
        test_http_send(&(struct test_http_request){.url = url}, &answer);
        test_http_release(&answer);
    }
    return number_at(lab, WEB, "spec", "replicas");
}

/* The program counts its requests, the cluster scrapes it, custom.metrics.k8s.io shows the rate, the autoscaler follows. */
static void test_autoscaler_follows_requests(void **state)
{
    const struct lab *lab = *state;
    create_web(lab, "default", 0, "", "");
    AUTO_FREE char *annotations =
        memory_format("{\"spec\":{\"template\":{\"metadata\":{\"annotations\":{\"prometheus.io/scrape\":\"true\","
                      "\"prometheus.io/port\":\"%d\"}}}}}",
                      PORT);
    patch(lab, WEB, annotations);
    patch(lab, WEB, "{\"spec\":{\"replicas\":1}}");
    create(lab, "/apis/autoscaling/v2/namespaces/default/horizontalpodautoscalers",
           "{\"apiVersion\":\"autoscaling/v2\",\"kind\":\"HorizontalPodAutoscaler\",\"metadata\":{\"name\":\"web\"},\"spec\":{"
           "\"scaleTargetRef\":{\"apiVersion\":\"apps/v1\",\"kind\":\"Deployment\",\"name\":\"web\"},\"minReplicas\":1,"
           "\"maxReplicas\":3,\"metrics\":[{\"type\":\"Pods\",\"pods\":{\"metric\":{\"name\":\"http_requests_total\"},"
           "\"target\":{\"type\":\"AverageValue\",\"averageValue\":\"4\"}}}]}}");
    assert_true(test_wait_until(is_rolled_out(lab, 1), 60));
    AUTO_FREE char *address = first_pod(lab, "status", "podIP");
    AUTO_FREE char *url = memory_format("http://%s:%d/post/1", address, PORT);
    assert_true(test_wait_until(replicas_after_requests(lab, url) == 3, 60));
    assert_true(has_event(lab, "SuccessfulRescale", "reason: pods metric http_requests_total above target"));
}

static bool answers(const char *address)
{
    int connection = test_tcp_connect(address, PORT, 1);
    if (connection >= 0)
        (void)close(connection);
    return connection >= 0;
}

/* The cluster process (false) or its supervisor (true) is killed: nothing may stay. */
static void kill_and_look(bool supervisor)
{
    struct lab *lab = lab_start(NULL);
    create_web(lab, "default", 2, "", "");
    assert_true(test_wait_until(is_rolled_out(lab, 2), 60));
    AUTO_FREE char *address = first_pod(lab, "status", "podIP");
    pid_t cluster = test_process_child(test_child_pid(lab->child));
    assert_true(cluster > 0);
    assert_int_equal(kill(supervisor ? test_child_pid(lab->child) : cluster, SIGKILL), 0);
    assert_int_not_equal(test_child_wait(lab->child, 20), TEST_CHILD_RUNNING);
    assert_true(test_wait_until(!has_file(lab->folder), 60));
    assert_true(test_wait_until(kill(cluster, 0) != 0, 60));
    assert_true(test_wait_until(!answers(address), 60));
    test_child_end(lab->child);
    test_folder_remove(lab->parent);
    free(lab->parent);
    free(lab->folder);
    free(lab->authority);
    free(lab->url);
    free(lab->authorization);
    free(lab);
}

static void test_killed_cluster_leaves_nothing(void **state)
{
    (void)state;
    kill_and_look(false);
}

static void test_killed_supervisor_leaves_nothing(void **state)
{
    (void)state;
    kill_and_look(true);
}

/* The caller's pipe: a line when ready, and the end when the caller is gone. */
static void test_lifeline(void **state)
{
    (void)state;
    int lifeline[2];
    int ready[2];
    char line[256] = "";
    assert_int_equal(pipe(lifeline), 0);
    assert_int_equal(pipe(ready), 0);
    assert_int_equal(fcntl(lifeline[1], F_SETFD, FD_CLOEXEC), 0);
    AUTO_FREE char *lifeline_text = memory_format("%d", lifeline[0]);
    AUTO_FREE char *ready_text = memory_format("%d", ready[1]);
    struct lab *lab =
        lab_start((const char *const[]){"--lifeline", lifeline_text, "--ready-fd", ready_text, "--log-level", "error", NULL});
    close(lifeline[0]);
    close(ready[1]);
    assert_true(read(ready[0], line, sizeof line - 1) > 0);
    AUTO_FREE char *expected = memory_format("ready %s\n", lab->url);
    assert_string_equal(line, expected);
    close(lifeline[1]);
    assert_int_equal(test_child_wait(lab->child, 30), 0);
    assert_int_equal(read(ready[0], line, sizeof line - 1), 0);
    close(ready[0]);
    lab_end(lab);
}

static void expect_usage_error(const char *const *arguments, const char *text)
{
    struct test_child *child = test_child_start("labcluster", arguments, NULL);
    assert_int_equal(test_child_wait(child, 10), 2);
    AUTO_FREE char *errors = test_child_errors(child);
    if (strstr(errors, text) == NULL || strchr(errors, '\n') != errors + strlen(errors) - 1)
        fail_msg("expected one line with \"%s\", not: %s", text, errors);
    test_child_end(child);
}

static void test_wrong_usage(void **state)
{
    (void)state;
    char *folder = test_folder_create();
    AUTO_FREE char *file = memory_format("%s/mine", folder);
    test_folder_write_file(file, "x");
    expect_usage_error((const char *const[]){NULL}, "--folder DIR is missing");
    expect_usage_error((const char *const[]){"--nonsense", NULL}, "unknown option \"--nonsense\"");
    expect_usage_error((const char *const[]){"--folder", folder, "--pace", "slow", NULL}, "--pace: expected quick or kubernetes");
    expect_usage_error((const char *const[]){"--folder", folder, "--port", "70000", NULL}, "--port: expected a number");
    expect_usage_error((const char *const[]){"--folder", folder, "--metric-resolution", "soon", NULL},
                       "--metric-resolution: expected a duration");
    expect_usage_error((const char *const[]){"--folder", folder, NULL}, "is not empty and not a cluster's");
    assert_true(has_file(file));
    test_folder_remove(folder);
    free(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_deployment_to_ready_behind_a_service, setup, teardown),
        cmocka_unit_test_setup_teardown(test_scale_down_keeps_the_pod_that_is_ready_longest, setup, teardown),
        cmocka_unit_test_setup_teardown(test_rolling_update_keeps_every_endpoint, setup, teardown),
        cmocka_unit_test_setup_teardown(test_endpoint_waits_for_the_probe, setup, teardown),
        cmocka_unit_test_setup_teardown(test_namespace_goes_with_its_content, setup, teardown),
        cmocka_unit_test_setup_teardown(test_owners_and_orphans, setup, teardown),
        cmocka_unit_test_setup_teardown(test_pod_that_does_not_fit, setup, teardown),
        cmocka_unit_test_setup_teardown(test_stateful_set_keeps_its_data, setup, teardown),
        cmocka_unit_test_setup_teardown(test_autoscaler_follows_load, setup, teardown),
        cmocka_unit_test_setup_teardown(test_autoscaler_follows_requests, setup, teardown),
        cmocka_unit_test(test_killed_cluster_leaves_nothing),
        cmocka_unit_test(test_killed_supervisor_leaves_nothing),
        cmocka_unit_test(test_lifeline),
        cmocka_unit_test(test_wrong_usage),
    };
    return cmocka_run_group_tests_name("labcluster", tests, NULL, NULL);
}
