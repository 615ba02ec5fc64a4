/*
 * Pods as the kubelet of the embedded cluster runs them: real processes, looked at through the API and the kernel.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <dirent.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/buffer.h"
#include "common/clock.h"
#include "common/json.h"
#include "common/version.h"
#include "kube/kube.h"
#include "tests/support/child.h"
#include "tests/support/folder.h"
#include "tests/support/http.h"
#include "tests/support/network.h"
#include "tests/support/wait.h"

#define PODS "/api/v1/namespaces/default/pods"
#define DEADLINE (10 * NANOSECONDS_PER_SECOND)
#define PORT 8080
/* labcluster's soft limit at its start; it raises its own, but containers keep this one. */
#define OPEN_FILES 900
#define IMAGE "\"image\":\"hpalab:" HPALAB_VERSION "\""
/* A webapp that listens on its pod's address and ends quickly. */
#define WEBAPP                                                                                                                   \
    "\"name\":\"web\"," IMAGE ",\"command\":[\"webapp\"],\"ports\":[{\"name\":\"http\",\"containerPort\":8080}],"                \
    "\"env\":[{\"name\":\"WEBAPP_ADDRESS\",\"valueFrom\":{\"fieldRef\":{\"fieldPath\":\"status.podIP\"}}},"                      \
    "{\"name\":\"WEBAPP_DRAIN\",\"value\":\"0s\"}]"
/* Ready once it answers, so that a signal finds its handlers in place. */
#define ANSWERS "\"readinessProbe\":{\"httpGet\":{\"path\":\"/readyz\",\"port\":8080},\"periodSeconds\":1}"

struct lab {
    struct test_child *child;
    char *parent, *folder;
    struct kube_client *client;
};

static double seconds_since(int64_t moment)
{
    return (double)(clock_monotonic() - moment) / (double)NANOSECONDS_PER_SECOND;
}

static int lab_start(void **state)
{
    struct lab *lab = memory_allocate(1, sizeof *lab);
    struct error error = ERROR_NONE;
    lab->parent = test_folder_create();
    lab->folder = memory_format("%s/cluster", lab->parent);
    struct rlimit files;
    assert_int_equal(getrlimit(RLIMIT_NOFILE, &files), 0);
    const struct rlimit lower = {.rlim_cur = OPEN_FILES, .rlim_max = files.rlim_max};
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &lower), 0);
    lab->child = test_child_run("labcluster", "--folder", lab->folder, "--pace", "quick", "--node-cpu", "16");
    AUTO_FREE char *kubeconfig = memory_format("%s/kubeconfig", lab->folder);
    if (!test_wait_until(access(kubeconfig, R_OK) == 0, 60))
        fail_msg("labcluster did not get ready: %s", test_child_errors(lab->child));
    lab->client = kube_open(kubeconfig, NULL, &error);
    if (lab->client == NULL)
        fail_msg("%s", error.text);
    kube_set_limit(lab->client, 0);
    *state = lab;
    return 0;
}

static int lab_end(void **state)
{
    struct lab *lab = *state;
    kube_close(lab->client);
    test_child_signal(lab->child, SIGTERM);
    assert_int_equal(test_child_wait(lab->child, 20), 0);
    assert_int_not_equal(access(lab->folder, F_OK), 0);
    test_child_end(lab->child);
    test_folder_remove(lab->parent);
    free(lab->parent);
    free(lab->folder);
    free(lab);
    return 0;
}

static void create(const struct lab *lab, const char *name, const char *spec_members)
{
    struct error error = ERROR_NONE;
    AUTO_FREE char *body = memory_format(
        "{\"apiVersion\":\"v1\",\"kind\":\"Pod\",\"metadata\":{\"name\":\"%s\",\"labels\":{\"app\":\"x\"}},\"spec\":{%s}}", name,
        spec_members);
    if (kube_request(lab->client, "POST", PODS, "application/json", body, DEADLINE, NULL, &error) < 0)
        fail_msg("%s", error.text);
}

/* The caller deletes it; NULL when there is none. */
static cJSON *get_pod(const struct lab *lab, const char *name)
{
    AUTO_KUBE_ANSWER struct kube_answer answer = {0};
    AUTO_FREE char *path = memory_format("%s/%s", PODS, name);
    if (kube_request(lab->client, "GET", path, NULL, NULL, DEADLINE, &answer, NULL) < 0)
        return NULL;
    return steal_pointer(&answer.body);
}

static cJSON *container_of(const cJSON *pod)
{
    return cJSON_GetArrayItem(json_get(pod, "status", "containerStatuses"), 0);
}

static bool is_ready(const struct lab *lab, const char *name)
{
    AUTO_JSON cJSON *pod = get_pod(lab, name);
    const cJSON *condition;
    cJSON_ArrayForEach (condition, json_get(pod, "status", "conditions")) {
        if (strcmp(json_text(json_get(condition, "type"), ""), "Ready") == 0)
            return strcmp(json_text(json_get(condition, "status"), ""), "True") == 0;
    }
    return false;
}

static bool is_gone(const struct lab *lab, const char *name)
{
    AUTO_JSON cJSON *pod = get_pod(lab, name);
    return pod == NULL;
}

static bool has_phase(const struct lab *lab, const char *name, const char *phase)
{
    AUTO_JSON cJSON *pod = get_pod(lab, name);
    return strcmp(json_text(json_get(pod, "status", "phase"), ""), phase) == 0;
}

/* Whether state.waiting.reason, or lastState.terminated.reason, of the first container is this. */
static bool waits_for(const struct lab *lab, const char *name, const char *reason)
{
    AUTO_JSON cJSON *pod = get_pod(lab, name);
    return strcmp(json_text(json_get(container_of(pod), "state", "waiting", "reason"), ""), reason) == 0;
}

static bool ended_by(const struct lab *lab, const char *name, const char *reason)
{
    AUTO_JSON cJSON *pod = get_pod(lab, name);
    return strcmp(json_text(json_get(container_of(pod), "lastState", "terminated", "reason"), ""), reason) == 0;
}

static bool has_event(const struct lab *lab, const char *name, const char *reason, const char *message_part)
{
    AUTO_KUBE_ANSWER struct kube_answer answer = {0};
    AUTO_FREE char *path = memory_format("/api/v1/namespaces/default/events?fieldSelector=involvedObject.name%%3D%s", name);
    assert_int_equal(kube_request(lab->client, "GET", path, NULL, NULL, DEADLINE, &answer, NULL), 0);
    const cJSON *event;
    cJSON_ArrayForEach (event, json_get(answer.body, "items")) {
        if (strcmp(json_text(json_get(event, "reason"), ""), reason) == 0 &&
            strstr(json_text(json_get(event, "message"), ""), message_part) != NULL)
            return true;
    }
    return false;
}

static void delete_pod(const struct lab *lab, const char *name)
{
    AUTO_FREE char *path = memory_format("%s/%s", PODS, name);
    assert_int_equal(kube_delete(lab->client, path, -1, NULL), 0);
}

/* The process that carries the mark of the pod's first container and leads its session. */
static pid_t process_of(const struct lab *lab, const char *name)
{
    AUTO_JSON cJSON *pod = get_pod(lab, name);
    const char *id = json_text(json_get(container_of(pod), "containerID"), "");
    assert_true(strncmp(id, "hpalab://", 9) == 0);
    AUTO_FREE char *mark = memory_format("HPALAB_CONTAINER_ID=%s", id + 9);
    DIR *proc = opendir("/proc");
    assert_non_null(proc);
    pid_t found = 0;
    const struct dirent *item;
    while (found == 0 && (item = readdir(proc)) != NULL) {
        static char text[65536];
        AUTO_FREE char *path = memory_format("/proc/%s/environ", item->d_name);
        const int file = item->d_name[0] >= '1' && item->d_name[0] <= '9' ? open(path, O_RDONLY | O_CLOEXEC) : -1;
        const ssize_t length = file < 0 ? -1 : read(file, text, sizeof text - 1);
        if (file >= 0)
            close(file);
        if (length > 0 && memmem(text, (size_t)length, mark, strlen(mark)) != NULL)
            found = (pid_t)strtol(item->d_name, NULL, 10);
    }
    closedir(proc);
    assert_true(found > 0 && getsid(found) == found);
    return found;
}

static void pod_url(const struct lab *lab, const char *name, const char *path, char url[256])
{
    AUTO_JSON cJSON *pod = get_pod(lab, name);
    snprintf(url, 256, "http://%s:%d%s", json_text(json_get(pod, "status", "podIP"), "none"), PORT, path);
}

static int post(const struct lab *lab, const char *name, const char *path)
{
    char url[256];
    struct test_http_answer answer;
    pod_url(lab, name, path, url);
    const struct test_http_request request = {.method = "POST", .url = url, .timeout = 5};
    test_http_send(&request, &answer);
    const int status = answer.status;
    test_http_release(&answer);
    return status;
}

static void test_environment(void **state)
{
    const struct lab *lab = *state;
    char path[64];
    static char text[65536];
    create(lab, "env",
           "\"containers\":[{\"name\":\"web\"," IMAGE
           ",\"command\":[\"webapp\"],\"resources\":{\"limits\":{\"memory\":\"64Mi\"}},\"env\":["
           "{\"name\":\"WEBAPP_ADDRESS\",\"valueFrom\":{\"fieldRef\":{\"fieldPath\":\"status.podIP\"}}},"
           "{\"name\":\"WHO\",\"valueFrom\":{\"fieldRef\":{\"fieldPath\":\"metadata.name\"}}},"
           "{\"name\":\"APP\",\"valueFrom\":{\"fieldRef\":{\"fieldPath\":\"metadata.labels['app']\"}}},"
           "{\"name\":\"LIMIT\",\"valueFrom\":{\"resourceFieldRef\":{\"resource\":\"limits.memory\",\"divisor\":\"1Mi\"}}},"
           "{\"name\":\"BOTH\",\"value\":\"$(WHO)-$(APP)\"}]}]");
    assert_true(test_wait_until(is_ready(lab, "env"), 60));
    snprintf(path, sizeof path, "/proc/%d/environ", (int)process_of(lab, "env"));
    const int file = open(path, O_RDONLY);
    const ssize_t length = read(file, text, sizeof text - 1);
    close(file);
    assert_true(length > 0);
    static const char *const wanted[] = {"WHO=env", "APP=x", "LIMIT=64", "BOTH=env-x", "HOSTNAME=env"};
    for (size_t i = 0; i < sizeof wanted / sizeof wanted[0]; i++)
        assert_non_null(memmem(text, (size_t)length, wanted[i], strlen(wanted[i]) + 1));
    assert_null(memmem(text, (size_t)length, "HPALAB_BUILD", 12)); /* labcluster has it from this test */
    delete_pod(lab, "env");
}

static void test_process_is_on_its_own(void **state)
{
    const struct lab *lab = *state;
    char path[64], link[512] = "";
    create(lab, "own", "\"containers\":[{" WEBAPP "}]");
    assert_true(test_wait_until(is_ready(lab, "own"), 60));
    const pid_t pid = process_of(lab, "own");
    snprintf(path, sizeof path, "/proc/%d/fd/0", (int)pid);
    assert_true(readlink(path, link, sizeof link - 1) > 0);
    assert_string_equal(link, "/dev/null");
    memset(link, 0, sizeof link);
    snprintf(path, sizeof path, "/proc/%d/cwd", (int)pid);
    assert_true(readlink(path, link, sizeof link - 1) > 0);
    assert_true(strncmp(link, lab->folder, strlen(lab->folder)) == 0);
    snprintf(path, sizeof path, "/proc/%d/oom_score_adj", (int)pid);
    AUTO_FREE char *score = test_folder_read_file(path);
    assert_true(strtol(score, NULL, 10) > 0);
    snprintf(path, sizeof path, "/proc/%d/limits", (int)pid);
    AUTO_FREE char *limits = test_folder_read_file(path);
    AUTO_FREE char *open_files = memory_format("Max open files            %d ", OPEN_FILES);
    assert_non_null(strstr(limits, open_files));
    delete_pod(lab, "own");
    assert_true(test_wait_until(is_gone(lab, "own"), 60));
    assert_int_equal(kill(pid, 0), -1);
}

struct follower {
    const struct lab *lab;
    struct buffer steps;
    atomic_bool listed, stop;
};

/* Notes how a pod was seen: bound, then ContainerCreating without an address, then running with one. */
static void note_step(enum kube_event_type type, const cJSON *pod, const char *text, void *context)
{
    struct follower *follower = context;
    (void)text;
    if (type == KUBE_LISTED_ALL)
        atomic_store(&follower->listed, true);
    if (type == KUBE_LISTED_ALL || type == KUBE_GAP || strcmp(json_text(json_get(pod, "metadata", "name"), ""), "steps") != 0)
        return;
    const char *waiting = json_text(json_get(container_of(pod), "state", "waiting", "reason"), "-");
    buffer_append_format(&follower->steps, "%s %s %s\n", json_text(json_get(pod, "status", "phase"), ""), waiting,
                         json_get(pod, "status", "podIP") != NULL ? "address" : "none");
}

static void *follow_pods(void *context)
{
    struct follower *follower = context;
    kube_follow(follower->lab->client, PODS, "app=x", note_step, follower, &follower->stop, NULL);
    return NULL;
}

static void test_a_watcher_sees_each_step(void **state)
{
    struct follower follower = {.lab = *state};
    pthread_t thread;
    buffer_init(&follower.steps, 100000);
    assert_int_equal(pthread_create(&thread, NULL, follow_pods, &follower), 0);
    assert_true(test_wait_until(atomic_load(&follower.listed), 60));
    create(follower.lab, "steps", "\"containers\":[{" WEBAPP "}]");
    assert_true(test_wait_until(is_ready(follower.lab, "steps"), 60));
    clock_sleep_until(clock_monotonic() + NANOSECONDS_PER_SECOND / 2);
    atomic_store(&follower.stop, true);
    pthread_join(thread, NULL);
    if (strstr(follower.steps.data, "Pending ContainerCreating none\nRunning - address\n") == NULL)
        fail_msg("the pod was seen as\n%s", follower.steps.data);
    buffer_release(&follower.steps);
    delete_pod(follower.lab, "steps");
}

static void test_readiness_waits_for_the_probe(void **state)
{
    const struct lab *lab = *state;
    const int64_t created = clock_monotonic();
    create(lab, "slow",
           "\"containers\":[{" WEBAPP ",\"args\":[\"--boot\",\"3s\",\"--boot-mode\",\"503\"],"
           "\"readinessProbe\":{\"httpGet\":{\"path\":\"/readyz\",\"port\":\"http\"},\"periodSeconds\":1}}]");
    assert_true(test_wait_until(has_phase(lab, "slow", "Running"), 60));
    assert_false(is_ready(lab, "slow"));
    assert_true(test_wait_until(is_ready(lab, "slow"), 60));
    assert_true(seconds_since(created) > 2.9);
    assert_true(has_event(lab, "slow", "Unhealthy", "Readiness probe failed: HTTP probe failed with statuscode: 503"));
    delete_pod(lab, "slow");
}

static void test_liveness_restarts(void **state)
{
    const struct lab *lab = *state;
    create(lab, "sick",
           "\"containers\":[{" WEBAPP ",\"livenessProbe\":{\"httpGet\":{\"path\":\"/nothing\",\"port\":8080},\"periodSeconds\":1,"
           "\"failureThreshold\":2}}]");
    assert_true(test_wait_until(ended_by(lab, "sick", "Completed") || ended_by(lab, "sick", "Error"), 60));
    assert_true(has_event(lab, "sick", "Unhealthy", "Liveness probe failed: HTTP probe failed with statuscode: 404"));
    assert_true(has_event(lab, "sick", "Killing", "Container web failed liveness probe, will be restarted"));
    delete_pod(lab, "sick");
}

static void test_pre_stop_and_grace(void **state)
{
    const struct lab *lab = *state;
    create(lab, "hook", "\"containers\":[{" WEBAPP "," ANSWERS ",\"lifecycle\":{\"preStop\":{\"sleep\":{\"seconds\":2}}}}]");
    create(lab, "stubborn",
           "\"terminationGracePeriodSeconds\":3,\"containers\":[{" WEBAPP "," ANSWERS ",\"args\":[\"--drain\",\"60s\"]}]");
    assert_true(test_wait_until(is_ready(lab, "hook") && is_ready(lab, "stubborn"), 60));
    const pid_t hooked = process_of(lab, "hook"), stubborn = process_of(lab, "stubborn");
    const int64_t deleted = clock_monotonic();
    delete_pod(lab, "hook");
    delete_pod(lab, "stubborn");
    assert_true(test_wait_until(is_gone(lab, "hook"), 60));
    assert_true(seconds_since(deleted) > 1.9);
    assert_true(test_wait_until(is_gone(lab, "stubborn"), 60));
    assert_true(seconds_since(deleted) > 2.9);
    assert_true(seconds_since(deleted) < 45); /* less than it wants to drain */
    assert_int_equal(kill(hooked, 0), -1);
    assert_int_equal(kill(stubborn, 0), -1);
}

static void test_back_off(void **state)
{
    const struct lab *lab = *state;
    create(lab, "crash", "\"containers\":[{\"name\":\"web\"," IMAGE ",\"command\":[\"webapp\",\"--port\",\"none\"]}]");
    assert_true(test_wait_until(waits_for(lab, "crash", "CrashLoopBackOff"), 60));
    AUTO_JSON cJSON *pod = get_pod(lab, "crash");
    const cJSON *container = container_of(pod);
    assert_non_null(strstr(json_text(json_get(container, "state", "waiting", "message"), ""),
                           "back-off 2s restarting failed container=web pod=crash_default("));
    assert_int_equal(json_integer(json_get(container, "restartCount"), 0), 1);
    assert_int_equal(json_integer(json_get(container, "lastState", "terminated", "exitCode"), 0), 2);
    assert_true(has_event(lab, "crash", "BackOff", "Back-off restarting failed container web in pod crash_default("));
    delete_pod(lab, "crash");
}

static void test_missing_program_and_image(void **state)
{
    const struct lab *lab = *state;
    create(lab, "noprog", "\"containers\":[{\"name\":\"web\"," IMAGE ",\"command\":[\"nothing-of-this-name\"]}]");
    create(lab, "escape", "\"containers\":[{\"name\":\"web\"," IMAGE ",\"command\":[\"/bin/sh\"]}]");
    create(lab, "never", "\"containers\":[{\"name\":\"x\",\"image\":\"nobody/nothing:1\",\"imagePullPolicy\":\"Never\"}]");
    create(lab, "pull", "\"containers\":[{\"name\":\"x\",\"image\":\"nobody/nothing:1\"}]");
    assert_true(test_wait_until(ended_by(lab, "noprog", "StartError"), 60));
    assert_true(has_event(lab, "noprog", "Failed", "exec: \"nothing-of-this-name\": executable file not found in $PATH"));
    assert_true(test_wait_until(ended_by(lab, "escape", "StartError"), 60));
    assert_true(test_wait_until(waits_for(lab, "never", "ErrImageNeverPull"), 60));
    assert_true(has_event(lab, "never", "ErrImageNeverPull",
                          "Container image \"nobody/nothing:1\" is not present with pull policy of Never"));
    assert_true(test_wait_until(waits_for(lab, "pull", "ImagePullBackOff"), 60));
    delete_pod(lab, "noprog");
    delete_pod(lab, "escape");
    delete_pod(lab, "never");
    delete_pod(lab, "pull");
    assert_true(test_wait_until(is_gone(lab, "pull") && is_gone(lab, "noprog"), 60));
}

#define COMMAND(script) "{\"exec\":{\"command\":[\"sh\",\"-c\",\"" script "\"]}}"
#define PAUSE IMAGE ",\"command\":[\"labcluster\",\"pause\"]"

/* The sidecar's postStart hook makes what the container's readiness probe looks for. */
static void test_commands_and_sidecar(void **state)
{
    const struct lab *lab = *state;
    create(lab, "commands",
           "\"terminationGracePeriodSeconds\":10,\"volumes\":[{\"name\":\"data\",\"emptyDir\":{}}],"
           "\"initContainers\":[{\"name\":\"side\",\"restartPolicy\":\"Always\"," PAUSE ",\"volumeMounts\":[{\"name\":\"data\","
           "\"mountPath\":\"/data\"}],\"lifecycle\":{\"postStart\":" COMMAND(
               "echo x > data/made") "}}],"
                                     "\"containers\":[{\"name\":\"web\"," PAUSE
                                     ",\"env\":[{\"name\":\"FILE\",\"value\":\"data/made\"}],"
                                     "\"volumeMounts\":[{\"name\":\"data\",\"mountPath\":\"/"
                                     "data\"}],\"readinessProbe\":{\"periodSeconds\":1,"
                                     "\"timeoutSeconds\":20,\"exec\":{\"command\":[\"sh\",\"-c\",\"test -f $FILE\"]}}}]");
    create(lab, "unready",
           "\"containers\":[{\"name\":\"web\"," PAUSE ",\"readinessProbe\":{\"periodSeconds\":1,"
           "\"timeoutSeconds\":20,\"exec\":{\"command\":[\"sh\",\"-c\",\"echo not yet; exit 3\"]}}}]");
    assert_true(test_wait_until(is_ready(lab, "commands"), 60));
    assert_true(test_wait_until(has_event(lab, "unready", "Unhealthy", "Readiness probe failed: not yet"), 60));
    delete_pod(lab, "commands");
    delete_pod(lab, "unready");
    assert_true(test_wait_until(is_gone(lab, "commands") && is_gone(lab, "unready"), 60));
}

static bool ended_with_message(const struct lab *lab, const char *name, const char *message)
{
    AUTO_JSON cJSON *pod = get_pod(lab, name);
    return strcmp(json_text(json_get(container_of(pod), "state", "terminated", "message"), ""), message) == 0;
}

static void test_loaded_image(void **state)
{
    const struct lab *lab = *state;
    AUTO_FREE char *folder = memory_format("%s/images/docker.io,library,own:1", lab->folder);
    AUTO_FREE char *program = memory_format("%s/own", folder);
    assert_int_equal(mkdir(folder, 0700), 0);
    test_folder_write_file(program, "#!/bin/sh\necho $1\n[ $2 = 3 ] || printf why >dev/termination-log\nexit $2\n");
    assert_int_equal(chmod(program, 0755), 0);
    create(lab, "own",
           "\"restartPolicy\":\"Never\",\"containers\":[{\"name\":\"x\",\"image\":\"own:1\",\"args\":[\"hi\",\"0\"]}]");
    create(lab, "fails",
           "\"restartPolicy\":\"Never\",\"containers\":[{\"name\":\"x\",\"image\":\"own:1\",\"args\":[\"last\",\"3\"],"
           "\"terminationMessagePath\":\"/other\",\"terminationMessagePolicy\":\"FallbackToLogsOnError\"}]");
    create(lab, "always", "\"containers\":[{\"name\":\"x\",\"image\":\"own:1\",\"imagePullPolicy\":\"Always\"}]");
    assert_true(test_wait_until(has_phase(lab, "own", "Succeeded"), 60));
    assert_true(test_wait_until(has_phase(lab, "fails", "Failed"), 60));
    assert_true(ended_with_message(lab, "own", "why"));
    assert_true(ended_with_message(lab, "fails", "last\n"));
    assert_true(test_wait_until(waits_for(lab, "always", "ImagePullBackOff"), 60));
    delete_pod(lab, "own");
    delete_pod(lab, "fails");
    delete_pod(lab, "always");
    assert_true(test_wait_until(is_gone(lab, "own") && is_gone(lab, "fails") && is_gone(lab, "always"), 60));
}

/* Whoever follows a log sees one instance to its end, however fast the next one begins. */
static void test_log_is_followed_to_the_end_of_its_instance(void **state)
{
    const struct lab *lab = *state;
    AUTO_FREE char *folder = memory_format("%s/images/docker.io,library,brief:1", lab->folder);
    AUTO_FREE char *program = memory_format("%s/brief", folder);
    assert_int_equal(mkdir(folder, 0700), 0);
    test_folder_write_file(program, "#!/bin/sh\necho start $$\nsleep 1\necho end $$\n");
    assert_int_equal(chmod(program, 0755), 0);
    create(lab, "brief", "\"containers\":[{\"name\":\"x\",\"image\":\"brief:1\"}]");
    assert_true(test_wait_until(is_ready(lab, "brief"), 60));
    AUTO_KUBE_ANSWER struct kube_answer answer = {0};
    assert_int_equal(kube_request(lab->client, "GET", PODS "/brief/log?follow=true", NULL, NULL, 6 * DEADLINE, &answer, NULL), 0);
    long started = 0, ended = 0;
    int length = 0;
    assert_int_equal(sscanf(answer.text, "start %ld end %ld %n", &started, &ended, &length), 2);
    assert_int_equal(started, ended);
    assert_int_equal(length, strlen(answer.text));
    delete_pod(lab, "brief");
    assert_true(test_wait_until(is_gone(lab, "brief"), 60));
}

static void test_config_error_heals(void **state)
{
    const struct lab *lab = *state;
    create(lab, "config", "\"containers\":[{" WEBAPP ",\"envFrom\":[{\"configMapRef\":{\"name\":\"late\"}}]}]");
    assert_true(test_wait_until(waits_for(lab, "config", "CreateContainerConfigError"), 60));
    assert_true(has_event(lab, "config", "Failed", "Error: configmap \"late\" not found"));
    assert_int_equal(
        kube_request(lab->client, "POST", "/api/v1/namespaces/default/configmaps", "application/json",
                     "{\"apiVersion\":\"v1\",\"kind\":\"ConfigMap\",\"metadata\":{\"name\":\"late\"},\"data\":{\"A\":\"b\"}}",
                     DEADLINE, NULL, NULL),
        0);
    assert_true(test_wait_until(is_ready(lab, "config"), 60));
    delete_pod(lab, "config");
}

static void test_init_containers(void **state)
{
    const struct lab *lab = *state;
    create(lab, "init",
           "\"initContainers\":[{\"name\":\"one\"," IMAGE ",\"command\":[\"webapp\",\"--version\"]},"
           "{\"name\":\"two\"," IMAGE ",\"command\":[\"webapp\",\"--help\"]}],\"containers\":[{" WEBAPP "}]");
    create(lab, "init-fails",
           "\"restartPolicy\":\"Never\",\"initContainers\":[{\"name\":\"one\"," IMAGE
           ",\"command\":[\"webapp\",\"--port\",\"x\"]}],"
           "\"containers\":[{" WEBAPP "}]");
    assert_true(test_wait_until(is_ready(lab, "init"), 60));
    AUTO_JSON cJSON *pod = get_pod(lab, "init");
    const cJSON *init = json_get(pod, "status", "initContainerStatuses");
    assert_int_equal(cJSON_GetArraySize(init), 2);
    assert_string_equal(json_text(json_get(cJSON_GetArrayItem(init, 1), "state", "terminated", "reason"), ""), "Completed");
    assert_true(test_wait_until(has_phase(lab, "init-fails", "Failed"), 60));
    delete_pod(lab, "init");
    delete_pod(lab, "init-fails");
}

static void test_log(void **state)
{
    const struct lab *lab = *state;
    AUTO_KUBE_ANSWER struct kube_answer answer = {0};
    create(lab, "once",
           "\"restartPolicy\":\"Never\",\"containers\":[{\"name\":\"web\"," IMAGE ",\"command\":[\"webapp\",\"--version\"]}]");
    assert_true(test_wait_until(has_phase(lab, "once", "Succeeded"), 60));
    assert_int_equal(kube_request(lab->client, "GET", PODS "/once/log", NULL, NULL, DEADLINE, &answer, NULL), 0);
    assert_non_null(answer.text);
    assert_non_null(strstr(answer.text, HPALAB_VERSION));
    delete_pod(lab, "once");
}

static void test_memory_limit(void **state)
{
    const struct lab *lab = *state;
    create(lab, "eater", "\"containers\":[{" WEBAPP ",\"resources\":{\"limits\":{\"memory\":\"64Mi\"}}}]");
    assert_true(test_wait_until(is_ready(lab, "eater"), 60));
    char url[256];
    pod_url(lab, "eater", "/readyz", url);
    assert_true(test_wait_until(post(lab, "eater", "/load/memory?mib=200&seconds=30") == 200, 60));
    assert_true(test_wait_until(ended_by(lab, "eater", "OOMKilled"), 60));
    AUTO_JSON cJSON *pod = get_pod(lab, "eater");
    assert_int_equal(json_integer(json_get(container_of(pod), "lastState", "terminated", "exitCode"), 0), 137);
    delete_pod(lab, "eater");
}

/* What a process uses of its limit in the next seconds, as a share. */
static double share_of_limit(pid_t pid, int millicores)
{
    const int64_t cpu = test_process_cpu(pid), start = clock_monotonic();
    clock_sleep_until(start + 4 * NANOSECONDS_PER_SECOND);
    const double used = (double)(test_process_cpu(pid) - cpu) / (double)NANOSECONDS_PER_SECOND;
    return used / (seconds_since(start) * millicores / 1000);
}

/* A machine that is full gives less: several tries. */
static void assert_cpu_limit(const struct lab *lab, const char *name, int millicores)
{
    double share = 0;
    AUTO_FREE char *spec =
        memory_format("\"terminationGracePeriodSeconds\":1,\"containers\":[{" WEBAPP
                      ",\"args\":[\"--boot\",\"300s\",\"--boot-cpu\",\"1\"],\"resources\":{\"limits\":{\"cpu\":\"%dm\"}}}]",
                      millicores);
    create(lab, name, spec);
    assert_true(test_wait_until(has_phase(lab, name, "Running"), 60));
    const pid_t pid = process_of(lab, name);
    clock_sleep_until(clock_monotonic() + 500 * NANOSECONDS_PER_MILLISECOND);
    /* A busy machine gives less, and stops the pod late; what is used too much is made up for, so it is never far. */
    for (int attempt = 0; attempt < 15 && share <= 2 && (share < 0.8 || share > 1.2); attempt++)
        share = share_of_limit(pid, millicores);
    if (share < 0.8 || share > 1.2)
        fail_msg("%s used %.2f of its limit", name, share);
    delete_pod(lab, name);
}

static void test_cpu_limit(void **state)
{
    assert_cpu_limit(*state, "limit-300", 300);
    assert_cpu_limit(*state, "limit-50", 50);
}

static void test_force_deletion(void **state)
{
    const struct lab *lab = *state;
    create(lab, "forced", "\"containers\":[{" WEBAPP "," ANSWERS ",\"args\":[\"--drain\",\"60s\"]}]");
    assert_true(test_wait_until(is_ready(lab, "forced"), 60));
    const pid_t pid = process_of(lab, "forced");
    assert_int_equal(kube_delete(lab->client, PODS "/forced", 0, NULL), 0);
    assert_true(test_wait_until(kill(pid, 0) != 0, 60));
}

static void test_startup_probe_holds_the_others(void **state)
{
    const struct lab *lab = *state;
    create(lab, "start",
           "\"containers\":[{" WEBAPP ",\"args\":[\"--boot\",\"2500ms\",\"--boot-mode\",\"refuse\"],"
           "\"startupProbe\":{\"tcpSocket\":{\"port\":\"http\"},\"periodSeconds\":1,\"failureThreshold\":20},"
           "\"livenessProbe\":{\"httpGet\":{\"path\":\"/livez\",\"port\":8080},\"periodSeconds\":1,\"failureThreshold\":1},"
           "\"readinessProbe\":{\"httpGet\":{\"path\":\"/readyz\",\"port\":8080},\"periodSeconds\":1}}]");
    assert_true(test_wait_until(is_ready(lab, "start"), 60));
    AUTO_JSON cJSON *pod = get_pod(lab, "start");
    assert_int_equal(json_integer(json_get(container_of(pod), "restartCount"), -1), 0);
    assert_true(has_event(lab, "start", "Unhealthy", "Startup probe failed: dial tcp 127."));
    assert_true(has_event(lab, "start", "Unhealthy", ":8080: connect: connection refused"));
    delete_pod(lab, "start");
}

static void test_probe_has_a_deadline(void **state)
{
    const struct lab *lab = *state;
    create(lab, "hang",
           "\"terminationGracePeriodSeconds\":1,\"containers\":[{" WEBAPP ",\"args\":[\"--boot\",\"60s\"],"
           "\"readinessProbe\":{\"httpGet\":{\"path\":\"/readyz\",\"port\":8080},\"periodSeconds\":1}}]");
    assert_true(test_wait_until(
        has_event(lab, "hang", "Unhealthy", "context deadline exceeded (Client.Timeout exceeded while awaiting headers)"), 15));
    delete_pod(lab, "hang");
}

/* Milliseconds of window of the pod's metrics, 0 while there are none; *nanocores is its only container's. */
static int64_t read_metrics(const struct lab *lab, const char *name, int64_t *nanocores)
{
    AUTO_KUBE_ANSWER struct kube_answer answer = {0};
    AUTO_FREE char *path = memory_format("/apis/metrics.k8s.io/v1beta1/namespaces/default/pods/%s", name);
    double seconds = 0;
    if (kube_request(lab->client, "GET", path, NULL, NULL, NANOSECONDS_PER_SECOND, &answer, NULL) < 0)
        return 0;
    const cJSON *container = cJSON_GetArrayItem(json_get(answer.body, "containers"), 0);
    assert_int_equal(sscanf(json_text(json_get(answer.body, "window"), ""), "%lfs", &seconds), 1);
    *nanocores = strtoll(json_text(json_get(container, "usage", "cpu"), ""), NULL, 10);
    return (int64_t)(seconds * 1000);
}

static void test_metrics(void **state)
{
    const struct lab *lab = *state;
    int64_t nanocores = 0, window = 0;
    create(lab, "busy",
           "\"terminationGracePeriodSeconds\":1,\"containers\":[{" WEBAPP
           ",\"args\":[\"--boot\",\"60s\",\"--boot-cpu\",\"200m\"]}]");
    /* A scrape is each 3 s at this pace; two of them are there after at most 6 s, and metrics-server needs a moment. */
    assert_true(test_wait_until((window = read_metrics(lab, "busy", &nanocores)) > 0, 60));
    assert_true(window >= 1900 && window < 10000);
    assert_true(nanocores > 20000000 && nanocores < 300000000);
    delete_pod(lab, "busy");
}

static bool says_unavailable(const struct lab *lab, const char *resource)
{
    AUTO_KUBE_ANSWER struct kube_answer answer = {0};
    AUTO_FREE char *path = memory_format("/apis/metrics.k8s.io/v1beta1/%s", resource);
    AUTO_FREE char *message =
        memory_format("the server is currently unable to handle the request (get %s.metrics.k8s.io)", resource);
    return kube_get_once(lab->client, path, DEADLINE, NULL, &answer, NULL) < 0 && answer.code == 503 &&
           strcmp(json_text(json_get(answer.body, "message"), ""), message) == 0;
}

static void test_metrics_without_their_server(void **state)
{
    const struct lab *lab = *state;
    const char *server = "/apis/apps/v1/namespaces/kube-system/deployments/metrics-server";
    assert_int_equal(kube_request(lab->client, "PATCH", server, "application/merge-patch+json", "{\"spec\":{\"replicas\":0}}",
                                  DEADLINE, NULL, NULL),
                     0);
    assert_true(test_wait_until(says_unavailable(lab, "pods") && says_unavailable(lab, "nodes"), 60));
}

static void test_node(void **state)
{
    const struct lab *lab = *state;
    AUTO_KUBE_ANSWER struct kube_answer answer = {0};
    assert_int_equal(kube_request(lab->client, "GET", "/api/v1/nodes/lab", NULL, NULL, DEADLINE, &answer, NULL), 0);
    assert_string_equal(json_text(json_get(answer.body, "status", "capacity", "cpu"), ""), "16");
    assert_string_equal(json_text(json_get(answer.body, "status", "allocatable", "pods"), ""), "110");
    assert_true(strncmp(json_text(json_get(answer.body, "status", "nodeInfo", "kubeletVersion"), ""), "v1.36.", 6) == 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_node),
        cmocka_unit_test(test_environment),
        cmocka_unit_test(test_process_is_on_its_own),
        cmocka_unit_test(test_a_watcher_sees_each_step),
        cmocka_unit_test(test_readiness_waits_for_the_probe),
        cmocka_unit_test(test_liveness_restarts),
        cmocka_unit_test(test_pre_stop_and_grace),
        cmocka_unit_test(test_back_off),
        cmocka_unit_test(test_missing_program_and_image),
        cmocka_unit_test(test_commands_and_sidecar),
        cmocka_unit_test(test_loaded_image),
        cmocka_unit_test(test_log_is_followed_to_the_end_of_its_instance),
        cmocka_unit_test(test_config_error_heals),
        cmocka_unit_test(test_init_containers),
        cmocka_unit_test(test_log),
        cmocka_unit_test(test_memory_limit),
        cmocka_unit_test(test_cpu_limit),
        cmocka_unit_test(test_force_deletion),
        cmocka_unit_test(test_startup_probe_holds_the_others),
        cmocka_unit_test(test_probe_has_a_deadline),
        cmocka_unit_test(test_metrics),
        cmocka_unit_test(test_metrics_without_their_server),
    };
    return cmocka_run_group_tests(tests, lab_start, lab_end);
}
