#include "driver/load/check.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "common/memory.h"

#define EXPECTED                                                                                                                 \
    "expected \"status is 200\", \"status in 200-299,304\", \"body contains TEXT\", \"header NAME\", \"header NAME is TEXT\" "   \
    "or \"header NAME contains TEXT\""

void load_checks_release(struct load_check *checks, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        free(checks[i].name);
        free(checks[i].text);
    }
    free(checks);
}

void parsed_check_release(struct parsed_check *check)
{
    free(check->header);
    free(check->wanted);
    *check = (struct parsed_check){0};
}

/* What follows a word and white space at the start of a text; NULL when it does not begin with the word. */
static const char *after_word(const char *text, const char *word)
{
    size_t length = strlen(word);
    if (strncmp(text, word, length) != 0 || (text[length] != '\0' && !isspace((unsigned char)text[length])))
        return NULL;
    text += length;
    while (isspace((unsigned char)*text))
        text++;
    return text;
}

/* Three digits from 100 to 599. */
static int read_status(const char **at, int *status)
{
    *status = 0;
    for (int digit = 0; digit < 3; digit++, (*at)++) {
        if (!isdigit((unsigned char)**at))
            return -1;
        *status = *status * 10 + (**at - '0');
    }
    return *status >= 100 && *status <= 599 ? 0 : -1;
}

static int parse_statuses(const char *text, struct parsed_check *check, struct error *error)
{
    for (const char *at = text;; at++) {
        struct status_range range;
        while (*at == ' ')
            at++;
        bool known = read_status(&at, &range.first) == 0;
        range.last = range.first;
        if (known && *at == '-') {
            at++;
            known = read_status(&at, &range.last) == 0 && range.last >= range.first;
        }
        if (!known || (*at != '\0' && *at != ','))
            return error_set(error, "expected statuses from 100 to 599, such as 200 or 200-299,304, not \"%.60s\"", text);
        if (check->range_count == LOAD_CHECK_MOST_RANGES)
            return error_set(error, "expected at most %d ranges of statuses", LOAD_CHECK_MOST_RANGES);
        check->ranges[check->range_count++] = range;
        if (*at == '\0')
            return 0;
    }
}

static int parse_header(const char *text, struct parsed_check *check, struct error *error)
{
    size_t length = strcspn(text, " \t");
    if (length == 0)
        return error_set(error, "a header's name is missing; " EXPECTED);
    check->header = memory_copy_bytes(text, length);
    check->kind = CHECK_HEADER;
    text += length;
    text += strspn(text, " \t");
    if (*text == '\0')
        return 0;
    const char *is = after_word(text, "is");
    const char *contains = after_word(text, "contains");
    if (is == NULL && (contains == NULL || *contains == '\0'))
        return error_set(error, EXPECTED ", not \"%.60s\"", text);
    check->kind = is != NULL ? CHECK_HEADER_IS : CHECK_HEADER_CONTAINS;
    check->wanted = memory_copy_text(is != NULL ? is : contains);
    return 0;
}

/* For each length, the longest beginning of the text that ends there as well (Knuth, Morris, Pratt). */
static void find_fallbacks(struct parsed_check *check)
{
    size_t length = strlen(check->wanted);
    uint8_t matched = 0;
    for (size_t i = 1; i < length; i++) {
        while (matched > 0 && check->wanted[i] != check->wanted[matched])
            matched = check->fallback[matched - 1];
        if (check->wanted[i] == check->wanted[matched])
            matched++;
        check->fallback[i] = matched;
    }
}

static int parse_kind(const char *text, struct parsed_check *check, struct error *error)
{
    const char *rest = after_word(text, "status");
    if (rest != NULL) {
        const char *statuses = after_word(rest, "is");
        statuses = statuses != NULL ? statuses : after_word(rest, "in");
        check->kind = CHECK_STATUS;
        return statuses != NULL ? parse_statuses(statuses, check, error) : error_set(error, EXPECTED);
    }
    rest = after_word(text, "body");
    if (rest != NULL) {
        const char *wanted = after_word(rest, "contains");
        if (wanted == NULL || *wanted == '\0')
            return error_set(error, EXPECTED);
        check->kind = CHECK_BODY_CONTAINS;
        check->wanted = memory_copy_text(wanted);
        find_fallbacks(check);
        return 0;
    }
    rest = after_word(text, "header");
    return rest != NULL ? parse_header(rest, check, error) : error_set(error, EXPECTED ", not \"%.60s\"", text);
}

int parsed_check_read(const char *text, struct parsed_check *check, struct error *error)
{
    *check = (struct parsed_check){0};
    if (strlen(text) >= LOAD_CHECK_TEXT_SIZE)
        return error_set(error, "a check is longer than %d characters", LOAD_CHECK_TEXT_SIZE - 1);
    if (strpbrk(text, "\r\n") != NULL)
        return error_set(error, "a check is one line of text");
    if (parse_kind(text, check, error) == 0)
        return 0;
    parsed_check_release(check);
    return -1;
}
