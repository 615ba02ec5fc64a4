#include "apps/webapp/burn.h"

#include "common/clock.h"

/* Some microseconds of work, so that reading the clock (a system call) costs little beside it. */
#define STEPS_A_LOOK 8192

static void compute(void)
{
    uint64_t state = UINT64_C(0x9e3779b97f4a7c15);
    for (int i = 0; i < STEPS_A_LOOK; i++) {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        __asm__ volatile("" : "+r"(state)); /* the result is used by nobody: keep the work all the same */
    }
}

void burn_cpu_until(int64_t thread_cpu)
{
    while (clock_thread_cpu() < thread_cpu)
        compute();
}

void burn_cpu(int64_t nanoseconds)
{
    if (nanoseconds > 0)
        burn_cpu_until(clock_thread_cpu() + nanoseconds);
}

void burn_wait(int64_t nanoseconds)
{
    if (nanoseconds <= 0)
        return;
    int64_t end = clock_monotonic() + nanoseconds;
    while (clock_monotonic() < end)
        clock_sleep_until(end);
}
