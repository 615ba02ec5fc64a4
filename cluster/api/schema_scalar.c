#include "cluster/api/schema_scalar.h"

#include <string.h>

#include "common/buffer.h"
#include "common/clock.h"
#include "common/memory.h"
#include "common/quantity.h"

int schema_normalize_quantity(cJSON **value, struct error *error)
{
    AUTO_FREE char *text = cJSON_IsString(*value) ? memory_copy_text((*value)->valuestring) : json_print(*value);
    char *start = text + strspn(text, " \t\r\n");
    size_t length = strlen(start);
    while (length > 0 && strchr(" \t\r\n", start[length - 1]) != NULL)
        start[--length] = '\0';
    struct quantity quantity;
    if (quantity_parse(start, &quantity, error) < 0)
        return -1;
    char canonical[QUANTITY_TEXT_SIZE];
    cJSON_Delete(*value);
    *value = cJSON_CreateString(quantity_format(quantity, canonical));
    return 0;
}

int schema_normalize_time(cJSON **value, bool micro, struct error *error)
{
    int64_t wall = 0;
    const char *given = json_text(*value, "");
    if (given[0] == '\0') {
        cJSON_Delete(*value);
        *value = NULL;
        return 0;
    }
    if (clock_parse(given, &wall, NULL) < 0)
        return error_set(error, "parsing time \"%.80s\" as \"2006-01-02T15:04:05Z07:00\": cannot parse it", given);
    char text[CLOCK_TEXT_SIZE];
    char *shown = micro ? clock_format_microseconds(wall, text) : clock_format_seconds(wall, text);
    cJSON_Delete(*value);
    *value = cJSON_CreateString(shown);
    return 0;
}

/* Bytes of the UTF-8 character at the start of a text; 0 when it is none. */
static size_t character_length(const unsigned char *text)
{
    static const uint32_t smallest[] = {0, 0, 0x80, 0x800, 0x10000};
    size_t length = text[0] < 0x80 ? 1 : text[0] >> 5 == 6 ? 2 : text[0] >> 4 == 14 ? 3 : text[0] >> 3 == 30 ? 4 : 0;
    uint32_t code = length > 1 ? text[0] & (0x7fu >> length) : text[0];
    for (size_t i = 1; i < length; i++) {
        if (text[i] >> 6 != 2)
            return 0;
        code = code << 6 | (text[i] & 0x3fu);
    }
    bool valid = length > 0 && code >= smallest[length] && code <= 0x10ffff && (code < 0xd800 || code > 0xdfff);
    return valid ? length : 0;
}

void schema_normalize_text(cJSON **value)
{
    const unsigned char *at = (const unsigned char *)(*value)->valuestring;
    size_t length = 0;
    while (*at != '\0' && (length = character_length(at)) > 0)
        at += length;
    if (*at == '\0')
        return;
    AUTO_BUFFER struct buffer text;
    buffer_init(&text, (size_t)16 * 1024 * 1024);
    for (at = (const unsigned char *)(*value)->valuestring; *at != '\0'; at += length > 0 ? length : 1) {
        length = character_length(at);
        (void)(length > 0 ? buffer_append(&text, at, length) : buffer_append_text(&text, "\xef\xbf\xbd"));
    }
    cJSON_Delete(*value);
    *value = cJSON_CreateString(text.data);
}
