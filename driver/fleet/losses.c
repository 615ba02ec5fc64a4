/* Who was lost, and what that leaves undone. */
#include <stdio.h>

#include "common/clock.h"
#include "driver/fleet/fleet_state.h"
#include "driver/fleet/loss.h"
#include "driver/fleet/rebalance.h"

void fleet_tell(const struct fleet *fleet, const struct load_generator *generator)
{
    if (fleet->options.tell != NULL)
        fleet->options.tell(fleet->options.context, generator);
}

/* Requests of results that the generator threw away before they were read; 0 when there were none. */
static double forgotten_requests(const struct member *member, const struct load_spec *spec, struct merge_told so_far)
{
    double expected = member->share * loss_amount(spec, member->told.joined, so_far.until);
    return member->forgotten > 0 && expected > (double)so_far.planned ? expected - (double)so_far.planned : 0;
}

void fleet_count_loss(struct fleet *fleet, size_t place, int64_t taken_over)
{
    struct member *member = &fleet->members[place];
    struct load_generator *told = &member->told;
    double whole = 0;
    double missing = 0;
    told->unknown = told->unsent = 0;
    for (size_t i = 0; i < fleet->load_count; i++) {
        const struct load_spec *spec = &fleet->loads[i].spec;
        struct merge_told so_far = merge_told(fleet->merge, place, i);
        int64_t from = so_far.until > told->joined ? so_far.until : told->joined;
        struct loss loss = loss_of(spec, member->share, from, told->lost, taken_over);
        whole += loss.whole;
        missing += loss.unknown + loss.unsent;
        if (load_executor_is_closed(spec->executor))
            continue;
        told->unknown += (uint64_t)(loss.unknown + forgotten_requests(member, spec, so_far) + 0.5);
        told->unsent += (uint64_t)(loss.unsent + 0.5);
    }
    told->unsent_share = whole > 0 ? missing / whole : 0;
    member->loss_is_open = taken_over >= rebalance_end(fleet) && fleet->options.spec->kind == FLEET_DEPLOYMENT;
    fleet_tell(fleet, told);
}

void fleet_lose(struct fleet *fleet, size_t place, const char *reason)
{
    struct member *member = &fleet->members[place];
    if (member->is_over)
        return;
    member->told.lost = clock_monotonic() - fleet->start;
    (void)snprintf(member->told.reason, sizeof member->told.reason, "%s", reason);
    member->is_over = true;
    merge_end_part(fleet->merge, place);
    merge_flush(fleet->merge);
    fleet_count_loss(fleet, place, rebalance_end(fleet));
}

size_t fleet_limited(struct fleet *fleet)
{
    size_t count = 0;
    (void)pthread_mutex_lock(&fleet->lock);
    for (size_t i = 0; i < fleet->member_count; i++)
        count += fleet->members[i].was_limit;
    (void)pthread_mutex_unlock(&fleet->lock);
    return count;
}

size_t fleet_losses(struct fleet *fleet, struct error *error)
{
    size_t lost = 0;
    double share = 0;
    const struct load_generator *first = NULL;
    (void)pthread_mutex_lock(&fleet->lock);
    for (size_t i = 0; i < fleet->member_count; i++) {
        const struct load_generator *told = &fleet->members[i].told;
        if (told->lost == LOAD_NEVER)
            continue;
        first = first == NULL ? told : first;
        share += told->unsent_share;
        lost++;
    }
    if (lost > 0)
        (void)error_set(
            error, "%zu of %zu generators %s lost, the first one (%u, pod %s) after %.1f s: %s; %.1f%% of the load was not sent",
            lost, fleet->member_count, lost == 1 ? "was" : "were", first->part, first->pod,
            (double)first->lost / (double)NANOSECONDS_PER_SECOND, first->reason, share * 100);
    (void)pthread_mutex_unlock(&fleet->lock);
    return lost;
}
