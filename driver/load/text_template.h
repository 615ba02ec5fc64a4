/*
 * Texts of requests with variables in them:
 *
 *   {A..B}          goes round the whole numbers from A to B, one further each time the request is sent
 *   {iteration}     the number of the request in the load, from 0
 *   {vu}            the number of the virtual user who sends it, from 1 (closed models)
 *   {random:A..B}   a whole number from A to B, drawn by the load's seed
 *   {csv:COLUMN}    the value of a column in the request's row of the load's data
 *
 * A backslash before a variable makes it plain text and is not sent itself. What is in braces and is none of these is plain
 * text too, except in URLs, where it is a mistake. In URLs the values are percent-encoded.
 */
#ifndef DRIVER_LOAD_TEXT_TEMPLATE_H
#define DRIVER_LOAD_TEXT_TEMPLATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/buffer.h"
#include "common/error.h"
#include "driver/load/data_rows.h"

enum template_use { TEMPLATE_TEXT, TEMPLATE_URL };

struct template_part;

/* All zero: an empty text. */
struct text_template {
    struct buffer plain; /* all plain text, one part's after the other's */
    size_t part_count;
    struct template_part *parts;
    size_t longest;   /* bytes that it becomes at most */
    size_t variables; /* so far in the request: begins with those of its texts before this one */
    bool uses_vu;
};

/* What the variables of one request become. */
struct template_values {
    uint64_t turn;      /* how often the request was sent before */
    uint64_t iteration; /* its number in the load */
    uint64_t vu;        /* from 1; 0 = none */
    uint64_t seed;
    const struct load_data *data; /* NULL = none */
};

/* Appends a text. data: whose columns there are; NULL = none. */
int text_template_add(struct text_template *text_template, const char *text, size_t length, enum template_use use,
                      const struct load_data *data, struct error *error);

/* Appends a text in which nothing is a variable. */
void text_template_add_plain(struct text_template *text_template, const char *text, size_t length);

void text_template_release(struct text_template *text_template);

/* Whether it always becomes the same. */
bool text_template_is_fixed(const struct text_template *text_template);

/* The length of what it becomes, and the text itself, without a NUL, to out, which has room for `longest` bytes. */
size_t text_template_length(const struct text_template *text_template, const struct template_values *values);
size_t text_template_write(const struct text_template *text_template, const struct template_values *values, char *out);

/* Appends a text so that none of its variables is one. */
void text_template_escape(const char *text, size_t length, struct buffer *out);

/* Appends a template of TEMPLATE_TEXT as a part of a URL: all but its variables percent-encoded. */
void text_template_encode(const char *text, struct buffer *out);

#endif
