/* What may be said about where a pod runs, with Kubernetes's words for what may not. */
#include <string.h>

#include "cluster/api/kind.h"
#include "cluster/api/names.h"
#include "common/memory.h"

#define WEIGHT_MAXIMUM 100

static const char *text_of(const cJSON *object, const char *member)
{
    return json_text(json_get(object, member), "");
}

static bool is_one_of(const char *text, const char *const *choices)
{
    for (size_t i = 0; choices[i] != NULL; i++) {
        if (strcmp(text, choices[i]) == 0)
            return true;
    }
    return false;
}

static void check_number_of_values(const cJSON *requirement, const struct field_path *path, struct problems *problems)
{
    static const char *const lists[] = {"In", "NotIn", NULL}, *const existences[] = {"Exists", "DoesNotExist", NULL},
                             *const comparisons[] = {"Gt", "Lt", NULL};
    const char *relation = text_of(requirement, "operator");
    const int count = cJSON_GetArraySize(json_get(requirement, "values"));
    const struct field_path *values = PATH_CHILD(path, "values");
    if (is_one_of(relation, lists)) {
        if (count == 0)
            problem_required(problems, values, "must be specified when `operator` is 'In' or 'NotIn'");
    } else if (is_one_of(relation, existences)) {
        if (count > 0)
            problem_forbidden(problems, values, "may not be specified when `operator` is 'Exists' or 'DoesNotExist'");
    } else if (is_one_of(relation, comparisons)) {
        if (count != 1)
            problem_required(problems, values, "must be specified single value when `operator` is 'Lt' or 'Gt'");
    } else {
        problem_invalid_text(problems, PATH_CHILD(path, "operator"), relation, "not a valid selector operator");
    }
}

static void check_expression(const cJSON *requirement, const struct field_path *path, struct problems *problems)
{
    check_number_of_values(requirement, path, problems);
    name_check_qualified(problems, PATH_CHILD(path, "key"), text_of(requirement, "key"));
    int index = 0;
    const cJSON *value = NULL;
    cJSON_ArrayForEach (value, json_get(requirement, "values")) {
        const char *problem = name_label_value_problem(json_text(value, ""));
        if (problem != NULL)
            problem_invalid_text(problems, PATH_INDEX(PATH_CHILD(path, "values"), index), json_text(value, ""), "%s", problem);
        index++;
    }
}

static void check_field(const cJSON *requirement, const struct field_path *path, struct problems *problems)
{
    static const char *const lists[] = {"In", "NotIn", NULL};
    const char *relation = text_of(requirement, "operator");
    const cJSON *values = json_get(requirement, "values");
    if (!is_one_of(relation, lists))
        problem_invalid_text(problems, PATH_CHILD(path, "operator"), relation, "not a valid selector operator");
    else if (cJSON_GetArraySize(values) != 1)
        problem_required(problems, PATH_CHILD(path, "values"),
                         "must be only one value when `operator` is 'In' or 'NotIn' for node field selector");
    if (strcmp(text_of(requirement, "key"), "metadata.name") != 0) {
        problem_invalid_text(problems, PATH_CHILD(path, "key"), text_of(requirement, "key"), "not a valid field selector key");
        return;
    }
    int index = 0;
    const cJSON *value = NULL;
    cJSON_ArrayForEach (value, values) {
        const char *problem = name_subdomain_problem(json_text(value, ""));
        if (problem != NULL)
            problem_invalid_text(problems, PATH_INDEX(PATH_CHILD(path, "values"), index), json_text(value, ""), "%s", problem);
        index++;
    }
}

static void check_node_term(const cJSON *term, const struct field_path *path, struct problems *problems)
{
    int index = 0;
    const cJSON *requirement = NULL;
    cJSON_ArrayForEach (requirement, json_get(term, "matchExpressions"))
        check_expression(requirement, PATH_INDEX(PATH_CHILD(path, "matchExpressions"), index++), problems);
    index = 0;
    cJSON_ArrayForEach (requirement, json_get(term, "matchFields"))
        check_field(requirement, PATH_INDEX(PATH_CHILD(path, "matchFields"), index++), problems);
}

static void check_weight(const cJSON *preferred, const struct field_path *path, struct problems *problems)
{
    const int64_t weight = json_integer(json_get(preferred, "weight"), 0);
    if (weight < 1 || weight > WEIGHT_MAXIMUM)
        problem_invalid_integer(problems, PATH_CHILD(path, "weight"), weight, "must be in the range 1-100");
}

static void check_node_affinity(const cJSON *affinity, const struct field_path *path, struct problems *problems)
{
    static const char required_name[] = "requiredDuringSchedulingIgnoredDuringExecution",
                      preferred_name[] = "preferredDuringSchedulingIgnoredDuringExecution";
    const cJSON *required = json_get(affinity, required_name);
    const cJSON *terms = json_get(required, "nodeSelectorTerms");
    const struct field_path *list = PATH_CHILD(PATH_CHILD(path, required_name), "nodeSelectorTerms");
    if (required != NULL && cJSON_GetArraySize(terms) == 0)
        problem_required(problems, list, "must have at least one node selector term");
    int index = 0;
    const cJSON *term = NULL;
    cJSON_ArrayForEach (term, terms)
        check_node_term(term, PATH_INDEX(list, index++), problems);
    index = 0;
    cJSON_ArrayForEach (term, json_get(affinity, preferred_name)) {
        const struct field_path *here = PATH_INDEX(PATH_CHILD(path, preferred_name), index++);
        check_weight(term, here, problems);
        check_node_term(json_get(term, "preference"), PATH_CHILD(here, "preference"), problems);
    }
}

static void check_pod_term(const cJSON *term, const struct field_path *path, struct problems *problems)
{
    const char *key = text_of(term, "topologyKey");
    validate_label_selector(json_get(term, "labelSelector"), PATH_CHILD(path, "labelSelector"), problems);
    validate_label_selector(json_get(term, "namespaceSelector"), PATH_CHILD(path, "namespaceSelector"), problems);
    int index = 0;
    const cJSON *namespace = NULL;
    cJSON_ArrayForEach (namespace, json_get(term, "namespaces")) {
        const char *problem = name_label_problem(json_text(namespace, ""));
        if (problem != NULL)
            problem_invalid_text(problems, PATH_INDEX(PATH_CHILD(path, "namespaces"), index), json_text(namespace, ""), "%s",
                                 problem);
        index++;
    }
    if (key[0] == '\0')
        problem_required(problems, PATH_CHILD(path, "topologyKey"), "can not be empty");
    else
        name_check_qualified(problems, PATH_CHILD(path, "topologyKey"), key);
}

static void check_pod_affinity(const cJSON *affinity, const struct field_path *path, struct problems *problems)
{
    static const char required_name[] = "requiredDuringSchedulingIgnoredDuringExecution",
                      preferred_name[] = "preferredDuringSchedulingIgnoredDuringExecution";
    int index = 0;
    const cJSON *term = NULL;
    cJSON_ArrayForEach (term, json_get(affinity, required_name))
        check_pod_term(term, PATH_INDEX(PATH_CHILD(path, required_name), index++), problems);
    index = 0;
    cJSON_ArrayForEach (term, json_get(affinity, preferred_name)) {
        const struct field_path *here = PATH_INDEX(PATH_CHILD(path, preferred_name), index++);
        check_weight(term, here, problems);
        check_pod_term(json_get(term, "podAffinityTerm"), PATH_CHILD(here, "podAffinityTerm"), problems);
    }
}

static void check_toleration_operator(const cJSON *toleration, const struct field_path *path, struct problems *problems)
{
    static const char *const operators[] = {"Equal", "Exists", NULL};
    const char *relation = text_of(toleration, "operator"), *value = text_of(toleration, "value");
    if (relation[0] == '\0' || strcmp(relation, "Equal") == 0) {
        const char *problem = name_label_value_problem(value);
        if (problem != NULL)
            problem_invalid_text(problems, PATH_CHILD(path, "operator"), value, "%s", problem);
    } else if (strcmp(relation, "Exists") == 0) {
        if (value[0] != '\0')
            problem_invalid(problems, PATH_CHILD(path, "operator"), toleration,
                            "value must be empty when `operator` is 'Exists'");
    } else {
        problem_not_supported(problems, PATH_CHILD(path, "operator"), relation, operators);
    }
}

static void check_toleration(const cJSON *toleration, const struct field_path *path, struct problems *problems)
{
    static const char *const effects[] = {"NoSchedule", "PreferNoSchedule", "NoExecute", NULL};
    const char *key = text_of(toleration, "key"), *effect = text_of(toleration, "effect");
    if (key[0] != '\0')
        name_check_qualified(problems, PATH_CHILD(path, "key"), key);
    else if (strcmp(text_of(toleration, "operator"), "Exists") != 0)
        problem_invalid_text(problems, PATH_CHILD(path, "operator"), text_of(toleration, "operator"),
                             "operator must be Exists when `key` is empty, which means \"match all values and all keys\"");
    if (json_get(toleration, "tolerationSeconds") != NULL && strcmp(effect, "NoExecute") != 0)
        problem_invalid_text(problems, PATH_CHILD(path, "effect"), effect,
                             "effect must be 'NoExecute' when `tolerationSeconds` is set");
    check_toleration_operator(toleration, path, problems);
    if (effect[0] != '\0' && !is_one_of(effect, effects))
        problem_not_supported(problems, PATH_CHILD(path, "effect"), effect, effects);
}

static void check_policy(const cJSON *constraint, const char *member, const struct field_path *path, struct problems *problems)
{
    static const char *const policies[] = {"Honor", "Ignore", NULL};
    const char *policy = json_text(json_get(constraint, member), "Honor");
    if (!is_one_of(policy, policies))
        problem_not_supported(problems, PATH_CHILD(path, member), policy, policies);
}

/* Another constraint before this one has the same key and the same consequence. */
static bool is_repeated(const cJSON *list, const cJSON *constraint)
{
    for (const cJSON *before = list->child; before != NULL && before != constraint; before = before->next) {
        if (strcmp(text_of(before, "topologyKey"), text_of(constraint, "topologyKey")) == 0 &&
            strcmp(text_of(before, "whenUnsatisfiable"), text_of(constraint, "whenUnsatisfiable")) == 0)
            return true;
    }
    return false;
}

static void check_domains(const cJSON *constraint, const struct field_path *path, struct problems *problems)
{
    const cJSON *domains = json_get(constraint, "minDomains");
    const char *consequence = text_of(constraint, "whenUnsatisfiable");
    if (domains == NULL)
        return;
    if (json_integer(domains, 0) <= 0)
        problem_invalid(problems, PATH_CHILD(path, "minDomains"), domains, "must be greater than zero");
    if (strcmp(consequence, "DoNotSchedule") != 0)
        problem_invalid(problems, PATH_CHILD(path, "minDomains"), domains,
                        "can only use minDomains if whenUnsatisfiable=DoNotSchedule, not %s", consequence);
}

static void check_spread(const cJSON *list, const cJSON *constraint, const struct field_path *path, struct problems *problems)
{
    static const char *const consequences[] = {"DoNotSchedule", "ScheduleAnyway", NULL};
    const char *key = text_of(constraint, "topologyKey"), *consequence = text_of(constraint, "whenUnsatisfiable");
    if (json_integer(json_get(constraint, "maxSkew"), 0) <= 0)
        problem_invalid_integer(problems, PATH_CHILD(path, "maxSkew"), json_integer(json_get(constraint, "maxSkew"), 0),
                                "must be greater than zero");
    if (key[0] == '\0')
        problem_required(problems, PATH_CHILD(path, "topologyKey"), "can not be empty");
    else
        name_check_qualified(problems, PATH_CHILD(path, "topologyKey"), key);
    if (!is_one_of(consequence, consequences))
        problem_not_supported(problems, PATH_CHILD(path, "whenUnsatisfiable"), consequence, consequences);
    if (is_repeated(list, constraint)) {
        AUTO_FREE char *both = memory_format("{%s, %s}", key, consequence);
        problem_duplicate(problems, PATH_CHILD(path, "{topologyKey, whenUnsatisfiable}"), both);
    }
    check_domains(constraint, path, problems);
    check_policy(constraint, "nodeAffinityPolicy", path, problems);
    check_policy(constraint, "nodeTaintsPolicy", path, problems);
    validate_label_selector(json_get(constraint, "labelSelector"), PATH_CHILD(path, "labelSelector"), problems);
}

static void check_gates(const cJSON *gates, const struct field_path *path, struct problems *problems)
{
    int index = 0;
    const cJSON *gate = NULL;
    cJSON_ArrayForEach (gate, gates) {
        const struct field_path *here = PATH_INDEX(path, index++);
        name_check_qualified(problems, PATH_CHILD(here, "name"), text_of(gate, "name"));
        for (const cJSON *before = gates->child; before != gate; before = before->next) {
            if (strcmp(text_of(before, "name"), text_of(gate, "name")) == 0)
                problem_duplicate(problems, here, text_of(gate, "name"));
        }
    }
}

static bool is_too_long(const cJSON *list, const struct field_path *path, struct problems *problems)
{
    if (cJSON_GetArraySize(list) <= POD_ITEMS_MAXIMUM)
        return false;
    problem_invalid_integer(problems, path, cJSON_GetArraySize(list), "must have at most %d items", POD_ITEMS_MAXIMUM);
    return true;
}

void validate_pod_scheduling(const cJSON *spec, const struct field_path *path, struct problems *problems)
{
    const cJSON *affinity = json_get(spec, "affinity"), *tolerations = json_get(spec, "tolerations"),
                *constraints = json_get(spec, "topologySpreadConstraints"), *gates = json_get(spec, "schedulingGates");
    const struct field_path *here = PATH_CHILD(path, "affinity");
    check_node_affinity(json_get(affinity, "nodeAffinity"), PATH_CHILD(here, "nodeAffinity"), problems);
    check_pod_affinity(json_get(affinity, "podAffinity"), PATH_CHILD(here, "podAffinity"), problems);
    check_pod_affinity(json_get(affinity, "podAntiAffinity"), PATH_CHILD(here, "podAntiAffinity"), problems);
    const cJSON *item = NULL;
    int index = 0;
    here = PATH_CHILD(path, "tolerations");
    for (item = is_too_long(tolerations, here, problems) || tolerations == NULL ? NULL : tolerations->child; item != NULL;
         item = item->next)
        check_toleration(item, PATH_INDEX(here, index++), problems);
    here = PATH_CHILD(path, "topologySpreadConstraints");
    index = 0;
    for (item = is_too_long(constraints, here, problems) || constraints == NULL ? NULL : constraints->child; item != NULL;
         item = item->next)
        check_spread(constraints, item, PATH_INDEX(here, index++), problems);
    here = PATH_CHILD(path, "schedulingGates");
    if (!is_too_long(gates, here, problems))
        check_gates(gates, here, problems);
}
