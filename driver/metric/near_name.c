#include "driver/metric/near_name.h"

#include <stdio.h>
#include <string.h>

#define LONGEST 63
#define MOST_HINTS 3

/* Levenshtein's distance of the first LONGEST characters. */
static size_t distance(const char *left, const char *right)
{
    size_t row[LONGEST + 1];
    size_t left_length = strnlen(left, LONGEST);
    size_t right_length = strnlen(right, LONGEST);
    for (size_t column = 0; column <= right_length; column++)
        row[column] = column;
    for (size_t line = 1; line <= left_length; line++) {
        size_t diagonal = row[0];
        row[0] = line;
        for (size_t column = 1; column <= right_length; column++) {
            size_t change = diagonal + (left[line - 1] != right[column - 1]);
            size_t insert = row[column - 1] + 1;
            diagonal = row[column];
            size_t remove = row[column] + 1;
            row[column] = change < insert ? (change < remove ? change : remove) : (insert < remove ? insert : remove);
        }
    }
    return row[right_length];
}

struct hint {
    char name[64];
    size_t distance;
};

static void insert_hint(struct hint hints[MOST_HINTS], const char *name, size_t apart)
{
    for (int place = 0; place < MOST_HINTS; place++) {
        if (apart >= hints[place].distance)
            continue;
        memmove(&hints[place + 1], &hints[place], (size_t)(MOST_HINTS - 1 - place) * sizeof *hints);
        snprintf(hints[place].name, sizeof hints[place].name, "%s", name);
        hints[place].distance = apart;
        return;
    }
}

void near_name_write(const char *name, bool (*list)(size_t index, char name[64]), struct buffer *hint)
{
    struct hint hints[MOST_HINTS];
    char candidate[64];
    size_t limit = strlen(name) / 3 + 2;
    for (int place = 0; place < MOST_HINTS; place++)
        hints[place] = (struct hint){.distance = limit + 1};
    for (size_t index = 0; list(index, candidate); index++)
        insert_hint(hints, candidate, distance(name, candidate));
    for (int place = 0; place < MOST_HINTS && hints[place].distance <= limit; place++) {
        bool last = place + 1 == MOST_HINTS || hints[place + 1].distance > limit;
        buffer_append_format(hint, "%s%s", place == 0 ? "" : last ? " or " : ", ", hints[place].name);
    }
}
