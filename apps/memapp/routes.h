/*
 * What each path answers.
 */
#ifndef MEMAPP_ROUTES_H
#define MEMAPP_ROUTES_H

#include <stddef.h>
#include <stdint.h>

#include "apps/memapp/holder.h"
#include "common/buffer.h"

#define ANSWER_MAXIMUM ((size_t)16 * 1024)
#define PARAMETER_MAXIMUM 4

/* The pod as requests see it; borrowed. */
struct pod {
    const char *name;
    int64_t maximum_mib; /* of PUT /size */
    struct holder *holder;
};

/* A request, decoded. Texts are borrowed; a parameter without "=" has the value NULL. */
struct request_line {
    const char *method;
    const char *path; /* without the query */
    size_t parameter_count;
    struct {
        const char *name;
        const char *value;
    } parameters[PARAMETER_MAXIMUM];
};

struct answer {
    unsigned code;
    const char *type;  /* Content-Type; static text */
    const char *allow; /* Allow header for 405; NULL: none */
    struct buffer body;
};

/* An empty 200; release with answer_release. */
void answer_init(struct answer *answer);
void answer_release(struct answer *answer);

/* Makes it an error with the body {"error": "..."}. */
void answer_error(struct answer *answer, unsigned code, const char *format, ...) __attribute__((format(printf, 3, 4)));

/* Fills in an answer that is fresh from answer_init. Takes as long as the file takes to be mapped for PUT /size. */
void routes_answer(const struct pod *pod, const struct request_line *request, struct answer *answer);

#endif
