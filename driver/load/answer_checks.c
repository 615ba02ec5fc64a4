#include "driver/load/answer_checks.h"

#include <string.h>

void answer_checks_begin(struct answer_checks *checks, const struct parsed_check *list, size_t count)
{
    checks->checks = list;
    checks->count = count;
    if (count > 0)
        answer_checks_head(checks);
}

void answer_checks_head(struct answer_checks *checks)
{
    checks->passed = 0;
    checks->seen = 0;
    memset(checks->matched, 0, sizeof checks->matched);
}

static bool header_passes(const struct parsed_check *check, const struct header_line *header)
{
    if (check->header == NULL || !header_line_is(header, check->header))
        return false;
    if (check->kind == CHECK_HEADER)
        return true;
    size_t length = strlen(check->wanted);
    if (check->kind == CHECK_HEADER_IS)
        return header->value_length == length && memcmp(header->value, check->wanted, length) == 0;
    return memmem(header->value, header->value_length, check->wanted, length) != NULL;
}

void answer_checks_header(struct answer_checks *checks, const struct header_line *header)
{
    for (size_t i = 0; i < checks->count; i++)
        if (header_passes(&checks->checks[i], header))
            checks->passed |= UINT32_C(1) << i;
}

/* Whether the text ends within these bytes; matched is carried from one call to the next. */
static bool find(const struct parsed_check *check, const char *bytes, size_t length, uint8_t *matched)
{
    const char *end = bytes + length;
    for (const char *at = bytes; at < end; at++) {
        if (*matched == 0) {
            at = memchr(at, check->wanted[0], (size_t)(end - at));
            if (at == NULL)
                return false;
        }
        while (*matched > 0 && *at != check->wanted[*matched])
            *matched = check->fallback[*matched - 1];
        if (*at == check->wanted[*matched])
            (*matched)++;
        if (check->wanted[*matched] == '\0')
            return true;
    }
    return false;
}

void answer_checks_body(struct answer_checks *checks, const char *bytes, size_t length)
{
    uint64_t left = checks->seen < LOAD_CHECK_MOST_BODY ? LOAD_CHECK_MOST_BODY - checks->seen : 0;
    size_t looked = length < left ? length : (size_t)left;
    checks->seen += looked;
    for (size_t i = 0; i < checks->count && looked > 0; i++) {
        uint32_t bit = UINT32_C(1) << i;
        const struct parsed_check *check = &checks->checks[i];
        if (check->kind == CHECK_BODY_CONTAINS && (checks->passed & bit) == 0 && find(check, bytes, looked, &checks->matched[i]))
            checks->passed |= bit;
    }
}

static bool status_passes(const struct parsed_check *check, int status)
{
    for (size_t i = 0; i < check->range_count; i++)
        if (status >= check->ranges[i].first && status <= check->ranges[i].last)
            return true;
    return false;
}

uint32_t answer_checks_end(const struct answer_checks *checks, int status)
{
    uint32_t passed = checks->count > 0 ? checks->passed : 0;
    for (size_t i = 0; i < checks->count; i++)
        if (checks->checks[i].kind == CHECK_STATUS && status_passes(&checks->checks[i], status))
            passed |= UINT32_C(1) << i;
    return passed;
}
