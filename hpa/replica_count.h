/*
 * From a usage ratio (usage / target) to a count of replicas.
 */
#ifndef HPA_REPLICA_COUNT_H
#define HPA_REPLICA_COUNT_H

#include <stdbool.h>
#include <stdint.h>

#include "hpa/hpa_input.h"
#include "hpa/hpa_spec.h"

/* How far a ratio may be off without anything happening. */
struct tolerance {
    double down;
    double up;
};

/* The flag's tolerance, or what the behavior says instead. */
struct tolerance tolerance_of(const struct hpa_spec *spec, const struct hpa_flags *flags);

/* Inclusive at both ends. */
bool tolerance_holds(struct tolerance tolerance, double ratio);

/* ceil(ratio * count). */
int32_t replicas_for_ratio(double ratio, int64_t count);

#endif
