/*
 * Sets of completion indexes in the form in which an Indexed Job's status and success policy hold them: "1,3-5,7".
 */
#ifndef CLUSTER_API_INDEX_SET_H
#define CLUSTER_API_INDEX_SET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/error.h"

struct index_interval {
    int32_t first, last;
};

/* Empty when all zero. Intervals are in order, with gaps between them. */
struct index_set {
    struct index_interval *intervals;
    size_t count;
};

void index_set_release(struct index_set *set);
#define AUTO_INDEX_SET __attribute__((cleanup(index_set_release)))

/* Fills an empty set with increasing indexes below limit; -1 with Kubernetes's words. "" is the empty set. */
int index_set_parse(const char *text, int32_t limit, struct index_set *set, struct error *error);

void index_set_add(struct index_set *set, int32_t index);
bool index_set_contains(const struct index_set *set, int32_t index);

/* How many indexes below limit it has. */
int64_t index_set_size(const struct index_set *set, int32_t limit);

/* How many indexes both have. */
int64_t index_set_common(const struct index_set *left, const struct index_set *right);

/* The caller frees it. Indexes from limit on are left out. */
char *index_set_text(const struct index_set *set, int32_t limit);

#endif
