/*
 * An answer as the routes fill it in, before it is an HTTP response.
 */
#ifndef WEBAPP_ANSWER_H
#define WEBAPP_ANSWER_H

#include "apps/webapp/cache.h"
#include "common/buffer.h"

#define ANSWER_MAXIMUM ((size_t)256 * 1024)

struct answer {
    unsigned code;
    const char *type;  /* Content-Type; static text */
    const char *allow; /* Allow header for 405; NULL: none */
    enum cache_result cache;
    struct buffer body;
};

/* An empty 200; release with answer_release. */
void answer_init(struct answer *answer);
void answer_release(struct answer *answer);

/* Makes it an error with the body {"error": "..."}. */
void answer_error(struct answer *answer, unsigned code, const char *format, ...) __attribute__((format(printf, 3, 4)));

#endif
