#include "cluster/api/selector_text.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "common/memory.h"

static const struct {
    const char *text;
    enum selector_token token;
} known_tokens[] = {
    {")", TOKEN_CLOSE},      {",", TOKEN_COMMA},   {"!", TOKEN_NOT_EXISTS}, {"==", TOKEN_DOUBLE_EQUALS},
    {"=", TOKEN_EQUALS},     {"in", TOKEN_IN},     {"(", TOKEN_OPEN},       {"!=", TOKEN_NOT_EQUALS},
    {"notin", TOKEN_NOT_IN}, {">", TOKEN_GREATER}, {"<", TOKEN_LESS},
};

static enum selector_token known_token(const char *text, size_t length)
{
    for (size_t i = 0; i < sizeof known_tokens / sizeof known_tokens[0]; i++) {
        if (strlen(known_tokens[i].text) == length && memcmp(known_tokens[i].text, text, length) == 0)
            return known_tokens[i].token;
    }
    return TOKEN_ERROR;
}

static bool is_special(char character)
{
    return character != '\0' && strchr("=!(),><", character) != NULL;
}

static bool is_white_space(char character)
{
    return character == ' ' || character == '\t' || character == '\r' || character == '\n';
}

static size_t word_length(const char *text)
{
    size_t length = 0;
    while (text[length] != '\0' && !is_special(text[length]) && !is_white_space(text[length]))
        length++;
    return length;
}

/* The longest run of special characters that is an operator all along. */
static size_t operator_length(const char *text)
{
    size_t length = 1;
    while (is_special(text[length]) && known_token(text, length + 1) != TOKEN_ERROR)
        length++;
    return length;
}

static void scan(struct selector_reader *reader)
{
    while (is_white_space(*reader->position))
        reader->position++;
    size_t length = 0;
    if (*reader->position == '\0') {
        reader->token = TOKEN_END;
    } else if (is_special(*reader->position)) {
        length = operator_length(reader->position);
        reader->token = known_token(reader->position, length);
    } else {
        length = word_length(reader->position);
        reader->token = known_token(reader->position, length);
        if (reader->token == TOKEN_ERROR)
            reader->token = TOKEN_IDENTIFIER;
    }
    reader->literal = memory_copy_bytes(reader->position, length);
    reader->position += length;
}

void selector_reader_open(struct selector_reader *reader, const char *text)
{
    *reader = (struct selector_reader){.position = text};
    scan(reader);
}

void selector_reader_close(struct selector_reader *reader)
{
    free(reader->literal);
    free(reader->consumed);
}

enum selector_token selector_reader_look(const struct selector_reader *reader, bool values)
{
    if (values && (reader->token == TOKEN_IN || reader->token == TOKEN_NOT_IN))
        return TOKEN_IDENTIFIER;
    return reader->token;
}

enum selector_token selector_reader_take(struct selector_reader *reader, bool values)
{
    enum selector_token token = selector_reader_look(reader, values);
    free(reader->consumed);
    reader->consumed = reader->literal;
    scan(reader);
    return token;
}
