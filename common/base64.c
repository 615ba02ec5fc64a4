#include "common/base64.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "common/memory.h"

static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/* The six bits of a character, -1 when it has none. */
static int bits_of(char character)
{
    const char *place = character != '\0' ? strchr(alphabet, character) : NULL;
    return place != NULL ? (int)(place - alphabet) : -1;
}

static bool is_space(char character)
{
    return character == ' ' || character == '\t' || character == '\n' || character == '\r';
}

/* What may follow the digits: the padding that their number asks for, white space, the end. */
static bool ends_well(const char *rest, size_t digits)
{
    size_t padding = 0;
    for (; *rest != '\0'; rest++) {
        if (*rest == '=')
            padding++;
        else if (!is_space(*rest))
            return false;
    }
    return digits % 4 == 0 ? padding == 0 : digits % 4 != 1 && padding == 4 - digits % 4;
}

char *base64_decode(const char *text, size_t *length, struct error *error)
{
    char *bytes = memory_allocate(strlen(text) / 4 * 3 + 4, 1);
    size_t written = 0;
    size_t digits = 0;
    uint32_t group = 0;
    const char *at = text;
    for (; *at != '\0'; at++) {
        int bits = bits_of(*at);
        if (bits < 0 && is_space(*at))
            continue;
        if (bits < 0)
            break;
        group = group << 6 | (uint32_t)bits;
        digits++;
        if (digits % 4 != 1)
            bytes[written++] = (char)(group >> (6 - 2 * ((digits - 1) % 4)) & 0xff);
    }
    if (!ends_well(at, digits)) {
        free(bytes);
        (void)error_set(error, "not base64: error at byte %zu", (size_t)(at - text));
        return NULL;
    }
    bytes[written] = '\0';
    if (length != NULL)
        *length = written;
    return bytes;
}

char *base64_encode(const void *bytes, size_t length)
{
    const unsigned char *from = bytes;
    char *text = memory_allocate(length / 3 * 4 + 5, 1);
    size_t written = 0;
    for (size_t at = 0; at < length; at += 3) {
        size_t count = length - at < 3 ? length - at : 3;
        uint32_t group = (uint32_t)from[at] << 16;
        if (count > 1)
            group |= (uint32_t)from[at + 1] << 8;
        if (count > 2)
            group |= from[at + 2];
        for (size_t i = 0; i < 4; i++)
            text[written++] = i <= count ? alphabet[group >> (18 - 6 * i) & 63] : '=';
    }
    return text;
}
