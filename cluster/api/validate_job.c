#include <string.h>

#include "cluster/api/kind.h"
#include "cluster/api/names.h"
#include "cluster/api/selector.h"
#include "common/memory.h"

/* Kubernetes's limits, which bound the length of status.completedIndexes and status.failedIndexes. */
#define INDEXED_PARALLELISM_MAXIMUM 100000
#define FAILED_INDEXES_MAXIMUM 100000
#define MANY_COMPLETIONS 100000
#define MANY_COMPLETIONS_PARALLELISM_MAXIMUM 10000
#define MANY_COMPLETIONS_FAILED_INDEXES_MAXIMUM 10000
#define MANAGED_BY_MAXIMUM 63

static void check_not_negative(const cJSON *holder, const char *member, const struct field_path *path, struct problems *problems)
{
    const cJSON *value = json_get(holder, member);
    if (value != NULL && json_integer(value, 0) < 0)
        problem_invalid(problems, PATH_CHILD(path, member), value, "must be greater than or equal to 0");
}

static void check_managed_by(const cJSON *spec, const struct field_path *path, struct problems *problems)
{
    const char *manager = json_text(json_get(spec, "managedBy"), NULL);
    const struct field_path *here = PATH_CHILD(path, "managedBy");
    if (manager == NULL)
        return;
    if (manager[0] == '\0')
        problem_required(problems, here, "");
    else if (strchr(manager, '/') == NULL)
        problem_invalid_text(problems, here, manager, "must be a domain-prefixed path (such as \"acme.io/foo\")");
    if (strlen(manager) > MANAGED_BY_MAXIMUM)
        problem_too_long(problems, here, MANAGED_BY_MAXIMUM);
}

static void check_at_most(const cJSON *spec, const char *member, int64_t maximum, const char *when, const struct field_path *path,
                          struct problems *problems)
{
    int64_t value = json_integer(json_get(spec, member), 0);
    if (value > maximum)
        problem_invalid_integer(problems, PATH_CHILD(path, member), value, "must be less than or equal to %lld%s",
                                (long long)maximum, when);
}

static void check_many_completions(const cJSON *spec, const struct field_path *path, struct problems *problems)
{
    static const char when[] = " when completions are above 100000 and used with backoff limit per index";
    if (json_integer(json_get(spec, "completions"), 0) <= MANY_COMPLETIONS || json_get(spec, "backoffLimitPerIndex") == NULL)
        return;
    if (json_get(spec, "maxFailedIndexes") == NULL)
        problem_required(problems, PATH_CHILD(path, "maxFailedIndexes"), "must be specified when completions is above 100000");
    check_at_most(spec, "parallelism", MANY_COMPLETIONS_PARALLELISM_MAXIMUM, when, path, problems);
    check_at_most(spec, "maxFailedIndexes", MANY_COMPLETIONS_FAILED_INDEXES_MAXIMUM, when, path, problems);
}

static void check_indexed(const cJSON *spec, const struct field_path *path, struct problems *problems)
{
    const cJSON *completions = json_get(spec, "completions");
    const cJSON *failed = json_get(spec, "maxFailedIndexes");
    if (completions == NULL)
        problem_required(problems, PATH_CHILD(path, "completions"), "when completion mode is Indexed");
    check_at_most(spec, "parallelism", INDEXED_PARALLELISM_MAXIMUM, " when completion mode is Indexed", path, problems);
    if (completions != NULL && json_integer(failed, 0) > json_integer(completions, 0))
        problem_invalid(problems, PATH_CHILD(path, "maxFailedIndexes"), failed, "must be less than or equal to completions");
    check_at_most(spec, "maxFailedIndexes", FAILED_INDEXES_MAXIMUM, "", path, problems);
    check_many_completions(spec, path, problems);
}

static void check_completion_mode(const cJSON *spec, const struct field_path *path, struct problems *problems)
{
    static const char *const modes[] = {"NonIndexed", "Indexed", NULL};
    static const char *const indexed_only[] = {"backoffLimitPerIndex", "maxFailedIndexes"};
    const char *mode = json_text(json_get(spec, "completionMode"), "NonIndexed");
    if (strcmp(mode, "Indexed") == 0) {
        check_indexed(spec, path, problems);
        return;
    }
    if (strcmp(mode, "NonIndexed") != 0) {
        problem_not_supported(problems, PATH_CHILD(path, "completionMode"), mode, modes);
        return;
    }
    for (size_t i = 0; i < 2; i++) {
        const cJSON *value = json_get(spec, indexed_only[i]);
        if (value != NULL)
            problem_invalid(problems, PATH_CHILD(path, indexed_only[i]), value, "requires indexed completion mode");
    }
}

static void check_replacement(const cJSON *spec, const struct field_path *path, struct problems *problems)
{
    static const char *const policies[] = {"Failed", "TerminatingOrFailed", NULL};
    static const char *const with_failure_policy[] = {"Failed", NULL};
    const char *policy = json_text(json_get(spec, "podReplacementPolicy"), NULL);
    bool restricted = json_get(spec, "podFailurePolicy") != NULL;
    if (policy != NULL && strcmp(policy, "Failed") != 0 && (restricted || strcmp(policy, "TerminatingOrFailed") != 0))
        problem_not_supported(problems, PATH_CHILD(path, "podReplacementPolicy"), policy,
                              restricted ? with_failure_policy : policies);
}

static void check_restart_policy(const cJSON *spec, const struct field_path *path, struct problems *problems)
{
    static const char *const policies[] = {"OnFailure", "Never", NULL};
    const char *policy = json_text(json_get(spec, "template", "spec", "restartPolicy"), "");
    const struct field_path *here = PATH_CHILD(PATH_CHILD(PATH_CHILD(path, "template"), "spec"), "restartPolicy");
    if (policy[0] == '\0' || strcmp(policy, "Always") == 0)
        problem_required(problems, here, "valid values: \"OnFailure\", \"Never\"");
    else if (strcmp(policy, "OnFailure") != 0 && strcmp(policy, "Never") != 0)
        problem_not_supported(problems, here, policy, policies);
    else if (json_get(spec, "podFailurePolicy") != NULL && strcmp(policy, "Never") != 0)
        problem_invalid_text(problems, here, policy, "only \"Never\" is supported when podFailurePolicy is specified");
}

static void check_template(const cJSON *template, const struct field_path *path, struct problems *problems)
{
    const struct field_path *metadata = PATH_CHILD(path, "metadata");
    name_check_labels(problems, PATH_CHILD(metadata, "labels"), json_get(template, "metadata", "labels"));
    validate_annotations(json_get(template, "metadata", "annotations"), PATH_CHILD(metadata, "annotations"), problems);
    validate_pod_spec(json_get(template, "spec"), PATH_CHILD(path, "spec"), problems);
}

void validate_job_spec(const cJSON *spec, const struct field_path *path, struct problems *problems)
{
    static const char *const amounts[] = {
        "parallelism",          "completions",      "activeDeadlineSeconds", "backoffLimit", "ttlSecondsAfterFinished",
        "backoffLimitPerIndex", "maxFailedIndexes",
    };
    for (size_t i = 0; i < sizeof amounts / sizeof amounts[0]; i++)
        check_not_negative(spec, amounts[i], path, problems);
    if (json_get(spec, "maxFailedIndexes") != NULL && json_get(spec, "backoffLimitPerIndex") == NULL)
        problem_required(problems, PATH_CHILD(path, "backoffLimitPerIndex"), "when maxFailedIndexes is specified");
    check_managed_by(spec, path, problems);
    check_completion_mode(spec, path, problems);
    validate_pod_failure_policy(spec, path, problems);
    validate_success_policy(spec, path, problems);
    check_replacement(spec, path, problems);
    check_template(json_get(spec, "template"), PATH_CHILD(path, "template"), problems);
    check_restart_policy(spec, path, problems);
}

static void check_label(const cJSON *labels, const char *key, const char *wanted, struct problems *problems)
{
    const struct field_path *template = PATH_CHILD(PATH_ROOT("spec"), "template");
    const struct field_path *path = PATH_KEY(PATH_CHILD(PATH_CHILD(template, "metadata"), "labels"), key);
    const char *value = json_text(json_get(labels, key), NULL);
    AUTO_FREE char *detail = memory_format("must be '%s'", wanted);
    if (value == NULL)
        problem_required(problems, path, detail);
    else if (strcmp(value, wanted) != 0)
        problem_invalid(problems, path, labels, "%s", detail);
}

/* Labels and selector are those that job_prepare_create makes. */
static void check_generated(const cJSON *job, struct problems *problems)
{
    const cJSON *spec = json_get(job, "spec");
    const cJSON *selector_tree = json_get(spec, "selector");
    if (json_boolean(json_get(spec, "manualSelector"), false) || selector_tree == NULL)
        return;
    const char *uid = json_text(json_get(job, "metadata", "uid"), "");
    const char *name = json_text(json_get(job, "metadata", "name"), "");
    const char *const generated[][2] = {{"controller-uid", uid},
                                        {"job-name", name},
                                        {"batch.kubernetes.io/controller-uid", uid},
                                        {"batch.kubernetes.io/job-name", name}};
    AUTO_JSON cJSON *expected = cJSON_CreateObject();
    cJSON *labels = json_object_at(json_object_at(expected, "metadata"), "labels");
    for (size_t i = 0; i < sizeof generated / sizeof generated[0]; i++) {
        check_label(json_get(spec, "template", "metadata", "labels"), generated[i][0], generated[i][1], problems);
        json_set_text(labels, generated[i][0], generated[i][1]);
    }
    AUTO_SELECTOR struct selector *selector = selector_from_label_selector(selector_tree);
    if (!selector_matches(selector, expected))
        problem_invalid(problems, PATH_CHILD(PATH_ROOT("spec"), "selector"), selector_tree, "`selector` not auto-generated");
}

static void check_selector(const cJSON *spec, struct problems *problems)
{
    const struct field_path *path = PATH_ROOT("spec");
    const cJSON *selector_tree = json_get(spec, "selector");
    const cJSON *template = json_get(spec, "template");
    if (selector_tree == NULL) {
        problem_required(problems, PATH_CHILD(path, "selector"), "");
        return;
    }
    validate_label_selector(selector_tree, PATH_CHILD(path, "selector"), problems);
    AUTO_SELECTOR struct selector *selector = selector_from_label_selector(selector_tree);
    if (!selector_matches(selector, template))
        problem_invalid(problems, PATH_CHILD(PATH_CHILD(PATH_CHILD(path, "template"), "metadata"), "labels"),
                        json_get(template, "metadata", "labels"), "`selector` does not match template `labels`");
}

/* The pods of an Indexed Job have its name and their index as their host's name. */
static void check_host_names(const cJSON *job, struct problems *problems)
{
    const cJSON *spec = json_get(job, "spec");
    int64_t completions = json_integer(json_get(spec, "completions"), 0);
    const char *name = json_text(json_get(job, "metadata", "name"), "");
    if (strcmp(json_text(json_get(spec, "completionMode"), ""), "Indexed") != 0 || completions <= 0)
        return;
    AUTO_FREE char *host = memory_format("%s-%lld", name, (long long)completions - 1);
    if (name_label_problem(host) != NULL)
        problem_invalid_text(problems, PATH_CHILD(PATH_ROOT("metadata"), "name"), name,
                             "will not able to create pod with invalid DNS label: %s", host);
}

void job_validate(const cJSON *job, struct problems *problems)
{
    check_generated(job, problems);
    validate_job_spec(json_get(job, "spec"), PATH_ROOT("spec"), problems);
    check_selector(json_get(job, "spec"), problems);
    check_host_names(job, problems);
}

static void check_immutable(const cJSON *spec, const cJSON *old, const char *member, struct problems *problems)
{
    const cJSON *value = json_get(spec, member);
    if (!json_equal(value, json_get(old, member)))
        problem_invalid(problems, PATH_CHILD(PATH_ROOT("spec"), member), value, "field is immutable");
}

/* Until a suspended job is started for the first time, where its pods go may change. */
static void check_template_update(const cJSON *job, const cJSON *old, struct problems *problems)
{
    static const char *const placing[] = {"affinity", "nodeSelector", "tolerations", "schedulingGates"};
    const cJSON *template = json_get(job, "spec", "template");
    AUTO_JSON cJSON *allowed = json_copy(json_get(old, "spec", "template"));
    bool waits = json_boolean(json_get(old, "spec", "suspend"), false) && json_get(old, "status", "startTime") == NULL;
    for (size_t i = 0; waits && i < sizeof placing / sizeof placing[0]; i++)
        json_copy_member(json_object_at(allowed, "spec"), json_get(template, "spec"), placing[i]);
    if (waits) {
        json_copy_member(json_object_at(allowed, "metadata"), json_get(template, "metadata"), "annotations");
        json_copy_member(json_object_at(allowed, "metadata"), json_get(template, "metadata"), "labels");
    }
    if (!json_equal(template, allowed))
        problem_invalid(problems, PATH_CHILD(PATH_ROOT("spec"), "template"), template, "field is immutable");
}

void job_validate_update(const cJSON *job, const cJSON *old, struct problems *problems)
{
    static const char *const fixed[] = {
        "selector", "completionMode", "podFailurePolicy", "backoffLimitPerIndex", "managedBy", "successPolicy",
    };
    const cJSON *spec = json_get(job, "spec");
    const cJSON *old_spec = json_get(old, "spec");
    const cJSON *completions = json_get(spec, "completions");
    if (strcmp(json_text(json_get(spec, "completionMode"), ""), "Indexed") != 0)
        check_immutable(spec, old_spec, "completions", problems);
    else if (completions != NULL && !json_equal(completions, json_get(old_spec, "completions")) &&
             !json_equal(completions, json_get(spec, "parallelism")))
        problem_invalid(problems, PATH_CHILD(PATH_ROOT("spec"), "completions"), completions,
                        "can only be modified in tandem with spec.parallelism");
    check_template_update(job, old, problems);
    for (size_t i = 0; i < sizeof fixed / sizeof fixed[0]; i++)
        check_immutable(spec, old_spec, fixed[i], problems);
}

void job_validate_status(const cJSON *job, struct problems *problems)
{
    static const char *const counts[] = {"active", "succeeded", "failed", "ready", "terminating"};
    for (size_t i = 0; i < sizeof counts / sizeof counts[0]; i++)
        check_not_negative(json_get(job, "status"), counts[i], PATH_ROOT("status"), problems);
}
