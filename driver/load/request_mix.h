/*
 * The requests of a load, made ready to be sent: templates read once, and which request comes when.
 *
 * Round robin: a pattern as long as the sum of the weights, in which each place goes to the request that is due earliest.
 * Request i of the load takes place i mod that length, so that several generators together send the same mix.
 */
#ifndef DRIVER_LOAD_REQUEST_MIX_H
#define DRIVER_LOAD_REQUEST_MIX_H

#include "driver/load/spec.h"
#include "driver/load/url.h"

#define LOAD_MOST_REQUESTS 100
#define LOAD_MOST_REQUEST_WEIGHT 10000 /* sum of the weights */

struct mixed_header {
    char *name;
    struct text_template value;
};

struct mixed_request {
    struct request_spec spec; /* borrows */
    struct url_template url;
    struct mixed_header *headers; /* as many as the spec has */
    struct text_template body;
    bool has_body;
    struct parsed_check *checks; /* as many as the spec has */
};

struct request_mix {
    const struct load_spec *spec; /* borrowed */
    struct load_data data;
    size_t count;
    struct mixed_request *requests;
    uint64_t length;   /* of the pattern; 1 where there is one request */
    uint16_t *pattern; /* place -> request */
    uint16_t *turns;   /* place -> how often its request comes before it */
};

/* -1 when a template is wrong, or the requests ask several servers. */
int request_mix_create(const struct load_spec *spec, struct request_mix *mix, struct error *error);
void request_mix_release(struct request_mix *mix);

/* Which request is the load's number-th; *turn: how often it was sent before. vu: of a closed model, else 0. */
size_t request_mix_choose(const struct request_mix *mix, uint64_t number, uint64_t vu, uint64_t *turn);

/* Whether a request has a header of a name, in any case. */
bool mixed_request_has_header(const struct mixed_request *request, const char *name);

/* The longest body; 0 when there is none. */
size_t request_mix_longest_body(const struct request_mix *mix);

#endif
