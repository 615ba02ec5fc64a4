#include <ctype.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "common/clock.h"
#include "common/cron_schedule.h"
#include "common/duration.h"
#include "common/memory.h"

#define FIELD_COUNT 5

/* What is shown of a text in an error. */
#define SHOWN 200

/* Every time that cron_schedule_next can tell is within this. */
#define EVERY_MAXIMUM (INT64_C(290) * 366 * 86400)

struct field {
    int minimum, maximum;
    const char *const *names; /* of the values from minimum on; NULL: it has none */
};

static const char *const month_names[] = {"jan", "feb", "mar", "apr", "may", "jun", "jul",
                                          "aug", "sep", "oct", "nov", "dec", NULL};
static const char *const weekday_names[] = {"sun", "mon", "tue", "wed", "thu", "fri", "sat", NULL};
static const struct field fields[FIELD_COUNT] = {
    {0, 59, NULL}, {0, 23, NULL}, {1, 31, NULL}, {1, 12, month_names}, {0, 6, weekday_names},
};

/* The text parts of one element of a field, "LOW-HIGH/STEP". Absent parts are NULL. */
struct element {
    const char *text;
    char *low, *high, *step;
};

static int read_number(const char *text, int64_t *value, struct error *error)
{
    const char *digits = text + (text[0] == '+' || text[0] == '-');
    size_t count = strspn(digits, "0123456789");
    if (count == 0 || digits[count] != '\0')
        return error_set(error, "failed to parse int from %.*s: strconv.Atoi: parsing \"%.*s\": invalid syntax", SHOWN, text,
                         SHOWN, text);
    while (digits[0] == '0' && digits[1] != '\0')
        digits++;
    if (strlen(digits) > 18)
        return error_set(error, "failed to parse int from %.*s: strconv.Atoi: parsing \"%.*s\": value out of range", SHOWN, text,
                         SHOWN, text);
    *value = strtoll(digits, NULL, 10) * (text[0] == '-' ? -1 : 1);
    if (*value < 0)
        return error_set(error, "negative number (%" PRId64 ") not allowed: %.*s", *value, SHOWN, text);
    return 0;
}

static int read_value(const struct field *field, const char *text, int64_t *value, struct error *error)
{
    for (int i = 0; field->names != NULL && field->names[i] != NULL; i++) {
        if (strcasecmp(field->names[i], text) == 0) {
            *value = field->minimum + i;
            return 0;
        }
    }
    return read_number(text, value, error);
}

/* Takes `element->low` apart: it holds the whole element. */
static int split(struct element *element, struct error *error)
{
    char *slash = strchr(element->low, '/');
    if (slash != NULL) {
        *slash = '\0';
        element->step = slash + 1;
    }
    char *hyphen = strchr(element->low, '-');
    if (hyphen != NULL) {
        *hyphen = '\0';
        element->high = hyphen + 1;
    }
    bool star = strcmp(element->low, "*") == 0 || strcmp(element->low, "?") == 0;
    if (!star && element->high != NULL && strchr(element->high, '-') != NULL)
        return error_set(error, "too many hyphens: %.*s", SHOWN, element->text);
    return star ? 1 : 0;
}

static int check_range(const struct field *field, int64_t start, int64_t end, int64_t step, const char *text, struct error *error)
{
    if (start < field->minimum)
        return error_set(error, "beginning of range (%" PRId64 ") below minimum (%d): %.*s", start, field->minimum, SHOWN, text);
    if (end > field->maximum)
        return error_set(error, "end of range (%" PRId64 ") above maximum (%d): %.*s", end, field->maximum, SHOWN, text);
    if (start > end)
        return error_set(error, "beginning of range (%" PRId64 ") beyond end of range (%" PRId64 "): %.*s", start, end, SHOWN,
                         text);
    if (step == 0)
        return error_set(error, "step of range should be a positive number: %.*s", SHOWN, text);
    return 0;
}

static int read_step(const struct element *element, int64_t *step, struct error *error)
{
    if (element->step == NULL)
        return 0;
    if (strchr(element->step, '/') != NULL)
        return error_set(error, "too many slashes: %.*s", SHOWN, element->text);
    return read_number(element->step, step, error);
}

/* Adds the values of one element to the set. */
static int add_element(const struct field *field, const char *text, uint64_t *set, bool *any, struct error *error)
{
    AUTO_FREE char *copy = memory_copy_text(text);
    struct element element = {.text = text, .low = copy};
    int64_t start = field->minimum;
    int64_t end = field->maximum;
    int64_t step = 1;
    int star = split(&element, error);
    if (star < 0)
        return -1;
    if (star == 0) {
        if (read_value(field, element.low, &start, error) < 0)
            return -1;
        if (element.high == NULL)
            end = element.step != NULL ? field->maximum : start;
        else if (read_value(field, element.high, &end, error) < 0)
            return -1;
    }
    if (read_step(&element, &step, error) < 0 || check_range(field, start, end, step, text, error) < 0)
        return -1;
    for (int64_t value = start; value <= end; value += step)
        *set |= UINT64_C(1) << value;
    *any = *any || (star == 1 && step <= 1);
    return 0;
}

static int read_field(const struct field *field, char *text, uint64_t *set, bool *any, struct error *error)
{
    char *rest = text;
    for (char *element = strsep(&rest, ","); element != NULL; element = strsep(&rest, ",")) {
        if (element[0] != '\0' && add_element(field, element, set, any, error) < 0)
            return -1;
    }
    return 0;
}

static int read_every(const char *text, struct cron_schedule *schedule, struct error *error)
{
    int64_t nanoseconds = 0;
    struct error why = ERROR_NONE;
    bool negative = text[0] == '-';
    const char *amount = text + (text[0] == '-' || text[0] == '+');
    /* Go knows no days. */
    if (strchr(amount, 'd') != NULL || duration_parse(amount, &nanoseconds, &why) < 0)
        return error_set(error, "failed to parse duration @every %.*s: time: invalid duration \"%.*s\"", SHOWN, text, SHOWN,
                         text);
    int64_t seconds = negative ? 0 : nanoseconds / NANOSECONDS_PER_SECOND;
    schedule->every = seconds < 1 ? 1 : seconds > EVERY_MAXIMUM ? EVERY_MAXIMUM : seconds;
    return 0;
}

static int read_descriptor(const char *text, struct cron_schedule *schedule, struct error *error)
{
    static const char *const meanings[][2] = {
        {"@yearly", "0 0 1 1 *"}, {"@annually", "0 0 1 1 *"}, {"@monthly", "0 0 1 * *"}, {"@weekly", "0 0 * * 0"},
        {"@daily", "0 0 * * *"},  {"@midnight", "0 0 * * *"}, {"@hourly", "0 * * * *"},
    };
    for (size_t i = 0; i < sizeof meanings / sizeof meanings[0]; i++) {
        if (strcmp(text, meanings[i][0]) == 0)
            return cron_schedule_parse(meanings[i][1], schedule, error);
    }
    if (strncmp(text, "@every ", 7) == 0)
        return read_every(text + 7, schedule, error);
    return error_set(error, "unrecognized descriptor: %.*s", SHOWN, text);
}

/* The words of a text, joined by single spaces; how many there are. */
static int split_words(char *text, char *words[FIELD_COUNT])
{
    int count = 0;
    char *position = NULL;
    for (char *word = strtok_r(text, " \t\n\v\f\r", &position); word != NULL; word = strtok_r(NULL, " \t\n\v\f\r", &position)) {
        if (count < FIELD_COUNT)
            words[count] = word;
        count++;
    }
    return count;
}

static int refuse_count(const char *text, int count, struct error *error)
{
    AUTO_FREE char *shown = memory_copy_text(text);
    size_t length = 0;
    for (const char *at = text; *at != '\0'; at++) {
        if (!isspace((unsigned char)*at))
            shown[length++] = *at;
        else if (length > 0 && shown[length - 1] != ' ')
            shown[length++] = ' ';
    }
    if (length > 0 && shown[length - 1] == ' ')
        length--;
    shown[length] = '\0';
    return error_set(error, "expected exactly %d fields, found %d: [%.*s]", FIELD_COUNT, count, SHOWN, shown);
}

int cron_schedule_parse(const char *text, struct cron_schedule *schedule, struct error *error)
{
    *schedule = (struct cron_schedule){0};
    if (text[0] == '\0')
        return error_set(error, "empty spec string");
    if (strncmp(text, "TZ=", 3) == 0 || strncmp(text, "CRON_TZ=", 8) == 0)
        return error_set(error, "cannot use TZ or CRON_TZ in schedule, use timeZone field instead");
    if (text[0] == '@')
        return read_descriptor(text, schedule, error);
    AUTO_FREE char *copy = memory_copy_text(text);
    char *words[FIELD_COUNT] = {NULL};
    int count = split_words(copy, words);
    if (count != FIELD_COUNT)
        return refuse_count(text, count, error);
    uint64_t *const sets[FIELD_COUNT] = {&schedule->minutes, &schedule->hours, &schedule->days, &schedule->months,
                                         &schedule->weekdays};
    bool unused = false;
    bool *const any[FIELD_COUNT] = {&unused, &unused, &schedule->any_day, &unused, &schedule->any_weekday};
    for (int i = 0; i < FIELD_COUNT; i++) {
        if (read_field(&fields[i], words[i], sets[i], any[i], error) < 0)
            return -1;
    }
    return 0;
}
