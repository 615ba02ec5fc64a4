#include "common/histogram.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "common/clock.h"
#include "common/memory.h"

#define SUB_BUCKET_BITS 11
#define HALF_COUNT (1 << (SUB_BUCKET_BITS - 1))
#define INDEX_COUNT (21 * HALF_COUNT + 2 * HALF_COUNT)
#define BLOCK 256 /* counts are kept for whole blocks of indexes, so that they grow seldom */
#define ENCODING 1

void histogram_init(struct histogram *histogram)
{
    *histogram = (struct histogram){0};
}

void histogram_release(struct histogram *histogram)
{
    free(histogram->counts);
    *histogram = (struct histogram){0};
}

void histogram_clear(struct histogram *histogram)
{
    if (histogram->counts != NULL)
        memset(histogram->counts, 0, (size_t)histogram->length * sizeof *histogram->counts);
    histogram->total = 0;
    histogram->minimum = 0;
    histogram->maximum = 0;
    histogram->sum = 0;
}

static int64_t to_microseconds(int64_t nanoseconds)
{
    int64_t value = nanoseconds / NANOSECONDS_PER_MICROSECOND;
    if (value < HISTOGRAM_LOWEST)
        return HISTOGRAM_LOWEST;
    return value > HISTOGRAM_HIGHEST ? HISTOGRAM_HIGHEST : value;
}

static int32_t index_of(int64_t microseconds)
{
    int32_t highest_bit = 63 - __builtin_clzll((unsigned long long)microseconds);
    int32_t bucket = highest_bit < SUB_BUCKET_BITS ? 0 : highest_bit - (SUB_BUCKET_BITS - 1);
    return bucket * HALF_COUNT + (int32_t)(microseconds >> bucket);
}

/* The highest value, in nanoseconds, that is counted at an index. */
static int64_t highest_at(int32_t index)
{
    int32_t bucket = index < 2 * HALF_COUNT ? 0 : index / HALF_COUNT - 1;
    uint64_t sub = (uint64_t)(index - bucket * HALF_COUNT);
    return (int64_t)(((sub + 1) << bucket) - 1) * NANOSECONDS_PER_MICROSECOND;
}

/* Makes room for the indexes first .. last. */
static void cover(struct histogram *histogram, int32_t first, int32_t last)
{
    int32_t old_end = histogram->first + histogram->length;
    if (histogram->length > 0 && first >= histogram->first && last < old_end)
        return;
    if (histogram->length > 0) {
        first = first < histogram->first ? first : histogram->first;
        last = last >= old_end ? last : old_end - 1;
    }
    first -= first % BLOCK;
    int32_t length = (last / BLOCK + 1) * BLOCK - first;
    uint64_t *counts = memory_allocate((size_t)length, sizeof *counts);
    if (histogram->length > 0)
        memcpy(counts + (histogram->first - first), histogram->counts, (size_t)histogram->length * sizeof *counts);
    free(histogram->counts);
    histogram->counts = counts;
    histogram->first = first;
    histogram->length = length;
}

static void widen(struct histogram *histogram, int64_t minimum, int64_t maximum)
{
    if (histogram->total == 0 || minimum < histogram->minimum)
        histogram->minimum = minimum;
    if (histogram->total == 0 || maximum > histogram->maximum)
        histogram->maximum = maximum;
}

void histogram_record(struct histogram *histogram, int64_t nanoseconds)
{
    if (nanoseconds < 0)
        nanoseconds = 0;
    int32_t index = index_of(to_microseconds(nanoseconds));
    if (index < histogram->first || index >= histogram->first + histogram->length)
        cover(histogram, index, index);
    widen(histogram, nanoseconds, nanoseconds);
    histogram->counts[index - histogram->first]++;
    histogram->total++;
    histogram->sum += (double)nanoseconds;
}

void histogram_merge(struct histogram *histogram, const struct histogram *other)
{
    if (other->total == 0)
        return;
    cover(histogram, other->first, other->first + other->length - 1);
    widen(histogram, other->minimum, other->maximum);
    uint64_t *counts = histogram->counts + (other->first - histogram->first);
    for (int32_t i = 0; i < other->length; i++)
        counts[i] += other->counts[i];
    histogram->total += other->total;
    histogram->sum += other->sum;
}

static int64_t within_ends(const struct histogram *histogram, int64_t value)
{
    if (value < histogram->minimum)
        return histogram->minimum;
    return value > histogram->maximum ? histogram->maximum : value;
}

int64_t histogram_percentile(const struct histogram *histogram, double fraction)
{
    if (histogram->total == 0)
        return 0;
    if (!(fraction > 0))
        return histogram->minimum;
    if (fraction >= 1)
        return histogram->maximum;
    double rank = ceil(fraction * (double)histogram->total - 1e-9);
    uint64_t wanted = rank < 1 ? 1 : (uint64_t)rank;
    uint64_t seen = 0;
    for (int32_t i = 0; i < histogram->length; i++) {
        seen += histogram->counts[i];
        if (seen >= wanted)
            return within_ends(histogram, highest_at(histogram->first + i));
    }
    return histogram->maximum;
}

double histogram_mean(const struct histogram *histogram)
{
    return histogram->total == 0 ? 0 : histogram->sum / (double)histogram->total;
}

uint64_t histogram_count_above(const struct histogram *histogram, int64_t nanoseconds)
{
    int32_t limit = index_of(to_microseconds(nanoseconds));
    uint64_t above = 0;
    for (int32_t i = 0; i < histogram->length; i++)
        if (histogram->first + i > limit)
            above += histogram->counts[i];
    return above;
}

static int append_varint(struct buffer *bytes, uint64_t value)
{
    while (value >= 0x80) {
        if (buffer_append_character(bytes, (char)(value | 0x80)) < 0)
            return -1;
        value >>= 7;
    }
    return buffer_append_character(bytes, (char)value);
}

int histogram_encode(const struct histogram *histogram, struct buffer *bytes)
{
    (void)append_varint(bytes, ENCODING);
    (void)append_varint(bytes, (uint64_t)histogram->minimum);
    (void)append_varint(bytes, (uint64_t)histogram->maximum);
    (void)buffer_append(bytes, &histogram->sum, sizeof histogram->sum);
    int32_t last = -1;
    for (int32_t i = 0; i < histogram->length; i++) {
        if (histogram->counts[i] == 0)
            continue;
        (void)append_varint(bytes, (uint64_t)(histogram->first + i - last));
        (void)append_varint(bytes, histogram->counts[i]);
        last = histogram->first + i;
    }
    return bytes->overflowed ? -1 : 0;
}

struct decoder {
    const unsigned char *at;
    const unsigned char *end;
};

static int read_varint(struct decoder *decoder, uint64_t *value)
{
    *value = 0;
    for (unsigned shift = 0; shift < 64 && decoder->at < decoder->end; shift += 7) {
        unsigned char byte = *decoder->at++;
        *value |= (uint64_t)(byte & 0x7f) << shift;
        if ((byte & 0x80) == 0)
            return 0;
    }
    return -1;
}

static int decode_head(struct histogram *histogram, struct decoder *decoder)
{
    uint64_t encoding = 0;
    uint64_t minimum = 0;
    uint64_t maximum = 0;
    if (read_varint(decoder, &encoding) < 0 || encoding != ENCODING || read_varint(decoder, &minimum) < 0 ||
        read_varint(decoder, &maximum) < 0 || minimum > maximum || maximum > INT64_MAX)
        return -1;
    if ((size_t)(decoder->end - decoder->at) < sizeof histogram->sum)
        return -1;
    memcpy(&histogram->sum, decoder->at, sizeof histogram->sum);
    decoder->at += sizeof histogram->sum;
    if (!isfinite(histogram->sum) || histogram->sum < 0)
        return -1;
    histogram->minimum = (int64_t)minimum;
    histogram->maximum = (int64_t)maximum;
    return 0;
}

static int decode_counts(struct histogram *histogram, struct decoder *decoder)
{
    int64_t index = -1;
    while (decoder->at < decoder->end) {
        uint64_t gap = 0;
        uint64_t count = 0;
        if (read_varint(decoder, &gap) < 0 || read_varint(decoder, &count) < 0)
            return -1;
        if (gap == 0 || count == 0 || gap > INDEX_COUNT)
            return -1;
        if (__builtin_add_overflow(histogram->total, count, &histogram->total))
            return -1;
        index += (int64_t)gap;
        if (index < index_of(HISTOGRAM_LOWEST) || index > index_of(HISTOGRAM_HIGHEST))
            return -1;
        cover(histogram, (int32_t)index, (int32_t)index);
        histogram->counts[index - histogram->first] = count;
    }
    return 0;
}

int histogram_decode(struct histogram *histogram, const void *bytes, size_t length, struct error *error)
{
    struct histogram decoded = {0};
    struct decoder decoder = {.at = bytes, .end = (const unsigned char *)bytes + length};
    if (decode_head(&decoded, &decoder) < 0 || decode_counts(&decoded, &decoder) < 0) {
        histogram_release(&decoded);
        return error_set(error, "malformed histogram of %zu bytes", length);
    }
    histogram_release(histogram);
    *histogram = decoded;
    return 0;
}

void histogram_visit(const struct histogram *histogram, void (*visit)(int64_t highest, uint64_t count, void *context),
                     void *context)
{
    for (int32_t i = 0; i < histogram->length; i++)
        if (histogram->counts[i] > 0)
            visit(highest_at(histogram->first + i), histogram->counts[i], context);
}
