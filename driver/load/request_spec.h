/*
 * One request of a load: what is sent, under which name it is counted, and what its answer has to be.
 */
#ifndef DRIVER_LOAD_REQUEST_SPEC_H
#define DRIVER_LOAD_REQUEST_SPEC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "driver/load/check.h"

/* Of names that results carry (a request's, a phase's), with the NUL. */
#define LOAD_NAME_SIZE 64

struct load_header {
    char *name;
    char *value;
};

/* Whether a text may be a header's name (a token of RFC 9110). */
bool load_header_name_is_valid(const char *name);

struct load_label {
    char *key;
    char *value;
};

/* Texts that are templates: text_template.h says what is in them. */
struct request_spec {
    char *name;      /* k6's tag `name`; "" = none */
    uint32_t weight; /* how often it is sent, beside the others' */
    char *method;
    char *url; /* a template, with the query */
    size_t header_count;
    struct load_header *headers; /* values are templates */
    char *body;                  /* a template; NULL = none */
    size_t body_length;
    int64_t timeout; /* nanoseconds, from the actual start */
    size_t tag_count;
    struct load_label *tags;
    size_t check_count;
    struct load_check *checks;
};

void request_spec_release(struct request_spec *request);

void load_headers_release(struct load_header *headers, size_t count); /* values may be secrets: they are wiped */
void load_labels_release(struct load_label *labels, size_t count);

#endif
