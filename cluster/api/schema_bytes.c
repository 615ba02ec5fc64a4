#include "cluster/api/schema_bytes.h"

#include <string.h>

#include "common/base64.h"

static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/\r\n";

/* Where Go's decoder stops: at the first character that has no place, or where the last, incomplete group begins. */
static size_t illegal_byte(const char *text)
{
    size_t length = strspn(text, digits);
    return text[length] != '\0' ? length : length - length % 4;
}

int schema_normalize_bytes(cJSON **value, struct error *error)
{
    const char *text = (*value)->valuestring;
    size_t length = 0;
    AUTO_FREE char *bytes = base64_decode(text, &length, NULL);
    if (bytes == NULL || strpbrk(text, " \t") != NULL)
        return error_set(error, "illegal base64 data at input byte %zu", illegal_byte(text));
    if (strpbrk(text, "\r\n") == NULL)
        return 0;
    AUTO_FREE char *canonical = base64_encode(bytes, length);
    cJSON_Delete(*value);
    *value = cJSON_CreateString(canonical);
    return 0;
}
