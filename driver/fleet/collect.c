/* The threads that read the generators' results once a second, see who is lost, and end the load. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/clock.h"
#include "common/memory.h"
#include "driver/fleet/fleet_state.h"
#include "driver/fleet/rebalance.h"

#define PERIOD NANOSECONDS_PER_SECOND
#define AFTER_SECOND (150 * NANOSECONDS_PER_MILLISECOND) /* the generators hand a second over when it has ended */
#define STEP (50 * NANOSECONDS_PER_MILLISECOND)
#define MOST_WORKERS 8
#define SILENT_FOR (30 * NANOSECONDS_PER_SECOND) /* a network that comes back loses nothing */
#define STATUS_EVERY 5                           /* periods */
#define MOST_ANSWERS 32                          /* read in one go: twice what a generator keeps */
#define CLOCK_SLACK 60                           /* seconds that a generator may be ahead */
#define LAST_WORDS (5 * NANOSECONDS_PER_SECOND)  /* for the results of a load that is ended early */

struct worker {
    struct fleet *fleet;
    size_t number;
    unsigned periods;
    pthread_t thread;
};

static int64_t since_start(const struct fleet *fleet)
{
    return clock_monotonic() - fleet->start;
}

/* Its pod has gone, or its container is another one; with the lock held. NULL = it is as it was. */
static const char *why_gone(struct fleet *fleet, const struct member *member)
{
    const struct seen_pod *seen = fleet_find_uid(fleet, member->uid);
    if (seen == NULL)
        return NULL;
    if (seen->gone || seen->pod.state == GENERATOR_POD_ENDED || seen->pod.state == GENERATOR_POD_LEAVING)
        return seen->pod.reason;
    return seen->pod.restarts > member->restarts ? "its container was started again" : NULL;
}

/* It did not answer. One whose pod is gone is lost at once; another one is waited for. */
static void on_silence(struct fleet *fleet, size_t place, const struct error *failure)
{
    (void)pthread_mutex_lock(&fleet->lock);
    struct member *member = &fleet->members[place];
    const char *gone = why_gone(fleet, member);
    int64_t now = clock_monotonic();
    if (member->silent_since == 0)
        member->silent_since = now;
    AUTO_FREE char *silent =
        memory_format("it has not answered for %d s: %.300s", (int)(SILENT_FOR / NANOSECONDS_PER_SECOND), failure->text);
    if (gone != NULL)
        fleet_lose(fleet, place, gone);
    else if (now - member->silent_since >= SILENT_FOR)
        fleet_lose(fleet, place, silent);
    (void)pthread_mutex_unlock(&fleet->lock);
}

static void note_status(struct member *member, const struct wire_status *status)
{
    struct load_generator *told = &member->told;
    told->cpu = status->cpu > told->cpu ? status->cpu : told->cpu;
    told->memory = status->memory > told->memory ? status->memory : told->memory;
    member->was_limit = strcmp(status->limit, "generator") == 0;
}

/* How much later than planned the generator began: it was told a moment of its clock, and that is measured again. */
static void look_at_clock(struct fleet *fleet, size_t place, const char *pod)
{
    struct control_skew skew = {0};
    if (control_skew(&fleet->control, pod, &skew, NULL) < 0)
        return;
    (void)pthread_mutex_lock(&fleet->lock);
    struct load_generator *told = &fleet->members[place].told;
    told->start_skew = told->clock_ahead - skew.ahead;
    told->clock_error = skew.error > told->clock_error ? skew.error : told->clock_error;
    fleet_tell(fleet, told);
    (void)pthread_mutex_unlock(&fleet->lock);
}

static void look_at_status(struct fleet *fleet, size_t place, const char *pod)
{
    struct wire_status status;
    if (control_status(&fleet->control, pod, &status, NULL) < 0)
        return;
    (void)pthread_mutex_lock(&fleet->lock);
    note_status(&fleet->members[place], &status);
    (void)pthread_mutex_unlock(&fleet->lock);
}

/* It keeps its last results until somebody asks for what is behind them, and stays for that when it is told to end. */
static void let_go(struct fleet *fleet, size_t place, const char *pod)
{
    struct wire_results nothing = {0};
    (void)pthread_mutex_lock(&fleet->lock);
    uint64_t next = fleet->members[place].next;
    (void)pthread_mutex_unlock(&fleet->lock);
    int64_t latest = since_start(fleet) / PERIOD + CLOCK_SLACK;
    if (control_results(&fleet->control, pod, next, latest, fleet->load_count, &nothing, NULL) == 0)
        wire_results_release(&nothing);
}

/* It has told all. It has done all, unless somebody else ended it. */
static void conclude(struct fleet *fleet, size_t place, const char *pod)
{
    struct wire_status status = {.state = WIRE_FINISHED};
    bool is_known = control_status(&fleet->control, pod, &status, NULL) == 0;
    (void)pthread_mutex_lock(&fleet->lock);
    struct member *member = &fleet->members[place];
    if (is_known)
        note_status(member, &status);
    if (is_known && status.state == WIRE_FAILED) {
        fleet_lose(fleet, place, status.error);
    } else if (is_known && status.state == WIRE_STOPPED && !fleet->ending && rebalance_has_share(fleet, place)) {
        const char *gone = why_gone(fleet, member);
        fleet_lose(fleet, place, gone != NULL ? gone : "it was told to end");
    } else if (member->forgotten > 0) {
        fleet_lose(fleet, place, "not all of its results could be collected in time: it had to throw the oldest ones away");
    } else {
        member->is_over = true;
        merge_end_part(fleet->merge, place);
        merge_flush(fleet->merge);
        fleet_tell(fleet, &member->told);
    }
    (void)pthread_mutex_unlock(&fleet->lock);
}

/* With the lock held. */
static void take_results(struct fleet *fleet, size_t place, struct wire_results *results)
{
    struct member *member = &fleet->members[place];
    merge_take(fleet->merge, place, results->batches, results->batch_count);
    member->next = results->next;
    member->forgotten = results->lost;
    member->silent_since = 0;
    merge_flush(fleet->merge);
}

/* Whether there is more to read at once. */
static bool read_results(struct fleet *fleet, size_t place, const char *pod, uint64_t since)
{
    struct wire_results results = {0};
    struct error failure = ERROR_NONE;
    int64_t latest = since_start(fleet) / PERIOD + CLOCK_SLACK;
    if (control_results(&fleet->control, pod, since, latest, fleet->load_count, &results, &failure) < 0) {
        on_silence(fleet, place, &failure);
        return false;
    }
    (void)pthread_mutex_lock(&fleet->lock);
    take_results(fleet, place, &results);
    (void)pthread_mutex_unlock(&fleet->lock);
    bool is_complete = results.complete;
    bool has_more = results.more && !is_complete;
    wire_results_release(&results);
    if (is_complete) {
        let_go(fleet, place, pod);
        conclude(fleet, place, pod);
    }
    return has_more;
}

static void visit(struct worker *worker, size_t place)
{
    struct fleet *fleet = worker->fleet;
    bool goes_on = true;
    bool is_first = false;
    AUTO_FREE char *pod = NULL;
    for (int i = 0; i < MOST_ANSWERS && goes_on && !atomic_load(&fleet->leave); i++) {
        (void)pthread_mutex_lock(&fleet->lock);
        struct member *member = &fleet->members[place];
        uint64_t since = member->next;
        goes_on = !member->is_over && member->has_started;
        is_first = member->has_started && !member->clock_was_seen;
        member->clock_was_seen = member->has_started;
        free(pod);
        pod = memory_copy_text(member->told.pod);
        (void)pthread_mutex_unlock(&fleet->lock);
        if (is_first)
            look_at_clock(fleet, place, pod);
        goes_on = goes_on && read_results(fleet, place, pod, since);
    }
    if (worker->periods % STATUS_EVERY == 1)
        look_at_status(fleet, place, pod);
}

static size_t member_count(struct fleet *fleet)
{
    (void)pthread_mutex_lock(&fleet->lock);
    size_t count = fleet->member_count;
    (void)pthread_mutex_unlock(&fleet->lock);
    return count;
}

/* Sleeps until a little after the next whole second of the load. */
static void wait_for_second(const struct fleet *fleet)
{
    int64_t now = since_start(fleet) - AFTER_SECOND;
    int64_t next = now < 0 ? PERIOD : (now / PERIOD + 1) * PERIOD;
    int64_t until = fleet->start + next + AFTER_SECOND;
    while (clock_monotonic() < until && !atomic_load(&fleet->leave)) {
        int64_t step = clock_monotonic() + STEP;
        clock_sleep_until(step < until ? step : until);
    }
}

static void *run(void *context)
{
    struct worker *worker = context;
    struct fleet *fleet = worker->fleet;
    while (!atomic_load(&fleet->leave)) {
        wait_for_second(fleet);
        worker->periods++;
        for (size_t place = worker->number; place < member_count(fleet) && !atomic_load(&fleet->leave);
             place += fleet->worker_count)
            visit(worker, place);
        if (worker->number == 0)
            rebalance_look(fleet);
    }
    return NULL;
}

int fleet_start_workers(struct fleet *fleet, struct error *error)
{
    size_t count = fleet->options.spec->kind == FLEET_DEPLOYMENT ? MOST_WORKERS : fleet->member_count;
    count = count < MOST_WORKERS ? count : MOST_WORKERS;
    atomic_store(&fleet->leave, false);
    fleet->workers = memory_allocate(count, sizeof *fleet->workers);
    fleet->worker_count = count;
    for (size_t i = 0; i < count; i++)
        fleet->workers[i] = (struct worker){.fleet = fleet, .number = i};
    for (size_t i = 0; i < count; i++) {
        int code = pthread_create(&fleet->workers[i].thread, NULL, run, &fleet->workers[i]);
        if (code == 0)
            continue;
        fleet->worker_count = i;
        fleet_join_workers(fleet);
        return error_set(error, "cannot start to read the generators' results: %s", strerror(code));
    }
    return 0;
}

void fleet_join_workers(struct fleet *fleet)
{
    atomic_store(&fleet->leave, true);
    for (size_t i = 0; i < fleet->worker_count; i++)
        (void)pthread_join(fleet->workers[i].thread, NULL);
    free(fleet->workers);
    fleet->workers = NULL;
    fleet->worker_count = 0;
}

bool fleet_has_finished(struct fleet *fleet)
{
    (void)pthread_mutex_lock(&fleet->lock);
    bool finished = true;
    for (size_t i = 0; i < fleet->member_count; i++)
        finished = finished && (fleet->members[i].is_over || !fleet->members[i].has_started);
    if (finished && !fleet->ending && fleet->options.spec->kind == FLEET_DEPLOYMENT)
        finished = since_start(fleet) >= rebalance_end(fleet);
    (void)pthread_mutex_unlock(&fleet->lock);
    return finished;
}

static void stop_members(struct fleet *fleet)
{
    size_t count = member_count(fleet);
    for (size_t place = 0; place < count; place++) {
        char pod[LOAD_POD_SIZE] = "";
        (void)pthread_mutex_lock(&fleet->lock);
        if (!fleet->members[place].is_over)
            (void)snprintf(pod, sizeof pod, "%s", fleet->members[place].told.pod);
        (void)pthread_mutex_unlock(&fleet->lock);
        if (pod[0] != '\0')
            (void)control_stop(&fleet->control, pod, NULL);
    }
}

void fleet_stop(struct fleet *fleet)
{
    if (fleet->worker_count == 0)
        return;
    (void)pthread_mutex_lock(&fleet->lock);
    fleet->ending = true;
    (void)pthread_mutex_unlock(&fleet->lock);
    if (!fleet_has_finished(fleet))
        stop_members(fleet);
    int64_t deadline = clock_monotonic() + LAST_WORDS;
    while (!fleet_has_finished(fleet) && clock_monotonic() < deadline)
        clock_sleep_until(clock_monotonic() + STEP);
    fleet_join_workers(fleet);
}
