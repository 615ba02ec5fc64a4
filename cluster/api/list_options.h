/*
 * What the query of a list or watch asks for beside its selectors: versions, pages, initial events.
 */
#ifndef CLUSTER_API_LIST_OPTIONS_H
#define CLUSTER_API_LIST_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>

#include "cluster/api/http_request.h"
#include "cluster/api/object.h"
#include "cluster/api/status.h"

/* Judges which options go together, for a list or a watch. -1 with Kubernetes's 422 Status. */
int list_options_check(const struct http_request *request, bool watch, struct status *status);

/* Where a page starts. */
struct page {
    int64_t limit; /* 0 = all */
    bool continued;
    int64_t version; /* of the first page; -1: the present, come what may */
    char *namespace; /* after this object */
    char *name;
};
void page_release(struct page *page);
#define AUTO_PAGE __attribute__((cleanup(page_release)))

/* From limit and continue; -1 with a 400 Status. */
int page_read(const struct http_request *request, struct page *page, struct status *status);

/* What a client sends as continue to go on after this object, opaque to it; the caller frees it. */
char *page_token(const char *namespace, const char *name, int64_t version);

#endif
