/*
 * The three conditions of an HPA and when they last changed. Messages are kept as facts and rendered on demand.
 */
#ifndef HPA_CONDITIONS_H
#define HPA_CONDITIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/buffer.h"
#include "hpa/hpa.h"
#include "hpa/reason.h"
#include "hpa/spec_copy.h"

#define CONDITION_COUNT 3

struct condition {
    enum hpa_condition_type type;
    bool status;
    enum reason reason;
    int64_t last_transition;
    int64_t number;         /* DETAIL_NUMBER */
    struct buffer text;     /* DETAIL_TEXT */
    struct spec_copy *spec; /* DETAIL_METRIC: metric is an index of this spec's */
    size_t metric;
};

/* In the order in which they first appeared. */
struct condition_list {
    struct condition items[CONDITION_COUNT];
    size_t count;
};

void condition_list_init(struct condition_list *list);
void condition_list_release(struct condition_list *list);

/* Sets status and reason; the transition time moves when the status does. Returns it for the caller to add details. */
struct condition *condition_set(struct condition_list *list, enum hpa_condition_type type, bool status, enum reason reason,
                                int64_t now);

/* The same with a text, which is copied (cut when it is very long). */
void condition_set_text(struct condition_list *list, enum hpa_condition_type type, bool status, enum reason reason, int64_t now,
                        const char *text);

#endif
