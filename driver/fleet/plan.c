/* What the generators are told: the loads, which part is whose, and when it begins. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/clock.h"
#include "common/memory.h"
#include "driver/fleet/fleet_state.h"

#define LEAD NANOSECONDS_PER_SECOND                     /* until all have been told to start, */
#define LEAD_OF_EACH (50 * NANOSECONDS_PER_MILLISECOND) /* one after the other */
#define DRAIN (8 * NANOSECONDS_PER_SECOND)     /* of a Deployment's: an epoch's notice, and the time to see and to tell */
#define PATIENCE (60 * NANOSECONDS_PER_SECOND) /* one that has not answered for half of it is lost here */

void fleet_forget_plan(struct fleet *fleet)
{
    for (size_t i = 0; i < fleet->epoch_count; i++)
        free(fleet->epochs[i].places);
    merge_destroy(fleet->merge);
    free(fleet->epochs);
    free(fleet->members);
    for (size_t i = 0; i < fleet->load_count; i++)
        wire_files_release(&fleet->loads[i].files);
    free(fleet->loads);
    fleet->merge = NULL;
    fleet->epochs = NULL;
    fleet->members = NULL;
    fleet->loads = NULL;
    fleet->epoch_count = fleet->member_count = fleet->load_count = 0;
    fleet->start = 0;
    fleet->ending = false;
}

size_t fleet_add_member(struct fleet *fleet, const struct generator_pod *pod, size_t first_epoch)
{
    fleet->members = memory_resize(fleet->members, fleet->member_count + 1, sizeof *fleet->members);
    size_t place = merge_add_part(fleet->merge);
    struct member *member = &fleet->members[fleet->member_count++];
    *member = (struct member){.restarts = pod->restarts, .first_epoch = first_epoch};
    member->told.part = (unsigned)place + 1;
    member->told.lost = LOAD_NEVER;
    (void)snprintf(member->uid, sizeof member->uid, "%s", pod->uid);
    (void)snprintf(member->told.pod, sizeof member->told.pod, "%s", pod->name);
    (void)snprintf(member->told.node, sizeof member->told.node, "%s", pod->node);
    return place;
}

double fleet_share_in(const struct fleet *fleet, const struct fleet_epoch *epoch, size_t place)
{
    size_t index = 0;
    while (index < epoch->count && epoch->places[index] != place)
        index++;
    if (index == epoch->count)
        return 0;
    return fleet->options.spec->kind == FLEET_JOB ? fleet_share(fleet->options.spec, index) : 1.0 / (double)epoch->count;
}

void fleet_add_epoch(struct fleet *fleet, int64_t from, size_t *places_take, size_t count)
{
    fleet->epochs = memory_resize(fleet->epochs, fleet->epoch_count + 1, sizeof *fleet->epochs);
    fleet->epochs[fleet->epoch_count++] = (struct fleet_epoch){.from = from, .count = count, .places = places_take};
    for (size_t place = 0; place < fleet->member_count; place++) {
        struct member *member = &fleet->members[place];
        double share = fleet_share_in(fleet, &fleet->epochs[fleet->epoch_count - 1], place);
        merge_set_share(fleet->merge, place, from, share);
        if (share <= 0)
            continue;
        if (member->told.share <= 0)
            member->told.joined = from;
        member->told.share = member->told.share <= 0 ? share : member->told.share;
    }
}

/* An epoch as one member sees it: where it stands among those that have a share. Who has none stands behind them, with the
 * weight 0. */
static struct wire_epoch epoch_for(const struct fleet *fleet, const struct fleet_epoch *epoch, size_t place)
{
    const struct fleet_spec *spec = fleet->options.spec;
    struct wire_epoch seen = {.from = epoch->from, .count = epoch->count};
    while (seen.index < epoch->count && epoch->places[seen.index] != place)
        seen.index++;
    bool has_share = seen.index < epoch->count;
    seen.count += has_share ? 0 : 1;
    seen.weights = memory_allocate(seen.count, sizeof *seen.weights);
    for (size_t i = 0; i < epoch->count; i++)
        seen.weights[i] = spec->weight_count > 0 ? spec->weights[i] : 1;
    return seen;
}

/* The connections of a load are those of all generators together. Each VU has its own in any case. */
static int own_connections(const struct load_spec *spec, double share)
{
    int own = (int)ceil(spec->maximum_connections * share);
    return load_executor_is_closed(spec->executor) || own > spec->maximum_connections ? spec->maximum_connections
           : own < 1                                                                  ? 1
                                                                                      : own;
}

/* The plan as text, with the lock held. */
static char *write_plan(const struct fleet *fleet, size_t place, struct error *error)
{
    const struct member *member = &fleet->members[place];
    struct wire_plan plan = {
        .part = member->told.part,
        .drain = fleet->options.spec->kind == FLEET_DEPLOYMENT ? DRAIN : 0,
        .patience = PATIENCE,
        .load_count = fleet->load_count,
        .loads = memory_allocate(fleet->load_count, sizeof *plan.loads),
        .epoch_count = fleet->epoch_count - member->first_epoch,
    };
    (void)snprintf(plan.id, sizeof plan.id, "%s", fleet->plan);
    for (size_t i = 0; i < plan.load_count; i++) {
        plan.loads[i] = fleet->loads[i];
        plan.loads[i].spec.maximum_connections = own_connections(&fleet->loads[i].spec, member->told.share);
    }
    plan.epochs = memory_allocate(plan.epoch_count, sizeof *plan.epochs);
    for (size_t i = 0; i < plan.epoch_count; i++)
        plan.epochs[i] = epoch_for(fleet, &fleet->epochs[member->first_epoch + i], place);
    char *text = wire_plan_write(&plan, error);
    for (size_t i = 0; i < plan.epoch_count; i++)
        free(plan.epochs[i].weights);
    free(plan.epochs);
    free(plan.loads);
    return text;
}

/* The pod's name and the member's number, for an error. */
static int about(struct fleet *fleet, size_t place, struct error *error)
{
    (void)pthread_mutex_lock(&fleet->lock);
    AUTO_FREE char *pod = memory_copy_text(fleet->members[place].told.pod);
    (void)pthread_mutex_unlock(&fleet->lock);
    return error_context(error, "generator %zu (pod %s)", place + 1, pod);
}

static char *pod_name(struct fleet *fleet, size_t place)
{
    (void)pthread_mutex_lock(&fleet->lock);
    char *name = memory_copy_text(fleet->members[place].told.pod);
    (void)pthread_mutex_unlock(&fleet->lock);
    return name;
}

int fleet_put_plan(struct fleet *fleet, size_t place, struct error *error)
{
    AUTO_FREE char *pod = pod_name(fleet, place);
    (void)pthread_mutex_lock(&fleet->lock);
    AUTO_FREE char *text = write_plan(fleet, place, error);
    (void)pthread_mutex_unlock(&fleet->lock);
    if (text == NULL || control_plan(&fleet->control, pod, text, error) < 0)
        return about(fleet, place, error);
    return 0;
}

int fleet_put_start(struct fleet *fleet, size_t place, struct error *error)
{
    AUTO_FREE char *pod = pod_name(fleet, place);
    struct wire_start start = {0};
    (void)pthread_mutex_lock(&fleet->lock);
    start.at = fleet->start_wall + fleet->members[place].told.clock_ahead;
    (void)snprintf(start.plan, sizeof start.plan, "%s", fleet->plan);
    (void)pthread_mutex_unlock(&fleet->lock);
    if (control_start(&fleet->control, pod, &start, error) < 0)
        return about(fleet, place, error);
    (void)pthread_mutex_lock(&fleet->lock);
    fleet->members[place].has_started = true;
    (void)pthread_mutex_unlock(&fleet->lock);
    return 0;
}

int fleet_measure_clock(struct fleet *fleet, size_t place, struct error *error)
{
    AUTO_FREE char *pod = pod_name(fleet, place);
    struct control_skew skew = {0};
    if (control_skew(&fleet->control, pod, &skew, error) < 0)
        return about(fleet, place, error);
    (void)pthread_mutex_lock(&fleet->lock);
    fleet->members[place].told.clock_ahead = skew.ahead;
    fleet->members[place].told.clock_error = skew.error;
    (void)pthread_mutex_unlock(&fleet->lock);
    return 0;
}

/* With the lock held: all that are ready, and one epoch for them. */
static int gather_members(struct fleet *fleet, struct error *error)
{
    size_t wanted = (size_t)fleet->options.spec->parallelism;
    for (size_t i = 0; i < wanted; i++) {
        const struct seen_pod *seen = fleet_expected_pod(fleet, i);
        if (seen == NULL || seen->pod.state != GENERATOR_POD_READY)
            return error_set(error, "generator %zu of %zu is not ready any more", i + 1, wanted);
        (void)fleet_add_member(fleet, &seen->pod, 0);
    }
    size_t *places = memory_allocate(wanted, sizeof *places);
    for (size_t i = 0; i < wanted; i++)
        places[i] = i;
    fleet_add_epoch(fleet, 0, places, wanted);
    return 0;
}

static int take_loads(struct fleet *fleet, const struct fleet_load *loads, size_t count, int64_t slow_over, struct error *error)
{
    fleet->loads = memory_allocate(count, sizeof *fleet->loads);
    fleet->load_count = count;
    for (size_t i = 0; i < count; i++) {
        const struct load_spec *spec = loads[i].spec;
        bool counts = spec->executor == EXECUTOR_SHARED_ITERATIONS || spec->executor == EXECUTOR_PER_VU_ITERATIONS;
        if (counts && fleet->options.spec->kind == FLEET_DEPLOYMENT)
            return error_set(error, "load \"%s\" counts iterations, which generators that come and go cannot divide anew",
                             spec->name);
        fleet->loads[i] = (struct wire_load){.spec = *spec, .port = loads[i].port, .slow_over = slow_over};
        (void)snprintf(fleet->loads[i].address, sizeof fleet->loads[i].address, "%s", loads[i].address);
        if (wire_files_read(spec, &fleet->loads[i].files, error) < 0)
            return -1;
    }
    return 0;
}

int fleet_plan(struct fleet *fleet, const struct fleet_load *loads, size_t count, int64_t slow_over, struct load_sink sink,
               struct error *error)
{
    AUTO_FREE const struct load_spec **specs = memory_allocate(count, sizeof *specs);
    for (size_t i = 0; i < count; i++)
        specs[i] = loads[i].spec;
    fleet_stop(fleet);
    fleet_forget_plan(fleet);
    (void)snprintf(fleet->plan, sizeof fleet->plan, "%s-%u", fleet->id, ++fleet->plan_number);
    if (take_loads(fleet, loads, count, slow_over, error) < 0)
        return -1;
    fleet->merge = merge_create(specs, count, &sink);
    (void)pthread_mutex_lock(&fleet->lock);
    int result = gather_members(fleet, error);
    (void)pthread_mutex_unlock(&fleet->lock);
    for (size_t place = 0; place < fleet->member_count && result == 0; place++)
        if (fleet_measure_clock(fleet, place, error) < 0 || fleet_put_plan(fleet, place, error) < 0)
            result = -1;
    return result;
}

int64_t fleet_lead(const struct fleet *fleet)
{
    return LEAD + LEAD_OF_EACH * (int64_t)fleet->member_count;
}

int fleet_start(struct fleet *fleet, int64_t start_monotonic, struct error *error)
{
    fleet->start = start_monotonic;
    fleet->start_wall = clock_wall() + (start_monotonic - clock_monotonic());
    for (size_t place = 0; place < fleet->member_count; place++)
        if (fleet_put_start(fleet, place, error) < 0)
            return -1;
    return fleet_start_workers(fleet, error);
}
