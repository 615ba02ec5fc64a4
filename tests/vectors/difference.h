/*
 * Tells where two JSON trees differ: every path at which a value is another, missing or too many.
 */
#ifndef TESTS_VECTORS_DIFFERENCE_H
#define TESTS_VECTORS_DIFFERENCE_H

#include <stdio.h>

#include <cjson/cJSON.h>

struct difference_place {
    const char *scenario;
    int step;
    FILE *report;
};

/* Prints "SCENARIO step N PATH: expected X, got Y" for each; returns how many. NULL is "nothing there". */
int difference_report(const struct difference_place *place, const cJSON *expected, const cJSON *got);

#endif
