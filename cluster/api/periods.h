/*
 * The control plane's periods, under the names of the flags of kube-controller-manager, kubelet, kube-proxy and
 * metrics-server, with their defaults. All durations are nanoseconds. `--pace=quick` divides them by 5, but for
 * kube-proxy's, which belongs to the path that requests take; what users write into manifests (probe periods, grace
 * periods, behavior windows) is never divided.
 */
#ifndef CLUSTER_API_PERIODS_H
#define CLUSTER_API_PERIODS_H

#include <stdint.h>

struct cluster_periods {
    /* kube-controller-manager */
    int64_t horizontal_pod_autoscaler_sync_period;               /* 15 s */
    int64_t horizontal_pod_autoscaler_downscale_stabilization;   /* 5 min */
    int64_t horizontal_pod_autoscaler_cpu_initialization_period; /* 5 min */
    int64_t horizontal_pod_autoscaler_initial_readiness_delay;   /* 30 s */
    double horizontal_pod_autoscaler_tolerance;                  /* 0.1; not divided */
    int64_t job_back_off_base;                                   /* 10 s, doubles with each failed pod of a Job */
    int64_t job_back_off_maximum;                                /* 10 min */
    int64_t cron_minute;                                         /* 60 s: how long a minute of a CronJob's schedule lasts */
    int64_t node_quarantine;                                     /* 40 s: until pods of a node that is gone are removed */
    /* metrics-server and cAdvisor */
    int64_t metric_resolution;     /* 15 s */
    int64_t housekeeping_interval; /* 10 s */
    /* kubelet */
    int64_t container_back_off_base;      /* 10 s, doubles with each restart */
    int64_t container_back_off_maximum;   /* 5 min */
    int64_t container_back_off_reset;     /* 10 min of running */
    int64_t node_status_update_frequency; /* 10 s */
    int64_t pod_sync_frequency;           /* 1 min: how often volumes follow their ConfigMaps and Secrets */
    /* kube-proxy */
    int64_t proxy_minimum_sync_period; /* 1 s */
};

#define CLUSTER_PACE_QUICK_DIVISOR 5

/* The defaults divided by divisor (1 = Kubernetes's own). */
struct cluster_periods cluster_periods_at_pace(int divisor);

#endif
