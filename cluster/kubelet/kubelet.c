#include "cluster/kubelet/kubelet.h"

#include <curl/curl.h>
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/sysinfo.h>
#include <unistd.h>

#include "cluster/api/writer.h"
#include "cluster/kubelet/pod.h"
#include "common/clock.h"
#include "common/log.h"
#include "common/remove_folder.h"

/* At kubelet_stop: between SIGTERM and SIGKILL, and how long ends are awaited after that. */
#define STOP_GRACE (2 * NANOSECONDS_PER_SECOND)
#define STOP_PATIENCE (3 * NANOSECONDS_PER_SECOND)

static struct pod *find_pod(const struct kubelet *kubelet, const char *uid)
{
    for (struct pod *pod = kubelet->pods; pod != NULL; pod = pod->next_pod)
        if (strcmp(pod->uid, uid) == 0)
            return pod;
    return NULL;
}

static const struct node *node_of(const struct kubelet *kubelet, const struct object *object)
{
    return node_find(kubelet, json_text(json_get(object_tree(object), "spec", "nodeName"), ""));
}

static bool is_finished(const struct object *object)
{
    const char *phase = json_text(json_get(object_tree(object), "status", "phase"), "");
    return strcmp(phase, "Succeeded") == 0 || strcmp(phase, "Failed") == 0;
}

static void take_object(struct kubelet *kubelet, struct object *object, int64_t now)
{
    struct pod *pod = find_pod(kubelet, object_uid(object));
    const bool deleted = json_get(object_tree(object), "metadata", "deletionTimestamp") != NULL;
    if (pod == NULL) {
        /* One that is over already has no work here but its deletion. */
        if (node_of(kubelet, object) == NULL || (is_finished(object) && !deleted))
            return;
        pod = pod_create(kubelet, node_of(kubelet, object), object, clock_wall());
        pod->next_pod = kubelet->pods;
        kubelet->pods = pod;
    }
    pod_take(pod, object, now);
}

/* The object is gone: what still runs is killed at once. */
static void forget_object(struct kubelet *kubelet, const char *uid, int64_t now)
{
    struct pod *pod = find_pod(kubelet, uid);
    if (pod == NULL)
        return;
    pod->gone = true;
    pod_end(pod, 0, NULL, now);
}

static bool list_holds(const struct object_list *list, const char *uid)
{
    for (size_t i = 0; i < list->count; i++)
        if (strcmp(object_uid(list->objects[i]), uid) == 0)
            return true;
    return false;
}

/* Starts over from a list: at the start, and when the watch fell behind the history. */
static int relist(struct kubelet *kubelet, struct error *error)
{
    const int64_t now = clock_monotonic();
    for (int try = 0; try < 10; try++) {
        AUTO_OBJECT_LIST struct object_list list = {0};
        store_list(kubelet->store, RESOURCE_PODS, NULL, &list);
        kubelet->watch = store_watch_open(kubelet->store, RESOURCE_PODS, NULL, list.version);
        if (kubelet->watch == NULL)
            continue;
        for (size_t i = 0; i < list.count; i++)
            take_object(kubelet, list.objects[i], now);
        for (struct pod *pod = kubelet->pods; pod != NULL; pod = pod->next_pod)
            if (!list_holds(&list, pod->uid))
                forget_object(kubelet, pod->uid, now);
        return event_loop_add(kubelet->loop, store_watch_descriptor(kubelet->watch), EPOLLIN, &kubelet->watch_watcher);
    }
    return error_set(error, "cannot watch the pods");
}

static void watch_ready(struct watcher *watcher, uint32_t events)
{
    (void)events;
    struct kubelet *kubelet = CONTAINER_OF(watcher, struct kubelet, watch_watcher);
    struct watch_event event;
    int outcome;
    while ((outcome = store_watch_next(kubelet->watch, &event)) > 0) {
        if (event.type == WATCH_DELETED)
            forget_object(kubelet, object_uid(event.object), clock_monotonic());
        else
            take_object(kubelet, event.object, clock_monotonic());
        watch_event_release(&event);
    }
    if (outcome == 0)
        return;
    struct error error = ERROR_NONE;
    event_loop_remove(kubelet->loop, store_watch_descriptor(kubelet->watch));
    store_watch_close(kubelet->watch);
    kubelet->watch = NULL;
    if (relist(kubelet, &error) < 0)
        log_error("kubelet", "%s", error.text);
}

static void stop_asked(struct watcher *watcher, uint32_t events)
{
    (void)events;
    struct kubelet *kubelet = CONTAINER_OF(watcher, struct kubelet, stop_watcher);
    event_loop_remove(kubelet->loop, kubelet->stop_event);
    kubelet->stopping = true;
}

static void remove_finished(struct kubelet *kubelet)
{
    struct pod **link = &kubelet->pods;
    while (*link != NULL) {
        struct pod *pod = *link;
        if (pod->gone && !pod_has_running(pod)) {
            *link = pod->next_pod;
            pod_destroy(pod);
        } else {
            link = &pod->next_pod;
        }
    }
}

static void step_all(struct kubelet *kubelet)
{
    const int64_t now = clock_monotonic();
    transfers_step(kubelet->transfers, now);
    for (struct pod *pod = kubelet->pods; pod != NULL; pod = pod->next_pod)
        if (pod->next <= now)
            pod_step(pod, now);
    remove_finished(kubelet);
    if (now >= kubelet->next_heartbeat && !kubelet->stopping) {
        nodes_heartbeat(kubelet);
        kubelet->next_heartbeat = now + kubelet->options.periods.node_status_update_frequency;
    }
}

static int64_t next_moment(const struct kubelet *kubelet)
{
    int64_t next = kubelet->stopping ? MOMENT_NEVER : kubelet->next_heartbeat;
    const int64_t transfers = transfers_next(kubelet->transfers);
    next = transfers < next ? transfers : next;
    for (const struct pod *pod = kubelet->pods; pod != NULL; pod = pod->next_pod)
        next = pod->next < next ? pod->next : next;
    return next;
}

static bool anything_runs(const struct kubelet *kubelet)
{
    for (const struct pod *pod = kubelet->pods; pod != NULL; pod = pod->next_pod)
        if (pod_has_running(pod))
            return true;
    return false;
}

static void turn(struct kubelet *kubelet, int64_t deadline)
{
    pthread_mutex_lock(&kubelet->lock);
    const int64_t next = next_moment(kubelet);
    pthread_mutex_unlock(&kubelet->lock);
    event_loop_wait(kubelet->loop, next < deadline ? next : deadline);
    pthread_mutex_lock(&kubelet->lock);
    event_loop_run(kubelet->loop);
    step_all(kubelet);
    pthread_mutex_unlock(&kubelet->lock);
}

static void end_all(struct kubelet *kubelet, int64_t grace, int64_t patience)
{
    pthread_mutex_lock(&kubelet->lock);
    const int64_t now = clock_monotonic();
    for (struct pod *pod = kubelet->pods; pod != NULL; pod = pod->next_pod)
        pod_end(pod, grace, NULL, now);
    pthread_mutex_unlock(&kubelet->lock);
    const int64_t deadline = now + patience;
    while (anything_runs(kubelet) && clock_monotonic() < deadline)
        turn(kubelet, deadline);
}

static void *run(void *context)
{
    struct kubelet *kubelet = context;
    prctl(PR_SET_NAME, "kubelet");
    writer_set("kubelet", false);
    while (!kubelet->stopping)
        turn(kubelet, MOMENT_NEVER);
    end_all(kubelet, STOP_GRACE, STOP_GRACE);
    end_all(kubelet, 0, STOP_PATIENCE);
    pthread_mutex_lock(&kubelet->lock);
    while (kubelet->pods != NULL) {
        struct pod *pod = kubelet->pods;
        kubelet->pods = pod->next_pod;
        pod_destroy(pod);
    }
    pthread_mutex_unlock(&kubelet->lock);
    return NULL;
}

static void measure_machine(struct kubelet *kubelet)
{
    struct sysinfo about;
    struct rlimit files;
    kubelet->open_files = getrlimit(RLIMIT_NOFILE, &files) == 0 ? files.rlim_cur : RLIM_INFINITY;
    kubelet->processors = (int)sysconf(_SC_NPROCESSORS_ONLN);
    kubelet->cpu_millicores = kubelet->options.cpu_millicores > 0 ? kubelet->options.cpu_millicores : kubelet->processors * 1000L;
    kubelet->memory_bytes = kubelet->options.memory_bytes;
    if (kubelet->memory_bytes <= 0 && sysinfo(&about) == 0)
        kubelet->memory_bytes = (int64_t)about.totalram * about.mem_unit;
}

static int make_folders(const struct kubelet *kubelet, struct error *error)
{
    AUTO_FREE char *pods = memory_format("%s/pods", kubelet->options.root_folder);
    if ((mkdir(kubelet->options.root_folder, 0700) < 0 && errno != EEXIST) || (mkdir(pods, 0700) < 0 && errno != EEXIST))
        return error_set(error, "cannot make the folder %s: %s", pods, strerror(errno));
    return 0;
}

static int prepare(struct kubelet *kubelet, struct error *error)
{
    if (make_folders(kubelet, error) < 0)
        return -1;
    /* Processes that lose their parent become children of this process, where their container finds them. */
    prctl(PR_SET_CHILD_SUBREAPER, 1);
    kubelet->loop = event_loop_create(error);
    if (kubelet->loop == NULL)
        return -1;
    kubelet->transfers = transfers_create(kubelet->loop, error);
    kubelet->stop_event = eventfd(0, EFD_CLOEXEC);
    if (kubelet->transfers == NULL || kubelet->stop_event < 0)
        return -1;
    if (event_loop_add(kubelet->loop, kubelet->stop_event, EPOLLIN, &kubelet->stop_watcher) < 0)
        return error_set(error, "cannot wait for the kubelet's stop");
    return nodes_register(kubelet, error) < 0 ? -1 : relist(kubelet, error);
}

static void destroy(struct kubelet *kubelet)
{
    if (kubelet->watch != NULL)
        store_watch_close(kubelet->watch);
    while (kubelet->pods != NULL) {
        struct pod *pod = kubelet->pods;
        kubelet->pods = pod->next_pod;
        pod_destroy(pod);
    }
    transfers_destroy(kubelet->transfers);
    event_loop_destroy(kubelet->loop);
    memory_close_descriptor(&kubelet->stop_event);
    process_family_release(&kubelet->family);
    nodes_release(kubelet);
    pthread_mutex_destroy(&kubelet->lock);
    memory_free_pointer(&kubelet->options.node_name);
    memory_free_pointer(&kubelet->options.program_folder);
    memory_free_pointer(&kubelet->options.image_folder);
    memory_free_pointer(&kubelet->options.root_folder);
    free(kubelet);
}

struct kubelet *kubelet_start(const struct kubelet_options *options, struct error *error)
{
    struct kubelet *kubelet = memory_allocate(1, sizeof *kubelet);
    kubelet->options = *options;
    kubelet->options.node_name = memory_copy_text(options->node_name);
    /* Programs are started from their pods' folders. */
    char *programs = realpath(options->program_folder, NULL);
    kubelet->options.program_folder = programs != NULL ? programs : memory_copy_text(options->program_folder);
    char *images = options->image_folder != NULL ? realpath(options->image_folder, NULL) : NULL;
    kubelet->options.image_folder = images != NULL ? images : memory_copy_text(options->image_folder);
    kubelet->options.root_folder = memory_copy_text(options->root_folder);
    kubelet->store = registry_store(options->registry);
    kubelet->stop_event = -1;
    kubelet->watch_watcher.ready = watch_ready;
    kubelet->stop_watcher.ready = stop_asked;
    pthread_mutex_init(&kubelet->lock, NULL);
    measure_machine(kubelet);
    curl_global_init(CURL_GLOBAL_DEFAULT);
    kubelet->next_heartbeat = clock_monotonic() + options->periods.node_status_update_frequency;
    if (prepare(kubelet, error) < 0) {
        destroy(kubelet);
        return NULL;
    }
    const int failure = pthread_create(&kubelet->thread, NULL, run, kubelet);
    if (failure != 0) {
        error_set(error, "cannot start the kubelet's thread: %s", strerror(failure));
        destroy(kubelet);
        return NULL;
    }
    return kubelet;
}

void kubelet_stop(struct kubelet *kubelet)
{
    struct error error = ERROR_NONE;
    const uint64_t one = 1;
    const ssize_t ignored = write(kubelet->stop_event, &one, sizeof one);
    (void)ignored;
    pthread_join(kubelet->thread, NULL);
    AUTO_FREE char *pods = memory_format("%s/pods", kubelet->options.root_folder);
    if (remove_folder(pods, &error) < 0)
        log_warning("kubelet", "%s", error.text);
    rmdir(kubelet->options.root_folder); /* stays when others keep something in it */
    destroy(kubelet);
}
