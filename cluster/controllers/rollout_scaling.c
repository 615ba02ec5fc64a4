#include "cluster/controllers/rollout_scaling.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static int64_t smaller(int64_t left, int64_t right)
{
    return left < right ? left : right;
}

static bool is_old(const struct rollout *rollout, const struct replica_set *set)
{
    return set != rollout->newest;
}

static int64_t annotated(const struct replica_set *set, const char *name)
{
    return strtoll(json_text(json_get(set->tree, "metadata", "annotations", name), "-1"), NULL, 10);
}

bool rollout_was_resized(const struct rollout *rollout)
{
    for (size_t i = 0; i < rollout->count; i++) {
        const struct replica_set *set = &rollout->sets[i];
        int64_t desired = annotated(set, DESIRED_ANNOTATION);
        if (set->wanted > 0 && desired >= 0 && desired != rollout->replicas)
            return true;
    }
    return false;
}

static size_t count_active(const struct rollout *rollout, const struct replica_set **last)
{
    size_t count = 0;
    for (size_t i = 0; i < rollout->count; i++) {
        if (rollout->sets[i].wanted > 0) {
            *last = &rollout->sets[i];
            count++;
        }
    }
    return count;
}

/* The set that takes the whole size: the only active one, or with none active the newest, or the youngest. */
static bool find_single(const struct rollout *rollout, const struct replica_set **single)
{
    size_t count = count_active(rollout, single);
    if (count == 1)
        return true;
    if (count > 1 || rollout->count == 0)
        return false;
    *single = rollout->newest != NULL ? rollout->newest : &rollout->sets[rollout->count - 1];
    return true;
}

static bool is_saturated(const struct rollout *rollout)
{
    const struct replica_set *newest = rollout->newest;
    return newest != NULL && newest->wanted == rollout->replicas && newest->available == rollout->replicas &&
           annotated(newest, DESIRED_ANNOTATION) == rollout->replicas;
}

/* What a set gains (or loses) when it keeps its part of the whole. */
static int64_t fraction(const struct rollout *rollout, const struct replica_set *set)
{
    if (rollout->replicas == 0)
        return -set->wanted;
    int64_t maximum = rollout->replicas + rollout->surge;
    int64_t before = annotated(set, MAXIMUM_ANNOTATION);
    if (before <= 0)
        before = json_integer(json_get(rollout->tree, "status", "replicas"), 0);
    if (before <= 0)
        return 0;
    return (int64_t)round((double)set->wanted * (double)maximum / (double)before) - set->wanted;
}

struct share {
    const struct replica_set *set;
    int64_t size;
};

/* The largest first; of equal ones, the younger first when growing and the older when shrinking. */
static int compare_shares(const void *left_pointer, const void *right_pointer, void *context)
{
    const struct share *left = left_pointer;
    const struct share *right = right_pointer;
    bool growing = *(const bool *)context;
    if (left->set->wanted != right->set->wanted)
        return left->set->wanted > right->set->wanted ? -1 : 1;
    int order = left->set < right->set ? -1 : left->set > right->set;
    return growing ? -order : order;
}

static void share_out(const struct rollout *rollout, struct share *shares, size_t count, int64_t to_add)
{
    bool growing = to_add > 0;
    int64_t added = 0;
    qsort_r(shares, count, sizeof(struct share), compare_shares, &growing);
    for (size_t i = 0; i < count; i++) {
        int64_t part = fraction(rollout, shares[i].set);
        int64_t allowed = to_add - added;
        if (growing ? part > allowed : part < allowed)
            part = allowed;
        shares[i].size = shares[i].set->wanted + (to_add == 0 ? 0 : part);
        added += to_add == 0 ? 0 : part;
    }
    if (count > 0)
        shares[0].size += to_add - added;
}

static int resize_in_proportion(const struct rollout *rollout, bool *scaled, struct status *status)
{
    AUTO_FREE struct share *shares = memory_allocate(rollout->count + 1, sizeof(struct share));
    size_t count = 0;
    int64_t present = 0;
    for (size_t i = 0; i < rollout->count; i++) {
        if (rollout->sets[i].wanted == 0)
            continue;
        shares[count++].set = &rollout->sets[i];
        present += rollout->sets[i].wanted;
    }
    int64_t allowed = rollout->replicas > 0 ? rollout->replicas + rollout->surge : 0;
    share_out(rollout, shares, count, allowed - present);
    for (size_t i = 0; i < count; i++) {
        int64_t size = shares[i].size < 0 ? 0 : shares[i].size;
        if (rollout_scale(rollout, shares[i].set, size, scaled, status) != 0)
            return -1;
    }
    return 0;
}

int rollout_resize(const struct rollout *rollout, bool *scaled, struct status *status)
{
    const struct replica_set *single = NULL;
    if (find_single(rollout, &single))
        return rollout_scale(rollout, single, rollout->replicas, scaled, status);
    if (is_saturated(rollout))
        return rollout_end_old(rollout, scaled, status);
    if (rollout->recreate)
        return 0;
    return resize_in_proportion(rollout, scaled, status);
}

int rollout_grow_newest(const struct rollout *rollout, bool *scaled, struct status *status)
{
    const struct replica_set *newest = rollout->newest;
    if (newest->wanted == rollout->replicas)
        return 0;
    return rollout_scale(rollout, newest, rollout_allowance(rollout, newest->wanted), scaled, status);
}

/* Pods of old sets that are not available anyway. */
static int end_unhealthy(const struct rollout *rollout, int64_t room, bool *scaled, struct status *status)
{
    for (size_t i = 0; i < rollout->count && room > 0; i++) {
        const struct replica_set *set = &rollout->sets[i];
        int64_t unhealthy = set->wanted - set->available;
        if (!is_old(rollout, set) || unhealthy <= 0)
            continue;
        int64_t taken = smaller(room, unhealthy);
        if (rollout_scale(rollout, set, set->wanted - taken, scaled, status) != 0)
            return -1;
        room -= taken;
    }
    return 0;
}

/* Unhealthy pods go in one sync and healthy ones in the next, which sees the new sizes. */
int rollout_shrink_old(const struct rollout *rollout, bool *scaled, struct status *status)
{
    int64_t least = rollout->replicas - rollout->unavailable;
    int64_t newest_unavailable = rollout->newest->wanted - rollout->newest->available;
    int64_t room = rollout_wanted(rollout) - least - newest_unavailable;
    if (rollout_wanted_of_old(rollout) == 0 || room <= 0)
        return 0;
    int outcome = end_unhealthy(rollout, room, scaled, status);
    if (outcome != 0 || *scaled)
        return outcome;
    int64_t spare = rollout_available(rollout) - least;
    for (size_t i = 0; i < rollout->count && spare > 0; i++) {
        const struct replica_set *set = &rollout->sets[i];
        if (!is_old(rollout, set) || set->wanted == 0)
            continue;
        int64_t taken = smaller(spare, set->wanted);
        if (rollout_scale(rollout, set, set->wanted - taken, scaled, status) != 0)
            return -1;
        spare -= taken;
    }
    return 0;
}

int rollout_end_old(const struct rollout *rollout, bool *scaled, struct status *status)
{
    for (size_t i = 0; i < rollout->count; i++) {
        const struct replica_set *set = &rollout->sets[i];
        if (is_old(rollout, set) && set->wanted > 0 && rollout_scale(rollout, set, 0, scaled, status) != 0)
            return -1;
    }
    return 0;
}
