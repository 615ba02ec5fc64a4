#include "tests/vectors/difference.h"

#include <stdlib.h>
#include <string.h>

#include "common/json.h"
#include "tests/vectors/pod_choice.h"

static char *print_value(const cJSON *value)
{
    return value == NULL ? memory_copy_text("nothing") : json_print(value);
}

static int report_one(const struct difference_place *place, const char *path, const cJSON *expected, const cJSON *got)
{
    char *expected_text AUTO_FREE = print_value(expected);
    char *got_text AUTO_FREE = print_value(got);
    fprintf(place->report, "%s step %d %s: expected %s, got %s\n", place->scenario, place->step, path, expected_text, got_text);
    return 1;
}

static int compare(const struct difference_place *place, const char *path, const cJSON *expected, const cJSON *got);

static int compare_objects(const struct difference_place *place, const char *path, const cJSON *expected, const cJSON *got)
{
    const cJSON *each = NULL;
    int count = 0;
    cJSON_ArrayForEach (each, expected) {
        char *below AUTO_FREE = memory_format("%s.%s", path, each->string);
        count += compare(place, below, each, cJSON_GetObjectItemCaseSensitive(got, each->string));
    }
    cJSON_ArrayForEach (each, got) {
        if (cJSON_GetObjectItemCaseSensitive(expected, each->string) == NULL) {
            char *below AUTO_FREE = memory_format("%s.%s", path, each->string);
            count += compare(place, below, NULL, each);
        }
    }
    return count;
}

static int compare_arrays(const struct difference_place *place, const char *path, const cJSON *expected, const cJSON *got)
{
    const cJSON *left = expected->child;
    const cJSON *right = got->child;
    int count = 0;
    for (int i = 0; left != NULL || right != NULL; i++) {
        char *below AUTO_FREE = memory_format("%s[%d]", path, i);
        count += compare(place, below, left, right);
        left = left == NULL ? NULL : left->next;
        right = right == NULL ? NULL : right->next;
    }
    return count;
}

static int compare(const struct difference_place *place, const char *path, const cJSON *expected, const cJSON *got)
{
    if (expected == NULL || got == NULL)
        return report_one(place, path, expected, got);
    if (cJSON_IsObject(expected) && cJSON_IsObject(got)) {
        return compare_objects(place, path, expected, got);
    }
    if (cJSON_IsArray(expected) && cJSON_IsArray(got)) {
        return compare_arrays(place, path, expected, got);
    }
    if (cJSON_IsString(expected) && cJSON_IsString(got) && strcmp(expected->valuestring, got->valuestring) != 0 &&
        same_but_for_pod_choice(expected->valuestring, got->valuestring, place->pods)) {
        ++*place->pod_choices;
        return 0;
    }
    return json_equal(expected, got) ? 0 : report_one(place, path, expected, got);
}

int difference_report(const struct difference_place *place, const cJSON *expected, const cJSON *got)
{
    return compare(place, "", expected, got);
}
