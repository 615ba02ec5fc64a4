/*
 * The clock that schedules of CronJobs are read on. At Kubernetes's pace it is the wall clock. When a minute lasts less
 * than a minute (--pace=quick), it runs that much faster from its anchor on, the whole minute of wall time in which the
 * first schedule was looked at: every schedule keeps its form and comes true sooner. Times are nanoseconds since 1970 on the
 * wall clock and seconds since 1970 on this one.
 */
#ifndef CLUSTER_CONTROLLERS_CRON_CLOCK_H
#define CLUSTER_CONTROLLERS_CRON_CLOCK_H

#include <stdint.h>

struct cron_clock {
    int64_t anchor; /* wall */
    int64_t minute; /* nanoseconds of wall time */
};

struct cron_clock cron_clock_start(int64_t minute, int64_t wall);

/* What the clock shows at a moment, the fraction of a second cut. */
int64_t cron_clock_read(const struct cron_clock *clock, int64_t wall);

/* The wall time at which it shows these seconds. Times too far away are held within what int64_t can tell. */
int64_t cron_clock_moment(const struct cron_clock *clock, int64_t seconds);

#endif
