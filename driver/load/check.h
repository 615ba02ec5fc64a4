/*
 * Checks (k6's): what the answer to a request has to be. They are counted, and change no outcome: a request whose check
 * fails may well be ok.
 *
 *   status is 200                    status in 200-299,304
 *   body contains ready              header X-Cache
 *   header X-Cache is hit            header Content-Type contains json
 *
 * An answer that did not come whole passes no check.
 */
#ifndef DRIVER_LOAD_CHECK_H
#define DRIVER_LOAD_CHECK_H

#include <stddef.h>
#include <stdint.h>

#include "common/error.h"

#define LOAD_MOST_CHECKS 16            /* of a request */
#define LOAD_CHECK_TEXT_SIZE 256       /* of a check as it is written, and of each of its texts */
#define LOAD_CHECK_MOST_RANGES 16      /* of statuses */
#define LOAD_CHECK_MOST_BODY (1 << 20) /* so many of the body's first bytes are looked through */

enum load_check_kind { CHECK_STATUS, CHECK_BODY_CONTAINS, CHECK_HEADER, CHECK_HEADER_IS, CHECK_HEADER_CONTAINS };

struct status_range {
    int first, last;
};

/* As it is written. */
struct load_check {
    char *name; /* k6's tag `check`; unless told, the text itself */
    char *text;
};

void load_checks_release(struct load_check *checks, size_t count);

/* What it means. */
struct parsed_check {
    enum load_check_kind kind;
    size_t range_count; /* CHECK_STATUS */
    struct status_range ranges[LOAD_CHECK_MOST_RANGES];
    char *header;                           /* its name */
    char *wanted;                           /* of the body or the header's value */
    uint8_t fallback[LOAD_CHECK_TEXT_SIZE]; /* of the body: how much of the text still matches when its next byte does not */
};

int parsed_check_read(const char *text, struct parsed_check *check, struct error *error);
void parsed_check_release(struct parsed_check *check);

#endif
