/*
 * Spending CPU time and waiting, by amount.
 */
#ifndef WEBAPP_BURN_H
#define WEBAPP_BURN_H

#include <stdint.h>

/* Computes until the calling thread has used this many CPU nanoseconds more. The same amount on any machine and under
 * any load; how long it takes depends on both. */
void burn_cpu(int64_t nanoseconds);

/* Computes until the calling thread's CPU clock (clock_thread_cpu) has reached the value. */
void burn_cpu_until(int64_t thread_cpu);

/* Waits this many nanoseconds without using CPU. Being stopped and continued does not cut it short. */
void burn_wait(int64_t nanoseconds);

#endif
