#include "apps/webapp/load.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "apps/webapp/burn.h"
#include "apps/webapp/worker.h"
#include "common/clock.h"
#include "common/memory.h"

#define CPU_PERIOD (20 * NANOSECONDS_PER_MILLISECOND)
#define MILLICORES_A_THREAD 1000
#define BYTES_A_MIB ((size_t)1 << 20)

struct loads {
    pthread_mutex_t lock;
    int64_t millicores;
    int64_t mib;
    int count;
};

/* One thread's part of a load. */
struct share {
    struct loads *loads;
    int64_t millicores;
    int64_t mib;
    void *memory;
    int64_t duration;
};

struct loads *loads_create(void)
{
    struct loads *loads = memory_allocate(1, sizeof *loads);
    pthread_mutex_init(&loads->lock, NULL);
    return loads;
}

static int reserve(struct loads *loads, int64_t millicores, int64_t mib, int threads, struct error *error)
{
    pthread_mutex_lock(&loads->lock);
    bool fits = loads->millicores + millicores <= LOAD_MILLICORES_MAXIMUM && loads->mib + mib <= LOAD_MIB_MAXIMUM &&
                loads->count + threads <= LOAD_COUNT_MAXIMUM;
    if (fits) {
        loads->millicores += millicores;
        loads->mib += mib;
        loads->count += threads;
    }
    pthread_mutex_unlock(&loads->lock);
    if (fits)
        return 0;
    return error_set(error, "too much load at once: at most %d millicores, %d MiB and %d threads in all", LOAD_MILLICORES_MAXIMUM,
                     LOAD_MIB_MAXIMUM, LOAD_COUNT_MAXIMUM);
}

static void release(struct loads *loads, int64_t millicores, int64_t mib, int threads)
{
    pthread_mutex_lock(&loads->lock);
    loads->millicores -= millicores;
    loads->mib -= mib;
    loads->count -= threads;
    pthread_mutex_unlock(&loads->lock);
}

static void end_share(struct share *share)
{
    if (share->memory != NULL)
        munmap(share->memory, (size_t)share->mib * BYTES_A_MIB);
    release(share->loads, share->millicores, share->mib, 1);
    free(share);
}

/* Follows a straight line of CPU time over wall time. */
static void *use_cpu(void *argument)
{
    struct share *share = argument;
    int64_t start = clock_monotonic();
    int64_t start_cpu = clock_thread_cpu();
    int64_t end = start + share->duration;
    for (int64_t now = start; now < end; now = clock_monotonic()) {
        int64_t due = (now - start) / 1000 * share->millicores;
        while (clock_thread_cpu() - start_cpu < due && clock_monotonic() < end)
            burn_cpu(NANOSECONDS_PER_MILLISECOND / 4);
        int64_t next = now + CPU_PERIOD;
        clock_sleep_until(next < end ? next : end);
    }
    end_share(share);
    return NULL;
}

static void *use_memory(void *argument)
{
    struct share *share = argument;
    memset(share->memory, 0x5a, (size_t)share->mib * BYTES_A_MIB);
    burn_wait(share->duration);
    end_share(share);
    return NULL;
}

static int start_share(struct share share, void *(*work)(void *), struct error *error)
{
    struct share *copy = memory_allocate(1, sizeof *copy);
    *copy = share;
    if (worker_start(work, copy) == 0)
        return 0;
    end_share(copy);
    return error_set(error, "no thread could be started");
}

int loads_start_cpu(struct loads *loads, int64_t millicores, int64_t duration, struct error *error)
{
    int threads = (int)((millicores + MILLICORES_A_THREAD - 1) / MILLICORES_A_THREAD);
    if (reserve(loads, millicores, 0, threads, error) < 0)
        return -1;
    for (int64_t rest = millicores; rest > 0; threads--) {
        struct share share = {.loads = loads, .duration = duration};
        share.millicores = rest < MILLICORES_A_THREAD ? rest : MILLICORES_A_THREAD;
        rest -= share.millicores;
        if (start_share(share, use_cpu, error) < 0) {
            release(loads, rest, 0, threads - 1);
            return -1;
        }
    }
    return 0;
}

int loads_start_memory(struct loads *loads, int64_t mib, int64_t duration, struct error *error)
{
    if (reserve(loads, 0, mib, 1, error) < 0)
        return -1;
    struct share share = {.loads = loads, .mib = mib, .duration = duration};
    share.memory = mmap(NULL, (size_t)mib * BYTES_A_MIB, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (share.memory == MAP_FAILED) {
        release(loads, 0, mib, 1);
        return error_set(error, "the system has no %lld MiB to give", (long long)mib);
    }
    return start_share(share, use_memory, error);
}
