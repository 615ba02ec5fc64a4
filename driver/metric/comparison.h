/*
 * The grammar of expectations: NAME OPERATOR VALUE, or METRIC{LABEL:VALUE,...}: AGGREGATE OPERATOR VALUE, where the labels
 * may be missing.
 */
#ifndef DRIVER_METRIC_COMPARISON_H
#define DRIVER_METRIC_COMPARISON_H

#include <stdbool.h>

#include "common/error.h"

enum comparison_operator {
    COMPARE_LESS,
    COMPARE_LESS_EQUAL,
    COMPARE_GREATER,
    COMPARE_GREATER_EQUAL,
    COMPARE_EQUAL,
    COMPARE_NOT_EQUAL
};

enum literal_unit {
    LITERAL_WORD,    /* text alone */
    LITERAL_NUMBER,  /* 37 */
    LITERAL_TIME,    /* 4s, 850ms: nanoseconds */
    LITERAL_PERCENT, /* 20% */
};

#define COMPARISON_TEXT_SIZE 256

struct comparison {
    char name[COMPARISON_TEXT_SIZE];      /* or the metric */
    char labels[COMPARISON_TEXT_SIZE];    /* of the metric, in braces: label_filter.h; "" = none */
    char aggregate[COMPARISON_TEXT_SIZE]; /* "" = no metric */
    enum comparison_operator sign;
    enum literal_unit unit;
    double number;
    char word[COMPARISON_TEXT_SIZE]; /* the value as text, without quotes */
};

int comparison_parse(const char *text, struct comparison *comparison, struct error *error);

bool comparison_holds(double left, enum comparison_operator sign, double right);

#endif
