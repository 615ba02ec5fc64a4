#include "cluster/controllers/cron_clock.h"

#include "common/clock.h"

#define MINUTE (60 * NANOSECONDS_PER_SECOND)

/* So far from the anchor that no product overflows: some 290 years of the schedule's clock. */
#define SECONDS_MAXIMUM INT64_C(9000000000)

struct cron_clock cron_clock_start(int64_t minute, int64_t wall)
{
    return (struct cron_clock){.anchor = wall - wall % MINUTE, .minute = minute};
}

/* a * b / c, rounded down, without overflow on the way. */
static int64_t scale(int64_t value, int64_t numerator, int64_t denominator)
{
    __int128 product = (__int128)value * numerator;
    __int128 quotient = product / denominator;
    if (product % denominator < 0)
        quotient--;
    return (int64_t)quotient;
}

int64_t cron_clock_read(const struct cron_clock *clock, int64_t wall)
{
    return clock->anchor / NANOSECONDS_PER_SECOND + scale(wall - clock->anchor, 60, clock->minute);
}

int64_t cron_clock_moment(const struct cron_clock *clock, int64_t seconds)
{
    int64_t from_anchor = seconds - clock->anchor / NANOSECONDS_PER_SECOND;
    if (seconds > SECONDS_MAXIMUM)
        return INT64_MAX;
    /* Rounded up: at that moment the clock shows these seconds and not those before. */
    return clock->anchor - scale(-from_anchor, clock->minute, 60);
}
