#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/clock.h"
#include "driver/analyze/named_value.h"

enum metric_form { FORM_TIMES, FORM_COUNTER, FORM_SHARE };

struct metric {
    const char *name;
    enum metric_form form;
};

/* response_time and service_time are ours; the rest has k6's names and meaning. */
static const struct metric METRICS[] = {
    {"response_time", FORM_TIMES},   {"service_time", FORM_TIMES}, {"http_req_duration", FORM_TIMES},
    {"http_reqs", FORM_COUNTER},     {"iterations", FORM_COUNTER}, {"dropped_iterations", FORM_COUNTER},
    {"http_req_failed", FORM_SHARE},
};
#define METRIC_COUNT (sizeof METRICS / sizeof *METRICS)

static double load_seconds(const struct variant_figures *variant)
{
    return (double)variant->load_duration / (double)NANOSECONDS_PER_SECOND;
}

static double rate_of(const struct variant_figures *variant, uint64_t count)
{
    return load_seconds(variant) > 0 ? (double)count / load_seconds(variant) : (double)NAN;
}

/* "p(99.9)" -> 99.9; negative when it is none. */
static double read_percentile(const char *aggregate)
{
    double percent = -1;
    char close = '\0';
    char rest = '\0';
    if (sscanf(aggregate, "p(%lf%c%c", &percent, &close, &rest) != 2 || close != ')' || !(percent >= 0 && percent <= 100))
        return -1;
    return percent;
}

/* Which aggregate a name of k6's stands for: a share of the values for percentiles, or a letter. */
static int times_value(const char *metric, const char *aggregate, const struct variant_figures *variant,
                       struct named_value *value)
{
    static const struct {
        const char *name;
        double fraction;
    } fractions[] = {{"med", 0.5}, {"min", 0}, {"max", 1}};
    double percent = read_percentile(aggregate);
    double fraction = percent >= 0 ? percent / 100 : -1;
    for (size_t index = 0; index < sizeof fractions / sizeof *fractions; index++)
        fraction = strcmp(aggregate, fractions[index].name) == 0 ? fractions[index].fraction : fraction;
    bool average = strcmp(aggregate, "avg") == 0;
    bool count = strcmp(aggregate, "count") == 0;
    bool rate = strcmp(aggregate, "rate") == 0;
    if (fraction < 0 && !average && !count && !rate)
        return -2;
    *value = (struct named_value){.kind = count ? VALUE_COUNT : rate ? VALUE_RATE : VALUE_TIME, .number = NAN};
    if (variant == NULL)
        return 0;
    const struct histogram *histogram =
        strcmp(metric, "response_time") == 0 ? &variant->response_histogram : &variant->service_histogram;
    if (count || rate)
        value->number = count ? (double)histogram->total : rate_of(variant, histogram->total);
    else if (histogram->total > 0)
        value->number = average ? histogram_mean(histogram) : (double)histogram_percentile(histogram, fraction);
    return 0;
}

static int counter_value(const char *metric, const char *aggregate, const struct variant_figures *variant,
                         struct named_value *value)
{
    bool rate = strcmp(aggregate, "rate") == 0;
    if (!rate && strcmp(aggregate, "count") != 0)
        return -2;
    *value = (struct named_value){.kind = rate ? VALUE_RATE : VALUE_COUNT, .number = NAN};
    if (variant == NULL)
        return 0;
    uint64_t count = strcmp(metric, "dropped_iterations") == 0 ? variant->outcomes[OUTCOME_DROPPED] : variant->requests;
    value->number = rate ? rate_of(variant, count) : (double)count;
    return 0;
}

static int share_value(const char *aggregate, const struct variant_figures *variant, struct named_value *value)
{
    if (strcmp(aggregate, "rate") != 0)
        return -2;
    *value = (struct named_value){.kind = VALUE_SHARE, .number = NAN};
    if (variant != NULL && variant->requests > 0)
        value->number = (double)variant->lost / (double)variant->requests;
    return 0;
}

int metric_value(const char *metric, const char *aggregate, const struct variant_figures *variant, struct named_value *value)
{
    for (size_t index = 0; index < METRIC_COUNT; index++) {
        if (strcmp(METRICS[index].name, metric) != 0)
            continue;
        switch (METRICS[index].form) {
        case FORM_TIMES:
            return times_value(metric, aggregate, variant, value);
        case FORM_COUNTER:
            return counter_value(metric, aggregate, variant, value);
        default:
            return share_value(aggregate, variant, value);
        }
    }
    return -1;
}

bool metric_list(size_t index, char name[64])
{
    return index < METRIC_COUNT && snprintf(name, 64, "%s", METRICS[index].name) > 0;
}
