/*
 * bench-cluster KUBECONFIG PID: an embedded cluster that runs already, PID its first process. How much it costs when
 * nothing happens, how fast pods come up, how soon a change is seen, how long a long list takes.
 */
#include <dirent.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "common/clock.h"
#include "common/file.h"
#include "common/memory.h"
#include "kube/kube.h"
#include "tests/bench/figure.h"

#define NAMESPACE "bench"
#define DEADLINE (20 * NANOSECONDS_PER_SECOND)
#define LONGEST_WAIT (90 * NANOSECONDS_PER_SECOND)
#define IDLE_PODS 10
#define IDLE_TIME (20 * NANOSECONDS_PER_SECOND)
#define MANY_PODS 100
#define CHANGES 300
#define OBJECTS 1000
#define LISTS 20
#define MOST_PROCESSES 4096

static const char pods[] = "/api/v1/namespaces/" NAMESPACE "/pods";
static const char maps[] = "/api/v1/namespaces/" NAMESPACE "/configmaps";
static const char deployments[] = "/apis/apps/v1/namespaces/" NAMESPACE "/deployments";

static _Noreturn void give_up(const char *what, const struct error *error)
{
    (void)fprintf(stderr, "bench-cluster: %s: %s\n", what, error->text);
    exit(1);
}

static void send(struct kube_client *client, const char *method, const char *path, const char *type, const char *body)
{
    struct error error = ERROR_NONE;
    if (kube_request(client, method, path, type, body, DEADLINE, NULL, &error) < 0)
        give_up(path, &error);
}

static void sleep_for(int64_t nanoseconds)
{
    clock_sleep_until(clock_monotonic() + nanoseconds);
}

/* ---- pods ---- */

static void create_deployment(struct kube_client *client, const char *name, int replicas)
{
    AUTO_FREE char *body = memory_format(
        "{\"apiVersion\":\"apps/v1\",\"kind\":\"Deployment\",\"metadata\":{\"name\":\"%s\"},\"spec\":{\"replicas\":%d,"
        "\"selector\":{\"matchLabels\":{\"app\":\"%s\"}},\"template\":{\"metadata\":{\"labels\":{\"app\":\"%s\"}},"
        "\"spec\":{\"terminationGracePeriodSeconds\":0,\"containers\":[{\"name\":\"webapp\",\"image\":\"hpalab:0.1.0\","
        "\"imagePullPolicy\":\"IfNotPresent\",\"command\":[\"webapp\"],\"ports\":[{\"name\":\"http\",\"containerPort\":8080}],"
        "\"env\":[{\"name\":\"WEBAPP_ADDRESS\",\"valueFrom\":{\"fieldRef\":{\"fieldPath\":\"status.podIP\"}}}],"
        "\"readinessProbe\":{\"httpGet\":{\"path\":\"/readyz\",\"port\":\"http\"},\"periodSeconds\":1}}]}}}}",
        name, replicas, name, name);
    send(client, "POST", deployments, "application/json", body);
}

static int ready_pods(struct kube_client *client, const char *name)
{
    AUTO_FREE char *path = memory_format("%s/%s", deployments, name);
    AUTO_KUBE_ANSWER struct kube_answer answer = {0};
    struct error error = ERROR_NONE;
    if (kube_request(client, "GET", path, NULL, NULL, DEADLINE, &answer, &error) < 0)
        give_up(path, &error);
    return (int)json_integer(json_get(answer.body, "status", "readyReplicas"), 0);
}

/* Seconds until the pods are ready; LONGEST_WAIT ends the bench. */
static double wait_ready(struct kube_client *client, const char *name, int wanted, int64_t start)
{
    while (ready_pods(client, name) < wanted) {
        if (clock_monotonic() - start > LONGEST_WAIT) {
            struct error error = ERROR_NONE;
            (void)error_set(&error, "%d of %d pods are ready", ready_pods(client, name), wanted);
            give_up(name, &error);
        }
        sleep_for(50 * NANOSECONDS_PER_MILLISECOND);
    }
    return (double)(clock_monotonic() - start) / 1e9;
}

static void remove_deployment(struct kube_client *client, const char *name)
{
    AUTO_FREE char *path = memory_format("%s/%s", deployments, name);
    struct error error = ERROR_NONE;
    int64_t deadline = clock_monotonic() + LONGEST_WAIT;
    if (kube_delete(client, path, -1, &error) < 0)
        give_up(path, &error);
    AUTO_FREE char *list = memory_format("%s?labelSelector=app%%3D%s", pods, name);
    for (size_t left = 1; left > 0 && clock_monotonic() < deadline; sleep_for(100 * NANOSECONDS_PER_MILLISECOND)) {
        AUTO_KUBE_ANSWER struct kube_answer answer = {0};
        if (kube_request(client, "GET", list, NULL, NULL, DEADLINE, &answer, &error) < 0)
            give_up(list, &error);
        left = (size_t)cJSON_GetArraySize(json_get(answer.body, "items"));
    }
}

/* ---- CPU of a tree of processes ---- */

struct process {
    pid_t pid, parent;
    bool below;
    int64_t cpu;
};

static pid_t parent_of(const char *pid)
{
    AUTO_FREE char *path = memory_format("/proc/%s/stat", pid);
    AUTO_FREE char *text = file_read(path, 4096, NULL, NULL);
    const char *behind = text != NULL ? strrchr(text, ')') : NULL;
    return behind != NULL && strlen(behind) > 4 ? (pid_t)strtol(behind + 4, NULL, 10) : 0;
}

static int64_t cpu_of(pid_t pid)
{
    clockid_t clock;
    struct timespec time;
    if (clock_getcpuclockid(pid, &clock) != 0 || clock_gettime(clock, &time) != 0)
        return 0;
    return (int64_t)time.tv_sec * NANOSECONDS_PER_SECOND + time.tv_nsec;
}

/* CPU nanoseconds of the processes that live now below root, and of root. */
static int64_t cpu_of_tree(pid_t root)
{
    static struct process processes[MOST_PROCESSES];
    size_t count = 0;
    DIR *folder = opendir("/proc");
    if (folder == NULL)
        return 0;
    const struct dirent *entry = NULL;
    while ((entry = readdir(folder)) != NULL && count < MOST_PROCESSES) {
        pid_t pid = (pid_t)strtol(entry->d_name, NULL, 10);
        if (pid > 0)
            processes[count++] = (struct process){.pid = pid, .parent = parent_of(entry->d_name), .below = pid == root};
    }
    (void)closedir(folder);
    for (bool more = true; more;) {
        more = false;
        for (size_t i = 0; i < count; i++)
            for (size_t j = 0; j < count && !processes[i].below; j++)
                if (processes[j].below && processes[j].pid == processes[i].parent)
                    more = processes[i].below = true;
    }
    int64_t total = 0;
    for (size_t i = 0; i < count; i++)
        total += processes[i].below ? cpu_of(processes[i].pid) : 0;
    return total;
}

static void bench_idle(struct kube_client *client, pid_t root)
{
    create_deployment(client, "idle", IDLE_PODS);
    (void)wait_ready(client, "idle", IDLE_PODS, clock_monotonic());
    sleep_for(5 * NANOSECONDS_PER_SECOND);
    int64_t before = cpu_of_tree(root);
    int64_t start = clock_monotonic();
    sleep_for(IDLE_TIME);
    double share = (double)(cpu_of_tree(root) - before) / (double)(clock_monotonic() - start);
    figure("cluster: idle with 10 pods", share * 100, "% of a core", "< 2");
    remove_deployment(client, "idle");
}

static void bench_pods(struct kube_client *client)
{
    int64_t start = clock_monotonic();
    create_deployment(client, "many", MANY_PODS);
    figure("cluster: 100 pods created to Ready", wait_ready(client, "many", MANY_PODS, start), "s", "< 10");
    remove_deployment(client, "many");
}

/* ---- watch ---- */

struct watcher {
    struct kube_client *client;
    atomic_bool stop, listed;
    atomic_int seen;               /* number of the latest change that came */
    int64_t arrivals[CHANGES + 1]; /* written before seen */
};

static void on_event(enum kube_event_type type, const cJSON *object, const char *text, void *context)
{
    (void)text;
    struct watcher *watcher = context;
    int64_t now = clock_monotonic();
    if (type == KUBE_LISTED_ALL)
        atomic_store(&watcher->listed, true);
    int number = atoi(json_text(json_get(object, "data", "number"), "0"));
    if (type != KUBE_MODIFIED || number < 1 || number > CHANGES)
        return;
    watcher->arrivals[number] = now;
    atomic_store(&watcher->seen, number);
}

static void *watch(void *context)
{
    struct watcher *watcher = context;
    struct error error = ERROR_NONE;
    if (kube_follow(watcher->client, maps, NULL, on_event, watcher, &watcher->stop, &error) < 0)
        give_up("watch", &error);
    return NULL;
}

static int compare_numbers(const void *left, const void *right)
{
    double first = *(const double *)left;
    double second = *(const double *)right;
    return (first > second) - (first < second);
}

static void bench_watch(struct kube_client *client)
{
    static struct watcher watcher;
    static double latencies[CHANGES];
    pthread_t thread;
    watcher.client = client;
    send(client, "POST", maps, "application/json",
         "{\"apiVersion\":\"v1\",\"kind\":\"ConfigMap\",\"metadata\":{\"name\":\"changing\"},\"data\":{\"number\":\"0\"}}");
    if (pthread_create(&thread, NULL, watch, &watcher) != 0)
        abort();
    while (!atomic_load(&watcher.listed))
        sleep_for(10 * NANOSECONDS_PER_MILLISECOND);
    AUTO_FREE char *path = memory_format("%s/changing", maps);
    for (int number = 1; number <= CHANGES; number++) {
        AUTO_FREE char *patch = memory_format("{\"data\":{\"number\":\"%d\"}}", number);
        int64_t start = clock_monotonic();
        send(client, "PATCH", path, "application/merge-patch+json", patch);
        while (atomic_load(&watcher.seen) < number && clock_monotonic() - start < DEADLINE)
            sleep_for(NANOSECONDS_PER_MILLISECOND / 5);
        latencies[number - 1] = (double)(watcher.arrivals[number] - start) / 1e6;
    }
    atomic_store(&watcher.stop, true);
    (void)pthread_join(thread, NULL);
    qsort(latencies, CHANGES, sizeof latencies[0], compare_numbers);
    figure("cluster: request of a change to its watcher, p50", latencies[CHANGES / 2], "ms", "< 20");
    figure("cluster: request of a change to its watcher, p99", latencies[CHANGES * 99 / 100], "ms", "< 20");
}

/* ---- lists ---- */

static void bench_list(struct kube_client *client)
{
    for (int i = 0; i < OBJECTS; i++) {
        AUTO_FREE char *body = memory_format("{\"apiVersion\":\"v1\",\"kind\":\"ConfigMap\",\"metadata\":{\"name\":\"map-%d\"},"
                                             "\"data\":{\"key\":\"value\",\"number\":\"%d\"}}",
                                             i, -i);
        send(client, "POST", maps, "application/json", body);
    }
    double times[LISTS];
    for (int i = 0; i < LISTS; i++) {
        AUTO_KUBE_ANSWER struct kube_answer answer = {0};
        struct error error = ERROR_NONE;
        int64_t start = clock_monotonic();
        if (kube_request(client, "GET", maps, NULL, NULL, DEADLINE, &answer, &error) < 0)
            give_up(maps, &error);
        times[i] = (double)(clock_monotonic() - start) / 1e6;
        if (cJSON_GetArraySize(json_get(answer.body, "items")) < OBJECTS)
            abort();
    }
    qsort(times, LISTS, sizeof times[0], compare_numbers);
    figure("cluster: list of 1,000 configmaps", times[LISTS / 2], "ms", "< 50");
}

int main(int count, char **arguments)
{
    if (count != 3)
        return 2;
    struct error error = ERROR_NONE;
    struct kube_client *client = kube_open(arguments[1], NULL, &error);
    if (client == NULL)
        give_up(arguments[1], &error);
    kube_set_limit(client, 0);
    send(client, "POST", "/api/v1/namespaces", "application/json",
         "{\"apiVersion\":\"v1\",\"kind\":\"Namespace\",\"metadata\":{\"name\":\"" NAMESPACE "\"}}");
    bench_idle(client, (pid_t)atoi(arguments[2]));
    bench_pods(client);
    bench_watch(client);
    bench_list(client);
    kube_close(client);
    return 0;
}
