#include "driver/fleet/rebalance.h"

int64_t rebalance_end(const struct fleet *fleet)
{
    int64_t end = 0;
    for (size_t i = 0; i < fleet->load_count; i++) {
        int64_t duration = load_spec_duration(&fleet->loads[i].spec);
        end = duration > end ? duration : end;
    }
    return end;
}

int64_t rebalance_taken_over(const struct fleet *fleet, size_t place)
{
    (void)place;
    return rebalance_end(fleet);
}

bool rebalance_has_share(const struct fleet *fleet, size_t place)
{
    if (fleet->epoch_count == 0)
        return false;
    const struct fleet_epoch *last = &fleet->epochs[fleet->epoch_count - 1];
    for (size_t i = 0; i < last->count; i++)
        if (last->places[i] == place)
            return true;
    return false;
}

void rebalance_look(struct fleet *fleet)
{
    (void)fleet;
}
