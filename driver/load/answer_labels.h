/*
 * What an answer's headers say of the pod that gave it. They come from outside and are not trusted: names are cut and
 * cleaned, numbers that make no sense are passed over.
 */
#ifndef DRIVER_LOAD_ANSWER_LABELS_H
#define DRIVER_LOAD_ANSWER_LABELS_H

#include "driver/load/result.h"
#include "driver/load/spec.h"

/* Texts with their lengths: a header line's two sides, without white space around the value. */
struct header_line {
    const char *name, *value;
    size_t name_length, value_length;
};

struct answer_labels {
    char server[LOAD_SERVER_SIZE]; /* "" = not said */
    int64_t server_age;            /* nanoseconds; -1 = not said */
    enum load_warmth warmth;
};

void answer_labels_clear(struct answer_labels *labels);

/* Splits "Name: value"; false when there is no colon or no name. */
bool header_line_split(const char *line, size_t length, struct header_line *header);

/* Whether the name is this one, in any case. */
bool header_line_is(const struct header_line *header, const char *name);

/* Takes in a header when it is one of those that the load asks about. */
void answer_labels_see(struct answer_labels *labels, const struct load_spec *spec, const struct header_line *header);

#endif
