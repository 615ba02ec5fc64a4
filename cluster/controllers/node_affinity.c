#include "cluster/controllers/node_affinity.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static bool is_among(const cJSON *values, const char *text)
{
    const cJSON *value = NULL;
    cJSON_ArrayForEach (value, values) {
        if (strcmp(json_text(value, ""), text) == 0)
            return true;
    }
    return false;
}

static bool parse_integer(const char *text, int64_t *number)
{
    char *end = NULL;
    errno = 0;
    *number = strtoll(text, &end, 10);
    return errno == 0 && end != text && *end == '\0';
}

/* Gt and Lt: the label and the only value are integers. */
static bool compares(const cJSON *values, const char *text, bool greater)
{
    int64_t left = 0, right = 0;
    if (cJSON_GetArraySize(values) != 1 || !parse_integer(text, &left) || !parse_integer(json_text(values->child, ""), &right))
        return false;
    return greater ? left > right : left < right;
}

/* text: what the node has at the key; NULL when it has nothing there. */
static bool requirement_holds(const cJSON *requirement, const char *text)
{
    const char *relation = json_text(json_get(requirement, "operator"), "");
    const cJSON *values = json_get(requirement, "values");
    if (strcmp(relation, "In") == 0)
        return text != NULL && is_among(values, text);
    if (strcmp(relation, "NotIn") == 0)
        return text == NULL || !is_among(values, text);
    if (strcmp(relation, "Exists") == 0)
        return text != NULL;
    if (strcmp(relation, "DoesNotExist") == 0)
        return text == NULL;
    if (strcmp(relation, "Gt") == 0 || strcmp(relation, "Lt") == 0)
        return text != NULL && compares(values, text, relation[0] == 'G');
    return false;
}

/* Fields other than metadata.name are refused at admission. */
static bool fields_hold(const cJSON *term, const cJSON *node)
{
    const cJSON *requirement = NULL;
    cJSON_ArrayForEach (requirement, json_get(term, "matchFields")) {
        if (!requirement_holds(requirement, json_text(json_get(node, "metadata", "name"), "")))
            return false;
    }
    return true;
}

/* A term without requirements matches nothing. */
static bool term_holds(const cJSON *term, const cJSON *node)
{
    const cJSON *expressions = json_get(term, "matchExpressions");
    if (cJSON_GetArraySize(expressions) == 0 && cJSON_GetArraySize(json_get(term, "matchFields")) == 0)
        return false;
    const cJSON *requirement = NULL;
    cJSON_ArrayForEach (requirement, expressions) {
        const char *key = json_text(json_get(requirement, "key"), "");
        if (!requirement_holds(requirement, json_text(json_get(node, "metadata", "labels", key), NULL)))
            return false;
    }
    return fields_hold(term, node);
}

static bool selector_holds(const cJSON *pod, const cJSON *node)
{
    const cJSON *label = NULL;
    cJSON_ArrayForEach (label, json_get(pod, "spec", "nodeSelector")) {
        const char *present = json_text(json_get(node, "metadata", "labels", label->string), NULL);
        if (present == NULL || strcmp(present, json_text(label, "")) != 0)
            return false;
    }
    return true;
}

static const cJSON *required_terms(const cJSON *pod)
{
    return json_get(pod, "spec", "affinity", "nodeAffinity", "requiredDuringSchedulingIgnoredDuringExecution",
                    "nodeSelectorTerms");
}

bool node_affinity_matches(const cJSON *pod, const cJSON *node)
{
    if (!selector_holds(pod, node))
        return false;
    const cJSON *terms = required_terms(pod);
    if (terms == NULL)
        return json_get(pod, "spec", "affinity", "nodeAffinity", "requiredDuringSchedulingIgnoredDuringExecution") == NULL;
    const cJSON *term = NULL;
    cJSON_ArrayForEach (term, terms) {
        if (term_holds(term, node))
            return true;
    }
    return false;
}

static bool term_names_nodes(const cJSON *term)
{
    const cJSON *requirement = NULL;
    cJSON_ArrayForEach (requirement, json_get(term, "matchFields")) {
        if (strcmp(json_text(json_get(requirement, "operator"), ""), "In") == 0)
            return true;
    }
    return false;
}

bool node_affinity_names(const cJSON *pod, const cJSON *node)
{
    const cJSON *terms = required_terms(pod);
    const cJSON *term = NULL;
    cJSON_ArrayForEach (term, terms) {
        if (!term_names_nodes(term) || fields_hold(term, node))
            return true;
    }
    return cJSON_GetArraySize(terms) == 0;
}

int64_t node_affinity_preference(const cJSON *pod, const cJSON *node)
{
    int64_t sum = 0;
    const cJSON *preferred = NULL;
    cJSON_ArrayForEach (preferred,
                        json_get(pod, "spec", "affinity", "nodeAffinity", "preferredDuringSchedulingIgnoredDuringExecution")) {
        if (term_holds(json_get(preferred, "preference"), node))
            sum += json_integer(json_get(preferred, "weight"), 0);
    }
    return sum;
}
