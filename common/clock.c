#include "common/clock.h"

#include <ctype.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

static int64_t read_clock(clockid_t id)
{
    struct timespec now;
    (void)clock_gettime(id, &now);
    return (int64_t)now.tv_sec * NANOSECONDS_PER_SECOND + now.tv_nsec;
}

int64_t clock_monotonic(void)
{
    return read_clock(CLOCK_MONOTONIC);
}

int64_t clock_wall(void)
{
    return read_clock(CLOCK_REALTIME);
}

int64_t clock_thread_cpu(void)
{
    return read_clock(CLOCK_THREAD_CPUTIME_ID);
}

int64_t clock_process_cpu(void)
{
    return read_clock(CLOCK_PROCESS_CPUTIME_ID);
}

void clock_sleep_until(int64_t monotonic)
{
    struct timespec until = {.tv_sec = monotonic / NANOSECONDS_PER_SECOND, .tv_nsec = monotonic % NANOSECONDS_PER_SECOND};
    (void)clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, NULL);
}

static struct tm broken_down(int64_t wall)
{
    time_t seconds = (time_t)(wall / NANOSECONDS_PER_SECOND);
    struct tm parts;
    (void)gmtime_r(&seconds, &parts);
    return parts;
}

char *clock_format_seconds(int64_t wall, char text[CLOCK_TEXT_SIZE])
{
    struct tm parts = broken_down(wall);
    (void)strftime(text, CLOCK_TEXT_SIZE, "%Y-%m-%dT%H:%M:%SZ", &parts);
    return text;
}

char *clock_format_microseconds(int64_t wall, char text[CLOCK_TEXT_SIZE])
{
    struct tm parts = broken_down(wall);
    size_t length = strftime(text, CLOCK_TEXT_SIZE, "%Y-%m-%dT%H:%M:%S", &parts);
    int microseconds = (int)(wall % NANOSECONDS_PER_SECOND / NANOSECONDS_PER_MICROSECOND);
    (void)snprintf(text + length, CLOCK_TEXT_SIZE - length, ".%06dZ", microseconds);
    return text;
}

/* Reads exactly count digits; advances *text. */
static bool read_digits(const char **text, int count, int *value)
{
    *value = 0;
    for (int i = 0; i < count; i++) {
        if (!isdigit((unsigned char)**text))
            return false;
        *value = *value * 10 + (**text - '0');
        (*text)++;
    }
    return true;
}

static bool read_character(const char **text, char expected)
{
    if (**text != expected)
        return false;
    (*text)++;
    return true;
}

static bool read_fraction(const char **text, int64_t *nanoseconds)
{
    *nanoseconds = 0;
    if (**text != '.')
        return true;
    (*text)++;
    int64_t unit = NANOSECONDS_PER_SECOND / 10;
    const char *start = *text;
    for (; isdigit((unsigned char)**text); (*text)++) {
        *nanoseconds += (**text - '0') * unit;
        unit /= 10;
    }
    return *text > start;
}

static bool read_zone(const char **text, int *offset_seconds)
{
    *offset_seconds = 0;
    if (read_character(text, 'Z'))
        return true;
    int sign = **text == '-' ? -1 : 1;
    if (**text != '+' && **text != '-')
        return false;
    (*text)++;
    int hours = 0;
    int minutes = 0;
    if (!read_digits(text, 2, &hours) || !read_character(text, ':') || !read_digits(text, 2, &minutes))
        return false;
    *offset_seconds = sign * (hours * 3600 + minutes * 60);
    return hours < 24 && minutes < 60;
}

static int days_of_month(int year, int month)
{
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    return days[month - 1] + (month == 2 && leap ? 1 : 0);
}

int clock_parse(const char *text, int64_t *wall, struct error *error)
{
    const char *at = text;
    struct tm parts = {0};
    int64_t nanoseconds = 0;
    int offset = 0;
    bool good = read_digits(&at, 4, &parts.tm_year) && read_character(&at, '-') && read_digits(&at, 2, &parts.tm_mon) &&
                read_character(&at, '-') && read_digits(&at, 2, &parts.tm_mday) && read_character(&at, 'T') &&
                read_digits(&at, 2, &parts.tm_hour) && read_character(&at, ':') && read_digits(&at, 2, &parts.tm_min) &&
                read_character(&at, ':') && read_digits(&at, 2, &parts.tm_sec) && read_fraction(&at, &nanoseconds) &&
                read_zone(&at, &offset) && *at == '\0';
    good = good && parts.tm_year >= 1970 && parts.tm_year <= 2261 && parts.tm_mon >= 1 && parts.tm_mon <= 12 &&
           parts.tm_mday >= 1 && parts.tm_mday <= days_of_month(parts.tm_year, parts.tm_mon) && parts.tm_hour < 24 &&
           parts.tm_min < 60 && parts.tm_sec <= 60;
    if (!good)
        return error_set(error, "\"%.40s\" is no time such as 2026-11-22T00:48:28Z", text);
    parts.tm_year -= 1900;
    parts.tm_mon -= 1;
    *wall = ((int64_t)timegm(&parts) - offset) * NANOSECONDS_PER_SECOND + nanoseconds;
    return 0;
}
