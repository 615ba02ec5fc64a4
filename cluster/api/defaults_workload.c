#include <string.h>

#include "cluster/api/defaults.h"
#include "cluster/api/kind.h"

void reset_status(cJSON *object)
{
    json_remove(object, "status");
}

static void default_rolling_update(cJSON *strategy)
{
    cJSON *rolling_update = json_object_at(strategy, "rollingUpdate");
    if (json_get(rolling_update, "maxUnavailable") == NULL)
        json_set_text(rolling_update, "maxUnavailable", "25%");
    if (json_get(rolling_update, "maxSurge") == NULL)
        json_set_text(rolling_update, "maxSurge", "25%");
}

void deployment_set_defaults(cJSON *deployment)
{
    cJSON *spec = json_object_at(deployment, "spec");
    default_integer(spec, "replicas", 1);
    cJSON *strategy = json_object_at(spec, "strategy");
    if (json_get(strategy, "type") == NULL)
        json_set_text(strategy, "type", "RollingUpdate");
    if (strcmp(json_text(json_get(strategy, "type"), ""), "RollingUpdate") == 0)
        default_rolling_update(strategy);
    default_integer(spec, "revisionHistoryLimit", 10);
    default_integer(spec, "progressDeadlineSeconds", 600);
    pod_spec_set_defaults(json_object_at(json_object_at(spec, "template"), "spec"));
}

void replica_set_set_defaults(cJSON *replica_set)
{
    cJSON *spec = json_object_at(replica_set, "spec");
    default_integer(spec, "replicas", 1);
    pod_spec_set_defaults(json_object_at(json_object_at(spec, "template"), "spec"));
}
