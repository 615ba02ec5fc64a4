/* The percentile distribution that HdrHistogram's tools write and its plotter reads: percentiles at steps that halve with
 * the distance to 100%, five to each half. */
#include <inttypes.h>
#include <math.h>

#include "common/clock.h"
#include "driver/load_report/load_report.h"

#define STEPS_PER_HALF 5
#define BUCKETS 22 /* of 2048 values, each twice as wide as the one before: 1 us to 1 h */
#define SUB_BUCKETS 2048

struct distribution {
    const struct histogram *histogram;
    struct buffer *text;
    uint64_t counted;
    double level; /* the percentile that is due next, 0 to 100 */
    double squares;
};

static double milliseconds(double nanoseconds)
{
    return nanoseconds / (double)NANOSECONDS_PER_MILLISECOND;
}

static double next_level(double level)
{
    double halves = floor(log2(100 / (100 - level))) + 1;
    return level + 100 / (STEPS_PER_HALF * exp2(halves));
}

static void write_bucket(int64_t highest, uint64_t count, void *context)
{
    struct distribution *distribution = context;
    double value =
        milliseconds((double)(highest < distribution->histogram->maximum ? highest : distribution->histogram->maximum));
    double apart = value - milliseconds(histogram_mean(distribution->histogram));
    distribution->squares += (double)count * apart * apart;
    distribution->counted += count;
    double reached = 100 * (double)distribution->counted / (double)distribution->histogram->total;
    while (distribution->level <= reached && distribution->level < 100) {
        (void)buffer_append_format(distribution->text, "%12.3f %14.12f %10" PRIu64 " %14.2f\n", value, distribution->level / 100,
                                   distribution->counted, 100 / (100 - distribution->level));
        distribution->level = next_level(distribution->level);
        if (distribution->counted == distribution->histogram->total)
            break;
    }
}

void load_report_percentiles(const struct load_report *report, struct buffer *text)
{
    const struct histogram *histogram = &report->total->response;
    struct distribution distribution = {.histogram = histogram, .text = text};
    (void)buffer_append_format(text, "%12s %14s %10s %14s\n\n", "Value", "Percentile", "TotalCount", "1/(1-Percentile)");
    histogram_visit(histogram, write_bucket, &distribution);
    double maximum = milliseconds((double)histogram->maximum);
    if (histogram->total > 0)
        (void)buffer_append_format(text, "%12.3f %14.12f %10" PRIu64 "\n", maximum, 1.0, histogram->total);
    double deviation = histogram->total > 0 ? sqrt(distribution.squares / (double)histogram->total) : 0;
    (void)buffer_append_format(text, "#[Mean    = %12.3f, StdDeviation   = %12.3f]\n", milliseconds(histogram_mean(histogram)),
                               deviation);
    (void)buffer_append_format(text, "#[Max     = %12.3f, Total count    = %12" PRIu64 "]\n", maximum, histogram->total);
    (void)buffer_append_format(text, "#[Buckets = %12d, SubBuckets     = %12d]\n", BUCKETS, SUB_BUCKETS);
}
