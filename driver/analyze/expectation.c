#include "driver/analyze/expectation.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "common/clock.h"
#include "common/duration.h"
#include "driver/analyze/named_value.h"
#include "driver/metric/comparison.h"
#include "driver/metric/metric_selection.h"
#include "driver/metric/near_name.h"

#define LONGEST_HINT 512

enum condition_field { FIELD_STATUS, FIELD_REASON, FIELD_MESSAGE };

struct condition_name {
    char type[64];
    enum condition_field field;
};

/* "condition.TYPE.FIELD"; -1 when it is none. */
static int read_condition_name(const char *name, struct condition_name *condition)
{
    static const char *const fields[] = {"status", "reason", "message"};
    char field[16];
    char rest = '\0';
    if (sscanf(name, "condition.%63[A-Za-z0-9].%15[a-z]%c", condition->type, field, &rest) != 2)
        return -1;
    for (int index = 0; index < 3; index++) {
        if (strcmp(field, fields[index]) == 0) {
            condition->field = (enum condition_field)index;
            return 0;
        }
    }
    return -1;
}

static int unknown_name(const struct comparison *comparison, struct error *error)
{
    struct buffer hint;
    buffer_init(&hint, LONGEST_HINT);
    bool metric = comparison->aggregate[0] != '\0';
    near_name_write(comparison->name, metric ? metric_list : named_value_list, &hint);
    error_set(error, "there is no %s \"%s\"%s%s%s", metric ? "metric" : "figure", comparison->name,
              hint.length > 0 ? "; did you mean " : "", hint.data, hint.length > 0 ? "?" : "");
    buffer_release(&hint);
    return -1;
}

/* Of all of the variant, or of the part that was summed up for an expectation with these labels. */
static struct metric_data metrics_of(const struct variant_figures *variant, const struct comparison *comparison,
                                     const struct label_filter *filter)
{
    struct metric_data all = variant_metrics(variant);
    if (comparison->labels[0] == '\0')
        return all;
    for (size_t i = 0; i < variant->selection_count; i++)
        if (memcmp(&variant->selections[i].filter, filter, sizeof *filter) == 0)
            return metric_selection_data(&variant->selections[i], all.seconds);
    return (struct metric_data){.seconds = 0};
}

static int find_value(const struct comparison *comparison, const struct variant_figures *variant, struct named_value *value,
                      struct error *error)
{
    if (comparison->aggregate[0] == '\0')
        return named_value(comparison->name, variant, value) < 0 ? unknown_name(comparison, error) : 0;
    struct metric_selection selection;
    struct metric_data data = {0};
    if (metric_selection_init(&selection, comparison->labels, error) < 0 ||
        metric_selection_check(&selection, comparison->name, error) < 0)
        return -1;
    if (variant != NULL)
        data = metrics_of(variant, comparison, &selection.filter);
    int found = metric_value(comparison->name, comparison->aggregate, variant != NULL ? &data : NULL, value);
    if (found == -2)
        return error_set(error, "%s has no aggregate \"%s\"; there are p(N), med, avg, min, max, count and rate; of shares rate",
                         comparison->name, comparison->aggregate);
    return found < 0 ? unknown_name(comparison, error) : 0;
}

static int check_condition(const struct comparison *comparison, struct error *error)
{
    if (comparison->sign != COMPARE_EQUAL && comparison->sign != COMPARE_NOT_EQUAL)
        return error_set(error, "%s is a text: compare it with == or !=", comparison->name);
    return 0;
}

int expectation_check(const char *text, struct error *error)
{
    struct comparison comparison;
    struct condition_name condition;
    struct named_value value;
    double number;
    if (comparison_parse(text, &comparison, error) < 0)
        return error_context(error, "\"%s\"", text);
    int result;
    if (comparison.aggregate[0] == '\0' && read_condition_name(comparison.name, &condition) == 0)
        result = check_condition(&comparison, error);
    else
        result = find_value(&comparison, NULL, &value, error) < 0 ? -1 : metric_convert(&comparison, value.kind, &number, error);
    return result < 0 ? error_context(error, "\"%s\"", text) : 0;
}

static const char *condition_field(const struct condition_figures *condition, enum condition_field field)
{
    return field == FIELD_STATUS ? condition->status : field == FIELD_REASON ? condition->reason : condition->message;
}

/* Whether a value was ever seen; what was seen is listed, each once, as far as there is room. */
static enum expectation_result evaluate_condition(const struct condition_name *name, const struct comparison *comparison,
                                                  const struct variant_figures *variant, char observed[EXPECTATION_OBSERVED_SIZE])
{
    bool seen = false;
    size_t used = 0;
    observed[0] = '\0';
    for (size_t index = 0; index < variant->condition_count; index++) {
        const struct condition_figures *condition = &variant->conditions[index];
        if (strcmp(condition->type, name->type) != 0)
            continue;
        const char *value = condition_field(condition, name->field);
        seen = seen || strcmp(value, comparison->word) == 0;
        if (strstr(observed, value) != NULL || used + strlen(value) + 3 > EXPECTATION_OBSERVED_SIZE)
            continue;
        used += (size_t)snprintf(observed + used, EXPECTATION_OBSERVED_SIZE - used, "%s%s", used > 0 ? ", " : "", value);
    }
    if (used == 0) {
        snprintf(observed, EXPECTATION_OBSERVED_SIZE, "no data");
        return EXPECTATION_NO_DATA;
    }
    return seen == (comparison->sign == COMPARE_EQUAL) ? EXPECTATION_PASS : EXPECTATION_FAIL;
}

static void write_observed(const struct named_value *value, const struct comparison *comparison,
                           const struct variant_figures *variant, char observed[EXPECTATION_OBSERVED_SIZE])
{
    char duration[DURATION_TEXT_SIZE];
    switch (value->kind) {
    case VALUE_TIME:
        snprintf(observed, EXPECTATION_OBSERVED_SIZE, "%s",
                 value->number > 0 ? duration_format((int64_t)value->number, duration) : "0");
        break;
    case VALUE_PERCENT:
        if (strncmp(comparison->name, "utilization.", strlen("utilization.")) == 0)
            snprintf(observed, EXPECTATION_OBSERVED_SIZE, "%g%s/%g%s", value->number, variant->metric.unit,
                     variant->metric.target, variant->metric.unit);
        else
            snprintf(observed, EXPECTATION_OBSERVED_SIZE, "%g%%", value->number);
        break;
    case VALUE_SHARE:
        snprintf(observed, EXPECTATION_OBSERVED_SIZE, "%.3g%%", value->number * 100);
        break;
    case VALUE_RATE:
        snprintf(observed, EXPECTATION_OBSERVED_SIZE, "%.3g/s", value->number);
        break;
    default:
        snprintf(observed, EXPECTATION_OBSERVED_SIZE, floor(value->number) < value->number ? "%.3g" : "%.0f", value->number);
    }
}

enum expectation_result expectation_evaluate(const char *text, const struct variant_figures *variant,
                                             char observed[EXPECTATION_OBSERVED_SIZE])
{
    struct comparison comparison;
    struct condition_name condition;
    struct named_value value;
    double number;
    snprintf(observed, EXPECTATION_OBSERVED_SIZE, "no data");
    if (expectation_check(text, NULL) < 0 || comparison_parse(text, &comparison, NULL) < 0)
        return EXPECTATION_NO_DATA;
    if (comparison.aggregate[0] == '\0' && read_condition_name(comparison.name, &condition) == 0)
        return evaluate_condition(&condition, &comparison, variant, observed);
    if (find_value(&comparison, variant, &value, NULL) < 0 || metric_convert(&comparison, value.kind, &number, NULL) < 0 ||
        isnan(value.number))
        return EXPECTATION_NO_DATA;
    write_observed(&value, &comparison, variant, observed);
    return comparison_holds(value.number, comparison.sign, number) ? EXPECTATION_PASS : EXPECTATION_FAIL;
}
