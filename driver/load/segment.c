#include "driver/load/segment.h"

#include <stdlib.h>

#include "common/memory.h"

struct segment {
    uint64_t length;             /* of the pattern */
    uint64_t *mine_until;        /* how many places before each one are this generator's; length + 1 of them */
    const struct segment *whole; /* the pattern goes through the numbers of that one; NULL = through all */
};

static uint64_t greatest_divisor(uint64_t a, uint64_t b)
{
    while (b != 0) {
        uint64_t rest = a % b;
        a = b;
        b = rest;
    }
    return a;
}

/* Which generator gets the next place: the one whose next number is due first. Generator i, which has had given[i], is due
 * at given[i] / weights[i] of the pattern. */
static size_t earliest_due(const uint64_t *weights, const uint64_t *given, size_t count)
{
    size_t best = count;
    for (size_t i = 0; i < count; i++) {
        if (given[i] == weights[i])
            continue;
        uint64_t due = best == count ? 0 : given[i] * weights[best];
        uint64_t best_due = best == count ? 0 : given[best] * weights[i];
        if (best == count || due < best_due || (due == best_due && weights[i] > weights[best]))
            best = i;
    }
    return best;
}

static void fill_pattern(struct segment *segment, size_t index, const uint64_t *weights, size_t count)
{
    AUTO_FREE uint64_t *given = memory_allocate(count, sizeof *given);
    segment->mine_until = memory_allocate(segment->length + 1, sizeof *segment->mine_until);
    for (uint64_t place = 0; place < segment->length; place++) {
        size_t owner = earliest_due(weights, given, count);
        given[owner]++;
        segment->mine_until[place + 1] = given[index];
    }
}

struct segment *segment_divide(const struct segment *whole, size_t index, size_t count)
{
    struct segment *segment = memory_allocate(1, sizeof *segment);
    segment->whole = whole;
    segment->length = count;
    segment->mine_until = memory_allocate(count + 1, sizeof *segment->mine_until);
    for (size_t place = index; place < count; place++)
        segment->mine_until[place + 1] = 1;
    return segment;
}

struct segment *segment_create(size_t index, size_t count, const uint32_t *weights, struct error *error)
{
    uint64_t divisor = 0;
    uint64_t sum = 0;
    if (count == 0 || count > SEGMENT_MOST_GENERATORS || index >= count) {
        (void)error_set(error, "there is no generator %zu of %zu (at most %d)", index, count, SEGMENT_MOST_GENERATORS);
        return NULL;
    }
    AUTO_FREE uint64_t *shares = memory_allocate(count, sizeof *shares);
    for (size_t i = 0; i < count; i++) {
        shares[i] = weights == NULL ? 1 : weights[i];
        divisor = greatest_divisor(divisor, shares[i]);
        sum += shares[i];
    }
    if (divisor == 0 || sum / divisor > SEGMENT_MOST_WEIGHT) {
        (void)error_set(error, "the weights of the generators add up to %llu, expected 1 to %d",
                        (unsigned long long)(divisor == 0 ? 0 : sum / divisor), SEGMENT_MOST_WEIGHT);
        return NULL;
    }
    for (size_t i = 0; i < count; i++)
        shares[i] /= divisor;
    struct segment *segment = memory_allocate(1, sizeof *segment);
    segment->length = sum / divisor;
    fill_pattern(segment, index, shares, count);
    return segment;
}

void segment_destroy(struct segment *segment)
{
    if (segment == NULL)
        return;
    free(segment->mine_until);
    free(segment);
}

bool segment_owns(const struct segment *segment, uint64_t number)
{
    if (segment == NULL)
        return true;
    if (!segment_owns(segment->whole, number))
        return false;
    uint64_t place = segment_share(segment->whole, number) % segment->length;
    return segment->mine_until[place + 1] > segment->mine_until[place];
}

bool segment_is_empty(const struct segment *segment)
{
    return segment != NULL && (segment->mine_until[segment->length] == 0 || segment_is_empty(segment->whole));
}

uint64_t segment_share(const struct segment *segment, uint64_t total)
{
    if (segment == NULL)
        return total;
    uint64_t part = segment_share(segment->whole, total);
    return part / segment->length * segment->mine_until[segment->length] + segment->mine_until[part % segment->length];
}

uint64_t segment_number(const struct segment *segment, uint64_t rank)
{
    if (segment == NULL)
        return rank;
    uint64_t in_pattern = segment->mine_until[segment->length];
    uint64_t wanted = rank % in_pattern;
    uint64_t low = 0;
    uint64_t high = segment->length - 1;
    while (low < high) { /* the place behind which there are more than wanted */
        uint64_t middle = (low + high) / 2;
        if (segment->mine_until[middle + 1] > wanted)
            high = middle;
        else
            low = middle + 1;
    }
    return segment_number(segment->whole, rank / in_pattern * segment->length + low);
}
