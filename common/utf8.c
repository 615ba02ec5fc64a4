#include "common/utf8.h"

#include <stdint.h>
#include <string.h>

#include "common/memory.h"

#define REPLACEMENT "\xef\xbf\xbd"

/* By the number of bytes: the bits that tell it, and the first character that needs so many. */
static const struct {
    uint8_t mask, lead;
    uint32_t first;
} forms[] = {{0x80, 0x00, 0}, {0xe0, 0xc0, 0x80}, {0xf0, 0xe0, 0x800}, {0xf8, 0xf0, 0x10000}};

size_t utf8_character(const char *text, size_t length)
{
    const uint8_t lead = (uint8_t)text[0];
    for (size_t more = 0; more < sizeof forms / sizeof forms[0]; more++) {
        if ((lead & forms[more].mask) != forms[more].lead)
            continue;
        if (length <= more)
            return 0;
        uint32_t character = lead & (uint8_t)~forms[more].mask;
        for (size_t i = 1; i <= more; i++) {
            if (((uint8_t)text[i] & 0xc0) != 0x80)
                return 0;
            character = character << 6 | ((uint8_t)text[i] & 0x3f);
        }
        const bool surrogate = character >= 0xd800 && character <= 0xdfff;
        return character < forms[more].first || character > 0x10ffff || surrogate ? 0 : more + 1;
    }
    return 0;
}

bool utf8_is_valid(const char *text)
{
    const size_t length = strlen(text);
    size_t taken = 1;
    for (size_t i = 0; i < length && taken > 0; i += taken)
        taken = utf8_character(text + i, length - i);
    return taken > 0;
}

char *utf8_copy(const char *text)
{
    const size_t length = strlen(text);
    char *copy = memory_allocate(length * (sizeof REPLACEMENT - 1) + 1, 1);
    char *end = copy;
    for (size_t i = 0; i < length;) {
        const size_t taken = utf8_character(text + i, length - i);
        const size_t written = taken > 0 ? taken : sizeof REPLACEMENT - 1;
        memcpy(end, taken > 0 ? text + i : REPLACEMENT, written);
        end += written;
        i += taken > 0 ? taken : 1;
    }
    return copy;
}
