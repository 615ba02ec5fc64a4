/*
 * Reads an HTTP/1.1 answer as its bytes come (RFC 9112): the head, and how long the body is. The body itself is counted
 * and passed over. Heads of more than HTTP_HEAD_MAXIMUM bytes, answers that contradict themselves about their length, and
 * what is no HTTP/1 at all are bad.
 */
#ifndef DRIVER_LOAD_HTTP_ANSWER_H
#define DRIVER_LOAD_HTTP_ANSWER_H

#include "common/buffer.h"
#include "driver/load/answer_checks.h"
#include "driver/load/request_mix.h"

#define HTTP_HEAD_MAXIMUM ((size_t)64 * 1024)

enum http_progress {
    HTTP_MORE, /* the answer goes on */
    HTTP_DONE, /* it is complete */
    HTTP_BAD
};

enum http_part {
    HTTP_HEAD,
    HTTP_BODY,       /* left bytes of it */
    HTTP_TO_THE_END, /* a body that ends with the connection */
    HTTP_CHUNK_SIZE,
    HTTP_CHUNK_EXTENSION, /* the rest of the size's line */
    HTTP_CHUNK,           /* left bytes of it */
    HTTP_CHUNK_END,       /* the line end after it */
    HTTP_TRAILER,         /* at the start of a line */
    HTTP_TRAILER_LINE     /* within a line */
};

struct http_answer {
    const struct load_spec *spec; /* whose headers are looked for */
    struct answer_labels labels;
    struct answer_checks checks;
    struct buffer head; /* what came of a head that is not complete yet */
    enum http_part part;
    bool without_body; /* of a HEAD request */
    bool reusable;     /* the connection, after this answer */
    bool digits;       /* a chunk size has begun */
    int status;        /* 0 = not known yet */
    uint64_t left;
    uint64_t bytes; /* of heads and bodies, so far */
};

/* Before the first answer. */
void http_answer_init(struct http_answer *answer, const struct load_spec *spec);
void http_answer_release(struct http_answer *answer);

/* Before each answer. */
void http_answer_begin(struct http_answer *answer);

/* After http_answer_begin: which request it answers, with that method and those checks, which are borrowed. Without it, the
 * method is the load's, and there are no checks. */
void http_answer_expect(struct http_answer *answer, const struct mixed_request *request);

/* Takes in bytes up to the answer's end; *used says how many of them that were. */
enum http_progress http_answer_take(struct http_answer *answer, const char *bytes, size_t length, size_t *used);

/* The connection has ended: HTTP_DONE when that is the end of the body too. A head that was cut after its status line
 * counts as having begun. */
enum http_progress http_answer_end(struct http_answer *answer);

#endif
