/* bench-histogram: what recording one value costs, and merging an hour of seconds. */
#include <stdlib.h>

#include "common/clock.h"
#include "common/histogram.h"
#include "tests/bench/figure.h"

#define VALUES 20000000
#define SECONDS 3600
#define EACH 200

static uint64_t next_random(uint64_t *random)
{
    *random ^= *random << 13;
    *random ^= *random >> 7;
    *random ^= *random << 17;
    return *random;
}

/* Between 1 ms and about half a second, as answers are. */
static int64_t next_value(uint64_t *random)
{
    return NANOSECONDS_PER_MILLISECOND + (int64_t)(next_random(random) % (500 * NANOSECONDS_PER_MILLISECOND));
}

int main(void)
{
    AUTO_HISTOGRAM struct histogram whole = {0};
    uint64_t random = 88172645463325252u;
    uint64_t sum = 0;
    int64_t start = clock_thread_cpu();
    for (int i = 0; i < VALUES; i++)
        sum += (uint64_t)next_value(&random);
    int64_t drawing = clock_thread_cpu() - start;
    start = clock_thread_cpu();
    for (int i = 0; i < VALUES; i++)
        histogram_record(&whole, next_value(&random));
    int64_t recording = clock_thread_cpu() - start - drawing;
    figure("histogram: record a value", (double)recording / VALUES, "ns", "<= 20");

    static struct histogram seconds[SECONDS];
    for (int i = 0; i < SECONDS * EACH; i++)
        histogram_record(&seconds[i % SECONDS], next_value(&random));
    AUTO_HISTOGRAM struct histogram merged = {0};
    start = clock_thread_cpu();
    for (int i = 0; i < SECONDS; i++)
        histogram_merge(&merged, &seconds[i]);
    figure("histogram: merge 3,600", (double)(clock_thread_cpu() - start) / 1e6, "ms", "<= 50");
    for (int i = 0; i < SECONDS; i++)
        histogram_release(&seconds[i]);
    return merged.total == SECONDS * EACH && sum != 0 ? 0 : 1;
}
