/*
 * What of a load a threshold is about, as k6 writes it behind a metric's name: {name:checkout,phase:peak}. All of the labels
 * have to be there with these values.
 */
#ifndef DRIVER_METRIC_LABEL_FILTER_H
#define DRIVER_METRIC_LABEL_FILTER_H

#include <stdbool.h>
#include <stddef.h>

#include "common/error.h"

#define LABEL_FILTER_MOST 8
#define LABEL_KEY_SIZE 64
#define LABEL_VALUE_SIZE 256

struct label_filter {
    size_t count;
    struct {
        char key[LABEL_KEY_SIZE];
        char value[LABEL_VALUE_SIZE];
    } labels[LABEL_FILTER_MOST];
};

/* Of "{key:value,...}", or "" for no labels. */
int label_filter_parse(const char *text, struct label_filter *filter, struct error *error);

/* The value that is wanted of a label; NULL = any. */
const char *label_filter_value(const struct label_filter *filter, const char *key);

#endif
