#include "common/quantity.h"

#include <stddef.h>
#include <stdio.h>
#include <string.h>

__extension__ typedef unsigned __int128 wide;

#define NANO_PER_UNIT 1000000000
#define NANO_PER_MILLI 1000000
#define WIDE_LIMIT ((wide)1 << 126)
#define NANO_LIMIT ((quantity_nano)(((wide)1 << 127) - 1))

/* Exponents beyond this make any number zero (one nano) or too large, whatever its digits. */
#define EXPONENT_LIMIT 100000

/* A number while it is read: mantissa * 10^exponent, and whether something that is not zero was cut off below it. */
struct scaled {
    wide mantissa;
    int64_t exponent;
    bool cut;
};

struct suffix {
    const char *text;
    int exponent; /* of 10, or of 2 when binary */
    enum quantity_format format;
};

static const struct suffix suffixes[] = {
    {"n", -9, QUANTITY_DECIMAL_SI}, {"u", -6, QUANTITY_DECIMAL_SI}, {"m", -3, QUANTITY_DECIMAL_SI},
    {"", 0, QUANTITY_DECIMAL_SI},   {"k", 3, QUANTITY_DECIMAL_SI},  {"M", 6, QUANTITY_DECIMAL_SI},
    {"G", 9, QUANTITY_DECIMAL_SI},  {"T", 12, QUANTITY_DECIMAL_SI}, {"P", 15, QUANTITY_DECIMAL_SI},
    {"E", 18, QUANTITY_DECIMAL_SI}, {"Ki", 10, QUANTITY_BINARY_SI}, {"Mi", 20, QUANTITY_BINARY_SI},
    {"Gi", 30, QUANTITY_BINARY_SI}, {"Ti", 40, QUANTITY_BINARY_SI}, {"Pi", 50, QUANTITY_BINARY_SI},
    {"Ei", 60, QUANTITY_BINARY_SI},
};

#define SUFFIX_COUNT (sizeof(suffixes) / sizeof(suffixes[0]))

static bool is_digit(char character)
{
    return character >= '0' && character <= '9';
}

static void divide_by_ten(struct scaled *number)
{
    number->cut = number->cut || number->mantissa % 10 != 0;
    number->mantissa /= 10;
    number->exponent++;
}

static void add_digit(struct scaled *number, char digit, bool fraction)
{
    if (number->mantissa >= WIDE_LIMIT / 10) {
        number->cut = number->cut || digit != '0';
        number->exponent += fraction ? 0 : 1;
        return;
    }
    number->mantissa = number->mantissa * 10 + (unsigned char)(digit - '0');
    number->exponent -= fraction ? 1 : 0;
}

/* Reads digits with at most one point; returns what follows. *digits tells whether there was any. */
static const char *read_number(const char *text, struct scaled *number, bool *digits)
{
    const char *place = text;
    *digits = false;
    for (; is_digit(*place); place++) {
        add_digit(number, *place, false);
        *digits = true;
    }
    if (*place == '.') {
        for (place++; is_digit(*place); place++) {
            add_digit(number, *place, true);
            *digits = true;
        }
    }
    return place;
}

/* The number behind an "e" of the exponent form; -1 when it is none or does not fit 64 bits. */
static int read_exponent(const char *text, int64_t *exponent)
{
    bool negative = *text == '-';
    int64_t value = 0;
    if (*text == '-' || *text == '+') {
        text++;
    }
    if (!is_digit(*text)) {
        return -1;
    }
    for (; is_digit(*text); text++) {
        if (value > (INT64_MAX - 9) / 10) {
            return -1;
        }
        value = value * 10 + (*text - '0');
    }
    if (*text != '\0') {
        return -1;
    }
    value = value > EXPONENT_LIMIT ? EXPONENT_LIMIT : value;
    *exponent = negative ? -value : value;
    return 0;
}

/* The form [eEinumkKMGTP]*[-+]?[0-9]* that anything after the number must have to be called a suffix at all. */
static bool looks_like_suffix(const char *text)
{
    text += strspn(text, "eEinumkKMGTP");
    text += *text == '-' || *text == '+' ? 1 : 0;
    text += strspn(text, "0123456789");
    return *text == '\0';
}

static int read_suffix(const char *text, int64_t *exponent, enum quantity_format *format)
{
    for (size_t i = 0; i < SUFFIX_COUNT; i++) {
        if (strcmp(text, suffixes[i].text) == 0) {
            *exponent = suffixes[i].exponent;
            *format = suffixes[i].format;
            return 0;
        }
    }
    *format = QUANTITY_DECIMAL_EXPONENT;
    return *text == 'e' || *text == 'E' ? read_exponent(text + 1, exponent) : -1;
}

static void multiply_by_power_of_two(struct scaled *number, int64_t power)
{
    for (int64_t i = 0; i < power; i++) {
        if (number->mantissa >= WIDE_LIMIT) {
            divide_by_ten(number);
        }
        number->mantissa *= 2;
    }
}

/* mantissa * 10^exponent as a whole number, rounded up, held at the limit. */
static quantity_nano to_whole(struct scaled number)
{
    while (number.exponent < 0 && number.mantissa != 0) {
        divide_by_ten(&number);
    }
    while (number.exponent > 0 && number.mantissa != 0) {
        if (number.mantissa >= WIDE_LIMIT / 10) {
            return NANO_LIMIT;
        }
        number.mantissa *= 10;
        number.exponent--;
    }
    if (number.mantissa > (wide)NANO_LIMIT - 1) {
        return NANO_LIMIT;
    }
    return (quantity_nano)number.mantissa + (number.cut ? 1 : 0);
}

static quantity_nano nano_of(struct scaled number, int64_t exponent, enum quantity_format format)
{
    const quantity_nano binary_maximum = (quantity_nano)INT64_MAX * NANO_PER_UNIT;
    if (format == QUANTITY_BINARY_SI) {
        multiply_by_power_of_two(&number, exponent);
    } else {
        number.exponent += exponent;
    }
    number.exponent += 9;
    quantity_nano nano = to_whole(number);
    return format == QUANTITY_BINARY_SI && nano > binary_maximum ? binary_maximum : nano;
}

int quantity_parse(const char *text, struct quantity *result, struct error *error)
{
    struct scaled number = {0};
    int64_t exponent = 0;
    bool digits = false;
    bool negative = *text == '-';
    *result = (struct quantity){0};
    const char *start = *text == '-' || *text == '+' ? text + 1 : text;
    const char *rest = read_number(start, &number, &digits);
    if (rest == start || !looks_like_suffix(rest)) {
        return error_set(error, "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'");
    }
    enum quantity_format format = QUANTITY_DECIMAL_SI;
    if (read_suffix(rest, &exponent, &format) < 0) {
        return error_set(error, "unable to parse quantity's suffix");
    }
    if (!digits) {
        return error_set(error, "unable to parse numeric part of quantity");
    }
    quantity_nano nano = nano_of(number, exponent, format);
    if (format == QUANTITY_BINARY_SI && nano < NANO_PER_UNIT) {
        format = QUANTITY_DECIMAL_SI;
    }
    *result = (struct quantity){.nano = negative ? -nano : nano, .format = format};
    return 0;
}

struct quantity quantity_from_value(int64_t value, enum quantity_format format)
{
    return (struct quantity){.nano = (quantity_nano)value * NANO_PER_UNIT, .format = format};
}

struct quantity quantity_from_milli(int64_t milli, enum quantity_format format)
{
    return (struct quantity){.nano = (quantity_nano)milli * NANO_PER_MILLI, .format = format};
}

static int64_t divide_away_from_zero(quantity_nano nano, int64_t divisor)
{
    quantity_nano quotient = nano / divisor;
    if (nano % divisor != 0) {
        quotient += nano > 0 ? 1 : -1;
    }
    if (quotient > INT64_MAX) {
        return INT64_MAX;
    }
    return quotient < INT64_MIN ? INT64_MIN : (int64_t)quotient;
}

int64_t quantity_value(struct quantity quantity)
{
    return divide_away_from_zero(quantity.nano, NANO_PER_UNIT);
}

int64_t quantity_milli(struct quantity quantity)
{
    return divide_away_from_zero(quantity.nano, NANO_PER_MILLI);
}

double quantity_double(struct quantity quantity)
{
    return (double)quantity.nano / NANO_PER_UNIT;
}

int quantity_compare(struct quantity left, struct quantity right)
{
    return (left.nano > right.nano) - (left.nano < right.nano);
}

int quantity_sign(struct quantity quantity)
{
    return (quantity.nano > 0) - (quantity.nano < 0);
}

struct quantity quantity_add(struct quantity left, struct quantity right)
{
    struct quantity sum = {.format = left.nano == 0 ? right.format : left.format};
    if (__builtin_add_overflow(left.nano, right.nano, &sum.nano) || sum.nano < -NANO_LIMIT) {
        sum.nano = left.nano > 0 ? NANO_LIMIT : -NANO_LIMIT;
    }
    return sum;
}

/* Writes sign, digits and suffix; printf knows no 128-bit numbers. */
static char *write_text(bool negative, wide magnitude, const char *suffix, char text[QUANTITY_TEXT_SIZE])
{
    char digits[40];
    size_t place = sizeof(digits) - 1;
    digits[place] = '\0';
    do {
        digits[--place] = (char)('0' + (int)(magnitude % 10));
        magnitude /= 10;
    } while (magnitude != 0);
    snprintf(text, QUANTITY_TEXT_SIZE, "%s%s%s", negative ? "-" : "", digits + place, suffix);
    return text;
}

static const char *suffix_of(int exponent, enum quantity_format format)
{
    for (size_t i = 0; i < SUFFIX_COUNT; i++) {
        if (suffixes[i].exponent == exponent && suffixes[i].format == format) {
            return suffixes[i].text;
        }
    }
    return "";
}

static char *format_binary(bool negative, wide units, char text[QUANTITY_TEXT_SIZE])
{
    int exponent = 0;
    while (exponent < 60 && units % 1024 == 0) {
        units /= 1024;
        exponent += 10;
    }
    return write_text(negative, units, exponent == 0 ? "" : suffix_of(exponent, QUANTITY_BINARY_SI), text);
}

static char *format_decimal(bool negative, wide nano, enum quantity_format format, char text[QUANTITY_TEXT_SIZE])
{
    char suffix[16] = "";
    int exponent = -9;
    while ((exponent < 18 || format == QUANTITY_DECIMAL_EXPONENT) && nano % 1000 == 0) {
        nano /= 1000;
        exponent += 3;
    }
    if (format == QUANTITY_DECIMAL_EXPONENT && exponent != 0) {
        snprintf(suffix, sizeof(suffix), "e%d", exponent);
        return write_text(negative, nano, suffix, text);
    }
    return write_text(negative, nano, suffix_of(exponent, QUANTITY_DECIMAL_SI), text);
}

char *quantity_format(struct quantity quantity, char text[QUANTITY_TEXT_SIZE])
{
    bool negative = quantity.nano < 0;
    wide magnitude = negative ? (wide)0 - (wide)quantity.nano : (wide)quantity.nano;
    if (magnitude == 0) {
        return write_text(false, 0, "", text);
    }
    bool whole = magnitude % NANO_PER_UNIT == 0;
    if (quantity.format == QUANTITY_BINARY_SI && whole && magnitude >= (wide)1024 * NANO_PER_UNIT) {
        return format_binary(negative, magnitude / NANO_PER_UNIT, text);
    }
    return format_decimal(negative, magnitude, quantity.format, text);
}
