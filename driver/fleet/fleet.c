#include "driver/fleet/fleet_state.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/clock.h"
#include "common/memory.h"
#include "common/random.h"
#include "driver/fleet/objects.h"

#define REQUEST_DEADLINE (20 * NANOSECONDS_PER_SECOND)
#define HOPELESS_AFTER (5 * NANOSECONDS_PER_SECOND) /* others may be on their way out, a new namespace not furnished yet */
#define NOT_CREATED "FailedCreate:"
#define MERGE_PATCH "application/merge-patch+json"

static char *collection_path(const struct fleet_options *options)
{
    bool is_job = options->spec->kind == FLEET_JOB;
    return memory_format("/apis/%s/namespaces/%s/%s", is_job ? "batch/v1" : "apps/v1", options->namespace,
                         is_job ? "jobs" : "deployments");
}

static int create_object(const struct fleet *fleet, const char *path, const cJSON *object, struct kube_answer *answer,
                         struct error *error)
{
    AUTO_FREE char *body = json_print(object);
    int result = kube_request(fleet->options.client, "POST", path, "application/json", body, REQUEST_DEADLINE, answer, error);
    explicit_bzero(body, strlen(body));
    return result < 0 ? error_context(error, "%s \"%s\"", json_text(json_get(object, "kind"), ""), fleet->name) : 0;
}

/* The owner first, which waits; then what it owns; then it may begin. */
int fleet_launch(struct fleet *fleet, struct error *error)
{
    const struct fleet_options *options = &fleet->options;
    const struct fleet_identity identity = {
        .run = options->run, .fleet = fleet->id, .lesson = options->lesson, .name = fleet->name, .deadline = options->deadline};
    AUTO_FREE char *collection = collection_path(options);
    AUTO_FREE char *secrets = memory_format("/api/v1/namespaces/%s/secrets", options->namespace);
    AUTO_JSON cJSON *workload = objects_workload(&identity, options->spec);
    AUTO_KUBE_ANSWER struct kube_answer owner = {0};
    if (create_object(fleet, collection, workload, &owner, error) < 0)
        return -1;
    fleet->path = memory_format("%s/%s", collection, fleet->name);
    AUTO_JSON cJSON *secret = objects_secret(&identity, owner.body, fleet->token);
    AUTO_JSON cJSON *release = objects_release(options->spec);
    AUTO_FREE char *patch = json_print(release);
    if (create_object(fleet, secrets, secret, NULL, error) < 0)
        return -1;
    return kube_request(options->client, "PATCH", fleet->path, MERGE_PATCH, patch, REQUEST_DEADLINE, NULL, error);
}

struct fleet *fleet_create(const struct fleet_options *options)
{
    struct fleet *fleet = memory_allocate(1, sizeof *fleet);
    fleet->options = *options;
    (void)random_hex((FLEET_ID_SIZE - 1) / 2, fleet->id);
    (void)random_hex(FLEET_TOKEN_BYTES, fleet->token);
    fleet->name =
        options->spec->kind == FLEET_JOB ? memory_format("generators-%s", fleet->id) : memory_copy_text(FLEET_DEPLOYMENT_NAME);
    fleet->control = (struct control){.client = options->client,
                                      .namespace = options->namespace,
                                      .port = options->spec->port,
                                      .token = fleet->token,
                                      .stop = NULL};
    (void)pthread_mutex_init(&fleet->lock, NULL);
    return fleet;
}

/* Pods that are in the midst of it are ended without grace: their results have been read, or are not wanted. */
void fleet_remove(struct fleet *fleet)
{
    if (fleet->path != NULL && !fleet->options.spec->keep_job)
        (void)kube_delete(fleet->options.client, fleet->path, 0, NULL);
    free(fleet->path);
    fleet->path = NULL;
}

void fleet_destroy(struct fleet *fleet)
{
    if (fleet == NULL)
        return;
    fleet_stop(fleet);
    fleet_remove(fleet);
    fleet_forget_plan(fleet);
    (void)pthread_mutex_destroy(&fleet->lock);
    explicit_bzero(fleet->token, sizeof fleet->token);
    free(fleet->seen);
    free(fleet->name);
    free(fleet->path);
    free(fleet);
}

static const struct seen_pod *find_index(const struct fleet *fleet, int index)
{
    for (size_t i = 0; i < fleet->seen_count; i++)
        if (fleet->seen[i].pod.index == index)
            return &fleet->seen[i];
    return NULL;
}

struct seen_pod *fleet_find_uid(const struct fleet *fleet, const char *uid)
{
    for (size_t i = 0; i < fleet->seen_count; i++)
        if (strcmp(fleet->seen[i].pod.uid, uid) == 0)
            return &fleet->seen[i];
    return NULL;
}

double fleet_share(const struct fleet_spec *spec, size_t index)
{
    double sum = 0;
    for (size_t i = 0; i < spec->weight_count; i++)
        sum += spec->weights[i];
    return spec->weight_count > 0 ? spec->weights[index] / sum : 1.0 / spec->parallelism;
}

/* With the lock held. */
static void see_pod(struct fleet *fleet, const struct change *change)
{
    struct generator_pod pod;
    if (strcmp(json_text(json_get(change->object, "metadata", "labels", FLEET_LABEL), ""), fleet->id) != 0)
        return;
    generator_pod_read(change->object, &pod);
    struct seen_pod *seen = fleet_find_uid(fleet, pod.uid);
    if (seen == NULL) {
        fleet->seen = memory_resize(fleet->seen, fleet->seen_count + 1, sizeof *fleet->seen);
        seen = &fleet->seen[fleet->seen_count++];
    }
    *seen = (struct seen_pod){.pod = pod, .gone = change->type == CHANGE_DELETED};
    if (seen->gone && pod.state != GENERATOR_POD_ENDED) {
        seen->pod.state = GENERATOR_POD_ENDED;
        (void)snprintf(seen->pod.reason, sizeof seen->pod.reason, "%s",
                       pod.state == GENERATOR_POD_LEAVING ? pod.reason : "its pod was deleted");
    }
}

/* With the lock held. Why no pods are made stands in events alone: quotas, admission. */
static void see_event(struct fleet *fleet, const cJSON *event)
{
    const char *name = json_text(json_get(event, "involvedObject", "name"), "");
    const char *kind = json_text(json_get(event, "involvedObject", "kind"), "");
    bool is_ours = strncmp(name, fleet->name, strlen(fleet->name)) == 0 && strcmp(kind, "Pod") != 0;
    if (is_ours && strcmp(json_text(json_get(event, "type"), ""), "Warning") == 0)
        (void)snprintf(fleet->warning, sizeof fleet->warning, "%.80s: %.300s", json_text(json_get(event, "reason"), ""),
                       json_text(json_get(event, "message"), ""));
}

void fleet_see(struct fleet *fleet, const struct change *change)
{
    if (change->object == NULL || change->type == CHANGE_SAMPLE)
        return;
    (void)pthread_mutex_lock(&fleet->lock);
    if (strcmp(change->resource, "pods") == 0)
        see_pod(fleet, change);
    else if (strcmp(change->resource, "events") == 0 && change->type != CHANGE_DELETED)
        see_event(fleet, change->object);
    (void)pthread_mutex_unlock(&fleet->lock);
}

const struct seen_pod *fleet_expected_pod(const struct fleet *fleet, size_t i)
{
    if (fleet->options.spec->kind == FLEET_JOB)
        return find_index(fleet, (int)i);
    for (size_t j = 0; j < fleet->seen_count; j++) {
        const struct seen_pod *seen = &fleet->seen[j];
        bool is_there = !seen->gone && seen->pod.state != GENERATOR_POD_LEAVING && seen->pod.state != GENERATOR_POD_ENDED;
        if (is_there && i-- == 0)
            return seen;
    }
    return NULL;
}

static int say_pod(const struct fleet *fleet, size_t i, struct error *error)
{
    const struct seen_pod *seen = fleet_expected_pod(fleet, i);
    if (seen == NULL)
        return error_set(error, "generator %zu of %d was not started: %s has made no pod%s%s", i + 1,
                         fleet->options.spec->parallelism, fleet->name, fleet->warning[0] != '\0' ? "; " : "", fleet->warning);
    return error_set(error, "generator %zu of %d (pod %s) is not there: %s", i + 1, fleet->options.spec->parallelism,
                     seen->pod.name, seen->pod.reason);
}

static bool has_lasted(int64_t *since)
{
    int64_t now = clock_monotonic();
    if (*since == 0)
        *since = now;
    return now - *since >= HOPELESS_AFTER;
}

/* With the lock held: whether waiting for the pod is in vain. */
static bool is_hopeless(struct fleet *fleet, const struct seen_pod *seen)
{
    if (seen == NULL)
        return strncmp(fleet->warning, NOT_CREATED, strlen(NOT_CREATED)) == 0 && has_lasted(&fleet->refused_since);
    if (seen->pod.state == GENERATOR_POD_WAITING || seen->pod.state == GENERATOR_POD_READY)
        return false;
    if (seen->pod.state != GENERATOR_POD_UNSCHEDULABLE)
        return fleet->options.spec->kind == FLEET_JOB || seen->pod.state == GENERATOR_POD_STUCK;
    return has_lasted(&fleet->unschedulable_since);
}

int fleet_is_ready(struct fleet *fleet, struct error *error)
{
    size_t wanted = (size_t)fleet->options.spec->parallelism;
    size_t ready = 0;
    int result = 0;
    (void)pthread_mutex_lock(&fleet->lock);
    for (size_t i = 0; i < wanted && result == 0; i++) {
        const struct seen_pod *seen = fleet_expected_pod(fleet, i);
        ready += seen != NULL && seen->pod.state == GENERATOR_POD_READY;
        if (is_hopeless(fleet, seen))
            result = say_pod(fleet, i, error);
    }
    (void)pthread_mutex_unlock(&fleet->lock);
    return result < 0 ? -1 : ready == wanted;
}

int fleet_say_missing(struct fleet *fleet, struct error *error)
{
    size_t wanted = (size_t)fleet->options.spec->parallelism;
    (void)pthread_mutex_lock(&fleet->lock);
    (void)error_set(error, "the generators are ready");
    for (size_t i = wanted; i-- > 0;) {
        const struct seen_pod *seen = fleet_expected_pod(fleet, i);
        if (seen == NULL || seen->pod.state != GENERATOR_POD_READY)
            (void)say_pod(fleet, i, error);
    }
    (void)pthread_mutex_unlock(&fleet->lock);
    return error_context(error, "not ready in time");
}

int fleet_pod_of(struct fleet *fleet, unsigned part, char *name, size_t size)
{
    (void)pthread_mutex_lock(&fleet->lock);
    bool is_known = part >= 1 && part <= fleet->member_count;
    if (is_known)
        (void)snprintf(name, size, "%s", fleet->members[part - 1].told.pod);
    (void)pthread_mutex_unlock(&fleet->lock);
    return is_known ? 0 : -1;
}
