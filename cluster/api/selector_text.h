/*
 * Splits the text of a label selector into tokens, as Kubernetes's labels package does: special characters make the
 * longest known operator, "in" and "notin" are words or operators depending on where they stand.
 */
#ifndef CLUSTER_API_SELECTOR_TEXT_H
#define CLUSTER_API_SELECTOR_TEXT_H

#include <stdbool.h>

enum selector_token {
    TOKEN_ERROR,
    TOKEN_END,
    TOKEN_CLOSE,
    TOKEN_COMMA,
    TOKEN_NOT_EXISTS,
    TOKEN_DOUBLE_EQUALS,
    TOKEN_EQUALS,
    TOKEN_GREATER,
    TOKEN_IDENTIFIER,
    TOKEN_IN,
    TOKEN_LESS,
    TOKEN_NOT_EQUALS,
    TOKEN_NOT_IN,
    TOKEN_OPEN,
};

struct selector_reader {
    const char *position;
    enum selector_token token; /* the token at the front, not yet consumed */
    char *literal;             /* its text; owned */
    char *consumed;            /* text of the token consumed last; owned */
};

void selector_reader_open(struct selector_reader *reader, const char *text);
void selector_reader_close(struct selector_reader *reader);

/* The front token; where values are expected, "in" and "notin" are identifiers. */
enum selector_token selector_reader_look(const struct selector_reader *reader, bool values);

/* Takes the front token; its text is reader->consumed until the next call. */
enum selector_token selector_reader_take(struct selector_reader *reader, bool values);

#endif
