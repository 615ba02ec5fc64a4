/*
 * The bytes of a load's requests, made once but for what their variables become.
 */
#ifndef DRIVER_LOAD_LEAN_REQUEST_H
#define DRIVER_LOAD_LEAN_REQUEST_H

#include "driver/load/request_mix.h"

struct lean_request {
    struct text_template head; /* with the body, where its length is always the same */
    struct text_template body; /* else the head ends before the header of its length */
    bool counted;              /* the body is apart */
};

void lean_request_init(struct lean_request *request, const struct mixed_request *mixed, const struct load_data *data);
void lean_request_release(struct lean_request *request);

/* The most bytes that a request has. */
size_t lean_request_size(const struct lean_request *request);

/* Writes a request to out, which has that size; returns its length. */
size_t lean_request_write(const struct lean_request *request, const struct template_values *values, char *out);

#endif
