/* Any bytes: what decodes is a histogram that can be read, merged and encoded again without loss. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "common/histogram.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void add_up(int64_t highest, uint64_t count, void *context)
{
    uint64_t *total = context;
    if (highest <= 0)
        abort();
    *total += count;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    AUTO_HISTOGRAM struct histogram histogram = {0};
    AUTO_HISTOGRAM struct histogram again = {0};
    AUTO_HISTOGRAM struct histogram merged = {0};
    if (histogram_decode(&histogram, data, size, NULL) < 0)
        return 0;
    uint64_t total = 0;
    histogram_visit(&histogram, add_up, &total);
    if (total != histogram.total)
        abort();
    int64_t before = histogram_percentile(&histogram, 0);
    for (int i = 1; i <= 20; i++) {
        int64_t value = histogram_percentile(&histogram, i / 20.0);
        if (value < before)
            abort();
        before = value;
    }
    (void)histogram_count_above(&histogram, histogram.maximum);
    AUTO_BUFFER struct buffer bytes = {0};
    buffer_init(&bytes, 1 << 22);
    if (histogram_encode(&histogram, &bytes) < 0 || histogram_decode(&again, bytes.data, bytes.length, NULL) < 0 ||
        again.total != histogram.total || again.maximum != histogram.maximum)
        abort();
    histogram_merge(&merged, &histogram);
    if (merged.total != histogram.total)
        abort();
    histogram_record(&histogram, 5);
    return 0;
}
