#include "driver/analyze/pods.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "common/clock.h"
#include "common/quantity.h"
#include "driver/analyze/array.h"
#include "driver/analyze/moment.h"
#include "driver/observe/workload.h"

void pods_release(struct pods *pods)
{
    for (size_t index = 0; index < pods->count; index++)
        free(pods->tracks[index].ready_steps);
    free(pods->tracks);
    free(pods->endpoints);
    pods->tracks = NULL;
    pods->endpoints = NULL;
    pods->count = pods->endpoint_count = 0;
}

/* Of all containers: cores of "cpu", bytes of "memory". */
static double total_request(const cJSON *pod, const char *resource)
{
    double total = 0;
    const cJSON *container;
    cJSON_ArrayForEach (container, json_get(pod, "spec", "containers")) {
        struct quantity request;
        const char *text = json_text(json_get(container, "resources", "requests", resource), NULL);
        if (text != NULL && quantity_parse(text, &request, NULL) == 0)
            total += quantity_double(request);
    }
    return total;
}

static bool has_readiness_probe(const cJSON *pod)
{
    const cJSON *container;
    cJSON_ArrayForEach (container, json_get(pod, "spec", "containers")) {
        if (json_get(container, "readinessProbe") != NULL)
            return true;
    }
    return false;
}

/* What had happened before the observer came is dated by the API's clock. */
static int64_t dated(const struct pods *pods, const struct change *change, int64_t time, const char *wall_text)
{
    int64_t wall;
    if (change->type != CHANGE_LISTED || wall_text == NULL || clock_parse(wall_text, &wall, NULL) < 0)
        return time;
    int64_t moment = wall - pods->started_wall;
    return moment < time ? moment : time;
}

static struct pod_track *track_pod(struct pods *pods, int64_t time, const struct change *change)
{
    const char *uid = json_text(json_get(change->object, "metadata", "uid"), change->name);
    for (size_t index = pods->count; index-- > 0;) {
        if (strcmp(pods->tracks[index].uid, uid) == 0)
            return &pods->tracks[index];
    }
    struct pod_track *pod = ARRAY_ADD(pods->tracks, pods->count);
    struct pod_figures *figures = &pod->figures;
    pod->uid = texts_keep(pods->texts, uid);
    const cJSON *controller = object_controller(change->object);
    pod->owner = texts_keep(pods->texts, json_text(json_get(controller, "name"), ""));
    pod->of_job = strcmp(json_text(json_get(controller, "kind"), ""), "Job") == 0;
    pod->cpu_request = total_request(change->object, "cpu");
    pod->memory_request = total_request(change->object, "memory");
    *figures = (struct pod_figures){.name = texts_keep(pods->texts, change->name),
                                    .has_probe = has_readiness_probe(change->object),
                                    .before = change->type == CHANGE_LISTED,
                                    .scheduled = FIGURES_NEVER,
                                    .pulled = FIGURES_NEVER,
                                    .initialised = FIGURES_NEVER,
                                    .started = FIGURES_NEVER,
                                    .ready = FIGURES_NEVER,
                                    .booted = FIGURES_NEVER,
                                    .first_sent = FIGURES_NEVER,
                                    .first_answer = FIGURES_NEVER,
                                    .warm = FIGURES_NEVER,
                                    .first_response = FIGURES_NEVER,
                                    .later_response = FIGURES_NEVER,
                                    .last_rate = NAN,
                                    .deleted = FIGURES_NEVER,
                                    .removed = FIGURES_NEVER,
                                    .last_connection = FIGURES_NEVER,
                                    .terminated = FIGURES_NEVER,
                                    .gone = FIGURES_NEVER};
    figures->created = dated(pods, change, time, json_text(json_get(change->object, "metadata", "creationTimestamp"), NULL));
    return pod;
}

static void see_ready(struct pod_track *pod, int64_t time, bool ready)
{
    if (pod->ready_count > 0 ? pod->ready_steps[pod->ready_count - 1].ready == ready : !ready)
        return;
    struct ready_step *step = ARRAY_ADD(pod->ready_steps, pod->ready_count);
    *step = (struct ready_step){.time = time, .ready = ready};
    if (ready)
        moment_first(&pod->figures.ready, time);
}

static void see_conditions(const struct pods *pods, struct pod_track *pod, int64_t time, const struct change *change)
{
    const cJSON *condition;
    cJSON_ArrayForEach (condition, json_get(change->object, "status", "conditions")) {
        const char *type = json_text(json_get(condition, "type"), "");
        bool yes = strcmp(json_text(json_get(condition, "status"), ""), "True") == 0;
        int64_t moment = dated(pods, change, time, json_text(json_get(condition, "lastTransitionTime"), NULL));
        if (yes && strcmp(type, "PodScheduled") == 0)
            moment_first(&pod->figures.scheduled, moment);
        else if (yes && strcmp(type, "Initialized") == 0)
            moment_first(&pod->figures.initialised, moment);
        else if (strcmp(type, "Ready") == 0)
            see_ready(pod, moment, yes);
    }
}

static void see_containers(const struct pods *pods, struct pod_track *pod, int64_t time, const struct change *change)
{
    int64_t restarts = 0;
    int containers = 0;
    int running = 0;
    int terminated = 0;
    int64_t started = FIGURES_NEVER;
    const cJSON *container;
    cJSON_ArrayForEach (container, json_get(change->object, "status", "containerStatuses")) {
        const cJSON *state = json_get(container, "state", "running");
        containers++;
        restarts += json_integer(json_get(container, "restartCount"), 0);
        running += state != NULL;
        terminated += json_get(container, "state", "terminated") != NULL;
        if (state != NULL)
            moment_last(&started, dated(pods, change, time, json_text(json_get(state, "startedAt"), NULL)));
    }
    if (restarts > pod->figures.restarts)
        pod->figures.restarts = restarts;
    if (containers > 0 && running == containers)
        moment_first(&pod->figures.started, started);
    if (containers > 0 && terminated == containers && moment_known(pod->figures.deleted))
        moment_first(&pod->figures.terminated, time);
}

void pods_see_pod(struct pods *pods, int64_t time, const struct change *change)
{
    if (change->object == NULL)
        return;
    struct pod_track *pod = track_pod(pods, time, change);
    if (change->type == CHANGE_DELETED) {
        moment_first(&pod->figures.deleted, time);
        moment_first(&pod->figures.gone, time);
        return;
    }
    if (json_get(change->object, "metadata", "deletionTimestamp") != NULL)
        moment_first(&pod->figures.deleted, time);
    see_conditions(pods, pod, time, change);
    see_containers(pods, pod, time, change);
}

static const struct endpoint_step *latest_endpoint(const struct pods *pods, const char *slice, const char *name, int64_t time)
{
    for (size_t index = pods->endpoint_count; index-- > 0;) {
        const struct endpoint_step *step = &pods->endpoints[index];
        if (step->time <= time && strcmp(step->pod, name) == 0 && (slice == NULL || step->slice == slice))
            return step;
    }
    return NULL;
}

static void add_endpoint(struct pods *pods, int64_t time, const char *slice, const char *name, bool ready, bool serving)
{
    const struct endpoint_step *before = latest_endpoint(pods, slice, name, time);
    if (before == NULL ? !ready && !serving : before->ready == ready && before->serving == serving)
        return;
    struct endpoint_step *step = ARRAY_ADD(pods->endpoints, pods->endpoint_count);
    *step = (struct endpoint_step){.time = time, .slice = slice, .pod = name, .ready = ready, .serving = serving};
}

static bool slice_names(const cJSON *object, const char *name)
{
    const cJSON *endpoint;
    cJSON_ArrayForEach (endpoint, json_get(object, "endpoints")) {
        if (strcmp(json_text(json_get(endpoint, "targetRef", "name"), ""), name) == 0)
            return true;
    }
    return false;
}

void pods_see_slice(struct pods *pods, int64_t time, const struct change *change)
{
    const cJSON *object = change->type == CHANGE_DELETED ? NULL : change->object;
    const char *slice = texts_keep(pods->texts, change->name);
    const cJSON *endpoint;
    cJSON_ArrayForEach (endpoint, json_get(object, "endpoints")) {
        if (strcmp(json_text(json_get(endpoint, "targetRef", "kind"), ""), "Pod") != 0)
            continue;
        const cJSON *conditions = json_get(endpoint, "conditions");
        bool ready = json_boolean(json_get(conditions, "ready"), true);
        add_endpoint(pods, time, slice, texts_keep(pods->texts, json_text(json_get(endpoint, "targetRef", "name"), "")), ready,
                     json_boolean(json_get(conditions, "serving"), ready));
    }
    for (size_t index = pods->endpoint_count; index-- > 0;) {
        const struct endpoint_step step = pods->endpoints[index];
        if (step.slice == slice && (step.ready || step.serving) && !slice_names(object, step.pod))
            add_endpoint(pods, time, slice, step.pod, false, false);
    }
}

static bool belongs(const struct pod_track *pod, const char *workload)
{
    return !pod->of_job && workload_has_owner(workload, pod->owner);
}

static int by_creation(const void *left, const void *right)
{
    const struct pod_figures *first = &((const struct pod_track *)left)->figures;
    const struct pod_figures *second = &((const struct pod_track *)right)->figures;
    if (first->created != second->created)
        return first->created < second->created ? -1 : 1;
    return strcmp(first->name, second->name);
}

static void find_removal(const struct pods *pods, struct pod_figures *pod)
{
    if (!moment_known(pod->deleted))
        return;
    const struct endpoint_step *at_deletion = latest_endpoint(pods, NULL, pod->name, pod->deleted);
    if (at_deletion != NULL && !at_deletion->ready && moment_passed(pod->ready, pod->deleted)) {
        /* The two watches may swap: the slice can be seen first. */
        pod->removed = pod->deleted;
        return;
    }
    for (size_t index = 0; index < pods->endpoint_count; index++) {
        const struct endpoint_step *step = &pods->endpoints[index];
        if (step->time >= pod->deleted && strcmp(step->pod, pod->name) == 0 && !step->ready)
            moment_first(&pod->removed, step->time);
    }
}

void pods_settle(struct pods *pods, const char *workload)
{
    size_t kept = 0;
    for (size_t index = 0; index < pods->count; index++) {
        if (belongs(&pods->tracks[index], workload))
            pods->tracks[kept++] = pods->tracks[index];
        else
            free(pods->tracks[index].ready_steps);
    }
    pods->count = kept;
    if (kept > 0)
        qsort(pods->tracks, kept, sizeof *pods->tracks, by_creation);
    for (size_t index = 0; index < kept; index++)
        find_removal(pods, &pods->tracks[index].figures);
}

struct pod_track *pods_find(const struct pods *pods, const char *name, int64_t time)
{
    struct pod_track *found = NULL;
    for (size_t index = 0; index < pods->count && *name != '\0'; index++) {
        struct pod_track *pod = &pods->tracks[index];
        if (strcmp(pod->figures.name, name) == 0 && (found == NULL || pod->figures.created <= time))
            found = pod;
    }
    return found;
}

bool pods_ready_at(const struct pod_track *pod, int64_t time)
{
    if (pod->figures.created > time || moment_passed(pod->figures.deleted, time))
        return false;
    bool ready = false;
    for (size_t index = 0; index < pod->ready_count && pod->ready_steps[index].time <= time; index++)
        ready = pod->ready_steps[index].ready;
    return ready;
}

bool pods_is_endpoint_at(const struct pods *pods, const char *name, int64_t time)
{
    const struct endpoint_step *step = latest_endpoint(pods, NULL, name, time);
    return step != NULL && step->ready;
}
