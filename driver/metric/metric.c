#include "driver/metric/metric.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "common/clock.h"

enum metric_form { FORM_TIMES, FORM_COUNTER, FORM_SHARE, FORM_CHECKS, FORM_VUS };

struct metric {
    const char *name;
    enum metric_form form;
    size_t place; /* of its histogram or count in struct metric_data */
};

static const struct metric METRICS[] = {
    {"response_time", FORM_TIMES, offsetof(struct metric_data, response)},
    {"service_time", FORM_TIMES, offsetof(struct metric_data, service)},
    {"http_req_duration", FORM_TIMES, offsetof(struct metric_data, service)},
    {"lateness", FORM_TIMES, offsetof(struct metric_data, lateness)},
    {"http_reqs", FORM_COUNTER, offsetof(struct metric_data, requests)},
    {"iterations", FORM_COUNTER, offsetof(struct metric_data, requests)},
    {"dropped_iterations", FORM_COUNTER, offsetof(struct metric_data, dropped)},
    {"data_received", FORM_COUNTER, offsetof(struct metric_data, bytes_received)},
    {"data_sent", FORM_COUNTER, offsetof(struct metric_data, bytes_sent)},
    {"http_req_failed", FORM_SHARE, offsetof(struct metric_data, lost)},
    {"checks", FORM_CHECKS, offsetof(struct metric_data, check_passes)},
    {"vus", FORM_VUS, offsetof(struct metric_data, vus)},
};
#define METRIC_COUNT (sizeof METRICS / sizeof *METRICS)

static double rate_of(const struct metric_data *data, uint64_t count)
{
    return data->seconds > 0 ? (double)count / data->seconds : (double)NAN;
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

/* The share of the values that an aggregate stands for; negative when it is of another kind. */
static double read_fraction(const char *aggregate)
{
    static const struct {
        const char *name;
        double fraction;
    } fractions[] = {{"med", 0.5}, {"min", 0}, {"max", 1}};
    for (size_t index = 0; index < sizeof fractions / sizeof *fractions; index++)
        if (strcmp(aggregate, fractions[index].name) == 0)
            return fractions[index].fraction;
    double percent = read_percentile(aggregate);
    return percent >= 0 ? percent / 100 : -1;
}

static const void *at_place(const struct metric_data *data, const struct metric *metric)
{
    return (const char *)data + metric->place;
}

static int times_value(const struct metric *metric, const char *aggregate, const struct metric_data *data,
                       struct named_value *value)
{
    double fraction = read_fraction(aggregate);
    bool average = strcmp(aggregate, "avg") == 0;
    bool count = strcmp(aggregate, "count") == 0;
    bool rate = strcmp(aggregate, "rate") == 0;
    if (fraction < 0 && !average && !count && !rate)
        return -2;
    *value = (struct named_value){.kind = count ? VALUE_COUNT : rate ? VALUE_RATE : VALUE_TIME, .number = NAN};
    const struct histogram *histogram = data != NULL ? *(const struct histogram *const *)at_place(data, metric) : NULL;
    if (histogram == NULL)
        return 0;
    if (count || rate)
        value->number = count ? (double)histogram->total : rate_of(data, histogram->total);
    else if (histogram->total > 0)
        value->number = average ? histogram_mean(histogram) : (double)histogram_percentile(histogram, fraction);
    return 0;
}

static int counter_value(const struct metric *metric, const char *aggregate, const struct metric_data *data,
                         struct named_value *value)
{
    bool rate = strcmp(aggregate, "rate") == 0;
    if (!rate && strcmp(aggregate, "count") != 0)
        return -2;
    *value = (struct named_value){.kind = rate ? VALUE_RATE : VALUE_COUNT, .number = NAN};
    if (data == NULL)
        return 0;
    uint64_t count = *(const uint64_t *)at_place(data, metric);
    value->number = rate ? rate_of(data, count) : (double)count;
    return 0;
}

static int share_value(const struct metric *metric, const char *aggregate, const struct metric_data *data,
                       struct named_value *value)
{
    if (strcmp(aggregate, "rate") != 0)
        return -2;
    *value = (struct named_value){.kind = VALUE_SHARE, .number = NAN};
    if (data != NULL && data->requests > 0)
        value->number = (double)*(const uint64_t *)at_place(data, metric) / (double)data->requests;
    return 0;
}

static int checks_value(const char *aggregate, const struct metric_data *data, struct named_value *value)
{
    if (strcmp(aggregate, "rate") != 0)
        return -2;
    *value = (struct named_value){.kind = VALUE_SHARE, .number = NAN};
    if (data != NULL && data->checks > 0)
        value->number = (double)data->check_passes / (double)data->checks;
    return 0;
}

/* As of k6's gauges: the last one, the least and the most. */
static int vus_value(const char *aggregate, const struct metric_data *data, struct named_value *value)
{
    bool last = strcmp(aggregate, "value") == 0;
    bool least = strcmp(aggregate, "min") == 0;
    if (!last && !least && strcmp(aggregate, "max") != 0)
        return -2;
    *value = (struct named_value){.kind = VALUE_COUNT, .number = NAN};
    if (data != NULL && data->vus_known)
        value->number = (double)(last ? data->vus : least ? data->vus_minimum : data->vus_maximum);
    return 0;
}

int metric_value(const char *name, const char *aggregate, const struct metric_data *data, struct named_value *value)
{
    for (size_t index = 0; index < METRIC_COUNT; index++) {
        const struct metric *metric = &METRICS[index];
        if (strcmp(metric->name, name) != 0)
            continue;
        switch (metric->form) {
        case FORM_TIMES:
            return times_value(metric, aggregate, data, value);
        case FORM_COUNTER:
            return counter_value(metric, aggregate, data, value);
        case FORM_CHECKS:
            return checks_value(aggregate, data, value);
        case FORM_VUS:
            return vus_value(aggregate, data, value);
        default:
            return share_value(metric, aggregate, data, value);
        }
    }
    return -1;
}

bool metric_list(size_t index, char name[64])
{
    return index < METRIC_COUNT && snprintf(name, 64, "%s", METRICS[index].name) > 0;
}

int metric_convert(const struct comparison *comparison, enum value_kind kind, double *number, struct error *error)
{
    *number = comparison->number;
    switch (comparison->unit) {
    case LITERAL_TIME:
        if (kind != VALUE_TIME)
            return error_set(error, "%s is no time; \"%s\" is one", comparison->name, comparison->word);
        return 0;
    case LITERAL_PERCENT:
        if (kind != VALUE_PERCENT && kind != VALUE_SHARE)
            return error_set(error, "%s is no percentage; \"%s\" is one", comparison->name, comparison->word);
        *number = kind == VALUE_SHARE ? comparison->number / 100 : comparison->number;
        return 0;
    case LITERAL_NUMBER:
        if (kind == VALUE_TIME && comparison->aggregate[0] == '\0')
            return error_set(error, "%s is a time and needs a unit, such as 4s or 850ms", comparison->name);
        *number = kind == VALUE_TIME ? comparison->number * (double)NANOSECONDS_PER_MILLISECOND : comparison->number;
        return 0;
    default:
        return error_set(error, "\"%s\" is no number", comparison->word);
    }
}
