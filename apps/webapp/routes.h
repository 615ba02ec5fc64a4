/*
 * What each path answers. Takes as long and costs as much CPU as the answer is meant to.
 */
#ifndef WEBAPP_ROUTES_H
#define WEBAPP_ROUTES_H

#include <stddef.h>
#include <stdint.h>

#include "apps/webapp/answer.h"
#include "apps/webapp/pod.h"

#define PARAMETER_MAXIMUM 8

/* A request, decoded. Texts are borrowed; a parameter without "=" has the value NULL. */
struct request_line {
    const char *method;
    const char *path; /* without the query */
    size_t parameter_count;
    struct {
        const char *name;
        const char *value;
    } parameters[PARAMETER_MAXIMUM];
    int64_t thread_cpu; /* the thread's CPU clock when this request began; its cost is counted from here */
};

/* Whether the pod has come to where it hangs (--hang-after). */
bool routes_hang(const struct pod *pod);

/* Does not return in a pod that hangs: the thread waits for the end of the process. */
void routes_answer(struct pod *pod, const struct request_line *request, struct answer *answer);

#endif
