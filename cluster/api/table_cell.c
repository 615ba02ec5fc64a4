#include "cluster/api/table_cell.h"

#include <inttypes.h>
#include <stdio.h>

#include "cluster/api/selector.h"
#include "common/clock.h"

#define CELL_MAXIMUM (64 * 1024)

static void two_units(char text[HUMAN_DURATION_SIZE], int64_t large, char large_unit, int64_t small, char small_unit)
{
    if (small == 0)
        snprintf(text, HUMAN_DURATION_SIZE, "%" PRId64 "%c", large, large_unit);
    else
        snprintf(text, HUMAN_DURATION_SIZE, "%" PRId64 "%c%" PRId64 "%c", large, large_unit, small, small_unit);
}

char *human_duration(int64_t nanoseconds, char text[HUMAN_DURATION_SIZE])
{
    int64_t seconds = nanoseconds / NANOSECONDS_PER_SECOND;
    int64_t minutes = seconds / 60;
    int64_t hours = minutes / 60;
    int64_t days = hours / 24;
    if (seconds < -1)
        snprintf(text, HUMAN_DURATION_SIZE, "<invalid>");
    else if (seconds < 0)
        two_units(text, 0, 's', 0, 's');
    else if (seconds < 120)
        two_units(text, seconds, 's', 0, 's');
    else if (minutes < 10)
        two_units(text, minutes, 'm', seconds % 60, 's');
    else if (minutes < 180)
        two_units(text, minutes, 'm', 0, 's');
    else if (hours < 8)
        two_units(text, hours, 'h', minutes % 60, 'm');
    else if (hours < 48)
        two_units(text, hours, 'h', 0, 'm');
    else if (hours < 192)
        two_units(text, days, 'd', hours % 24, 'h');
    else if (days < 2 * 365)
        two_units(text, days, 'd', 0, 'h');
    else if (days < 8 * 365)
        two_units(text, days / 365, 'y', days % 365, 'd');
    else
        two_units(text, days / 365, 'y', 0, 'd');
    return text;
}

char *human_age(const char *timestamp, int64_t now, char text[HUMAN_DURATION_SIZE])
{
    int64_t then;
    if (timestamp == NULL || clock_parse(timestamp, &then, NULL) != 0) {
        snprintf(text, HUMAN_DURATION_SIZE, "<unknown>");
        return text;
    }
    return human_duration(now - then, text);
}

void cell_text(cJSON *cells, const char *text)
{
    cJSON_AddItemToArray(cells, cJSON_CreateString(text));
}

void cell_text_or_none(cJSON *cells, const char *text)
{
    cell_text(cells, text == NULL || text[0] == '\0' ? CELL_NONE : text);
}

void cell_integer(cJSON *cells, int64_t value)
{
    cJSON_AddItemToArray(cells, cJSON_CreateNumber((double)value));
}

void cell_name(cJSON *cells, const cJSON *object)
{
    cell_text(cells, json_text(json_get(object, "metadata", "name"), ""));
}

void cell_age(cJSON *cells, const cJSON *object, int64_t now)
{
    char text[HUMAN_DURATION_SIZE];
    cell_text(cells, human_age(json_text(json_get(object, "metadata", "creationTimestamp"), NULL), now, text));
}

static void cell_members(cJSON *cells, const cJSON *containers, const char *key)
{
    AUTO_BUFFER struct buffer text;
    buffer_init(&text, CELL_MAXIMUM);
    const cJSON *container;
    cJSON_ArrayForEach (container, containers) {
        if (text.length > 0)
            buffer_append_character(&text, ',');
        buffer_append_text(&text, json_text(cJSON_GetObjectItemCaseSensitive(container, key), ""));
    }
    cell_text(cells, text.data);
}

void cell_containers(cJSON *cells, const cJSON *containers)
{
    cell_members(cells, containers, "name");
    cell_members(cells, containers, "image");
}

void cell_label_selector(cJSON *cells, const cJSON *label_selector)
{
    AUTO_SELECTOR struct selector *selector = label_selector != NULL ? selector_from_label_selector(label_selector) : NULL;
    AUTO_FREE char *text = selector != NULL ? selector_to_text(selector) : NULL;
    cell_text_or_none(cells, text);
}
