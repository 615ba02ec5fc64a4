#include "cluster/kubelet/cpu_limit.h"

#include "common/clock.h"

/* More often than this no container is looked at. */
#define SHORTEST_CHECK (500 * NANOSECONDS_PER_MICROSECOND)
/* An idle container is looked at on multiples of this, so that all of them cost one wake-up; what it can use up
 * unseen is this much of each processor. */
#define IDLE_GRID (10 * NANOSECONDS_PER_MILLISECOND)
/* Idle: the steps of late have found less than this part of the quota. */
#define IDLE_PART 20

void cpu_limit_start(struct cpu_limit *limit, int64_t millicores, int64_t used, int64_t now)
{
    const int64_t quota = millicores * (CPU_LIMIT_PERIOD / 1000);
    *limit = (struct cpu_limit){.quota = quota, .left = quota, .period_start = now, .used = used};
}

bool cpu_limit_step(struct cpu_limit *limit, int64_t used, int64_t now)
{
    const int64_t spent = used > limit->used ? used - limit->used : 0;
    limit->used = used > limit->used ? used : limit->used;
    limit->left -= spent;
    limit->burst = spent > limit->burst ? spent : limit->burst - limit->burst / 8;
    if (now - limit->period_start >= CPU_LIMIT_PERIOD) {
        const int64_t periods = (now - limit->period_start) / CPU_LIMIT_PERIOD;
        limit->period_start += periods * CPU_LIMIT_PERIOD;
        /* Enough periods pay any overshoot; no more than one quota is ever there to be used. */
        if (limit->left < 0 && -limit->left / limit->quota >= periods)
            limit->left += periods * limit->quota;
        else
            limit->left = limit->left < 0 && limit->left + periods * limit->quota < limit->quota
                              ? limit->left + periods * limit->quota
                              : limit->quota;
    }
    limit->stopped = limit->left <= 0;
    return limit->stopped;
}

int64_t cpu_limit_next(const struct cpu_limit *limit, int processors, int64_t now)
{
    const int64_t period_end = limit->period_start + CPU_LIMIT_PERIOD;
    if (limit->stopped) {
        const int64_t periods = -limit->left / limit->quota;
        return period_end + periods * CPU_LIMIT_PERIOD;
    }
    int64_t wait = limit->left / (processors > 0 ? processors : 1);
    if (wait < IDLE_GRID && limit->burst * IDLE_PART < limit->quota)
        wait = IDLE_GRID;
    if (wait >= IDLE_GRID)
        return (now + wait) / IDLE_GRID * IDLE_GRID > now ? (now + wait) / IDLE_GRID * IDLE_GRID : now + IDLE_GRID;
    return now + (wait < SHORTEST_CHECK ? SHORTEST_CHECK : wait);
}
