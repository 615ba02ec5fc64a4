#include "cluster/api/schema_scalar.h"

#include <string.h>

#include "common/clock.h"
#include "common/memory.h"
#include "common/quantity.h"
#include "common/utf8.h"

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

void schema_normalize_text(cJSON **value)
{
    if (utf8_is_valid((*value)->valuestring))
        return;
    AUTO_FREE char *text = utf8_copy((*value)->valuestring);
    cJSON_Delete(*value);
    *value = cJSON_CreateString(text);
}
