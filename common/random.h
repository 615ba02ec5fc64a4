/*
 * Random bytes of the kernel, for names, marks and secrets; and bytes as hexadecimal digits.
 */
#ifndef COMMON_RANDOM_H
#define COMMON_RANDOM_H

#include <stddef.h>

/* Size of the text of count bytes with its NUL. */
#define HEX_TEXT_SIZE(count) (2 * (count) + 1)

/* Fills bytes; a kernel that has none ends the program, since what was meant to be secret would be known. */
void random_fill(void *bytes, size_t count);

/* Writes count bytes as lower-case digits and a NUL to text of HEX_TEXT_SIZE(count) characters, which it returns. */
char *hex_format(const void *bytes, size_t count, char *text);

/* Writes count random bytes as hex_format does. */
char *random_hex(size_t count, char *text);

#endif
