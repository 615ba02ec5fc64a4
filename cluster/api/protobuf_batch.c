/* Jobs and CronJobs in protobuf, as kubectl's `create job` and `create cronjob` send them. */
#include <stddef.h>

#include "cluster/api/protobuf_tables.h"

static const struct proto_field exit_codes_fields[] = {
    {1, "containerName", PROTO_TEXT, false, NULL},
    {2, "operator", PROTO_TEXT, false, NULL},
    {3, "values", PROTO_INTEGER_SET, true, NULL},
    {0, NULL, PROTO_TEXT, false, NULL},
};

static const struct proto_field condition_pattern_fields[] = {
    {1, "type", PROTO_TEXT, false, NULL},
    {2, "status", PROTO_TEXT, false, NULL},
    {0, NULL, PROTO_TEXT, false, NULL},
};

static const struct proto_field failure_rule_fields[] = {
    {1, "action", PROTO_TEXT, false, NULL},
    {2, "onExitCodes", PROTO_MESSAGE, false, exit_codes_fields},
    {3, "onPodConditions", PROTO_MESSAGE, true, condition_pattern_fields},
    {0, NULL, PROTO_TEXT, false, NULL},
};

static const struct proto_field failure_policy_fields[] = {
    {1, "rules", PROTO_MESSAGE, true, failure_rule_fields},
    {0, NULL, PROTO_TEXT, false, NULL},
};

static const struct proto_field success_rule_fields[] = {
    {1, "succeededIndexes", PROTO_TEXT, false, NULL},
    {2, "succeededCount", PROTO_INTEGER_SET, false, NULL},
    {0, NULL, PROTO_TEXT, false, NULL},
};

static const struct proto_field success_policy_fields[] = {
    {1, "rules", PROTO_MESSAGE, true, success_rule_fields},
    {0, NULL, PROTO_TEXT, false, NULL},
};

static const struct proto_field job_spec_fields[] = {
    {1, "parallelism", PROTO_INTEGER_SET, false, NULL},
    {2, "completions", PROTO_INTEGER_SET, false, NULL},
    {3, "activeDeadlineSeconds", PROTO_INTEGER_SET, false, NULL},
    {4, "selector", PROTO_MESSAGE, false, protobuf_selector_fields},
    {5, "manualSelector", PROTO_BOOLEAN, false, NULL},
    {6, "template", PROTO_MESSAGE, false, protobuf_template_fields},
    {7, "backoffLimit", PROTO_INTEGER_SET, false, NULL},
    {8, "ttlSecondsAfterFinished", PROTO_INTEGER_SET, false, NULL},
    {9, "completionMode", PROTO_TEXT, false, NULL},
    {10, "suspend", PROTO_BOOLEAN, false, NULL},
    {11, "podFailurePolicy", PROTO_MESSAGE, false, failure_policy_fields},
    {12, "backoffLimitPerIndex", PROTO_INTEGER_SET, false, NULL},
    {13, "maxFailedIndexes", PROTO_INTEGER_SET, false, NULL},
    {14, "podReplacementPolicy", PROTO_TEXT, false, NULL},
    {15, "managedBy", PROTO_TEXT, false, NULL},
    {16, "successPolicy", PROTO_MESSAGE, false, success_policy_fields},
    {0, NULL, PROTO_TEXT, false, NULL},
};

static const struct proto_field job_fields[] = {
    {1, "metadata", PROTO_MESSAGE, false, protobuf_metadata_fields},
    {2, "spec", PROTO_MESSAGE, false, job_spec_fields},
    {3, "status", PROTO_PASSED_OVER, false, NULL},
    {0, NULL, PROTO_TEXT, false, NULL},
};

static const struct proto_field job_template_fields[] = {
    {1, "metadata", PROTO_MESSAGE, false, protobuf_metadata_fields},
    {2, "spec", PROTO_MESSAGE, false, job_spec_fields},
    {0, NULL, PROTO_TEXT, false, NULL},
};

static const struct proto_field cron_job_spec_fields[] = {
    {1, "schedule", PROTO_TEXT, false, NULL},
    {2, "startingDeadlineSeconds", PROTO_INTEGER_SET, false, NULL},
    {3, "concurrencyPolicy", PROTO_TEXT, false, NULL},
    {4, "suspend", PROTO_BOOLEAN, false, NULL},
    {5, "jobTemplate", PROTO_MESSAGE, false, job_template_fields},
    {6, "successfulJobsHistoryLimit", PROTO_INTEGER_SET, false, NULL},
    {7, "failedJobsHistoryLimit", PROTO_INTEGER_SET, false, NULL},
    {8, "timeZone", PROTO_TEXT, false, NULL},
    {0, NULL, PROTO_TEXT, false, NULL},
};

static const struct proto_field cron_job_fields[] = {
    {1, "metadata", PROTO_MESSAGE, false, protobuf_metadata_fields},
    {2, "spec", PROTO_MESSAGE, false, cron_job_spec_fields},
    {3, "status", PROTO_PASSED_OVER, false, NULL},
    {0, NULL, PROTO_TEXT, false, NULL},
};

const struct proto_kind protobuf_batch_kinds[] = {
    {"batch/v1", "Job", job_fields},
    {"batch/v1", "CronJob", cron_job_fields},
    {NULL, NULL, NULL},
};
