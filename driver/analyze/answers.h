/*
 * Adds up what the load did: totals and seconds of a variant, each pod's seconds, and the requests that were kept
 * singly.
 */
#ifndef DRIVER_ANALYZE_ANSWERS_H
#define DRIVER_ANALYZE_ANSWERS_H

#include "driver/analyze/figures.h"
#include "driver/analyze/texts.h"
#include "driver/load/result.h"

/* One row of one pod. */
struct pod_second {
    const char *pod;
    int64_t second;
    enum load_warmth warmth;
    uint64_t answers; /* ok */
    int64_t p50;      /* response time */
    int64_t first_sent;
    int64_t last_connection;
};

struct kept_request {
    struct load_exemplar exemplar; /* server is not used */
    const char *server;
};

struct answers {
    struct figures_texts *texts;         /* borrowed */
    struct variant_figures *figures;     /* borrowed; its totals are filled as rows come */
    struct histogram *second_histograms; /* response times, as many as figures->second_count */
    bool warmth_known;                   /* any answer said whether it was warm */
    size_t pod_second_count;
    struct pod_second *pod_seconds;
    size_t kept_count;
    struct kept_request *kept;
};

void answers_release(struct answers *answers);
void answers_see_tick(struct answers *answers, const struct load_tick *tick);
void answers_see_row(struct answers *answers, const struct load_row *row);
void answers_see_exemplar(struct answers *answers, const struct load_exemplar *exemplar);

/* The percentiles of a histogram. */
struct time_figures answers_summarise(const struct histogram *histogram);

/* Percentiles of the totals and of each second. */
void answers_settle(struct answers *answers);

/* Answers of a pod within a span of time; rows are spread evenly over their second. */
double answers_between(const struct answers *answers, const char *pod, int64_t from, int64_t until);

#endif
