/*
 * A pod and the API: with the token, certificate and environment that the kubelet gives it, it may do what its role says
 * and nothing else, and nothing at all once it is gone.
 */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <sys/stat.h>
#include <unistd.h>

#include "common/clock.h"
#include "common/json.h"
#include "common/version.h"
#include "kube/kube.h"
#include "tests/support/child.h"
#include "tests/support/folder.h"

#define NAMESPACE "/api/v1/namespaces/team"
#define ROLES "/apis/rbac.authorization.k8s.io/v1/namespaces/team"
#define DEADLINE (10 * NANOSECONDS_PER_SECOND)
#define WAIT (20 * NANOSECONDS_PER_SECOND)
#define TOKEN_FOLDER "var/run/secrets/kubernetes.io/serviceaccount"

#define POD                                                                                                                      \
    "{\"metadata\":{\"name\":\"p\"},\"spec\":{\"serviceAccountName\":\"app\",\"terminationGracePeriodSeconds\":2,"               \
    "\"containers\":[{\"name\":\"web\",\"image\":\"hpalab:" HPALAB_VERSION "\",\"command\":[\"webapp\"],"                        \
    "\"env\":[{\"name\":\"WEBAPP_ADDRESS\",\"valueFrom\":{\"fieldRef\":{\"fieldPath\":\"status.podIP\"}}},"                      \
    "{\"name\":\"WEBAPP_DRAIN\",\"value\":\"0s\"},"                                                                              \
    "{\"name\":\"PASSWORD\",\"valueFrom\":{\"secretKeyRef\":{\"name\":\"s\",\"key\":\"password\"}}}],"                           \
    "\"readinessProbe\":{\"httpGet\":{\"path\":\"/readyz\",\"port\":8080},\"periodSeconds\":1},"                                 \
    "\"volumeMounts\":[{\"name\":\"s\",\"mountPath\":\"/secret\"}]}],"                                                           \
    "\"volumes\":[{\"name\":\"s\",\"secret\":{\"secretName\":\"s\"}}]}}"
#define ROLE                                                                                                                     \
    "{\"metadata\":{\"name\":\"r\"},\"rules\":[{\"apiGroups\":[\"\"],\"resources\":[\"pods\"],\"verbs\":[\"get\",\"list\"]},"    \
    "{\"apiGroups\":[\"\"],\"resources\":[\"configmaps\"],\"resourceNames\":[\"mine\"],\"verbs\":[\"patch\"]}]}"
#define BINDING                                                                                                                  \
    "{\"metadata\":{\"name\":\"b\"},\"roleRef\":{\"apiGroup\":\"rbac.authorization.k8s.io\",\"kind\":\"Role\",\"name\":\"r\"},"  \
    "\"subjects\":[{\"kind\":\"ServiceAccount\",\"name\":\"app\"}]}"

struct lab {
    struct test_child *child;
    char *parent, *folder;
    struct kube_client *administrator;
};

static void create(const struct lab *lab, const char *path, const char *body)
{
    struct error error = ERROR_NONE;
    if (kube_request(lab->administrator, "POST", path, "application/json", body, DEADLINE, NULL, &error) < 0)
        fail_msg("%s: %s", path, error.text);
}

static int lab_start(void **state)
{
    struct lab *lab = memory_allocate(1, sizeof *lab);
    struct error error = ERROR_NONE;
    lab->parent = test_folder_create();
    lab->folder = memory_format("%s/cluster", lab->parent);
    lab->child = test_child_run("labcluster", "--folder", lab->folder, "--pace", "quick", "--node-cpu", "16");
    AUTO_FREE char *kubeconfig = memory_format("%s/kubeconfig", lab->folder);
    for (int64_t end = clock_monotonic() + WAIT; access(kubeconfig, R_OK) != 0;) {
        if (clock_monotonic() > end)
            fail_msg("labcluster did not get ready: %s", test_child_errors(lab->child));
        clock_sleep_until(clock_monotonic() + 20 * NANOSECONDS_PER_MILLISECOND);
    }
    lab->administrator = kube_open(kubeconfig, NULL, &error);
    if (lab->administrator == NULL)
        fail_msg("%s", error.text);
    kube_set_limit(lab->administrator, 0);
    create(lab, "/api/v1/namespaces", "{\"metadata\":{\"name\":\"team\"}}");
    create(lab, NAMESPACE "/serviceaccounts", "{\"metadata\":{\"name\":\"app\"}}");
    create(lab, NAMESPACE "/secrets", "{\"metadata\":{\"name\":\"s\"},\"stringData\":{\"password\":\"open sesame\"}}");
    create(lab, NAMESPACE "/configmaps", "{\"metadata\":{\"name\":\"mine\"}}");
    create(lab, ROLES "/roles", ROLE);
    create(lab, ROLES "/rolebindings", BINDING);
    create(lab, NAMESPACE "/pods", POD);
    *state = lab;
    return 0;
}

static int lab_end(void **state)
{
    struct lab *lab = *state;
    kube_close(lab->administrator);
    test_child_signal(lab->child, SIGTERM);
    assert_int_equal(test_child_wait(lab->child, 20), 0);
    test_child_end(lab->child);
    test_folder_remove(lab->parent);
    free(lab->parent);
    free(lab->folder);
    free(lab);
    return 0;
}

static bool is_ready(const cJSON *pod)
{
    return json_boolean(json_get(cJSON_GetArrayItem(json_get(pod, "status", "containerStatuses"), 0), "ready"), false);
}

/* The pod once it is ready; the caller deletes it. */
static cJSON *await_pod(const struct lab *lab)
{
    for (int64_t end = clock_monotonic() + WAIT; clock_monotonic() < end;) {
        AUTO_KUBE_ANSWER struct kube_answer answer = {0};
        (void)kube_request(lab->administrator, "GET", NAMESPACE "/pods/p", NULL, NULL, DEADLINE, &answer, NULL);
        if (is_ready(answer.body))
            return steal_pointer(&answer.body);
        clock_sleep_until(clock_monotonic() + 50 * NANOSECONDS_PER_MILLISECOND);
    }
    fail_msg("the pod did not become ready");
    return NULL;
}

/* A client as a program in the pod would open it: the pod's root is its working directory. */
static struct kube_client *open_in_pod(const struct lab *lab, const cJSON *pod, char **root)
{
    struct error error = ERROR_NONE;
    AUTO_FREE char *address = memory_copy_text(strstr(kube_server(lab->administrator), "://") + 3);
    AUTO_FREE char *before = getcwd(NULL, 0);
    char *colon = strrchr(address, ':');
    *colon = '\0';
    unsetenv("KUBECONFIG");
    setenv("HOME", lab->parent, 1);
    setenv("KUBERNETES_SERVICE_HOST", address, 1);
    setenv("KUBERNETES_SERVICE_PORT", colon + 1, 1);
    *root = memory_format("%s/node/pods/%s/root", lab->folder, json_text(json_get(pod, "metadata", "uid"), ""));
    assert_int_equal(chdir(*root), 0);
    struct kube_client *client = kube_open(NULL, NULL, &error);
    assert_int_equal(chdir(before), 0);
    if (client == NULL)
        fail_msg("%s", error.text);
    return client;
}

static int code_of(struct kube_client *client, const char *method, const char *path, const char *type, const char *body,
                   struct error *error)
{
    AUTO_KUBE_ANSWER struct kube_answer answer = {0};
    (void)kube_request(client, method, path, type, body, DEADLINE, &answer, error);
    return answer.code;
}

static void check_file(const char *root, const char *path, const char *text, mode_t mode)
{
    struct stat about;
    AUTO_FREE char *whole = memory_format("%s/%s", root, path);
    assert_int_equal(stat(whole, &about), 0);
    assert_int_equal(about.st_mode & 0777, mode);
    AUTO_FREE char *found = test_folder_read_file(whole);
    if (text != NULL)
        assert_string_equal(found, text);
}

static void test_pod_and_its_role(void **state)
{
    const struct lab *lab = *state;
    struct error error = ERROR_NONE;
    AUTO_FREE char *root = NULL;
    AUTO_JSON cJSON *pod = await_pod(lab);
    struct kube_client *client = open_in_pod(lab, pod, &root);
    assert_string_equal(kube_namespace(client), "team");
    check_file(root, TOKEN_FOLDER "/token", NULL, 0600);
    check_file(root, TOKEN_FOLDER "/namespace", "team", 0644);
    check_file(root, "secret/password", "open sesame", 0600);

    assert_int_equal(code_of(client, "GET", NAMESPACE "/pods", NULL, NULL, NULL), 200);
    assert_int_equal(code_of(client, "GET", "/apis", NULL, NULL, NULL), 200);
    assert_int_equal(code_of(client, "PATCH", NAMESPACE "/configmaps/mine", "application/merge-patch+json",
                             "{\"data\":{\"size\":\"5\"}}", NULL),
                     200);
    assert_int_equal(code_of(client, "PATCH", NAMESPACE "/configmaps/kube-root-ca.crt", "application/merge-patch+json",
                             "{\"data\":{\"size\":\"5\"}}", NULL),
                     403);
    assert_int_equal(code_of(client, "GET", NAMESPACE "/secrets/s", NULL, NULL, NULL), 403);
    assert_int_equal(code_of(client, "DELETE", NAMESPACE "/pods/p", NULL, NULL, NULL), 403);
    assert_int_equal(code_of(client, "GET", "/api/v1/namespaces/default/pods", NULL, NULL, &error), 403);
    if (strstr(error.text, "pods is forbidden: User \"system:serviceaccount:team:app\" cannot list resource \"pods\" in API "
                           "group \"\" in the namespace \"default\"") == NULL)
        fail_msg("%s", error.text);

    if (kube_delete(lab->administrator, NAMESPACE "/pods/p", -1, &error) != 0)
        fail_msg("%s", error.text);
    int code = 200;
    for (int64_t end = clock_monotonic() + WAIT; code == 200 && clock_monotonic() < end;) {
        clock_sleep_until(clock_monotonic() + 50 * NANOSECONDS_PER_MILLISECOND);
        code = code_of(client, "GET", NAMESPACE "/pods", NULL, NULL, NULL);
    }
    assert_int_equal(code, 401);
    kube_close(client);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_pod_and_its_role)};
    return cmocka_run_group_tests(tests, lab_start, lab_end);
}
