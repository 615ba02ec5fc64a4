/*
 * The bytes of a load's requests, made once; only the number that goes round in the URL differs from one to the next.
 */
#ifndef DRIVER_LOAD_LEAN_REQUEST_H
#define DRIVER_LOAD_LEAN_REQUEST_H

#include "driver/load/spec.h"
#include "driver/load/url.h"

struct lean_request {
    char *head, *tail; /* what comes before the number and after it; the whole request is in head when there is none */
    size_t head_length, tail_length;
    int64_t first;
    uint64_t span; /* how many numbers there are; 0 = none */
};

void lean_request_init(struct lean_request *request, const struct load_spec *spec, const struct url_template *url);
void lean_request_release(struct lean_request *request);

/* The most bytes that a request has. */
size_t lean_request_size(const struct lean_request *request);

/* Writes request number index to out, which has that size; returns its length. */
size_t lean_request_write(const struct lean_request *request, uint64_t index, char *out);

#endif
