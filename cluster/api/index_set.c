#include "cluster/api/index_set.h"

#include <stdlib.h>
#include <string.h>

#include "common/buffer.h"
#include "common/memory.h"

#define TEXT_MAXIMUM ((size_t)4 * 1024 * 1024)
#define SHOWN 100

void index_set_release(struct index_set *set)
{
    free(set->intervals);
    *set = (struct index_set){0};
}

/* Joins an interval that starts behind all others to the last one when nothing lies between. */
static void append(struct index_set *set, int32_t first, int32_t last)
{
    if (set->count > 0 && set->intervals[set->count - 1].last + 1 == first) {
        set->intervals[set->count - 1].last = last;
        return;
    }
    if ((set->count & (set->count + 1)) == 0)
        set->intervals = memory_resize(set->intervals, 2 * set->count + 2, sizeof *set->intervals);
    set->intervals[set->count++] = (struct index_interval){first, last};
}

static int read_index(const char *text, int32_t limit, int32_t *index, struct error *error)
{
    size_t digits = strspn(text, "0123456789");
    if (digits == 0 || text[digits] != '\0' || digits > 18)
        return error_set(error, "cannot convert string to integer for index: \"%.*s\"", SHOWN, text);
    long long value = strtoll(text, NULL, 10);
    if (value >= limit)
        return error_set(error, "too large index: \"%.*s\"", SHOWN, text);
    *index = (int32_t)value;
    return 0;
}

static int read_interval(char *fragment, int32_t limit, struct index_set *set, struct error *error)
{
    int32_t first = 0;
    int32_t last = 0;
    char *end = strchr(fragment, '-');
    if (end != NULL && strchr(end + 1, '-') != NULL)
        return error_set(error,
                         "the fragment \"%.*s\" violates the requirement that an index interval can have at most two parts "
                         "separated by '-'",
                         SHOWN, fragment);
    if (end != NULL)
        *end++ = '\0';
    if (read_index(fragment, limit, &first, error) < 0)
        return -1;
    if (set->count > 0 && set->intervals[set->count - 1].last >= first)
        return error_set(error, "non-increasing order, previous: %d, current: %d", set->intervals[set->count - 1].last, first);
    last = first;
    if (end != NULL && read_index(end, limit, &last, error) < 0)
        return -1;
    if (end != NULL && last <= first)
        return error_set(error, "non-increasing order, previous: %d, current: %d", first, last);
    append(set, first, last);
    return 0;
}

int index_set_parse(const char *text, int32_t limit, struct index_set *set, struct error *error)
{
    AUTO_FREE char *copy = memory_copy_text(text);
    char *rest = text[0] != '\0' ? copy : NULL;
    for (char *fragment = strsep(&rest, ","); fragment != NULL; fragment = strsep(&rest, ",")) {
        if (read_interval(fragment, limit, set, error) < 0) {
            index_set_release(set);
            return -1;
        }
    }
    return 0;
}

/* The first interval that ends at the index or behind it; count when there is none. */
static size_t find(const struct index_set *set, int32_t index)
{
    size_t low = 0;
    size_t high = set->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (set->intervals[middle].last < index)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

bool index_set_contains(const struct index_set *set, int32_t index)
{
    size_t at = find(set, index);
    return at < set->count && set->intervals[at].first <= index;
}

void index_set_add(struct index_set *set, int32_t index)
{
    if (index_set_contains(set, index))
        return;
    struct index_set larger = {0};
    size_t at = find(set, index);
    for (size_t i = 0; i < at; i++)
        append(&larger, set->intervals[i].first, set->intervals[i].last);
    append(&larger, index, index);
    for (size_t i = at; i < set->count; i++)
        append(&larger, set->intervals[i].first, set->intervals[i].last);
    index_set_release(set);
    *set = larger;
}

int64_t index_set_size(const struct index_set *set, int32_t limit)
{
    int64_t size = 0;
    for (size_t i = 0; i < set->count && set->intervals[i].first < limit; i++) {
        int64_t last = set->intervals[i].last < limit ? set->intervals[i].last : limit - 1;
        size += last - set->intervals[i].first + 1;
    }
    return size;
}

int64_t index_set_common(const struct index_set *left, const struct index_set *right)
{
    int64_t size = 0;
    for (size_t i = 0, j = 0; i < left->count && j < right->count;) {
        const struct index_interval *one = &left->intervals[i];
        const struct index_interval *other = &right->intervals[j];
        int64_t first = one->first > other->first ? one->first : other->first;
        int64_t last = one->last < other->last ? one->last : other->last;
        size += first <= last ? last - first + 1 : 0;
        if (one->last < other->last)
            i++;
        else
            j++;
    }
    return size;
}

char *index_set_text(const struct index_set *set, int32_t limit)
{
    AUTO_BUFFER struct buffer text;
    buffer_init(&text, TEXT_MAXIMUM);
    for (size_t i = 0; i < set->count && set->intervals[i].first < limit; i++) {
        int32_t first = set->intervals[i].first;
        int32_t last = set->intervals[i].last < limit ? set->intervals[i].last : limit - 1;
        (void)buffer_append_format(&text, "%s%d", text.length > 0 ? "," : "", first);
        if (last > first)
            (void)buffer_append_format(&text, "%c%d", last == first + 1 ? ',' : '-', last);
    }
    return buffer_steal(&text);
}
