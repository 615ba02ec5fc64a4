/*
 * UTF-8 as Unicode defines it: no overlong forms, no surrogates, nothing above U+10FFFF.
 */
#ifndef COMMON_UTF8_H
#define COMMON_UTF8_H

#include <stdbool.h>
#include <stddef.h>

/* How many bytes the character at the start of the text takes, 1 to 4; 0 when it is none. length: of the text, at least 1. */
size_t utf8_character(const char *text, size_t length);

/* Whether all of the text is characters. */
bool utf8_is_valid(const char *text);

/* A copy in which U+FFFD stands for each byte that is no part of a character; the caller frees it. */
char *utf8_copy(const char *text);

#endif
