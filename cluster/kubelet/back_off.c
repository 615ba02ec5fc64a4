#include "cluster/kubelet/back_off.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "common/clock.h"

int64_t back_off_until(const struct back_off *back_off, int64_t failed)
{
    return failed + back_off->wait;
}

void back_off_raise(struct back_off *back_off, int64_t base, int64_t maximum, int64_t reset, int64_t now)
{
    if (back_off->wait == 0 || now - back_off->raised > reset)
        back_off->wait = base;
    else
        back_off->wait = back_off->wait > maximum / 2 ? maximum : back_off->wait * 2;
    back_off->raised = now;
}

/* Writes whole.fraction without trailing zeros; digits is the number of digits that the fraction has at most. */
static void write_decimal(char *text, size_t size, int64_t whole, int64_t fraction, int digits, const char *unit)
{
    char tail[24] = "";
    if (fraction > 0) {
        snprintf(tail, sizeof tail, ".%0*" PRId64, digits, fraction);
        for (size_t length = strlen(tail); tail[length - 1] == '0'; length--)
            tail[length - 1] = '\0';
    }
    snprintf(text, size, "%" PRId64 "%s%s", whole, tail, unit);
}

char *go_duration(int64_t nanoseconds, char text[GO_DURATION_SIZE])
{
    char seconds[32];
    const int64_t total = nanoseconds / NANOSECONDS_PER_SECOND;
    if (nanoseconds == 0) {
        snprintf(text, GO_DURATION_SIZE, "0s");
        return text;
    }
    if (nanoseconds < NANOSECONDS_PER_MICROSECOND) {
        snprintf(text, GO_DURATION_SIZE, "%" PRId64 "ns", nanoseconds);
        return text;
    }
    if (nanoseconds < NANOSECONDS_PER_MILLISECOND) {
        write_decimal(text, GO_DURATION_SIZE, nanoseconds / 1000, nanoseconds % 1000, 3, "µs");
        return text;
    }
    if (nanoseconds < NANOSECONDS_PER_SECOND) {
        write_decimal(text, GO_DURATION_SIZE, nanoseconds / 1000000, nanoseconds % 1000000, 6, "ms");
        return text;
    }
    write_decimal(seconds, sizeof seconds, total % 60, nanoseconds % NANOSECONDS_PER_SECOND, 9, "s");
    if (total >= 3600)
        snprintf(text, GO_DURATION_SIZE, "%" PRId64 "h%dm%s", total / 3600, (int)(total % 3600 / 60), seconds);
    else if (total >= 60)
        snprintf(text, GO_DURATION_SIZE, "%dm%s", (int)(total / 60), seconds);
    else
        snprintf(text, GO_DURATION_SIZE, "%s", seconds);
    return text;
}
