#include "driver/load_report/threshold.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "common/buffer.h"
#include "driver/metric/near_name.h"

#define LONGEST_HINT 256

const char *threshold_result_name(enum threshold_result result)
{
    static const char *const names[] = {[THRESHOLD_PASS] = "pass", [THRESHOLD_FAIL] = "fail", [THRESHOLD_NO_DATA] = "no data"};
    return names[result];
}

static int unknown_metric(const char *name, struct error *error)
{
    AUTO_BUFFER struct buffer hint = {0};
    buffer_init(&hint, LONGEST_HINT);
    near_name_write(name, metric_list, &hint);
    return error_set(error, "there is no metric \"%s\"%s%s%s", name, hint.length > 0 ? "; did you mean " : "", hint.data,
                     hint.length > 0 ? "?" : "");
}

int threshold_find_metric(const struct comparison *comparison, struct named_value *value, struct error *error)
{
    int found = metric_value(comparison->name, comparison->aggregate, NULL, value);
    if (found == -2)
        return error_set(
            error, "%s has no aggregate \"%s\"; times have p(N), med, avg, min, max, counts have count and rate, shares rate",
            comparison->name, comparison->aggregate);
    return found < 0 ? unknown_metric(comparison->name, error) : 0;
}

static int check(struct threshold *threshold, struct error *error)
{
    const struct comparison *comparison = &threshold->comparison;
    double number = 0;
    if (comparison->aggregate[0] == '\0')
        return error_set(error, "expected METRIC:AGGREGATE before the comparison, such as http_req_duration:p(99)<200");
    if (threshold_find_metric(comparison, &threshold->value, error) < 0 ||
        metric_selection_init(&threshold->selection, comparison->labels, error) < 0 ||
        metric_selection_check(&threshold->selection, comparison->name, error) < 0)
        return -1;
    return metric_convert(comparison, threshold->value.kind, &number, error);
}

int threshold_parse(const char *text, struct threshold *threshold, struct error *error)
{
    *threshold = (struct threshold){.result = THRESHOLD_NO_DATA};
    if (comparison_parse(text, &threshold->comparison, error) < 0 || check(threshold, error) < 0)
        return error_context(error, "\"%.200s\"", text);
    return 0;
}

char *threshold_condition(const struct threshold *threshold, char text[2 * COMPARISON_TEXT_SIZE])
{
    static const char *const signs[] = {[COMPARE_LESS] = "<",           [COMPARE_LESS_EQUAL] = "<=", [COMPARE_GREATER] = ">",
                                        [COMPARE_GREATER_EQUAL] = ">=", [COMPARE_EQUAL] = "==",      [COMPARE_NOT_EQUAL] = "!="};
    const struct comparison *comparison = &threshold->comparison;
    (void)snprintf(text, (size_t)2 * COMPARISON_TEXT_SIZE, "%s%s%s", comparison->aggregate, signs[comparison->sign],
                   comparison->word);
    return text;
}

char *threshold_metric(const struct threshold *threshold, char text[2 * COMPARISON_TEXT_SIZE])
{
    (void)snprintf(text, (size_t)2 * COMPARISON_TEXT_SIZE, "%s%s", threshold->comparison.name, threshold->comparison.labels);
    return text;
}

void threshold_release(struct threshold *threshold)
{
    metric_selection_release(&threshold->selection);
}

void threshold_evaluate(struct threshold *threshold, const struct metric_data *data)
{
    const struct comparison *comparison = &threshold->comparison;
    double number = 0;
    threshold->result = THRESHOLD_NO_DATA;
    const struct metric_data selected = metric_selection_data(&threshold->selection, data->seconds);
    data = comparison->labels[0] != '\0' ? &selected : data;
    if (metric_value(comparison->name, comparison->aggregate, data, &threshold->value) < 0 || isnan(threshold->value.number) ||
        metric_convert(comparison, threshold->value.kind, &number, NULL) < 0)
        return;
    threshold->result = comparison_holds(threshold->value.number, comparison->sign, number) ? THRESHOLD_PASS : THRESHOLD_FAIL;
}

enum threshold_result threshold_verdict(const struct threshold *thresholds, size_t count)
{
    enum threshold_result verdict = THRESHOLD_PASS;
    for (size_t i = 0; i < count; i++) {
        if (thresholds[i].result == THRESHOLD_FAIL)
            return THRESHOLD_FAIL;
        if (thresholds[i].result == THRESHOLD_NO_DATA)
            verdict = THRESHOLD_NO_DATA;
    }
    return verdict;
}
