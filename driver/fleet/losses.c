/* Who was lost, and what that leaves undone. */
#include <stdio.h>

#include "common/clock.h"
#include "driver/fleet/fleet_state.h"
#include "driver/fleet/loss.h"

void fleet_tell(const struct fleet *fleet, const struct load_generator *generator)
{
    if (fleet->options.tell != NULL)
        fleet->options.tell(fleet->options.context, generator);
}

/* What of a load is the member's between two moments, by the epochs: from where others have its share on, nothing. */
static double amount_of(const struct fleet *fleet, size_t place, const struct load_spec *spec, int64_t from, int64_t until)
{
    double amount = 0;
    for (size_t i = 0; i < fleet->epoch_count; i++) {
        int64_t begin = fleet->epochs[i].from;
        int64_t end = i + 1 < fleet->epoch_count ? fleet->epochs[i + 1].from : INT64_MAX;
        begin = from > begin ? from : begin;
        end = until < end ? until : end;
        if (end > begin)
            amount += fleet_share_in(fleet, &fleet->epochs[i], place) * loss_amount(spec, begin, end);
    }
    return amount;
}

void fleet_count_loss(struct fleet *fleet, size_t place)
{
    const struct member *member = &fleet->members[place];
    struct load_generator *told = &fleet->members[place].told;
    double whole = 0;
    double missing = 0;
    told->unknown = told->unsent = 0;
    for (size_t i = 0; i < fleet->load_count; i++) {
        const struct load_spec *spec = &fleet->loads[i].spec;
        struct merge_told so_far = merge_told(fleet->merge, place, i);
        int64_t known_until = so_far.until < told->lost ? so_far.until : told->lost;
        double unknown = amount_of(fleet, place, spec, known_until, told->lost);
        double unsent = amount_of(fleet, place, spec, told->lost, INT64_MAX);
        double forgotten = amount_of(fleet, place, spec, 0, so_far.until) - (double)so_far.planned;
        whole += loss_amount(spec, 0, INT64_MAX);
        missing += unknown + unsent;
        if (load_executor_is_closed(spec->executor))
            continue;
        told->unknown += (uint64_t)(unknown + (member->forgotten > 0 && forgotten > 0 ? forgotten : 0) + 0.5);
        told->unsent += (uint64_t)(unsent + 0.5);
    }
    told->unsent_share = whole > 0 ? missing / whole : 0;
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
    fleet_count_loss(fleet, place);
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
