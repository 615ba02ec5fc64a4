#include "driver/metric/label_filter.h"

#include <ctype.h>
#include <string.h>

/* Copies a text without the white space and the quotes around it; -1 when it is empty or does not fit. */
static int copy_word(char *target, size_t size, const char *from, const char *until)
{
    while (from < until && isspace((unsigned char)*from))
        from++;
    while (until > from && isspace((unsigned char)until[-1]))
        until--;
    if (until - from >= 2 && (*from == '"' || *from == '\'') && until[-1] == *from) {
        from++;
        until--;
    }
    if (from == until || (size_t)(until - from) >= size)
        return -1;
    memcpy(target, from, (size_t)(until - from));
    target[until - from] = '\0';
    return 0;
}

int label_filter_parse(const char *text, struct label_filter *filter, struct error *error)
{
    *filter = (struct label_filter){.count = 0};
    if (text[0] == '\0')
        return 0;
    const char *end = text + strlen(text) - 1;
    if (text[0] != '{' || *end != '}')
        return error_set(error, "expected labels in braces, such as {name:checkout,phase:peak}, not \"%.60s\"", text);
    for (const char *at = text + 1; at <= end;) {
        const char *comma = memchr(at, ',', (size_t)(end - at));
        const char *stop = comma != NULL ? comma : end;
        const char *colon = memchr(at, ':', (size_t)(stop - at));
        if (filter->count == LABEL_FILTER_MOST)
            return error_set(error, "expected at most %d labels", LABEL_FILTER_MOST);
        if (colon == NULL || copy_word(filter->labels[filter->count].key, LABEL_KEY_SIZE, at, colon) < 0 ||
            copy_word(filter->labels[filter->count].value, LABEL_VALUE_SIZE, colon + 1, stop) < 0)
            return error_set(error, "expected LABEL:VALUE in \"%.60s\"", text);
        filter->count++;
        at = stop + 1;
    }
    return 0;
}

const char *label_filter_value(const struct label_filter *filter, const char *key)
{
    for (size_t i = 0; i < filter->count; i++)
        if (strcmp(filter->labels[i].key, key) == 0)
            return filter->labels[i].value;
    return NULL;
}
