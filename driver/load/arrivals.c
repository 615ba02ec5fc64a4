#include "driver/load/arrivals.h"

#include "common/clock.h"

/* How far is looked for one that is this part's. */
#define LOOK_AHEAD (2 * NANOSECONDS_PER_SECOND)

void arrivals_next(struct arrivals *arrivals, int64_t now)
{
    if (arrivals->part != NULL && epoch_part_is_over(arrivals->part, now)) {
        arrivals->due = arrivals->schedule.paused = false;
        return;
    }
    if (arrivals->part != NULL) {
        schedule_follow(&arrivals->schedule, arrivals->part, now + LOOK_AHEAD);
        arrivals->before = arrivals->schedule;
    }
    arrivals->due = schedule_next(&arrivals->schedule, &arrivals->number, &arrivals->intended);
}

void arrivals_init(struct arrivals *arrivals, const struct load_spec *spec, const struct segment *segment,
                   struct epoch_part *part, int64_t now)
{
    *arrivals = (struct arrivals){.part = part};
    schedule_init(&arrivals->schedule, spec, segment);
    arrivals_next(arrivals, now);
}

/* What was passed over, and what was found, may be somebody else's in an epoch that was not known then. */
void arrivals_follow(struct arrivals *arrivals, int64_t now)
{
    if (arrivals->part == NULL)
        return;
    if (epoch_part_refresh(arrivals->part)) {
        arrivals->schedule = arrivals->before;
        arrivals_next(arrivals, now);
    } else if (!arrivals->due && arrivals->schedule.paused) {
        arrivals_next(arrivals, now);
    }
}

bool arrivals_go_on(const struct arrivals *arrivals, int64_t now)
{
    if (arrivals->due || arrivals->schedule.paused)
        return true;
    return arrivals->part != NULL && epoch_part_may_change(arrivals->part) && now < load_spec_duration(arrivals->schedule.spec);
}
