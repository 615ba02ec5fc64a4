#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "common/clock.h"
#include "driver/k6/point.h"

#define MOST_COLUMNS 100

/* Cuts a record into its fields, in place: quotes around a field are taken off, doubled ones in it made single. The number of
 * fields, or -1. */
static int split(char *record, char *fields[MOST_COLUMNS], struct error *error)
{
    int count = 0;
    for (char *at = record;; at++) {
        if (count == MOST_COLUMNS)
            return error_set(error, "more than %d columns", MOST_COLUMNS);
        char *to = at;
        fields[count++] = at;
        if (*at == '"') {
            for (at++; *at != '\0' && (*at != '"' || at[1] == '"'); at++) {
                at += *at == '"' ? 1 : 0;
                *to++ = *at;
            }
            if (*at != '"')
                return error_set(error, "a quoted field has no end");
            at++;
        } else {
            at += strcspn(at, ",");
            to = at;
        }
        if (*at != ',' && *at != '\0')
            return error_set(error, "text behind a quoted field");
        bool last = *at == '\0';
        *to = '\0';
        if (last)
            return count;
    }
}

int k6_csv_columns(char *record, struct k6_columns *columns, struct error *error)
{
    char *fields[MOST_COLUMNS];
    *columns = (struct k6_columns){-1, -1, -1, -1, -1, -1, -1, -1, -1};
    const struct {
        const char *name;
        int *column;
    } wanted[] = {{"metric_name", &columns->name},      {"timestamp", &columns->time},
                  {"metric_value", &columns->value},    {"status", &columns->status},
                  {"error_code", &columns->error_code}, {"expected_response", &columns->expected},
                  {"scenario", &columns->scenario},     {"extra_tags", &columns->extra}};
    columns->count = split(record, fields, error);
    if (columns->count < 0)
        return -1;
    for (int i = 0; i < columns->count; i++)
        for (size_t j = 0; j < sizeof wanted / sizeof wanted[0]; j++)
            if (strcmp(fields[i], wanted[j].name) == 0)
                *wanted[j].column = i;
    if (columns->name < 0 || columns->time < 0 || columns->value < 0)
        return error_set(error, "expected the first line of k6's CSV output: metric_name,timestamp,metric_value,...");
    return 0;
}

/* Unix time in seconds (k6's default), milliseconds, microseconds or nanoseconds, which the number of digits tells until the
 * year 5138; or RFC 3339. */
static int read_time(const char *text, struct k6_point *point, struct error *error)
{
    size_t digits = strspn(text, "0123456789");
    if (text[digits] != '\0' || digits == 0 || digits > 19) {
        point->whole_seconds = strchr(text, '.') == NULL;
        return clock_parse(text, &point->time, error) < 0 ? error_context(error, "timestamp") : 0;
    }
    int64_t unit = digits <= 11   ? NANOSECONDS_PER_SECOND
                   : digits <= 14 ? NANOSECONDS_PER_MILLISECOND
                   : digits <= 17 ? NANOSECONDS_PER_MICROSECOND
                                  : 1;
    int64_t number = (int64_t)strtoull(text, NULL, 10);
    if (number < 0 || number > INT64_MAX / unit)
        return error_set(error, "timestamp: %.20s is too late", text);
    point->whole_seconds = unit == NANOSECONDS_PER_SECOND;
    point->time = number * unit;
    return 0;
}

/* The tag "pod" of "a=1&pod=x&b=2". */
static void read_extra_tags(char *text, struct k6_point *point)
{
    char *rest = NULL;
    for (char *tag = strtok_r(text, "&", &rest); tag != NULL; tag = strtok_r(NULL, "&", &rest))
        if (strncmp(tag, "pod=", 4) == 0)
            k6_copy_tag(point->server, sizeof point->server, tag + 4);
}

int k6_csv_point(char *record, const struct k6_columns *columns, struct k6_point *point, struct error *error)
{
    static char none[] = "";
    char *fields[MOST_COLUMNS];
    *point = (struct k6_point){.expected = -1};
    int count = split(record, fields, error);
    if (count < 0)
        return -1;
    if (count != columns->count)
        return error_set(error, "expected %d columns, not %d", columns->count, count);
#define FIELD(column) (columns->column >= 0 ? fields[columns->column] : none)
    point->metric = k6_metric_of(FIELD(name), strlen(FIELD(name)));
    if (point->metric == K6_OTHER)
        return 0;
    char *end = NULL;
    point->value = strtod(FIELD(value), &end);
    if (end == FIELD(value) || *end != '\0')
        return error_set(error, "metric_value: expected a number, not \"%.40s\"", FIELD(value));
    if (read_time(FIELD(time), point, error) < 0)
        return -1;
    point->status = k6_tag_number(FIELD(status));
    point->error_code = k6_tag_number(FIELD(error_code));
    if (FIELD(expected)[0] != '\0')
        point->expected = strcmp(FIELD(expected), "true") == 0;
    k6_copy_tag(point->scenario, sizeof point->scenario, FIELD(scenario));
    read_extra_tags(FIELD(extra), point);
#undef FIELD
    return k6_check_value(point, error);
}
