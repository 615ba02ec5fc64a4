#include "cluster/api/periods.h"

#include "common/clock.h"

struct cluster_periods cluster_periods_at_pace(int divisor)
{
    const int64_t second = NANOSECONDS_PER_SECOND / divisor;
    return (struct cluster_periods){
        .horizontal_pod_autoscaler_sync_period = 15 * second,
        .horizontal_pod_autoscaler_downscale_stabilization = 300 * second,
        .horizontal_pod_autoscaler_cpu_initialization_period = 300 * second,
        .horizontal_pod_autoscaler_initial_readiness_delay = 30 * second,
        .horizontal_pod_autoscaler_tolerance = 0.1,
        .job_back_off_base = 10 * second,
        .job_back_off_maximum = 600 * second,
        .cron_minute = 60 * second,
        .node_quarantine = 40 * second,
        .metric_resolution = 15 * second,
        .housekeeping_interval = 10 * second,
        .container_back_off_base = 10 * second,
        .container_back_off_maximum = 300 * second,
        .container_back_off_reset = 600 * second,
        .node_status_update_frequency = 10 * second,
        .pod_sync_frequency = 60 * second,
        .proxy_minimum_sync_period = NANOSECONDS_PER_SECOND,
    };
}
