/*
 * Structs as JSON objects, by tables: one list of members serves the writing and the reading, so that the two agree. A
 * member's key is its name in the struct.
 *
 * Numbers come back exactly: whole ones up to 2^53, which is what JSON's readers keep, decimals bit by bit.
 */
#ifndef DRIVER_WIRE_WIRE_FIELD_H
#define DRIVER_WIRE_WIRE_FIELD_H

#include <stdbool.h>
#include <stddef.h>

#include "common/buffer.h"
#include "common/error.h"
#include "common/json.h"

#define WIRE_MOST_WHOLE 9007199254740992.0 /* 2^53 */

enum wire_kind {
    WIRE_BOOLEAN,
    WIRE_WHOLE,        /* any whole type, from minimum to maximum; a signed one where minimum is below 0 */
    WIRE_DECIMAL,      /* double, from minimum to maximum */
    WIRE_MOMENT,       /* int64_t as text: nanoseconds since 1970 are more than 2^53 */
    WIRE_CHOICE,       /* an enum as the word that names it; maximum: the last one */
    WIRE_TEXT,         /* char *, owned; at most maximum bytes */
    WIRE_TEXT_OR_NULL, /* the same, or null */
    WIRE_BYTES,        /* char *, owned, with a NUL behind its size_t at count_offset bytes: as base64, or null */
    WIRE_NAME,         /* char[size] */
    WIRE_HISTOGRAM,    /* struct histogram, as base64 of histogram_encode; "" = empty */
    WIRE_COUNTS,       /* uint64_t[]: an object from the places' names to numbers; zeros are left out */
    WIRE_NUMBERS,      /* uint32_t *, owned, NULL = null; as many as the whole member at count_offset says, written before */
    WIRE_OBJECT,       /* a struct of the table's */
    WIRE_ARRAY,        /* a pointer to structs of the table's, owned; their number (size_t) is at count_offset */
    WIRE_PLACES        /* the same within the struct, at most maximum of them */
};

struct wire_table;

struct wire_field {
    const char *name;
    enum wire_kind kind;
    bool required; /* else what is there stays when the member is missing */
    size_t offset, size, count_offset;
    double minimum, maximum;
    const char *(*word)(unsigned place); /* of choices and counts */
    const struct wire_table *table;
};

struct wire_table {
    const struct wire_field *fields; /* at most 64 */
    size_t field_count;
    size_t size;                   /* of the struct */
    void (*prepare)(void *zeroed); /* gives a zeroed struct its defaults before it is read; NULL = there are none */
};

#define WIRE_TABLE(type, list)                                                                                                   \
    {                                                                                                                            \
        .fields = (list), .field_count = sizeof(list) / sizeof *(list), .size = sizeof(type)                                     \
    }

/* The beginning of a field, for an initializer: a member of a struct, and whether it must be there. */
#define WIRE_MEMBER(type, member, needed, what)                                                                                  \
    .name = #member, .kind = (what), .required = (needed), .offset = offsetof(type, member), .size = sizeof(((type *)0)->member)

/* Appends the object. What is written is what the reader takes; going over the buffer's maximum marks the buffer. */
void wire_write(const struct wire_table *table, const void *from, struct buffer *text);

/* Fills a zeroed struct, which is to be released also after an error. Errors name the member and
 * what was expected; unknown members and members that are there twice are refused. */
int wire_read(const struct wire_table *table, const cJSON *object, void *to, struct error *error);

/* Puts "what: " before an error and makes it one line, whatever it quotes. Returns -1. */
int wire_fail(const char *what, struct error *error);

/* Appends a text in quotes. */
void wire_write_text(const char *value, struct buffer *text);

#endif
