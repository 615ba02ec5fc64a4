/* Limits of a running container: CPU by stopping and continuing it, memory by ending it. */
#include <signal.h>

#include "cluster/kubelet/pod.h"
#include "common/clock.h"

/* How old the knowledge of a container's processes may be. */
#define MEMBERS_AGE NANOSECONDS_PER_SECOND
/* Memory is looked at on these moments: more often above half of the limit. */
#define MEMORY_GRID (250 * NANOSECONDS_PER_MILLISECOND)
#define MEMORY_GRID_CLOSE (100 * NANOSECONDS_PER_MILLISECOND)

static int64_t next_on_grid(int64_t now, int64_t grid)
{
    return (now / grid + 1) * grid;
}

void container_limits_start(struct container *container, int64_t now)
{
    container->memory_check = next_on_grid(now, MEMORY_GRID_CLOSE);
    container->cpu_check = now;
    if (container->cpu_millicores > 0)
        cpu_limit_start(&container->cpu_limit, container->cpu_millicores, process_group_cpu(&container->group), now);
}

static void limit_cpu(struct container *container, int64_t now)
{
    struct cpu_limit *limit = &container->cpu_limit;
    const int processors = container->pod->kubelet->processors;
    const int threads = container->group.threads;
    const bool was_stopped = limit->stopped;
    const bool stop = cpu_limit_step(limit, process_group_cpu(&container->group), now);
    if (stop != was_stopped)
        process_group_signal(&container->group, stop ? SIGSTOP : SIGCONT);
    container->cpu_check = cpu_limit_next(limit, threads < processors ? threads : processors, now);
}

static void limit_memory(struct container *container, int64_t now)
{
    const int64_t used = process_group_memory(&container->group);
    if (used > container->memory_limit && container->stop != STOP_KILL) {
        container->out_of_memory = true;
        process_group_refresh(&container->group, 0, now);
        process_group_signal(&container->group, SIGKILL);
    }
    container->memory_check = next_on_grid(now, used > container->memory_limit / 2 ? MEMORY_GRID_CLOSE : MEMORY_GRID);
}

void container_limits_step(struct container *container, int64_t now)
{
    const bool cpu_due = container->cpu_millicores > 0 && container->cpu_check <= now;
    const bool memory_due = container->memory_limit > 0 && container->memory_check <= now;
    if (cpu_due || memory_due)
        process_group_refresh(&container->group, MEMBERS_AGE, now);
    if (cpu_due)
        limit_cpu(container, now);
    if (memory_due)
        limit_memory(container, now);
}
