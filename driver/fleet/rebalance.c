#include "driver/fleet/rebalance.h"

#include <stdlib.h>
#include <string.h>

#include "common/clock.h"
#include "common/memory.h"

#define MARGIN NANOSECONDS_PER_SECOND                     /* to measure clocks and to tell, */
#define MARGIN_OF_EACH (50 * NANOSECONDS_PER_MILLISECOND) /* one after the other */

int64_t rebalance_end(const struct fleet *fleet)
{
    int64_t end = 0;
    for (size_t i = 0; i < fleet->load_count; i++) {
        int64_t duration = load_spec_duration(&fleet->loads[i].spec);
        end = duration > end ? duration : end;
    }
    return end;
}

static bool has_place(const struct fleet_epoch *epoch, size_t place)
{
    for (size_t i = 0; i < epoch->count; i++)
        if (epoch->places[i] == place)
            return true;
    return false;
}

bool rebalance_has_share(const struct fleet *fleet, size_t place)
{
    return fleet->epoch_count > 0 && has_place(&fleet->epochs[fleet->epoch_count - 1], place);
}

/* The member that is this incarnation of the pod; FLEET_NOBODY = there is none. With the lock held. */
static size_t find_member(const struct fleet *fleet, const struct generator_pod *pod)
{
    for (size_t place = 0; place < fleet->member_count; place++)
        if (strcmp(fleet->members[place].uid, pod->uid) == 0 && fleet->members[place].restarts == pod->restarts)
            return place;
    return FLEET_NOBODY;
}

/* With the lock held: whether the member goes on sending. One whose pod is being deleted sends until it is told that others do.
 */
static bool stays(struct fleet *fleet, size_t place)
{
    const struct member *member = &fleet->members[place];
    const struct seen_pod *seen = fleet_find_uid(fleet, member->uid);
    return !member->is_over && (seen == NULL || (seen->pod.state != GENERATOR_POD_LEAVING && !seen->gone));
}

/* With the lock held: takes in pods that have become ready. */
static void add_newcomers(struct fleet *fleet)
{
    for (size_t i = 0; i < fleet->seen_count && fleet->member_count < FLEET_MOST_MEMBERS; i++) {
        const struct seen_pod *seen = &fleet->seen[i];
        if (!seen->gone && seen->pod.state == GENERATOR_POD_READY && find_member(fleet, &seen->pod) == FLEET_NOBODY)
            (void)fleet_add_member(fleet, &seen->pod, fleet->epoch_count);
    }
}

/* With the lock held: those that are to share the load from now on, into *places (the caller's). Their number, or 0 when it is
 * as it was, or nobody is left: the generators that come later take over. */
static size_t choose(struct fleet *fleet, size_t **places)
{
    const struct fleet_epoch *last = &fleet->epochs[fleet->epoch_count - 1];
    size_t count = 0;
    bool is_same = true;
    *places = memory_allocate(fleet->member_count, sizeof **places);
    for (size_t place = 0; place < fleet->member_count; place++) {
        if (stays(fleet, place))
            (*places)[count++] = place;
        is_same = is_same && stays(fleet, place) == has_place(last, place);
    }
    return is_same ? 0 : count;
}

/* What the lost ones leave undone ends where others take over. With the lock held. */
static void close_losses(struct fleet *fleet)
{
    for (size_t place = 0; place < fleet->member_count; place++)
        if (fleet->members[place].told.lost != LOAD_NEVER)
            fleet_count_loss(fleet, place);
}

/* It would send by the old division beside the others: it is ended, unless it has ended itself, and what it had not told is
 * unknown. */
static void cut_off(struct fleet *fleet, size_t place, const char *why)
{
    char pod[LOAD_POD_SIZE];
    (void)fleet_pod_of(fleet, (unsigned)place + 1, pod, sizeof pod);
    AUTO_FREE char *path = memory_format("/api/v1/namespaces/%s/pods/%s", fleet->options.namespace, pod);
    AUTO_FREE char *reason = memory_format("it could not be told how the load is divided now: %.300s", why);
    (void)kube_delete(fleet->options.client, path, 0, NULL);
    (void)pthread_mutex_lock(&fleet->lock);
    const struct seen_pod *seen = fleet_find_uid(fleet, fleet->members[place].uid);
    bool has_ended = seen != NULL && (seen->gone || seen->pod.state == GENERATOR_POD_ENDED);
    fleet_lose(fleet, place, has_ended ? seen->pod.reason : reason);
    (void)pthread_mutex_unlock(&fleet->lock);
}

/* No lock. Members that are lost meanwhile are seen the next time. */
static void tell_member(struct fleet *fleet, size_t place)
{
    struct error failure = ERROR_NONE;
    (void)pthread_mutex_lock(&fleet->lock);
    bool is_over = fleet->members[place].is_over;
    bool is_new = !fleet->members[place].has_started;
    (void)pthread_mutex_unlock(&fleet->lock);
    if (is_over)
        return;
    int result = fleet_put_plan(fleet, place, &failure);
    if (result < 0)
        result = fleet_put_plan(fleet, place, &failure);
    if (result == 0 && is_new)
        result = fleet_put_start(fleet, place, &failure);
    if (result < 0)
        cut_off(fleet, place, failure.text);
}

/* No lock: a newcomer's clock is measured before it is told its start. */
static void measure_newcomers(struct fleet *fleet, size_t first)
{
    (void)pthread_mutex_lock(&fleet->lock);
    size_t count = fleet->member_count;
    (void)pthread_mutex_unlock(&fleet->lock);
    for (size_t place = first; place < count; place++)
        (void)fleet_measure_clock(fleet, place, NULL);
}

static bool divide(struct fleet *fleet)
{
    size_t *places = NULL;
    (void)pthread_mutex_lock(&fleet->lock);
    int64_t from = clock_monotonic() - fleet->start + WIRE_EPOCH_NOTICE + MARGIN + MARGIN_OF_EACH * (int64_t)fleet->member_count;
    from = (from / NANOSECONDS_PER_SECOND + 1) * NANOSECONDS_PER_SECOND;
    size_t count = from < rebalance_end(fleet) && !fleet->ending ? choose(fleet, &places) : 0;
    if (count > 0) {
        fleet_add_epoch(fleet, from, places, count);
        close_losses(fleet);
    } else {
        free(places);
    }
    (void)pthread_mutex_unlock(&fleet->lock);
    return count > 0;
}

void rebalance_look(struct fleet *fleet)
{
    if (fleet->options.spec->kind != FLEET_DEPLOYMENT)
        return;
    (void)pthread_mutex_lock(&fleet->lock);
    size_t first = fleet->member_count;
    bool is_late = clock_monotonic() - fleet->start >= rebalance_end(fleet) || fleet->epoch_count >= WIRE_MOST_EPOCHS;
    if (!is_late && !fleet->ending)
        add_newcomers(fleet);
    size_t count = fleet->member_count;
    (void)pthread_mutex_unlock(&fleet->lock);
    measure_newcomers(fleet, first);
    if (is_late || !divide(fleet))
        return;
    for (size_t place = 0; place < count; place++)
        tell_member(fleet, place);
}
