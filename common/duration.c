#include "common/duration.h"

#include <ctype.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/clock.h"

struct unit {
    const char *name;
    double nanoseconds;
};

/* Longer names first, so that "ms" is not read as "m". */
static const struct unit units[] = {
    {"ns", 1}, {"us", 1e3}, {"ms", 1e6}, {"s", 1e9}, {"m", 60e9}, {"h", 3600e9}, {"d", 86400e9},
};

static const struct unit *read_unit(const char **text)
{
    for (size_t i = 0; i < sizeof units / sizeof units[0]; i++) {
        size_t length = strlen(units[i].name);
        if (strncmp(*text, units[i].name, length) == 0) {
            *text += length;
            return &units[i];
        }
    }
    return NULL;
}

static int read_number(const char **text, double *value)
{
    size_t length = strspn(*text, "0123456789.");
    char digits[32];
    if (length == 0 || length >= sizeof digits || !isdigit((unsigned char)**text))
        return -1;
    memcpy(digits, *text, length);
    digits[length] = '\0';
    char *end = NULL;
    *value = strtod(digits, &end);
    *text += length;
    return *end == '\0' ? 0 : -1;
}

int duration_parse(const char *text, int64_t *nanoseconds, struct error *error)
{
    const char *at = text;
    double total = 0;
    if (strcmp(text, "0") == 0) {
        *nanoseconds = 0;
        return 0;
    }
    do {
        double value = 0;
        const struct unit *unit = NULL;
        if (read_number(&at, &value) < 0 || (unit = read_unit(&at)) == NULL)
            return error_set(error, "\"%.40s\" is no duration such as 500ms, 8s or 1m30s", text);
        total += value * unit->nanoseconds;
    } while (*at != '\0');
    if (total > 9.1e18)
        return error_set(error, "duration \"%.40s\" is too long", text);
    *nanoseconds = (int64_t)llround(total);
    return 0;
}

static void format_scaled(char *text, double value, const char *unit)
{
    int decimals = value < 9.995 ? 2 : value < 99.95 ? 1 : 0;
    int length = snprintf(text, DURATION_TEXT_SIZE, "%.*f", decimals, value);
    if (decimals > 0 && length > 0) {
        while (text[length - 1] == '0')
            length--;
        if (text[length - 1] == '.')
            length--;
    }
    (void)snprintf(text + length, DURATION_TEXT_SIZE - (size_t)length, " %s", unit);
}

static void format_pair(char *text, long long large, const char *large_unit, long long small, const char *small_unit)
{
    if (small == 0)
        (void)snprintf(text, DURATION_TEXT_SIZE, "%lld %s", large, large_unit);
    else
        (void)snprintf(text, DURATION_TEXT_SIZE, "%lld %s %lld %s", large, large_unit, small, small_unit);
}

char *duration_format(int64_t nanoseconds, char text[DURATION_TEXT_SIZE])
{
    double value = (double)nanoseconds;
    long long seconds = llround(value / 1e9);
    long long minutes = llround(value / 60e9);
    if (nanoseconds == 0)
        (void)snprintf(text, DURATION_TEXT_SIZE, "0 s");
    else if (value < 999.5e3)
        format_scaled(text, value / 1e3, "us");
    else if (value < 999.5e6)
        format_scaled(text, value / 1e6, "ms");
    else if (value < 59.95e9)
        format_scaled(text, value / 1e9, "s");
    else if (seconds < 3600)
        format_pair(text, seconds / 60, "min", seconds % 60, "s");
    else
        format_pair(text, minutes / 60, "h", minutes % 60, "min");
    return text;
}

/* Writes whole.fraction without trailing zeros; a fraction has `digits` digits. */
static void format_decimal(char text[DURATION_TEXT_SIZE], int64_t whole, int64_t fraction, int digits, const char *unit)
{
    while (fraction > 0 && fraction % 10 == 0) {
        fraction /= 10;
        digits--;
    }
    if (fraction == 0)
        (void)snprintf(text, DURATION_TEXT_SIZE, "%" PRId64 "%s", whole, unit);
    else
        (void)snprintf(text, DURATION_TEXT_SIZE, "%" PRId64 ".%0*" PRId64 "%s", whole, digits, fraction, unit);
}

char *duration_format_go(int64_t nanoseconds, char text[DURATION_TEXT_SIZE])
{
    const int64_t seconds = nanoseconds / NANOSECONDS_PER_SECOND;
    int64_t minutes = seconds / 60;
    int length = 0;
    char rest[DURATION_TEXT_SIZE];
    if (nanoseconds == 0)
        format_decimal(rest, 0, 0, 0, "s");
    else if (nanoseconds < NANOSECONDS_PER_MICROSECOND)
        format_decimal(rest, nanoseconds, 0, 0, "ns");
    else if (nanoseconds < NANOSECONDS_PER_MILLISECOND)
        format_decimal(rest, nanoseconds / 1000, nanoseconds % 1000, 3, "µs");
    else if (nanoseconds < NANOSECONDS_PER_SECOND)
        format_decimal(rest, nanoseconds / 1000000, nanoseconds % 1000000, 6, "ms");
    else
        format_decimal(rest, seconds % 60, nanoseconds % NANOSECONDS_PER_SECOND, 9, "s");
    if (minutes >= 60)
        length = snprintf(text, DURATION_TEXT_SIZE, "%" PRId64 "h", minutes / 60);
    if (minutes > 0)
        length += snprintf(text + length, DURATION_TEXT_SIZE - (size_t)length, "%" PRId64 "m", minutes % 60);
    (void)snprintf(text + length, DURATION_TEXT_SIZE - (size_t)length, "%s", rest);
    return text;
}
