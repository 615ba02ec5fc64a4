/*
 * The URL of a load: "http://host:port/path" with "{A..B}" in it, which goes round the numbers from A to B.
 */
#ifndef DRIVER_LOAD_URL_H
#define DRIVER_LOAD_URL_H

#include <stddef.h>
#include <stdint.h>

#include "common/error.h"

struct url_template {
    char *text;         /* the URL as written */
    size_t range_begin; /* offsets of "{A..B}" in text; equal when there is none */
    size_t range_end;
    int64_t first, last; /* A and B */
    char host[256];
    uint16_t port;
};

/* Checks scheme (http or https), host, port and the range (at most one; 0 <= A <= B). */
int url_template_parse(const char *text, struct url_template *url, struct error *error);
void url_template_release(struct url_template *url);

/* The URL of request number i, cut to size; returns out. */
char *url_template_expand(const struct url_template *url, uint64_t i, char *out, size_t size);

#endif
