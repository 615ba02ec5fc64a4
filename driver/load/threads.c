#include "driver/load/threads.h"

#include <math.h>
#include <sched.h>

/* What one thread sends with half of its core to spare; libcurl takes several times as much for a request. */
#define LEAN_RATE 40000.0
#define CURL_RATE 8000.0
#define VUS_OF_A_THREAD 500.0

static double highest_rate(const struct load_spec *spec)
{
    double highest = spec->start_rate;
    for (size_t i = 0; i < spec->stage_count; i++)
        highest = fmax(highest, spec->stages[i].target);
    return highest;
}

/* Those that this process may use. */
static double cores(void)
{
    cpu_set_t set;
    return sched_getaffinity(0, sizeof set, &set) == 0 ? CPU_COUNT(&set) : 1;
}

size_t load_thread_count(const struct load_spec *spec, bool lean)
{
    bool closed = load_executor_is_closed(spec->executor);
    double wanted = highest_rate(spec) / (closed ? VUS_OF_A_THREAD : lean ? LEAN_RATE : CURL_RATE);
    double count = spec->threads > 0 ? spec->threads : fmin(ceil(wanted), cores());
    count = fmin(count, closed ? highest_rate(spec) : spec->maximum_connections);
    return count > 1 ? (size_t)count : 1;
}
