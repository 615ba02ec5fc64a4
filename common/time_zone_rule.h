/*
 * The rule behind the last transition of a TZif file: a POSIX TZ text such as "CET-1CEST,M3.5.0,M10.5.0/3", with the hours
 * from -167 to 167 that RFC 9636 allows.
 */
#ifndef COMMON_TIME_ZONE_RULE_H
#define COMMON_TIME_ZONE_RULE_H

#include <stdbool.h>
#include <stdint.h>

/* When clocks change in a year. */
struct time_zone_change {
    enum { CHANGE_MONTH_WEEK, CHANGE_JULIAN, CHANGE_DAY } kind;
    int month;    /* 1 to 12 */
    int week;     /* 1 to 5; 5 is the last */
    int day;      /* of the week (0 is Sunday), or of the year: Julian from 1 without February 29, else from 0 */
    int32_t time; /* seconds after local midnight */
};

struct time_zone_rule {
    int32_t standard; /* seconds east of UTC */
    int32_t summer;
    bool has_summer;
    struct time_zone_change start, end;
};

/* -1 when the text is none. */
int time_zone_rule_parse(const char *text, struct time_zone_rule *rule);

/* Seconds east of UTC at a moment. */
int32_t time_zone_rule_offset(const struct time_zone_rule *rule, int64_t seconds);

#endif
