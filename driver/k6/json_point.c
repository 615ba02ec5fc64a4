#include <string.h>

#include "common/clock.h"
#include "common/json.h"
#include "driver/k6/point.h"

static int read_data(const cJSON *data, struct k6_point *point, struct error *error)
{
    const cJSON *value = json_get(data, "value");
    const char *time = json_text(json_get(data, "time"), "");
    if (clock_parse(time, &point->time, error) < 0)
        return error_context(error, "data.time");
    if (!cJSON_IsNumber(value))
        return error_set(error, "data.value: expected a number");
    point->value = value->valuedouble;
    const cJSON *tags = json_get(data, "tags");
    point->status = k6_tag_number(json_text(json_get(tags, "status"), ""));
    point->error_code = k6_tag_number(json_text(json_get(tags, "error_code"), ""));
    const char *expected = json_text(json_get(tags, "expected_response"), NULL);
    point->expected = expected == NULL ? -1 : strcmp(expected, "true") == 0;
    k6_copy_tag(point->scenario, sizeof point->scenario, json_text(json_get(tags, "scenario"), ""));
    k6_copy_tag(point->server, sizeof point->server, json_text(json_get(tags, "pod"), ""));
    return k6_check_value(point, error);
}

int k6_json_point(const char *line, size_t length, struct k6_point *point, struct error *error)
{
    *point = (struct k6_point){.expected = -1};
    AUTO_JSON cJSON *tree = json_parse(line, length, error);
    if (tree == NULL)
        return -1;
    const char *type = json_text(json_get(tree, "type"), "");
    const char *metric = json_text(json_get(tree, "metric"), NULL);
    if (metric != NULL && strcmp(type, "Metric") == 0)
        return 0;
    if (metric == NULL || strcmp(type, "Point") != 0)
        return error_set(error, "expected a line of k6's JSON output (\"type\" Metric or Point, and \"metric\")");
    point->metric = k6_metric_of(metric, strlen(metric));
    if (point->metric == K6_OTHER)
        return 1;
    return read_data(json_get(tree, "data"), point, error) < 0 ? -1 : 1;
}
