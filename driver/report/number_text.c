#include "driver/report/number_text.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

char *number_count(uint64_t count, char *text)
{
    char digits[24];
    int length = snprintf(digits, sizeof digits, "%" PRIu64, count);
    char *at = text;
    for (int index = 0; index < length; index++) {
        if (index > 0 && (length - index) % 3 == 0)
            *at++ = ',';
        *at++ = digits[index];
    }
    *at = '\0';
    return text;
}

char *number_rounded(double value, char text[NUMBER_TEXT_SIZE])
{
    if (!isfinite(value) || fabs(value) >= 1e15) {
        snprintf(text, NUMBER_TEXT_SIZE, "-");
        return text;
    }
    double size = fabs(value);
    if (size < 1e-9) {
        snprintf(text, NUMBER_TEXT_SIZE, "0");
        return text;
    }
    double step = pow(10, floor(log10(size)) - 2);
    double rounded = round(size / step) * step;
    if (rounded >= 100) {
        text[0] = '-';
        number_count((uint64_t)llround(rounded), value < 0 ? text + 1 : text);
        return text;
    }
    snprintf(text, NUMBER_TEXT_SIZE, "%.3g", value < 0 ? -rounded : rounded);
    return text;
}
