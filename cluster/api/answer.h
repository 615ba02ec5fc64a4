/*
 * What a handler answers: a code with a whole body, or a stream that goes on until it ends itself, the client leaves or
 * the server stops.
 */
#ifndef CLUSTER_API_ANSWER_H
#define CLUSTER_API_ANSWER_H

#include <stdint.h>

#include "cluster/api/status.h"
#include "common/buffer.h"
#include "common/json.h"

#define ANSWER_MAXIMUM (256 * 1024 * 1024)
#define ANSWER_JSON "application/json"
#define ANSWER_TEXT "text/plain; charset=utf-8"

/* What a stream waits for when it has nothing to say. */
struct stream_wait {
    int descriptor;   /* readable = step again; -1 = none */
    int64_t deadline; /* monotonic; step again then */
};

struct stream {
    void *context;
    /* Appends what there is to send. Returns 1 = go on (with nothing appended: wait first), 0 = end after the bytes, -1 = broken
     * off: the client sees that the answer is not complete. */
    int (*step)(void *context, struct buffer *bytes, struct stream_wait *wait);
    void (*release)(void *context);
};

struct answer {
    int code;
    const char *content_type; /* static */
    struct buffer body;
    struct stream stream; /* step NULL: no stream */
    cJSON *warnings;      /* texts for the header Warning; NULL = none */
    cJSON *headers;       /* name -> text, a name may be there twice: sent in place of the usual ones; NULL = the usual ones */
};

/* An empty 200 of JSON. */
void answer_init(struct answer *answer);
void answer_release(struct answer *answer);

/* Each replaces what was there. */
void answer_text(struct answer *answer, int code, const char *text);
void answer_tree(struct answer *answer, int code, const cJSON *tree);
void answer_status(struct answer *answer, const struct status *status);
void answer_error(struct answer *answer, int code, const char *reason, const char *message);

/* Adds texts to the warnings. */
void answer_warn(struct answer *answer, const cJSON *texts);

/* 500 when the body would have become larger than ANSWER_MAXIMUM. */
void answer_check(struct answer *answer);

#endif
