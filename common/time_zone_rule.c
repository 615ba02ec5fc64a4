#include "common/time_zone_rule.h"

#include <ctype.h>
#include <string.h>
#include <time.h>

#define SECONDS_PER_DAY 86400

static int read_number(const char **text, int maximum)
{
    int value = 0;
    if (!isdigit((unsigned char)**text))
        return -1;
    while (isdigit((unsigned char)**text)) {
        value = value * 10 + (**text - '0');
        if (value > maximum)
            return -1;
        (*text)++;
    }
    return value;
}

/* [+-]hh[:mm[:ss]] */
static int read_time(const char **text, int32_t *seconds)
{
    static const int units[] = {3600, 60, 1};
    int sign = **text == '-' ? -1 : 1;
    if (**text == '-' || **text == '+')
        (*text)++;
    *seconds = 0;
    for (int i = 0; i < 3; i++) {
        int value = read_number(text, i == 0 ? 167 : 59);
        if (value < 0)
            return -1;
        *seconds += sign * value * units[i];
        if (**text != ':')
            return 0;
        (*text)++;
    }
    return -1;
}

/* "CET" or "<+03>": at least three characters. */
static int skip_name(const char **text)
{
    const char *start = *text;
    if (*start == '<') {
        const char *end = strchr(start, '>');
        if (end == NULL)
            return -1;
        *text = end + 1;
        return 0;
    }
    while (isalpha((unsigned char)**text))
        (*text)++;
    return *text - start >= 3 ? 0 : -1;
}

static int read_day(const char **text, struct time_zone_change *change)
{
    if (**text == 'M') {
        (*text)++;
        change->kind = CHANGE_MONTH_WEEK;
        change->month = read_number(text, 12);
        if (change->month < 1 || *(*text)++ != '.')
            return -1;
        change->week = read_number(text, 5);
        if (change->week < 1 || *(*text)++ != '.')
            return -1;
        change->day = read_number(text, 6);
        return change->day < 0 ? -1 : 0;
    }
    change->kind = **text == 'J' ? CHANGE_JULIAN : CHANGE_DAY;
    if (**text == 'J')
        (*text)++;
    change->day = read_number(text, 365);
    return change->day < (change->kind == CHANGE_JULIAN ? 1 : 0) ? -1 : 0;
}

static int read_change(const char **text, struct time_zone_change *change)
{
    change->time = 2 * 3600;
    if (*(*text)++ != ',' || read_day(text, change) < 0)
        return -1;
    if (**text != '/')
        return 0;
    (*text)++;
    return read_time(text, &change->time);
}

int time_zone_rule_parse(const char *text, struct time_zone_rule *rule)
{
    int32_t west = 0;
    *rule = (struct time_zone_rule){0};
    if (skip_name(&text) < 0 || read_time(&text, &west) < 0)
        return -1;
    rule->standard = -west;
    if (*text == '\0')
        return 0;
    rule->has_summer = true;
    rule->summer = rule->standard + 3600;
    if (skip_name(&text) < 0)
        return -1;
    if (*text != ',') {
        if (read_time(&text, &west) < 0)
            return -1;
        rule->summer = -west;
    }
    if (read_change(&text, &rule->start) < 0 || read_change(&text, &rule->end) < 0)
        return -1;
    return *text == '\0' ? 0 : -1;
}

static bool is_leap(int64_t year)
{
    return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

static int64_t days_since_epoch(int year, int month, int day)
{
    struct tm date = {.tm_year = year - 1900, .tm_mon = month - 1, .tm_mday = day};
    return timegm(&date) / SECONDS_PER_DAY;
}

/* The nth weekday of a month, as days since 1970 (a Thursday). */
static int64_t weekday_of_month(const struct time_zone_change *change, int year)
{
    int64_t first = days_since_epoch(year, change->month, 1);
    int64_t next_month = days_since_epoch(year, change->month + 1, 1);
    int64_t weekday = ((first + 4) % 7 + 7) % 7;
    int64_t day = first + (change->day - weekday + 7) % 7 + 7 * (int64_t)(change->week - 1);
    return day < next_month ? day : day - 7;
}

/* In local seconds. */
static int64_t change_of_year(const struct time_zone_change *change, int year)
{
    int64_t day = days_since_epoch(year, 1, 1);
    if (change->kind == CHANGE_MONTH_WEEK)
        day = weekday_of_month(change, year);
    else if (change->kind == CHANGE_DAY)
        day += change->day;
    else
        day += change->day - 1 + (change->day >= 60 && is_leap(year));
    return day * SECONDS_PER_DAY + change->time;
}

int32_t time_zone_rule_offset(const struct time_zone_rule *rule, int64_t seconds)
{
    if (!rule->has_summer)
        return rule->standard;
    struct tm date = {0};
    time_t local = seconds + rule->standard;
    if (gmtime_r(&local, &date) == NULL)
        return rule->standard;
    int year = date.tm_year + 1900;
    int64_t start = change_of_year(&rule->start, year) - rule->standard;
    int64_t end = change_of_year(&rule->end, year) - rule->summer;
    bool summer = start < end ? seconds >= start && seconds < end : seconds >= start || seconds < end;
    return summer ? rule->summer : rule->standard;
}
