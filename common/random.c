#include "common/random.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/types.h>

void random_fill(void *bytes, size_t count)
{
    unsigned char *to = bytes;
    while (count > 0) {
        ssize_t got = getrandom(to, count, 0);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0) {
            (void)fputs("no random bytes\n", stderr);
            abort();
        }
        to += got;
        count -= (size_t)got;
    }
}

char *hex_format(const void *bytes, size_t count, char *text)
{
    static const char digits[] = "0123456789abcdef";
    const unsigned char *from = bytes;
    for (size_t i = 0; i < count; i++) {
        text[2 * i] = digits[from[i] >> 4];
        text[2 * i + 1] = digits[from[i] & 15];
    }
    text[2 * count] = '\0';
    return text;
}

char *random_hex(size_t count, char *text)
{
    char *start = text;
    while (count > 0) {
        unsigned char bytes[32];
        size_t part = count < sizeof bytes ? count : sizeof bytes;
        random_fill(bytes, part);
        text = hex_format(bytes, part, text) + 2 * part;
        explicit_bzero(bytes, sizeof bytes);
        count -= part;
    }
    *text = '\0';
    return start;
}
