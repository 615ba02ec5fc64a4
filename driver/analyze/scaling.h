/*
 * Follows the HPA and the workload that it scales: its metric, its decisions, its conditions.
 */
#ifndef DRIVER_ANALYZE_SCALING_H
#define DRIVER_ANALYZE_SCALING_H

#include "driver/analyze/events.h"
#include "driver/analyze/figures.h"
#include "driver/analyze/texts.h"
#include "driver/observe/change.h"

/* From this moment on a workload wants so many replicas (spec.replicas), or the HPA does (workload NULL). */
struct size_step {
    int64_t time;
    const char *workload;
    int replicas;
};

struct scaling {
    struct figures_texts *texts; /* borrowed */
    const char *hpa;             /* "" = the first one seen; "deployment/NAME": none is followed */
    const char *workload;        /* its target, or NAME; "" = not known yet */
    bool average;                /* the target is an average value (cores, MiB, ...), not a utilization */
    double divisor;              /* of the API's quantities: memory is counted in MiB */
    int64_t first_seen;          /* FIGURES_NEVER = no HPA */
    struct metric_figures metric;
    size_t decision_count;
    struct decision *decisions;
    size_t condition_count;
    struct condition_figures *conditions;
    size_t size_count;
    struct size_step *sizes;
};

void scaling_init(struct scaling *scaling, struct figures_texts *texts, const char *hpa);
void scaling_release(struct scaling *scaling);

void scaling_see_hpa(struct scaling *scaling, int64_t time, const struct change *change);
void scaling_see_workload(struct scaling *scaling, int64_t time, const struct change *change);

/* Puts the reasons of the SuccessfulRescale events to the decisions and sums up the metric until the end. */
void scaling_settle(struct scaling *scaling, const struct events *events, int64_t end);

/* spec.replicas of the workload, or the HPA's desiredReplicas, at a moment; -1 = not known. */
int scaling_size_at(const struct scaling *scaling, bool of_hpa, int64_t time);

#endif
