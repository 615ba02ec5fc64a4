#include "cluster/controllers/cron_job.h"

#include <stdlib.h>
#include <string.h>

#include "cluster/controllers/adoption.h"
#include "cluster/controllers/conditions.h"
#include "cluster/controllers/cron_clock.h"
#include "cluster/controllers/cron_job_history.h"
#include "cluster/controllers/job_conditions.h"
#include "cluster/controllers/ownership.h"
#include "common/clock.h"
#include "common/cron_schedule.h"
#include "common/time_zone.h"

#define SCHEDULED_TIME_ANNOTATION "batch.kubernetes.io/cronjob-scheduled-timestamp"

/* More missed times than these are told, since they point at a wrong clock or deadline. */
#define MISSED_MAXIMUM 100

/* A CronJob during one sync. */
struct tick {
    struct controller *controller;
    struct runtime *runtime;
    const struct object *cron_job;
    const cJSON *spec;
    cJSON *status; /* to be written */
    const struct cron_clock *clock;
    struct cron_schedule schedule;
    struct time_zone *zone;
};

/* The clock starts when it is first read. */
static const struct cron_clock *clock_of(struct controller *controller)
{
    struct cron_clock *clock = controller->state;
    if (clock->minute == 0)
        *clock = cron_clock_start(controller->runtime->periods.cron_minute, controller->runtime->wall);
    return clock;
}

static void tell(const struct tick *tick, const char *type, const char *reason, const char *message)
{
    record_event(tick->runtime->registry, tick->cron_job, NULL, type, reason, CRON_JOB_COMPONENT, NULL, "%s", message);
}

/* -1 when times cannot be told, which is of no use to try again before the object changes. */
static int read_schedule(struct tick *tick, struct error *error)
{
    const char *zone = json_text(json_get(tick->spec, "timeZone"), "UTC");
    const char *text = json_text(json_get(tick->spec, "schedule"), "");
    tick->zone = time_zone_load(zone, error);
    if (tick->zone == NULL) {
        AUTO_FREE char *message = memory_format("invalid timeZone: \"%s\": %s", zone, error->text);
        tell(tick, "Warning", "UnknownTimeZone", message);
        return -1;
    }
    if (cron_schedule_parse(text, &tick->schedule, error) < 0) {
        AUTO_FREE char *message = memory_format("unparseable schedule: \"%s\" : %s", text, error->text);
        tell(tick, "Warning", "UnparseableSchedule", message);
        return -1;
    }
    return 0;
}

static void enqueue_next(const struct tick *tick)
{
    char key[CONTROLLER_KEY_SIZE];
    int64_t now = cron_clock_read(tick->clock, tick->runtime->wall);
    int64_t moment = cron_clock_moment(tick->clock, cron_schedule_next(&tick->schedule, tick->zone, now));
    if (moment == INT64_MAX)
        return;
    int64_t delay = moment > tick->runtime->wall ? moment - tick->runtime->wall : 0;
    controller_enqueue_after(tick->controller, key_of(tick->cron_job, key), delay);
}

static struct tick tick_of(struct controller *controller, const struct object *cron_job)
{
    return (struct tick){.controller = controller,
                         .runtime = controller->runtime,
                         .cron_job = cron_job,
                         .spec = json_get(object_tree(cron_job), "spec"),
                         .clock = clock_of(controller)};
}

/* A new schedule counts from now on: times that it would have had before are not missed. */
static bool waits_for_new_schedule(struct controller *controller, const struct watch_event *event)
{
    const cJSON *spec = json_get(object_tree(event->object), "spec");
    const cJSON *old = event->previous != NULL ? json_get(object_tree(event->previous), "spec") : spec;
    if (event->type == WATCH_DELETED || (json_equal(json_get(spec, "schedule"), json_get(old, "schedule")) &&
                                         json_equal(json_get(spec, "timeZone"), json_get(old, "timeZone"))))
        return false;
    struct tick tick = tick_of(controller, event->object);
    struct error error = ERROR_NONE;
    if (read_schedule(&tick, &error) == 0)
        enqueue_next(&tick);
    time_zone_destroy(tick.zone);
    return true;
}

static void enqueue_owner(struct controller *controller, const struct object *job)
{
    const struct object *cron_job = controller_of(controller->runtime->view, job, RESOURCE_CRONJOBS);
    if (cron_job != NULL)
        controller_enqueue(controller, cron_job);
}

static void observe(struct controller *controller, const struct watch_event *event)
{
    if (object_resource(event->object) == RESOURCE_CRONJOBS) {
        if (!waits_for_new_schedule(controller, event))
            controller_enqueue(controller, event->object);
    } else if (object_resource(event->object) == RESOURCE_JOBS) {
        enqueue_owner(controller, event->object);
    }
}

/* After this, times count as due: the last one that was met, or the object's creation, but no longer ago than the
 * deadline allows. */
static int64_t due_after(const struct tick *tick)
{
    int64_t last = condition_time(tick->status, "lastScheduleTime");
    const cJSON *deadline = json_get(tick->spec, "startingDeadlineSeconds");
    int64_t seconds = json_integer(deadline, 0);
    int64_t wall = last != 0 ? last : creation_time(object_tree(tick->cron_job));
    if (deadline != NULL && seconds < INT32_MAX && tick->runtime->wall - seconds * NANOSECONDS_PER_SECOND > wall)
        wall = tick->runtime->wall - seconds * NANOSECONDS_PER_SECOND;
    return cron_clock_read(tick->clock, wall);
}

/* The latest time that is due; INT64_MAX when there is none. */
static int64_t due_time(const struct tick *tick)
{
    int missed = 0;
    int64_t now = cron_clock_read(tick->clock, tick->runtime->wall);
    int64_t due = cron_schedule_latest(&tick->schedule, tick->zone, due_after(tick), now, MISSED_MAXIMUM + 1, &missed);
    if (missed > MISSED_MAXIMUM)
        tell(tick, "Warning", "TooManyMissedTimes",
             "too many missed start times. Set or decrease .spec.startingDeadlineSeconds or check clock skew");
    return due;
}

/* RFC 3339 in the schedule's zone. */
static char *scheduled_text(const struct tick *tick, int64_t seconds)
{
    char text[CLOCK_TEXT_SIZE];
    int32_t offset = time_zone_offset(tick->zone, seconds) / 60;
    clock_format_seconds((seconds + (int64_t)offset * 60) * NANOSECONDS_PER_SECOND, text);
    if (offset == 0)
        return memory_copy_text(text);
    return memory_format("%.*s%c%02d:%02d", (int)strlen(text) - 1, text, offset < 0 ? '-' : '+', abs(offset) / 60,
                         abs(offset) % 60);
}

static cJSON *make_job(const struct tick *tick, int64_t scheduled)
{
    static const char *const copied[] = {"labels", "annotations"};
    const cJSON *template = json_get(tick->spec, "jobTemplate");
    AUTO_FREE char *name = memory_format("%s-%lld", object_name(tick->cron_job), (long long)(scheduled / 60));
    AUTO_FREE char *time = scheduled_text(tick, scheduled);
    cJSON *job = cJSON_CreateObject();
    json_set_text(job, "apiVersion", "batch/v1");
    json_set_text(job, "kind", "Job");
    cJSON *metadata = json_object_at(job, "metadata");
    json_set_text(metadata, "name", name);
    json_set_text(metadata, "namespace", object_namespace(tick->cron_job));
    for (size_t i = 0; i < 2; i++) {
        const cJSON *member = json_get(template, "metadata", copied[i]);
        if (member != NULL)
            json_set(metadata, copied[i], json_copy(member));
    }
    json_set_text(json_object_at(metadata, "annotations"), SCHEDULED_TIME_ANNOTATION, time);
    cJSON_AddItemToArray(json_array_at(metadata, "ownerReferences"), make_controller_reference(tick->cron_job));
    json_set(job, "spec", json_copy(json_get(template, "spec")));
    return job;
}

/* Notes a started job; lastScheduleTime is wall time in whole seconds, never before the scheduled moment. */
static void note_start(const struct tick *tick, const struct object *job, int64_t scheduled)
{
    char time[CLOCK_TEXT_SIZE];
    int64_t moment = cron_clock_moment(tick->clock, scheduled) + NANOSECONDS_PER_SECOND - 1;
    json_set_text(tick->status, "lastScheduleTime", clock_format_seconds(moment, time));
    cron_job_add_active(tick->status, job);
}

static int start_job(struct tick *tick, int64_t scheduled, struct status *status)
{
    AUTO_OBJECT struct object *job = NULL;
    cJSON *tree = make_job(tick, scheduled);
    AUTO_FREE char *name = memory_copy_text(json_text(json_get(tree, "metadata", "name"), ""));
    const char *namespace = object_namespace(tick->cron_job);
    if (registry_create(tick->runtime->registry, RESOURCE_JOBS, namespace, tree, &job, status) == 0) {
        AUTO_FREE char *message = memory_format("Created job %s", object_name(job));
        tell(tick, "Normal", "SuccessfulCreate", message);
        note_start(tick, job, scheduled);
        return 0;
    }
    /* Made before, by this CronJob or by somebody else. */
    struct object *present = view_get(tick->runtime->view, RESOURCE_JOBS, namespace, name);
    if (status->code == 409 && present != NULL) {
        if (is_controlled_by(object_tree(present), tick->cron_job))
            note_start(tick, present, scheduled);
        return 0;
    }
    AUTO_FREE char *message = memory_format("Error creating job: %s", status_message(status));
    tell(tick, "Warning", "FailedCreate", message);
    return -1;
}

/* Starts the job that is due, as far as the concurrency policy lets it. */
static int start_due(struct tick *tick, struct status *status)
{
    const char *policy = json_text(json_get(tick->spec, "concurrencyPolicy"), "Allow");
    int64_t scheduled = due_time(tick);
    if (scheduled == INT64_MAX)
        return 0;
    if (strcmp(policy, "Forbid") == 0 && cJSON_GetArraySize(json_get(tick->status, "active")) > 0) {
        tell(tick, "Normal", "JobAlreadyActive",
             "Not starting job because prior execution is running and concurrency policy is Forbid");
        return 0;
    }
    if (strcmp(policy, "Replace") == 0 && cron_job_delete_active(tick->runtime, tick->cron_job, tick->status, status) != 0)
        return -1;
    return start_job(tick, scheduled, status);
}

static int work(struct tick *tick, struct status *status)
{
    struct error error = ERROR_NONE;
    if (cron_job_look_at_jobs(tick->runtime, tick->cron_job, tick->status, status) != 0)
        return -1;
    if (is_being_deleted(object_tree(tick->cron_job)) || json_boolean(json_get(tick->spec, "suspend"), false) ||
        read_schedule(tick, &error) < 0)
        return 0;
    int outcome = start_due(tick, status);
    enqueue_next(tick);
    return outcome;
}

static int sync(struct controller *controller, const char *key, struct status *status)
{
    const struct object *cron_job = controller_object(controller, RESOURCE_CRONJOBS, key);
    if (cron_job == NULL)
        return 0;
    struct tick tick = tick_of(controller, cron_job);
    const cJSON *old = json_get(object_tree(cron_job), "status");
    tick.status = cJSON_IsObject(old) ? json_copy(old) : cJSON_CreateObject();
    int outcome = work(&tick, status);
    time_zone_destroy(tick.zone);
    AUTO_STATUS struct status failure = {0};
    if (write_status(controller->runtime, cron_job, tick.status, outcome == 0 ? status : &failure) != 0)
        return -1;
    return outcome;
}

static void *create(void)
{
    return memory_allocate(1, sizeof(struct cron_clock));
}

const struct controller_functions cron_job_functions = {
    .name = "cronjob", .create = create, .destroy = free, .observe = observe, .sync = sync};
