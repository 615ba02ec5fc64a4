/*
 * Tells where two JSON trees differ: every path at which a value is another, missing or too many.
 * Texts that differ in a pod that Kubernetes picks at random do not (pod_choice.h), but are counted.
 */
#ifndef TESTS_VECTORS_DIFFERENCE_H
#define TESTS_VECTORS_DIFFERENCE_H

#include <stddef.h>
#include <stdio.h>

#include <cjson/cJSON.h>

struct difference_place {
    const char *scenario;
    int step;
    const cJSON *pods; /* of the step; see pod_choice.h */
    FILE *report;
    size_t *pod_choices; /* counts the texts that match but for the choice of a pod */
};

/* Prints "SCENARIO step N PATH: expected X, got Y" for each; returns how many. NULL is "nothing there". */
int difference_report(const struct difference_place *place, const cJSON *expected, const cJSON *got);

#endif
