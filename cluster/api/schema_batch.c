#include "cluster/api/schema_tables.h"

static const struct schema_field exit_codes_fields[] = {
    F_TEXT_SET("containerName"),
    F_TEXT_ALWAYS("operator"),
    F_ANY("values"), /* integers: validation judges them */
    F_END,
};
static const struct schema exit_codes = {"PodFailurePolicyOnExitCodesRequirement", exit_codes_fields};
static const struct schema_field pod_conditions_fields[] = {F_TEXT_ALWAYS("type"), F_TEXT_ALWAYS("status"), F_END};
static const struct schema pod_conditions = {"PodFailurePolicyOnPodConditionsPattern", pod_conditions_fields};
static const struct schema_field failure_rule_fields[] = {
    F_TEXT_ALWAYS("action"),
    F_OBJECT("onExitCodes", &exit_codes),
    F_LIST("onPodConditions", &pod_conditions, NULL),
    F_END,
};
static const struct schema failure_rule = {"PodFailurePolicyRule", failure_rule_fields};
static const struct schema_field failure_policy_fields[] = {F_LIST_ALWAYS("rules", &failure_rule, NULL), F_END};
static const struct schema failure_policy = {"PodFailurePolicy", failure_policy_fields};
static const struct schema_field success_rule_fields[] = {F_TEXT_SET("succeededIndexes"), F_INT32_SET("succeededCount"), F_END};
static const struct schema success_rule = {"SuccessPolicyRule", success_rule_fields};
static const struct schema_field success_policy_fields[] = {F_LIST_ALWAYS("rules", &success_rule, NULL), F_END};
static const struct schema success_policy = {"SuccessPolicy", success_policy_fields};

static const struct schema_field job_spec_fields[] = {
    F_INT32_SET("parallelism"),
    F_INT32_SET("completions"),
    F_INT64_SET("activeDeadlineSeconds"),
    F_OBJECT("podFailurePolicy", &failure_policy),
    F_OBJECT("successPolicy", &success_policy),
    F_INT32_SET("backoffLimit"),
    F_INT32_SET("backoffLimitPerIndex"),
    F_INT32_SET("maxFailedIndexes"),
    F_OBJECT("selector", &schema_label_selector),
    F_BOOLEAN_SET("manualSelector"),
    F_OBJECT_ALWAYS("template", &schema_pod_template),
    F_INT32_SET("ttlSecondsAfterFinished"),
    F_TEXT_SET("completionMode"),
    F_BOOLEAN_SET("suspend"),
    F_TEXT_SET("podReplacementPolicy"),
    F_TEXT_SET("managedBy"),
    F_END,
};
static const struct schema job_spec = {"JobSpec", job_spec_fields};
static const struct schema_field job_condition_fields[] = {
    F_TEXT_ALWAYS("type"),
    F_TEXT_ALWAYS("status"),
    F_TIME("lastProbeTime"),
    F_TIME("lastTransitionTime"),
    F_TEXT("reason"),
    F_TEXT("message"),
    F_END,
};
static const struct schema job_condition = {"JobCondition", job_condition_fields};
static const struct schema_field uncounted_fields[] = {F_TEXTS_MERGED("succeeded"), F_TEXTS_MERGED("failed"), F_END};
static const struct schema uncounted = {"UncountedTerminatedPods", uncounted_fields};
static const struct schema_field job_status_fields[] = {
    F_LIST("conditions", &job_condition, "type"),
    F_TIME("startTime"),
    F_TIME("completionTime"),
    F_INT32("active"),
    F_INT32("succeeded"),
    F_INT32("failed"),
    F_INT32_SET("terminating"),
    F_TEXT("completedIndexes"),
    F_TEXT_SET("failedIndexes"),
    F_OBJECT("uncountedTerminatedPods", &uncounted),
    F_INT32_SET("ready"),
    F_END,
};
static const struct schema job_status = {"JobStatus", job_status_fields};
static const struct schema_field job_fields[] = {
    F_OBJECT_ALWAYS("metadata", &schema_object_meta),
    F_OBJECT_ALWAYS("spec", &job_spec),
    F_OBJECT_ALWAYS("status", &job_status),
    F_END,
};
const struct schema schema_job = {"Job", job_fields};

static const struct schema_field job_template_fields[] = {
    F_OBJECT_ALWAYS("metadata", &schema_object_meta),
    F_OBJECT_ALWAYS("spec", &job_spec),
    F_END,
};
static const struct schema job_template = {"JobTemplateSpec", job_template_fields};
static const struct schema_field cron_job_spec_fields[] = {
    F_TEXT_ALWAYS("schedule"),
    F_TEXT_SET("timeZone"),
    F_INT64_SET("startingDeadlineSeconds"),
    F_TEXT("concurrencyPolicy"),
    F_BOOLEAN_SET("suspend"),
    F_OBJECT_ALWAYS("jobTemplate", &job_template),
    F_INT32_SET("successfulJobsHistoryLimit"),
    F_INT32_SET("failedJobsHistoryLimit"),
    F_END,
};
static const struct schema cron_job_spec = {"CronJobSpec", cron_job_spec_fields};
static const struct schema_field cron_job_status_fields[] = {
    F_LIST("active", &schema_object_reference, NULL),
    F_TIME("lastScheduleTime"),
    F_TIME("lastSuccessfulTime"),
    F_END,
};
static const struct schema cron_job_status = {"CronJobStatus", cron_job_status_fields};
static const struct schema_field cron_job_fields[] = {
    F_OBJECT_ALWAYS("metadata", &schema_object_meta),
    F_OBJECT_ALWAYS("spec", &cron_job_spec),
    F_OBJECT_ALWAYS("status", &cron_job_status),
    F_END,
};
const struct schema schema_cron_job = {"CronJob", cron_job_fields};
