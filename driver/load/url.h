/*
 * The URL of a request: "http://host:port/path", a template whose variables stand behind the host.
 */
#ifndef DRIVER_LOAD_URL_H
#define DRIVER_LOAD_URL_H

#include <stddef.h>
#include <stdint.h>

#include "common/error.h"
#include "driver/load/text_template.h"

struct url_template {
    char *text;                         /* the URL as written */
    struct text_template text_template; /* of all of it */
    size_t path_begin;                  /* offset of the path or query in text */
    char host[256];
    uint16_t port;
    bool secure; /* https:// */
};

/* Checks scheme (http or https), host, port and variables. data: whose columns there are; NULL = none. */
int url_template_parse(const char *text, const struct load_data *data, struct url_template *url, struct error *error);
void url_template_release(struct url_template *url);

/* Whether two ask the same server: scheme, host and port. */
bool url_template_same_server(const struct url_template *left, const struct url_template *right);

/* The URL of a request, cut to size; returns out. */
char *url_template_expand(const struct url_template *url, const struct template_values *values, char *out, size_t size);

#endif
