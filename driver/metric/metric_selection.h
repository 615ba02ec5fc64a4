/*
 * The part of a load's results that has some labels, summed up:
 *
 *   name, phase, server, warmth, part     of the results themselves (result.h)
 *   load, scenario                        the load's name (scenario is k6's word for it)
 *   method, and every tag                 of the request
 *   check                                 one check alone, for the metric checks
 *   status                                one HTTP status alone, for the metric http_reqs
 *   expected_response                     true: what the times are of anyway (k6)
 *
 * Without a phase, all but the phase "warm-up". What is counted by the second (lateness, vus) has no label but phase, load,
 * scenario, part and the load's own tags.
 */
#ifndef DRIVER_METRIC_METRIC_SELECTION_H
#define DRIVER_METRIC_METRIC_SELECTION_H

#include "driver/load/result.h"
#include "driver/load/spec.h"
#include "driver/metric/label_filter.h"
#include "driver/metric/metric.h"
#include "driver/metric/vus_range.h"

/* All zero but for the filter: nothing was added yet. */
struct metric_selection {
    struct label_filter filter;
    struct histogram response, service, lateness;
    uint64_t requests, lost, dropped, bytes_received, bytes_sent, check_passes, check_fails;
    struct vus_range vus;
    bool all;        /* so far every second was added */
    int64_t last;    /* the latest second that was added, plus 1 */
    int64_t seconds; /* so many were added */
};

/* labels: "" = no filter. */
int metric_selection_init(struct metric_selection *selection, const char *labels, struct error *error);
void metric_selection_release(struct metric_selection *selection);

/* -1 when a metric does not have one of the labels, with what is wrong. */
int metric_selection_check(const struct metric_selection *selection, const char *metric, struct error *error);

/* Adds what matches. spec: of the load, with its names, tags and checks. */
void metric_selection_add_row(struct metric_selection *selection, const struct load_spec *spec, const struct load_row *row);
void metric_selection_add_tick(struct metric_selection *selection, const struct load_spec *spec, const struct load_tick *tick);

/* What the metrics are read from; it borrows. seconds: how long the whole load lasted. */
struct metric_data metric_selection_data(const struct metric_selection *selection, double seconds);

#endif
