#include "driver/metric/comparison.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/duration.h"

static int copy_trimmed(char target[COMPARISON_TEXT_SIZE], const char *from, const char *until, struct error *error)
{
    while (from < until && isspace((unsigned char)*from))
        from++;
    while (until > from && isspace((unsigned char)until[-1]))
        until--;
    if (until - from >= COMPARISON_TEXT_SIZE)
        return error_set(error, "longer than %d characters", COMPARISON_TEXT_SIZE - 1);
    memcpy(target, from, (size_t)(until - from));
    target[until - from] = '\0';
    return 0;
}

/* Reads the operator at the start of a text; its length, or 0 when there is none. */
static size_t read_operator(const char *text, enum comparison_operator *sign)
{
    static const struct {
        const char *text;
        enum comparison_operator sign;
    } operators[] = {{"<=", COMPARE_LESS_EQUAL}, {">=", COMPARE_GREATER_EQUAL}, {"===", COMPARE_EQUAL}, {"==", COMPARE_EQUAL},
                     {"!=", COMPARE_NOT_EQUAL},  {"<", COMPARE_LESS},           {">", COMPARE_GREATER}};
    for (size_t index = 0; index < sizeof operators / sizeof *operators; index++) {
        if (strncmp(text, operators[index].text, strlen(operators[index].text)) == 0) {
            *sign = operators[index].sign;
            return strlen(operators[index].text);
        }
    }
    return 0;
}

static void read_literal(struct comparison *comparison)
{
    int64_t nanoseconds;
    char *word = comparison->word;
    size_t length = strlen(word);
    comparison->unit = LITERAL_WORD;
    if (length >= 2 && word[0] == '"' && word[length - 1] == '"') {
        memmove(word, word + 1, length - 2);
        word[length - 2] = '\0';
        return;
    }
    if (!isdigit((unsigned char)word[0]) && word[0] != '.' && word[0] != '-')
        return;
    char *end = word;
    double number = strtod(word, &end);
    if (end == word || !isfinite(number))
        return;
    comparison->number = number;
    if (*end == '\0') {
        comparison->unit = LITERAL_NUMBER;
    } else if (strcmp(end, "%") == 0) {
        comparison->unit = LITERAL_PERCENT;
    } else if (duration_parse(word, &nanoseconds, NULL) == 0) {
        comparison->unit = LITERAL_TIME;
        comparison->number = (double)nanoseconds;
    }
}

/* Just behind the brace that closes the labels; the end of the text when there is none. */
static const char *labels_end(const char *labels, const char *until)
{
    const char *close = memchr(labels, '}', (size_t)(until - labels));
    return close != NULL ? close + 1 : until;
}

static int read_left(const char *text, const char *until, struct comparison *comparison, struct error *error)
{
    const char *labels = memchr(text, '{', (size_t)(until - text));
    const char *behind = labels != NULL ? labels_end(labels, until) : text;
    const char *colon = memchr(behind, ':', (size_t)(until - behind));
    comparison->aggregate[0] = '\0';
    comparison->labels[0] = '\0';
    if (copy_trimmed(comparison->name, text,
                     labels != NULL  ? labels
                     : colon != NULL ? colon
                                     : until,
                     error) < 0 ||
        (labels != NULL && copy_trimmed(comparison->labels, labels, behind, error) < 0))
        return -1;
    if (labels != NULL && (colon == NULL || behind + strspn(behind, " \t") != colon))
        return error_set(error, "expected METRIC{LABEL:VALUE}:AGGREGATE before the comparison");
    if (comparison->name[0] == '\0')
        return error_set(error, "a name is missing before the comparison");
    if (colon == NULL)
        return 0;
    if (copy_trimmed(comparison->aggregate, colon + 1, until, error) < 0)
        return -1;
    if (comparison->aggregate[0] == '\0')
        return error_set(error, "an aggregate is missing after \"%s:\", such as p(99)", comparison->name);
    return 0;
}

int comparison_parse(const char *text, struct comparison *comparison, struct error *error)
{
    size_t before = strcspn(text, "<>=!");
    const char *labels = memchr(text, '{', before);
    const char *left = labels != NULL ? labels_end(labels, text + strlen(text)) : text;
    if (labels != NULL && left[-1] != '}')
        return error_set(error, "expected METRIC{LABEL:VALUE}:AGGREGATE before the comparison");
    const char *sign = left + strcspn(left, "<>=!"); /* a label's value may hold such characters */
    size_t length = read_operator(sign, &comparison->sign);
    if (length == 0)
        return error_set(error, "expected a comparison, such as lost.count == 0");
    if (read_left(text, sign, comparison, error) < 0)
        return -1;
    const char *value = sign + length;
    if (copy_trimmed(comparison->word, value, value + strlen(value), error) < 0)
        return -1;
    if (comparison->word[0] == '\0')
        return error_set(error, "a value is missing after the comparison");
    if (strpbrk(comparison->word, "<>=!&|") != NULL && comparison->word[0] != '"')
        return error_set(error, "\"%s\" is not a value; one comparison an expectation", comparison->word);
    read_literal(comparison);
    return 0;
}

bool comparison_holds(double left, enum comparison_operator sign, double right)
{
    switch (sign) {
    case COMPARE_LESS:
        return left < right;
    case COMPARE_LESS_EQUAL:
        return left <= right;
    case COMPARE_GREATER:
        return left > right;
    case COMPARE_GREATER_EQUAL:
        return left >= right;
    case COMPARE_EQUAL:
        return !(left < right) && !(left > right);
    default:
        return left < right || left > right;
    }
}
