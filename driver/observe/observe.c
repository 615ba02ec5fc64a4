#include "driver/observe/observe.h"

#include <ctype.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "common/clock.h"
#include "common/memory.h"
#include "driver/observe/observer.h"

static const struct observed collections[COLLECTION_COUNT] = {
    {"horizontalpodautoscalers", "/apis/autoscaling/v2"},
    {"pods", "/api/v1"},
    {"endpointslices", "/apis/discovery.k8s.io/v1"},
    {"events", "/api/v1"},
    {"deployments", "/apis/apps/v1"},
    {"replicasets", "/apis/apps/v1"},
    {"statefulsets", "/apis/apps/v1"},
    {"jobs", "/apis/batch/v1"},
    {"cronjobs", "/apis/batch/v1"},
};

const struct observed *observe_collection(size_t index)
{
    return index < COLLECTION_COUNT ? &collections[index] : NULL;
}

void observer_report(struct observer *observer, struct change change)
{
    const struct observe_options *options = &observer->options;
    change.arrival = options->now != NULL ? options->now(options->context) : clock_monotonic();
    (void)pthread_mutex_lock(&observer->mutex);
    /* Threads that arrive together may get the mutex in the other order. */
    if (change.arrival < observer->last_arrival)
        change.arrival = observer->last_arrival;
    observer->last_arrival = change.arrival;
    if (!atomic_load(&observer->stop))
        observer->options.change(observer->options.context, &change);
    (void)pthread_mutex_unlock(&observer->mutex);
}

static void report_object(struct follower *follower, enum change_type type, const cJSON *object)
{
    observer_report(follower->observer, (struct change){.type = type,
                                                        .resource = follower->collection->resource,
                                                        .name = json_text(json_get(object, "metadata", "name"), ""),
                                                        .object = object});
}

static void report_gone(void *context, const cJSON *object)
{
    report_object(context, CHANGE_DELETED, object);
}

static cJSON *copy_without_managed_fields(const cJSON *object)
{
    cJSON *copy = json_copy(object);
    cJSON *metadata = json_get(copy, "metadata");
    if (metadata != NULL)
        json_remove(metadata, "managedFields");
    return copy;
}

static void handle_object(struct follower *follower, enum change_type type, const cJSON *object)
{
    cJSON *copy = copy_without_managed_fields(object);
    if (type == CHANGE_DELETED) {
        report_object(follower, type, copy);
        known_remove(&follower->known, json_text(json_get(copy, "metadata", "name"), ""));
        cJSON_Delete(copy);
        return;
    }
    AUTO_JSON cJSON *former = known_put(&follower->known, copy);
    if (former != NULL)
        report_object(follower, CHANGE_DELETED, former);
    report_object(follower, type, copy);
}

/* Notes where a follower stands, for observe_start. */
static void set_state(struct follower *follower, bool listed, bool ended, const char *trouble)
{
    struct observer *observer = follower->observer;
    (void)pthread_mutex_lock(&observer->mutex);
    follower->listed = follower->listed || listed;
    follower->ended = ended;
    (void)error_set(&follower->trouble, "%s", trouble);
    (void)pthread_cond_broadcast(&observer->changed);
    (void)pthread_mutex_unlock(&observer->mutex);
}

static void handle_gap(struct follower *follower, const char *text)
{
    follower->in_gap = true;
    known_begin_list(&follower->known);
    observer_report(follower->observer,
                    (struct change){.type = CHANGE_GAP, .resource = follower->collection->resource, .name = "", .text = text});
}

static void handle_end_of_gap(struct follower *follower)
{
    if (follower->in_gap)
        observer_report(follower->observer,
                        (struct change){.type = CHANGE_RESUMED, .resource = follower->collection->resource, .name = ""});
    follower->in_gap = false;
}

static void handle_event(enum kube_event_type type, const cJSON *object, const char *text, void *context)
{
    struct follower *follower = context;
    switch (type) {
    case KUBE_LISTED:
        handle_object(follower, CHANGE_LISTED, object);
        break;
    case KUBE_ADDED:
        handle_object(follower, CHANGE_ADDED, object);
        break;
    case KUBE_MODIFIED:
        handle_object(follower, CHANGE_MODIFIED, object);
        break;
    case KUBE_DELETED:
        handle_object(follower, CHANGE_DELETED, object);
        break;
    case KUBE_RESUMED:
        handle_end_of_gap(follower);
        set_state(follower, false, false, "");
        break;
    case KUBE_LISTED_ALL:
        known_end_list(&follower->known, report_gone, follower);
        handle_end_of_gap(follower);
        set_state(follower, true, false, "");
        break;
    case KUBE_GAP:
        handle_gap(follower, text);
        set_state(follower, false, false, text);
        break;
    }
}

static void *follow(void *context)
{
    struct follower *follower = context;
    struct observer *observer = follower->observer;
    struct error error = ERROR_NONE;
    if (kube_follow(observer->options.client, follower->path, NULL, handle_event, follower, &observer->stop, &error) < 0) {
        handle_gap(follower, error.text);
        set_state(follower, false, true, error.text);
    }
    return NULL;
}

void observer_wait_until(struct observer *observer, int64_t until)
{
    const struct timespec time = {.tv_sec = until / NANOSECONDS_PER_SECOND, .tv_nsec = until % NANOSECONDS_PER_SECOND};
    (void)pthread_cond_timedwait(&observer->changed, &observer->mutex, &time);
}

/* With the mutex held: 1 = everything is listed, 0 = not yet, -1 = something never will be. */
static int progress(const struct observer *observer, struct error *error)
{
    size_t listed = 0;
    for (size_t i = 0; i < COLLECTION_COUNT; i++) {
        const struct follower *follower = &observer->followers[i];
        if (follower->ended && !follower->listed)
            return error_set(error, "%s", follower->trouble.text);
        listed += follower->listed ? 1 : 0;
    }
    return listed == COLLECTION_COUNT ? 1 : 0;
}

static int explain_timeout(const struct observer *observer, struct error *error)
{
    for (size_t i = 0; i < COLLECTION_COUNT; i++) {
        const struct follower *follower = &observer->followers[i];
        const char *trouble = follower->trouble.text;
        if (!follower->listed)
            return error_set(error, "%s could not be listed in time%s%s", follower->collection->resource,
                             trouble[0] != '\0' ? ": " : "", trouble);
    }
    return error_set(error, "the cluster could not be observed in time");
}

static int wait_for_lists(struct observer *observer, int64_t until, struct error *error)
{
    int result = 0;
    (void)pthread_mutex_lock(&observer->mutex);
    while ((result = progress(observer, error)) == 0 && clock_monotonic() < until)
        observer_wait_until(observer, until);
    if (result == 0)
        result = explain_timeout(observer, error);
    (void)pthread_mutex_unlock(&observer->mutex);
    return result < 0 ? -1 : 0;
}

static int start_threads(struct observer *observer, struct error *error)
{
    for (size_t i = 0; i < COLLECTION_COUNT; i++) {
        int code = pthread_create(&observer->followers[i].thread, NULL, follow, &observer->followers[i]);
        if (code != 0)
            return error_set(error, "cannot start a thread: %s", strerror(code));
        observer->started++;
    }
    int code = pthread_create(&observer->poller, NULL, observer_poll_metrics, observer);
    if (code != 0)
        return error_set(error, "cannot start a thread: %s", strerror(code));
    observer->polling = true;
    return 0;
}

static struct observer *create(const struct observe_options *options)
{
    struct observer *observer = memory_allocate(1, sizeof *observer);
    observer->options = *options;
    if (observer->options.metrics_interval <= 0)
        observer->options.metrics_interval = NANOSECONDS_PER_SECOND;
    observer->metrics_path = memory_format("/apis/metrics.k8s.io/v1beta1/namespaces/%s/pods", options->namespace);
    (void)pthread_mutex_init(&observer->mutex, NULL);
    pthread_condattr_t attributes;
    (void)pthread_condattr_init(&attributes);
    (void)pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    (void)pthread_cond_init(&observer->changed, &attributes);
    (void)pthread_condattr_destroy(&attributes);
    for (size_t i = 0; i < COLLECTION_COUNT; i++) {
        struct follower *follower = &observer->followers[i];
        follower->observer = observer;
        follower->collection = &collections[i];
        follower->path = memory_format("%s/namespaces/%s/%s", collections[i].root, options->namespace, collections[i].resource);
    }
    return observer;
}

static bool is_namespace(const char *name)
{
    for (const char *at = name; *at != '\0'; at++) {
        if (!islower((unsigned char)*at) && !isdigit((unsigned char)*at) && *at != '-')
            return false;
    }
    return name[0] != '\0';
}

struct observer *observe_start(const struct observe_options *options, int64_t deadline, struct error *error)
{
    int64_t until = clock_monotonic() + deadline;
    if (!is_namespace(options->namespace)) {
        (void)error_set(error, "\"%.80s\" is no name of a namespace", options->namespace);
        return NULL;
    }
    struct observer *observer = create(options);
    if (start_threads(observer, error) < 0 || wait_for_lists(observer, until, error) < 0) {
        observe_stop(observer);
        return NULL;
    }
    return observer;
}

void observe_stop(struct observer *observer)
{
    if (observer == NULL)
        return;
    (void)pthread_mutex_lock(&observer->mutex);
    atomic_store(&observer->stop, true);
    (void)pthread_cond_broadcast(&observer->changed);
    (void)pthread_mutex_unlock(&observer->mutex);
    for (size_t i = 0; i < observer->started; i++)
        (void)pthread_join(observer->followers[i].thread, NULL);
    if (observer->polling)
        (void)pthread_join(observer->poller, NULL);
    for (size_t i = 0; i < COLLECTION_COUNT; i++) {
        known_release(&observer->followers[i].known);
        free(observer->followers[i].path);
    }
    (void)pthread_cond_destroy(&observer->changed);
    (void)pthread_mutex_destroy(&observer->mutex);
    free(observer->metrics_path);
    free(observer);
}
