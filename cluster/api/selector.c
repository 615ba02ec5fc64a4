#include "cluster/api/selector.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cluster/api/names.h"
#include "cluster/api/selector_internal.h"
#include "common/buffer.h"
#include "common/memory.h"

struct requirement *selector_add(struct selector *selector, const char *key, enum selector_operator relation)
{
    selector->requirements = memory_resize(selector->requirements, selector->count + 1, sizeof *selector->requirements);
    struct requirement *requirement = &selector->requirements[selector->count++];
    *requirement = (struct requirement){.key = memory_copy_text(key), .relation = relation};
    return requirement;
}

static void append_value(struct requirement *requirement, const char *value)
{
    requirement->values = memory_resize(requirement->values, requirement->count + 1, sizeof *requirement->values);
    requirement->values[requirement->count++] = memory_copy_text(value);
}

void requirement_add_value(struct requirement *requirement, const char *value)
{
    for (size_t i = 0; i < requirement->count; i++) {
        if (strcmp(requirement->values[i], value) == 0)
            return;
    }
    append_value(requirement, value);
}

static void add_expression(struct selector *selector, const cJSON *expression)
{
    const char *key = json_text(json_get(expression, "key"), "");
    const char *name = json_text(json_get(expression, "operator"), "");
    enum selector_operator relation = SELECTOR_NEVER;
    if (strcmp(name, "In") == 0)
        relation = SELECTOR_IN;
    else if (strcmp(name, "NotIn") == 0)
        relation = SELECTOR_NOT_IN;
    else if (strcmp(name, "Exists") == 0)
        relation = SELECTOR_EXISTS;
    else if (strcmp(name, "DoesNotExist") == 0)
        relation = SELECTOR_NOT_EXISTS;
    struct requirement *requirement = selector_add(selector, key, relation);
    const cJSON *value = NULL;
    cJSON_ArrayForEach (value, json_get(expression, "values"))
        append_value(requirement, json_text(value, "")); /* not looked up: the list may be long */
}

struct selector *selector_from_map(const cJSON *map)
{
    struct selector *selector = memory_allocate(1, sizeof *selector);
    const cJSON *entry = NULL;
    cJSON_ArrayForEach (entry, map)
        requirement_add_value(selector_add(selector, entry->string, SELECTOR_IN), json_text(entry, ""));
    return selector;
}

struct selector *selector_from_label_selector(const cJSON *label_selector)
{
    struct selector *selector = selector_from_map(json_get(label_selector, "matchLabels"));
    if (!cJSON_IsObject(label_selector))
        (void)selector_add(selector, "", SELECTOR_NEVER);
    const cJSON *expression = NULL;
    cJSON_ArrayForEach (expression, json_get(label_selector, "matchExpressions"))
        add_expression(selector, expression);
    return selector;
}

void selector_destroy(struct selector *selector)
{
    if (selector == NULL)
        return;
    for (size_t i = 0; i < selector->count; i++) {
        struct requirement *requirement = &selector->requirements[i];
        for (size_t j = 0; j < requirement->count; j++)
            free(requirement->values[j]);
        free(requirement->values);
        free(requirement->key);
    }
    free(selector->requirements);
    free(selector);
}

void selector_destroy_pointer(struct selector **selector)
{
    selector_destroy(*selector);
    *selector = NULL;
}

static bool has_value(const struct requirement *requirement, const char *value)
{
    for (size_t i = 0; i < requirement->count; i++) {
        if (strcmp(requirement->values[i], value) == 0)
            return true;
    }
    return false;
}

static bool compares(const struct requirement *requirement, const char *value)
{
    char *end = NULL;
    long long number = strtoll(value, &end, 10);
    if (end == value || *end != '\0' || requirement->count != 1)
        return false;
    long long bound = strtoll(requirement->values[0], NULL, 10);
    return requirement->relation == SELECTOR_GREATER ? number > bound : number < bound;
}

/* value is NULL when the label is absent. */
static bool requirement_matches(const struct requirement *requirement, const char *value)
{
    switch (requirement->relation) {
    case SELECTOR_IN:
        return value != NULL && has_value(requirement, value);
    case SELECTOR_NOT_IN:
        return value == NULL || !has_value(requirement, value);
    case SELECTOR_EXISTS:
        return value != NULL;
    case SELECTOR_NOT_EXISTS:
        return value == NULL;
    case SELECTOR_GREATER:
    case SELECTOR_LESS:
        return value != NULL && compares(requirement, value);
    case SELECTOR_NEVER:
        break;
    }
    return false;
}

bool selector_matches(const struct selector *selector, const cJSON *object)
{
    if (selector == NULL)
        return true;
    const cJSON *labels = json_get(object, "metadata", "labels");
    for (size_t i = 0; i < selector->count; i++) {
        const struct requirement *requirement = &selector->requirements[i];
        const char *value = NULL;
        if (selector->fields)
            value = selector_field_text(object, requirement->key);
        else if (labels != NULL)
            value = json_text(json_get(labels, requirement->key), NULL);
        if (!requirement_matches(requirement, value))
            return false;
    }
    return true;
}

static int compare_texts(const void *left, const void *right)
{
    return strcmp(*(char *const *)left, *(char *const *)right);
}

static void append_requirement(struct buffer *text, const struct requirement *requirement)
{
    bool negative = requirement->relation == SELECTOR_NOT_IN;
    if (requirement->relation == SELECTOR_NOT_EXISTS)
        (void)buffer_append_character(text, '!');
    (void)buffer_append_text(text, requirement->key);
    if (requirement->relation == SELECTOR_EXISTS || requirement->relation == SELECTOR_NOT_EXISTS)
        return;
    if (requirement->relation == SELECTOR_GREATER || requirement->relation == SELECTOR_LESS) {
        (void)buffer_append_format(text, "%c%s", requirement->relation == SELECTOR_GREATER ? '>' : '<',
                                   requirement->count > 0 ? requirement->values[0] : "");
        return;
    }
    if (requirement->count == 1 && !requirement->set_based) {
        (void)buffer_append_format(text, "%s%s", negative ? "!=" : "=", requirement->values[0]);
        return;
    }
    AUTO_FREE char **values = memory_allocate(requirement->count + 1, sizeof *values);
    for (size_t i = 0; i < requirement->count; i++)
        values[i] = requirement->values[i];
    qsort(values, requirement->count, sizeof *values, compare_texts);
    (void)buffer_append_text(text, negative ? " notin (" : " in (");
    for (size_t i = 0; i < requirement->count; i++)
        (void)buffer_append_format(text, "%s%s", i > 0 ? "," : "", values[i]);
    (void)buffer_append_character(text, ')');
}

static int compare_requirements(const void *left, const void *right)
{
    const struct requirement *const *first = left, *const *second = right;
    return strcmp((*first)->key, (*second)->key);
}

char *selector_to_text(const struct selector *selector)
{
    AUTO_BUFFER struct buffer text;
    buffer_init(&text, (size_t)1024 * 1024);
    size_t count = selector != NULL ? selector->count : 0;
    AUTO_FREE const struct requirement **sorted = memory_allocate(count + 1, sizeof *sorted);
    for (size_t i = 0; i < count; i++)
        sorted[i] = &selector->requirements[i];
    qsort(sorted, count, sizeof *sorted, compare_requirements);
    for (size_t i = 0; i < count; i++) {
        if (i > 0)
            (void)buffer_append_character(&text, ',');
        append_requirement(&text, sorted[i]);
    }
    return buffer_steal(&text);
}
