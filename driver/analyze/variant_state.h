/*
 * What the analysis of one variant works on: everything that was seen, and the figures that come of it. The steps after
 * the visit, in their order: pod_life, blame, fairness, replicas, capacity, memory_use, anatomy, elasticity.
 */
#ifndef DRIVER_ANALYZE_VARIANT_STATE_H
#define DRIVER_ANALYZE_VARIANT_STATE_H

#include "driver/analyze/answers.h"
#include "driver/analyze/events.h"
#include "driver/analyze/figures.h"
#include "driver/analyze/gaps.h"
#include "driver/analyze/given.h"
#include "driver/analyze/marks.h"
#include "driver/analyze/pods.h"
#include "driver/analyze/requests.h"
#include "driver/analyze/scaling.h"
#include "driver/analyze/texts.h"
#include "driver/analyze/usage.h"

struct variant_state {
    struct figures_texts *texts; /* borrowed */
    struct variant_figures *figures;
    struct answers answers;
    struct requests requests;
    struct pods pods;
    struct events events;
    struct scaling scaling;
    struct usage usage;
    struct marks marks;
    struct given given;
    struct gaps gaps;
    int64_t boot_time; /* how long pods without a probe boot, by their own age; FIGURES_NEVER = not known */
};

/* pod_life.c: boot, first answers, warmth, pulled images, last connections of each pod. */
void find_pod_lives(struct variant_state *state);

/* blame.c: spikes with their pods and phases, episodes, sums by phase. */
void find_spikes(struct variant_state *state);

/* fairness.c: how evenly the pods were asked at the end. */
void find_fairness(struct variant_state *state);

/* replicas.c: replica steps and what sums them up. */
void find_replicas(struct variant_state *state);

/* capacity.c: CPU a request, requests/s a pod. */
void find_capacity(struct variant_state *state);

/* memory_use.c: samples of the pods, the memory that the HPA aims at, the order of removals. */
void find_memory_use(struct variant_state *state);

/* elasticity.c: reversals, cost, and how well the pods followed the demand. */
void find_elasticity(struct variant_state *state);

/* anatomy.c: the stages of each scale-up, the scale-downs. */
void find_anatomy(struct variant_state *state);

#endif
