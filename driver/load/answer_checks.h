/*
 * Whether an answer passes the checks of its request, as its bytes come.
 */
#ifndef DRIVER_LOAD_ANSWER_CHECKS_H
#define DRIVER_LOAD_ANSWER_CHECKS_H

#include "driver/load/answer_labels.h"
#include "driver/load/check.h"

struct answer_checks {
    const struct parsed_check *checks; /* borrowed */
    size_t count;
    uint32_t passed;                   /* a bit for each */
    uint64_t seen;                     /* of the body */
    uint8_t matched[LOAD_MOST_CHECKS]; /* of each text that is looked for in the body: how much of it ends where it was read */
};

/* Before each answer. */
void answer_checks_begin(struct answer_checks *checks, const struct parsed_check *list, size_t count);

/* A head begins: what was said in one before it, of an answer on the way to the real one, is forgotten. */
void answer_checks_head(struct answer_checks *checks);
void answer_checks_header(struct answer_checks *checks, const struct header_line *header);
void answer_checks_body(struct answer_checks *checks, const char *bytes, size_t length);

/* The answer is whole: the checks that it passed, a bit for each. */
uint32_t answer_checks_end(const struct answer_checks *checks, int status);

#endif
