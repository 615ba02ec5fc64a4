/*
 * UTF-8 as Unicode defines it: no overlong forms, no surrogates, nothing above U+10FFFF.
 */
#ifndef COMMON_UTF8_H
#define COMMON_UTF8_H

#include <stddef.h>

/* How many bytes the character at the start of the text takes, 1 to 4; 0 when it is none. length: of the text, at least 1. */
size_t utf8_character(const char *text, size_t length);

#endif
